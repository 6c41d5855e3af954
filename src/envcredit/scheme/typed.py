"""What the types say of a scheme: every condition, measure, operand, band, table and number of points in its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.vocabulary import Vocabulary
from envcredit.scheme.bands import BandsProblem, normalised
from envcredit.scheme.checks.texts import texts_of
from envcredit.scheme.conditions.parse import condition, measure, operand
from envcredit.scheme.conditions.problems import ConditionProblem, DidYouMean, WordOf, nearest
from envcredit.scheme.conditions.tree import BROKEN, Type, type_of
from envcredit.scheme.conditions.typing import bound, kinds_of, names_for, points_type, value_types
from envcredit.scheme.model import Band, DeriveRule, GradeRule, GroupRule, MeasureRule, PointRule, PointsTable, Scheme, TierRule
from envcredit.scheme.names import circle_of_values, clashing_values
from envcredit.scheme.yaml_tree import Places, Spot

Points = Iterator[tuple[Spot, Decimal | None]]


def typed_problems(scheme: Scheme, places: Places, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Every problem of type in a scheme of good shape."""
    yield from _kinds(scheme, places, vocabulary)
    yield from clashing_values(scheme, places, vocabulary)
    yield from _texts(scheme, places, vocabulary)
    yield from _bands(scheme, places, vocabulary)
    yield from _tables(scheme, places, vocabulary)
    yield from _nones(scheme, places, vocabulary)
    yield from _steps(scheme, places)
    yield from circle_of_values(scheme, places, vocabulary)


def _kinds(scheme: Scheme, places: Places, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    looked_at: list[tuple[Spot, tuple[str, ...]]] = [(("rules", key), kinds_of(scheme, key)) for key in scheme.rules]
    for key, rule in scheme.of_kind(GradeRule).items():
        looked_at += [(("rules", key, "rows", at), row.kinds) for at, row in enumerate(rule.rows)]
    usable = ", ".join(vocabulary.kinds)
    for spot, kinds in looked_at:
        for kind in kinds:
            if kind not in vocabulary.kinds:
                near = DidYouMean(nearest(kind, vocabulary.kinds))
                place = places.nearest((*spot, "from"), (*spot, "of"))
                yield problem("S062", place, found=kind, near=near, usable=usable)


def _texts(scheme: Scheme, places: Places, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    read = {"condition": condition, "measure": measure, "operand": operand}
    for text in texts_of(scheme):
        try:
            read[text.role](text.text, names_for(scheme, vocabulary, text.rule, kinds=text.kinds))
        except ConditionProblem as problems:
            yield from in_place(problems, places, text.spot)


def in_place(problems: ConditionProblem, places: Places, spot: Spot) -> Iterator[Diagnostic]:
    """The problems of one text at their places in the file."""
    for one in problems.all:
        yield problem(one.code, places.inside(spot, one.column), **one.values)


def banded(scheme: Scheme, vocabulary: Vocabulary) -> Iterator[tuple[Spot, tuple[Band, ...], Type]]:
    """Every band table with the type of the value it goes by."""
    for key, rule in scheme.rules.items():
        if isinstance(rule, PointRule) and isinstance(rule.points, PointsTable):
            if rule.points.table is None and rule.points.each is None:
                yield ("rules", key, "points"), rule.points.bands, _type_of(rule.points.by, scheme, vocabulary, key)
        elif isinstance(rule, MeasureRule):
            yield ("rules", key), rule.bands, _type_of(rule.by, scheme, vocabulary, key)
        elif isinstance(rule, GradeRule) and rule.by == "score":
            yield ("rules", key), rule.bands, points_type(scheme)


def _type_of(by: str, scheme: Scheme, vocabulary: Vocabulary, key: str) -> Type:
    try:
        return type_of(operand(by, names_for(scheme, vocabulary, key)))
    except ConditionProblem:
        return BROKEN


def _bands(scheme: Scheme, places: Places, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    for spot, bands, type_ in banded(scheme, vocabulary):
        if type_ == BROKEN:
            continue
        try:
            normalised(bands, type_)
        except BandsProblem as found:
            for one in found.problems:
                row: Spot = (*spot, "bands", one.row)
                place = places.inside((*row, one.key), one.column) if one.key else places(row)
                yield problem(one.code, place, **one.values)


def _tables(scheme: Scheme, places: Places, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    for key, rule in scheme.of_kind(PointRule).items():
        if not isinstance(rule.points, PointsTable) or rule.points.table is None:
            continue
        spot: Spot = ("rules", key, "points")
        type_ = _type_of(rule.points.by, scheme, vocabulary, key)
        if type_.name not in ("code", "broken"):
            word = WordOf(f"condition.type.{type_.name}")
            yield problem("S063", places((*spot, "by")), by=rule.points.by, type=word)
        elif type_ != BROKEN:
            yield from _codes_of_table(rule.points.table, type_, places, (*spot, "table"))


def _codes_of_table(table: Mapping[str, Decimal], type_: Type, places: Places, spot: Spot) -> Iterator[Diagnostic]:
    for code in table:
        try:
            bound(code, type_)
        except ConditionProblem as found:
            yield problem(found.code, places.key((*spot, code)), **found.values)


def _nones(scheme: Scheme, places: Places, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    types = value_types(scheme, vocabulary)
    for key, rule in (scheme.of_kind(DeriveRule) | scheme.of_kind(GroupRule)).items():
        if rule.none is None or types[key] == BROKEN:
            continue
        try:
            bound(rule.none, types[key])
        except ConditionProblem as found:
            yield from in_place(found, places, ("rules", key, "none"))


def _steps(scheme: Scheme, places: Places) -> Iterator[Diagnostic]:
    step = scheme.score.step if scheme.score else None
    if step is None or step <= 0:
        return
    for spot, points in points_in(scheme):
        if points is not None and points % step:
            yield problem("S140", places(spot), found=f"{points:f}", step=f"{step:f}")


def points_in(scheme: Scheme) -> Points:
    """Every number of points that a scheme writes, with where it stands."""
    if scheme.score:
        for name in ("start", "floor", "ceiling"):
            yield ("score", name), getattr(scheme.score, name)
    for key, part in scheme.parts.items():
        yield ("parts", key, "cap"), part.cap
    for key, rule in scheme.rules.items():
        spot: Spot = ("rules", key)
        if isinstance(rule, PointRule):
            yield from _points_of_rule(rule, spot)
        elif isinstance(rule, MeasureRule):
            yield from _points_of_bands(rule.bands, spot)
        elif isinstance(rule, TierRule):
            yield from _points_of_tiers(rule, spot)


def _points_of_rule(rule: PointRule, spot: Spot) -> Points:
    if rule.cap:
        yield (*spot, "cap", "points"), rule.cap.points
    if rule.repeat:
        yield (*spot, "repeat", "add"), rule.repeat.add
    if not isinstance(rule.points, PointsTable):
        yield (*spot, "points"), rule.points
        return
    yield (*spot, "points", "each"), rule.points.each
    for code, points in (rule.points.table or {}).items():
        yield (*spot, "points", "table", code), points
    yield from _points_of_bands(rule.points.bands, (*spot, "points"))


def _points_of_bands(bands: tuple[Band, ...], spot: Spot) -> Points:
    for at, band in enumerate(bands):
        yield (*spot, "bands", at, "points"), band.points


def _points_of_tiers(rule: TierRule, spot: Spot) -> Points:
    for at, tier in enumerate(rule.tiers):
        for points in tier.points if isinstance(tier.points, tuple) else (tier.points,):
            yield (*spot, "tiers", at, "points"), points
