"""What a policy says of one loan, written as plainly as possible. The decision on a whole table must agree with this."""

from __future__ import annotations

from datetime import date

from envcredit.lending.policy.facts import Row, with_derived
from envcredit.lending.policy.merging import Decision, merged
from envcredit.lending.policy.rulebook import ReadRule, Rulebook
from envcredit.scheme.conditions.tree import Name, Scalar
from envcredit.scheme.conditions.truth import evaluate


def decide_row(book: Rulebook, row: Row) -> Decision:
    """The decision on one loan: facts by name, ``None`` or absent when unknown, in the units of ``facts_schema``."""
    facts = with_derived(row, book.policy)
    fires = [(rule, fires_for(rule, facts)) for rule in book.rules]
    as_of, score = facts.get("as_of"), facts.get("score")
    assert isinstance(as_of, date)
    return merged(
        book.policy.merge,
        [rule for rule, yes in fires if yes],
        [rule for rule, yes in fires if yes is None],
        score if isinstance(score, int) else None,
        as_of,
    )


def fires_for(rule: ReadRule, facts: Row) -> bool | None:
    """Whether a rule fires; ``None`` when a fact is unknown and the rule refuses to do without it.

    Assumed values are put in first. If the condition is unknown all the same, the rule is skipped where a fact that it asks for
    and may skip is unknown and none that it refuses to do without is; in every other case it refuses.
    """

    def known(name: Name) -> Scalar | None:
        value = facts.get(name.written)
        return rule.assumed.get(name.written) if value is None else value

    holds = evaluate(rule.when, known)
    if holds is False or (holds and not _needs_score(rule, facts)):
        return holds
    lacking = {name for name in rule.asked if facts.get(name) is None}
    return False if lacking & rule.skipped and not lacking & rule.refused else None


def _needs_score(rule: ReadRule, facts: Row) -> bool:
    """Whether the rule prices by a score that is not known."""
    return rule.prices_by_score and facts.get("score") is None and "score" not in rule.assumed
