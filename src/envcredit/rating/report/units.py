"""All units with their points as compact JSON for the page: every text once, rows as lists of numbers.

A unit is ``[id, name, region, industry, park, standing, score, previous, reason, points, over time]``; a point is
``[rule, clause, effect, counted, raw, why less, grade, steps, kind, number, authority, day, first day, last day, member]``.
Texts are places in ``texts``, standings places in ``standings``; -1 stands for nothing. Scores and points are whole steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.labels import Language, read_table, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.rating.compare_text import area_name, rule_words, standing_words
from envcredit.rating.distribution import standings_of
from envcredit.rating.explain_text import cited
from envcredit.rating.explanation import RecordNote
from envcredit.rating.notes import provision, record_note
from envcredit.rating.reasons import reason_of
from envcredit.rating.results import Results, name_of, step_of

WITHOUT = ("refused", "not_rated")
POINT_COLUMNS = ("unit_id", "rule", "record_id", "effect", "clause", "raw", "counted", "why_less", "grade", "steps",
                 "counts_from", "counts_to")  # fmt: skip
WORDS = ("no_points", "reason", "before", "over_time", "clause", "record", "term", "until", "open_end", "value", "less", "shown",
         "nothing", "open", "filter.all")  # fmt: skip
EFFECTS = ("minus", "plus", "demerit", "relief", "tier", "zero", "veto", "limit", "row", "down", "up")


@dataclass(slots=True)
class Texts:
    """Texts in the order of first use, each kept once."""

    places: dict[str, int] = field(default_factory=dict)

    def place(self, text: str | None) -> int:
        """Where ``text`` stands; -1 for an empty one."""
        return self.places.setdefault(text, len(self.places)) if text else -1


@dataclass(frozen=True, slots=True)
class Document:
    """What the page shows of a record."""

    kind: str
    number: str
    authority: str
    day: date | None
    member: str


def unit_data(run: Results, language: Language, others: Sequence[Results] = ()) -> dict[str, Any]:
    """The JSON value for the page. ``others``: earlier runs with the same grades, oldest first, for grades over time."""
    texts = Texts()
    order = [*(g.key for g in run.scheme.grades), *WITHOUT]
    rows = _Rows(run, language, texts, order, [_standings(other, order) for other in others])
    units = rows.units()
    step = Fraction(step_of(run))
    places = len(f"{step_of(run):f}".partition(".")[2])
    return {
        "units": units,
        "texts": list(texts.places),
        "standings": [standing_words([run.scheme], key, language) for key in order],
        "grades": [g.key for g in run.scheme.grades],
        "runs": [name_of(each).as_of for each in (*others, run)],
        "step": [int(step * 10**places), places],
        "better": run.scheme.score.better if run.scheme.score else "",
        "words": {key: _pattern(f"report.{key}", language) for key in WORDS},
        "effects": {key: _pattern(f"explain.effect.{key}", language) for key in EFFECTS},
        "effect": _pattern("explain.point", language),
    }


def _pattern(key: str, language: Language) -> str:
    """A text with its holes open; the page fills them."""
    return str(read_table("words")[key][language])


def _standings(run: Results, order: Sequence[str]) -> dict[str, int]:
    table = standings_of(run)
    return {u: order.index(s) for u, s in zip(table["unit_id"].to_pylist(), table["standing"].to_pylist(), strict=True)}


class _Rows:
    """Turns the stages of one run into rows of places and numbers."""

    def __init__(
        self, run: Results, language: Language, texts: Texts, order: Sequence[str], others: Sequence[Mapping[str, int]]
    ) -> None:
        self.run = run
        self.language: Language = language
        self.texts = texts
        self.order = list(order)
        self.others = others
        facts = run.facts(run.stage("unit")["unit_id"].to_pylist())
        self.documents = _documents(run, facts)
        self.missing = _missing(run, facts)
        self.clauses: dict[str, int] = {}

    def units(self) -> list[list[Any]]:
        score = {r["unit_id"]: r for r in self.run.stage("score").select(["unit_id", "score", "reason"]).to_pylist()}
        previous = dict(zip(*(self.run.stage("grade")[c].to_pylist() for c in ("unit_id", "previous")), strict=True))
        standing = _standings(self.run, self.order)
        points = self.points()
        columns = ["unit_id", "name", "region", "industry", "park"]
        rows = []
        for unit in self.run.stage("unit").select(columns).to_pylist():
            key = unit["unit_id"]
            found = score.get(key, {})
            row = [key, unit["name"], *self.areas(unit), standing.get(key, -1), found.get("score"), self.grade(previous.get(key))]
            over_time = [other.get(key, -1) for other in self.others]
            reason = self.reason(found.get("reason") or "")
            rows.append([*row, reason, points.get(key, []), over_time])
        return rows

    def areas(self, unit: Mapping[str, Any]) -> list[int]:
        region, industry = unit["region"] or "", unit["industry"] or ""
        return [
            self.texts.place(area_name("region", region, self.language) if region else ""),
            self.texts.place(area_name("industry", industry, self.language) if industry else ""),
            self.texts.place(unit["park"]),
        ]

    def grade(self, key: str | None) -> int:
        return self.order.index(key) if key in self.order else -1

    def reason(self, reason: str) -> int:
        if not reason:
            return -1
        return self.texts.place(reason_of(reason, self.run.scheme, read_vocabulary(), self.missing)[self.language])

    def points(self) -> dict[str, list[list[Any]]]:
        found: dict[str, list[list[Any]]] = {}
        for point in sorted(self.run.stage("point").select(POINT_COLUMNS).to_pylist(), key=_weight):
            found.setdefault(point["unit_id"], []).append(self.point(point))
        return found

    def point(self, point: Mapping[str, Any]) -> list[Any]:
        document = self.documents.get((point["unit_id"], point["record_id"]))
        why = word(f"why_less.{point['why_less']}", self.language) if point["why_less"] else ""
        text = self.texts.place
        return [
            text(rule_words([self.run.scheme], point["rule"], self.language)),
            self.clause(point["clause"] or ""),
            self.effect(point),
            point["counted"],
            point["raw"],
            text(why),
            self.grade(point["grade"]),
            point["steps"],
            *self.document(document),
            text(_day(point["counts_from"])),
            text(_day(point["counts_to"])),
            text(document.member if document else ""),
        ]

    def clause(self, key: str) -> int:
        if key not in self.clauses:
            clause = provision(self.run.scheme, key)
            self.clauses[key] = self.texts.place(cited(clause, self.language) if clause else key)
        return self.clauses[key]

    def effect(self, point: Mapping[str, Any]) -> int:
        return EFFECTS.index(effect_key(point, self.run.scheme.score.better if self.run.scheme.score else ""))

    def document(self, document: Document | None) -> list[int]:
        if document is None:
            return [-1, -1, -1, -1]
        kind = read_vocabulary().kinds[document.kind].words[self.language]
        return [self.texts.place(t) for t in (kind, document.number, document.authority, _day(document.day))]


def effect_key(point: Mapping[str, Any], better: str) -> str:
    """Which of :data:`EFFECTS` a point has; ``better`` is the direction of the score, empty without one."""
    effect, counted = point["effect"], point["counted"] or 0
    if effect == "shift" and point["steps"]:
        return "down" if point["steps"] > 0 else "up"
    if effect in ("veto", "limit", "row"):
        return str(effect)
    if not counted or not better:
        return "zero"
    if effect == "tier":
        return "tier"
    return ("demerit" if counted > 0 else "relief") if better == "lower" else ("plus" if counted > 0 else "minus")


def _weight(point: Mapping[str, Any]) -> tuple[str, bool, int]:
    """What decides the grade by itself first, then what counts most; the order of rules within."""
    return point["unit_id"], point["effect"] not in ("veto", "limit", "row", "shift"), -abs(point["counted"] or 0)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _documents(run: Results, facts: pa.Table) -> dict[tuple[str, str], Document]:
    """The records that points stand on, by unit and record."""
    names = ["unit_id", "record_id", "kind", "document_number", "authority", "day", "by_member"]
    used = _with_ids(facts, run.stage("point")["record_id"].combine_chunks()).select(names)
    return {
        (unit, record): Document(kind, number or "", authority or "", day, member or "")
        for unit, record, kind, number, authority, day, member in zip(*(used[n].to_pylist() for n in names), strict=True)
    }


def _missing(run: Results, facts: pa.Table) -> dict[str, RecordNote]:
    """The records named as the reason why a unit has no result."""
    reasons = [reason.split(":") for reason in pc.unique(run.stage("score")["reason"]).to_pylist() if reason]
    found = _with_ids(facts, pa.array([parts[2] for parts in reasons if len(parts) > 2], pa.string()))
    return {row["record_id"]: record_note(row, read_vocabulary()) for row in found.to_pylist()}


def _with_ids(facts: pa.Table, records: pa.Array) -> pa.Table:
    return facts.filter(pc.is_in(facts["record_id"], records))
