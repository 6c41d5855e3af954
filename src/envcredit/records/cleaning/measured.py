"""Measured values as laboratories and bulletins write them: a figure, a bound, a range, or nothing that can be read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from envcredit.base.amounts import exact

Qualifier = Literal["equal", "below", "above", "range", "no_discharge", "not_measured", "unreadable"]

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED = re.compile(r"10([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_POWER = re.compile(r"(\d+(?:\.\d+)?)[×xX*·](?:10\^\(?(-?\d{1,2})\)?)")
_TIMES = re.compile(r"(\d+(?:\.\d+)?)[×xX*](10|1000)")
_LOST_EXPONENT = re.compile(r"\d+(?:\.\d+)?[×xX*·]10-?\d{1,2}")
_RANGE = re.compile(r"(.+?)[-–—~～至](.+)")
_BELOW, _ABOVE = ("<", "≤", "≦", "⩽", "小于"), (">", "≥", "≧", "⩾", "大于")
_INCLUSIVE = ("≤", "≥", "≦", "≧", "⩽", "⩾")
_NOT_FOUND = ("未检出", "nd", "n.d.")
_WORDS: dict[str, Qualifier] = {"未排放": "no_discharge", "未监测": "not_measured", "停产": "no_discharge"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its bound. ``inclusive``: the bound itself is possible (≤, ≥). Of a range ``value`` is the larger end."""

    qualifier: Qualifier
    value: Decimal | None = None
    inclusive: bool = False
    lower: Decimal | None = None


UNREADABLE = Measured("unreadable")


def measured(text: str) -> Measured:
    """Never raises: what cannot be read in one sense is ``unreadable`` and keeps its text.

    ``1.4×10^6`` and ``1.4×10⁶`` are figures; ``669×10`` is 6,690; ``1.8×103`` lost its exponent and is unreadable;
    ``0.05L`` is below the detection limit 0.05 (HJ 91.1); ``未检出`` is below an unstated limit: value unknown.
    """
    # Half width comes after the superscripts: it would turn 10⁶ into 106, which is how exponents get lost.
    raised = _RAISED.sub(lambda m: f"10^{m[1].translate(_SUPERSCRIPTS)}", text)
    plain = "".join(unicodedata.normalize("NFKC", raised).split())
    if plain in _WORDS:
        return Measured(_WORDS[plain])
    if plain.casefold() in _NOT_FOUND:
        return Measured("below")
    for signs, qualifier in ((_BELOW, "below"), (_ABOVE, "above")):
        for sign in signs:
            if plain.startswith(sign):
                bound = _figure(plain.removeprefix(sign).removeprefix("等于"))
                return UNREADABLE if bound is None else Measured(qualifier, bound, sign in _INCLUSIVE)  # type: ignore[arg-type]
    if (figure := _figure(plain)) is not None:
        return Measured("equal", figure)
    if plain.endswith(("L", "l")) and (figure := _figure(plain[:-1])) is not None:
        return Measured("below", figure)
    return _range(plain)


def qualified(found: Measured, qualifier: Qualifier, inclusive: bool) -> Measured:
    """``found`` under a qualifier that stands in a column of its own; two that contradict each other are unreadable."""
    if qualifier in ("no_discharge", "not_measured", "unreadable"):
        return Measured(qualifier)
    if found.qualifier == "equal":
        return Measured(qualifier, found.value, inclusive)
    return found if qualifier in ("equal", found.qualifier) else UNREADABLE


def limit_bounds(text: str) -> tuple[Decimal | None, Decimal | None]:
    """The lower and the upper bound a limit sets: ``6~9`` both, ``≥6`` the lower, ``100`` or ``≤100`` the upper."""
    found = measured(text)
    if found.qualifier == "range":
        return found.lower, found.value
    if found.qualifier == "above":
        return found.value, None
    return None, found.value if found.qualifier in ("equal", "below") else None


def compliance(found: Measured, lower: Decimal | None, upper: Decimal | None) -> bool | None:
    """Whether the value keeps its limits; ``None`` where the bound of the value does not decide it, or there is no limit."""
    if found.value is None or (lower is None and upper is None):
        return None
    verdicts = [_within(found, bound, side) for bound, side in ((lower, "lower"), (upper, "upper")) if bound is not None]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def exceedance(found: Measured, upper: Decimal | None) -> Fraction | None:
    """超标倍数: value/limit - 1, exact; 0 when the limit is kept; ``None`` when that is not known or no upper limit is set.

    Of a value that is only known to lie above a bound it is the least it can be.
    """
    kept = compliance(found, None, upper)
    if kept is None or upper is None or found.value is None or upper <= 0:
        return None
    return Fraction(0) if kept else Fraction(found.value) / Fraction(upper) - 1


def _within(found: Measured, bound: Decimal, side: str) -> bool | None:
    """Sides are mirrored: what ``below`` is for an upper limit, ``above`` is for a lower one."""
    assert found.value is not None
    towards, away = ("below", "above") if side == "upper" else ("above", "below")
    value = found.lower if side == "lower" and found.lower is not None else found.value
    beyond = value > bound if side == "upper" else value < bound
    if found.qualifier == away:
        return False if beyond or (value == bound and not found.inclusive) else None
    if found.qualifier == towards:
        return None if beyond else True
    return not beyond


def _figure(text: str) -> Decimal | None:
    if power := _POWER.fullmatch(text):
        return Decimal(power[1]).scaleb(int(power[2]))
    if times := _TIMES.fullmatch(text):
        return Decimal(times[1]) * int(times[2])
    if _LOST_EXPONENT.fullmatch(text):
        return None
    try:
        value = exact(text)
    except ValueError:
        return None
    return value if abs(value.adjusted()) < 60 else None


def _range(plain: str) -> Measured:
    ends = _RANGE.fullmatch(plain)
    lower, upper = (_figure(ends[1]), _figure(ends[2])) if ends else (None, None)
    if lower is None or upper is None or lower > upper:
        return UNREADABLE
    return Measured("range", upper, lower=lower)
