"""What conditions mean: three truth values by Kleene, written as plainly as possible. Engines must agree with this.

===========  ==================================================================================================
comparison   unknown when a side is unknown
``in``       unknown when the name is unknown
``has``      unknown when nothing is known of the codes
``is known`` never unknown
``not``      yes ↔ no, unknown stays
``and``      no if any part is no, else unknown if any part is unknown, else yes
``or``       yes if any part is yes, else unknown if any part is unknown, else no
===========  ==================================================================================================
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from envcredit.base.days import MonthEnd, Term, add
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.conditions.names import STATE_OF_DAY, Names
from envcredit.scheme.conditions.tree import (
    Aggregate,
    Among,
    And,
    Compare,
    Condition,
    Grouped,
    Holds,
    Known,
    Measure,
    Name,
    Not,
    Or,
    Quotient,
    Scalar,
    Shifted,
    Since,
    Truth,
    Type,
    Value,
    names_in,
)

Lookup = Callable[[Name], Scalar | None]
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def all_of(parts: Iterable[bool | None]) -> bool | None:
    """Kleene's and."""
    seen = set(parts)
    return False if False in seen else None if None in seen else True


def any_of(parts: Iterable[bool | None]) -> bool | None:
    """Kleene's or."""
    seen = set(parts)
    return True if True in seen else None if None in seen else False


def negation(part: bool | None) -> bool | None:
    """Kleene's not."""
    return None if part is None else not part


def evaluate(condition: Condition, lookup: Lookup, month_end: MonthEnd = "last_day") -> bool | None:
    """Whether a condition holds for the values that ``lookup`` gives (``None`` = unknown; scaled integers, days, codes)."""
    match condition:
        case And(parts=parts):
            return all_of(evaluate(part, lookup, month_end) for part in parts)
        case Or(parts=parts):
            return any_of(evaluate(part, lookup, month_end) for part in parts)
        case Not(part=part):
            return negation(evaluate(part, lookup, month_end))
        case Known(name=name, negated=negated):
            return (lookup(name) is None) == negated
        case Truth(name=name):
            return _yes_no(lookup(name))
        case Among(left=name, options=options, negated=negated):
            return _among(lookup(name), options, negated)
        case Holds(left=name, quantifier=quantifier, options=options):
            return _holds(lookup(name), quantifier, options)
        case Compare():
            return _compare(condition, lookup, month_end)


def _yes_no(value: Scalar | None) -> bool | None:
    return None if value is None else value is True


def _among(value: Scalar | None, options: tuple[Value, ...], negated: bool) -> bool | None:
    return None if value is None else (value in {option.value for option in options}) != negated


def _holds(value: Scalar | None, quantifier: str, options: tuple[Value, ...]) -> bool | None:
    if value is None:
        return None
    have = set(str(value).strip("|").split("|"))
    wanted = {str(option.value) for option in options}
    match quantifier:
        case "any":
            return bool(have & wanted)
        case "all":
            return wanted <= have
        case "only":
            return have <= wanted
    return not have & wanted


def _compare(condition: Compare, lookup: Lookup, month_end: MonthEnd) -> bool | None:
    left, right = (_side(side, lookup, month_end) for side in (condition.left, condition.right))
    if left is None or right is None:
        return None
    type_ = condition.left.type if isinstance(condition.left, Name) else None
    if type_ and type_.ordered:
        left, right = _rank(type_, left), _rank(type_, right)
    return _COMPARE[condition.op](left, right)


def _side(side: Name | Shifted | Value, lookup: Lookup, month_end: MonthEnd) -> object | None:
    match side:
        case Value(value=value):
            return value
        case Name():
            return lookup(side)
        case Shifted(day=day, length=length, sign=sign):
            start = lookup(day)
            return add(start, Term(sign * length.count, length.unit), month_end) if isinstance(start, date) else None


def _rank(type_: Type, code: object) -> int:
    return read_vocabulary().rank(type_.list, str(code))


def unhandled_unknowns(condition: Condition | Measure | Name, names: Names) -> frozenset[str]:
    """Names, as written, that may be unknown and, when they are, can leave the whole unknown.

    A condition is judged by Kleene's tables over every value the rest may take, so ``fine is known and fine > CNY 5`` needs
    nothing more, nor does ``rectified and rectified_on <= due_on + 30 days`` for ``rectified_on``.
    """
    may_be_unknown = {n.written for n in names_in(condition)} - names.never_unknown
    if isinstance(condition, (Name, Aggregate, Grouped, Since, Quotient)):
        return frozenset(may_be_unknown)
    return frozenset(name for name in may_be_unknown if None in _outcomes(condition, name))


def _outcomes(condition: Condition, unknown: str) -> frozenset[bool | None]:
    """What can come out when the name ``unknown`` is unknown and every other name is known."""
    match condition:
        case And(parts=parts):
            return _combined(all_of, [_outcomes(part, unknown) for part in parts])
        case Or(parts=parts):
            return _combined(any_of, [_outcomes(part, unknown) for part in parts])
        case Not(part=part):
            return frozenset(negation(outcome) for outcome in _outcomes(part, unknown))
        case Known(name=name, negated=negated) if name.written == unknown:
            return frozenset({negated})
        case Truth(name=name) if STATE_OF_DAY.get(unknown) == name.written:
            return frozenset({False})
        case Known():
            return frozenset({True, False})
    return frozenset({None}) if unknown in {n.written for n in names_in(condition)} else frozenset({True, False})


def _combined(
    join: Callable[[Iterable[bool | None]], bool | None], parts: list[frozenset[bool | None]]
) -> frozenset[bool | None]:
    reached = parts[0]
    for part in parts[1:]:
        reached = frozenset(join((a, b)) for a in reached for b in part)
    return reached
