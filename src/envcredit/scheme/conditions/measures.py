"""Measures and operands typed: which function fits which name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from lark import Token

from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.problems import ConditionProblem, WordOf
from envcredit.scheme.conditions.resolve import Node, column_of, find, resolve_condition
from envcredit.scheme.conditions.tree import (
    Aggregate,
    Function,
    Grouped,
    Measure,
    Name,
    Quotient,
    Since,
    SinceUnit,
    Type,
    type_of,
)

_OF_DAYS = ("latest", "earliest")
_SINCE: Mapping[str, SinceUnit] = {"days_since": "day", "full_months_since": "month", "full_years_since": "year"}


def resolve_measure(node: Node, names: Names) -> Measure:
    """The typed measure of a ``measure`` node. Raises ``ConditionProblem``."""
    inner = cast("Node", node.children[0])
    match inner.data:
        case "grouped":
            return _grouped(inner, names)
        case "since":
            return _since(inner, names)
        case "quotient":
            return _quotient(inner, names)
    return _aggregate(inner, names)


def resolve_operand(node: Node, names: Names) -> Name | Quotient:
    """The typed operand of an ``operand`` node. Raises ``ConditionProblem``."""
    inner = cast("Node", node.children[0])
    return find(inner, names) if inner.data == "path" else _quotient(inner, names)


def _aggregate(node: Node, names: Names) -> Aggregate:
    inner = cast("Node", node.children[0])
    match inner.data:
        case "count":
            return Aggregate("count")
        case "count_distinct":
            return Aggregate("count_distinct", _fact(cast("Node", inner.children[0]), names))
        case "of_condition":
            tested, condition = cast("tuple[Token, Node]", tuple(inner.children))
            return Aggregate(cast("Function", str(tested)), condition=resolve_condition(condition, names))
    return _of_name(inner, names)


def _of_name(node: Node, names: Names) -> Aggregate:
    function, path = cast("tuple[Token, Node]", tuple(node.children))
    name = _fact(path, names)
    _check_fits(function, name.type, name.written)
    return Aggregate(cast("Function", str(function)), name)


def _fact(path: Node, names: Names) -> Name:
    name = find(path, names)
    if name.where != "fact":
        raise ConditionProblem("S116", column_of(path), {"name": name.written})
    return name


def _check_fits(function: Token, type_: Type, written: str) -> None:
    wanted_day = str(function) in _OF_DAYS
    if type_.name == "broken" or (type_.name == "day" if wanted_day else type_.is_quantity):
        return
    wanted = WordOf("condition.type.day" if wanted_day else "condition.type.quantity")
    values = {"function": str(function), "name": written, "type": WordOf(f"condition.type.{type_.name}"), "expected": wanted}
    raise ConditionProblem("S115", column_of(function), values)


def _grouped(node: Node, names: Names) -> Grouped:
    function, aggregate, path = cast("tuple[Token, Node, Node]", tuple(node.children))
    inner = _aggregate(aggregate, names)
    _check_fits(function, type_of(inner), str(inner.function))
    return Grouped(cast("Function", str(function)), inner, _fact(path, names))


def _since(node: Node, names: Names) -> Since:
    unit, of_name = cast("tuple[Token, Node]", tuple(node.children))
    inner = _of_name(of_name, names)
    if type_of(inner).name not in ("day", "broken"):
        values = {"function": str(unit), "name": str(inner.function), "type": WordOf(f"condition.type.{type_of(inner).name}")}
        raise ConditionProblem("S115", column_of(of_name), {**values, "expected": WordOf("condition.type.day")})
    return Since(_SINCE[str(unit)], inner)


def _quotient(node: Node, names: Names) -> Quotient:
    first, second = (cast("Node", child) for child in node.children)
    over, under = _total(first, names), _total(second, names)
    left, right = type_of(over), type_of(under)
    for side, type_ in ((first, left), (second, right)):
        if not type_.is_quantity and type_.name != "broken":
            values = {
                "function": "/",
                "name": _shown(over if side is first else under),
                "type": WordOf(f"condition.type.{type_.name}"),
            }
            raise ConditionProblem("S115", column_of(side), {**values, "expected": WordOf("condition.type.quantity")})
    if left.name != right.name and "broken" not in (left.name, right.name):
        values = {"name": _shown(under), "found": WordOf(f"condition.type.{right.name}")}
        raise ConditionProblem("S106", column_of(second), {**values, "expected": WordOf(f"condition.type.{left.name}")})
    return Quotient(over, under)


def _total(node: Node, names: Names) -> Aggregate | Name:
    return find(node, names) if node.data == "path" else _aggregate(node, names)


def _shown(part: Aggregate | Name) -> str:
    return part.written if isinstance(part, Name) else str(part.function)
