"""Text to tree: ``condition``, ``measure`` and ``operand``. The grammar is ``grammar.lark`` (LALR)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import cast

from lark import Lark, Token, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from envcredit.scheme.conditions.measures import resolve_measure, resolve_operand
from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.problems import AnyOf, ConditionProblem, WordOf
from envcredit.scheme.conditions.resolve import Node, resolve_condition
from envcredit.scheme.conditions.tree import Condition, Measure, Name, Quotient

__all__ = ["ConditionProblem", "Names", "condition", "measure", "operand", "syntax"]

LONGEST = 2_000
DEEPEST = 20


def condition(text: str, names: Names) -> Condition:
    """The typed condition that ``text`` says. Raises ``ConditionProblem`` carrying every problem of the text."""
    return resolve_condition(syntax(text, "condition"), names)


def measure(text: str, names: Names) -> Measure:
    """The typed measure of a ``derive`` or ``group`` rule: ``sum fine``, ``smallest share(compliant) by outlet``."""
    return resolve_measure(syntax(text, "measure"), names)


def operand(text: str, names: Names) -> Name | Quotient:
    """What a band table goes by: a name, or a ratio of two names."""
    return resolve_operand(syntax(text, "operand"), names)


@lru_cache(maxsize=4_096)
def syntax(text: str, start: str) -> Node:
    """The bare syntax tree from one of the start symbols. Raises ``ConditionProblem`` (S101 to S103, S112, S113)."""
    _check_size(text)
    try:
        return _grammar().parse(text, start=start)
    except UnexpectedInput as found:
        raise _syntax_problem(text, found) from None


@cache
def _grammar() -> Lark:
    text = files("envcredit.scheme.conditions").joinpath("grammar.lark").read_text("utf-8")
    starts = ["condition", "measure", "operand", "literal"]
    return Lark(text, parser="lalr", start=starts, propagate_positions=True, maybe_placeholders=False)


def _check_size(text: str) -> None:
    if len(text) > LONGEST:
        raise ConditionProblem("S112", 1, {"length": len(text), "longest": LONGEST})
    depth = 0
    for column, character in enumerate(text, 1):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth > DEEPEST:
            raise ConditionProblem("S113", column, {"deepest": DEEPEST})


def _syntax_problem(text: str, found: UnexpectedInput) -> ConditionProblem:
    expected = AnyOf(tuple(_SHOWN.get(name, name.lower()) for name in sorted(_expected(found))))
    if isinstance(found, UnexpectedToken) and found.token.type != "$END":
        return _unexpected(found.token, expected)
    if isinstance(found, UnexpectedCharacters):
        at = cast("int", found.pos_in_stream)
        return ConditionProblem("S101", at + 1, {"found": text[at], "expected": expected})
    return ConditionProblem("S103", len(text) + 1, {"expected": expected})


def _unexpected(token: Token, expected: AnyOf) -> ConditionProblem:
    return ConditionProblem("S102", (token.start_pos or 0) + 1, {"found": str(token), "expected": expected})


def _expected(found: UnexpectedInput) -> set[str]:
    if isinstance(found, UnexpectedToken):
        return set(found.accepts)
    if isinstance(found, UnexpectedCharacters):
        return set(found.allowed)
    return set(found.expected) if isinstance(found, UnexpectedEOF) else set()


_SHOWN: Mapping[str, str | WordOf] = {
    "NAME": WordOf("condition.any_name"),
    "MONEY": "CNY 20_000",
    "PERCENT": "90%",
    "NUMBER": "2.5",
    "DAY": "2025-01-31",
    "TEXT": "'text'",
    "TERM": "30 days",
    "OPERATOR": "= != < <= > >=",
    "QUANTIFIER": "any|all|only|none",
    "FUNCTION": "sum|latest|earliest|largest|smallest|median|mean",
    "TESTED": "share(…)|streak(…)",
    "SINCE": "days_since|full_months_since|full_years_since",
    "LPAR": "(",
    "RPAR": ")",
    "LBRACE": "{",
    "RBRACE": "}",
    "COMMA": ",",
    "PLUS": "+",
    "MINUS": "-",
    "SLASH": "/",
    "$END": WordOf("condition.end"),
    "<END-OF-FILE>": WordOf("condition.end"),
}
