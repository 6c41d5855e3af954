"""From the bare syntax tree to the typed tree: every name found, every literal read in the type of the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from lark import Token, Tree

from envcredit.base.days import term
from envcredit.scheme.conditions.literals import SAMPLES, read_literal, unknown_code, wrong_form
from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.problems import ConditionProblem, DidYouMean, WordOf, nearest, raise_all
from envcredit.scheme.conditions.tree import (
    DAY,
    LONGEST_TERM,
    Among,
    And,
    Compare,
    Condition,
    Holds,
    Known,
    Name,
    Not,
    Operator,
    Or,
    Quantifier,
    Shifted,
    Truth,
    Type,
    Value,
)

Node = Tree[Token]
T = TypeVar("T")
_LITERALS = frozenset({"money", "percent", "number", "day", "text", "yes", "no", "length"})
_EQUALITY: tuple[Operator, ...] = ("=", "!=")


def column_of(node: Node | Token) -> int:
    """Column of its first character, from 1."""
    column = node.column if isinstance(node, Token) else node.meta.column
    return column or 1


def each(resolve: Callable[[Node, Names], T], nodes: Iterable[Node], names: Names) -> tuple[T, ...]:
    """All nodes resolved; the problems of all of them are raised together."""
    found: list[T] = []
    problems: list[ConditionProblem] = []
    for node in nodes:
        try:
            found.append(resolve(node, names))
        except ConditionProblem as problem:
            problems.append(problem)
    raise_all(problems)
    return tuple(found)


def resolve_condition(node: Node, names: Names) -> Condition:
    """The typed condition of a ``condition`` node or of any node inside one. Raises ``ConditionProblem``."""
    match node.data:
        case "condition":
            return resolve_condition(_child(node, 0), names)
        case "any_of":
            return _joined(Or, node, names)
        case "all_of":
            return _joined(And, node, names)
        case "negated":
            return _negated(resolve_condition(_child(node, 0), names))
        case "known" | "unknown":
            return Known(find(_child(node, 0), names), node.data == "unknown")
        case "truth":
            return _truth(node, names)
        case "holds":
            return _holds(node, names)
        case "among" | "not_among":
            return _among(node, names)
        case "between":
            return _between(node, names)
    return _compare(node, names)


def find(path: Node, names: Names) -> Name:
    """The name that a ``path`` stands for. Raises S104 (no such name) or S124 (not of this record kind)."""
    written = str(path.children[0])
    name = names.find(written)
    if name is None:
        raise unknown_name(written, column_of(path), names)
    return name


def unknown_name(written: str, column: int, names: Names) -> ConditionProblem:
    """S124 when the vocabulary has the name elsewhere, else S104 with the nearest name there is."""
    vocabulary = names.vocabulary
    if written in vocabulary.attributes and names.kinds:
        having = [kind.name for kind in vocabulary.kinds.values() if written in kind.attributes]
        return ConditionProblem("S124", column, _elsewhere(written, names, having))
    if written in vocabulary.states and names.kinds:
        having = list(vocabulary.kinds[vocabulary.states[written].made_by].amends)
        return ConditionProblem("S124", column, _elsewhere(written, names, having))
    near = f"unit.{written}" if written in vocabulary.unit else nearest(written, names.entries)
    return ConditionProblem(
        "S104", column, {"name": written, "near": DidYouMean(near), "names": ", ".join(sorted(names.entries))}
    )


def _elsewhere(written: str, names: Names, having: list[str]) -> dict[str, object]:
    return {"name": written, "kinds": ", ".join(names.kinds), "having": ", ".join(having)}


def _child(node: Node, index: int) -> Node:
    return cast("Node", node.children[index])


def _joined(join: type[And] | type[Or], node: Node, names: Names) -> Condition:
    parts = each(resolve_condition, cast("list[Node]", node.children), names)
    return join(tuple(one for part in parts for one in (part.parts if isinstance(part, join) else (part,))))


def _negated(part: Condition) -> Condition:
    return part.part if isinstance(part, Not) else Not(part)


def _truth(node: Node, names: Names) -> Truth:
    name = find(_child(node, 0), names)
    if name.type.name not in ("yes_no", "broken"):
        raise ConditionProblem("S117", column_of(node), {"name": name.written, **_type_values(name.type)})
    return Truth(name)


def _type_values(type_: Type) -> dict[str, object]:
    return {"type": WordOf(f"condition.type.{type_.name}"), "sample": SAMPLES[type_.name]}


def _compare(node: Node, names: Names) -> Compare:
    first, op, second = cast("tuple[Node, Token, Node]", node.children)
    left = _left(first, names)
    operator = cast("Operator", str(op))
    _check_operator(operator, left, column_of(op))
    return Compare(operator, left, _right(second, _type_of_side(left), names))


def _left(node: Node, names: Names) -> Name | Shifted:
    if node.data in _LITERALS:
        raise ConditionProblem("S109", column_of(node), {"found": _text(node)})
    return _named_side(node, names)


def _named_side(node: Node, names: Names) -> Name | Shifted:
    if node.data == "path":
        return find(node, names)
    path, length = cast("tuple[Node, Token]", node.children)
    day = find(path, names)
    if day.type.name not in ("day", "broken"):
        raise ConditionProblem("S126", column_of(path), {"name": day.written, **_type_values(day.type)})
    moved = term(str(length))
    if moved.count > LONGEST_TERM[moved.unit]:
        raise ConditionProblem("S128", column_of(length), {"found": str(length)})
    return Shifted(day, moved, 1 if node.data == "later" else -1)


def _type_of_side(side: Name | Shifted) -> Type:
    return DAY if isinstance(side, Shifted) else side.type


def _check_operator(op: Operator, left: Name | Shifted, column: int) -> None:
    type_ = _type_of_side(left)
    if type_.name == "broken" or (op in _EQUALITY and type_.name != "codes") or type_.is_ordered:
        return
    assert isinstance(left, Name)
    raise _operator_problem(op, left, column)


def _operator_problem(op: str, left: Name, column: int) -> ConditionProblem:
    usable = "has any {…}, has all {…}, has only {…}, has none {…}" if left.type.name == "codes" else "=, !=, in {…}"
    return ConditionProblem("S107", column, {"op": op, "name": left.written, "usable": usable, **_type_values(left.type)})


def _right(node: Node, type_: Type, names: Names) -> Name | Shifted | Value:
    if node.data in _LITERALS:
        return _literal(node, type_)
    if node.data == "path" and type_.name in ("code", "codes", "text"):
        return _word(node, type_, names)
    side = _named_side(node, names)
    _check_same(type_, side, column_of(node))
    return side


def _check_same(type_: Type, side: Name | Shifted, column: int) -> None:
    other = _type_of_side(side)
    if (type_.name, type_.list) != (other.name, other.list) and "broken" not in (type_.name, other.name):
        name = side.day.written if isinstance(side, Shifted) else side.written
        values = {"name": name, "found": WordOf(f"condition.type.{other.name}")}
        raise ConditionProblem("S106", column, {**values, "expected": WordOf(f"condition.type.{type_.name}")})


def _word(node: Node, type_: Type, names: Names) -> Name | Value:
    """A bare word beside a code is a code of that list; only if the list has no such code may it be a name."""
    written = str(node.children[0])
    if written in names.vocabulary.lists.get(type_.list, {}):
        return Value(written, type_, written)
    name = names.find(written)
    if name is None and type_.name == "text":
        raise wrong_form(written, type_, column_of(node))
    if name is None:
        raise unknown_code(written, type_, column_of(node), names.vocabulary.codes(type_.list))
    _check_same(type_, name, column_of(node))
    return name


def _literal(node: Node, type_: Type) -> Value:
    if type_.name == "broken":
        return Value(_text(node), type_, _text(node))
    form = "yes_no" if node.data in ("yes", "no") else str(node.data)
    return read_literal(form, _text(node), type_, column_of(node))


def _text(node: Node) -> str:
    return str(node.children[0]) if node.children else str(node.data)


def _options(nodes: list[Any], type_: Type, names: Names) -> tuple[Value, ...]:
    options: dict[Value, None] = {}
    for node, value in zip(nodes, each(lambda n, _: _option(n, type_, names), nodes, names), strict=True):
        if value in options:
            raise ConditionProblem("S119", column_of(node), {"found": value.text})
        options[value] = None
    return tuple(options)


def _option(node: Node, type_: Type, names: Names) -> Value:
    if node.data in _LITERALS:
        return _literal(node, type_)
    written = str(node.children[0])
    if type_.name == "broken" or written in names.vocabulary.lists.get(type_.list, {}):
        return Value(written, type_, written)
    if type_.name in ("code", "codes"):
        raise unknown_code(written, type_, column_of(node), names.vocabulary.codes(type_.list))
    raise wrong_form(written, type_, column_of(node))


def _among(node: Node, names: Names) -> Among:
    path, *options = cast("list[Node]", node.children)
    left = find(path, names)
    if left.type.name in ("codes", "yes_no"):
        raise _operator_problem("in", left, column_of(path))
    return Among(left, _options(options, left.type, names), node.data == "not_among")


def _holds(node: Node, names: Names) -> Holds:
    path, quantifier, *options = cast("list[Any]", node.children)
    left = find(path, names)
    if left.type.name not in ("codes", "broken"):
        raise ConditionProblem("S127", column_of(path), {"name": left.written, **_type_values(left.type)})
    return Holds(left, cast("Quantifier", str(quantifier)), _options(options, left.type, names))


def _between(node: Node, names: Names) -> Condition:
    first, low, high = (_child(node, i) for i in range(3))
    left = _left(first, names)
    _check_operator(">=", left, column_of(first))
    lower, upper = each(lambda n, _: _right(n, _type_of_side(left), names), (low, high), names)
    return And((Compare(">=", left, lower), Compare("<=", left, upper)))
