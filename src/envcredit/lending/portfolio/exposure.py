"""Exposure at grade: on each reporting day, how many borrowers, loans and fen stood at each grade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Position:
    """One loan on one reporting day: whose it is, at which grade the borrower stood, and the balance in fen."""

    day: date
    borrower: str
    grade: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class AtGrade:
    """One day and one grade. The shares are of all of that day, 0 when there was nothing."""

    day: date
    grade: str
    borrowers: int
    loans: int
    amount_fen: int
    share_of_borrowers: float
    share_of_amount: float


def exposure_at_grade(positions: Iterable[Position], grades: Sequence[str]) -> list[AtGrade]:
    """A row for each day and each of ``grades`` (best to worst, then the states that are no grade), zeros too, in that order.

    What comes in goes out: the rows of a day sum to its loans and fen. Raises ``ValueError`` for a grade that is not named, a
    negative balance, and a borrower at two grades on one day.
    """
    graded: dict[date, dict[str, str]] = {}
    sums: dict[tuple[date, str], tuple[int, int]] = {}
    for one in positions:
        if one.grade not in grades or one.amount_fen < 0:
            raise ValueError(f"{one.borrower}: no such grade, or a balance below zero: {one.grade}, {one.amount_fen}")
        if graded.setdefault(one.day, {}).setdefault(one.borrower, one.grade) != one.grade:
            raise ValueError(f"{one.borrower} stands at two grades on {one.day}")
        loans, amount = sums.get((one.day, one.grade), (0, 0))
        sums[one.day, one.grade] = loans + 1, amount + one.amount_fen
    return [row for day in sorted(graded) for row in _day(day, graded[day], sums, grades)]


def _day(
    day: date, graded: dict[str, str], sums: dict[tuple[date, str], tuple[int, int]], grades: Sequence[str]
) -> list[AtGrade]:
    held = list(graded.values())
    of_all = sum(sums.get((day, grade), (0, 0))[1] for grade in grades)
    rows = []
    for grade in grades:
        loans, amount = sums.get((day, grade), (0, 0))
        borrowers = held.count(grade)
        rows.append(AtGrade(day, grade, borrowers, loans, amount, borrowers / len(held), amount / of_all if of_all else 0))
    return rows
