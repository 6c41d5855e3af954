"""Interest to the fen, and loans whose rate follows the grade."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.amounts import rounded
from envcredit.lending.portfolio.interest import DayCount, interest_fen, year_fraction, yearly_interest_fen
from envcredit.lending.portfolio.linked_loan import GradeTest, LinkedLoan, linked_effect

MILLION = 1_000_000 * 100  # fen


def test_published_savings_of_a_year() -> None:
    assert yearly_interest_fen(150 * MILLION, 89, "half_up") == 1_335_000_00
    assert yearly_interest_fen(15 * MILLION, 10, "half_up") == 15_000_00
    start, end = date(2025, 3, 1), date(2026, 3, 1)
    assert interest_fen(150 * MILLION, 89, start, end, day_count="30/360", rounding="half_up") == 1_335_000_00
    assert interest_fen(150 * MILLION, 89, start, end, day_count="actual/365", rounding="half_up") == 1_335_000_00
    assert interest_fen(150 * MILLION, 89, start, end, day_count="actual/360", rounding="half_up") == 1_353_541_67


@pytest.mark.parametrize(
    ("start", "end", "day_count", "days", "basis"),
    [
        (date(2024, 1, 31), date(2024, 3, 1), "actual/360", 30, 360),
        (date(2024, 2, 28), date(2025, 2, 28), "actual/365", 366, 365),
        (date(2024, 1, 31), date(2024, 2, 29), "30/360", 29, 360),
        (date(2024, 1, 31), date(2024, 3, 31), "30/360", 60, 360),
        (date(2024, 1, 15), date(2024, 3, 31), "30/360", 76, 360),
        (date(2024, 2, 29), date(2025, 2, 28), "30/360", 359, 360),
    ],
)
def test_ways_of_counting_days(start: date, end: date, day_count: str, days: int, basis: int) -> None:
    assert year_fraction(start, end, day_count) == Fraction(days, basis)


def test_rounding_is_named_and_a_rate_may_have_parts_of_a_basis_point() -> None:
    start, end = date(2026, 1, 1), date(2026, 1, 2)
    for rounding, fen in (("half_up", 251), ("down", 250)):
        found = interest_fen(3_600_000, Decimal("250.5"), start, end, day_count="actual/360", rounding=rounding)
        assert found == fen, "of 250.5 fen"
    assert interest_fen(3_600_000, -25, start, end, day_count="actual/360", rounding="down") == -25
    with pytest.raises(ValueError, match="before"):
        year_fraction(end, start, "30/360")
    with pytest.raises(ValueError, match="no such way"):
        year_fraction(start, end, "actual/actual")


STEPS = {"green": -20, "blue": -10, "yellow": 0, "red": 25}
LOAN = LinkedLoan(
    balances=((date(2025, 1, 1), 100 * MILLION),),
    ends_on=date(2028, 1, 1),
    rate_bp=350,
    steps=STEPS,
    floor_bp=-30,
    cap_bp=40,
    missed_bp=25,
    counting="level",
    day_count="30/360",
    rounding="half_up",
)


def yearly(*grades: str | None) -> list[GradeTest]:
    return [GradeTest(date(2025 + n, 12, 1), date(2026 + n, 1, 1), grade) for n, grade in enumerate(grades)]


def test_a_grade_sets_the_rate_of_the_period_after_its_test() -> None:
    found = linked_effect(LOAN, yearly("green", "red"))
    assert [(p.start.year, p.end.year, p.grade, p.rate_bp) for p in found.periods] == [
        (2025, 2026, None, 350),
        (2026, 2027, "green", 330),
        (2027, 2028, "red", 375),
    ]
    assert [p.interest_fen for p in found.periods] == [3_500_000_00, 3_300_000_00, 3_750_000_00]
    assert [p.effect_fen for p in found.periods] == [0, -200_000_00, 250_000_00]
    assert found.by_year == {2025: 0, 2026: -200_000_00, 2027: 250_000_00}
    assert found.effect_fen == 50_000_00


def test_steps_that_add_up_stop_at_floor_and_cap() -> None:
    adding = replace(LOAN, counting="cumulative")
    down = linked_effect(adding, yearly("green", "green")).periods
    assert [(p.asked_bp, p.adjustment_bp, p.held) for p in down] == [(0, 0, ""), (-20, -20, ""), (-40, -30, "floor")]
    up = linked_effect(adding, yearly("red", "red")).periods
    assert [(p.asked_bp, p.adjustment_bp, p.held) for p in up[1:]] == [(25, 25, ""), (50, 40, "cap")]
    back = linked_effect(adding, yearly("red", "blue")).periods
    assert [p.adjustment_bp for p in back] == [0, 25, 15]


def test_a_missed_test_costs_what_the_contract_says() -> None:
    costs = linked_effect(LOAN, yearly("green", None)).periods[2]
    assert (costs.grade, costs.missed, costs.adjustment_bp) == (None, True, 25)
    stays = linked_effect(replace(LOAN, missed_bp=None), yearly("green", None)).periods[2]
    assert (stays.missed, stays.adjustment_bp, stays.held) == (True, -20, "")
    assert not stays.grade


def test_repayments_and_a_test_on_the_day_of_payout() -> None:
    loan = replace(LOAN, balances=((date(2025, 1, 1), 100 * MILLION), (date(2025, 7, 1), 40 * MILLION)), ends_on=date(2026, 1, 1))
    found = linked_effect(loan, [GradeTest(date(2024, 12, 1), date(2025, 1, 1), "blue")])
    assert len(found.periods) == 1
    assert found.effect_fen == -(50_000_00 + 20_000_00)
    assert found.periods[0].interest_fen == yearly_interest_fen(70 * MILLION, 340, "half_up")
    assert linked_effect(loan, []).effect_fen == 0


def test_published_saving_as_a_loan_linked_to_a_label() -> None:
    once = ((date(2025, 6, 1), 150 * MILLION),)
    loan = replace(LOAN, balances=once, ends_on=date(2026, 6, 1), steps={"certified": -89}, floor_bp=-89)
    found = linked_effect(loan, [GradeTest(date(2025, 6, 1), date(2025, 6, 1), "certified")])
    assert found.effect_fen == -1_335_000_00
    assert sum(found.by_year.values()) == -1_335_000_00
    assert found.by_year[2025] == -778_750_00, "seven months of twelve"


@pytest.mark.parametrize(
    ("loan", "tests", "message"),
    [
        (replace(LOAN, balances=()), [], "balances"),
        (replace(LOAN, balances=((date(2025, 1, 1), -1),)), [], "balances"),
        (replace(LOAN, ends_on=date(2025, 1, 1)), [], "balances"),
        (replace(LOAN, floor_bp=5), [], "floor"),
        (LOAN, yearly("purple"), "no step for the grades"),
        (LOAN, list(reversed(yearly("green", "red"))), "ascending"),
        (LOAN, [GradeTest(date(2026, 1, 2), date(2026, 1, 1), "red")], "ascending"),
        (LOAN, [GradeTest(date(2028, 1, 1), date(2028, 1, 1), "red")], "within the loan"),
    ],
)
def test_terms_that_contradict_themselves(loan: LinkedLoan, tests: list[GradeTest], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        linked_effect(loan, tests)


@given(
    fen=st.integers(0, 10**13),
    gaps=st.lists(st.integers(1, 400), min_size=1, max_size=4),
    grades=st.lists(st.sampled_from([*STEPS, None]), min_size=4, max_size=4),
    day_count=st.sampled_from(["actual/360", "actual/365", "30/360"]),
)
def test_periods_and_years_sum_to_the_loan(fen: int, gaps: list[int], grades: list[str | None], day_count: DayCount) -> None:
    start = date(2025, 1, 31)
    loan = replace(LOAN, balances=((start, fen),), day_count=day_count, ends_on=date(2030, 3, 31))
    days = [start + timedelta(days=sum(gaps[: n + 1])) for n in range(len(gaps))]
    found = linked_effect(loan, [GradeTest(day, day, grade) for day, grade in zip(days, grades, strict=False)])
    assert sum(found.by_year.values()) == found.effect_fen
    whole = rounded(fen * Fraction(350, 10_000) * year_fraction(start, loan.ends_on, day_count), "half_up")
    assert sum(p.without_fen for p in found.periods) == whole
    assert [p.end for p in found.periods[:-1]] == [p.start for p in found.periods[1:]]
