"""The check of a scheme's cases: each rule has a case in which it takes effect, and one in which it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.scheme.cases import Case
from envcredit.scheme.checks.ground import Places
from envcredit.scheme.coverage import RuleCases
from envcredit.scheme.model import AnyRule, DeriveRule, GradeRule, GroupRule, RepairRule, Scheme, ScopeRule, TierRule

ENDED = ("repaired", "ended")


def cases_by_rule(scheme: Scheme, cases: Sequence[Case]) -> Mapping[str, RuleCases]:
    """How many cases that name a rule under ``of`` expect it to take effect, and how many expect it not to."""
    counted: dict[str, RuleCases] = {}
    for key, rule in scheme.rules.items():
        effects = [takes_effect(key, rule, case) for case in cases if key in case.of]
        counted[key] = RuleCases(effects.count(True), effects.count(False), needs_a_quiet_case(rule, scheme))
    return counted


def takes_effect(key: str, rule: AnyRule, case: Case) -> bool | None:
    """Whether a case expects a rule to take effect; ``None`` when what it expects does not say so."""
    expect = case.expect
    match rule:
        case DeriveRule() | GroupRule():
            return True if key in expect.derived else None
        case GradeRule(by="score"):
            return True if expect.grade is not None else None
        case ScopeRule():
            return _of_scope(rule, case)
        case RepairRule():
            points = expect.points or ()
            return any(row.reason in ENDED for row in expect.ignored) or any(row.why_less == "repaired" for row in points)
    if expect.points is None:
        return False if any(row.rule == key for row in expect.ignored) else None
    return any(row.rule == key and row.counted != 0 for row in expect.points)


def _of_scope(rule: ScopeRule, case: Case) -> bool | None:
    expect = case.expect
    if expect.status in ("not_rated", "refused") or (rule.refused and expect.grade == rule.refused.grade):
        return True
    return False if expect.status == "rated" or expect.grade is not None or expect.score is not None else None


def needs_a_quiet_case(rule: AnyRule, scheme: Scheme) -> bool:
    """Whether a rule can be without effect at all: a value always has a value, and every score has its grade.

    In a scheme without a grade rule nobody is rated, so no case can show that a scope rule lets a unit through.
    """
    if isinstance(rule, ScopeRule):
        return bool(scheme.of_kind(GradeRule))
    return not isinstance(rule, DeriveRule | GroupRule | TierRule) and not (isinstance(rule, GradeRule) and rule.by == "score")


def cases_for_every_rule(
    scheme: Scheme, place: Places, cases: Sequence[Case], shared: frozenset[str] = frozenset()
) -> Iterator[Diagnostic]:
    """Each rule of its own has a case in which it takes effect and, where that is possible, one in which it does not."""
    for key, counted in cases_by_rule(scheme, cases).items():
        if key in shared:
            continue
        if not counted.firing:
            yield problem("S300", place(("rules", key)), rule=key)
        if not counted.quiet and counted.can_be_quiet:
            yield problem("S301", place(("rules", key)), rule=key)
