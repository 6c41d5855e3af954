"""What must hold of any city: order does not matter, and what is not counted or not yet known changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
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
