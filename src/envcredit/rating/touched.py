"""Which units a new run must rate again when it rests on an earlier one, or why it must rate all of them.

A unit is touched by a record that came in since or that one of these replaces, by a change of its own row in the list of units,
by a changed rule that looks at a kind of fact it has, and by a day that passed a term of the scheme. Where it cannot be told
from single units what a change does (links, names and codes, values, scores, grades), all are rated.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.days import Term, add
from envcredit.base.vocabulary import Vocabulary
from envcredit.rating.facts import AMENDING, carried
from envcredit.rating.program import Program
from envcredit.scheme.conditions.tree import And, Compare, Condition, Measure, Name, Not, Or, Shifted, Since, Value, names_in
from envcredit.scheme.digests import rule_digest
from envcredit.scheme.model import LimitRule, PointRule, RepairRule, Scheme, ShiftRule, TermTable, VetoRule, Window

_IDENTIFYING = ("unit_id", "uscc", "name", "former_names")
_ALONE = (PointRule, VetoRule, LimitRule, ShiftRule, RepairRule)
_WHOLE = ("score", "period", "calendar", "grades", "parts", "rates")
_WIDER = timedelta(days=4)
"""By so many days a length of time ends earlier or later than reckoned back: months differ, and a last day may count or not."""

Offset = tuple[Term, ...]
"""Lengths of time, one after another; a negative count leads back."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The days after ``first`` up to ``last`` have passed since the earlier run."""

    first: date
    last: date


def changed_units(before: pa.Table, now: pa.Table) -> pa.Array | None:
    """Units whose row changed, by ``unit_id`` in both; nothing when units came, went, or are called otherwise."""
    if before.num_rows != now.num_rows:
        return None
    changed: Any = pa.repeat(pa.scalar(False), now.num_rows)
    for name in before.column_names:
        old = before.column(name).combine_chunks()
        new = now.column(name).cast(old.type).combine_chunks() if name in now.column_names else pa.nulls(len(old), old.type)
        if old.equals(new):
            continue
        if name in _IDENTIFYING:
            return None
        same = pc.fill_null(pc.equal(old, new), False)
        same = pc.or_(same, pc.and_(pc.is_null(old), pc.is_null(new)))
        changed = pc.or_(changed, pc.invert(same))
    return now.column("unit_id").combine_chunks().filter(changed)


def changed_kinds(before: Scheme, now: Scheme) -> frozenset[str] | None:
    """Kinds of fact that changed rules look at; nothing when the change is of another sort."""
    common = [key for key in before.rules if key in now.rules]
    if before.status != now.status or common != [key for key in now.rules if key in before.rules]:
        return None
    if rule_digest(before) == rule_digest(now):
        return frozenset()
    if any(getattr(before, name) != getattr(now, name) for name in _WHOLE):
        return None
    differing = [key for key in {**before.rules, **now.rules} if before.rules.get(key) != now.rules.get(key)]
    rules = [rule for key in differing for rule in (before.rules.get(key), now.rules.get(key)) if rule is not None]
    kinds: set[str] = set()
    for rule in rules:
        own = rule.of if isinstance(rule, RepairRule) else getattr(rule, "kinds", ())
        if not isinstance(rule, _ALONE) or not own:
            return None
        kinds |= set(own)
    in_force = {key for key in {*before.clauses, *now.clauses} if _in_force(before, key) != _in_force(now, key)}
    return None if in_force else frozenset(kinds)


def _in_force(scheme: Scheme, clause: str) -> tuple[object, object] | None:
    found = scheme.clauses.get(clause)
    return (found.valid_from, found.valid_to) if found and (found.valid_from or found.valid_to) else None


def days_decide_units(program: Program, passed: Passed) -> bool:
    """Whether passing days may change units without a day of a fact that says so: values, the unit's own days, dated law."""
    of_facts = [part for p in program.facts for part in (p.value, p.tariff.by if p.tariff else None)]
    of_units = [c for s in program.scopes for c in (s.rated, s.refused, *s.not_rated)]
    if any(isinstance(part, Since) or _clocked(part) for part in (*of_facts, *of_units)):
        return True
    if any(name.where == "clock" for p in program.units for name in p.names()):
        return True
    spans = list(_spans(program, passed))
    assumed = [*(p.assumed for p in program.facts), *(repair.assumed for repair in program.repairs)]
    fixed = [day for values in assumed for day in values.values() if isinstance(day, date)]
    return _any_within(fixed, spans) or any(_decides(part, spans) for part in _asked(program) if _clocked(part))


def _clocked(part: Condition | Measure | Name | None) -> bool:
    return part is not None and any(name.where == "clock" for name in names_in(part))


def _decides(part: Condition, spans: Sequence[tuple[date, date]]) -> bool:
    """Whether a comparison with a clock may turn out otherwise for facts that have no day near the ones that passed."""
    if not isinstance(part, Compare):
        return True
    if isinstance(part.right, Value):
        return not isinstance(part.right.value, date) or _any_within([part.right.value], spans)
    return not any(name.where == "fact" for name in names_in(part))


def _any_within(days: Sequence[date], spans: Sequence[tuple[date, date]]) -> bool:
    return any(first <= day <= last for day in days for first, last in spans)


def _asked(program: Program) -> Iterator[Condition]:
    """Every single statement, without and, or and not, that decides whether a fact counts."""
    conditions = [c for p in program.facts for c in (p.when, p.unless)] + [repair.when for repair in program.repairs]
    for condition in conditions:
        if condition is not None:
            yield from _single(condition)


def _single(condition: Condition) -> Iterator[Condition]:
    match condition:
        case Not(part):
            yield from _single(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _single(part)
        case _:
            yield condition


def near_a_term(fact: ir.Table, program: Program, vocabulary: Vocabulary, passed: Passed) -> Any:
    """Facts with a day from which a term of the scheme ends, or begins, among the days that passed."""
    attributes = [*carried(vocabulary, program.attributes()), *(kind.date for kind in vocabulary.kinds.values())]
    amending = [vocabulary.kinds[kind].date for kind in AMENDING]
    named = dict.fromkeys(name for name in (*attributes, *amending, "suspended_to") if vocabulary.attributes[name].type == "day")
    near = [fact[name].between(first, last) for name in named for first, last in _spans(program, passed)]
    return reduce(operator.or_, near, ibis.literal(False))


def _spans(program: Program, passed: Passed) -> Iterator[tuple[date, date]]:
    """The days from which some length of time of the scheme leads to the days that passed; spans that touch as one."""
    spans = sorted(_span(offset, passed) for offset in _offsets(program))
    first, last = spans[0]
    for begins, ends in spans[1:]:
        if begins > last:
            yield first, last
            first, last = begins, ends
        else:
            last = max(last, ends)
    yield first, last


def _span(offset: Offset, passed: Passed) -> tuple[date, date]:
    first, last = passed.first, passed.last
    for term in reversed(offset):
        first, last = (add(day, Term(-term.count, term.unit), "last_day") for day in (first, last))
    wider = _WIDER * max(1, len(offset))
    return first - wider, last + wider


def _offsets(program: Program) -> set[Offset]:
    """What lies between a day of a fact and a day on which the scheme may see it otherwise."""
    period = program.scheme.period.length
    found: set[Offset] = {()} | ({(period,)} if period else set())
    for window in (dating.window for dating in program.datings):
        found |= set(_of_window(window, period))
    for repair in program.repairs:
        found |= {(term,) for term in (repair.rule.waiting, repair.rule.ends_after) if term}
    for part in _asked(program):
        shifts = [side for side in (part.left, part.right) if isinstance(side, Shifted)] if isinstance(part, Compare) else []
        found |= set(_of_shifts(shifts, period)) if shifts else set()
    return found


def _of_window(window: Window, period: Term | None) -> Iterator[Offset]:
    after: Offset = (window.after,) if window.after else ()
    lasts = window.lasts.table.values() if isinstance(window.lasts, TermTable) else [window.lasts]
    yield after
    for term in (*lasts, window.shortened.to if window.shortened else None, period):
        if term:
            yield (*after, term)


def _of_shifts(shifts: Sequence[Shifted], period: Term | None) -> Iterator[Offset]:
    """Both sides of a comparison may be shifted, and a clock may be the first day of a period that rolls on."""
    for signs in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        offset = tuple(Term(sign * side.length.count, side.length.unit) for sign, side in zip(signs, shifts, strict=False))
        yield offset
        if period:
            yield (*offset, period)
