"""The stages in their order: record → fact → derived → point and ignored → item → score → grade.

Each stage is one relation with fixed columns, computed once and kept; the next is built from it. Nothing here knows a
dialect, and nothing here knows a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import Keeper
from envcredit.rating.attach import PARTY, Subjects, attached
from envcredit.rating.columns import DERIVED, GRADE, GROUP, IGNORED, ITEM, PARTY_STAGE, POINT, SCORE, UNATTACHED
from envcredit.rating.derived import derived
from envcredit.rating.exact import day_number
from envcredit.rating.facts import (
    AMENDED_BY,
    HEAD,
    Heard,
    amended,
    amending,
    carried,
    day_of,
    facts,
    heard_of,
    known_records,
    standing,
    with_states,
)
from envcredit.rating.grades import grades, previous_grades
from envcredit.rating.invariants import Made, broken, cited
from envcredit.rating.picks import FRAME, JUDGED, REPAIR, STATE, Reading, columns_after_judging, picks
from envcredit.rating.points import capped_by_part, scored
from envcredit.rating.program import MEMBER, FactProgram, Program
from envcredit.rating.repairs import with_repairs
from envcredit.rating.rows import unit_columns, value_columns
from envcredit.rating.rule_tables import NAMED, SCORED_BY, RuleTables, rule_tables, with_rule
from envcredit.rating.scores import fact_points, ignored, items, refusals, scores, step_points, unheeded, unit_points
from envcredit.rating.units import scoped, unit_picks, unit_rows
from envcredit.rating.wanted import wanted
from envcredit.records.wide import wide_schema

HEARD_OF = ("officer_entry", "rating", MEMBER)
"""Kinds whose facts tiers, earlier grades and parks rest on, whether or not a rule takes them up."""

_HEARD_AS = ("period_to", "grade", "entered_on", "entered_value", "rule", "member")


@dataclass(frozen=True, slots=True)
class Relations:
    """What a plan starts from.

    ``record``: the wide record table. ``subject``: one row a rated row (``unit_id``, ``real_id``, ``without``, clocks, unit
    columns). ``placement``: which rated row hears of which unit. ``lookup``: how records find units. ``link``: signed links.
    ``given``: facts that earlier runs supply.
    """

    record: ir.Table
    subject: ir.Table
    placement: ir.Table
    lookup: Subjects
    link: ir.Table
    given: ir.Table


def stages(keeper: Keeper, program: Program, vocabulary: Vocabulary, start: Relations) -> Mapping[str, ir.Table]:
    """Every stage of :data:`envcredit.rating.columns.STAGES`, ``unit``, ``unheeded``, and what is asked of them, kept."""
    reading = Reading(program, vocabulary)
    party = attached(keeper, start.record, start.lookup, start.link)
    heard = heard_of(keeper, start.record, party, start.placement, start.given)
    told = keeper.keep("told", standing(heard, _tells_of_others, (*AMENDED_BY, *_HEARD_AS), vocabulary))
    states = amended(keeper, told.filter(amending(told)))
    known = Known(heard, states, start.subject, reading)
    tables = rule_tables(keeper, "fact", program.facts, program)
    pick, value = _picked(keeper, known, tables)
    row = keeper.keep("unit_row", unit_rows(start.subject, value, program))
    unit_tables = rule_tables(keeper, "unit", program.units, program)
    entry = keeper.keep("entry", with_states(told.filter(told.kind.isin(HEARD_OF)), states, vocabulary))
    unit_pick = unit_picks(keeper, row, entry, reading, unit_tables)
    every = standing(heard, lambda row: ~row.kind.isin(_silent_kinds(vocabulary)), (), vocabulary)
    results = {
        "unit": keeper.keep("unit", _units(start.subject, vocabulary)),
        "attached": party,
        "party": keeper.keep("party_known", PARTY_STAGE.shaped(party.filter(party.unit_id.notnull()))),
        "unattached": keeper.keep("unattached", _unattached(start, party, vocabulary)),
        "derived": keeper.keep("derived", DERIVED.shaped(_derived_stage(value, start.subject))),
        "group": keeper.keep("group", GROUP.shaped(_members(entry))),
        **_results(keeper, Picked(row, entry, pick, unit_pick, tables.rule, unit_tables.rule), start.subject, reading),
    }
    rated = results["grade"].filter(results["grade"].status != "not_rated")
    results["unheeded"] = keeper.keep("unheeded", IGNORED.shaped(unheeded(every, pick).semi_join(rated, "unit_id")))
    looked_at = ibis.union(*(table.select("unit_id", "record_id") for table in (pick, entry)))
    made = Made(results, start.subject, looked_at, program.scheme)
    asked = {"broken": broken(made), "cited": cited(made), "first_day": _first_day(start, vocabulary)}
    asked["statuses"] = results["grade"].group_by("status").agg(units=ibis._.count())
    return results | {name: keeper.keep(name, table) for name, table in asked.items()}


def _tells_of_others(row: ir.Table) -> ir.BooleanValue:
    """Records that are looked at apart from rules: they amend others, or are results and entries."""
    return amending(row) | row.kind.isin(HEARD_OF)


def columns_read(program: Program, vocabulary: Vocabulary) -> list[str]:
    """The columns of records that the plan of a program reads, in the order of the wide record."""
    days = {kind.date for kind in vocabulary.kinds.values()}
    read = {*HEAD, *PARTY, "file", "line", *days, *AMENDED_BY, *_HEARD_AS, *carried(vocabulary, program.attributes())}
    return [field.name for field in wide_schema(vocabulary) if field.name in read]


def _units(subject: ir.Table, vocabulary: Vocabulary) -> ir.Table:
    return subject.select("unit_id", *(name for name in vocabulary.unit if name != "unit_id"))


def _first_day(start: Relations, vocabulary: Vocabulary) -> ir.Table:
    """``day``: the first day of which anything is known."""
    days = ibis.union(start.record.select(day=day_of(start.record, vocabulary.kinds)), start.given.select("day"))
    return days.aggregate(day=days.day.min())


@dataclass(frozen=True, slots=True)
class Picked:
    """What results are made from: unit rows, facts that rules may want, picks of facts and of units, and the tables of rules."""

    row: ir.Table
    fact: ir.Table
    pick: ir.Table
    unit_pick: ir.Table
    rule: ir.Table
    unit_rule: ir.Table


def _results(keeper: Keeper, picked: Picked, subject: ir.Table, reading: Reading) -> Mapping[str, ir.Table]:
    program, scheme = reading.program, reading.program.scheme
    paid = scored(keeper, with_rule(picked.pick, picked.rule, SCORED_BY), reading)
    pick = with_rule(picked.pick, picked.rule, NAMED)
    points = ibis.union(
        POINT.shaped(fact_points(paid)), POINT.shaped(step_points(pick)), POINT.shaped(unit_points(picked.unit_pick))
    )
    scope = keeper.keep("scope", scoped(picked.row, program, reading))
    rated = scope.filter(scope.scope_status != "not_rated")
    point = keeper.keep("point", capped_by_part(points.semi_join(rated, "unit_id"), scheme))
    passed = ignored(pick, paid, program)
    item = keeper.keep("item", ITEM.shaped(items(point, (picked.rule, picked.unit_rule))))
    score = keeper.keep("score_refusal", scores(item, scope, refusals(pick, picked.unit_pick), scheme))
    return {
        "point": point,
        "ignored": keeper.keep("ignored", IGNORED.shaped(passed.semi_join(rated, "unit_id"))),
        "item": item,
        "score": keeper.keep("score", SCORE.shaped(score)),
        "grade": keeper.keep("grade", GRADE.shaped(grades(score, point, previous_grades(picked.fact, subject), scheme))),
    }


@dataclass(frozen=True, slots=True)
class Known:
    """What rules look at: facts as known and true for each rated row, with what became of them. Nothing of it is kept whole."""

    heard: Heard
    states: ir.Table
    subject: ir.Table
    reading: Reading

    def of_rules(self, programs: Sequence[FactProgram]) -> ir.Table:
        """The facts that some of these rules may take up.

        With the attributes, states and columns of the unit (``of_unit_x``) that the scheme names, and what repair rules say.
        """
        program, vocabulary = self.reading.program, self.reading.vocabulary
        attributes = carried(vocabulary, program.attributes())
        fact = facts(self.heard, self.states, lambda row: wanted(row, programs, self.reading), attributes, vocabulary)
        units = [name.name for name in program.names() if name.where == "unit"]
        return with_repairs(fact.join(unit_columns(self.subject, units), "unit_id") if units else fact, program, vocabulary)


def _picked(keeper: Keeper, known: Known, tables: RuleTables) -> tuple[ir.Table, ir.Table | None]:
    """All picks, pass by pass: values first, each pass seeing the values of the passes before."""
    reading, subject = known.reading, known.subject
    parts: list[ir.Table] = []
    value: ir.Table | None = None
    for level in reading.program.levels:
        programs = [p for p in reading.program.facts if p.level == level]
        parts.append(picks(keeper, _with_values(known.of_rules(programs), value, programs), programs, reading, tables))
        deriving = [p for p in programs if p.value is not None]
        if deriving:
            found = derived(keeper, parts[-1], subject, deriving, reading)
            value = found if value is None else keeper.keep(f"value_{level}_all", ibis.union(value, found))
    if not parts:
        return picks(keeper, known.of_rules([]), [], reading, tables), value
    whole = (*FRAME, *STATE, *REPAIR, *JUDGED, *columns_after_judging([p for p in reading.program.facts if p.value is None]))
    types = {**known.of_rules([]).schema(), **parts[-1].schema()}
    return reduce(ibis.union, [_widened(part, dict.fromkeys(whole), types) for part in parts]), value


def _widened(part: ir.Table, columns: Iterable[str], types: Mapping[str, Any]) -> ir.Table:
    """The columns of all passes; null where a pass had no use for one."""
    return part.select(**{c: part[c] if c in part.columns else ibis.null(types[c]) for c in columns})


def _with_values(known: ir.Table, value: ir.Table | None, programs: Sequence[FactProgram]) -> ir.Table:
    wanted = {n.name: n.type for p in programs for n in p.names() if n.where == "value"}
    if not wanted or value is None:
        return known
    return known.left_join(value_columns(value, wanted), "unit_id").drop("unit_id_right")


def _silent_kinds(vocabulary: Vocabulary) -> list[str]:
    """Kinds whose facts are no news when no rule wants them: they amend others, or feed tiers and earlier grades."""
    return [*(name for name, kind in vocabulary.kinds.items() if kind.amends), *HEARD_OF]


def _unattached(start: Relations, party: ir.Table, vocabulary: Vocabulary) -> ir.Table:
    """Records of no unit. What is about a day still to come is none of them yet, as it is no fact of a unit yet."""
    day = day_of(start.record, vocabulary.kinds)
    stated = known_records(start.record.select("record_id", "kind", "file", "line", *PARTY, day=day), start.record)
    as_of = start.subject.as_of.max().as_scalar()  # none where no unit is rated again, and no record is about a later day
    true_then = stated.day.isnull() | as_of.isnull() | (stated.day <= as_of)
    lost = stated.filter(stated.replaced_at.isnull() & true_then)
    return UNATTACHED.shaped(lost.join(party.filter(party.unit_id.isnull()), list(PARTY)))


def _derived_stage(value: ir.Table | None, subject: ir.Table) -> ir.Table:
    if value is None:
        empty = subject.filter(ibis.literal(False))
        none = ibis.null("int64")
        return empty.select("unit_id", name=ibis.literal(""), value=none, word=ibis.literal(""), facts=none)
    whole = ibis.coalesce(value.value, day_number(value.day))
    return value.select("unit_id", "name", value=whole, word=ibis.coalesce(value.word, ""), facts="facts")


def _members(fact: ir.Table) -> ir.Table:
    """What a park heard of each member: its grade, or that it has none."""
    heard = fact.filter(fact.kind == MEMBER)
    status = ibis.ifelse(heard.grade.isnull(), "not_rated", "rated")
    return heard.select(unit_id="unit_id", member_id="member", status=status, grade=ibis.coalesce(heard.grade, ""))
