"""Working days (工作日) by a dated holiday table. Beyond its last year the answer is "unknown", never a silent guess.

The State Council publishes the holidays of a year and the working weekends that make up for them late in the year before,
so no table can reach far ahead. The maintained package ``chinesecalendar`` is the default; a CSV overrides it year by year.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.errors import InputError


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The years that are covered, the holidays in them, and the weekend days on which work is done."""

    years: frozenset[int]
    holidays: frozenset[date]
    working_weekends: frozenset[date]

    def is_working(self, day: date) -> bool | None:
        """Whether work is done on ``day``; ``None`` when its year is not covered."""
        if day.year not in self.years:
            return None
        return day in self.working_weekends or (day.weekday() < 5 and day not in self.holidays)

    def after(self, day: date, count: int, *places: Place) -> date | Diagnostic:
        """The ``count``-th working day after ``day``, which is not counted itself (民法典 第二百零一条).

        ``B151`` when the table ends before.
        """
        while count > 0:
            day += timedelta(days=1)
            working = self.is_working(day)
            if working is None:
                return problem("B151", *places, day=day, last=max(self.years, default=0))
            count -= working
        return day

    def between(self, earlier: date, later: date, *places: Place) -> int | Diagnostic:
        """How many working days lie after ``earlier`` up to and including ``later``; ``B151`` beyond the table."""
        days = [earlier + timedelta(days=n) for n in range(1, (later - earlier).days + 1)]
        if unknown := [day for day in days if self.is_working(day) is None]:
            return problem("B151", *places, day=unknown[0], last=max(self.years, default=0))
        return sum(1 for day in days if self.is_working(day))

    def overridden(self, other: WorkingCalendar) -> WorkingCalendar:
        """This calendar, with every year that ``other`` covers taken from ``other``."""
        return WorkingCalendar(
            self.years | other.years,
            frozenset(day for day in self.holidays if day.year not in other.years) | other.holidays,
            frozenset(day for day in self.working_weekends if day.year not in other.years) | other.working_weekends,
        )


@cache
def official() -> WorkingCalendar:
    """Mainland China as far as the installed ``chinesecalendar`` reaches (its 1.11: 2004 to 2026)."""
    from chinese_calendar.constants import holidays, workdays

    years = frozenset(day.year for day in holidays)
    return WorkingCalendar(years, frozenset(holidays), frozenset(workdays))


def read_calendar(path: Path) -> WorkingCalendar:
    """A UTF-8 CSV with ``day`` (``YYYY-MM-DD``) and ``kind`` (``holiday`` or ``working``). It covers every year it mentions.

    Raises ``InputError`` with every bad row (``B152``, ``B153``).
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        if absent := {"day", "kind"} - set(rows.fieldnames or ()):
            raise InputError([problem("B152", Place(str(path), 1), columns=", ".join(sorted(absent)))])
        read = [_row(row, Place(str(path), line)) for line, row in enumerate(rows, 2)]
    if found := [row for row in read if isinstance(row, Diagnostic)]:
        raise InputError(found)
    days = [row for row in read if not isinstance(row, Diagnostic)]
    return WorkingCalendar(
        frozenset(day.year for day, _ in days),
        frozenset(day for day, kind in days if kind == "holiday"),
        frozenset(day for day, kind in days if kind == "working"),
    )


def _row(row: dict[str, str], place: Place) -> tuple[date, str] | Diagnostic:
    try:
        day = date.fromisoformat(row["day"])
    except (TypeError, ValueError):
        return problem("B153", place, day=row["day"], kind=row["kind"])
    if row["kind"] not in ("holiday", "working"):
        return problem("B153", place, day=row["day"], kind=row["kind"])
    return day, row["kind"]
