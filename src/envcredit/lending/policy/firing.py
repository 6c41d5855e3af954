"""Can a condition come out yes? Tried over the values at which any of its comparisons can change.

A value found is a proof that it can. That none is found means never for comparisons with written values, and for comparisons
of two facts of one type that differ by a term, because values on both sides of every border are tried in every combination.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from math import prod
from typing import Any

from envcredit.base.days import Term, add
from envcredit.lending.policy.facts import OF_GRADE, WITHOUT_GRADE, with_derived
from envcredit.lending.policy.rows import fires_for
from envcredit.lending.policy.rulebook import ReadRule, Rulebook
from envcredit.scheme.conditions.tree import Among, And, Compare, Condition, Name, Not, Or, Scalar, Shifted, Value, names_in

MOST_TRIES = 60_000
_DAY = date(2026, 6, 15)
_NUMBERS = frozenset({"integer", "amount", "share", "number"})


def outcomes_of(rule: ReadRule, book: Rulebook, given: Mapping[str, Scalar | None]) -> frozenset[bool | None] | None:
    """What a rule can come to (``None``: it refuses) for loans with the facts ``given``; ``None`` when there is too much to
    try."""
    names = {name.written: name for name in names_in(rule.when)}
    pools = {written: _pool(name, rule, book) for written, name in names.items() if written not in given}
    if "grade" in pools or "grade" in given:
        pools.pop("grade_rank", None)  # it follows from the grade
    if prod(len(pool) for pool in pools.values()) > MOST_TRIES:
        return None
    found: set[bool | None] = set()
    for values in product(*pools.values()):
        facts = {**dict(zip(pools, values, strict=True)), **given}
        if _can_be(facts):
            found.add(fires_for(rule, with_derived({"score": 0, **facts}, book.policy)))
        if len(found) == 3:
            break
    return frozenset(found)


def _can_be(facts: Mapping[str, Scalar | None]) -> bool:
    """Without a result there is no fact that comes with one."""
    return facts.get("state") not in WITHOUT_GRADE or all(facts.get(name) is None for name in OF_GRADE)


def _pool(name: Name, rule: ReadRule, book: Rulebook) -> list[Scalar | None]:
    """Values on both sides of every border, and unknown where that is possible."""
    found: list[Any]
    match name.type.name:
        case "code":
            found = list(book.names.vocabulary.codes(name.type.list))
        case "yes_no":
            found = [True, False]
        case "text":
            found = [*_written(rule.when, "text"), "\0"]
        case "day":
            found = _days(rule.when)
        case _:
            written = _written(rule.when, name.type.name)
            found = sorted({n + step for n in written or [0] for step in (-1, 0, 1)})
    unknown = [] if name.written in book.names.never_unknown else [None]
    return [*found, *unknown]


def _written(condition: Condition, type_: str) -> list[Any]:
    """Values of a type that stand in a condition."""
    return list(dict.fromkeys(value.value for value in _values(condition) if value.type.name == type_))


def _days(condition: Condition) -> list[date]:
    borders = set(_written(condition, "day")) or {_DAY}
    terms = {Term(part.length.count * part.sign, part.length.unit) for part in _shifts(condition)}
    for term in terms:
        borders |= {add(day, term, "last_day") for day in borders}
        borders |= {add(day, Term(-term.count, term.unit), "last_day") for day in borders}
    return sorted({day + timedelta(days=step) for day in borders for step in (-1, 0, 1)})


def _values(part: Condition) -> Iterator[Value]:
    match part:
        case And(parts=parts) | Or(parts=parts):
            for one in parts:
                yield from _values(one)
        case Not(part=inner):
            yield from _values(inner)
        case Among(options=options):
            yield from options
        case Compare(right=Value() as value):
            yield value


def _shifts(part: Condition) -> Iterator[Shifted]:
    match part:
        case And(parts=parts) | Or(parts=parts):
            for one in parts:
                yield from _shifts(one)
        case Not(part=inner):
            yield from _shifts(inner)
        case Compare(left=left, right=right):
            yield from (side for side in (left, right) if isinstance(side, Shifted))
