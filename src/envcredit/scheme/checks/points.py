"""Checks of points: direction, sign, tables, escalation and caps. The reader has seen that they are whole steps."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground
from envcredit.scheme.checks.texts import Spot
from envcredit.scheme.conditions.tree import Name
from envcredit.scheme.model import MeasureRule, PointRule, PointsTable, Rule, TierRule

CHANGING = (PointRule, MeasureRule, TierRule)


def changing_rules(ground: Ground) -> Iterator[tuple[str, PointRule | MeasureRule | TierRule]]:
    """The rules that change a score."""
    for key, rule in ground.scheme.rules.items():
        if isinstance(rule, CHANGING):
            yield key, rule


def written_points(rule: Rule) -> Iterator[tuple[Spot, Decimal]]:
    """Every number of points that a rule may give one fact (or one unit), with the way to it inside the rule."""
    match rule:
        case PointRule(points=Decimal() as points):
            yield ("points",), points
        case PointRule(points=PointsTable() as table):
            yield from _table_points(table)
        case MeasureRule():
            yield from ((("bands", at, "points"), band.points) for at, band in enumerate(rule.bands) if band.points is not None)
        case TierRule():
            for at, tier in enumerate(rule.tiers):
                ends = tier.points if isinstance(tier.points, tuple) else (tier.points,)
                yield from ((("tiers", at, "points"), end) for end in ends)
        case _:
            pass


def _table_points(table: PointsTable) -> Iterator[tuple[Spot, Decimal]]:
    yield from ((("points", "bands", at, "points"), b.points) for at, b in enumerate(table.bands) if b.points is not None)
    yield from ((("points", "table", code), points) for code, points in (table.table or {}).items())
    if table.each is not None:
        yield ("points", "each"), table.each


def score_is_there(ground: Ground) -> Iterator[Diagnostic]:
    """Rules that change a score need a scheme with a score."""
    if ground.scheme.score is None:
        for key, rule in changing_rules(ground):
            yield ground.found("S250", ("rules", key, "kind"), rule=key, kind=rule.kind)


def points_have_no_sign(ground: Ground) -> Iterator[Diagnostic]:
    """Points are never below zero: the rule kind says the direction."""
    for key, rule in changing_rules(ground):
        for way, points in written_points(rule):
            if points < 0:
                yield ground.found("S252", ("rules", key, *way), rule=key, points=f"{points:f}")


def tables_say_one_thing(ground: Ground) -> Iterator[Diagnostic]:
    """Points that depend on a value come from bands, from a table of codes, or from ``each``: one of the three."""
    for key, rule in ground.scheme.of_kind(PointRule).items():
        if isinstance(rule.points, PointsTable):
            given = [name for name in ("bands", "table", "each") if getattr(rule.points, name) not in ((), None)]
            if len(given) != 1:
                yield ground.found("S254", ("rules", key, "points"), rule=key, given=", ".join(given) or "–")


def bands_give_points(ground: Ground) -> Iterator[Diagnostic]:
    """Each band of a rule that changes a score has points, and no grade."""
    for key, rule in changing_rules(ground):
        way: Spot = ("rules", key, "bands")
        bands = rule.bands if isinstance(rule, MeasureRule) else ()
        if isinstance(rule, PointRule) and isinstance(rule.points, PointsTable):
            way, bands = ("rules", key, "points", "bands"), rule.points.bands
        for at, band in enumerate(bands):
            if band.points is None or band.grade is not None:
                yield ground.found("S258", (*way, at), rule=key, row=at + 1)


def code_tables_are_full(ground: Ground) -> Iterator[Diagnostic]:
    """A table of points by code has a row for each word of the list that the rule may let through."""
    for key, rule in ground.scheme.of_kind(PointRule).items():
        table = rule.points.table if isinstance(rule.points, PointsTable) else None
        by = ground.trees.get(("rules", key, "points", "by"))
        if table is None or not isinstance(by, Name) or by.type.name != "code" or by.name in (rule.when or ""):
            continue
        left = [code for code in ground.vocabulary.codes(by.type.list) if code not in table]
        if left:
            yield ground.found("S257", ("rules", key, "points", "table"), rule=key, name=by.name, codes=", ".join(left))


def direction_fits(ground: Ground) -> Iterator[Diagnostic]:
    """``deduct`` takes from a score that is better when higher; ``demerit`` adds to one that is better when lower."""
    score = ground.scheme.score
    wrong = {"higher": "demerit", "lower": "deduct"}
    for key, rule in changing_rules(ground):
        effect = rule.effect if isinstance(rule, MeasureRule) else rule.kind
        if score and effect == wrong[score.better]:
            yield ground.found("S259", ("rules", key, "kind"), ("score", "better"), rule=key, kind=effect, better=score.better)


def repeats_do_one_thing(ground: Ground) -> Iterator[Diagnostic]:
    """Escalation multiplies or adds."""
    for key, rule in ground.scheme.of_kind(PointRule).items():
        if rule.repeat and (rule.repeat.multiply is None) == (rule.repeat.add is None):
            yield ground.found("S261", ("rules", key, "repeat"), rule=key)


def caps_let_one_fact_through(ground: Ground) -> Iterator[Diagnostic]:
    """A cap is no smaller than the smallest points it may have to cut: else the points say something that never happens."""
    for key, rule in changing_rules(ground):
        above = [points for _, points in written_points(rule) if points > 0]
        part = ground.scheme.parts.get(rule.part or "")
        cap = rule.cap.points if isinstance(rule, PointRule) and rule.cap else None
        if above and cap is not None and cap < min(above):
            yield ground.found("S253", ("rules", key, "cap", "points"), rule=key, cap=f"{cap:f}", smallest=f"{min(above):f}")
        if above and part is not None and part.cap is not None and part.cap < min(above):
            spots: tuple[Spot, ...] = (("parts", rule.part or "", "cap"), ("rules", key))
            yield ground.found("S266", *spots, rule=key, part=rule.part, cap=f"{part.cap:f}", smallest=f"{min(above):f}")


CHECKS = (
    score_is_there,
    points_have_no_sign,
    tables_say_one_thing,
    bands_give_points,
    code_tables_are_full,
    direction_fits,
    repeats_do_one_thing,
    caps_let_one_fact_through,
)
