"""Checks of what is not known: every value that may be unknown is handled, and only such values are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground
from envcredit.scheme.checks.texts import Parsed, Spot
from envcredit.scheme.checks.windows import looking_rules
from envcredit.scheme.conditions.problems import ConditionProblem
from envcredit.scheme.conditions.tree import names_in
from envcredit.scheme.conditions.truth import unhandled_unknowns
from envcredit.scheme.conditions.typing import bound, names_for
from envcredit.scheme.model import MeasureRule, RepairRule, TierRule


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
        told: set[str] = set(missing)
        for spot, tree in trees_below(ground, way):
            for written in sorted(unhandled_unknowns(tree, names) - told):
                told.add(written)
                yield ground.found("S272", spot, rule=way[1], name=written)


def first_day_is_known(ground: Ground) -> Iterator[Diagnostic]:
    """The day from which a fact counts is one that each record of its kind has, or ``missing`` says what else."""
    for way, rule in looking_rules(ground.scheme):
        if rule.counts is None or rule.counts.first in rule.missing:
            continue
        lacking = [
            kind
            for kind in rule.kinds
            if kind in ground.vocabulary.kinds and rule.counts.first not in ground.vocabulary.kinds[kind].required
        ]
        if lacking and ground.attribute(rule.counts.first, rule.kinds):
            yield ground.found("S272", (*way, "counts", "from"), rule=way[1], name=rule.counts.first)


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


def assumed_values_fit(ground: Ground) -> Iterator[Diagnostic]:
    """A value that is assumed has the type of the name it stands for."""
    for way, _, missing in users(ground):
        types = {name.written: name.type for _, tree in trees_below(ground, way) for name in names_in(tree)}
        for written, answer in missing.items():
            if written not in types or not answer.startswith("assume "):
                continue
            text = answer.removeprefix("assume ").strip()
            try:
                bound(text, types[written])
            except ConditionProblem:
                spot = (*way, "missing", written)
                yield ground.found("S274", spot, rule=way[1], name=written, value=text, type=types[written].name)


CHECKS = (unknown_is_handled, first_day_is_known, only_asked_values_are_handled, assumed_values_fit)
