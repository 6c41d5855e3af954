"""Checks of names: parts, and what joins facts or rules with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground
from envcredit.scheme.checks.points import changing_rules
from envcredit.scheme.checks.texts import Spot
from envcredit.scheme.checks.windows import looking_rules
from envcredit.scheme.model import GroupRule, PointRule


def parts_exist(ground: Ground) -> Iterator[Diagnostic]:
    """Every part that a rule belongs to is listed, and every listed part has a rule."""
    used = set()
    for key, rule in changing_rules(ground):
        if rule.part is not None:
            used.add(rule.part)
            if rule.part not in ground.scheme.parts:
                known = ", ".join(ground.scheme.parts) or "–"
                yield ground.found("S275", ("rules", key, "part"), rule=key, part=rule.part, known=known)
    for part in ground.scheme.parts:
        if part not in used and ground.scheme.status == "complete":
            yield ground.found("S276", ("parts", part), part=part)


def per_is_an_attribute(ground: Ground) -> Iterator[Diagnostic]:
    """``per`` is ``unit`` (all facts of a unit), or names an attribute that every record kind of the rule has."""
    for key, rule in ground.scheme.of_kind(PointRule).items():
        if rule.per not in (None, "unit") and ground.attribute(str(rule.per), rule.kinds) is None:
            yield ground.found("S271", ("rules", key, "per"), rule=key, name=rule.per, kinds=", ".join(rule.kinds))


def rules_counted_together_agree(ground: Ground) -> Iterator[Diagnostic]:
    """Rules that count together are at least two, and say the same ``per`` and ``keep``."""
    joined: defaultdict[str, dict[str, PointRule]] = defaultdict(dict)
    for key, rule in ground.scheme.of_kind(PointRule).items():
        if rule.together is not None:
            joined[rule.together][key] = rule
    for name, rules in joined.items():
        spots: list[Spot] = [("rules", key, "together") for key in rules]
        if len(rules) == 1:
            yield ground.found("S277", *spots, name=name, rule=next(iter(rules)))
        first = next(iter(rules.values()))
        if first.per is None or any((rule.per, rule.keep) != (first.per, first.keep) for rule in rules.values()):
            yield ground.found("S278", *spots, name=name, rules=", ".join(rules))


def members_belong_to_parks(ground: Ground) -> Iterator[Diagnostic]:
    """Only a scheme that rates parks looks at members."""
    if "park" in ground.scheme.rates:
        return
    for way, rule in looking_rules(ground.scheme):
        if getattr(rule, "of", "own") == "members":
            yield ground.found("S282", (*way, "of"), rule=way[1])
    for key in ground.scheme.of_kind(GroupRule):
        yield ground.found("S282", ("rules", key, "kind"), rule=key)


CHECKS = (parts_exist, per_is_an_attribute, rules_counted_together_agree, members_belong_to_parks)
