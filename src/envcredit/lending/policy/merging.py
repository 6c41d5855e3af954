"""How the answers of several rules become one, action by action.

What is more restrictive (the stricter answer stands first):

======================  ==============================================================================================
``rate_bp``             the higher change of the rate; under ``merge.rate_bp: add`` the changes are summed instead
``line_factor``         the smaller share of the line
``tenor_cap``           the shorter term
``approval_level``      the more levels above the usual one
``collateral``          ``full``, ``more``, ``as_usual``, ``light``
``insurance_required``  required, then not required
``monitor_every``       the shorter interval
``new_loan``            ``deny``, ``remediation_only``, ``allow``
``exposure``            exit (sooner before later), shrink (faster before slower), hold
``watch_list``          on the list, then not on it
======================  ==============================================================================================

``most_restrictive``: the strictest answer of all rules that fired. ``priority``: the answer of the rules with the lowest number
among those that fired and speak of the action; between rules of one number again the strictest. Rules that gave the answer
that stands decided; the others that fired and speak of the action lost. A merged rate is bounded last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from envcredit.lending.policy.model import Merge
from envcredit.lending.policy.rulebook import ACTIONS, Answer, ReadRule

Outcome = Literal["decided", "no_rule", "refused"]
NEW_LOAN = ("allow", "remediation_only", "deny")
COLLATERAL = ("light", "as_usual", "more", "full")
SEVERITY: Mapping[str, Callable[[Any], Any]] = {
    "rate_bp": int,
    "line_factor": lambda share: -share,
    "tenor_cap": lambda months: -months,
    "approval_level": int,
    "collateral": COLLATERAL.index,
    "insurance_required": bool,
    "monitor_every": lambda months: -months,
    "new_loan": NEW_LOAN.index,
    "exposure": lambda exposure: exposure.severity,
    "watch_list": bool,
}
"""How strict an answer is, action by action: more is stricter."""


@dataclass(frozen=True, slots=True)
class Merged:
    """One action of one loan: the answer, the rules that gave it with their clauses, and the rules that lost.

    ``before_limits``: the rate before ``merge.rate_floor`` and ``merge.rate_cap``.
    """

    answer: Answer
    rules: tuple[str, ...]
    clauses: tuple[str, ...]
    lost: tuple[str, ...]
    before_limits: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One loan. ``refused``: rules that could not be answered because a fact is unknown; a person decides, and what stands
    under
    ``actions`` is the least that the other rules ask for. ``no_rule``: nothing fired, which is not the same as clean."""

    outcome: Outcome
    fired: tuple[str, ...]
    refused: tuple[str, ...]
    actions: Mapping[str, Merged]


def merged(merge: Merge, fired: Sequence[ReadRule], refused: Sequence[ReadRule], score: int | None, as_of: date) -> Decision:
    """The decision that follows when just these rules fire. ``score`` in millionths of a point."""
    answers = [(rule, rule.answers(score, as_of)) for rule in fired]
    actions = {}
    for action in ACTIONS:
        spoken = [(rule, said[action]) for rule, said in answers if action in said]
        if spoken:
            actions[action] = _one(merge, action, spoken)
    outcome: Outcome = "refused" if refused else "decided" if fired else "no_rule"
    return Decision(outcome, tuple(r.key for r in fired), tuple(r.key for r in refused), actions)


def _one(merge: Merge, action: str, spoken: Sequence[tuple[ReadRule, Answer]]) -> Merged:
    if action == "rate_bp" and merge.rate_bp == "add":
        return _bounded(merge, _told(sum(_rate(answer) for _, answer in spoken), spoken, spoken))
    severity = SEVERITY[action]
    by_priority = merge.rule == "priority" and not (action == "rate_bp" and merge.rate_bp == "highest")
    first = min(rule.priority for rule, _ in spoken)
    heard = [(rule, answer) for rule, answer in spoken if not by_priority or rule.priority == first]
    strictest = max((answer for _, answer in heard), key=severity)
    deciding = [(rule, answer) for rule, answer in heard if severity(answer) == severity(strictest)]
    found = _told(strictest, deciding, spoken)
    return _bounded(merge, found) if action == "rate_bp" else found


def _told(answer: Answer, deciding: Sequence[tuple[ReadRule, Answer]], spoken: Sequence[tuple[ReadRule, Answer]]) -> Merged:
    rules = tuple(rule.key for rule, _ in deciding)
    clauses = tuple(dict.fromkeys(rule.clause for rule, _ in deciding))
    return Merged(answer, rules, clauses, tuple(rule.key for rule, _ in spoken if rule.key not in rules))


def _bounded(merge: Merge, found: Merged) -> Merged:
    rate = _rate(found.answer)
    bounded = rate if merge.rate_floor is None else max(rate, merge.rate_floor)
    bounded = bounded if merge.rate_cap is None else min(bounded, merge.rate_cap)
    return Merged(bounded, found.rules, found.clauses, found.lost, rate)


def _rate(answer: Answer) -> int:
    assert isinstance(answer, int)
    return answer
