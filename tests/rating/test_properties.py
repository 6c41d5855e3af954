"""What must hold of any city: order does not matter, and what is not counted or not yet known changes nothing."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from city import RECORDED_AT, ROWS, UNITS, lay_out, quick_run, run_of, stage_digests, take_in
from hypothesis import given, settings
from hypothesis import strategies as st

from envcredit.rating.run import Run

FEW = settings(max_examples=6)
KINDS = st.sampled_from(["fine,30000", "fine,500", "fine,", "warning,", "public_criticism,"])
DAYS = st.sampled_from(["2024-02-29", "2025-12-31", "2026-01-01", "2026-03-31", "2026-08-31", "2026-12-31", "2027-01-01"])
PARTIES = st.sampled_from(["甲示例厂", "乙示例厂", "丙示例厂", "旧甲示例厂", "丁示例厂"])
PENALTIES = st.lists(st.tuples(PARTIES, DAYS, KINDS), min_size=1, max_size=12)


def as_rows(penalties: list[tuple[str, str, str]]) -> list[str]:
    return [f"penalty,{p},,{day},,示例局,示罚〔2027〕{n}号,{kind},,," for n, (p, day, kind) in enumerate(penalties, 1)]


def rated(
    rows: list[str], units: str = UNITS, later: list[str] | None = None, known_at: str = "2027-01-10T00:00:00Z"
) -> dict[str, object]:
    """Digest of each stage, and the rows of the point, ignored and score stages."""
    with TemporaryDirectory() as room:
        folder = lay_out(Path(room) / "city", rows, units)
        if later:
            take_in(folder, "later.csv", later, "2027-03-01T00:00:00Z")
        run = quick_run(folder, known_at)
        return {**stage_digests(run), **{f"{name} rows": run.stage(name).to_pylist() for name in ("point", "ignored", "score")}}


@FEW
@given(PENALTIES, st.integers(0, 1000))
def test_order_of_records_and_units_does_not_matter(penalties: list[tuple[str, str, str]], seed: int) -> None:
    rows, head, *units = [*ROWS, *as_rows(penalties)], *UNITS.splitlines()
    mixed, turned = list(rows), list(units)
    Random(seed).shuffle(mixed)
    Random(seed).shuffle(turned)
    first, second = rated(rows), rated(mixed, "\n".join([head, *turned]) + "\n")
    # the fact and unattached stages say in which line of the file a record stood
    assert {k: v for k, v in first.items() if k not in ("fact", "unattached")} == {
        k: v for k, v in second.items() if k not in ("fact", "unattached")
    }


@FEW
@given(PENALTIES)
def test_an_ignored_fact_changes_nothing_else(penalties: list[tuple[str, str, str]]) -> None:
    rows = [*ROWS, *as_rows(penalties)]
    whole = rated(rows)
    ignored = {row["record_id"] for row in whole["ignored rows"]}  # type: ignore[attr-defined]
    counted = {row["record_id"] for row in whole["point rows"]}  # type: ignore[attr-defined]
    with TemporaryDirectory() as room:
        facts = quick_run(lay_out(Path(room) / "city", rows)).stage("fact").to_pylist()
    out = {row["line"] for row in facts if row["record_id"] in ignored - counted and row["kind"] == "penalty"}
    amended = {f"示罚〔2026〕{n}号" for n in (1, 2, 3, 4)}
    left = [row for line, row in enumerate(rows, 2) if line not in out or row.split(",")[6] in amended]
    assert rated(left)["point rows"] == whole["point rows"]
    scores = {row["unit_id"]: row["score"] for row in whole["score rows"] if row["status"] == "rated"}  # type: ignore[attr-defined]
    fewer = {row["unit_id"]: row["score"] for row in rated(left)["score rows"]}  # type: ignore[attr-defined]
    assert all(fewer[unit] == score for unit, score in scores.items())


@FEW
@given(PENALTIES)
def test_a_later_known_at_without_new_records_changes_nothing(penalties: list[tuple[str, str, str]]) -> None:
    rows = [*ROWS, *as_rows(penalties)]
    assert rated(rows) == rated(rows, known_at="2099-01-01T00:00:00Z") == rated(rows, known_at=RECORDED_AT)


@FEW
@given(PENALTIES)
def test_what_was_recorded_later_changes_nothing(penalties: list[tuple[str, str, str]]) -> None:
    assert rated(list(ROWS), later=as_rows(penalties)) == rated(list(ROWS))


@FEW
@given(PENALTIES, st.integers(0, 11))
def test_without_a_penalty_no_score_is_lower(penalties: list[tuple[str, str, str]], at: int) -> None:
    penalties = [p for p in penalties if p[2] != "fine,"]
    if not penalties:
        return
    gone = penalties[at % len(penalties)]
    before = {row["unit_id"]: row["score"] for row in rated([*ROWS, *as_rows(penalties)])["score rows"]}  # type: ignore[attr-defined]
    left = as_rows(penalties)
    left.pop(penalties.index(gone))
    after = {row["unit_id"]: row["score"] for row in rated([*ROWS, *left])["score rows"]}  # type: ignore[attr-defined]
    assert all(after[unit] >= score for unit, score in before.items())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_of(lay_out(tmp_path_factory.mktemp("city")))


def test_points_and_start_value_are_the_score(run: Run) -> None:
    points: dict[str, int] = {}
    for row in run.stage("point").to_pylist():
        points[row["unit_id"]] = points.get(row["unit_id"], 0) + row["counted"]
    assert {r["unit_id"]: r["score"] - r["base"] for r in run.stage("score").to_pylist()} == {"U2": 0, **points}
