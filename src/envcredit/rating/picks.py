"""Which fact each rule takes up, from when to when, and why it does not count.

A pick is one fact under one rule whose ``when`` is yes or unknown. All conditions of a kind of record are asked in one pass
over the facts: each yields the number of its rule, negative while unknown, and the list of numbers is unfolded into rows.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir

from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import Keeper
from envcredit.rating.exact import later
from envcredit.rating.expression import Expression
from envcredit.rating.program import FactProgram, Program, window_attributes
from envcredit.rating.repairs import WHOLE
from envcredit.rating.rows import column_named, resolver
from envcredit.rating.rule_tables import RuleTables
from envcredit.rating.tariffs import priced
from envcredit.rating.windows import Windows
from envcredit.scheme.conditions.tree import Aggregate, Condition, Grouped, Measure, Name, Quotient, Scalar, Since, names_in
from envcredit.scheme.model import PointRule

COUNTED = ""
REFUSE = "refuse"


class Asked(Protocol):
    """What fact programs and unit programs have in common."""

    @property
    def number(self) -> int:
        """Its place among the rules, from 1."""

    @property
    def assumed(self) -> Mapping[str, Scalar]:
        """Values that stand in for unknown ones."""

    @property
    def missing(self) -> Mapping[str, str]:
        """What to do about an unknown value, by name."""

    def names(self) -> frozenset[Name]:
        """Every name that decides the rule."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How conditions of one scheme are read over rows."""

    program: Program
    vocabulary: Vocabulary

    def asked(self, row: ir.Table, condition: Condition, assumed: Mapping[str, Scalar]) -> ir.BooleanValue:
        """``condition`` over ``row``."""
        month_end = self.program.scheme.calendar.month_end
        return Expression(resolver(row, assumed), self.vocabulary, month_end).of(condition)

    def column(self, row: ir.Table, name: Name, program: Asked) -> ir.Value:
        """The column of ``name``, with the value that the rule assumes where it is unknown."""
        return resolver(row, program.assumed)(name)

    def unknown(self, row: ir.Table, programs: Sequence[Asked], policy: str) -> ir.StringValue:
        """The first value that is unknown although a rule needs it, of those with ``policy`` (refuse, skip); '' for none."""
        rules: dict[Name, list[int]] = {}
        for program in programs:
            for name in sorted(program.names(), key=lambda n: n.written):
                if program.missing.get(name.written) == policy:
                    rules.setdefault(name, []).append(program.number)
        found = sorted(rules.items(), key=lambda pair: pair[0].written)
        cases = [(row.rule_no.isin(numbers) & row[column_named(name)].isnull(), name.written) for name, numbers in found]
        return ibis.cases(*cases, else_="") if cases else ibis.literal("")


def numbered(condition: ir.BooleanValue | None, number: int) -> ir.IntegerValue:
    """``number`` where yes, ``-number`` where unknown, 0 where no."""
    if condition is None:
        return ibis.literal(number, type="int64")
    return ibis.coalesce(condition.cast("int64") * number, -number)


def unfolded(row: ir.Table, lists: Iterable[tuple[ir.BooleanValue, list[ir.IntegerValue]]]) -> ir.Table:
    """One row for each number that is not 0, with ``rule`` and ``unknown``."""
    cases = [(held, ibis.array(numbers).cast("array<int64>").remove(0)) for held, numbers in lists]
    if not cases:
        return row.mutate(rule_no=ibis.literal(0, type="int64"), unknown=ibis.literal(False)).filter(ibis.literal(False))
    picked = row.mutate(signed=ibis.cases(*cases).unnest())
    return picked.mutate(rule_no=picked.signed.abs(), unknown=picked.signed < 0).drop("signed")


FRAME = ("unit_id", "record_id", "day", "as_of", "rated_from", "rated_end")
STATE = ("revoked", "suspended", "rectified_on", "revoked_on", "suspended_until")
REPAIR = ("repair_rule", "repaired_from", "repair_share", "ends_on")
JUDGING = ("effect", "window_no", "repairable", "tabled", "guarded", "carried", "in_period", "each", "each_scale")
PRICED = ("rule_no", "unknown", "since", "counts_from", "counts_to", "untimed", "band", "steps_raw")
JUDGED = ("rule_no", "effect", "since", "counts_from", "counts_to", "band", "steps_raw", "status", "missing_name")


def picks(keeper: Keeper, fact: ir.Table, programs: Sequence[FactProgram], reading: Reading, tables: RuleTables) -> ir.Table:
    """Every fact that a rule takes up: FRAME, STATE, REPAIR, JUDGED, and the columns that scoring and values still need.

    ``status`` is '' when the fact counts; ``steps_raw`` has no sign; ``band`` is null where the value is unknown.
    """
    level = programs[0].level if programs else 0
    kinds = sorted({kind for program in programs for kind in program.kinds})
    lists = [(fact.kind == kind, [_wanted(fact, p, reading) for p in programs if kind in p.kinds]) for kind in kinds]
    asked = _known(fact, (*FRAME, *STATE, *REPAIR, *columns_after_when(programs)))
    taken = unfolded(fact, lists).select(*asked, "rule_no", "unknown")
    pick = Windows(reading.program).with_days(taken.join(tables.rule.select("rule_no", *JUDGING), "rule_no"), programs)
    priced_so = priced(pick, programs, reading, tables)
    columns = _known(priced_so, (*FRAME, *STATE, *REPAIR, *columns_to_judge(programs), *PRICED, *JUDGING))
    pick = keeper.keep(f"priced_{level}", priced_so.select(*columns))
    judged = _judged(_with_repair(pick), programs, reading)
    needed = _known(fact, (*FRAME, *STATE, *REPAIR, *columns_after_judging(programs)))
    return keeper.keep(f"pick_{level}", judged.select(*dict.fromkeys((*needed, *JUDGED))))


def _known(table: ir.Table, names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name in table.columns))


def columns_after_when(programs: Sequence[FactProgram]) -> list[str]:
    """Columns that windows and tariffs rest on, and those of :func:`columns_to_judge`."""
    found = {name for program in programs for name in window_attributes(program.dating)}
    for program in programs:
        by = program.tariff.by if program.tariff else None
        found |= {column_named(name) for name in names_in(by)} if by is not None else set()
    return sorted(found | set(columns_to_judge(programs)))


def columns_to_judge(programs: Sequence[FactProgram]) -> list[str]:
    """Columns that reliefs and missing values rest on, and those of :func:`columns_after_judging`."""
    found: set[str] = set()
    for program in programs:
        found |= {column_named(name) for name in names_in(program.unless)} if program.unless is not None else set()
        found |= {column_named(name) for name in program.names() if name.written in program.missing}
    return sorted(found | set(columns_after_judging(programs)))


def columns_after_judging(programs: Sequence[FactProgram]) -> list[str]:
    """Columns by which acts are told apart, and those that values are made of."""
    acts = {str(p.rule.per) for p in programs if isinstance(p.rule, PointRule) and p.rule.per not in (None, "unit")}
    return sorted(acts | {column_named(name) for p in programs if p.value is not None for name in names_in(p.value)})


def _wanted(fact: ir.Table, program: FactProgram, reading: Reading) -> ir.IntegerValue:
    heard = fact.by_member != "" if program.of_members else fact.by_member == ""
    if program.when is None:
        return numbered(heard, program.number)
    return numbered(heard & reading.asked(fact, program.when, program.assumed), program.number)


def _with_repair(pick: ir.Table) -> ir.Table:
    """Keeps what repair rules say only for rules to which repair applies, and closes the window by it."""
    none = ibis.null("date")
    kept = pick.mutate(
        repaired_from=ibis.ifelse(pick.repairable, pick.repaired_from, none),
        ends_on=ibis.ifelse(pick.repairable, pick.ends_on, none),
        repair_share=ibis.ifelse(pick.repairable, pick.repair_share, WHOLE),
    )
    stops = ibis.cases((kept.repair_share == 0, later(kept.repaired_from, -1)))
    return kept.mutate(counts_to=reduce(ibis.least, [kept.counts_to, kept.ends_on, stops]))


def _judged(pick: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> ir.Table:
    guards = [(pick.rule_no == p.number, reading.asked(pick, p.unless, p.assumed)) for p in programs if p.unless is not None]
    relieved: Any = ibis.cases(*guards) if guards else ibis.null("boolean")
    judged = pick.mutate(
        relieved=relieved,
        unclear=pick.unknown | pick.untimed | (pick.tabled & pick.band.isnull()) | (pick.guarded & relieved.isnull()),
        needs=reading.unknown(pick, programs, "refuse"),
    )
    status = ibis.cases(
        (judged.revoked, "revoked"),
        (judged.suspended, "suspended"),
        (judged.counts_from.isnull() & (judged.needs != ""), REFUSE),
        (judged.counts_from.isnull(), "unknown_value"),
        (judged.counts_from > judged.as_of, "not_yet"),
        (Windows(reading.program).before_period(judged), "outside_period"),
        ((judged.repair_share == 0) & (judged.repaired_from <= judged.as_of), "repaired"),
        (judged.ends_on < judged.as_of, "ended"),
        (judged.counts_to < judged.as_of, "lapsed"),
        (judged.guarded & judged.relieved, "relieved"),
        ((judged.unclear | _unmeasured(judged, programs, reading)) & (judged.needs != ""), REFUSE),
        (judged.unclear, "unknown_value"),
        else_=COUNTED,
    )
    skipped = ibis.ifelse(judged.unclear, reading.unknown(judged, programs, "skip"), "")
    named = ibis.ifelse(judged.needs != "", judged.needs, skipped)
    return judged.mutate(status=status, missing_name=named)


def _unmeasured(pick: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> Any:
    """Whether a value that something is derived from is unknown, where the rule refuses to do without it."""
    cases = []
    for program in programs:
        if program.value is not None and "refuse" in program.missing.values():
            parts = _aggregates(program.value)
            asked = [reading.asked(pick, c, program.assumed) for part in parts if (c := part.condition) is not None]
            named = [reading.column(pick, name, program) for part in parts if (name := part.name) is not None]
            unknown: list[Any] = [part.isnull() for part in (*asked, *named)]
            cases.append((pick.rule_no == program.number, reduce(operator.or_, unknown, ibis.literal(False))))
    return ibis.cases(*cases, else_=False) if cases else ibis.literal(False)


def _aggregates(measure: Measure) -> list[Aggregate]:
    match measure:
        case Quotient(over, under):
            return [part for part in (over, under) if isinstance(part, Aggregate)]
        case Since(_, inner) | Grouped(_, inner, _):
            return [inner]
        case Aggregate():
            return [measure]
    raise AssertionError(measure)
