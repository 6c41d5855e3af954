"""Rows of the stages point, ignored and item, and the score of each unit."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.rating.exact import rounded
from envcredit.rating.picks import COUNTED, REFUSE
from envcredit.rating.program import Program, rule_of, steps_of
from envcredit.scheme.bands import normalised
from envcredit.scheme.conditions.tree import Type
from envcredit.scheme.model import GradeRule, Scheme, TierRule

STEPPING = ["row", "limit", "shift", "veto"]
NOT_ESTABLISHED = "not_established#"
"""How the reason of a unit begins that a scheme cannot grade because the scheme itself is not whole."""


def fact_points(scored: ir.Table) -> ir.Table:
    """Point rows of rules that score facts."""
    rows = scored.filter(scored.kept_instead == "")
    return rows.select(
        unit_id="unit_id",
        rule="rule_key",
        record_id="record_id",
        effect="effect",
        part="part",
        clause="clause",
        band="band",
        raw=rows.steps_raw * rows.sign,
        counted=rows.steps_counted * rows.sign,
        why_less="why_less",
        grade=ibis.literal(""),
        steps=ibis.literal(0),
        counts_from="counts_from",
        counts_to="counts_to",
    )


def step_points(pick: ir.Table) -> ir.Table:
    """Point rows of vetoes, limits, shifts and worst-of rows that rest on facts. A shift moves once unless ``per_fact``."""
    counted = pick.filter(pick.effect.isin(STEPPING) & (pick.status == COUNTED))
    place = ibis.row_number().over(group_by=["unit_id", "rule_no"], order_by=["since", "record_id"])
    worst = ibis.row_number().over(group_by=["unit_id", "record_id", "rule_key"], order_by=["rule_no"])
    placed = counted.mutate(place=place, worst=worst).filter(_.worst == 0)
    repeated = placed.once & (placed.place > 0)
    return placed.select(
        unit_id="unit_id",
        rule="rule_key",
        record_id="record_id",
        effect="effect",
        part="part",
        clause="clause",
        band="row_index",
        raw=ibis.literal(0),
        counted=ibis.literal(0),
        why_less=ibis.ifelse(repeated, "once", ""),
        grade="to_grade",
        steps=ibis.ifelse(repeated, 0, placed["shift"]),
        counts_from="counts_from",
        counts_to="counts_to",
    )


def unit_points(pick: ir.Table) -> ir.Table:
    """Point rows of measures, tiers and steps of the grade that rest on values. A measure of 0 points leaves no row."""
    rows = pick.filter((pick.status == COUNTED) & ~((pick.effect == "measure") & (pick.steps_raw == 0)))
    points = ibis.ifelse(rows.effect.isin(STEPPING), 0, rows.steps_raw * rows.sign)
    return rows.select(
        unit_id="unit_id",
        rule="rule_key",
        record_id=ibis.coalesce(rows.entered_id, ""),
        effect="effect",
        part="part",
        clause="clause",
        band=ibis.ifelse(rows.effect.isin(STEPPING), rows.row_index, rows.band),
        raw=points,
        counted=points,
        why_less=ibis.literal(""),
        grade="to_grade",
        steps="shift",
        counts_from=ibis.null("date"),
        counts_to=ibis.null("date"),
    )


def ignored(pick: ir.Table, scored: ir.Table, program: Program) -> ir.Table:
    """Facts that a scoring or grading rule looked at and did not count."""
    passed = pick.filter((pick.effect != "value") & (pick.status != COUNTED))
    in_rows = any(rule_of(one.key) != one.key for one in program.facts)
    if in_rows:  # another row of the same rule may have taken it
        by_a_row = pick.filter((pick.effect == "row") & (pick.status == COUNTED)).select("unit_id", "record_id", "rule_key")
        passed = passed.anti_join(by_a_row, ["unit_id", "record_id", "rule_key"])
    by_repair = [
        ((passed.repair_rule == r.key) & passed.status.isin(["repaired", "ended"]), r.rule.clause) for r in program.repairs
    ]
    looked = passed.select(
        unit_id="unit_id",
        rule="rule_key",
        record_id="record_id",
        reason=ibis.ifelse(passed.status == REFUSE, "unknown_value", passed.status),
        clause=ibis.cases(*by_repair, else_=passed.clause) if by_repair else passed.clause,
        detail=_detail(passed),
    )
    looked = looked.distinct() if in_rows else looked  # several rows may have passed it over alike
    given_way = scored.filter(scored.kept_instead != "")
    same = given_way.select(
        unit_id="unit_id",
        rule="rule_key",
        record_id="record_id",
        reason=ibis.literal("same_act"),
        clause="clause",
        detail="kept_instead",
    )
    return ibis.union(looked, same)


def unheeded(every: ir.Table, pick: ir.Table) -> ir.Table:
    """Facts that no rule looks at (``no_rule``), in the columns of the stage ``ignored``."""
    left = every.anti_join(pick.select("unit_id", "record_id").distinct(), ["unit_id", "record_id"])
    none = ibis.literal("")
    return left.select("unit_id", rule=none, record_id="record_id", reason=ibis.literal("no_rule"), clause=none, detail=none)


def _detail(row: ir.Table) -> ir.StringValue:
    """The day, or the name of the value, that the reason is about."""
    days = {
        "repaired": row.repaired_from,
        "ended": row.ends_on,
        "revoked": row.revoked_on,
        "suspended": row.suspended_until,
        "not_yet": row.counts_from,
        "lapsed": row.counts_to,
        "outside_period": row.since,
    }
    dated = [(row.status == status, day) for status, day in days.items()]
    return ibis.coalesce(ibis.cases(*dated).cast("string"), row.missing_name)


def items(point: ir.Table, rules: Sequence[ir.Table]) -> ir.Table:
    """One row a unit and rule: what it takes or gives in all, with its cap or weight."""
    known = ibis.union(*(rule.select("rule_key", "cap", "weight") for rule in rules)).distinct()
    summed = point.group_by("unit_id", "rule", "part").agg(raw=_.raw.sum(), counted=_.counted.sum(), facts=_.count())
    return summed.join(known, summed["rule"] == known.rule_key)


def refusals(pick: ir.Table, unit_pick: ir.Table) -> ir.Table:
    """One row a unit that cannot be scored: the first rule, and the value or fact that is missing."""
    facts = pick.filter(pick.status == REFUSE)
    values = unit_pick.filter(unit_pick.status == REFUSE)
    colon = ibis.literal(":")
    both = ibis.union(
        facts.select("unit_id", missing=facts.rule_key + colon + facts.missing_name + colon + facts.record_id),
        values.select("unit_id", missing=values.rule_key + colon + values.missing_name),
    )
    return both.group_by("unit_id").agg(missing=_.missing.min())


def scores(item: ir.Table, scope: ir.Table, refusal: ir.Table, scheme: Scheme) -> ir.Table:
    """One row a unit: start value, change, bounds, whether a score can be given, and whether the scope says no (``by_scope``)."""
    joined = _with_sums(scope, item, scheme).left_join(refusal, "unit_id").drop("unit_id_right")
    status = ibis.cases(
        (joined.scope_status == "not_rated", "not_rated"),
        ((joined.scope_status == "refused") | joined.missing.notnull() | joined.weightless, "refused"),
        else_="rated",
    )
    reason = ibis.cases(
        (joined.scope_reason != "", joined.scope_reason),
        (joined.missing.notnull(), joined.missing),
        (joined.weightless, "no_weight"),
        else_="",
    )
    given = joined.mutate(status=status, reason=reason)
    start = scheme.score.start if scheme.score else None
    base = steps_of(start, scheme) if start is not None else 0
    score = _bounded(given, base, scheme)
    scored = (given.status == "rated") & ibis.literal(start is not None and lacks(scheme) != "weights")
    empty = ibis.null("int64")
    numbered = given.select(
        unit_id="unit_id",
        base=ibis.ifelse(scored, base, empty).cast("int64"),
        change=ibis.ifelse(scored, given.change, empty).cast("int64"),
        score=ibis.ifelse(scored, score, empty).cast("int64"),
        clamped=ibis.ifelse(scored, _clamped(given, base, scheme), ""),
        status="status",
        reason=ibis.ifelse(given.status == "rated", "", given.reason),
        refusal="refusal",
        by_scope=given.scope_reason != "",
    )
    return _where_the_scheme_ends(numbered, scheme)


def _where_the_scheme_ends(given: ir.Table, scheme: Scheme) -> ir.Table:
    """A scheme that is not complete refuses where what it lacks, or the band of the score, leaves the grade open.

    What the whole scheme lacks goes before a value that a unit lacks: to bring the value would not help.
    """
    unknown = not_established(scheme, given.score)
    if unknown is None:
        return given
    rated = given.status == "rated"
    open_here: Any = (given.status != "not_rated") & ~given.by_scope if lacks(scheme) else rated & unknown[0]
    return given.mutate(
        status=ibis.ifelse(open_here, "refused", given.status),
        reason=ibis.ifelse(open_here, f"{NOT_ESTABLISHED}{unknown[1]}", given.reason),
    )


def lacks(scheme: Scheme) -> str:
    """What keeps a scheme from grading any unit by its score: ``start``, ``weights`` or ``bands``; ``''`` for none of them.

    Weights that do not add up to 100 % are those of some indicators only; a score out of these would be of another scheme.
    """
    if scheme.score is not None and scheme.score.start is None:
        return "start"
    weights = sum((rule.weight for rule in scheme.of_kind(TierRule).values()), Decimal(0))
    if scheme.score is not None and scheme.score.weighted and scheme.status != "complete" and weights != 1:
        return "weights"
    return "" if scheme.of_kind(GradeRule) else "bands"


def not_established(scheme: Scheme, score: Any) -> tuple[Any, str] | None:
    """Where the scheme does not say which grade follows, and what it lacks there; nothing for a scheme that says it all."""
    if lacking := lacks(scheme):
        return ibis.literal(True), lacking
    rule = next(iter(scheme.of_kind(GradeRule).values()))
    if rule.by == "worst_of" or all(band.grade for band in rule.bands):
        return None
    held = [holds for index, holds in bands_holding(rule, scheme, score) if rule.bands[index].grade is None]
    return reduce(operator.or_, held), "band"


def bands_holding(rule: GradeRule, scheme: Scheme, score: Any) -> list[tuple[int, Any]]:
    """The index of each band of a grade by score, with the condition that the score lies in it."""
    assert scheme.score is not None
    found = []
    for interval in normalised(rule.bands, Type("points", step=scheme.score.step)):
        held: Any = score.notnull()
        held = held if interval.lower is None else held & (score >= interval.lower)
        held = held if interval.upper is None else held & (score < interval.upper)
        found.append((interval.index, held))
    return found


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
