"""Rules that look at values of the unit alone: measures, weighted tiers, gates; and who is rated at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.base.amounts import NUMBER_PLACES
from envcredit.engine import Keeper
from envcredit.rating.exact import divided
from envcredit.rating.facts import CLOCKS
from envcredit.rating.picks import COUNTED, REFUSE, Reading, numbered, unfolded
from envcredit.rating.program import Program, UnitProgram, steps_of
from envcredit.rating.rows import UNIT, unit_columns, value_columns
from envcredit.rating.rule_tables import RuleTables
from envcredit.rating.tariffs import priced
from envcredit.scheme.conditions.tree import Condition
from envcredit.scheme.model import Scheme, Tier, TierRule


def unit_rows(subject: ir.Table, derived: ir.Table | None, program: Program) -> ir.Table:
    """One row a rated row: its clocks, the unit's columns as ``of_unit_x`` and derived values as ``of_value_x``."""
    wanted = {"unit_type", *(n.name for n in program.names() if n.where == "unit")}
    row = subject.select("unit_id", *CLOCKS).join(unit_columns(subject, wanted), "unit_id")
    if derived is None or not program.values:
        return row
    values = value_columns(derived, program.values)
    return row.left_join(values, "unit_id").drop("unit_id_right")


def unit_picks(keeper: Keeper, row: ir.Table, fact: ir.Table, reading: Reading, tables: RuleTables) -> ir.Table:
    """One row a unit and rule that applies: its rule, ``band``, ``steps_raw`` (without sign), ``status``, ``missing_name``."""
    programs = reading.program.units
    numbers = [_wanted(row, program, reading) for program in programs]
    taken = keeper.keep("unit_taken", unfolded(row, [(ibis.literal(True), numbers)] if numbers else []))
    pick = priced(_with_entries(taken.join(tables.rule, "rule_no"), fact, programs), programs, reading, tables)
    if tiers := _tiers(programs):
        pick = pick.mutate(band=ibis.coalesce(_tier(pick, tiers, reading), pick.band))
        pick = pick.mutate(steps_raw=_tier_steps(pick, tiers, reading.program.scheme))
    return keeper.keep("unit_pick", _judged(pick, reading))


def _wanted(row: ir.Table, program: UnitProgram, reading: Reading) -> ir.IntegerValue:
    condition = reading.asked(row, program.when, program.assumed) if program.when is not None else None
    return numbered(condition, program.number)


def _tiers(programs: Sequence[UnitProgram]) -> list[tuple[UnitProgram, TierRule]]:
    return [(p, p.rule) for p in programs if isinstance(p.rule, TierRule)]


def _tier(pick: ir.Table, tiers: Sequence[tuple[UnitProgram, TierRule]], reading: Reading) -> Any:
    """The first tier that holds; null where a tier before it is unknown, or for rules that are no tiers."""
    cases = []
    for program, _rule in tiers:
        branches: list[tuple[Any, Any]] = []
        for index, condition in enumerate(program.tiers):
            held = _asked_or_rest(pick, condition, program, reading)
            branches += [(held, index), (held.isnull(), ibis.null("int64"))]
        cases.append((pick.rule_no == program.number, ibis.cases(*branches)))
    return ibis.cases(*cases)


def _asked_or_rest(pick: ir.Table, condition: Condition | None, program: UnitProgram, reading: Reading) -> Any:
    return ibis.literal(True) if condition is None else reading.asked(pick, condition, program.assumed)


def _with_entries(pick: ir.Table, fact: ir.Table, programs: Sequence[UnitProgram]) -> ir.Table:
    """Adds ``entered`` and ``entered_id``: the newest value that an officer entered for a tier in the rated period."""
    tiers = {program.key: program.number for program, rule in _tiers(programs) if rule.inside_tier == "officer"}
    if not tiers:
        return pick.mutate(entered=ibis.null("int64"), entered_id=ibis.literal(""))
    entry = fact.filter((fact.kind == "officer_entry") & ~fact.revoked & (fact.entered_on >= fact.rated_from))
    entry = entry.mutate(entry_rule=ibis.cases(*((entry["rule"] == key, number) for key, number in tiers.items()), else_=0))
    newest = ibis.row_number().over(group_by=["unit_id", "entry_rule"], order_by=[ibis.desc("entered_on"), "record_id"])
    last = (
        entry.mutate(place=newest)
        .filter(_.place == 0)
        .select("unit_id", "entry_rule", entered="entered_value", entered_id="record_id")
    )
    joined = pick.left_join(last, [pick.unit_id == last.unit_id, pick.rule_no == last.entry_rule])
    return joined.drop("unit_id_right", "entry_rule")


def _tier_steps(pick: ir.Table, tiers: Sequence[tuple[UnitProgram, TierRule]], scheme: Scheme) -> Any:
    """A tier's points in steps: its fixed value, an end of its range, or the officer's value inside the range."""
    cases = [(pick.rule_no == program.number, _steps_in(pick, rule, scheme)) for program, rule in tiers]
    return ibis.cases(*cases, else_=pick.steps_raw).cast("int64")


def _steps_in(pick: ir.Table, rule: TierRule, scheme: Scheme) -> Any:
    entered = divided(pick.entered * steps_of(1, scheme), 10**NUMBER_PLACES)
    branches: list[tuple[Any, Any]] = []
    for index, tier in enumerate(rule.tiers):
        lowest, highest = tier_range(tier, scheme)
        if lowest == highest or rule.inside_tier != "officer":
            branches.append((pick.band == index, ibis.literal(lowest if rule.inside_tier == "lowest" else highest, type="int64")))
        else:
            branches.append(((pick.band == index) & entered.between(lowest, highest), entered))
    return ibis.cases(*branches)


def tier_range(tier: Tier, scheme: Scheme) -> tuple[int, int]:
    """Lowest and highest steps of a tier."""
    ends = tier.points if isinstance(tier.points, tuple) else (tier.points, tier.points)
    low, high = sorted(steps_of(end, scheme) for end in ends)
    return low, high


def _judged(pick: ir.Table, reading: Reading) -> ir.Table:
    programs = reading.program.units
    banded = pick.tabled | (pick.effect == "tier")
    unentered = (pick.effect == "tier") & pick.band.notnull() & pick.steps_raw.isnull()
    judged = pick.mutate(
        needs=reading.unknown(pick, programs, "refuse"),
        unclear=pick.unknown | (banded & pick.band.isnull()),
        unentered=unentered,
    )
    status = ibis.cases(
        (judged.unentered | (judged.unclear & (judged.needs != "")), REFUSE), (judged.unclear, "unknown_value"), else_=COUNTED
    )
    skipped = reading.unknown(judged, programs, "skip")
    named = ibis.cases((judged.unentered, "officer_entry"), (judged.needs != "", judged.needs), else_=skipped)
    return judged.mutate(status=status, missing_name=named).drop("needs", "unclear", "unentered")


def scoped(row: ir.Table, program: Program, reading: Reading) -> ir.Table:
    """One row a unit: ``scope_status`` (rated, refused, not_rated), ``scope_reason`` and ``refusal`` (a grade, or '')."""
    in_kind = row[f"{UNIT}unit_type"].isin(list(program.scheme.rates))
    branches: list[tuple[Any, str, str]] = [(~in_kind, "not_rated", "unit_type"), (in_kind.isnull(), "refused", "unit_type")]
    for scope in program.scopes:
        for index, condition in enumerate(scope.not_rated):
            branches.append((reading.asked(row, condition, {}), "not_rated", f"{scope.key}#{index}"))
        if scope.rated is not None:
            held = reading.asked(row, scope.rated, {})
            branches += [(~held, "not_rated", scope.key), (held.isnull(), "refused", scope.key)]
    refusals = [
        (reading.asked(row, s.refused, {}), s.rule.refused.grade)
        for s in program.scopes
        if s.refused is not None and s.rule.refused
    ]
    return row.select(
        unit_id="unit_id",
        scope_status=ibis.cases(*((held, status) for held, status, _reason in branches), else_="rated"),
        scope_reason=ibis.cases(*((held, reason) for held, _status, reason in branches), else_=""),
        refusal=ibis.cases(*refusals, else_="") if refusals else ibis.literal(""),
    )
