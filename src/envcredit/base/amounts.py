"""Exact quantities: an integer and the number of decimal places it stands for. No binary float, ever.

Money is whole fen, a share or ratio is whole millionths, a measured value whole millionths of its unit,
and points are whole steps of their scheme.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

Rounding = Literal["half_up", "half_even", "down"]
"""``half_up`` 四舍五入 (0.5 away from zero); ``half_even`` 四舍六入五成双 (GB/T 8170); ``down`` 截断 (cut, towards zero)."""

MONEY_PLACES = 2
SHARE_PLACES = 6
NUMBER_PLACES = 6

_LARGEST = 2**63 - 1


def exact(text: str) -> Decimal:
    """A decimal as written (``1,234.50``, ``20_000``, full-width digits are not accepted). Raises ``ValueError``."""
    try:
        value = Decimal(text.strip().replace(",", "").replace("_", ""))
    except InvalidOperation:
        raise ValueError(f"not a decimal number: {text!r}") from None
    if not value.is_finite():
        raise ValueError(f"not a finite number: {text!r}")
    return value


def scaled(value: Decimal | Fraction | int, places: int, rounding: Rounding | None = None) -> int:
    """``value`` in units of 10^-places. Without a named rounding it must fit exactly, else ``ValueError``.

    Raises ``OverflowError`` when the result does not fit 64 bits.
    """
    shifted = Fraction(value) * Fraction(10**places)
    whole: int
    if shifted.denominator == 1:
        whole = shifted.numerator
    elif rounding is None:
        raise ValueError(f"{value} has more than {places} decimal places")
    else:
        whole = rounded(shifted, rounding)
    if abs(whole) > _LARGEST:
        raise OverflowError(f"{value} does not fit 64 bits at {places} places")
    return whole


def rounded(value: Fraction, rounding: Rounding) -> int:
    """The whole number for ``value`` under a named rounding. Exact for any fraction, of either sign."""
    sign = -1 if value < 0 else 1
    whole, rest = divmod(abs(value).numerator, abs(value).denominator)
    twice = 2 * rest - abs(value).denominator
    up = {"down": False, "half_up": twice >= 0, "half_even": twice > 0 or (twice == 0 and whole % 2 == 1)}[rounding]
    return sign * (whole + int(up))


def unscaled(whole: int, places: int) -> Decimal:
    """The decimal that ``whole`` stands for."""
    return Decimal(whole).scaleb(-places)


def written(whole: int, places: int, *, keep: int = 0) -> str:
    """Plain notation without trailing zeros beyond ``keep`` places: ``written(1200, 2) == "12"``."""
    value = unscaled(whole, places)
    text = f"{value:f}"
    if "." in text:
        head, tail = text.split(".")
        tail = tail.rstrip("0").ljust(keep, "0")
        text = f"{head}.{tail}" if tail else head
    elif keep:
        text = f"{text}.{'0' * keep}"
    return text
