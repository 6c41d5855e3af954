"""Values per unit: counts, sums, latest and median values, shares, streaks, as ``derive`` and ``group`` rules say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from envcredit.base.amounts import SHARE_PLACES
from envcredit.engine import Keeper
from envcredit.rating.exact import divided, in_parts
from envcredit.rating.picks import COUNTED, Reading
from envcredit.rating.program import FactProgram
from envcredit.rating.rows import column_of
from envcredit.scheme.conditions.tree import Aggregate, Grouped, Measure, Quotient, Scalar, Since, type_of
from envcredit.scheme.model import GroupRule

SHARE_ONE = 10**SHARE_PLACES
_COUNTS = ("count", "count_distinct", "streak")
_RULES: Mapping[str, pa.DataType] = {
    "rule_no": pa.int64(),
    "name": pa.string(),
    "since_unit": pa.string(),
    "none_whole": pa.int64(),
    "none_day": pa.date32(),
    "none_word": pa.string(),
    "enough": pa.int64(),
}


def derived(keeper: Keeper, pick: ir.Table, subject: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> ir.Table:
    """One row a unit and value: ``unit_id, name, value, day, word, facts``; all three null where the value is unknown."""
    counted = pick.filter((pick.effect == "value") & (pick.status == COUNTED))
    level = programs[0].level
    found = keeper.keep(f"measured_{level}", _measured_all(counted, programs, reading))
    rules = keeper.load(f"derive_{level}", pa.Table.from_pylist([_rule(p) for p in programs], schema=pa.schema(_RULES)))
    every = subject.select("unit_id", "as_of").cross_join(rules)
    joined = every.left_join(found, ["unit_id", "rule_no"]).drop("unit_id_right", "rule_no_right")
    facts = ibis.coalesce(joined.facts, 0)
    elapsed = since(joined.day, joined.as_of, joined.since_unit)
    whole = ibis.ifelse(facts == 0, joined.none_whole, ibis.ifelse(joined.since_unit == "", joined.value, elapsed))
    short = facts < joined.enough
    return keeper.keep(
        f"value_{level}",
        joined.select(
            unit_id="unit_id",
            name="name",
            value=ibis.ifelse(short, ibis.null("int64"), whole),
            day=ibis.ifelse(facts == 0, joined.none_day, ibis.ifelse(joined.since_unit == "", joined.day, ibis.null("date"))),
            word=ibis.ifelse(short, ibis.null("string"), ibis.ifelse(facts == 0, joined.none_word, joined.word)),
            facts=facts.cast("int64"),
        ),
    )


def _rule(program: FactProgram) -> dict[str, Any]:
    none = _of_nothing(program)
    return {
        "rule_no": program.number,
        "name": program.key,
        "since_unit": program.value.unit if isinstance(program.value, Since) else "",
        "none_whole": none if isinstance(none, int) else None,
        "none_day": none if isinstance(none, date) else None,
        "none_word": none if isinstance(none, str) else None,
        "enough": program.enough if isinstance(program.rule, GroupRule) else 0,
    }


def _of_nothing(program: FactProgram) -> Scalar | None:
    """The value when no fact counts: what the rule says, and 0 for what is counted."""
    counts = isinstance(program.value, Aggregate) and program.value.function in _COUNTS
    return 0 if program.none is None and counts else program.none


def _measured_all(counted: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> ir.Table:
    """``unit_id, rule_no, value, day, word, facts``: plain sums of all rules in one pass, the rest one by one."""
    plain = [p for p in programs if _is_plain(p.value)]
    parts = [_plain(counted, plain, reading)] if plain else []
    parts += [_one(counted, program, reading) for program in programs if program not in plain]
    return reduce(ibis.union, parts)


def _inner(measure: Measure | None) -> Aggregate | None:
    inner = measure.inner if isinstance(measure, Since) else measure
    return inner if isinstance(inner, Aggregate) else None


def _is_plain(measure: Measure | None) -> bool:
    """Whether one ordinary aggregation gives the value: no second grouping, no order among facts."""
    inner = _inner(measure)
    if inner is None or inner.function in ("median", "streak", "count_distinct"):
        return False
    newest = inner.function in ("latest", "earliest") and inner.name is not None and inner.name.type.name != "day"
    return not newest


def _plain(counted: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> ir.Table:
    """Counts, sums, extremes, means and shares of many rules by one grouping over unit and rule."""
    asked = counted.filter(counted.rule_no.isin([p.number for p in programs])).mutate(
        subject_whole=_subject(counted, programs, reading, day=False),
        subject_day=_subject(counted, programs, reading, day=True),
        held=_held(counted, programs, reading),
    )
    grouped = asked.group_by("unit_id", "rule_no").agg(
        facts=_.count(),
        total=_.subject_whole.sum(),
        known=_.subject_whole.count(),
        lowest=_.subject_whole.min(),
        highest=_.subject_whole.max(),
        first=_.subject_day.min(),
        last=_.subject_day.max(),
        yes=_.count(where=_.held),
        told=_.count(where=_.held.notnull()),
    )
    wholes = {
        "count": grouped.facts,
        "sum": grouped.total,
        "mean": divided(grouped.total, grouped.known),
        "largest": grouped.highest,
        "smallest": grouped.lowest,
        "share": divided(grouped.yes * SHARE_ONE, grouped.told),
    }
    days = {"latest": grouped["last"], "largest": grouped["last"], "earliest": grouped["first"], "smallest": grouped["first"]}
    return grouped.select(
        "unit_id",
        "rule_no",
        value=_by_function(grouped, programs, wholes, "int64"),
        day=_by_function(grouped, programs, days, "date"),
        word=ibis.null("string"),
        facts=grouped.facts.cast("int64"),
    )


def _subject(row: ir.Table, programs: Sequence[FactProgram], reading: Reading, *, day: bool) -> Any:
    columns: dict[Any, list[int]] = {}
    for program in programs:
        inner = _inner(program.value)
        if inner and inner.name and (inner.name.type.name == "day") == day:
            columns.setdefault(reading.column(row, inner.name, program).op(), []).append(program.number)
    kind = "date" if day else "int64"
    cases = [(row.rule_no.isin(numbers), column.to_expr().cast(kind)) for column, numbers in columns.items()]
    return ibis.cases(*cases) if cases else ibis.null(kind)


def _held(row: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> Any:
    cases = []
    for program in programs:
        inner = _inner(program.value)
        if inner and inner.condition is not None:
            cases.append((row.rule_no == program.number, reading.asked(row, inner.condition, program.assumed)))
    return ibis.cases(*cases) if cases else ibis.null("boolean")


def _by_function(row: ir.Table, programs: Sequence[FactProgram], values: Mapping[str, Any], kind: str) -> Any:
    numbers: dict[str, list[int]] = {}
    for program in programs:
        inner = _inner(program.value)
        assert inner is not None
        on_days = inner.name is not None and inner.name.type.name == "day"
        if inner.function in values and on_days == (kind == "date"):
            numbers.setdefault(inner.function, []).append(program.number)
    cases = [(row.rule_no.isin(found), values[function].cast(kind)) for function, found in numbers.items()]
    return ibis.cases(*cases) if cases else ibis.null(kind)


def _one(counted: ir.Table, program: FactProgram, reading: Reading) -> ir.Table:
    """A value that needs an order among facts or a second grouping."""
    assert program.value is not None
    own = counted.filter(counted.rule_no == program.number)
    found = _measured(own, program.value, program, reading)
    column = column_of(type_of(program.value))
    kinds = {"value": "int64", "day": "date", "word": "string"}
    values = {name: found.result.cast(kind) if name == column else ibis.null(kind) for name, kind in kinds.items()}
    return found.select("unit_id", rule_no=ibis.literal(program.number, type="int64"), **values, facts=found.facts.cast("int64"))


def _measured(counted: ir.Table, measure: Measure, program: FactProgram, reading: Reading) -> ir.Table:
    """``unit_id, result, facts`` for the units that have facts."""
    match measure:
        case Grouped(function, inner, by):
            column = reading.column(counted, by, program)
            inside = _aggregated(counted.mutate(by_value=column), inner, ["unit_id", "by_value"], program, reading)
            return _folded(inside, function, inside.result, ["unit_id"], facts=inside.facts.sum())
        case Quotient(over, under):
            assert isinstance(over, Aggregate)
            assert isinstance(under, Aggregate)
            first = _aggregated(counted, over, ["unit_id"], program, reading)
            second = _aggregated(counted, under, ["unit_id"], program, reading).rename(under="result")
            both = first.join(second.select("unit_id", "under"), "unit_id")
            return both.select("unit_id", "facts", result=in_parts(both.result, both.under, SHARE_ONE))
        case Since(_, inner) | (Aggregate() as inner):
            return _aggregated(counted, inner, ["unit_id"], program, reading)
    raise AssertionError(measure)


def _aggregated(counted: ir.Table, inner: Aggregate, group: list[str], program: FactProgram, reading: Reading) -> ir.Table:
    if inner.condition is not None:
        held = reading.asked(counted, inner.condition, program.assumed)
        return _share(counted, held, group) if inner.function == "share" else _streak(counted, held, group)
    subject: Any = reading.column(counted, inner.name, program) if inner.name else counted.rule_no
    return _folded(counted, inner.function, subject, group, facts=counted.count())


def _folded(row: ir.Table, function: str, subject: Any, group: list[str], facts: Any) -> ir.Table:
    if function == "median":
        return _median(row, subject, group, facts)
    if function in ("latest", "earliest") and not subject.type().is_date():
        return _at_end(row, subject, group, newest=function == "latest")
    total = subject.sum if function in ("sum", "mean") else subject.count
    result = {
        "count": row.count,
        "count_distinct": subject.nunique,
        "sum": total,
        "mean": total,
        "latest": subject.max,
        "largest": subject.max,
        "earliest": subject.min,
        "smallest": subject.min,
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
    broken = asked.group_by(group).agg(broken_on=asked.day.max(where=~asked.held))
    joined = asked.join(broken, group)
    unbroken = joined.held & (joined.broken_on.isnull() | (joined.day > joined.broken_on))
    return joined.group_by(group).agg(result=joined.count(where=unbroken), facts=joined.count())


def _median(row: ir.Table, subject: Any, group: list[str], facts: Any) -> ir.Table:
    """The middle value, or half the sum of the two middle values, cut to the unit of the value."""
    known = row.mutate(subject_value=subject).filter(subject.notnull())
    sized = known.mutate(
        place=ibis.row_number().over(group_by=group, order_by=known.subject_value),
        size=known.count().over(group_by=group),
    )
    middle = sized.filter((sized.place * 2 >= sized["size"] - 2) & (sized.place * 2 <= sized["size"]))
    middle = middle.filter((middle["size"] % 2 == 0) | (middle.place * 2 == middle["size"] - 1))
    folded = middle.group_by(group).agg(total=middle.subject_value.sum(), kept=middle.count())
    halved = folded.select(*group, result=divided(folded.total, folded.kept))
    return row.group_by(group).agg(facts=facts).left_join(halved, group).select(*group, "facts", "result")


def since(day: Any, as_of: Any, unit: Any) -> Any:
    """Days, full months or full years from ``day`` to ``as_of``, by the column ``unit``."""
    months = (as_of.year() - day.year()) * 12 + as_of.month() - day.month()
    full = ibis.cases((as_of.day() < day.day(), months - 1), else_=months).cast("int64")
    days = as_of.delta(day, unit="day").cast("int64")
    return ibis.cases((unit == "day", days), (unit == "month", full), else_=divided(full, 12))
