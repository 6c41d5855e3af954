"""Rows of the stages point, ignored and item, and the score of each unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.base.amounts import SHARE_PLACES, scaled
from envcredit.rating.exact import rounded
from envcredit.rating.picks import COUNTED, REFUSE
from envcredit.rating.points import sign_of
from envcredit.rating.program import FactProgram, Program, UnitProgram, steps_of
from envcredit.scheme.model import (
    GradeRow,
    GradeStepRule,
    LimitRule,
    MeasureRule,
    PointRule,
    Scheme,
    ShiftRule,
    TierRule,
    VetoRule,
)

AnyProgram = FactProgram | UnitProgram


def rule_key(program: AnyProgram) -> str:
    """The rule as results name it: rows of a worst-of grade share their rule's key and differ in ``band``."""
    return program.key.split("#")[0]


def effect_of(program: AnyProgram) -> str:
    """What a row of this rule does."""
    rule = program.rule
    if isinstance(rule, PointRule):
        return rule.kind
    names = {MeasureRule: "measure", TierRule: "tier", VetoRule: "veto", LimitRule: "limit", ShiftRule: "shift", GradeRow: "row"}
    return names[type(rule)]


def grade_of(program: AnyProgram) -> str:
    """The grade that a veto, a limit or a row of a worst-of grade names."""
    rule = program.rule
    if isinstance(rule, VetoRule | GradeRow):
        return rule.grade
    return (rule.at_most or rule.at_least or "") if isinstance(rule, LimitRule) else ""


def shift_of(program: AnyProgram) -> int:
    """Steps of a shift; down (worse) is positive."""
    rule = program.rule
    return (rule.down or 0) - (rule.up or 0) if isinstance(rule, ShiftRule) else 0


def sign_in(program: AnyProgram, scheme: Scheme) -> int:
    """How the points of this rule change the score."""
    rule = program.rule
    if isinstance(rule, PointRule):
        return sign_of(rule.kind, scheme)
    return sign_of(rule.effect, scheme) if isinstance(rule, MeasureRule) else 1


def _per_rule(row: ir.Table, programs: Sequence[AnyProgram], value: Any, none: Any) -> Any:
    """``CASE rule`` over a plain value of each rule."""
    by_value: dict[Any, list[int]] = {}
    for program in programs:
        by_value.setdefault(value(program), []).append(program.number)
    cases = [(row.rule_no.isin(numbers), found) for found, numbers in by_value.items() if found != none]
    return ibis.cases(*cases, else_=none) if cases else ibis.literal(none)


def _described(row: ir.Table, programs: Sequence[AnyProgram], scheme: Scheme) -> dict[str, Any]:
    return {
        "rule": _per_rule(row, programs, rule_key, ""),
        "effect": _per_rule(row, programs, effect_of, ""),
        "part": _per_rule(row, programs, lambda p: getattr(p.rule, "part", None) or "", ""),
        "clause": _per_rule(row, programs, lambda p: p.clause, ""),
        "grade": _per_rule(row, programs, grade_of, ""),
    }


def fact_points(scored: ir.Table, programs: Sequence[FactProgram], scheme: Scheme) -> ir.Table:
    """Point rows of rules that score facts."""
    sign = _per_rule(scored, programs, lambda p: sign_in(p, scheme), 0)
    rows = scored.filter(scored.kept_instead == "")
    words = _described(rows, programs, scheme)
    return rows.select(
        unit_id="unit_id",
        record_id="record_id",
        band="band",
        raw=(rows.steps_raw * sign).cast("int64"),
        counted=(rows.steps_counted * sign).cast("int64"),
        why_less="why_less",
        steps=ibis.literal(0, type="int64"),
        counts_from="counts_from",
        counts_to="counts_to",
        **words,
    )


def step_points(pick: ir.Table, programs: Sequence[FactProgram], scheme: Scheme) -> ir.Table:
    """Point rows of vetoes, limits, shifts and worst-of rows that rest on facts. A shift moves once unless ``per_fact``."""
    counted = pick.filter(pick.rule_no.isin([p.number for p in programs]) & (pick.status == COUNTED))
    once = counted.rule_no.isin([p.number for p in programs if isinstance(p.rule, ShiftRule) and not p.rule.per_fact])
    place = ibis.row_number().over(group_by=["unit_id", "rule_no"], order_by=["since", "record_id"])
    placed = counted.mutate(place=place, again=once)
    worst = ibis.row_number().over(
        group_by=["unit_id", "record_id", _per_rule(placed, programs, rule_key, "")], order_by=[placed.rule_no]
    )
    rows = placed.mutate(worst=worst).filter(_.worst == 0)
    shift = _per_rule(rows, programs, shift_of, 0)
    repeated = rows.again & (rows.place > 0)
    return rows.select(
        unit_id="unit_id",
        record_id="record_id",
        band=_per_rule(rows, programs, _row_index, -1),
        raw=ibis.literal(0, type="int64"),
        counted=ibis.literal(0, type="int64"),
        why_less=ibis.ifelse(repeated, "once", ""),
        steps=ibis.ifelse(repeated, 0, shift).cast("int64"),
        counts_from="counts_from",
        counts_to="counts_to",
        **_described(rows, programs, scheme),
    )


def _row_index(program: AnyProgram) -> int:
    head, mark, index = program.key.partition("#")
    return int(index) if mark else -1


def unit_points(pick: ir.Table, programs: Sequence[UnitProgram], scheme: Scheme) -> ir.Table:
    """Point rows of measures, tiers and steps of the grade that rest on values. A measure of 0 points leaves no row."""
    counted = pick.filter(pick.status == COUNTED)
    silent = counted.rule_no.isin([p.number for p in programs if isinstance(p.rule, MeasureRule)]) & (counted.steps_raw == 0)
    rows = counted.filter(~silent)
    raw = (ibis.coalesce(rows.steps_raw, 0) * _per_rule(rows, programs, lambda p: sign_in(p, scheme), 0)).cast("int64")
    stepping = rows.rule_no.isin([p.number for p in programs if isinstance(p.rule, GradeStepRule | GradeRow)])
    return rows.select(
        unit_id="unit_id",
        record_id=rows.entered_id.fill_null(""),
        band=ibis.ifelse(stepping, _per_rule(rows, programs, _row_index, -1), rows.band).cast("int64"),
        raw=ibis.ifelse(stepping, 0, raw),
        counted=ibis.ifelse(stepping, 0, raw),
        why_less=ibis.literal(""),
        steps=_per_rule(rows, programs, shift_of, 0).cast("int64"),
        counts_from=ibis.null("date"),
        counts_to=ibis.null("date"),
        **_described(rows, programs, scheme),
    )


def ignored(
    fact: ir.Table, pick: ir.Table, scored: ir.Table, programs: Sequence[FactProgram], repair_clauses: dict[str, str], silent: Sequence[str]
) -> ir.Table:
    """Facts that a scoring or grading rule looked at and did not count, and facts that no rule wanted (``no_rule``).

    ``silent`` names kinds that are never listed as unwanted: those that amend others or serve as input to values.
    """
    judging = [p for p in programs if p.value is None]
    passed = pick.filter(pick.rule_no.isin([p.number for p in judging]) & (pick.status != COUNTED))
    repaired = passed.status.isin(["repaired", "ended"])
    clause = ibis.cases(*((repaired & (passed.repair_rule == k), c) for k, c in repair_clauses.items()), else_=_per_rule(passed, programs, lambda p: p.clause, "")) if repair_clauses else _per_rule(passed, programs, lambda p: p.clause, "")  # noqa: E501
    looked = passed.select(
        unit_id="unit_id",
        rule=_per_rule(passed, programs, rule_key, ""),
        record_id="record_id",
        reason=ibis.ifelse(passed.status == REFUSE, "unknown_value", passed.status),
        clause=clause,
        detail=_detail(passed),
    )
    given_way = scored.filter(scored.kept_instead != "")
    same = given_way.select(
        unit_id="unit_id",
        rule=_per_rule(given_way, programs, rule_key, ""),
        record_id="record_id",
        reason=ibis.literal("same_act"),
        clause=_per_rule(given_way, programs, lambda p: p.clause, ""),
        detail="kept_instead",
    )
    wanted = pick.select("unit_id", "record_id").distinct()
    unwanted = fact.filter(~fact.kind.isin(list(silent))).anti_join(wanted, ["unit_id", "record_id"])
    none = ibis.literal("")
    nobody = unwanted.select("unit_id", rule=none, record_id="record_id", reason=ibis.literal("no_rule"), clause=none, detail=none)
    return ibis.union(looked, same, nobody)


def _detail(row: ir.Table) -> ir.StringValue:
    def text(day: ir.Value) -> ir.StringValue:
        return ibis.coalesce(day.cast("string"), "")  # type: ignore[no-any-return]

    return ibis.cases(  # type: ignore[no-any-return]
        (row.status.isin(["unknown_value", REFUSE]), row.missing_name),
        (row.status == "repaired", text(row.repaired_from)),
        (row.status == "ended", text(row.ends_on)),
        (row.status == "revoked", text(row.revoked_on)),
        (row.status == "suspended", text(row.suspended_until)),
        (row.status == "not_yet", text(row.counts_from)),
        (row.status == "lapsed", text(row.counts_to)),
        (row.status == "outside_period", text(row.since)),
        else_="",
    )


def items(point: ir.Table, scheme: Scheme) -> ir.Table:
    """One row a unit and rule: what it takes or gives in all."""
    caps = {k: steps_of(r.cap.points, scheme) for k, r in scheme.of_kind(PointRule).items() if r.cap}
    weights = {k: scaled(r.weight, SHARE_PLACES) for k, r in scheme.of_kind(TierRule).items()}
    summed = point.group_by("unit_id", "rule", "part").agg(raw=_.raw.sum(), counted=_.counted.sum(), facts=_.count())
    return summed.mutate(cap=_looked_up(summed, caps), weight=_looked_up(summed, weights))


def _looked_up(table: ir.Table, values: dict[str, int]) -> Any:
    if not values:
        return ibis.null("int64")
    return ibis.cases(*((table.rule == key, value) for key, value in values.items())).cast("int64")


def refusals(pick: ir.Table, unit_pick: ir.Table, programs: Program) -> ir.Table:
    """One row a unit that cannot be scored: the first rule, and the value or fact that is missing."""
    facts = pick.filter(pick.status == REFUSE)
    values = unit_pick.filter(unit_pick.status == REFUSE)
    colon = ibis.literal(":")
    both = ibis.union(
        facts.select("unit_id", missing=_per_rule(facts, programs.facts, rule_key, "") + colon + facts.missing_name + colon + facts.record_id),
        values.select("unit_id", missing=_per_rule(values, programs.units, rule_key, "") + colon + values.missing_name),
    )
    return both.group_by("unit_id").agg(missing=_.missing.min())


def scores(item: ir.Table, scope: ir.Table, refusal: ir.Table, scheme: Scheme) -> ir.Table:
    """One row a unit: start value, change, bounds, and whether a score can be given at all."""
    joined = _with_sums(scope, item, scheme).left_join(refusal, "unit_id").drop("unit_id_right")
    status = ibis.cases(
        (joined.scope_status == "not_rated", "not_rated"),
        ((joined.scope_status == "refused") | joined.missing.notnull() | joined.weightless, "refused"),
        else_="rated",
    )
    reason = ibis.cases((joined.scope_reason != "", joined.scope_reason), (joined.missing.notnull(), joined.missing), (joined.weightless, "no_weight"), else_="")  # noqa: E501
    given = joined.mutate(status=status, reason=reason)
    base = steps_of(scheme.score.start, scheme) if scheme.score else 0
    score = _bounded(given, base, scheme)
    scored = (given.status == "rated") & ibis.literal(scheme.score is not None)
    empty = ibis.null("int64")
    return given.select(
        unit_id="unit_id",
        base=ibis.ifelse(scored, base, empty).cast("int64"),
        change=ibis.ifelse(scored, given.change, empty).cast("int64"),
        score=ibis.ifelse(scored, score, empty).cast("int64"),
        clamped=ibis.ifelse(scored, _clamped(given, base, scheme), ""),
        status="status",
        reason=ibis.ifelse(given.status == "rated", "", given.reason),
        refusal="refusal",
    )


def _with_sums(scope: ir.Table, item: ir.Table, scheme: Scheme) -> ir.Table:
    plain = item.filter(item.weight.isnull()).group_by("unit_id").agg(plain=_.counted.sum())
    joined = scope.left_join(plain, "unit_id").drop("unit_id_right")
    if not (scheme.score and scheme.score.weighted):
        return joined.mutate(change=ibis.coalesce(joined.plain, 0).cast("int64"), weightless=ibis.literal(False))
    weighed = item.filter(item.weight.notnull()).group_by("unit_id").agg(over=(_.counted * _.weight).sum(), under=_.weight.sum())
    both = joined.left_join(weighed, "unit_id").drop("unit_id_right")
    whole = rounded(both.over, both.under, scheme.score.rounding)
    change = ibis.coalesce(both.plain, 0).cast("int64") + ibis.coalesce(whole, 0)
    return both.mutate(change=change.cast("int64"), weightless=both.under.isnull() | (both.under == 0))


def _bounded(row: ir.Table, base: int, scheme: Scheme) -> Any:
    score: Any = row.change + base
    if scheme.score and scheme.score.floor is not None:
        score = ibis.greatest(score, steps_of(scheme.score.floor, scheme))
    if scheme.score and scheme.score.ceiling is not None:
        score = ibis.least(score, steps_of(scheme.score.ceiling, scheme))
    return score


def _clamped(row: ir.Table, base: int, scheme: Scheme) -> Any:
    score: Any = row.change + base
    cases = []
    if scheme.score and scheme.score.floor is not None:
        cases.append((score < steps_of(scheme.score.floor, scheme), "floor"))
    if scheme.score and scheme.score.ceiling is not None:
        cases.append((score > steps_of(scheme.score.ceiling, scheme), "ceiling"))
    return ibis.cases(*cases, else_="") if cases else ibis.literal("")
