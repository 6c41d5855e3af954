"""A scheme without what is only inferred: the switch for assumptions.

A clause with ``basis: inferred`` is our reading, not a text that anybody has seen. Without such clauses a scheme says less: rules
that carry them out, and rules that need the values of these, are left out, and the scheme is no longer complete.
"""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.checks.texts import parsed, texts_of
from envcredit.scheme.conditions.problems import ConditionProblem
from envcredit.scheme.conditions.tree import names_in
from envcredit.scheme.model import Gap, GradeRule, Scheme


def inferred_rules(scheme: Scheme) -> tuple[str, ...]:
    """The rules that rest on an inferred clause, themselves or through a value that they need, in the order of the files."""
    gone = {key for key, rule in scheme.rules.items() if scheme.clauses[rule.clause].basis == "inferred"}
    gone |= {key for key, rule in scheme.of_kind(GradeRule).items() if any(_inferred(scheme, row.clause) for row in rule.rows)}
    needs = [(user, name) for user, name in _needed_values(scheme)]
    while more := {user for user, name in needs if name in gone} - gone:
        gone |= more
    return tuple(key for key in scheme.rules if key in gone)


def _inferred(scheme: Scheme, clause: str | None) -> bool:
    return clause is not None and scheme.clauses[clause].basis == "inferred"


def _needed_values(scheme: Scheme) -> Iterator[tuple[str, str]]:
    """Each rule with each value that one of its texts names."""
    vocabulary = read_vocabulary()
    for text in texts_of(scheme):
        tree = parsed(text, scheme, vocabulary)
        if not isinstance(tree, ConditionProblem):
            yield from ((text.rule, name.name) for name in names_in(tree) if name.where == "value")


def without_inferred(scheme: Scheme) -> Scheme:
    """The scheme without :func:`inferred_rules`; a scheme that has none comes back as it is."""
    gone = inferred_rules(scheme)
    if not gone:
        return scheme
    rules = {key: rule for key, rule in scheme.rules.items() if key not in gone}
    left_out = {
        key: Gap(zh=f"{scheme.rules[key].words.zh}（推定，未采用）", en=f"{scheme.rules[key].words.en} (inferred, not used)")
        for key in gone
    }
    status = "partial" if scheme.status == "complete" else scheme.status
    return scheme.model_copy(update={"rules": rules, "status": status, "missing": {**scheme.missing, **left_out}})
