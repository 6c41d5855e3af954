"""The check of derived values: each is asked for somewhere. The reader has seen that none goes in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground
from envcredit.scheme.conditions.tree import names_in
from envcredit.scheme.names import value_rules


def values_are_asked_for(ground: Ground) -> Iterator[Diagnostic]:
    """A derived value that no rule asks for changes nothing."""
    asked = {name.name for key in ground.scheme.rules for _, tree in ground.of_rule(key) for name in names_in(tree)}
    for key in value_rules(ground.scheme):
        if key not in asked:
            yield ground.found("S281", ("rules", key), rule=key)


CHECKS = (values_are_asked_for,)
