"""What must hold of any city: order does not matter, and what is not counted or not yet known changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from city import KNOWN_AT, RECORDED_AT, ROWS, UNITS, lay_out, quick_run, stage_digests, take_in
from hypothesis import given, settings
from hypothesis import strategies as st

from envcredit.rating.stated import facts_of

FEW = settings(max_examples=4)  # a whole rating each; the cities are large instead
KINDS = st.sampled_from(["fine,30000", "fine,500", "fine,", "warning,", "public_criticism,"])
CERTAIN = st.sampled_from(["fine,30000", "fine,500", "warning,", "public_criticism,"])
DAYS = st.sampled_from(["2024-02-29", "2025-12-31", "2026-01-01", "2026-03-31", "2026-08-31", "2026-12-31", "2027-01-01"])
PARTIES = st.sampled_from(["甲示例厂", "乙示例厂", "丙示例厂", "旧甲示例厂", "丁示例厂"])
PENALTIES = st.lists(st.tuples(PARTIES, DAYS, KINDS), min_size=8, max_size=30)
CERTAIN_PENALTIES = st.lists(st.tuples(PARTIES, DAYS, CERTAIN), min_size=8, max_size=30)
SOME = st.lists(st.tuples(PARTIES, DAYS, KINDS), min_size=1, max_size=2)
Penalties = list[tuple[str, str, str]]
WHERE_IT_STOOD = {"unattached"}  # this stage says in which line of a file a record stood


def as_rows(penalties: Penalties) -> list[str]:
    return [f"penalty,{p},,{day},,示例局,示罚〔2027〕{n}号,{kind},,," for n, (p, day, kind) in enumerate(penalties, 1)]


@dataclass(frozen=True)
class Rated:
    """Digest of each stage, and the rows of some stages and of the facts."""

    digests: dict[str, str]
    rows: dict[str, list[dict[str, Any]]]

    @property
    def scores(self) -> dict[str, int]:
        return {row["unit_id"]: row["score"] for row in self.rows["score"] if row["status"] == "rated"}

    def documents(self, stage: str) -> set[str]:
        """The numbers of the documents that a stage names."""
        named = {row["record_id"] for row in self.rows[stage]}
        return {row["document_number"] for row in self.rows["fact"] if row["record_id"] in named}


def rated(rows: list[str], units: str = UNITS, later: tuple[str, ...] = (), known_at: str = KNOWN_AT) -> Rated:
    with TemporaryDirectory() as room:
        folder = lay_out(Path(room) / "city", rows, units)
        if later:
            take_in(folder, "later.csv", later, "2027-03-01T00:00:00Z")
        run = quick_run(folder, known_at)
        rows = {name: run.stage(name).to_pylist() for name in ("point", "ignored", "score")}
        return Rated(stage_digests(run), rows | {"fact": facts_of(run).to_pylist()})


@cache
def plain_city() -> Rated:
    return rated(list(ROWS))


@FEW
@given(PENALTIES, st.integers(0, 1000))
def test_order_of_records_and_units_does_not_matter(penalties: Penalties, seed: int) -> None:
    rows, head, *units = [*ROWS, *as_rows(penalties)], *UNITS.splitlines()
    mixed, turned = list(rows), list(units)
    Random(seed).shuffle(mixed)
    Random(seed).shuffle(turned)
    first, second = rated(rows), rated(mixed, "\n".join([head, *turned]) + "\n")
    assert {name for name, digest in first.digests.items() if second.digests[name] != digest} <= WHERE_IT_STOOD


@FEW
@given(PENALTIES, st.lists(st.integers(1, 30), min_size=1, max_size=3))
def test_in_which_batches_records_came_does_not_matter(penalties: Penalties, cuts: list[int]) -> None:
    # A record that finds no unit is shown with its file and line, so here all find one.
    rows = [row for row in (*ROWS, *as_rows(penalties)) if "丁示例厂" not in row]
    places = [0, *sorted({min(cut, len(rows) - 1) for cut in cuts}), len(rows)]
    with TemporaryDirectory() as room:
        one, many = lay_out(Path(room) / "one", rows), lay_out(Path(room) / "many", rows[: places[1]])
        for number, (first, last) in enumerate(pairwise(places[1:]), 2):
            take_in(many, f"{number}.csv", rows[first:last], RECORDED_AT)
        whole, parted = quick_run(one), quick_run(many)
        assert len(parted.manifest["inputs"]["batches"]) == len(places) - 1
        assert parted.manifest["result_digest"] == whole.manifest["result_digest"]
        assert parted.stage("digest").equals(whole.stage("digest"))


OF_A_UNIT = ("unit", "derived", "point", "ignored", "item", "score", "grade", "group")


def told_of_units(rows: list[str]) -> tuple[dict[str, str], dict[str, list[Any]]]:
    """The digest of each unit, and all that the run says of it."""
    with TemporaryDirectory() as room:
        run = quick_run(lay_out(Path(room) / "city", rows))
        digests = {row["unit_id"]: row["digest"] for row in run.stage("digest").to_pylist()}
        return digests, {unit: [run.rows(stage, unit).to_pylist() for stage in OF_A_UNIT] for unit in digests}


@cache
def plain_units() -> tuple[dict[str, str], dict[str, list[Any]]]:
    return told_of_units(list(ROWS))


@FEW
@given(SOME)
def test_a_units_digest_changes_exactly_when_something_else_is_said_of_it(penalties: Penalties) -> None:
    (then, said), (now, says) = plain_units(), told_of_units([*ROWS, *as_rows(penalties)])
    assert {unit for unit in then if now[unit] != then[unit]} == {unit for unit in said if says[unit] != said[unit]}


@FEW
@given(PENALTIES)
def test_an_ignored_fact_changes_nothing_else(penalties: Penalties) -> None:
    rows = as_rows(penalties)
    whole = rated([*ROWS, *rows])
    passed = whole.documents("ignored") - whole.documents("point")
    left = [row for row in rows if row.split(",")[6] not in passed]
    fewer = rated([*ROWS, *left])
    assert fewer.rows["point"] == whole.rows["point"]
    assert {unit: fewer.scores[unit] for unit in whole.scores} == whole.scores
    assert [row for row in whole.rows["ignored"] if row in fewer.rows["ignored"]] == fewer.rows["ignored"]


@FEW
@given(PENALTIES)
def test_a_later_known_at_without_new_records_changes_nothing(penalties: Penalties) -> None:
    rows = [*ROWS, *as_rows(penalties)]
    assert rated(rows, known_at=RECORDED_AT) == rated(rows, known_at="2099-01-01T00:00:00Z")


@FEW
@given(PENALTIES)
def test_what_was_recorded_later_changes_nothing(penalties: Penalties) -> None:
    assert rated(list(ROWS), later=tuple(as_rows(penalties))) == plain_city()


@FEW
@given(CERTAIN_PENALTIES, st.integers(0, 29))
def test_without_a_penalty_no_score_is_lower(penalties: Penalties, at: int) -> None:
    rows = as_rows(penalties)
    gone = rows[at % len(rows)]
    before, after = (rated([*ROWS, *(row for row in rows if row != left_out)]) for left_out in ("", gone))
    assert all(after.scores[unit] >= score for unit, score in before.scores.items())


def test_points_and_start_value_are_the_score() -> None:
    points: dict[str, int] = {}
    for row in plain_city().rows["point"]:
        points[row["unit_id"]] = points.get(row["unit_id"], 0) + row["counted"]
    assert {r["unit_id"]: r["score"] - r["base"] for r in plain_city().rows["score"]} == {"U2": 0, **points}
