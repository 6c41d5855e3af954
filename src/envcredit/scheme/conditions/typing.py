"""Which names the conditions of one rule may use, and band ends and assumed values read in a type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from lark import Token, Tree

from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.scheme.conditions.literals import read_literal, unknown_code
from envcredit.scheme.conditions.names import (
    Names,
    certain_names,
    names_of_clocks,
    names_of_facts,
    names_of_unit,
)
from envcredit.scheme.conditions.parse import syntax
from envcredit.scheme.conditions.problems import ConditionProblem
from envcredit.scheme.conditions.tree import BROKEN, INTEGER, SHARE, Name, Type
from envcredit.scheme.model import DeriveRule, FactRule, GradeStepRule, GroupRule, RepairRule, Scheme

__all__ = ["Names", "bound", "kinds_of", "names_for", "points_type", "type_of_text", "value_types"]

MEMBER = ("member",)
_EPOCH = date(1970, 1, 1)
_COUNT = re.compile(r"count(\s+distinct\s+\w+)?")


def names_for(scheme: Scheme, vocabulary: Vocabulary, rule_key: str, kinds: tuple[str, ...] | None = None) -> Names:
    """The names of the conditions of rule ``rule_key``: facts of its kinds (or of ``kinds``: a row of a grade rule has its
    own), states, ``unit.x``, values of ``derive`` and ``group`` rules, and clocks. An attribute hides a clock of its name.
    """
    looked_at = kinds_of(scheme, rule_key) if kinds is None else kinds
    values = value_types(scheme, vocabulary)
    entries = names_of_clocks() | {key: Name("value", key, type_) for key, type_ in values.items() if key != rule_key}
    facts = names_of_facts(vocabulary, looked_at)
    return Names(
        entries | names_of_unit(vocabulary) | facts,
        vocabulary,
        kinds=looked_at,
        never_unknown=frozenset(certain_names(vocabulary, looked_at) | _values_never_unknown(scheme)),
        value_words={key: {"zh": rule.words.zh, "en": rule.words.en} for key, rule in scheme.rules.items() if key in values},
    )


def kinds_of(scheme: Scheme, rule_key: str) -> tuple[str, ...]:
    """The record kinds that a rule looks at, empty for rules on units and values."""
    rule = scheme.rules[rule_key]
    if isinstance(rule, (FactRule, GradeStepRule)):
        return rule.kinds
    if isinstance(rule, RepairRule):
        return rule.of
    return MEMBER if isinstance(rule, GroupRule) else ()


def value_types(scheme: Scheme, vocabulary: Vocabulary) -> dict[str, Type]:
    """The type of each value of a ``derive`` or ``group`` rule, in the order of the files; ``broken`` if its measure is."""
    rules = scheme.of_kind(DeriveRule) | scheme.of_kind(GroupRule)
    return {key: type_of_text(rule.value, names_of_facts(vocabulary, kinds_of(scheme, key))) for key, rule in rules.items()}


def type_of_text(text: str, facts: Mapping[str, Name]) -> Type:
    """The type of the value that a measure gives, from its text and the facts it is over; ``broken`` when it cannot be read."""
    try:
        node: Tree[Token] | Token = syntax(text, "measure").children[0]
    except ConditionProblem:
        return BROKEN
    while isinstance(node, Tree):
        if node.data in ("count", "count_distinct", "since"):
            return INTEGER
        if node.data == "quotient":
            return SHARE
        if node.data == "of_condition":
            return SHARE if node.children[0] == "share" else INTEGER
        if node.data == "path":
            name = facts.get(str(node.children[0]))
            return name.type if name else BROKEN
        node = node.children[1] if node.data in ("grouped", "of_name") else node.children[0]
    return BROKEN


def points_type(scheme: Scheme) -> Type:
    """Points and the score of a scheme: whole steps of ``score.step`` (1 where there is no score)."""
    return Type("points", step=scheme.score.step if scheme.score else Decimal(1))


def bound(text: str, type_: Type) -> int | str:
    """A band end or an assumed value in a type: a scaled integer, yes or no, a code, ``|``-codes; a day as days since 1970-01-01.

    Raises ``ConditionProblem`` (S105, S108, S110, S111, S114, S118, S122, S140) with the column in ``text``.
    """
    if type_.name in ("code", "codes"):
        return _code(text.strip(), type_)
    node = syntax(text, "literal").children[0]
    assert isinstance(node, Tree)
    form = "yes_no" if node.data in ("yes", "no") else str(node.data)
    value = read_literal(form, text.strip(), type_, 1).value
    return (value - _EPOCH).days if isinstance(value, date) else value


def _code(text: str, type_: Type) -> str:
    codes = read_vocabulary().codes(type_.list)
    if text not in codes:
        raise unknown_code(text, type_, 1, codes)
    return f"|{text}|" if type_.name == "codes" else text


def _values_never_unknown(scheme: Scheme) -> set[str]:
    rules = scheme.of_kind(DeriveRule) | scheme.of_kind(GroupRule)
    return {key for key, rule in rules.items() if rule.none is not None or _COUNT.fullmatch(rule.value.strip())}
