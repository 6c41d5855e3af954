"""Checks of derived values: none goes in a circle, and each is asked for somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground
from envcredit.scheme.conditions.tree import names_in
from envcredit.scheme.model import DeriveRule, GroupRule


def values_go_in_no_circle(ground: Ground) -> Iterator[Diagnostic]:
    """No derived value depends on itself, not even over others."""
    edges = {key: tuple(dict.fromkeys(_asked(ground, key))) for key in _values(ground)}
    told: set[str] = set()
    for key in edges:
        circle = _circle(edges, key)
        if circle and not told.intersection(circle):
            told.update(circle)
            spots = (("rules", each) for each in circle)
            yield ground.found("S280", *spots, circle=" → ".join([*circle, circle[0]]))


def _values(ground: Ground) -> list[str]:
    return [key for key, rule in ground.scheme.rules.items() if isinstance(rule, DeriveRule | GroupRule)]


def _asked(ground: Ground, key: str) -> Iterator[str]:
    for _, tree in ground.of_rule(key):
        yield from (name.name for name in names_in(tree) if name.where == "value")


def _circle(edges: Mapping[str, tuple[str, ...]], start: str) -> list[str]:
    """The shortest way from ``start`` back to itself, or nothing."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        for nearer in edges.get(way[-1], ()):
            if nearer == start:
                return way
            if nearer not in seen:
                seen.add(nearer)
                ways.append([*way, nearer])
    return []


def values_are_asked_for(ground: Ground) -> Iterator[Diagnostic]:
    """A derived value that no rule asks for changes nothing."""
    asked = {name for key in ground.scheme.rules for name in _asked(ground, key) if name != key}
    for key in _values(ground):
        if key not in asked:
            yield ground.found("S281", ("rules", key), rule=key)


CHECKS = (values_go_in_no_circle, values_are_asked_for)
