"""Small schemes and small stories. Every story of a book is a unit of its own, and all of them are rated in one go.

    FINES = Book("fined: {kind: deduct, from: penalty, counts: {from: decided_on, for: 12 months}, points: 2}")
    twice = FINES.story("{id: a, kind: penalty, decided_on: 2026-03-10}", "{id: b, kind: penalty, decided_on: 2026-04-10}")
    assert twice.counted == {("fined", "a"): -2, ("fined", "b"): -2}

What a rule does not say is filled in: its clause, its words, and a grade rule with five plates. JSON is YAML, so files are
written as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kept_plans import PLANS
from ruamel.yaml import YAML

from envcredit.base.vocabulary import read_vocabulary
from envcredit.engine import open_engine
from envcredit.rating.cases import start_of
from envcredit.rating.facts import heard_of
from envcredit.rating.invariants import check
from envcredit.rating.prepared import Prepared, prepare
from envcredit.rating.stated import stated
from envcredit.records.wide import wide_schema
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_folder

HEAD = """
scheme: invented/small
title: {zh: 小办法, en: Small scheme}
authority: {zh: 示例市生态环境局, en: Invented bureau}
status: complete
summary: {zh: 示例, en: An example}
in_force: {from: 2020-01-01}
rates: [enterprise]
period: {kind: calendar_year}
calendar: {month_end: last_day, term_ends: corresponding_day}
score: {start: 100, better: higher, step: 1, floor: 0}
grades:
  - {grade: green, words: {zh: 绿, en: Green}}
  - {grade: blue, words: {zh: 蓝, en: Blue}}
  - {grade: yellow, words: {zh: 黄, en: Yellow}}
  - {grade: red, words: {zh: 红, en: Red}}
  - {grade: black, words: {zh: 黑, en: Black}}
sources: {law: {title: {zh: 《示例办法》, en: Invented measures}, basis: model}}
"""
PLATES = """
kind: grade
by: score
bands: [{grade: green, from: 95}, {grade: blue, from: 80}, {grade: yellow, from: 60}, {grade: red, from: 40}, {grade: black}]
"""
WORDS = {"zh": "示例", "en": "example"}
CLAUSE = {"source": "law", "article": "1", "words": WORDS, "basis": "model", "checked_on": "2026-01-01"}
STAGES = ("point", "ignored", "derived", "item", "score", "grade", "group")


def loaded(text: str) -> Any:
    """YAML with every scalar as it was written."""
    return YAML(typ="base", pure=True).load(text)


def scheme_files(rules: str, head: str = "") -> dict[str, str]:
    """A scheme folder as text by path. ``head`` replaces whole keys of :data:`HEAD`."""
    given = loaded(rules) or {}
    if not any(rule["kind"] == "grade" for rule in given.values()):
        given["plates"] = loaded(PLATES)
    for key, rule in given.items():
        given[key] = {"words": WORDS, "clause": f"law/{key}", **rule}
    cited = {rule["clause"] for rule in given.values()} | {
        row["clause"] for r in given.values() for row in r.get("rows", ()) if "clause" in row
    }
    whole = {**loaded(HEAD), "clauses": dict.fromkeys(sorted(cited), CLAUSE), **(loaded(head) or {})}
    return {"scheme.yaml": json.dumps(whole, ensure_ascii=False), "rules/rules.yaml": json.dumps(given, ensure_ascii=False)}


def write_scheme(folder: Path, rules: str, head: str = "", cases: str = "") -> Path:
    """Writes a small scheme under ``folder`` and returns its dated folder."""
    files = scheme_files(rules, head) | ({"cases/cases.yaml": cases} if cases else {})
    dated = folder / str(loaded(files["scheme.yaml"])["in_force"]["from"])
    for name, text in files.items():
        (dated / name).parent.mkdir(parents=True, exist_ok=True)
        (dated / name).write_text(text, "utf-8")
    return dated


@dataclass(eq=False)
class Book:
    """One small scheme and the stories that are told of it."""

    rules: str
    head: str = ""
    told: list[str] = field(default_factory=list)

    def story(self, *records: str, as_of: str = "2026-12-31", **more: str) -> Story:
        """Records (and ``unit``, ``members``, ``history``, ``known_at``) in the notation of cases, on one day."""
        lines = [f"case: story {len(self.told)}", "of: []", f"as_of: {as_of}", "expect: {}"]
        lines += [f"{key}: {text}" for key, text in more.items()]
        self.told.append("\n".join([*lines, f"records: [{', '.join(records)}]"]))
        return Story(self, f"case-{len(self.told) - 1}")

    @cached_property
    def folder_files(self) -> dict[str, str]:
        """The scheme folder with all stories as cases."""
        cases = "".join(f"- {text}\n".replace("\n", "\n  ").rstrip(" ") for text in self.told)
        return scheme_files(self.rules, self.head) | {"cases/cases.yaml": cases}

    @cached_property
    def prepared(self) -> Prepared:
        return prepared_of(self.rules, self.head)

    @cached_property
    def rows(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """Stage → unit → rows, for all stories."""
        vocabulary = read_vocabulary()
        with TemporaryDirectory() as room:
            folder = write_scheme(Path(room), self.rules, self.head, self.folder_files["cases/cases.yaml"])
            cases, problems = read_cases(folder, self.prepared.scheme, vocabulary)
        assert not problems, problems
        with open_engine() as engine:
            engine.load("record", wide_schema(vocabulary).empty_table())
            asked = ("attached", "broken", "cited", "unheeded", *STAGES)
            made = dict(self.prepared.rated(engine, start_of(self.prepared.scheme, cases, vocabulary), asked))
            check(made, self.prepared.scheme)
            heard = heard_of(engine, *(engine.table(name) for name in ("record", "party_attached", "placement", "given")))
            made["fact"] = stated(engine, heard, vocabulary).order_by("unit_id", "record_id")
            made["ignored"] = made["ignored"].union(made["unheeded"])
            found: dict[str, dict[str, list[dict[str, Any]]]] = {}
            for stage in ("fact", *STAGES):
                table = made[stage].to_pyarrow()
                for row in table.to_pylist():
                    found.setdefault(stage, {}).setdefault(row["unit_id"], []).append(row)
        return found


def read(rules: str, head: str = "") -> Scheme:
    """The small scheme, read as every scheme is; it must be without errors."""
    with TemporaryDirectory() as room:
        scheme, _places, problems, _shared = read_folder(write_scheme(Path(room), rules, head))
    assert scheme is not None, [one.render("en") for one in problems]
    return scheme


def prepared_of(rules: str, head: str = "") -> Prepared:
    return prepare(read(rules, head), PLANS)


Key = tuple[str, str]


@dataclass(frozen=True)
class Story:
    """What came out for one story. Rows are keyed by rule and record; ``""`` is the record of a rule on values."""

    book: Book
    unit_id: str

    def rows(self, stage: str) -> list[dict[str, Any]]:
        """Rows of a stage, with record ids as the story has them."""
        found = self.book.rows.get(stage, {}).get(self.unit_id, [])
        return [{**row, "record_id": self._record(row)} if "record_id" in row else row for row in found]

    def _record(self, row: Mapping[str, Any]) -> str:
        return str(row["record_id"]).removeprefix(f"{self.unit_id}/")

    def _by_key(self, stage: str, column: str) -> dict[Key, Any]:
        return {(row["rule"], row["record_id"]): row[column] for row in self.rows(stage)}

    def point(self, column: str) -> dict[Key, Any]:
        """One column of the point stage."""
        return self._by_key("point", column)

    @property
    def counted(self) -> dict[Key, int]:
        return self.point("counted")

    @property
    def ignored(self) -> dict[Key, str]:
        """Why each ignored fact did not count."""
        return self._by_key("ignored", "reason")

    @property
    def details(self) -> dict[Key, str]:
        return self._by_key("ignored", "detail")

    @property
    def derived(self) -> dict[str, Any]:
        """Values by name; a word where the value is one."""
        return {row["name"]: row["word"] or row["value"] for row in self.rows("derived")}

    @property
    def result(self) -> dict[str, Any]:
        """The rows of score and grade in one."""
        (score,), (grade,) = self.rows("score"), self.rows("grade")
        return {**grade, **score, "steps": [tuple(s.values()) for s in json.loads(grade["steps"])], "rated": grade["status"]}

    @property
    def score(self) -> int | None:
        return self.result["score"]  # type: ignore[no-any-return]

    @property
    def grade(self) -> str:
        return str(self.result["final"])


def day(text: str) -> date:
    return date.fromisoformat(text)
