"""A policy ready to be applied: conditions parsed and typed, assumed values read, actions as whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from envcredit.base.amounts import NUMBER_PLACES, SHARE_PLACES, rounded, scaled
from envcredit.lending.policy.exposures import Exposure, exposure_of
from envcredit.lending.policy.facts import names_of
from envcredit.lending.policy.model import Actions, Policy, PolicyRule, RateByScore
from envcredit.lending.policy.values import value_written
from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.parse import condition
from envcredit.scheme.conditions.tree import Condition, Scalar, names_in

Answer = int | str | bool | Exposure
ACTIONS: tuple[str, ...] = tuple(Actions.model_fields)
"""Every action, in the order of the model."""


@dataclass(frozen=True, slots=True)
class ReadRule:
    """One rule. ``assumed``: values that stand for unknown facts; ``skipped`` and ``refused``: facts whose lack skips or
    refuses.

    ``asked``: every fact that the condition, or a rate by score, asks for.
    """

    key: str
    clause: str
    when: Condition
    priority: int
    assumed: Mapping[str, Scalar]
    skipped: frozenset[str]
    refused: frozenset[str]
    asked: tuple[str, ...]
    says: Mapping[str, Answer | RateByScore]

    @property
    def prices_by_score(self) -> bool:
        """Whether what it says of the rate depends on the score."""
        return isinstance(self.says.get("rate_bp"), RateByScore)

    def answers(self, score: int | None, as_of: date) -> dict[str, Answer]:
        """What the rule says of a loan for which it fires. ``score`` in millionths of a point."""
        assumed = self.assumed.get("score")
        score = assumed if score is None and isinstance(assumed, int) else score
        return {action: _answer(said, score, as_of) for action, said in self.says.items()}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules in the order of the file, with the names that their conditions use."""

    policy: Policy
    names: Names
    rules: tuple[ReadRule, ...]

    @property
    def asked(self) -> tuple[str, ...]:
        """Every fact that some rule asks for, each once."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.asked))

    @property
    def by_score(self) -> bool:
        """Whether an answer depends on the score, beyond which rules fire."""
        return any(rule.prices_by_score for rule in self.rules)


def rulebook(policy: Policy) -> Rulebook:
    """A policy that passed its reading, made ready. Raises ``ConditionProblem`` or ``ValueError`` for one that did not."""
    names = names_of(policy)
    return Rulebook(policy, names, tuple(_read(key, rule, names) for key, rule in policy.rules.items()))


def _read(key: str, rule: PolicyRule, names: Names) -> ReadRule:
    tree = condition(rule.when, names)
    asked = [name.written for name in names_in(tree)]
    if isinstance(rule.actions.rate_bp, RateByScore):
        asked.append("score")
    return ReadRule(
        key=key,
        clause=rule.clause,
        when=tree,
        priority=rule.priority or 0,
        assumed={n: assumed_value(a, n, names) for n, a in rule.missing.items() if a.startswith("assume ")},
        skipped=frozenset(name for name in asked if rule.missing.get(name) == "skip"),
        refused=frozenset(name for name in asked if rule.missing.get(name) == "refuse"),
        asked=tuple(dict.fromkeys(asked)),
        says=said(rule.actions),
    )


def assumed_value(answer: str, name: str, names: Names) -> Scalar:
    """The value in ``assume V`` for a fact. Raises ``ConditionProblem`` when it is not of the fact's type."""
    return value_written(answer.removeprefix("assume ").strip(), names.lookup(name), names)


def said(actions: Actions) -> dict[str, Answer | RateByScore]:
    """The actions that are mentioned: shares as millionths, terms as months, the exposure read.

    Raises ``ValueError`` for an exposure that cannot be read and for a term that is not in months.
    """
    found: dict[str, Answer | RateByScore] = {}
    for name in ACTIONS:
        value = getattr(actions, name)
        if value is None:
            continue
        match name:
            case "line_factor":
                value = scaled(value, SHARE_PLACES)
            case "tenor_cap" | "monitor_every":
                if value.unit != "month":
                    raise ValueError(f"not a term in months: {value}")
                value = value.count
            case "exposure":
                value = exposure_of(value)
        found[name] = value
    return found


def _answer(said: Answer | RateByScore, score: int | None, as_of: date) -> Answer:
    if isinstance(said, RateByScore):
        assert score is not None, "a rule that needs the score does not fire without it"
        return rate_of(said, score)
    return said.on(as_of) if isinstance(said, Exposure) else said


def rate_of(by: RateByScore, score: int) -> int:
    """Basis points for a score in millionths of a point: rounded as the policy says, then bounded."""
    above = Fraction(score, 10**NUMBER_PLACES) - Fraction(by.above)
    bp = rounded(above * by.each_point, by.rounding)
    bp = bp if by.floor is None else max(bp, by.floor)
    return bp if by.cap is None else min(bp, by.cap)
