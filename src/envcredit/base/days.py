"""Days, terms and windows, with the month-end rule said aloud.

What is 31 March + 1 month? Two rules are offered, and a scheme names one of them:

``last_day``
    30 April: the last day of a month that has no such day (民法典 第二百零二条: 没有对应日的，月末日为期间的最后一日).
``first_of_next``
    1 May: the first day after it.

When does a term of 24 months from 10 March 2024 end? Again a scheme names its rule:

``corresponding_day``
    it still counts on 10 March 2026 (民法典 第二百零一条 and 第二百零二条: the first day is not counted in, the corresponding
    day is the last).
``day_before``
    9 March 2026 is the last day it counts.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

MonthEnd = Literal["last_day", "first_of_next"]
TermEnd = Literal["corresponding_day", "day_before"]
TermUnit = Literal["day", "month"]

_TERM = re.compile(r"(\d{1,5})\s*(day|week|month|quarter|year)s?")
_IN_UNITS: dict[str, tuple[int, TermUnit]] = {
    "day": (1, "day"),
    "week": (7, "day"),
    "month": (1, "month"),
    "quarter": (3, "month"),
    "year": (12, "month"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time in days or in months; the two are never mixed or converted."""

    count: int
    unit: TermUnit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def term(text: str) -> Term:
    """``"24 months"``, ``"2 years"``, ``"15 days"``, ``"12 quarters"``. Raises ``ValueError`` for anything else."""
    match = _TERM.fullmatch(text.strip())
    if not match:
        raise ValueError(f"not a term such as '24 months': {text!r}")
    times, unit = _IN_UNITS[match[2]]
    return Term(int(match[1]) * times, unit)


def add(day: date, length: Term, month_end: MonthEnd) -> date:
    """The day that lies ``length`` after ``day`` (its corresponding day). Raises ``OverflowError`` past year 9999."""
    if length.unit == "day":
        return day + timedelta(days=length.count)
    return add_months(day, length.count, month_end)


def add_months(day: date, months: int, month_end: MonthEnd) -> date:
    """The corresponding day ``months`` later (earlier when negative), by the named month-end rule."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{day} {months:+d} months leaves the calendar")
    last = calendar.monthrange(year, month0 + 1)[1]
    if day.day <= last:
        return date(year, month0 + 1, day.day)
    end = date(year, month0 + 1, last)
    return end if month_end == "last_day" else end + timedelta(days=1)


def last_day(first: date, length: Term, month_end: MonthEnd, term_ends: TermEnd) -> date:
    """The last day of a term that begins on ``first``, both ends counted."""
    end = add(first, length, month_end)
    return end if term_ends == "corresponding_day" else end - timedelta(days=1)


def full_months_between(earlier: date, later: date) -> int:
    """Whole months from ``earlier`` to ``later``; 0 or more when in order. 31 January to 28 February is 0."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - 1 if later.day < earlier.day else months
