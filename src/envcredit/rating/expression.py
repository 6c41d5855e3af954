"""A condition as an Ibis expression.

SQL's three truth values are the language's own: yes, no and unknown (null), joined by Kleene's tables.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from envcredit.base.days import MonthEnd, Term
from envcredit.base.vocabulary import Vocabulary
from envcredit.rating.exact import later, shifted_months
from envcredit.scheme.conditions.tree import (
    Among,
    And,
    Compare,
    Condition,
    Holds,
    Known,
    Name,
    Not,
    Or,
    Shifted,
    Truth,
    Value,
)

Resolve = Callable[[Name], ir.Value]

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Expression:
    """Turns conditions into expressions over one row, whose columns ``resolve`` supplies."""

    def __init__(self, resolve: Resolve, vocabulary: Vocabulary, month_end: MonthEnd) -> None:
        self._resolve = resolve
        self._vocabulary = vocabulary
        self._month_end = month_end

    def of(self, condition: Condition) -> ir.BooleanValue:
        """``condition`` as a nullable boolean."""
        match condition:
            case And(parts):
                return self._joined(operator.and_, parts)
            case Or(parts):
                return self._joined(operator.or_, parts)
            case Not(part):
                return ~self.of(part)
            case Truth(name):
                return self._resolve(name)
            case Known(name, negated):
                value = self._resolve(name)
                return value.isnull() if negated else value.notnull()
            case Compare(sign, left, right):
                return self._compared(sign, left, right)
            case Among(left, options, negated):
                held = self._resolve(left).isin([_literal(o) for o in options])
                return ~held if negated else held
            case Holds(left, quantifier, options):
                return self._holds(left, quantifier, options)
        raise AssertionError(condition)

    def _joined(self, join: Callable[[Any, Any], Any], parts: tuple[Condition, ...]) -> ir.BooleanValue:
        first, *rest = (self.of(part) for part in parts)
        for part in rest:
            first = join(first, part)
        return first

    def _compared(self, sign: str, left: Any, right: Any) -> ir.BooleanValue:
        if left.type.ordered if isinstance(left, Name) else False:
            return _COMPARE[sign](self._ranked(left, left), self._ranked(right, left))
        return _COMPARE[sign](self.operand(left), self.operand(right))

    def operand(self, side: Name | Value | Shifted) -> ir.Value:
        """A name, a literal, or a day moved by a term."""
        match side:
            case Name():
                return self._resolve(side)
            case Value():
                return _literal(side)
            case Shifted(day, length, sign):
                return moved(self._resolve(day), length, sign, self._month_end)
        raise AssertionError(side)

    def _ranked(self, side: Name | Value, scale: Name) -> ir.Value:
        codes = self._vocabulary.codes(scale.type.list)
        if isinstance(side, Value):
            return ibis.literal(codes.index(str(side.value)))
        column = self._resolve(side)
        return ibis.cases(*((column == code, rank) for rank, code in enumerate(codes)))

    def _holds(self, left: Name, quantifier: str, options: tuple[Value, ...]) -> ir.BooleanValue:
        column: Any = self._resolve(left)
        found = [column.contains(f"|{option.value}|") for option in options]
        match quantifier:
            case "any":
                return _any(found)
            case "none":
                return ~_any(found)
            case "all":
                return _all(found)
            case "only":
                wanted = {str(option.value) for option in options}
                others = [code for code in self._vocabulary.codes(left.type.list) if code not in wanted]
                # Where every code of the list is wanted, only an unknown column is not a yes.
                return ~_any([column.contains(f"|{code}|") for code in others]) if others else column.notnull().nullif(False)
        raise AssertionError(quantifier)


def moved(day: ir.DateValue, length: Term, sign: int, month_end: MonthEnd) -> ir.DateValue:
    """The day that lies a term later or earlier."""
    if length.unit == "day":
        return later(day, sign * length.count)
    return shifted_months(day, sign * length.count, month_end)


def _literal(value: Value) -> ir.Value:
    if value.type.name == "day":
        return ibis.literal(value.value, type="date")
    return ibis.literal(value.value)


def _any(parts: list[Any]) -> ir.BooleanValue:
    result = parts[0]
    for part in parts[1:]:
        result = result | part
    return result


def _all(parts: list[Any]) -> ir.BooleanValue:
    result = parts[0]
    for part in parts[1:]:
        result = result & part
    return result
