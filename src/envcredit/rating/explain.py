"""Why a unit has its grade, what would change it, and when it changes by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rapidfuzz import process

from envcredit.base.days import add
from envcredit.base.diagnostics import problem
from envcredit.base.names import name_key
from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.errors import InputError
from envcredit.rating.explanation import (
    Arithmetic,
    Explanation,
    IgnoredNote,
    ItemNote,
    Lapse,
    PointNote,
    RecordNote,
    StepNote,
    WhatIf,
)
from envcredit.rating.inputs import Ask, Start, asked, name_table
from envcredit.rating.notes import both, grade_notes, incomplete, provision, record_note
from envcredit.rating.prepared import Prepared, prepare
from envcredit.rating.reasons import bands_of, reason_of
from envcredit.rating.run import Run
from envcredit.rating.scenarios import Ahead, Outcome, ahead, facts_as_given
from envcredit.rating.scores import NOT_ESTABLISHED
from envcredit.rating.stated import facts_of
from envcredit.rating.steps import grade_steps
from envcredit.scheme.conditions.tree import Name, Scalar
from envcredit.scheme.conditions.truth import evaluate
from envcredit.scheme.model import RepairRule, Scheme

MOST_SCENARIOS = 40
"""Lapses and actions looked ahead for one unit; beyond these the nearest are shown."""

NOW = "now"
_WORSE = ("deduct", "demerit", "veto", "limit", "shift", "row")


@dataclass(frozen=True, slots=True)
class _Unit:
    """The rows of one unit in every stage, and its facts. ``row``: what the list of units says of it, as a table."""

    run: Run
    fact: pa.Table
    row: pa.Table
    unit: Mapping[str, Any]
    stages: Mapping[str, list[dict[str, Any]]]
    records: Mapping[str, RecordNote]
    vocabulary: Vocabulary
    prepared: Prepared

    def one(self, stage: str) -> dict[str, Any]:
        return self.stages[stage][0]


def find_unit(run: Run, text: str) -> str:
    """The id of the unit called ``text``: its id, unified code or exact name. Raises ``InputError`` (T113)."""
    if run.rows("unit", text).num_rows == 1:
        return text
    units = pq.read_table(run.path("unit"), columns=["unit_id", "uscc", "name"])
    names = name_table(units.select(["unit_id", "name"]))
    for keys, wanted in ((units.column("uscc"), text.strip().upper()), (names.column("name_key"), name_key(text))):
        found = units.column("unit_id").filter(pc.equal(keys, wanted))
        if len(found) == 1:
            return str(found[0])
    near = process.extractOne(text, [name for name in units.column("name").to_pylist() if name], score_cutoff=60)
    raise InputError([problem("T113", found=text, near=f" ({near[0]}?)" if near else "")])


def explain(run: Run, unit_id: str, prepared: Prepared | None = None, records: Path | None = None) -> Explanation:
    """Everything about one unit of a run. ``prepared``: the run's scheme, if it is at hand. ``records``: the moved store.

    Raises ``InputError``: T113 for a unit that is not in the run, T120 when the records of the run are not there.
    """
    unit = _read(run, unit_id, prepared or prepare(run.scheme), records)
    score, grade = unit.one("score"), unit.one("grade")
    points = [_point(row, unit) for row in unit.stages["point"]]
    future = _ahead(unit, points)
    return Explanation(
        unit_id=unit_id,
        unit_name=str(unit.unit["name"] or ""),
        scheme=run.scheme.identity,
        title=both(run.scheme.title),
        authority=both(run.scheme.authority),
        incomplete=incomplete(run.scheme),
        as_of=unit.unit["as_of"],
        known_at=str(run.manifest["known_at"]),
        status=grade["status"],
        period=_period(unit),
        grades=grade_notes(run.scheme),
        grade=grade["final"],
        previous=grade["previous"],
        reason=reason_of(score["reason"], run.scheme, unit.vocabulary, unit.records) if score["reason"] else None,
        scheme_open=score["reason"].startswith(NOT_ESTABLISHED),
        arithmetic=_arithmetic(score, run.scheme),
        steps=_steps(unit),
        items=tuple(_item(row, run.scheme) for row in unit.stages["item"]),
        points=tuple(points),
        ignored=tuple(_ignored(row, unit) for row in [*future.unheeded.get(NOW, ()), *unit.stages["ignored"]]),
        lapses=tuple(_lapses(unit, points, future.outcomes)),
        what_ifs=tuple(_what_ifs(unit, future.outcomes)),
    )


def _read(run: Run, unit_id: str, prepared: Prepared, records: Path | None) -> _Unit:
    vocabulary = read_vocabulary()
    row = run.rows("unit", unit_id)
    if not row.num_rows:
        raise InputError([problem("T113", found=unit_id, near="")])
    names = ("point", "ignored", "item", "score", "grade")
    stages: dict[str, list[dict[str, Any]]] = {name: run.rows(name, unit_id).to_pylist() for name in names}
    fact = facts_of(run, [unit_id], records)
    stages["fact"] = fact.to_pylist()
    notes = {row["record_id"]: record_note(row, vocabulary) for row in stages["fact"]}
    return _Unit(run, fact, row, row.to_pylist()[0], stages, notes, vocabulary, prepared)


def _period(unit: _Unit) -> tuple[date, date] | None:
    first = unit.unit["period_from"]
    return None if first == date.min else (first, unit.unit["period_to"])


def _point(row: Mapping[str, Any], unit: _Unit) -> PointNote:
    rule = unit.run.scheme.rules[row["rule"]]
    clause = provision(unit.run.scheme, row["clause"])
    assert clause is not None
    return PointNote(
        rule=row["rule"],
        words=both(rule.words),
        effect=row["effect"],
        clause=clause,
        record=unit.records.get(row["record_id"]),
        duty=both(rule.duty) if rule.duty else None,
        band=bands_of(rule, row["band"]),
        raw=row["raw"],
        counted=row["counted"],
        why_less=row["why_less"],
        grade=row["grade"],
        steps=row["steps"],
        first_day=row["counts_from"],
        last_day=row["counts_to"],
    )


def _ignored(row: Mapping[str, Any], unit: _Unit) -> IgnoredNote:
    rule = unit.run.scheme.rules.get(row["rule"])
    words = both(rule.words) if rule else None
    clause = provision(unit.run.scheme, row["clause"])
    return IgnoredNote(row["rule"], words, unit.records[row["record_id"]], row["reason"], clause, row["detail"])


def _item(row: Mapping[str, Any], scheme: Scheme) -> ItemNote:
    part = scheme.parts.get(row["part"])
    words = both(part.words) if part else None
    rule = both(scheme.rules[row["rule"]].words)
    return ItemNote(row["rule"], rule, words, row["raw"], row["counted"], row["cap"], row["weight"], row["facts"])


def _arithmetic(score: Mapping[str, Any], scheme: Scheme) -> Arithmetic | None:
    if scheme.score is None or score["base"] is None:
        return None
    step, better = scheme.score.step, scheme.score.better
    return Arithmetic(step, better, score["base"], score["change"], score["score"], score["clamped"], scheme.score.weighted)


def _steps(unit: _Unit) -> tuple[StepNote, ...]:
    return grade_steps(unit.one("grade"), unit.run.scheme, unit.records)


def _ahead(unit: _Unit, points: list[PointNote]) -> Ahead:
    """The unit as it is, and its own future: the day after each lapse, and each record put right. One plan for all."""
    asks = [_ask(unit, NOW, unit.unit["as_of"]), *_lapse_asks(unit, points), *_action_asks(unit)]
    members = sorted({(str(unit.unit["unit_id"]), m) for m in unit.fact.column("by_member").to_pylist() if m})
    return ahead(unit.prepared, Start(unit.row, asked(asks), members=members, facts=facts_as_given(unit.fact, unit.vocabulary)))


def _ask(unit: _Unit, name: str, day: date, without: str = "") -> Ask:
    return Ask(name, str(unit.unit["unit_id"]), day, str(unit.run.manifest["known_at"]), without)


def _lapse_days(unit: _Unit, points: list[PointNote]) -> list[date]:
    days = {p.last_day for p in points if p.last_day is not None and p.last_day >= unit.unit["as_of"]}
    return sorted(day for day in days if day < date.max)[: MOST_SCENARIOS // 2]


def _lapse_asks(unit: _Unit, points: list[PointNote]) -> list[Ask]:
    return [_ask(unit, f"lapse:{day}", day + timedelta(days=1)) for day in _lapse_days(unit, points)]


def _lapses(unit: _Unit, points: list[PointNote], ahead: Mapping[str, Outcome]) -> list[Lapse]:
    found = []
    for day in _lapse_days(unit, points):
        outcome = ahead[f"lapse:{day}"]
        found.append(Lapse(day, tuple(p for p in points if p.last_day == day), outcome.score, outcome.grade))
    return found


def _action_asks(unit: _Unit) -> list[Ask]:
    return [_ask(unit, f"{action}:{record}", day, record) for action, record, day, _clause in _actions(unit)]


def _actions(unit: _Unit) -> list[tuple[str, str, date, str]]:
    """What the unit can do about records that count against it: repair by the scheme's own rule, or put them right."""
    found = []
    facts = {row["record_id"]: row for row in unit.stages["fact"]}
    against = [row for row in unit.stages["point"] if row["record_id"] and row["effect"] in _WORSE]
    for record in sorted({row["record_id"] for row in against}):
        fact = facts[record]
        repair = _repair_for(fact, unit)
        if repair and not fact["repaired"]:
            found.append(("repair", record, _earliest(repair, fact, unit), repair.clause))
        elif fact["kind"] in unit.vocabulary.kinds["rectification"].amends and not fact["rectified"]:
            carried = [row for row in against if row["record_id"] == record and _rests_on_rectification(row["rule"], unit)]
            if carried:
                found.append(("rectify", record, unit.unit["as_of"], carried[0]["clause"]))
    return sorted(found, key=lambda action: (action[2], action[1]))[: MOST_SCENARIOS // 2]


def _repair_for(fact: Mapping[str, Any], unit: _Unit) -> RepairRule | None:
    """The first repair rule that holds for this record."""
    month_end = unit.run.scheme.calendar.month_end
    for repair in unit.prepared.program.repairs:
        if fact["kind"] in repair.kinds:
            looked_up = _looked_up(fact, unit.unit, repair.assumed)
            if repair.when is None or evaluate(repair.when, looked_up, month_end):
                return repair.rule
    return None


def _looked_up(
    fact: Mapping[str, Any], unit: Mapping[str, Any], assumed: Mapping[str, Scalar]
) -> Callable[[Name], Scalar | None]:
    """What a name means for one record: its own attributes and the unit's; values of the unit count as unknown here."""

    def value(name: Name) -> Scalar | None:
        places: Mapping[str, Mapping[str, Any]] = {"fact": fact, "unit": unit, "clock": unit, "value": {}}
        found: Scalar | None = places[name.where].get(name.name)
        return assumed.get(name.written) if found is None else found

    return value


def _earliest(rule: RepairRule, fact: Mapping[str, Any], unit: _Unit) -> date:
    since: date | None = fact[rule.since]
    as_of: date = unit.unit["as_of"]
    if rule.waiting is None or since is None:
        return as_of
    return max(add(since, rule.waiting, unit.run.scheme.calendar.month_end), as_of)


def _rests_on_rectification(key: str, unit: _Unit) -> bool:
    rule = unit.run.scheme.rules[key]
    text = " ".join(str(getattr(rule, name, "") or "") for name in ("when", "unless"))
    window = getattr(rule, "counts", None)
    return "rectified" in text or bool(window and window.carry)


def _what_ifs(unit: _Unit, ahead: Mapping[str, Outcome]) -> list[WhatIf]:
    found = []
    for action, record, day, clause in _actions(unit):
        outcome = ahead[f"{action}:{record}"]
        kind: Any = action
        note = provision(unit.run.scheme, clause)
        found.append(WhatIf(unit.records[record], kind, day, outcome.score, outcome.grade, note))
    return found
