"""Integer arithmetic that every engine does alike.

Integer division differs between engines and passes through binary floats in some; the forms here do not. They hold for
numbers below 2^53 in size, which fen, millionths and steps stay far under.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from envcredit.base.amounts import Rounding


def divided(over: ir.IntegerValue, under: ir.IntegerValue | int) -> ir.IntegerValue:
    """The quotient cut towards zero. The remainder is taken off first, so the division is exact; null over zero."""
    divisor = ibis.literal(under, type="int64") if isinstance(under, int) else under.nullif(0)
    whole = over - over % divisor
    return (whole / divisor).cast("int64")


def in_parts(over: ir.IntegerValue, under: ir.IntegerValue, parts: int) -> ir.IntegerValue:
    """``over / under`` in units of 1/parts, cut towards zero; exact as long as ``over * parts`` fits 64 bits.

    A first quotient may be off where it exceeds 2^53; what it leaves over is small, and is divided once more.
    """
    large, divisor = (over * parts).abs(), under.abs().nullif(0)
    first = (large / divisor).cast("int64")
    left = large - first * divisor
    more = divided(left, divisor)
    whole = first + more - ibis.ifelse(left - more * divisor < 0, 1, 0)
    return whole * over.sign().cast("int64") * under.sign().cast("int64")


def rounded(over: ir.IntegerValue, under: ir.IntegerValue | int, rounding: Rounding) -> ir.IntegerValue:
    """``over / under`` as a whole number under a named rounding; ``under`` is positive."""
    cut = divided(over, under)
    rest = (over % under).abs()
    beyond = {
        "down": ibis.literal(False),
        "half_up": rest * 2 >= under,
        "half_even": (rest * 2 > under) | ((rest * 2 == under) & (cut % 2 != 0)),
    }[rounding]
    return ibis.cases((beyond, cut + over.sign().cast("int64")), else_=cut)


def shifted_months(day: ir.DateValue, months: int, month_end: str) -> ir.DateValue:
    """The corresponding day ``months`` later, see :func:`envcredit.base.days.add_months`.

    Engines make a day plus months a timestamp, and all of them take the last day of a short month.
    """
    moved = (day.cast("timestamp") + ibis.interval(months=months)).cast("date")
    if month_end == "last_day":
        return moved
    return ibis.cases((moved.day() < day.day(), later(moved, 1)), else_=moved)


def later(day: ir.DateValue, days: int) -> ir.DateValue:
    """The day ``days`` after (before, when negative)."""
    if not days:
        return day
    return (day.cast("timestamp") + ibis.interval(days=days)).cast("date")


def day_number(day: ir.DateValue) -> ir.IntegerValue:
    """Days since 1970-01-01."""
    return day.delta(ibis.date(1970, 1, 1), unit="day").cast("int64")
