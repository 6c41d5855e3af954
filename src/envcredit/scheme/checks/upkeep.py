"""Checks of repair and scope: what ends a record, and who is rated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground, type_word
from envcredit.scheme.model import RepairRule, Scheme, ScopeRule


def repair_starts_from_a_day(ground: Ground) -> Iterator[Diagnostic]:
    """A repair rule reckons since a day that every one of its record kinds has."""
    for key, rule in ground.scheme.of_kind(RepairRule).items():
        found = ground.attribute(rule.since, rule.of)
        if found is None:
            yield ground.found("S242", ("rules", key, "since"), rule=key, end="since", name=rule.since, kinds=", ".join(rule.of))
        elif found.type != "day":
            values = {"rule": key, "end": "since", "name": rule.since, "type": type_word(found.type)}
            yield ground.found("S243", ("rules", key, "since"), **values)


def waiting_ends_in_time(ground: Ground) -> Iterator[Diagnostic]:
    """A record can be repaired before it stops counting by itself."""
    for key, rule in ground.scheme.of_kind(RepairRule).items():
        if rule.waiting is None or rule.ends_after is None or rule.waiting.unit != rule.ends_after.unit:
            continue
        if rule.waiting.count > rule.ends_after.count:
            spot = ("rules", key, "waiting")
            yield ground.found("S284", spot, rule=key, waiting=rule.waiting, ends_after=rule.ends_after)


def repair_reaches_its_records(ground: Ground) -> Iterator[Diagnostic]:
    """A repair record can refer to the kinds that a repair rule is for."""
    amended = ground.vocabulary.kinds["repair"].amends
    for key, rule in ground.scheme.of_kind(RepairRule).items():
        others = [kind for kind in rule.of if kind in ground.vocabulary.kinds and kind not in amended]
        if others and rule.ends_after is None:
            spot = ("rules", key, "of")
            yield ground.found("S285", spot, rule=key, kinds=", ".join(others), amended=", ".join(amended))


def repair_rules_do_not_compete(ground: Ground) -> Iterator[Diagnostic]:
    """No record kind has two repair rules that both hold without a condition."""
    always = {key: rule for key, rule in ground.scheme.of_kind(RepairRule).items() if rule.when is None}
    for (one, first), (other, second) in combinations(always.items(), 2):
        both = [kind for kind in first.of if kind in second.of and _on_one_day(ground.scheme, first, second)]
        if both:
            yield ground.found("S286", ("rules", other), ("rules", one), one=one, other=other, kinds=", ".join(both))


def _on_one_day(scheme: Scheme, one: RepairRule, other: RepairRule) -> bool:
    """Whether there is a day on which the clauses of both are in force."""
    clauses = [scheme.clauses.get(rule.clause) for rule in (one, other)]
    first = max(clause.valid_from or date.min for clause in clauses if clause) if all(clauses) else date.min
    return all(clause is None or clause.valid_to is None or first <= clause.valid_to for clause in clauses)


def one_scope(ground: Ground) -> Iterator[Diagnostic]:
    """A scheme has at most one scope rule, and it leaves somebody out or answers a refusal."""
    scopes = ground.scheme.of_kind(ScopeRule)
    if len(scopes) > 1:
        yield ground.found("S287", *(("rules", key) for key in scopes), rules=", ".join(scopes))
    for key, rule in scopes.items():
        if rule.rated is None and not rule.not_rated and rule.refused is None:
            yield ground.found("S288", ("rules", key), rule=key)


CHECKS = (
    repair_starts_from_a_day,
    waiting_ends_in_time,
    repair_reaches_its_records,
    repair_rules_do_not_compete,
    one_scope,
)
