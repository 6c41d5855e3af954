"""Which fact each rule takes up, from when to when, and why it does not count.

A pick is one fact under one rule whose ``when`` is yes or unknown. All conditions of a kind of record are asked in one pass
over the facts: each yields the number of its rule, negative while unknown, and the list of numbers is unfolded into rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir

from envcredit.base.vocabulary import Vocabulary
from envcredit.rating.expression import Expression
from envcredit.rating.program import FactProgram, Program
from envcredit.rating.repairs import WHOLE
from envcredit.rating.rows import resolver
from envcredit.rating.tariffs import banded
from envcredit.rating.windows import Windows, chosen
from envcredit.scheme.conditions.tree import Condition, Name, Scalar

COUNTED = ""
REFUSE = "refuse"


class Asked(Protocol):
    """What fact programs and unit programs have in common."""

    @property
    def number(self) -> int: ...
    @property
    def assumed(self) -> Mapping[str, Scalar]: ...
    @property
    def missing(self) -> Mapping[str, str]: ...
    def names(self) -> frozenset[Name]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How conditions of one scheme are read over rows."""

    program: Program
    vocabulary: Vocabulary

    def asked(self, row: ir.Table, condition: Condition, assumed: Mapping[str, Scalar]) -> ir.BooleanValue:
        """``condition`` over ``row``."""
        month_end = self.program.scheme.calendar.month_end
        return Expression(resolver(row, self.program.values, assumed), self.vocabulary, month_end).of(condition)

    def column(self, row: ir.Table, name: Name, program: Asked) -> ir.Value:
        """The column of ``name``, with the value that the rule assumes where it is unknown."""
        return resolver(row, self.program.values, program.assumed)(name)

    def unknown_refused(self, row: ir.Table, programs: Sequence[Asked]) -> ir.StringValue:
        """The first value that is unknown although the rule says ``refuse``; '' for none."""
        cases = []
        for program in programs:
            for name in sorted(program.names(), key=lambda n: n.written):
                if program.missing.get(name.written) == "refuse":
                    cases.append(((row.rule_no == program.number) & self.column(row, name, program).isnull(), name.written))
        return ibis.cases(*cases, else_="") if cases else ibis.literal("")  # type: ignore[no-any-return]

    def unknown_named(self, row: ir.Table, programs: Sequence[Asked]) -> ir.StringValue:
        """The first value that is unknown and that the rule passes over (``skip``)."""
        cases = []
        for program in programs:
            for name in sorted(program.names(), key=lambda n: n.written):
                if program.missing.get(name.written, "skip") != "refuse":
                    cases.append(((row.rule_no == program.number) & self.column(row, name, program).isnull(), name.written))
        return ibis.cases(*cases, else_="") if cases else ibis.literal("")  # type: ignore[no-any-return]


def numbered(condition: ir.BooleanValue | None, number: int) -> ir.IntegerValue:
    """``number`` where yes, ``-number`` where unknown, 0 where no."""
    if condition is None:
        return ibis.literal(number, type="int64")
    return ibis.cases((condition, number), (condition.isnull(), -number), else_=0).cast("int64")


def unfolded(row: ir.Table, lists: Iterable[tuple[ir.BooleanValue, list[ir.IntegerValue]]]) -> ir.Table:
    """One row for each number that is not 0, with ``rule`` and ``unknown``."""
    cases = [(held, ibis.array(numbers).cast("array<int64>")) for held, numbers in lists]
    if not cases:
        return row.mutate(rule_no=ibis.literal(0, type="int64"), unknown=ibis.literal(False)).filter(ibis.literal(False))
    picked = row.mutate(signed=ibis.cases(*cases).unnest())
    picked = picked.filter(picked.signed != 0)
    return picked.mutate(rule_no=picked.signed.abs(), unknown=picked.signed < 0).drop("signed")


def picks(fact: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> ir.Table:
    """Every fact that a rule takes up: all fact columns, ``rule``, days, ``band``, and ``status`` ('' = it counts)."""
    kinds = sorted({kind for program in programs for kind in program.kinds})
    lists = [(fact.kind == kind, [_wanted(fact, p, reading) for p in programs if kind in p.kinds]) for kind in kinds]
    pick = Windows(reading.program).with_days(unfolded(fact, lists), programs)
    pick = pick.mutate(band=banded(pick, programs, reading))
    return _judged(_with_repair(pick, programs), programs, reading)


def _wanted(fact: ir.Table, program: FactProgram, reading: Reading) -> ir.IntegerValue:
    heard = fact.by_member != "" if program.of_members else fact.by_member == ""
    if program.when is None:
        return numbered(heard, program.number)
    return numbered(heard & reading.asked(fact, program.when, program.assumed), program.number)


def _with_repair(pick: ir.Table, programs: Sequence[FactProgram]) -> ir.Table:
    """Keeps what repair rules say only for rules to which repair applies, and closes the window by it."""
    applies = pick.rule_no.isin([p.number for p in programs if p.repairable])
    none = ibis.null("date")
    kept = pick.mutate(
        repaired_from=ibis.ifelse(applies, pick.repaired_from, none),
        ends_on=ibis.ifelse(applies, pick.ends_on, none),
        repair_share=ibis.ifelse(applies, pick.repair_share, WHOLE),
    )
    stops = ibis.cases((kept.repair_share == 0, (kept.repaired_from.cast("timestamp") - ibis.interval(days=1)).cast("date")))
    return kept.mutate(counts_to=reduce(ibis.least, [kept.counts_to, kept.ends_on, stops]))


def _judged(pick: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> ir.Table:
    unless = chosen(pick, programs, lambda p: (p.number, reading.asked(pick, p.unless, p.assumed) if p.unless else None))
    relieved: Any = ibis.null("boolean") if unless is None else unless
    guarded = pick.rule_no.isin([p.number for p in programs if p.unless])
    tabled = pick.rule_no.isin([p.number for p in programs if p.tariff and p.tariff.by is not None])
    unclear = pick.unknown | (tabled & pick.band.isnull()) | (guarded & relieved.isnull())
    judged = pick.mutate(unclear=unclear, refused=reading.unknown_refused(pick, programs))
    before_period = Windows(reading.program).before_period(judged, programs)
    status = ibis.cases(
        (judged.revoked, "revoked"),
        (judged.suspended, "suspended"),
        (judged.counts_from.isnull() & (judged.refused != ""), REFUSE),
        (judged.counts_from.isnull(), "unknown_value"),
        (judged.counts_from > judged.as_of, "not_yet"),
        (before_period, "outside_period"),
        ((judged.repair_share == 0) & (judged.repaired_from <= judged.as_of), "repaired"),
        (judged.ends_on < judged.as_of, "ended"),
        (judged.counts_to < judged.as_of, "lapsed"),
        (guarded & relieved, "relieved"),
        (judged.unclear & (judged.refused != ""), REFUSE),
        (judged.unclear, "unknown_value"),
        else_=COUNTED,
    )
    detail = ibis.cases(
        (judged.refused != "", judged.refused), (judged.unclear, reading.unknown_named(judged, programs)), else_=""
    )
    return judged.mutate(status=status, missing_name=detail)
