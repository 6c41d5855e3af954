"""What the check of a policy looks for: one function a check, its docstring its summary, all problems of a policy at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.labels import Language
from envcredit.lending.policy.exposures import exposure_of
from envcredit.lending.policy.facts import IN_FORCE, names_of
from envcredit.lending.policy.firing import outcomes_of
from envcredit.lending.policy.model import Policy, PolicyRule, RateByScore
from envcredit.lending.policy.rulebook import ACTIONS, ReadRule, Rulebook, assumed_value, rulebook
from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.parse import condition
from envcredit.scheme.conditions.printer import printed
from envcredit.scheme.conditions.problems import ConditionProblem, WordOf
from envcredit.scheme.conditions.tree import Among, And, Condition, Or, names_in
from envcredit.scheme.conditions.truth import unhandled_unknowns
from envcredit.scheme.yaml_tree import Spot

Locate = Callable[[Spot], Place]


def by_spot(spot: Spot) -> Place:
    """A place that shows only the way to a thing: ``rules.red.actions``. For policies that were not read from files."""
    return Place(".".join(str(step) for step in spot))


@dataclass(frozen=True, slots=True)
class InWords:
    """A label that reads in the language of its message."""

    words: Mapping[Language, str]

    def __format__(self, language: str) -> str:
        return self.words["zh" if language == "zh" else "en"]


@dataclass(frozen=True)
class PolicyGround:
    """A read policy as the checks see it."""

    policy: Policy
    place: Locate = by_spot

    @cached_property
    def names(self) -> Names:
        """What conditions may name."""
        return names_of(self.policy)

    @cached_property
    def trees(self) -> Mapping[str, Condition]:
        """The condition of each rule."""
        return {key: condition(rule.when, self.names) for key, rule in self.policy.rules.items()}

    @cached_property
    def book(self) -> Rulebook | None:
        """The policy ready to be applied; ``None`` while an assumed value does not fit."""
        try:
            return rulebook(self.policy)
        except ConditionProblem:
            return None

    def found(self, code: str, *spots: Spot, **values: object) -> Diagnostic:
        """A problem at these spots."""
        return problem(code, *(self.place(spot) for spot in spots), **values)


def clauses_exist(ground: PolicyGround) -> Iterator[Diagnostic]:
    """Every rule cites a clause that the policy lists, and every listed clause is cited."""
    for key, rule in ground.policy.rules.items():
        if rule.clause not in ground.policy.clauses:
            yield ground.found("S201", ("rules", key, "clause"), user=key, clause=rule.clause)
    cited = {rule.clause for rule in ground.policy.rules.values()}
    for key in ground.policy.clauses:
        if key not in cited:
            yield ground.found("L310", ("clauses", key), clause=key)


def clauses_in_force(ground: PolicyGround) -> Iterator[Diagnostic]:
    """A cited clause is in force on every day on which the policy is."""
    days, policy = ground.policy.in_force, ground.policy
    for key, rule in policy.rules.items():
        clause = policy.clauses.get(rule.clause)
        if clause is None:
            continue
        late = clause.valid_from is not None and clause.valid_from > days.first
        early = clause.valid_to is not None and (days.last is None or clause.valid_to < days.last)
        if late or early:
            spots: tuple[Spot, ...] = (("rules", key, "clause"), ("clauses", rule.clause))
            first, last = clause.valid_from or "…", clause.valid_to or "…"
            yield ground.found("L311", *spots, rule=key, clause=rule.clause, first=first, last=last)
    if days.last is not None and days.last < days.first:
        yield ground.found("L312", ("in_force",), first=days.first, last=days.last)


def sources_exist(ground: PolicyGround) -> Iterator[Diagnostic]:
    """Every clause stands in a listed document and follows listed documents; every listed document is used."""
    used = set()
    for key, clause in ground.policy.clauses.items():
        for name, source in [("source", clause.source), *(("modelled_on", one) for one in clause.modelled_on)]:
            used.add(source)
            if source not in ground.policy.sources:
                yield ground.found("S203", ("clauses", key, name), clause=key, source=source)
    for key in ground.policy.sources:
        if key not in used:
            yield ground.found("L313", ("sources", key), source=key)


def no_rule_twice(ground: PolicyGround) -> Iterator[Diagnostic]:
    """No two rules have the same condition."""
    first: dict[str, str] = {}
    for key, tree in ground.trees.items():
        text = printed(_ordered(tree))
        if text in first:
            yield ground.found("L314", ("rules", key), ("rules", first[text]), rule=key, other=first[text])
        first.setdefault(text, key)


def _ordered(tree: Condition) -> Condition:
    """The same with parts and options in one order, so that conditions that differ by it alone are the same."""
    match tree:
        case And(parts=parts) | Or(parts=parts):
            return type(tree)(tuple(sorted((_ordered(part) for part in parts), key=printed)))
        case Among(options=options):
            return Among(tree.left, tuple(sorted(options, key=lambda option: option.text)), tree.negated)
    return tree


def every_rule_does_something(ground: PolicyGround) -> Iterator[Diagnostic]:
    """Every rule says at least one action."""
    for key, rule in ground.policy.rules.items():
        if all(getattr(rule.actions, action) is None for action in ACTIONS):
            yield ground.found("L315", ("rules", key), rule=key, actions=", ".join(ACTIONS))


def priorities_fit(ground: PolicyGround) -> Iterator[Diagnostic]:
    """Rules have a priority when the policy merges by priority, and only then."""
    by_priority = ground.policy.merge.rule == "priority"
    for key, rule in ground.policy.rules.items():
        if by_priority and rule.priority is None:
            yield ground.found("L316", ("rules", key), rule=key)
        if not by_priority and rule.priority is not None:
            yield ground.found("L317", ("rules", key, "priority"), rule=key)


def limits_agree(ground: PolicyGround) -> Iterator[Diagnostic]:
    """A floor is not above its cap, and what a rule says lies within both its own and the policy's."""
    merge = ground.policy.merge
    if _crossed(merge.rate_floor, merge.rate_cap):
        yield ground.found("L318", ("merge",), what="merge", floor=merge.rate_floor, cap=merge.rate_cap)
        return
    for key, rule in ground.policy.rules.items():
        rate, spot = rule.actions.rate_bp, ("rules", key, "actions", "rate_bp")
        if isinstance(rate, RateByScore) and _crossed(rate.floor, rate.cap):
            yield ground.found("L318", spot, what=key, floor=rate.floor, cap=rate.cap)
            continue
        low, high = (rate.floor, rate.cap) if isinstance(rate, RateByScore) else (rate, rate)
        if _crossed(low, merge.rate_cap) or _crossed(merge.rate_floor, high):
            floor, cap = _limit(merge.rate_floor), _limit(merge.rate_cap)
            yield ground.found("L319", spot, ("merge",), rule=key, floor=floor, cap=cap)


def _crossed(floor: int | None, cap: int | None) -> bool:
    return floor is not None and cap is not None and floor > cap


def _limit(limit: int | None) -> object:
    return "…" if limit is None else limit


def amounts_make_sense(ground: PolicyGround) -> Iterator[Diagnostic]:
    """A factor of the line is not negative, and an exit does not lie before the policy is in force."""
    for key, rule in ground.policy.rules.items():
        spot: Spot = ("rules", key, "actions")
        if rule.actions.line_factor is not None and rule.actions.line_factor < 0:
            yield ground.found("L320", (*spot, "line_factor"), rule=key)
        leaves = exposure_of(rule.actions.exposure) if rule.actions.exposure else None
        first = ground.policy.in_force.first
        if leaves and leaves.exit_by and leaves.exit_by < first:
            yield ground.found("L321", (*spot, "exposure"), rule=key, day=leaves.exit_by, first=first)


def unknown_is_handled(ground: PolicyGround) -> Iterator[Diagnostic]:
    """A rule says what happens when a fact that it asks for is unknown: refuse, skip, or assume a value. And only then."""
    for key, rule in ground.policy.rules.items():
        asked = _asked(rule, ground, key)
        open_ = set().union(*(unhandled_unknowns(probe, ground.names) for probe in asked))
        for written in sorted(open_ - set(rule.missing)):
            yield ground.found("S272", ("rules", key), rule=key, name=written)
        named = {name.written for probe in asked for name in names_in(probe)}
        for written, answer in rule.missing.items():
            spot: Spot = ("rules", key, "missing", written)
            if written not in named:
                yield ground.found("S273", spot, rule=key, name=written)
            elif answer.startswith("assume "):
                yield from _assumed(ground, spot, key, written, answer)


def _asked(rule: PolicyRule, ground: PolicyGround, key: str) -> list[Condition]:
    """The condition, and a probe for the score where the rate goes by it."""
    tree = ground.trees[key]
    by_score = isinstance(rule.actions.rate_bp, RateByScore)
    return [tree, And((tree, Among(ground.names.lookup("score"), ())))] if by_score else [tree]


def _assumed(ground: PolicyGround, spot: Spot, key: str, written: str, answer: str) -> Iterator[Diagnostic]:
    try:
        assumed_value(answer, written, ground.names)
    except ConditionProblem:
        type_ = WordOf(f"condition.type.{ground.names.lookup(written).type.name}")
        value = answer.removeprefix("assume ").strip()
        yield ground.found("S274", spot, rule=key, name=written, value=value, type=type_)


def rules_can_fire(ground: PolicyGround) -> Iterator[Diagnostic]:
    """Every rule can fire for some loan."""
    for rule in ground.book.rules if ground.book else ():
        outcomes = outcomes_of(rule, ground.book, {}) if ground.book else None
        if outcomes is None:
            yield ground.found("L323", ("rules", rule.key, "when"), rule=rule.key)
        elif True not in outcomes:
            yield ground.found("L322", ("rules", rule.key, "when"), rule=rule.key)


def every_state_is_spoken_of(ground: PolicyGround) -> Iterator[Diagnostic]:
    """Some rule that asks for the state fires for every state but ``in_force``, and for every loan in it: unknown is not
    clean."""
    for state in ground.names.vocabulary.codes("state"):
        if state == IN_FORCE or ground.book is None:
            continue
        found = [_outcomes(rule, ground.book, {"state": state}) for rule in ground.book.rules if "state" in rule.asked]
        words = InWords(ground.names.vocabulary.lists["state"][state])
        if not any(True in outcomes for outcomes in found):
            yield ground.found("L324", ("rules",), state=state, words=words)
        elif not any(False not in outcomes for outcomes in found):
            yield ground.found("L325", ("rules",), state=state, words=words)


def every_grade_is_spoken_of(ground: PolicyGround) -> Iterator[Diagnostic]:
    """Some rule that asks for the grade fires for every grade of the scheme."""
    for at, grade in enumerate(ground.policy.grades):
        given = {"state": IN_FORCE, "grade": grade.key}
        rules = ground.book.rules if ground.book else ()
        of_grade = [rule for rule in rules if {"grade", "grade_rank"} & set(rule.asked)]
        if ground.book and not any(True in _outcomes(rule, ground.book, given) for rule in of_grade):
            yield ground.found(
                "L326", ("grades", at), grade=grade.key, words=InWords({"zh": grade.words.zh, "en": grade.words.en})
            )


def _outcomes(rule: ReadRule, book: Rulebook, given: Mapping[str, str]) -> frozenset[bool | None]:
    """What a rule can come to; everything, where there is too much to try."""
    found = outcomes_of(rule, book, given)
    return frozenset({True, False, None}) if found is None else found


CHECKS: tuple[Callable[[PolicyGround], Iterable[Diagnostic]], ...] = (
    clauses_exist,
    clauses_in_force,
    sources_exist,
    no_rule_twice,
    every_rule_does_something,
    priorities_fit,
    limits_agree,
    amounts_make_sense,
    unknown_is_handled,
    rules_can_fire,
    every_state_is_spoken_of,
    every_grade_is_spoken_of,
)


def check_policy(policy: Policy, place: Locate = by_spot) -> tuple[Diagnostic, ...]:
    """Everything that the checks find in a read policy, sorted by place. Empty when there is nothing to say."""
    ground = PolicyGround(policy, place)
    return tuple(sorted((found for each in CHECKS for found in each(ground)), key=lambda d: (d.places, d.code)))
