"""Which units a new run must rate again when it rests on an earlier one, or why it must rate all of them.

A unit is touched by a record that came in since or that one of these replaces, by a change of its own row in the list of units,
by a changed rule that looks at a kind of record it has, and by a day that passed a term of the scheme. Where it cannot be told
from single units what a change does (links, names and codes, earlier ratings, values, scores, grades), all are rated.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
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
from envcredit.scheme.model import LimitRule, PointRule, RepairRule, Scheme, ShiftRule, TermTable, VetoRule

_IDENTIFYING = ("unit_id", "uscc", "name", "former_names")
_ALONE = (PointRule, VetoRule, LimitRule, ShiftRule, RepairRule)
_WIDER = timedelta(days=4)
"""A term that ends a month late or a day early still ends within so many days of the reckoned one."""


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
    """Kinds of record that changed rules look at; nothing when the change is of another sort."""
    if any(getattr(before, name) != getattr(now, name) for name in ("score", "period", "calendar", "grades", "parts", "rates")):
        return None
    common = [key for key in before.rules if key in now.rules]
    if common != [key for key in now.rules if key in before.rules]:
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
    if in_force:
        return None
    return frozenset(kinds)


def _in_force(scheme: Scheme, clause: str) -> tuple[object, object] | None:
    found = scheme.clauses.get(clause)
    return (found.valid_from, found.valid_to) if found and (found.valid_from or found.valid_to) else None


def of_kinds(record: ir.Table, kinds: Iterable[str]) -> ir.BooleanValue:
    """Records of some kinds."""
    return record.kind.isin(sorted(kinds))


def days_decide_units(program: Program, passed: Passed) -> bool:
    """Whether passing days may change units without a record that says so: by values, the unit's own days, dated law."""
    if any(isinstance(p.value, Since) or _named(p.value, "clock") for p in program.facts):
        return True
    of_units = [c for p in program.units for c in (p.when, *p.tiers)]
    of_units += [c for s in program.scopes for c in (s.rated, s.refused, *s.not_rated)]
    if any(_named(condition, "clock") for condition in of_units):
        return True
    sides = [side for part in _asked(program) for side in (part.left, part.right)]
    days = [side.day if isinstance(side, Shifted) else side for side in sides]
    if any(isinstance(day, Name) and day.where == "unit" and day.type.name == "day" for day in days):
        return True
    fixed = [day.value for day in days if isinstance(day, Value)]
    return any(isinstance(day, date) and passed.first - _WIDER <= day <= passed.last + _WIDER for day in fixed)


def _named(part: Condition | Measure | None, where: str) -> bool:
    return part is not None and any(name.where == where for name in names_in(part))


def _asked(program: Program) -> Iterator[Compare]:
    """Every comparison that decides whether a fact counts."""
    conditions = [c for p in program.facts for c in (p.when, p.unless)] + [repair.when for repair in program.repairs]
    for condition in conditions:
        if condition is not None:
            yield from _compared(condition)


def near_a_term(record: ir.Table, program: Program, vocabulary: Vocabulary, passed: Passed) -> Any:
    """Records with a day from which a term of the scheme ends, or begins, among the days that passed."""
    attributes = [*carried(vocabulary, program.attributes()), *(kind.date for kind in vocabulary.kinds.values())]
    amending = [vocabulary.kinds[kind].date for kind in AMENDING]
    named = dict.fromkeys(name for name in (*attributes, *amending, "suspended_to") if vocabulary.attributes[name].type == "day")
    spans = list(_joined(sorted(_span(term, sign, passed) for term in _terms(program) for sign in (-1, 1))))
    near = [record[name].between(first, last) for name in named for first, last in spans]
    return reduce(operator.or_, near, ibis.literal(False))


def _span(term: Term, sign: int, passed: Passed) -> tuple[date, date]:
    back = [add(day, Term(-sign * term.count, term.unit), "last_day") for day in (passed.first, passed.last)]
    return back[0] - _WIDER, back[1] + _WIDER


def _joined(spans: Sequence[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """Spans that touch each other as one."""
    first, last = spans[0]
    for begins, ends in spans[1:]:
        if begins > last:
            yield first, last
            first, last = begins, ends
        else:
            last = max(last, ends)
    yield first, last


def _terms(program: Program) -> set[Term]:
    """Every length of time that the scheme reckons with, and what two of a window add up to."""
    period = program.scheme.period.length
    found = {Term(0, "day"), *([period] if period else [])}
    for window in (dating.window for dating in program.datings):
        lasts = window.lasts.table.values() if isinstance(window.lasts, TermTable) else [window.lasts]
        ends = {term for term in (*lasts, window.shortened.to if window.shortened else None, period) if term}
        found |= ends | ({window.after, *(_sum(window.after, end) for end in ends)} if window.after else set())
    for repair in program.repairs:
        found |= {term for term in (repair.rule.waiting, repair.rule.ends_after) if term}
    for part in _asked(program):
        found |= {side.length for side in (part.left, part.right) if isinstance(side, Shifted)}
    return found


def _sum(one: Term, other: Term) -> Term:
    if one.unit == other.unit:
        return Term(one.count + other.count, one.unit)
    months, days = (one, other) if one.unit == "month" else (other, one)
    return Term(months.count * 30 + days.count, "day")


def _compared(condition: Condition) -> Iterator[Compare]:
    match condition:
        case Compare():
            yield condition
        case Not(part):
            yield from _compared(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _compared(part)
