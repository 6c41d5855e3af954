"""The days that are rated together, ending on ``as_of``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.days import MonthEnd, add_months
from envcredit.scheme.model import Period, Scheme


@dataclass(frozen=True, slots=True)
class Rated:
    """``first`` to ``as_of`` are looked at; ``end`` is the last day of the whole period, on or after ``as_of``."""

    first: date
    end: date


def rated_period(scheme: Scheme, as_of: date, enrolled_on: date | None) -> Rated:
    """The rated period of one unit.

    ``anniversary_year`` runs from the last yearly return of ``enrolled_on`` (the calendar year where that is unknown);
    ``rolling`` ends on ``as_of``; a ``snapshot`` has no first day.
    """
    period: Period = scheme.period
    if period.kind == "snapshot":
        return Rated(date.min, as_of)
    if period.kind == "rolling":
        assert period.length is not None
        return Rated(_rolled_back(as_of, period, scheme.calendar.month_end), as_of)
    if period.kind == "anniversary_year" and enrolled_on is not None:
        return _anniversary(as_of, enrolled_on, scheme.calendar.month_end)
    return Rated(date(as_of.year, 1, 1), date(as_of.year, 12, 31))


def rated_periods(scheme: Scheme, as_of: Any, enrolled_on: Any) -> dict[str, Any]:
    """``as_of``, ``period_from``, ``period_to``, ``period_end`` of units, as Arrow columns of days.

    ``as_of``: a column of days. ``enrolled_on``: another one, or None where nothing is known of them. Each different pair of
    days is looked at once.
    """
    depends = enrolled_on is not None and scheme.period.kind == "anniversary_year"
    days, enrolled = _coded(as_of), _coded(enrolled_on if depends else pa.nulls(len(as_of), pa.date32()))
    many = len(enrolled.dictionary)
    pairs = pc.add(pc.multiply(days.indices.cast(pa.int64()), many), enrolled.indices)
    known = pc.unique(pairs)
    on, since = days.dictionary.to_pylist(), enrolled.dictionary.to_pylist()
    rated = [rated_period(scheme, on[pair // many], since[pair % many]) for pair in known.to_pylist()]
    place = pc.index_in(pairs, value_set=known)
    first, end = (pa.array(days, pa.date32()).take(place) for days in ([r.first for r in rated], [r.end for r in rated]))
    return {"as_of": as_of, "period_from": first, "period_to": as_of, "period_end": end}


def every(day: date, rows: int) -> Any:
    """One day for so many units, as an Arrow column."""
    return pa.repeat(pa.scalar(day, pa.date32()), rows)


def _coded(days: Any) -> Any:
    """Each day as a place in the list of different days; null is one of them."""
    whole = days.combine_chunks() if isinstance(days, pa.ChunkedArray) else days
    return pc.dictionary_encode(whole.cast(pa.date32()), null_encoding="encode")


def _rolled_back(as_of: date, period: Period, month_end: MonthEnd) -> date:
    assert period.length is not None
    if period.length.unit == "day":
        return as_of - timedelta(days=period.length.count)
    return add_months(as_of, -period.length.count, month_end)


def _anniversary(as_of: date, enrolled_on: date, month_end: MonthEnd) -> Rated:
    years = as_of.year - enrolled_on.year
    first = add_months(enrolled_on, 12 * years, month_end)
    if first > as_of:
        years -= 1
        first = add_months(enrolled_on, 12 * years, month_end)
    return Rated(first, add_months(enrolled_on, 12 * (years + 1), month_end) - timedelta(days=1))
