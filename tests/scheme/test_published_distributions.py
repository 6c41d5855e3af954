"""Every published distribution of grades, recomputed: sums, who was left out, sites of one code, percentages and their base.

The counts stand in ``published_distributions.csv`` beside the checkout; those that are not in it are restated here.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from envcredit.base import uscc
from envcredit.base.vocabulary import read_vocabulary
from envcredit.rating.distribution import Base, counted, distribution, merged_by_code, percent
from envcredit.records.cleaning.words import code, spellings
from envcredit.records.units import read_units
from envcredit.scheme.reader import read_scheme

Key = tuple[str, int]
Stated = tuple[int | None, int | None, int | None, tuple[int, ...]]
LEFT_OUT = re.compile(r"(?:未得出|不参评|不评定|未评|无法评价)(\d+)|(\d+)(?:停产等)?不参评")
MERGED = re.compile(r"(\d+)家按.*合并为(\d+)->(\d+)")
SHARES = re.compile(r"占比\D*?(?:\(分母\d+\) )?([\d./]+)%")

ALL: tuple[Key, ...] = (
    ("湖南省", 2012),
    ("湖南省", 2013),
    ("湖南省", 2014),
    ("永州市", 2019),
    ("湘西州", 2023),
    ("株洲市", 2024),
    ("湖南省产业园区", 2021),
    ("广东省", 2016),
    ("广东省", 2017),
    ("广州市", 2015),
    ("广州市", 2020),
    ("广州市", 2023),
    ("福建省", 2016),
    ("哈尔滨市", 2017),
    ("苏州市", 2014),
)
MISFITS: Mapping[Key, tuple[Base, int, str]] = {
    ("广州市", 2015): (
        "enrolled",
        1,
        "over the 257 entered, at one decimal; the 24 left out have their own",
    ),
}
NO_NUMBER_LEFT_OUT: Mapping[Key, str] = {
    ("湖南省", 2013): "334 are neither rated nor explained",
}

# Not in the file. Grades best first; entered, rated and left out where the source states them.
ELSEWHERE: Mapping[str, Stated] = {
    "湖南省 2012, first notice (2013-06-05)": (1483, 991, 141 + 330 + 21, (28, 833, 84, 46)),
    "湖南省 2018, proposed": (None, 1438, None, (31, 1247, 121, 39)),
    "株洲市 2014": (None, 81, None, (2, 71, 6, 2)),
    "广州市 2018": (2930, 2108, 822, (51, 1361, 347, 349)),
    "广州市 2024": (2929, 2929, None, (436, 2450, 37, 6)),
    "安徽省 2020": (None, 2076, None, (1008, 966, 81, 21)),
    "陕西省 2023": (None, 2189, None, (674, 1397, 107, 11)),
    "宁夏 2019": (574, 557, None, (398, 125, 25, 9)),
    "宁夏 2020": (None, 598, None, (364, 196, 26, 12)),
}


@dataclass(frozen=True)
class Published:
    """One row of the file. ``counts`` by grade key, best first."""

    entered: int | None
    rated: int
    counts: Mapping[str, int]
    notes: str

    @property
    def left_out(self) -> int | None:
        found = LEFT_OUT.search(self.notes)
        return int(found[1] or found[2]) if found else None

    @property
    def merged(self) -> tuple[int, int, int] | None:
        """Units that share codes, how many codes these are, and how many are rated after merging."""
        found = MERGED.search(self.notes)
        return (int(found[1]), int(found[2]), int(found[3])) if found else None

    @property
    def shares(self) -> list[str]:
        found = SHARES.search(self.notes)
        return found[1].split("/") if found else []


def grade_keys() -> Mapping[str, str]:
    vocabulary = read_vocabulary()
    return spellings(vocabulary.lists["grade_word"], vocabulary.also["grade_word"])


def counts_of(text: str) -> Iterator[tuple[str, int]]:
    """``诚信29;合格832`` by grade key, read as an importer reads an earlier rating."""
    known = grade_keys()
    for part in text.split(";"):
        word, number = re.fullmatch(r"(\D+)(\d+)", part).groups()  # type: ignore[union-attr]
        key = code(word, known)
        assert isinstance(key, str), word
        yield key, int(number)


@pytest.fixture(scope="module")
def published(shared_data: Path) -> Mapping[Key, Published]:
    with (shared_data / "published_distributions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["region"], int(row["year"])): Published(
            int(row["enrolled"]) if row["enrolled"] else None, int(row["rated"]), dict(counts_of(row["counts"])), row["notes"]
        )
        for row in rows
    }


def test_every_row_of_the_file_is_looked_at(published: Mapping[Key, Published]) -> None:
    assert set(published) == set(ALL)


@pytest.mark.parametrize("key", ALL)
def test_grades_add_up_to_the_rated(published: Mapping[Key, Published], key: Key) -> None:
    row = published[key]
    grades = list(row.counts)
    standings = [grade for grade, number in row.counts.items() for _ in range(number)]
    assert distribution(standings, grades).rated == row.rated


@pytest.mark.parametrize("key", ALL)
def test_entered_less_left_out_and_merged_are_the_rated(published: Mapping[Key, Published], key: Key) -> None:
    row = published[key]
    if row.entered is None:
        assert row.left_out is None
        return
    if row.entered == row.rated or key in NO_NUMBER_LEFT_OUT:
        assert row.left_out is None
        return
    assert row.left_out is not None
    shared, codes, rest = row.merged or (0, 0, row.rated)
    assert row.entered - row.left_out - shared + codes == rest == row.rated


@pytest.mark.parametrize("key", ALL)
def test_published_percentages_are_ours(published: Mapping[Key, Published], key: Key) -> None:
    row = published[key]
    base, places, _reason = MISFITS.get(key, ("rated", 2, ""))
    left_out = {"not_rated": row.left_out or 0} if base == "enrolled" else {}
    shares = counted({**row.counts, **left_out}, list(row.counts), base, places).shares
    assert row.shares in ([], [share.percent for share in shares])
    if key in MISFITS:
        over_the_rated = counted(row.counts, list(row.counts), "rated", places).shares
        assert row.shares[: len(over_the_rated)] != [share.percent for share in over_the_rated]


def test_three_rows_publish_percentages(published: Mapping[Key, Published]) -> None:
    assert [key for key, row in published.items() if row.shares] == [("广东省", 2016), ("广东省", 2017), ("广州市", 2015)]


@pytest.mark.parametrize(("name", "row"), ELSEWHERE.items())
def test_distributions_that_are_not_in_the_file(
    name: str, row: tuple[int | None, int | None, int | None, tuple[int, ...]]
) -> None:
    entered, rated, left_out, counts = row
    assert sum(counts) == rated, name
    if entered is not None and left_out is not None:
        assert entered - left_out == rated, name


@pytest.mark.parametrize(
    ("key", "scheme"),
    [
        (("湖南省", 2012), "cn/hunan/enterprise"),
        (("湖南省", 2013), "cn/hunan/enterprise"),
        (("湖南省", 2014), "cn/hunan/enterprise"),
        (("永州市", 2019), "cn/hunan/enterprise"),
        (("湘西州", 2023), "cn/hunan/enterprise"),
        (("株洲市", 2024), "cn/hunan/enterprise"),
        (("湖南省产业园区", 2021), "cn/hunan/park"),
    ],
)
def test_hunan_names_its_grades_as_the_version_in_force_does(published: Mapping[Key, Published], key: Key, scheme: str) -> None:
    in_force = read_scheme(scheme, date(key[1], 12, 31))
    order = [grade.key for grade in in_force.grades]
    grades = list(published[key].counts)
    assert grades == [grade for grade in order if grade in grades]
    assert [in_force.rank(grade) for grade in grades] == sorted(in_force.rank(grade) for grade in grades)


def test_ranks_of_the_versions_of_hunan_answer_to_one_another() -> None:
    ranks = {}
    for year in (2013, 2018, 2021, 2024):
        version = read_scheme("cn/hunan/enterprise", date(year, 12, 31))
        ranks[year] = [grade.key for grade in version.grades]
    assert ranks[2013] == ranks[2018] == ranks[2021][:4]
    assert list(zip(ranks[2021], ranks[2024], strict=True)) == [
        ("trustworthy", "green"),
        ("qualified", "blue"),
        ("at_risk", "yellow"),
        ("bad", "red"),
        ("blacklisted", "black"),
    ]


def test_one_park_in_79_is_1_27_per_cent() -> None:
    # 湘西 2022, province-rated: 1.27 % fell to 0; two more of nine parks (2021) are 22.2 points
    assert percent(1, 79) == "1.27"
    assert percent(9 - 7, 9, places=1) == "22.2"


# W17, Guangdong 2017: of 1,098 units that took part, 65 share 27 codes; 1,060 legal persons are rated.


def legal_code(number: int) -> str:
    organisation = f"WN{number:06d}"
    body = f"91440000{organisation}{uscc.organisation_check(organisation)}"
    return body + uscc.check_character(body)


def guangdong_2017(row: Published) -> Iterator[tuple[str, str]]:
    """The code and the grade of every site: the first 27 legal persons have 65 sites, and the worst of these decides."""
    assert row.merged is not None
    shared, codes, _ = row.merged
    person = 0
    for grade, number in reversed(list(row.counts.items())):
        for _ in range(number):
            sites = shared // codes + (person < shared % codes) if person < codes else 1
            yield legal_code(person), grade
            yield from ((legal_code(person), "green") for _ in range(sites - 1))
            person += 1


def test_sites_that_share_a_code_are_rated_as_one(published: Mapping[Key, Published], tmp_path: Path) -> None:
    row = published["广东省", 2017]
    sites = list(guangdong_2017(row))
    lines = [f"{number:04d},测试单位{number},企业,{legal}" for number, (legal, _) in enumerate(sites)]
    (tmp_path / "units.csv").write_text("\n".join(["unit_id,name,unit_type,uscc", *lines]) + "\n", "utf-8")
    units, _notes = read_units(tmp_path / "units.csv")
    of_unit = {f"{number:04d}": grade for number, (_, grade) in enumerate(sites)}
    order = ["green", "blue", "yellow", "red"]
    rows = [
        (unit["uscc"], of_unit[unit["unit_id"]], order.index(of_unit[unit["unit_id"]]) + 1)
        for unit in units.select(["unit_id", "uscc"]).to_pylist()
    ]
    times = Counter(legal for legal, _, _ in rows)
    assert (len(rows), sum(n for n in times.values() if n > 1), sum(n > 1 for n in times.values())) == (1098, 65, 27)
    found = distribution(merged_by_code(rows), order)
    assert (found.rated, {share.standing: share.count for share in found.shares}) == (1060, dict(row.counts))
    assert [share.percent for share in found.shares] == ["13.87", "73.68", "10.00", "2.45"] == row.shares
    alone = distribution([grade for _, grade, _ in rows], order)
    assert [share.percent for share in alone.shares] != row.shares
