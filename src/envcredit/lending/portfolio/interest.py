"""Interest to the fen: a principal, a rate in basis points, a stated way of counting days, one named rounding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from envcredit.base.amounts import Rounding, rounded

DayCount = Literal["actual/360", "actual/365", "30/360"]
"""``actual/360`` and ``actual/365``: calendar days over 360, or over 365 in leap years too. ``30/360``: every month has 30
days; a start on the 31st counts as the 30th, and an end on the 31st does if the start then is the 30th (ISDA 2006, 4.16(f)).
Months of loans in RMB are turned into days at 30 by the same rule."""

Rate = Fraction | Decimal | int
"""A rate in basis points, exact: ``Decimal("385.5")``; 1 bp is a ten-thousandth."""

BP = 10_000


def year_fraction(start: date, end: date, day_count: DayCount) -> Fraction:
    """The share of a year from ``start`` (counted) to ``end`` (not counted). Raises ``ValueError`` if they are in the wrong
    order."""
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    match day_count:
        case "actual/360":
            return Fraction((end - start).days, 360)
        case "actual/365":
            return Fraction((end - start).days, 365)
        case "30/360":
            return Fraction(_days_of_30(start, end), 360)
    raise ValueError(f"no such way of counting days: {day_count}")


def _days_of_30(start: date, end: date) -> int:
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def exact_interest(principal_fen: int, rate_bp: Rate, years: Fraction) -> Fraction:
    """Interest in fen before any rounding; negative for a negative rate (a reduction)."""
    return principal_fen * Fraction(rate_bp) / BP * years


def interest_fen(principal_fen: int, rate_bp: Rate, start: date, end: date, *, day_count: DayCount, rounding: Rounding) -> int:
    """Simple interest in fen over the days from ``start`` to before ``end``, rounded once."""
    return rounded(exact_interest(principal_fen, rate_bp, year_fraction(start, end, day_count)), rounding)


def yearly_interest_fen(principal_fen: int, rate_bp: Rate, rounding: Rounding) -> int:
    """Interest in fen for one whole year, however its days are counted."""
    return rounded(exact_interest(principal_fen, rate_bp, Fraction(1)), rounding)
