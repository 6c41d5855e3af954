"""The same unit rated again under other circumstances: on a later day, or without one of its records, all in one plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import open_engine
from envcredit.rating.columns import GRADE, SCORE
from envcredit.rating.inputs import Start, given_schema
from envcredit.rating.prepared import Prepared
from envcredit.records.wide import wide_schema


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario led to: status, score in steps (none without one), grade ('' for none)."""

    status: str
    score: int | None
    grade: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """``outcomes``: of each ask, by its ``unit_id``. ``unheeded``: facts of each ask that no rule looks at, as ``ignored``."""

    outcomes: Mapping[str, Outcome]
    unheeded: Mapping[str, list[dict[str, Any]]]


def ahead(prepared: Prepared, start: Start) -> Ahead:
    """What comes of the asks of ``start``; its ``facts`` as :func:`facts_as_given` makes them."""
    with open_engine() as engine:
        engine.load("record", wide_schema(prepared.vocabulary).empty_table())
        results = prepared.rated(engine, start, (SCORE.name, GRADE.name, "unheeded"))
        scores = _rows(results[SCORE.name].to_pyarrow())
        grades = _rows(results[GRADE.name].to_pyarrow())
        unheeded: dict[str, list[dict[str, Any]]] = {}
        for row in results["unheeded"].order_by("record_id").to_pyarrow().to_pylist():
            unheeded.setdefault(row["unit_id"], []).append(row)
    found = {key: Outcome(grades[key]["status"], scores[key]["score"], grades[key]["final"]) for key in scores}
    return Ahead(found, unheeded)


def facts_as_given(fact: pa.Table, vocabulary: Vocabulary) -> pa.Table:
    """Rows of a run's fact stage as facts that can be rated again; members' facts belong to the member."""
    member = fact.column("by_member")
    real = pc.if_else(pc.not_equal(member, ""), member, fact.column("unit_id"))
    columns: dict[str, Any] = {}
    for name, kind in given_schema(vocabulary).items():
        if name in fact.column_names:
            columns[name] = fact.column(name)
        else:
            columns[name] = pa.array([None if name == "replaced_at" else ""] * fact.num_rows, type=kind)
    columns["real_id"] = real
    return pa.table(columns)


def _rows(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {row["unit_id"]: row for row in table.to_pylist()}
