"""Amounts, shares, numbers and counts as exact scaled integers."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Literal

from envcredit.base.amounts import MONEY_PLACES, NUMBER_PLACES, SHARE_PLACES, Rounding, exact, scaled
from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.numerals import yuan

MoneyUnit = Literal["元", "万元", "亿元", "千元"]
ShareUnit = Literal["percent"]
IN_YUAN: dict[str, Decimal] = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10**4),
    "亿元": Decimal(10**8),
}


def amount(text: str, unit: str = "元", rounding: Rounding | None = None) -> int | Diagnostic:
    """Fen. ``unit`` is what a bare figure counts; a unit written in the cell goes before it."""
    found = yuan(text, bare=IN_YUAN[unit])
    if isinstance(found, Diagnostic):
        return found
    return _fitting(text, found, MONEY_PLACES, rounding)


def share(text: str, unit: str = "", rounding: Rounding | None = None) -> int | Diagnostic:
    """Millionths of one: 90%, 0.9, 1.21倍; with ``unit="percent"`` a bare 90 is 90 %."""
    plain = _plain(text)
    bare = plain.removesuffix("%").removesuffix("倍")
    value = _decimal(text, bare)
    if isinstance(value, Diagnostic):
        return value
    if plain.endswith("%") or (unit == "percent" and bare == plain):
        value /= 100
    return _fitting(text, value, SHARE_PLACES, rounding)


def number(text: str, rounding: Rounding | None = None) -> int | Diagnostic:
    """Millionths of its unit."""
    value = _decimal(text, _plain(text))
    return value if isinstance(value, Diagnostic) else _fitting(text, value, NUMBER_PLACES, rounding)


def count(text: str) -> int | Diagnostic:
    """A whole number, zero or more."""
    value = _decimal(text, _plain(text))
    if isinstance(value, Diagnostic):
        return value
    if value < 0:
        return problem("R208", found=text)
    if value != int(value):
        return problem("R206", found=text, places=0)
    return _fitting(text, value, 0, None)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _decimal(text: str, plain: str) -> Decimal | Diagnostic:
    try:
        value = exact(plain)
    except ValueError:
        return problem("R205", found=text)
    return value if abs(value.adjusted()) < 60 else problem("R207", found=text)


def _fitting(text: str, value: Decimal, places: int, rounding: Rounding | None) -> int | Diagnostic:
    try:
        return scaled(value, places, rounding)
    except ValueError:
        return problem("R206", found=text, places=places)
    except OverflowError:
        return problem("R207", found=text)
