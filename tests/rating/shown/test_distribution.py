"""Counts and percentages, against what authorities have published."""

from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.engine import open_engine
from envcredit.rating.compare import compare
from envcredit.rating.distribution import counted, distribution, merged_by_code, moves, percent, standings_of

FIVE = ("绿", "蓝", "黄", "红", "黑")
FOUR = ("诚信", "合格", "风险", "不良")


@pytest.fixture(scope="module")
def published(shared_data):
    with (shared_data / "published_distributions.csv").open(encoding="utf-8", newline="") as stream:
        return {(row["region"], row["year"]): row for row in csv.DictReader(stream)}


def counts_in(row) -> dict[str, int]:
    return {name: int(number) for name, number in re.findall(r"([^\d;；]+)(\d+)", row["counts"])}


def percentages(row, pattern: str) -> list[str]:
    return re.search(pattern, row["notes"])[1].split("/")


@pytest.mark.parametrize("year", ["2016", "2017"])
def test_guangdong_gives_shares_of_the_rated_at_two_places(published, year):
    row = published["广东省", year]
    found = counted(counts_in(row), FIVE[:4], "rated")
    assert found.rated == int(row["rated"])
    assert [s.percent for s in found.shares] == percentages(row, r"占比 ([\d./]+)%")


@pytest.mark.parametrize(("year", "listed", "sites", "persons"), [("2016", 1047, 53, 21), ("2017", 1098, 65, 27)])
def test_guangdong_counts_the_sites_of_one_code_once(published, year, listed, sites, persons):
    row = published["广东省", year]
    left = counts_in(row)
    left["绿"] -= persons
    shared = [(f"P{n % persons:02}", "绿", 1) for n in range(sites)]
    alone = [(f"Q{grade}{n}", grade, FIVE.index(grade) + 1) for grade, count in left.items() for n in range(count)]
    rows = [*shared, *alone]
    assert len(rows) == listed
    merged = distribution(merged_by_code(rows), FIVE[:4])
    assert merged.rated == int(row["rated"])
    assert {s.standing: s.count for s in merged.shares} == counts_in(row)


def test_guangzhou_gives_shares_of_the_enrolled_at_one_place(published):
    row = published["广州市", "2015"]
    without = int(row["enrolled"]) - int(row["rated"])
    found = counted({**counts_in(row), "not_rated": without}, FIVE[:4], "enrolled", places=1)
    assert found.enrolled == int(row["enrolled"])
    assert [s.percent for s in found.shares] == percentages(row, r"占比\(分母257\) ([\d./]+)%")


@pytest.mark.parametrize(
    ("key", "grades"),
    [
        (("湖南省", "2012"), FOUR),
        (("湖南省", "2014"), FOUR),
        (("永州市", "2019"), FOUR),
        (("湘西州", "2023"), FIVE),
        (("株洲市", "2024"), FIVE),
        (("湖南省产业园区", "2021"), FOUR[:3]),
    ],
)
def test_the_three_grade_vocabularies_of_hunan(published, key, grades):
    row = published[key]
    standings = [grade for grade, count in counts_in(row).items() for _ in range(count)]
    found = distribution(standings, grades)
    assert found.rated == int(row["rated"])
    assert tuple(s.standing for s in found.shares) == grades
    assert all(found.count(g) == counts_in(row).get(g, 0) for g in grades)


def test_a_standing_of_another_vocabulary_is_refused():
    with pytest.raises(ValueError, match="绿"):
        distribution(["绿"], FOUR)


def test_merging_takes_the_worst_site_and_a_grade_before_none():
    rows = [("A", "绿", 1), ("A", "红", 4), ("B", "not_rated", 0), ("B", "绿", 1), ("", "蓝", 2), ("", "蓝", 2)]
    assert sorted(merged_by_code(rows)) == sorted(["红", "绿", "蓝", "蓝"])


def test_an_empty_base_has_no_percentage():
    assert percent(0, 0) is None
    assert counted({"refused": 3}, FIVE, "rated").shares[0].percent is None


def test_half_goes_up():
    assert (percent(1, 800), percent(1, 8000), percent(3, 3)) == ("0.13", "0.01", "100.00")


@given(st.lists(st.sampled_from([*FIVE, "refused", "not_rated"])))
def test_counts_add_up_whatever_the_base(standings):
    over_all = distribution(standings, FIVE, "enrolled")
    assert sum(s.count for s in over_all.shares) == len(standings) == over_all.enrolled
    assert sum(s.count for s in distribution(standings, FIVE).shares) == over_all.rated


def test_standings_of_a_run(make_run):
    run = make_run(
        [
            {"unit_id": "a", "grade": "blue", "score": 90},
            {"unit_id": "b", "result": "refused"},
            {"unit_id": "c", "result": "not_rated"},
        ]
    )
    assert standings_of(run)["standing"].to_pylist() == ["blue", "refused", "not_rated"]


def test_moves_by_region_industry_and_park(make_run):
    def units(grade: str) -> list[dict[str, object]]:
        return [
            {"unit_id": "a", "grade": grade, "score": 1, "region": "431002", "industry": "C2614", "park": "经开区"},
            {"unit_id": "b", "grade": "green", "score": 1, "region": "431003", "industry": "2619"},
        ]

    with open_engine() as engine:
        result = compare(make_run(units("green")), make_run(units("red")), engine)
    assert [(m.area, m.counts["worse"], m.counts["same"]) for m in moves(result, "region")] == [
        ("431002", 1, 0),
        ("431003", 0, 1),
    ]
    assert [(m.area, m.counts["worse"], m.counts["same"]) for m in moves(result, "industry")] == [("C26", 1, 1)]
    assert [m.area for m in moves(result, "park")] == ["经开区", ""]
