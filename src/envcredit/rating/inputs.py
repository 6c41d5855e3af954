"""What a run starts from, as tables: rated rows with their clocks, where they hear from, and how records find them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from envcredit.base.names import name_key
from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import Engine, Recipe
from envcredit.rating.attach import Subjects
from envcredit.rating.periods import rated_period
from envcredit.rating.plan import Relations
from envcredit.records.wide import TYPES, wide_schema
from envcredit.scheme.model import Scheme

_CLOCKS = {
    "as_of": pa.date32(),
    "known_at": pa.string(),
    "rated_from": pa.date32(),
    "rated_to": pa.date32(),
    "rated_end": pa.date32(),
}
_PLACEMENT = {"unit_id": pa.string(), "real_id": pa.string(), "by_member": pa.string(), "without": pa.string(), **_CLOCKS}
_UNIT = {"unit_id": pa.string(), "uscc": pa.string()}
_NAME = {"unit_id": pa.string(), "name_key": pa.string(), "former": pa.bool_()}
_LINK = {"unit_name": pa.string(), "unit_code_raw": pa.string(), "unit_id": pa.string()}


@dataclass(frozen=True, slots=True)
class Ask:
    """One row to be rated: a unit, on a day, with what was known then; ``without`` leaves one record out ('' for none)."""

    unit_id: str
    real_id: str
    as_of: date
    known_at: str
    without: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A fact that an earlier run supplies: an earlier ``rating``, or a ``member`` of a park with its grade."""

    real_id: str
    kind: str
    record_id: str
    day: date
    recorded_at: str
    values: Mapping[str, Any] = field(default_factory=dict)
    attached_by: str = "run"


@dataclass(frozen=True, slots=True)
class Start:
    """Plain tables from which the relations are made.

    ``members``: pairs of a park and a member unit. ``lookup``: the units that records may belong to (the rated ones unless
    given). ``facts``: facts of an earlier run to be rated again, in the columns of :func:`given_schema`.
    """

    units: pa.Table
    asks: Sequence[Ask]
    links: Sequence[tuple[str, str, str]] = ()
    given: Sequence[Given] = ()
    members: Sequence[tuple[str, str]] = ()
    lookup: pa.Table | None = None
    facts: pa.Table | None = None


def start_tables(recipe: Recipe, vocabulary: Vocabulary) -> Relations:
    """The relations of a plan, as tables that will be there when it runs."""
    return Relations(
        record=recipe.start("record", {field.name: field.type for field in wide_schema(vocabulary)}),
        subject=recipe.start("subject", _subject_schema(vocabulary)),
        placement=recipe.start("placement", _PLACEMENT),
        lookup=Subjects(recipe.start("lookup_unit", _UNIT), recipe.start("lookup_name", _NAME)),
        link=recipe.start("link", _LINK),
        given=recipe.start("given", given_schema(vocabulary)),
    )


def load_start(engine: Engine, start: Start, scheme: Scheme, vocabulary: Vocabulary) -> None:
    """Puts everything but the records in place."""
    known = start.lookup if start.lookup is not None else start.units
    engine.load("subject", subject_table(start, scheme, vocabulary))
    engine.load("placement", _placements(start, scheme))
    engine.load("lookup_unit", _codes(known))
    engine.load("lookup_name", name_table(known))
    engine.load("link", _table(start.links, _LINK))
    engine.load("given", given_table(start, vocabulary))


def _subject_schema(vocabulary: Vocabulary) -> dict[str, pa.DataType]:
    columns = {name: TYPES.get(a.type, pa.int64()) for name, a in vocabulary.unit.items() if name != "unit_id"}
    return {"unit_id": pa.string(), "real_id": pa.string(), "without": pa.string(), **_CLOCKS, **columns}


def subject_table(start: Start, scheme: Scheme, vocabulary: Vocabulary) -> pa.Table:
    """One row an ask: ``unit_id, real_id, without``, the clocks, and the unit's columns."""
    rows = {row["unit_id"]: row for row in start.units.to_pylist()}
    columns = [name for name in vocabulary.unit if name != "unit_id"]
    made = []
    for ask in start.asks:
        unit = rows[ask.real_id]
        made.append((ask.unit_id, ask.real_id, ask.without, *_clocks(ask, unit, scheme), *(unit.get(name) for name in columns)))
    return _table(made, _subject_schema(vocabulary))


def _clocks(ask: Ask, unit: Mapping[str, Any], scheme: Scheme) -> tuple[Any, ...]:
    rated = rated_period(scheme, ask.as_of, unit.get("enrolled_on"))
    return (ask.as_of, ask.known_at, rated.first, ask.as_of, rated.end)


def _placements(start: Start, scheme: Scheme) -> pa.Table:
    rows = {row["unit_id"]: row for row in start.units.select(_present(start.units)).to_pylist()}
    members: dict[str, list[str]] = {}
    for park, member in start.members:
        members.setdefault(park, []).append(member)
    made = []
    for ask in start.asks:
        clocks = _clocks(ask, rows[ask.real_id], scheme)
        made.append((ask.unit_id, ask.real_id, "", ask.without, *clocks))
        made += [(ask.unit_id, member, member, ask.without, *clocks) for member in members.get(ask.real_id, ())]
    return _table(made, _PLACEMENT)


def _present(units: pa.Table) -> list[str]:
    return [name for name in ("unit_id", "enrolled_on") if name in units.column_names]


def _codes(units: pa.Table) -> pa.Table:
    codes = units.column("uscc").to_pylist() if "uscc" in units.column_names else [None] * units.num_rows
    rows = [(unit_id, code or "") for unit_id, code in zip(units.column("unit_id").to_pylist(), codes, strict=True)]
    return _table(rows, _UNIT)


def name_table(units: pa.Table) -> pa.Table:
    """``unit_id, name_key, former``: every name that a unit has or had, in exact normal form."""
    rows: list[tuple[str, str, bool]] = []
    for unit in units.select([c for c in ("unit_id", "name", "former_names") if c in units.column_names]).to_pylist():
        rows.append((unit["unit_id"], name_key(unit["name"] or ""), False))
        formers = (unit.get("former_names") or "").split("|")
        rows += [(unit["unit_id"], name_key(former), True) for former in formers if former.strip()]
    return _table(rows, _NAME)


def given_schema(vocabulary: Vocabulary) -> dict[str, pa.DataType]:
    """The columns of facts that know their unit: the wide record, ``replaced_at``, ``attached_by``, ``real_id``, ``day``."""
    wide = {field.name: field.type for field in wide_schema(vocabulary)}
    return {**wide, "replaced_at": pa.string(), "attached_by": pa.string(), "real_id": pa.string(), "day": pa.date32()}


def given_table(start: Start, vocabulary: Vocabulary) -> pa.Table:
    """Facts that know their unit, from earlier runs or from an earlier reading of the same run."""
    schema = given_schema(vocabulary)
    empty = {name: "" for name, kind in schema.items() if name not in vocabulary.attributes and kind == pa.string()}
    rows = []
    for one in start.given:
        head: dict[str, Any] = {"record_id": one.record_id, "kind": one.kind, "recorded_at": one.recorded_at, "line": 0}
        head |= {"replaced_at": None, "attached_by": one.attached_by, "real_id": one.real_id, "day": one.day}
        rows.append({**dict.fromkeys(schema), **empty, **head, **one.values})
    made = pa.Table.from_pylist(rows, schema=pa.schema(schema))
    return made if start.facts is None else pa.concat_tables([made, start.facts.select(made.column_names).cast(made.schema)])


def _table(rows: Iterable[Sequence[Any]], schema: Mapping[str, pa.DataType]) -> pa.Table:
    listed = list(rows)
    columns = zip(*listed, strict=True) if listed else ((),) * len(schema)
    arrays = [pa.array(column, type=kind) for column, kind in zip(columns, schema.values(), strict=True)]
    return pa.table(dict(zip(schema, arrays, strict=True)))
