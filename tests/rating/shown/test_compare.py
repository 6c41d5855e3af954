"""Two runs side by side."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from envcredit.engine import open_engine
from envcredit.rating.compare import Comparison, common_step, compare

FINE = {"unit_id": "u1", "rule": "fined", "record_id": "r1", "clause": "m/1", "raw": -5, "counted": -5}
PENALTY = {"unit_id": "u1", "record_id": "r1", "decided_on": date(2026, 3, 1), "document_number": "示环罚〔2026〕3号"}


def compared(before, after) -> Comparison:
    with open_engine() as engine:
        return compare(before, after, engine)


def directions(result: Comparison) -> dict[str, str]:
    return {row["unit_id"]: row["direction"] for row in result.units.to_pylist()}


def unit(key: str, grade: str = "green", score: int | None = 100, **more: object) -> dict[str, object]:
    return {"unit_id": key, "name": f"单位{key}", "grade": grade, "score": score, **more}


def test_every_unit_of_either_run_goes_one_way(make_run):
    before = make_run(
        [unit("a"), unit("b", "red", 40), unit("c"), unit("d"), unit("e"), unit("f", "", None, result="refused"), unit("g")]
    )
    after = make_run(
        [
            unit("a"),
            unit("b", "blue", 80),
            unit("c", "black", 0),
            unit("e", score=98),
            unit("f"),
            unit("g", "", None, result="not_rated"),
            unit("n"),
        ]
    )
    result = compared(before, after)
    assert directions(result) == {
        "c": "worse", "b": "better", "g": "refused", "f": "rated", "n": "entered", "d": "left", "e": "score", "a": "same"
    }  # fmt: skip
    assert sum(result.counts().values()) == 8
    assert result.matrix()[("green", "absent")] == 1
    assert sum(result.matrix().values()) == 8


def test_a_new_record_is_named_as_the_cause(make_run):
    before = make_run([unit("u1")])
    after = make_run([unit("u1", "blue", 95)], facts=[PENALTY], points=[FINE])
    (cause,) = compared(before, after).causes.to_pylist()
    assert (cause["change"], cause["why"], cause["difference"]) == ("gained", "new_record", -5)
    assert (cause["document_number"], cause["day"]) == ("示环罚〔2026〕3号", date(2026, 3, 1))


@pytest.mark.parametrize(
    ("ignored", "facts", "why"),
    [
        ([{"unit_id": "u1", "rule": "fined", "record_id": "r1", "reason": "lapsed"}], [PENALTY], "lapsed"),
        ([{"unit_id": "u1", "rule": "fined", "record_id": "r1", "reason": "revoked"}], [PENALTY], "revoked"),
        ([{"unit_id": "u1", "rule": "praised", "record_id": "r1", "reason": "lapsed"}], [PENALTY], "no_longer_holds"),
        ([], [PENALTY], "no_longer_holds"),
        ([], [], "record_gone"),
    ],
)
def test_a_lost_point_says_why_it_no_longer_counts(make_run, ignored, facts, why):
    before = make_run([unit("u1", "blue", 95)], facts=[PENALTY], points=[FINE])
    after = make_run([unit("u1")], facts=facts, ignored=ignored)
    (cause,) = compared(before, after).causes.to_pylist()
    assert (cause["change"], cause["why"], cause["difference"]) == ("lost", why, 5)


def test_a_rule_that_the_other_scheme_lacks_is_the_cause(make_run, make_scheme):
    before = make_run([unit("u1")], facts=[PENALTY], scheme=make_scheme(drop=["fined"]))
    after = make_run([unit("u1", "blue", 95)], facts=[PENALTY], points=[FINE])
    assert compared(before, after).causes["why"].to_pylist() == ["new_rule"]
    assert compared(after, before).causes["why"].to_pylist() == ["no_rule"]


def test_a_point_that_began_to_count_says_why_it_did_not(make_run):
    early = {"unit_id": "u1", "rule": "fined", "record_id": "r1", "reason": "not_yet"}
    before = make_run([unit("u1")], facts=[PENALTY], ignored=[early])
    after = make_run([unit("u1", "blue", 95)], facts=[PENALTY], points=[FINE])
    assert compared(before, after).causes["why"].to_pylist() == ["was_not_yet"]


def test_points_of_a_unit_that_entered_are_not_told_as_changes(make_run):
    after = make_run([unit("u1", "blue", 95)], facts=[PENALTY], points=[FINE])
    assert compared(make_run([unit("z")]), after).causes.num_rows == 0


def test_two_steps_meet_in_a_common_one(make_run, make_scheme):
    before = make_run([unit("u1", score=100)], facts=[PENALTY], points=[FINE])
    halves = {**FINE, "counted": -11, "raw": -11}
    after = make_run([unit("u1", score=189)], facts=[PENALTY], points=[halves], scheme=make_scheme(step="0.5"))
    result = compared(before, after)
    assert result.step == Decimal("0.5")
    assert result.units["score_change"].to_pylist() == [-11]
    assert result.causes["difference"].to_pylist() == [-1]


@pytest.mark.parametrize(
    ("a", "b", "step", "factors"),
    [("1", "0.5", "0.5", (2, 1)), ("0.3", "0.2", "0.1", (3, 2)), ("5", "10", "5", (1, 2)), ("1", "1", "1", (1, 1))],
)
def test_common_step(a, b, step, factors):
    assert common_step(Decimal(a), Decimal(b)) == (Decimal(step), factors)


def test_a_run_does_not_differ_from_itself(make_run):
    run = make_run([unit("u1", "blue", 95)], facts=[PENALTY], points=[FINE])
    result = compared(run, run)
    assert result.causes.num_rows == 0
    assert set(directions(result).values()) == {"same"}
