"""Which band, table row or multiple of a tariff a value falls into, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from envcredit.base.amounts import SHARE_PLACES
from envcredit.base.vocabulary import scale
from envcredit.rating.exact import divided
from envcredit.rating.program import FactProgram, Tariff, UnitProgram
from envcredit.scheme.conditions.tree import Name, Quotient, Type

if TYPE_CHECKING:
    from envcredit.rating.picks import Reading
    from envcredit.rating.rule_tables import RuleTables

_EXACT = "decimal(38, 0)"


def places(kind: Type) -> int:
    """Decimal places in which values of a quantity are kept."""
    return scale(kind.name)


def priced(pick: ir.Table, programs: Sequence[FactProgram | UnitProgram], reading: Reading, tables: RuleTables) -> ir.Table:
    """Adds ``band`` (FIXED without a value, null where the value is unknown) and ``steps_raw``, without sign."""
    valued = pick.mutate(
        by_whole=_chosen(pick, programs, reading, coded=False),
        by_code=_chosen(pick, programs, reading, coded=True),
        by_ratio=_ratio_band(pick, programs, reading),
    )
    tariff = tables.tariff.rename(tariff_rule="rule_no", tariff_band="band")
    inside = (valued.by_whole >= tariff.lower) & (valued.by_whole < tariff.upper) & tariff.code.isnull()
    joined = valued.left_join(
        tariff,
        [
            valued.rule_no == tariff.tariff_rule,
            inside | (tariff.code == valued.by_code) | (tariff.tariff_band == valued.by_ratio),
        ],
    )
    multiple = divided(joined.by_whole * joined.each, joined.each_scale)
    return joined.mutate(band=joined.tariff_band, steps_raw=ibis.ifelse(joined.each.notnull(), multiple, joined.price)).drop(
        "tariff_rule", "tariff_band", "lower", "upper", "code", "price", "by_whole", "by_code", "by_ratio"
    )


def _chosen(pick: ir.Table, programs: Sequence[FactProgram | UnitProgram], reading: Reading, *, coded: bool) -> Any:
    """The value that a rule's tariff is by, as a whole number or as a code; 0 where points are fixed."""
    branches: dict[Any, tuple[Any, list[int]]] = {}
    for program in programs:
        by = program.tariff.by if program.tariff else None
        if isinstance(by, Name) and (by.type.name in ("code", "text")) == coded:
            key = (by, program.assumed.get(by.written))
            branches.setdefault(key, (reading.column(pick, by, program), []))[1].append(program.number)
    kind = "string" if coded else "int64"
    cases = [(pick.rule_no.isin(numbers), value.cast(kind)) for value, numbers in branches.values()]
    if coded:
        return ibis.cases(*cases) if cases else ibis.null("string")
    fixed = ibis.ifelse(pick.tabled, ibis.null("int64"), ibis.literal(0, type="int64"))
    return ibis.cases(*cases, else_=fixed) if cases else fixed


def _ratio_band(pick: ir.Table, programs: Sequence[FactProgram | UnitProgram], reading: Reading) -> Any:
    """The band of a ratio ``a / b`` by cross-multiplication: no division, no rounding. Unknown unless b is positive."""
    cases = []
    for program in programs:
        tariff = program.tariff
        if tariff and isinstance(tariff.by, Quotient):
            cases.append((pick.rule_no == program.number, _banded_ratio(pick, tariff, tariff.by, program, reading)))
    return ibis.cases(*cases).cast("int64") if cases else ibis.null("int64")


def _banded_ratio(pick: ir.Table, tariff: Tariff, by: Quotient, program: FactProgram | UnitProgram, reading: Reading) -> Any:
    assert isinstance(by.over, Name)
    assert isinstance(by.under, Name)
    over: Any = reading.column(pick, by.over, program).cast(_EXACT) * 10**SHARE_PLACES
    under: Any = reading.column(pick, by.under, program).cast(_EXACT)
    cases = []
    for interval in tariff.intervals:
        held = (under > 0) & over.notnull()
        held = held if interval.lower is None else held & (over >= under * interval.lower)
        held = held if interval.upper is None else held & (over < under * interval.upper)
        cases.append((held, interval.index))
    return ibis.cases(*cases)
