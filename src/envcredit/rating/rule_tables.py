"""The scheme's rules as small tables: what a rule is called, does and caps, and its points by band.

Stages join these tables by ``rule_no``. Only conditions, windows and the choice of a value remain expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from envcredit.base.amounts import SHARE_PLACES, scaled
from envcredit.engine import Keeper
from envcredit.rating.program import FactProgram, Program, Tariff, UnitProgram, steps_of
from envcredit.rating.tariffs import places
from envcredit.scheme.conditions.tree import Name
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
LOWEST, HIGHEST = -(2**62), 2**62
FIXED = -1

_RULE: Mapping[str, pa.DataType] = {
    "rule_no": pa.int64(),
    "rule_key": pa.string(),
    "effect": pa.string(),
    "part": pa.string(),
    "clause": pa.string(),
    "to_grade": pa.string(),
    "shift": pa.int64(),
    "sign": pa.int64(),
    "row_index": pa.int64(),
    "once": pa.bool_(),
    "window_no": pa.int64(),
    "repairable": pa.bool_(),
    "tabled": pa.bool_(),
    "guarded": pa.bool_(),
    "carried": pa.bool_(),
    "in_period": pa.bool_(),
    "keep_dearest": pa.bool_(),
    "keep_latest": pa.bool_(),
    "together": pa.string(),
    "repeat_from": pa.int64(),
    "repeat_multiply": pa.int64(),
    "repeat_add": pa.int64(),
    "cap": pa.int64(),
    "cap_dearest": pa.bool_(),
    "cap_latest": pa.bool_(),
    "each": pa.int64(),
    "each_scale": pa.int64(),
    "weight": pa.int64(),
}
_TARIFF: Mapping[str, pa.DataType] = {
    "rule_no": pa.int64(),
    "lower": pa.int64(),
    "upper": pa.int64(),
    "code": pa.string(),
    "band": pa.int64(),
    "price": pa.int64(),
}


NAMED = ("rule_key", "part", "clause", "to_grade", "shift", "row_index", "once")
SCORED_BY = (
    *("rule_key", "part", "clause", "sign", "together", "keep_dearest", "keep_latest"),
    *("repeat_from", "repeat_multiply", "repeat_add", "cap", "cap_dearest", "cap_latest"),
)


@dataclass(frozen=True, slots=True)
class RuleTables:
    """``rule``: one row a rule. ``tariff``: one row a band (``code`` null) or code; fixed points are one band without ends."""

    rule: ir.Table
    tariff: ir.Table


def with_rule(pick: ir.Table, rule: ir.Table, columns: Iterable[str]) -> ir.Table:
    """Picks with columns of their rule."""
    return pick.join(rule.select("rule_no", *columns), "rule_no")


def rule_tables(keeper: Keeper, of: str, programs: Iterable[AnyProgram], program: Program) -> RuleTables:
    """The tables of fact programs or unit programs, loaded under names that begin with ``of``."""
    listed = list(programs)
    rules = [_rule_row(p, program) for p in listed]
    tariffs = [row for p in listed if p.tariff for row in _tariff_rows(p.number, p.tariff)]
    rule = pa.Table.from_pylist(rules, schema=pa.schema(_RULE))
    tariff = pa.Table.from_pylist(tariffs, schema=pa.schema(_TARIFF))
    return RuleTables(keeper.load(f"{of}_rule", rule), keeper.load(f"{of}_tariff", tariff))


def _rule_row(one: AnyProgram, program: Program) -> dict[str, Any]:
    scheme, rule, tariff = program.scheme, one.rule, one.tariff
    by = tariff.by if tariff else None
    return {
        "rule_no": one.number,
        "rule_key": one.key.split("#")[0],
        "effect": effect_of(one),
        "part": getattr(rule, "part", None) or "",
        "clause": one.clause,
        "to_grade": _grade_of(one),
        "shift": (rule.down or 0) - (rule.up or 0) if isinstance(rule, ShiftRule) else 0,
        "sign": sign_in(one, scheme),
        "row_index": int(one.key.partition("#")[2] or FIXED),
        "once": isinstance(rule, ShiftRule) and not rule.per_fact,
        "tabled": by is not None,
        "each": tariff.each if tariff and tariff.each else None,
        "each_scale": 10 ** places(by.type) if isinstance(by, Name) and tariff and tariff.each else 1,
        "weight": scaled(rule.weight, SHARE_PLACES) if isinstance(rule, TierRule) else None,
        **(_of_facts(one, program) if isinstance(one, FactProgram) else {}),
        **(_of_points(one, rule, scheme) if isinstance(rule, PointRule) else {"cap": None}),
    }


def _of_facts(one: FactProgram, program: Program) -> dict[str, Any]:
    window = one.dating.window if one.dating else None
    return {
        "window_no": program.datings.index(one.dating) if one.dating else FIXED,
        "repairable": one.repairable,
        "guarded": one.unless is not None,
        "carried": bool(window and window.carry),
        "in_period": bool(window and window.within),
    }


def _of_points(one: AnyProgram, rule: PointRule, scheme: Scheme) -> dict[str, Any]:
    repeat, cap = rule.repeat, rule.cap
    return {
        "keep_dearest": rule.keep == "highest",
        "keep_latest": rule.keep == "latest",
        "together": rule.together or one.key,
        "repeat_from": repeat.since if repeat else None,
        "repeat_multiply": (repeat.multiply or 1) if repeat else 1,
        "repeat_add": steps_of(repeat.add, scheme) if repeat and repeat.add else 0,
        "cap": steps_of(cap.points, scheme) if cap else None,
        "cap_dearest": bool(cap and cap.keep == "highest"),
        "cap_latest": bool(cap and cap.keep == "latest"),
    }


def _tariff_rows(number: int, tariff: Tariff) -> Iterator[dict[str, Any]]:
    row: dict[str, Any] = {"rule_no": number, "lower": LOWEST, "upper": HIGHEST, "code": None}
    if tariff.by is None or tariff.each:
        yield {**row, "band": FIXED if tariff.by is None else 0, "price": tariff.points[0] if tariff.points else 0}
    for interval in tariff.intervals:
        lower = LOWEST if interval.lower is None else interval.lower
        upper = HIGHEST if interval.upper is None else interval.upper
        yield {**row, "lower": lower, "upper": upper, "band": interval.index, "price": tariff.points[interval.index]}
    for index, code in enumerate(tariff.codes):
        if isinstance(code, str):
            yield {**row, "code": code, "band": index, "price": tariff.points[index]}
        else:
            yield {**row, "lower": int(code), "upper": int(code) + 1, "band": index, "price": tariff.points[index]}


def effect_of(program: AnyProgram) -> str:
    """What a row of this rule does."""
    rule = program.rule
    if isinstance(rule, PointRule):
        return rule.kind
    names = {MeasureRule: "measure", TierRule: "tier", VetoRule: "veto", LimitRule: "limit", ShiftRule: "shift", GradeRow: "row"}
    return names.get(type(rule), "value")


def _grade_of(program: AnyProgram) -> str:
    rule = program.rule
    if isinstance(rule, VetoRule | GradeRow):
        return rule.grade
    return (rule.at_most or rule.at_least or "") if isinstance(rule, LimitRule) else ""


def sign_in(program: AnyProgram, scheme: Scheme) -> int:
    """How the points of a rule change the score: ``award`` improves it, ``deduct`` and ``demerit`` make it worse."""
    rule = program.rule
    effect = rule.kind if isinstance(rule, PointRule) else getattr(rule, "effect", "award")
    better = scheme.score.better if scheme.score else "higher"
    if isinstance(rule, GradeStepRule | GradeRow | TierRule):
        return 1
    return 1 if (effect == "award") == (better == "higher") else -1
