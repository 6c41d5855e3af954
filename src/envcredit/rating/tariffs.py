"""Which band, table row or multiple of a tariff a value falls into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from envcredit.base.amounts import SHARE_PLACES
from envcredit.base.vocabulary import scale
from envcredit.rating.exact import divided
from envcredit.rating.program import FactProgram, Tariff, UnitProgram
from envcredit.scheme.bands import Interval
from envcredit.scheme.conditions.tree import Name, Quotient, Type

if TYPE_CHECKING:
    from envcredit.rating.picks import Reading

FIXED = -1
_EXACT = "decimal(38, 0)"


def banded(pick: ir.Table, programs: Sequence[FactProgram | UnitProgram], reading: Reading) -> ir.IntegerValue:
    """The index of the band or table row for each pick; FIXED where points do not depend on a value; null = unknown."""
    cases = [(pick.rule_no == p.number, _band(pick, p, reading)) for p in programs if p.tariff and p.tariff.by is not None]
    return ibis.cases(*cases, else_=FIXED).cast("int64") if cases else ibis.literal(FIXED, type="int64")  # type: ignore[no-any-return]


def places(kind: Type) -> int:
    """Decimal places in which values of a quantity are kept."""
    return scale(kind.name)


def _band(pick: ir.Table, program: FactProgram | UnitProgram, reading: Reading) -> ir.IntegerValue:
    tariff = program.tariff
    assert tariff is not None
    if isinstance(tariff.by, Quotient):
        return _banded_ratio(pick, tariff, tariff.by, program, reading)
    assert tariff.by is not None
    value: Any = reading.column(pick, tariff.by, program)
    if tariff.each:
        return ibis.cases((value.notnull(), 0))  # type: ignore[no-any-return]
    if tariff.codes:
        return ibis.cases(*((value == code, index) for index, code in enumerate(tariff.codes)))  # type: ignore[no-any-return]
    return ibis.cases(*((_inside(value, interval), interval.index) for interval in tariff.intervals))  # type: ignore[no-any-return]


def _inside(value: Any, interval: Interval) -> ir.BooleanValue:
    held = ibis.literal(True) & value.notnull()
    if interval.lower is not None:
        held = held & (value >= interval.lower)
    if interval.upper is not None:
        held = held & (value < interval.upper)
    return held  # type: ignore[no-any-return]


def _banded_ratio(
    pick: ir.Table, tariff: Tariff, by: Quotient, program: FactProgram | UnitProgram, reading: Reading
) -> ir.IntegerValue:
    """``a / b`` against millionths by cross-multiplication: no division, no rounding. Unknown unless b is positive."""
    assert isinstance(by.over, Name) and isinstance(by.under, Name)
    over: Any = reading.column(pick, by.over, program).cast(_EXACT) * 10**SHARE_PLACES
    under: Any = reading.column(pick, by.under, program).cast(_EXACT)
    cases = []
    for interval in tariff.intervals:
        held = under > 0
        held = held if interval.lower is None else held & (over >= under * interval.lower)
        held = held if interval.upper is None else held & (over < under * interval.upper)
        cases.append((held & over.notnull(), interval.index))
    return ibis.cases(*cases)  # type: ignore[no-any-return]


def charged(pick: ir.Table, programs: Sequence[FactProgram | UnitProgram], reading: Reading) -> ir.IntegerValue:
    """Steps for each pick, without sign: fixed, by band, or a multiple of the value."""
    cases = []
    for program in programs:
        tariff = program.tariff
        if tariff is None:
            continue
        here = pick.rule_no == program.number
        if tariff.each and isinstance(tariff.by, Name):
            times: Any = reading.column(pick, tariff.by, program)
            cases.append((here, divided(times * tariff.each, 10 ** places(tariff.by.type))))
        elif tariff.by is None:
            cases.append((here, ibis.literal(tariff.points[0], type="int64")))
        else:
            cases.append((here, _priced(pick.band, tariff.points)))
    return ibis.cases(*cases, else_=0).cast("int64") if cases else ibis.literal(0, type="int64")  # type: ignore[no-any-return]


def _priced(band: Any, points: tuple[int, ...]) -> ir.IntegerValue:
    prices = [(band == index, ibis.literal(steps, type="int64")) for index, steps in enumerate(points)]
    return ibis.cases(*prices, else_=0)  # type: ignore[no-any-return]
