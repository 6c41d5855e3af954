"""The stages in their order: record → fact → derived → point and ignored → item → score → grade.

Each stage is one relation with fixed columns, computed once and kept; the next is built from it. Nothing here knows a
dialect, and nothing here knows a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import Keeper
from envcredit.rating.attach import PARTY, Subjects, attached
from envcredit.rating.columns import DERIVED, GRADE, GROUP, IGNORED, ITEM, POINT, SCORE, UNATTACHED
from envcredit.rating.derived import derived
from envcredit.rating.exact import day_number
from envcredit.rating.facts import Heard, day_of, facts, known_records
from envcredit.rating.grades import grades, previous_grades
from envcredit.rating.invariants import Made, broken, cited
from envcredit.rating.picks import FRAME, JUDGED, REPAIR, STATE, Reading, columns_after_judging, picks
from envcredit.rating.points import capped_by_part, scored
from envcredit.rating.program import MEMBER, FactProgram, Program
from envcredit.rating.repairs import with_repairs
from envcredit.rating.rows import unit_columns, value_columns
from envcredit.rating.rule_tables import NAMED, SCORED_BY, RuleTables, rule_tables, with_rule
from envcredit.rating.scores import fact_points, ignored, items, refusals, scores, step_points, unit_points
from envcredit.rating.units import scoped, unit_picks, unit_rows
from envcredit.scheme.conditions.tree import Name

ORIGIN = ("source", "batch", "file", "sheet", "line", "recorded_at", "unit_name", "unit_code_raw")


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
    """Every stage of :data:`envcredit.rating.columns.STAGES`, ``unit`` and ``fact``, and what is asked of them, kept."""
    reading = Reading(program, vocabulary)
    party = attached(keeper, start.record, start.lookup, start.link)
    heard = facts(keeper, Heard(start.record, party, start.placement, start.given), program.attributes(), vocabulary)
    known = keeper.keep("fact_known", with_repairs(_with_units(heard, start.subject, program.names()), program, vocabulary))
    fact = known.select(*heard.columns)
    tables = rule_tables(keeper, "fact", program.facts, program)
    pick, value = _picked(keeper, known, start.subject, reading, tables)
    row = keeper.keep("unit_row", unit_rows(start.subject, value, program))
    unit_tables = rule_tables(keeper, "unit", program.units, program)
    unit_pick = unit_picks(keeper, row, fact, reading, unit_tables)
    results = {
        "unit": keeper.keep("unit", _units(start.subject, vocabulary)),
        "fact": keeper.keep("fact_stated", _stated(fact, start, vocabulary)),
        "unattached": keeper.keep("unattached", _unattached(start.record, party)),
        "derived": keeper.keep("derived", DERIVED.shaped(_derived_stage(value, start.subject))),
        "group": keeper.keep("group", GROUP.shaped(_members(fact))),
        **_results(keeper, Picked(row, fact, pick, unit_pick, tables.rule, unit_tables.rule), start.subject, reading),
    }
    made = Made(results, start.subject, program.scheme)
    asked = {"broken": broken(made), "cited": cited(made), "first_day": _first_day(start, vocabulary)}
    return results | {name: keeper.keep(name, table) for name, table in asked.items()}


def _units(subject: ir.Table, vocabulary: Vocabulary) -> ir.Table:
    columns = [name for name in vocabulary.unit if name != "unit_id"]
    clocks = {"as_of": "as_of", "period_from": "rated_from", "period_to": "rated_to", "period_end": "rated_end"}
    return subject.select("unit_id", *columns, **clocks)


def _stated(fact: ir.Table, start: Relations, vocabulary: Vocabulary) -> ir.Table:
    """Facts with all that their records state."""
    wide = (*ORIGIN, *vocabulary.attributes)
    stated = ibis.union(start.record.select("record_id", *wide), start.given.select("record_id", *wide))
    own = ("unit_id", "record_id", "kind", "by_member", "attached_by", "day", "document_key", "about_key")
    return fact.select(*own, *vocabulary.states).join(stated, "record_id").select(*own, *wide, *vocabulary.states)


def _first_day(start: Relations, vocabulary: Vocabulary) -> ir.Table:
    """``day``: the first day of which anything is known."""
    days = ibis.union(start.record.select(day=day_of(start.record, vocabulary.kinds)), start.given.select("day"))
    return days.aggregate(day=days.day.min())


@dataclass(frozen=True, slots=True)
class Picked:
    """What results are made from: unit rows, facts, picks of facts and of units, and the tables of rules."""

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
    passed = ignored(picked.fact, pick, paid, program, _silent_kinds(reading))
    item = keeper.keep("item", ITEM.shaped(items(point, (picked.rule, picked.unit_rule))))
    score = keeper.keep("score_refusal", scores(item, scope, refusals(pick, picked.unit_pick), scheme))
    return {
        "point": point,
        "ignored": keeper.keep("ignored", IGNORED.shaped(passed.semi_join(rated, "unit_id"))),
        "item": item,
        "score": keeper.keep("score", SCORE.shaped(score)),
        "grade": keeper.keep("grade", GRADE.shaped(grades(score, point, previous_grades(picked.fact, subject), scheme))),
    }


def _with_units(fact: ir.Table, subject: ir.Table, names: Iterable[Name]) -> ir.Table:
    """Facts with the columns of the rated unit as ``of_unit_x``."""
    return fact.join(unit_columns(subject, [n.name for n in names if n.where == "unit"]), "unit_id")


def _picked(
    keeper: Keeper, known: ir.Table, subject: ir.Table, reading: Reading, tables: RuleTables
) -> tuple[ir.Table, ir.Table | None]:
    """All picks, pass by pass: values first, each pass seeing the values of the passes before."""
    parts: list[ir.Table] = []
    value: ir.Table | None = None
    for level in reading.program.levels:
        programs = [p for p in reading.program.facts if p.level == level]
        parts.append(picks(keeper, _with_values(known, value, programs), programs, reading, tables))
        deriving = [p for p in programs if p.value is not None]
        if deriving:
            found = derived(keeper, parts[-1], subject, deriving, reading)
            value = found if value is None else keeper.keep(f"value_{level}_all", ibis.union(value, found))
    if not parts:
        return picks(keeper, known, [], reading, tables), value
    whole = (*FRAME, *STATE, *REPAIR, *JUDGED, *columns_after_judging([p for p in reading.program.facts if p.value is None]))
    return reduce(ibis.union, [_widened(part, dict.fromkeys(whole), known) for part in parts]), value


def _widened(part: ir.Table, columns: Iterable[str], known: ir.Table) -> ir.Table:
    """The columns of all passes; null where a pass had no use for one."""
    return part.select(**{c: part[c] if c in part.columns else ibis.null(known[c].type()) for c in columns})


def _with_values(known: ir.Table, value: ir.Table | None, programs: Sequence[FactProgram]) -> ir.Table:
    wanted = {n.name: n.type for p in programs for n in p.names() if n.where == "value"}
    if not wanted or value is None:
        return known
    return known.left_join(value_columns(value, wanted), "unit_id").drop("unit_id_right")


def _silent_kinds(reading: Reading) -> list[str]:
    """Kinds whose facts are no news when no rule wants them: they amend others, or feed tiers and earlier grades."""
    amending = [name for name, kind in reading.vocabulary.kinds.items() if kind.amends]
    return [*amending, "officer_entry", "rating", MEMBER]


def _unattached(record: ir.Table, party: ir.Table) -> ir.Table:
    standing = known_records(record).filter(ibis._.replaced_at.isnull())
    stated = standing.select("record_id", "kind", "file", "line", *PARTY)
    lost = stated.join(party.filter(party.unit_id.isnull()), list(PARTY))
    return UNATTACHED.shaped(lost)


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
