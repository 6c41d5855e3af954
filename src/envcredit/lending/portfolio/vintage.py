"""Vintages: of the loans granted in one quarter to borrowers of one grade, how many had gone bad after so many months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from envcredit.base.days import add_months


@dataclass(frozen=True, slots=True)
class Granted:
    """A loan when it was granted (amount in fen), and the day it first went bad, if it did.

    What bad means (a lower class, overdue for more than 90 days) is the caller's to say. A loan that vanished from the book is
    not necessarily repaid: whoever does not know what became of it says so beside the table.
    """

    granted: date
    grade: str
    amount_fen: int
    bad_on: date | None = None


@dataclass(frozen=True, slots=True)
class Vintage:
    """One cell: quarter (``2026Q1``), grade at origination, age in months. ``thin``: too few loans to read anything into it."""

    quarter: str
    grade: str
    months: int
    loans: int
    amount_fen: int
    bad_loans: int
    bad_amount_fen: int
    thin: bool

    @property
    def rate(self) -> float:
        """Cumulative bad rate by number of loans."""
        return self.bad_loans / self.loans

    @property
    def rate_by_amount(self) -> float:
        """Cumulative bad rate by amount granted; 0 if nothing was."""
        return self.bad_amount_fen / self.amount_fen if self.amount_fen else 0


def vintages(
    loans: Iterable[Granted], grades: Sequence[str], months: Sequence[int], seen_until: date, thin_below: int = 30
) -> list[Vintage]:
    """Cells in order of quarter, grade (as in ``grades``) and age.

    An age is shown only once the youngest loan that the quarter can hold has reached it by ``seen_until``, so that all loans of a
    cell had the same time to go bad; the month after a 31st is counted to the month's last day. A grade that is not named, or
    a loan that went bad before it was granted, raises ``ValueError``.
    """
    cells: dict[tuple[str, int], list[Granted]] = {}
    for loan in loans:
        if loan.grade not in grades or (loan.bad_on and loan.bad_on < loan.granted):
            raise ValueError(f"no such grade, or bad before it was granted: {loan}")
        cells.setdefault((_quarter(loan.granted), grades.index(loan.grade)), []).append(loan)
    return [
        _cell(quarter, grades[place], age, held, thin_below)
        for (quarter, place), held in sorted(cells.items(), key=lambda item: item[0])
        for age in sorted(months)
        if add_months(_quarter_end(held[0].granted), age, "last_day") <= seen_until
    ]


def _cell(quarter: str, grade: str, months: int, held: Sequence[Granted], thin_below: int) -> Vintage:
    bad = [loan for loan in held if loan.bad_on and loan.bad_on <= add_months(loan.granted, months, "last_day")]
    amounts = (sum(loan.amount_fen for loan in group) for group in (held, bad))
    amount, bad_amount = amounts
    return Vintage(quarter, grade, months, len(held), amount, len(bad), bad_amount, len(held) < thin_below)


def _quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def _quarter_end(day: date) -> date:
    last = (day.month + 2) // 3 * 3
    return add_months(date(day.year, last, 1), 1, "last_day") - timedelta(days=1)
