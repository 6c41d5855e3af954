"""Made-up runs in memory, in the columns of a run folder, and a small invented scheme."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from ruamel.yaml import YAML

from envcredit.base.vocabulary import read_vocabulary
from envcredit.rating.columns import STAGES
from envcredit.records.wide import wide_schema
from envcredit.scheme.model import Scheme

_TYPES = {"string": pa.string(), "int64": pa.int64(), "date": pa.date32()}
_UNIT = ("unit_id", "name", "former_names", "uscc", "unit_type", "region", "industry", "park", "permit_class", "status")


@dataclass
class MadeRun:
    """A run that only exists in memory."""

    scheme: Scheme
    manifest: Mapping[str, Any]
    tables: dict[str, pa.Table] = field(default_factory=dict)

    def stage(self, name: str) -> pa.Table:
        return self.tables[name]

    def facts(self, units: Sequence[str]) -> pa.Table:
        fact = self.tables["fact"]
        return fact.filter(pc.is_in(fact["unit_id"], pa.array(units, pa.string())))


SCHEME = """
scheme: invented/enterprise
title: {zh: 环境信用评价办法（示例）, en: Invented measures}
authority: {zh: 示例市生态环境局, en: Invented bureau}
status: complete
summary: {zh: 示例, en: example}
in_force: {from: 2026-01-01}
rates: [enterprise]
period: {kind: calendar_year}
calendar: {month_end: last_day, term_ends: corresponding_day}
grades:
  - {grade: green, words: {zh: 绿色, en: green}, colour: "#1a7f37"}
  - {grade: blue, words: {zh: 蓝色, en: blue}, colour: "#0969da"}
  - {grade: yellow, words: {zh: 黄色, en: yellow}, colour: "#d4a72c"}
  - {grade: red, words: {zh: 红色, en: red}, colour: "#cf222e"}
  - {grade: black, words: {zh: 黑色, en: black}, colour: "#24292f"}
parts: {law: {words: {zh: 执法监管, en: enforcement}}}
sources: {m: {title: {zh: 《示例办法》, en: Invented measures}, number: 示〔2025〕1号, basis: model}}
"""
RULES = """
fined: {kind: deduct, clause: m/1, words: {zh: 受到罚款, en: fined}, points: "5", part: law}
warned: {kind: deduct, clause: m/2, words: {zh: 受到警告, en: warned}, points: "1", part: law}
crime: {kind: veto, clause: m/3, words: {zh: 环境犯罪, en: environmental crime}, grade: black}
grade: {kind: grade, clause: m/4, words: {zh: 等级, en: grade}, by: score, bands: []}
"""
FACT = {"from": "penalty", "counts": {"from": "decided_on", "for": "24 months"}}


def a_clause(number: int) -> dict[str, Any]:
    words = {"zh": f"第{number}条的文字", "en": f"words of article {number}"}
    return {"source": "m", "article": f"第{number}条", "words": words, "basis": "model", "checked_on": date(2026, 1, 1)}


def a_scheme(*, step: str = "1", drop: Sequence[str] = ()) -> Scheme:
    yaml = YAML(typ="safe", pure=True)
    rules = {k: r if k == "grade" else r | FACT for k, r in yaml.load(RULES).items() if k not in drop}
    score = {"start": "100", "better": "higher", "step": step}
    clauses = {f"m/{n}": a_clause(n) for n in (1, 2, 3, 4)}
    return Scheme.model_validate({**yaml.load(SCHEME), "score": score, "clauses": clauses, "rules": rules})


def _table(schema: pa.Schema, rows: Sequence[Mapping[str, Any]], default: Mapping[str, Any]) -> pa.Table:
    full = [{name: row.get(name, default.get(name)) for name in schema.names} for row in rows]
    return pa.Table.from_pylist(full, schema=schema)


def _fact_schema() -> pa.Schema:
    vocabulary = read_vocabulary()
    head = pa.schema({"unit_id": pa.string(), "by_member": pa.string(), "attached_by": pa.string(), "day": pa.date32()})
    states = {n: pa.date32() if a.type == "day" else pa.bool_() for n, a in vocabulary.states.items()}
    return pa.schema([*head, *wide_schema(vocabulary), *(pa.field(n, t) for n, t in states.items())])


Rows = Sequence[Mapping[str, Any]]
MakeRun = Callable[..., MadeRun]


def a_run(
    units: Rows,
    *,
    facts: Rows = (),
    points: Rows = (),
    ignored: Rows = (),
    as_of: str = "2026-12-31",
    scheme: Scheme | None = None,
) -> MadeRun:
    """``units``: unit columns with ``grade``, ``score`` and (unless rated) ``status`` and ``reason`` beside them."""
    scheme = scheme or a_scheme()
    schemas = {s.name: pa.schema({c: _TYPES[kind] for c, kind in s.columns.items()}) for s in STAGES}
    unit_schema = pa.schema({c: pa.string() for c in _UNIT})
    ranks = {g.key: n for n, g in enumerate(scheme.grades, 1)}
    grades = [
        {
            **u,
            "steps": "[]",
            "previous": u.get("previous", ""),
            "status": u.get("result", "rated"),
            "final": u.get("grade", ""),
            "rank": ranks.get(u.get("grade", ""), 0),
        }
        for u in units
    ]
    scores = [
        {"unit_id": u["unit_id"], "status": u.get("result", "rated"), "score": u.get("score"), "reason": u.get("reason", "")}
        for u in units
    ]
    text = dict.fromkeys(
        ("why_less", "grade", "part", "clause", "detail", "by_member", "authority", "document_number", "file"), ""
    )
    zero = dict.fromkeys(("steps", "raw", "counted", "band"), 0)
    rows: dict[str, Rows] = {"point": points, "ignored": ignored, "grade": grades, "score": scores}
    tables = {name: _table(schema, rows.get(name, ()), {**text, **zero, "effect": "deduct"}) for name, schema in schemas.items()}
    tables["unit"] = _table(unit_schema, units, {"unit_type": "enterprise", "park": "", "region": "431003", "industry": "2614"})
    facts = [{"day": f.get("decided_on"), **f} for f in facts]
    tables["fact"] = _table(_fact_schema(), facts, {**text, "kind": "penalty", "attached_by": "uscc"})
    manifest = {"as_of": as_of, "known_at": f"{as_of}T23:59:59Z", "result_digest": "0" * 64, "counts": {}}
    return MadeRun(scheme, manifest, {k: t.sort_by([(c, "ascending") for c in _key(k)]) for k, t in tables.items()})


def _key(stage: str) -> Sequence[str]:
    keys = {s.name: s.key for s in STAGES}
    return {"unit": ("unit_id",), "fact": ("unit_id", "record_id")}.get(stage) or keys[stage]


@pytest.fixture(scope="session")
def make_run() -> MakeRun:
    return a_run


@pytest.fixture(scope="session")
def make_scheme() -> Callable[..., Scheme]:
    return a_scheme
