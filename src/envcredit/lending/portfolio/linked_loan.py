"""A loan whose rate steps up and down with the borrower's grade: what each test did, and what it comes to in fen.

The schedule is the contract's: test dates, what each grade does to the rate, the least and most it may do, and what follows
when a test is missed. The effect is the interest with the steps less the interest without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from envcredit.base.amounts import Rounding, rounded
from envcredit.lending.portfolio.interest import DayCount, Rate, exact_interest, year_fraction

Counting = Literal["level", "cumulative"]
"""``level``: the grade sets the adjustment, whatever it was before. ``cumulative``: the grade adds to it, test after test."""

Held = Literal["", "cap", "floor"]


@dataclass(frozen=True, slots=True)
class GradeTest:
    """A test: the day whose grade is looked at, and the day from which interest follows it. ``grade`` is None if the test was
    missed."""

    day: date
    applies_on: date
    grade: str | None


@dataclass(frozen=True, slots=True)
class LinkedLoan:
    """The terms. Rates and steps are in basis points, amounts in fen.

    ``balances`` are ``(day, fen)`` from the day the loan is paid out, ascending, to show repayments; interest runs to before
    ``ends_on``. ``steps`` names what each grade does (minus: a reduction); ``floor_bp`` and ``cap_bp`` bound the sum of all
    adjustments. ``missed_bp`` is the step of a missed test, taken as a grade's would be; None: the adjustment stays as it is.
    """

    balances: tuple[tuple[date, int], ...]
    ends_on: date
    rate_bp: Rate
    steps: Mapping[str, Rate]
    floor_bp: Rate
    cap_bp: Rate
    missed_bp: Rate | None
    counting: Counting
    day_count: DayCount
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class LinkedPeriod:
    """From one test's effect to the next: what the test asked for, what came of it, and the interest of the period in fen.

    ``grade`` is None before the first test and after a missed one (``missed`` tells which); ``held`` says which bound cut the
    request.
    """

    start: date
    end: date
    grade: str | None
    missed: bool
    asked_bp: Fraction
    adjustment_bp: Fraction
    held: Held
    rate_bp: Fraction
    interest_fen: int
    without_fen: int

    @property
    def effect_fen(self) -> int:
        """What the steps added to the interest; below zero: what they saved the borrower."""
        return self.interest_fen - self.without_fen


@dataclass(frozen=True, slots=True)
class LinkedEffect:
    """All periods, and the same effect by calendar year: both sum to ``effect_fen``."""

    periods: tuple[LinkedPeriod, ...]
    by_year: Mapping[int, int]

    @property
    def effect_fen(self) -> int:
        """What the steps added over the life of the loan."""
        return sum(period.effect_fen for period in self.periods)


@dataclass(frozen=True, slots=True)
class _Adjustment:
    test: GradeTest | None
    start: date
    asked: Fraction
    made: Fraction
    held: Held


@dataclass(frozen=True, slots=True)
class _Piece:
    """Days of one period, one balance and one calendar year."""

    period: int
    year: int
    interest: int
    without: int


def linked_effect(loan: LinkedLoan, tests: Sequence[GradeTest]) -> LinkedEffect:
    """The whole schedule with its interest.

    Fractions of a fen are carried from piece to piece, so that the sums over periods, over years and over the loan agree to
    the fen. With ``30/360`` the days of the pieces are counted from the start of the loan, for the same reason. Raises
    ``ValueError`` for terms that contradict themselves (see the messages), a grade without a step, and tests out of order or
    outside the loan.
    """
    _check(loan, tests)
    adjustments = _adjustments(loan, tests)
    pieces = _pieces(loan, adjustments)
    periods = tuple(_period(loan, adjustments, number, pieces) for number in range(len(adjustments)))
    years = sorted({piece.year for piece in pieces})
    return LinkedEffect(periods, {y: sum(p.interest - p.without for p in pieces if p.year == y) for y in years})


def _adjustments(loan: LinkedLoan, tests: Sequence[GradeTest]) -> list[_Adjustment]:
    """The first holds from the payout; a test that applies on that day takes its place."""
    made = [_Adjustment(None, loan.balances[0][0], Fraction(0), Fraction(0), "")]
    for test in tests:
        step = loan.missed_bp if test.grade is None else loan.steps[test.grade]
        before = made[-1].made
        asked = before if step is None else Fraction(step) + (before if loan.counting == "cumulative" else 0)
        bounded = min(max(asked, Fraction(loan.floor_bp)), Fraction(loan.cap_bp))
        held: Held = "" if bounded == asked else "cap" if bounded < asked else "floor"
        made.append(_Adjustment(test, test.applies_on, asked, bounded, held))
    return made[1:] if tests and tests[0].applies_on == made[0].start else made


def _pieces(loan: LinkedLoan, adjustments: Sequence[_Adjustment]) -> list[_Piece]:
    begin, end = loan.balances[0][0], loan.ends_on
    new_years = (date(year, 1, 1) for year in range(begin.year + 1, end.year + 1))
    cuts = {begin, end, *(a.start for a in adjustments), *(day for day, _ in loan.balances), *new_years}
    pieces, interest, without = [], Fraction(0), Fraction(0)
    for start, stop in pairwise(sorted(cut for cut in cuts if begin <= cut <= end)):
        period = max(number for number, a in enumerate(adjustments) if a.start <= start)
        balance = next(fen for day, fen in reversed(loan.balances) if day <= start)
        years = year_fraction(begin, stop, loan.day_count) - year_fraction(begin, start, loan.day_count)
        steps = [(interest, Fraction(loan.rate_bp) + adjustments[period].made), (without, Fraction(loan.rate_bp))]
        sums = [before + exact_interest(balance, rate, years) for before, rate in steps]
        charged = [
            rounded(after, loan.rounding) - rounded(before, loan.rounding) for after, (before, _) in zip(sums, steps, strict=True)
        ]
        pieces.append(_Piece(period, start.year, *charged))
        interest, without = sums
    return pieces


def _period(loan: LinkedLoan, adjustments: Sequence[_Adjustment], number: int, pieces: Sequence[_Piece]) -> LinkedPeriod:
    own = adjustments[number]
    end = adjustments[number + 1].start if number + 1 < len(adjustments) else loan.ends_on
    charged = [sum(getattr(piece, name) for piece in pieces if piece.period == number) for name in ("interest", "without")]
    grade, missed = (own.test.grade, own.test.grade is None) if own.test else (None, False)
    return LinkedPeriod(own.start, end, grade, missed, own.asked, own.made, own.held, Fraction(loan.rate_bp) + own.made, *charged)


def _check(loan: LinkedLoan, tests: Sequence[GradeTest]) -> None:
    days = [day for day, _ in loan.balances]
    if not days or days != sorted(set(days)) or loan.ends_on <= days[-1] or any(fen < 0 for _, fen in loan.balances):
        raise ValueError("balances are on ascending days before the end of the loan, and never negative")
    if not Fraction(loan.floor_bp) <= 0 <= Fraction(loan.cap_bp):
        raise ValueError(f"the floor is at or below 0 and the cap at or above it: {loan.floor_bp}, {loan.cap_bp}")
    applied = [test.applies_on for test in tests]
    if applied != sorted(set(applied)) or any(t.applies_on < t.day or not days[0] <= t.applies_on < loan.ends_on for t in tests):
        raise ValueError("tests apply on ascending days within the loan, each on its own day or later")
    unknown = sorted({test.grade for test in tests if test.grade is not None} - set(loan.steps))
    if unknown:
        raise ValueError(f"no step for the grades {unknown}")
