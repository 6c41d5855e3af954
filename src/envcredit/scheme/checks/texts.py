"""Every condition, measure and operand that a scheme writes, with the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Literal

from envcredit.base.vocabulary import Vocabulary
from envcredit.scheme.conditions.parse import condition, measure, operand
from envcredit.scheme.conditions.problems import ConditionProblem
from envcredit.scheme.conditions.tree import Condition, Measure, Name, Quotient
from envcredit.scheme.conditions.typing import names_for
from envcredit.scheme.model import (
    DeriveRule,
    FactRule,
    GradeRule,
    GradeStepRule,
    GroupRule,
    MeasureRule,
    PointRule,
    PointsTable,
    RepairRule,
    Rule,
    Scheme,
    ScopeRule,
    TierRule,
)

Spot = tuple[str | int, ...]
Role = Literal["condition", "measure", "operand"]
Parsed = Condition | Measure | Name | Quotient


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the condition language. ``kinds``: the record kinds whose attributes it may name, if not those of its rule."""

    rule: str
    spot: Spot
    role: Role
    text: str
    kinds: tuple[str, ...] | None = None


def texts_of(scheme: Scheme) -> Iterator[Text]:
    """All of a scheme, rule by rule."""
    for key, rule in scheme.rules.items():
        for role, way, text, kinds in _texts(rule):
            if text is not None:
                yield Text(key, ("rules", key, *way), role, text, kinds)


def parsed(text: Text, scheme: Scheme, vocabulary: Vocabulary) -> Parsed | ConditionProblem:
    """The tree of a text, or the problem that keeps it from being one."""
    read = {"condition": condition, "measure": measure, "operand": operand}[text.role]
    try:
        tree: Parsed = read(text.text, names_for(scheme, vocabulary, text.rule, kinds=text.kinds))
    except ConditionProblem as found:
        return found
    return tree


_Row = tuple[Role, Spot, str | None, tuple[str, ...] | None]


@singledispatch
def _texts(rule: Rule) -> Iterator[_Row]:
    raise TypeError(f"a rule kind without its texts: {rule.kind}")


@_texts.register
def _(rule: FactRule) -> Iterator[_Row]:
    yield "condition", ("when",), rule.when, None
    yield "condition", ("unless",), rule.unless, None


@_texts.register
def _(rule: PointRule) -> Iterator[_Row]:
    yield "condition", ("when",), rule.when, None
    yield "condition", ("unless",), rule.unless, None
    if isinstance(rule.points, PointsTable):
        yield "operand", ("points", "by"), rule.points.by, None


@_texts.register
def _(rule: DeriveRule) -> Iterator[_Row]:
    yield "condition", ("when",), rule.when, None
    yield "condition", ("unless",), rule.unless, None
    yield "measure", ("value",), rule.value, None


@_texts.register
def _(rule: GradeStepRule) -> Iterator[_Row]:
    yield "condition", ("when",), rule.when, None
    yield "condition", ("unless",), rule.unless, None


@_texts.register
def _(rule: TierRule) -> Iterator[_Row]:
    yield "condition", ("applies",), rule.applies, None
    for at, tier in enumerate(rule.tiers):
        yield "condition", ("tiers", at, "when"), tier.when, None


@_texts.register
def _(rule: MeasureRule) -> Iterator[_Row]:
    yield "condition", ("when",), rule.when, None
    yield "operand", ("by",), rule.by, None


@_texts.register
def _(rule: GroupRule) -> Iterator[_Row]:
    yield "condition", ("when",), rule.when, None
    yield "measure", ("value",), rule.value, None


@_texts.register
def _(rule: GradeRule) -> Iterator[_Row]:
    for at, row in enumerate(rule.rows):
        yield "condition", ("rows", at, "when"), row.when, row.kinds


@_texts.register
def _(rule: RepairRule) -> Iterator[_Row]:
    yield "condition", ("when",), rule.when, rule.of


@_texts.register
def _(rule: ScopeRule) -> Iterator[_Row]:
    yield "condition", ("rated",), rule.rated, None
    for at, reason in enumerate(rule.not_rated):
        yield "condition", ("not_rated", at, "when"), reason.when, None
    if rule.refused:
        yield "condition", ("refused", "when"), rule.refused.when, None
