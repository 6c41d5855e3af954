"""Values per unit: counts, sums, latest and median values, shares, streaks, as the scheme's ``derive`` and ``group`` rules say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.base.amounts import SHARE_PLACES
from envcredit.rating.exact import divided
from envcredit.rating.picks import COUNTED, Reading
from envcredit.rating.program import FactProgram
from envcredit.rating.rows import column_of
from envcredit.scheme.conditions.tree import Aggregate, Grouped, Measure, Quotient, Scalar, Since, Type, type_of
from envcredit.scheme.model import GroupRule

SHARE_ONE = 10**SHARE_PLACES
COLUMNS = ("value", "day", "word")


def derived(pick: ir.Table, subject: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> ir.Table:
    """One row a unit and value: ``unit_id, name, value, day, word, facts``; all three null where the value is unknown."""
    return reduce(ibis.union, [_one(pick, subject, program, reading) for program in programs])


def _one(pick: ir.Table, subject: ir.Table, program: FactProgram, reading: Reading) -> ir.Table:
    assert program.value is not None
    counted = pick.filter((pick.rule_no == program.number) & (pick.status == COUNTED))
    kind = type_of(program.value)
    found = _measured(counted, program.value, program, reading)
    joined = subject.select("unit_id", "as_of").left_join(found, "unit_id").select("unit_id", "as_of", "result", "facts")
    facts = ibis.coalesce(joined.facts, 0).cast("int64")
    result = joined.result
    if isinstance(program.value, Since):
        result = _since(result, joined.as_of, program.value.unit)  # type: ignore[arg-type]
    if (none := _of_nothing(program)) is not None:
        result = ibis.ifelse(facts == 0, ibis.literal(none).cast(result.type()), result)
    if isinstance(program.rule, GroupRule):
        result = ibis.ifelse(facts < program.enough, ibis.null(result.type()), result)
    return joined.select(unit_id="unit_id", name=ibis.literal(program.key), **_in_column(result, kind), facts=facts)


def _of_nothing(program: FactProgram) -> Scalar | None:
    """The value when no fact counts: what the rule says, and 0 for what is counted."""
    counts = isinstance(program.value, Aggregate) and program.value.function in ("count", "count_distinct", "streak")
    return 0 if program.none is None and counts else program.none


def _in_column(result: Any, kind: Type) -> dict[str, Any]:
    empty = {"value": ibis.null("int64"), "day": ibis.null("date"), "word": ibis.null("string")}
    column = column_of(kind)
    return {**empty, column: result.cast({"value": "int64", "day": "date", "word": "string"}[column])}


def _measured(counted: ir.Table, measure: Measure, program: FactProgram, reading: Reading) -> ir.Table:
    """``unit_id, result, facts`` for the units that have facts."""
    match measure:
        case Since(_, inner):
            return _aggregated(counted, inner, ["unit_id"], program, reading)
        case Grouped(function, inner, by):
            column = reading.column(counted, by, program)
            inside = _aggregated(counted.mutate(by_value=column), inner, ["unit_id", "by_value"], program, reading)
            outer = inside.filter(inside.result.notnull())
            return _folded(outer, function, outer.result, ["unit_id"], facts=outer.facts.sum())
        case Quotient(over, under):
            assert isinstance(over, Aggregate) and isinstance(under, Aggregate)
            first = _aggregated(counted, over, ["unit_id"], program, reading)
            second = _aggregated(counted, under, ["unit_id"], program, reading).rename(under="result")
            both = first.join(second.select("unit_id", "under"), "unit_id")
            return both.select("unit_id", "facts", result=divided(both.result * SHARE_ONE, both.under))
        case Aggregate():
            return _aggregated(counted, measure, ["unit_id"], program, reading)
    raise AssertionError(measure)


def _aggregated(counted: ir.Table, inner: Aggregate, group: list[str], program: FactProgram, reading: Reading) -> ir.Table:
    if inner.condition is not None:
        held = reading.asked(counted, inner.condition, program.assumed)
        return _share(counted, held, group) if inner.function == "share" else _streak(counted, held, group)
    subject: Any = reading.column(counted, inner.name, program) if inner.name else counted.rule_no
    return _folded(counted, inner.function, subject, group, facts=counted.count())


def _folded(row: ir.Table, function: str, subject: Any, group: list[str], facts: Any) -> ir.Table:
    if function == "median":
        return _median(row, subject, group)
    if function in ("latest", "earliest") and not subject.type().is_date():
        return _at_end(row, subject, group, newest=function == "latest")
    result = {
        "count": lambda: row.count(),
        "count_distinct": lambda: subject.nunique(),
        "sum": lambda: subject.sum(),
        "latest": lambda: subject.max(),
        "largest": lambda: subject.max(),
        "earliest": lambda: subject.min(),
        "smallest": lambda: subject.min(),
        "mean": lambda: subject.sum(),
    }[function]()
    folded = row.group_by(group).agg(result=result, facts=facts, known=subject.count())
    if function == "mean":
        folded = folded.mutate(result=divided(folded.result, folded.known))
    return folded.drop("known")


def _at_end(row: ir.Table, subject: Any, group: list[str], *, newest: bool) -> ir.Table:
    """The value on the newest (oldest) day on which it is known; of several on that day the one with the largest record id."""
    known = row.mutate(subject_value=subject).filter(subject.notnull())
    age = known.day.desc() if newest else known.day
    placed = known.mutate(place=ibis.row_number().over(group_by=group, order_by=[age, known.record_id.desc()]))
    ends = placed.filter(placed.place == 0).select(*group, result=placed.subject_value)
    return ends.join(row.group_by(group).agg(facts=row.count()), group)


def _share(row: ir.Table, held: ir.BooleanValue, group: list[str]) -> ir.Table:
    """Facts for which the condition is yes, of those for which it is yes or no; in millionths, cut."""
    asked = row.mutate(held=held)
    folded = asked.group_by(group).agg(
        yes=asked.count(where=asked.held), known=asked.count(where=asked.held.notnull()), facts=asked.count()
    )
    return folded.select(*group, "facts", result=divided(folded.yes * SHARE_ONE, folded.known))


def _streak(row: ir.Table, held: ir.BooleanValue, group: list[str]) -> ir.Table:
    """How many of the newest facts in unbroken order meet the condition; unknown breaks the row."""
    asked = row.mutate(held=ibis.coalesce(held, False))
    broken = asked.group_by(group).agg(broken_on=asked.day.max(where=~asked.held), facts=asked.count())
    joined = asked.join(broken, group)
    unbroken = joined.held & (joined.broken_on.isnull() | (joined.day > joined.broken_on))
    return joined.group_by(group).agg(result=joined.count(where=unbroken), facts=joined.count())


def _median(row: ir.Table, subject: Any, group: list[str]) -> ir.Table:
    """The middle value, or half the sum of the two middle values, cut to the unit of the value."""
    known = row.mutate(subject_value=subject).filter(subject.notnull())
    sized = known.mutate(
        place=ibis.row_number().over(group_by=group, order_by=[known.subject_value, known.record_id]),
        size=known.count().over(group_by=group),
    )
    middle = sized.filter((sized.place * 2 >= sized.size - 2) & (sized.place * 2 <= sized.size))
    middle = middle.filter((middle.size % 2 == 0) | (middle.place * 2 == middle.size - 1))
    folded = middle.group_by(group).agg(total=middle.subject_value.sum(), kept=middle.count(), facts=middle["size"].max())
    return folded.select(*group, "facts", result=divided(folded.total, folded.kept))


def _since(day: ir.DateValue, as_of: ir.DateValue, unit: str) -> ir.IntegerValue:
    if unit == "day":
        return as_of.delta(day, unit="day").cast("int64")
    months = (as_of.year() - day.year()) * 12 + as_of.month() - day.month()
    full = ibis.cases((as_of.day() < day.day(), months - 1), else_=months)
    return full.cast("int64") if unit == "month" else divided(full.cast("int64"), 12)
