"""Conditions over whole columns: the parsed tree as arrow computations, equal to ``scheme.conditions.truth`` on every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.days import Term, add
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
    Scalar,
    Shifted,
    Truth,
    Value,
)

Column = Any
"""A pyarrow array; pyarrow ships no types."""
_COMPARE: Mapping[str, Callable[[Any, Any], Column]] = {
    "=": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


@dataclass
class Columns:
    """The facts of one batch of loans: one array a fact, nulls where it is unknown. What was computed once is kept."""

    arrays: Mapping[str, Column]
    rows: int
    _answers: dict[tuple[Condition, tuple[tuple[str, Scalar], ...]], Column] = field(default_factory=dict)

    def array(self, name: str, type_: pa.DataType) -> Column:
        """The values of a fact; all unknown where the table has no such column."""
        found = self.arrays.get(name)
        return pa.nulls(self.rows, type_) if found is None else found

    def holds(self, condition: Condition, assumed: Mapping[str, Scalar], types: Mapping[str, pa.DataType]) -> Column:
        """Yes, no or null for each row, with ``assumed`` values in place of unknown ones."""
        wanted = {name: value for name, value in assumed.items() if name in types}
        key = (condition, tuple(sorted(wanted.items(), key=lambda item: item[0])))
        if key not in self._answers:
            self._answers[key] = _Reading(self, wanted, types).condition(condition)
        return self._answers[key]


@dataclass(frozen=True)
class _Reading:
    columns: Columns
    assumed: Mapping[str, Scalar]
    types: Mapping[str, pa.DataType]

    def condition(self, part: Condition) -> Column:
        match part:
            case And(parts=parts):
                return self._joined(pc.and_kleene, parts)
            case Or(parts=parts):
                return self._joined(pc.or_kleene, parts)
            case Not(part=inner):
                return pc.invert(self._part(inner))
            case Known(name=name, negated=negated):
                column = self._name(name)
                return pc.is_null(column) if negated else pc.is_valid(column)
            case Truth(name=name):
                return self._name(name)
            case Among(left=name, options=options, negated=negated):
                return self._among(self._name(name), name, options, negated)
            case Compare(op=op, left=left, right=right):
                return _COMPARE[op](self._side(left), self._side(right))
            case Holds():
                raise TypeError("no fact of a loan holds several codes")

    def _part(self, part: Condition) -> Column:
        return self.columns.holds(part, self.assumed, self.types)

    def _joined(self, join: Callable[[Column, Column], Column], parts: tuple[Condition, ...]) -> Column:
        found = self._part(parts[0])
        for part in parts[1:]:
            found = join(found, self._part(part))
        return found

    def _name(self, name: Name) -> Column:
        type_ = self.types[name.written]
        column = self.columns.array(name.written, type_)
        assumed = self.assumed.get(name.written)
        return column if assumed is None else pc.fill_null(column, pa.scalar(assumed, type_))

    def _among(self, column: Column, name: Name, options: tuple[Value, ...], negated: bool) -> Column:
        type_ = self.types[name.written]
        inside = pc.is_in(column, value_set=pa.array([option.value for option in options], type_))
        known = pc.if_else(pc.is_valid(column), inside, pa.scalar(None, pa.bool_()))
        return pc.invert(known) if negated else known

    def _side(self, side: Name | Shifted | Value) -> Column:
        match side:
            case Value(value=value):
                return pa.scalar(value)
            case Name():
                return self._name(side)
            case Shifted(day=day, length=length, sign=sign):
                return shifted(self._name(day), Term(sign * length.count, length.unit))


def shifted(days: Column, length: Term) -> Column:
    """Days moved by a term, by the calendar of :func:`envcredit.base.days.add` (last day of a short month), each day once."""
    found = pc.dictionary_encode(days)
    moved = [_moved(day, length) for day in found.dictionary.to_pylist()]
    return pc.take(pa.array(moved, pa.date32()), found.indices)


def _moved(day: date, length: Term) -> date:
    return add(day, length, "last_day")
