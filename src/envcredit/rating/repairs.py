"""When a record stops counting, or counts for less, under the scheme's repair rules (信用修复)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from envcredit.base.amounts import SHARE_PLACES
from envcredit.base.vocabulary import Vocabulary
from envcredit.rating.exact import later
from envcredit.rating.expression import Expression, moved
from envcredit.rating.program import Program, RepairProgram
from envcredit.rating.rows import resolver

WHOLE = 10**SHARE_PLACES


def with_repairs(fact: ir.Table, program: Program, vocabulary: Vocabulary) -> ir.Table:
    """Adds ``repair_rule``, ``repaired_from`` (first day on which the repair works), ``repair_share`` and ``ends_on``.

    A repair works from the day it was granted, but not before the waiting period is over; ``ends_on`` is the last day on
    which the record may be used at all. Null where no repair rule applies.
    """
    if not program.repairs:
        empty = ibis.null("date")
        return fact.mutate(repair_rule=ibis.literal(""), repaired_from=empty, repair_share=ibis.literal(0), ends_on=empty)
    held = [(_holds(fact, r, program, vocabulary), r) for r in program.repairs]
    return fact.mutate(
        repair_rule=ibis.cases(*((c, r.key) for c, r in held), else_=""),
        repaired_from=ibis.cases(*((c, _works_from(fact, r, program)) for c, r in held)),
        repair_share=ibis.cases(*((c, r.share) for c, r in held), else_=WHOLE),
        ends_on=ibis.cases(*((c, _last_day(fact, r, program)) for c, r in held)),
    )


def _holds(fact: ir.Table, repair: RepairProgram, program: Program, vocabulary: Vocabulary) -> ir.BooleanValue:
    of_kind = fact.kind.isin(list(repair.kinds))
    if repair.when is None:
        return of_kind
    expression = Expression(resolver(fact, repair.assumed), vocabulary, program.scheme.calendar.month_end)
    return of_kind & expression.of(repair.when)


def _works_from(fact: ir.Table, repair: RepairProgram, program: Program) -> ir.DateValue:
    granted = fact.repaired_on
    if repair.rule.waiting is None:
        return granted
    earliest = moved(fact[repair.rule.since], repair.rule.waiting, 1, program.scheme.calendar.month_end)
    return ibis.cases((granted.notnull(), ibis.greatest(granted, earliest)))


def _last_day(fact: ir.Table, repair: RepairProgram, program: Program) -> ir.DateValue:
    if repair.rule.ends_after is None:
        return ibis.null("date")
    calendar = program.scheme.calendar
    end = moved(fact[repair.rule.since], repair.rule.ends_after, 1, calendar.month_end)
    return end if calendar.term_ends == "corresponding_day" else later(end, -1)
