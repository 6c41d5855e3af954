"""Checks of what is not known: every value that may be unknown is handled, and only such values are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground, type_word
from envcredit.scheme.checks.texts import Parsed, Spot
from envcredit.scheme.checks.windows import looking_rules
from envcredit.scheme.conditions.problems import ConditionProblem
from envcredit.scheme.conditions.tree import Aggregate, Among, And, Condition, Grouped, Name, Quotient, Since, names_in
from envcredit.scheme.conditions.truth import unhandled_unknowns
from envcredit.scheme.conditions.typing import Names, bound, names_for
from envcredit.scheme.model import MeasureRule, RepairRule, TermTable, TierRule


def users(ground: Ground) -> Iterator[tuple[Spot, tuple[str, ...], Mapping[str, str]]]:
    """Whatever may say ``missing``: the way to it, its record kinds, and what it says."""
    for way, rule in looking_rules(ground.scheme):
        yield way, rule.kinds, rule.missing
    for key, other in ground.scheme.rules.items():
        if isinstance(other, TierRule | MeasureRule):
            yield ("rules", key), (), other.missing
        elif isinstance(other, RepairRule):
            yield ("rules", key), other.of, other.missing


def trees_below(ground: Ground, way: Spot) -> Iterator[tuple[Spot, Parsed]]:
    """The well-formed texts of one user of names."""
    for text, tree in ground.of_rule(str(way[1])):
        if text.spot[: len(way)] == way:
            yield text.spot, tree


def unknown_is_handled(ground: Ground) -> Iterator[Diagnostic]:
    """A rule says what happens when a value it asks for is not known: refuse, skip, or assume a value."""
    for way, kinds, missing in users(ground):
        names = names_for(ground.scheme, ground.vocabulary, str(way[1]), kinds=kinds)
        trees = list(trees_below(ground, way))
        guard = _guard(way, trees)
        told: set[str] = set(missing)
        for spot, tree in trees:
            asked = (unhandled_unknowns(_beside(guard, probe), names) for probe in _probes(tree))
            for written in sorted(set().union(*asked) - told):
                told.add(written)
                yield ground.found("S272", spot, rule=way[1], name=written)
        yield from _dating(ground, way, guard, names, told)


def _guard(way: Spot, trees: Iterable[tuple[Spot, Parsed]]) -> Condition | None:
    """``when``: what else a rule asks is asked only of facts for which it holds."""
    for spot, tree in trees:
        if spot == (*way, "when") and not isinstance(tree, Name | Aggregate | Grouped | Since | Quotient):
            return tree
    return None


def _beside(guard: Condition | None, probe: Condition) -> Condition:
    return probe if guard is None or guard is probe else And((guard, probe))


def _probes(tree: Parsed | Name) -> Iterator[Condition]:
    """Conditions that are unknown whenever the text is, because something that it asks for is unknown."""
    match tree:
        case Name():
            yield Among(tree, ())
        case Aggregate(name=name, condition=condition):
            yield from [Among(name, ())] if name else []
            yield from [condition] if condition else []
        case Grouped(inner=inner, by=by):
            yield from (*_probes(inner), *_probes(by))
        case Since(inner=inner):
            yield from _probes(inner)
        case Quotient(over=over, under=under):
            yield from (*_probes(over), *_probes(under))
        case _:
            yield tree


def _dating(ground: Ground, way: Spot, guard: Condition | None, names: Names, told: set[str]) -> Iterator[Diagnostic]:
    """The day from which a fact counts, and the code that decides how long, are asked for like any other value."""
    window = next((rule.counts for place, rule in looking_rules(ground.scheme) if place == way), None)
    if window is None:
        return
    asked: dict[Spot, str] = {("from",): window.first}
    if isinstance(window.lasts, TermTable):
        asked["for", "by"] = window.lasts.by
    for spot, written in asked.items():
        name = names.find(written)
        if name and written not in told and unhandled_unknowns(_beside(guard, Among(name, ())), names) & {written}:
            yield ground.found("S272", (*way, "counts", *spot), rule=way[1], name=written)


def only_asked_values_are_handled(ground: Ground) -> Iterator[Diagnostic]:
    """``missing`` speaks only of names that the rule asks for."""
    for way, _, missing in users(ground):
        spots = [text.spot for text in ground.texts if text.spot[: len(way)] == way]
        if any(isinstance(ground.trees[spot], ConditionProblem) for spot in spots):
            continue
        asked = {name.written for _, tree in trees_below(ground, way) for name in names_in(tree)} | _days_asked(ground, way)
        for written in missing:
            if written not in asked:
                yield ground.found("S273", (*way, "missing", written), rule=way[1], name=written)


def _days_asked(ground: Ground, way: Spot) -> set[str]:
    days: set[str] = set()
    for place, rule in looking_rules(ground.scheme):
        if place == way and rule.counts is not None:
            window = rule.counts
            days.update(name for name in (window.first, window.until, window.before, getattr(window.lasts, "by", None)) if name)
            days.update([window.shortened.once] if window.shortened else [])
        if place == way and (per := getattr(rule, "per", None)):
            days.add(per)
    return days


def _dating_names(ground: Ground, way: Spot, kinds: tuple[str, ...]) -> Iterator[Name]:
    names = names_for(ground.scheme, ground.vocabulary, str(way[1]), kinds=kinds)
    yield from (name for written in _days_asked(ground, way) if (name := names.find(written)))


def assumed_values_fit(ground: Ground) -> Iterator[Diagnostic]:
    """A value that is assumed has the type of the name it stands for."""
    for way, kinds, missing in users(ground):
        types = {name.written: name.type for _, tree in trees_below(ground, way) for name in names_in(tree)}
        types |= {name.written: name.type for name in _dating_names(ground, way, kinds)}
        for written, answer in missing.items():
            if written not in types or not answer.startswith("assume "):
                continue
            text = answer.removeprefix("assume ").strip()
            try:
                bound(text, types[written])
            except ConditionProblem:
                spot = (*way, "missing", written)
                yield ground.found("S274", spot, rule=way[1], name=written, value=text, type=type_word(types[written].name))


CHECKS = (unknown_is_handled, only_asked_values_are_handled, assumed_values_fit)
