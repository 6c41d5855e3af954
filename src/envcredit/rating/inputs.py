"""What a run starts from, as tables: rated rows with their clocks, where they hear from, and how records find them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.names import name_key
from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import Engine, Recipe
from envcredit.rating.attach import Subjects
from envcredit.rating.periods import every, rated_periods
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
_ASK = {"unit_id": pa.string(), "real_id": pa.string(), "as_of": pa.date32(), "known_at": pa.string(), "without": pa.string()}
_NOT_NORMAL = r"[^0-9A-Za-z()\x{4e00}-\x{9fa5}]"
"""A character that :func:`envcredit.base.names.name_key` might change or take away."""
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
    """A fact that no record states: one of a story, an earlier ``rating``, or a ``member`` of a park with its grade."""

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

    ``asks``: the columns of :class:`Ask`, one row a row to be rated. ``members``: pairs of a park and a member unit.
    ``lookup``: the units that records may belong to (the rated ones unless given). ``facts``: facts that earlier runs supply, in
    the columns of :func:`given_schema`.
    """

    units: pa.Table
    asks: pa.Table
    links: Sequence[tuple[str, str, str]] = ()
    given: Sequence[Given] = ()
    members: Sequence[tuple[str, str]] = ()
    lookup: pa.Table | None = None
    facts: pa.Table | None = None


def asked(asks: Iterable[Ask]) -> pa.Table:
    """A few rows to be rated, as a table."""
    return _table([(ask.unit_id, ask.real_id, ask.as_of, ask.known_at, ask.without) for ask in asks], _ASK)


def everyone(units: pa.Table, as_of: date, known_at: str) -> pa.Table:
    """Every unit on one day with what was known at one moment, as a table."""
    ids, rows = units.column("unit_id"), units.num_rows
    columns = [ids, ids, every(as_of, rows), pa.repeat(known_at, rows), pa.repeat("", rows)]
    return pa.table(dict(zip(_ASK, columns, strict=True)), schema=pa.schema(_ASK))


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
    clocks = _clocks(start, scheme)
    engine.load("subject", _subjects(start, clocks, vocabulary))
    engine.load("placement", _placements(start, clocks))
    codes, names = lookup_tables(known)
    engine.load("lookup_unit", codes)
    engine.load("lookup_name", names)
    engine.load("link", links_table(start.links))
    engine.load("given", given_table(start, vocabulary))


def lookup_tables(units: pa.Table) -> tuple[pa.Table, pa.Table]:
    """How records find units: ``unit_id, uscc``, and :func:`name_table`."""
    return _codes(units), name_table(units)


def links_table(links: Sequence[tuple[str, str, str]]) -> pa.Table:
    """``unit_name, unit_code_raw, unit_id``: links that a person has signed."""
    return _table(links, _LINK)


def _subject_schema(vocabulary: Vocabulary) -> dict[str, pa.DataType]:
    columns = {name: TYPES.get(a.type, pa.int64()) for name, a in vocabulary.unit.items() if name != "unit_id"}
    return {"unit_id": pa.string(), "real_id": pa.string(), "without": pa.string(), **_CLOCKS, **columns}


def _subjects(start: Start, clocks: Mapping[str, Any], vocabulary: Vocabulary) -> pa.Table:
    """One row an ask: ``unit_id, real_id, without``, the clocks, and the unit's columns."""
    schema = _subject_schema(vocabulary)
    columns = {name: start.asks.column(name) for name in ("unit_id", "real_id", "without")} | dict(clocks)
    units = rows_of(start.asks.column("real_id"), start.units)
    for name in vocabulary.unit:
        if name != "unit_id":
            known = name in units.column_names
            columns[name] = units.column(name) if known else pa.nulls(units.num_rows, schema[name])
    return pa.table({name: columns[name].cast(kind) for name, kind in schema.items()})


def rows_of(unit_ids: pa.ChunkedArray, units: pa.Table) -> pa.Table:
    """For each id the row of its unit. Raises ``KeyError`` for a unit that is not among the units."""
    known = units.column("unit_id")
    if unit_ids.equals(known):
        return units
    places = pc.index_in(unit_ids, value_set=known.combine_chunks())
    if places.null_count:
        raise KeyError(unit_ids.filter(pc.is_null(places))[0].as_py())
    return units.take(places)


def _clocks(start: Start, scheme: Scheme) -> dict[str, Any]:
    """``as_of``, ``known_at`` and the rated period of each ask."""
    found = rated_periods(scheme, start.asks.column("as_of"), _enrolled(start, scheme))
    days = (found[name] for name in ("period_from", "period_to", "period_end"))
    return dict(zip(_CLOCKS, (found["as_of"], start.asks.column("known_at"), *days), strict=True))


def _enrolled(start: Start, scheme: Scheme) -> Any:
    """The day of enrolment of each ask's unit; None where the period does not depend on it."""
    if scheme.period.kind != "anniversary_year" or "enrolled_on" not in start.units.column_names:
        return None
    return rows_of(start.asks.column("real_id"), start.units.select(["unit_id", "enrolled_on"])).column("enrolled_on")


def _placements(start: Start, clocks: Mapping[str, Any]) -> pa.Table:
    """Which rated row hears of which unit: of itself, and a park of its members."""
    own = pa.table({**{name: start.asks.column(name) for name in ("unit_id", "real_id", "without")}, **clocks})
    none = pa.repeat("", own.num_rows)
    placed = [own.append_column("by_member", none)]
    if start.members:
        pairs = _table(start.members, {"park": pa.string(), "member": pa.string()})
        heard = own.join(pairs, "real_id", "park", join_type="inner")
        heard = heard.drop_columns(["real_id"]).append_column("real_id", heard.column("member"))
        placed.append(heard.rename_columns({"member": "by_member"}))
    return pa.concat_tables([part.select(list(_PLACEMENT)).cast(pa.schema(_PLACEMENT)) for part in placed])


def _codes(units: pa.Table) -> pa.Table:
    rows = units.num_rows
    codes = pc.fill_null(units.column("uscc").cast(pa.string()), "") if "uscc" in units.column_names else pa.repeat("", rows)
    return pa.table({"unit_id": units.column("unit_id"), "uscc": codes}, schema=pa.schema(_UNIT))


def name_table(units: pa.Table) -> pa.Table:
    """``unit_id, name_key, former``: every name that a unit has or had, in exact normal form."""
    now = pa.table({"unit_id": units.column("unit_id"), "name_key": _keys(units.column("name"))})
    tables = [now.append_column("former", pa.repeat(pa.scalar(False), now.num_rows))]
    if "former_names" in units.column_names:
        had = units.select(["unit_id", "former_names"]).filter(
            pc.fill_null(pc.not_equal(units.column("former_names"), ""), False)
        )
        rows = [
            (unit["unit_id"], name_key(former), True)
            for unit in had.to_pylist()
            for former in unit["former_names"].split("|")
            if former.strip()
        ]
        tables.append(_table(rows, _NAME))
    return pa.concat_tables([table.cast(pa.schema(_NAME)) for table in tables])


def _keys(names: Any) -> Any:
    """The exact normal form of each name. Most names are made of ideographs, digits and letters alone, and are it already."""
    written = pc.fill_null(names.cast(pa.string()), "").combine_chunks()
    odd = pc.match_substring_regex(written, _NOT_NORMAL)
    return pc.replace_with_mask(written, odd, _keys_of_odd(written.filter(odd)))


def _keys_of_odd(names: Any) -> Any:
    """Most of the others have nothing but brackets of full width, which can be changed without looking at the rest."""
    bracketed = pc.replace_substring(pc.replace_substring(names, "（", "("), "）", ")")
    odd = pc.match_substring_regex(bracketed, _NOT_NORMAL)
    keys = pa.array([name_key(name) for name in names.filter(odd).to_pylist()], pa.string())
    return pc.replace_with_mask(bracketed, odd, keys)


def given_schema(vocabulary: Vocabulary) -> dict[str, pa.DataType]:
    """The columns of facts that know their unit: the wide record, ``replaced_at``, ``attached_by``, ``real_id``, ``day``."""
    wide = {field.name: field.type for field in wide_schema(vocabulary)}
    return {**wide, "replaced_at": pa.string(), "attached_by": pa.string(), "real_id": pa.string(), "day": pa.date32()}


def given_columns(stated: Mapping[str, Any], vocabulary: Vocabulary) -> pa.Table:
    """Facts in the columns of :func:`given_schema`: those stated, ``real_id`` among them, and the others with nothing in them."""
    schema, rows = given_schema(vocabulary), len(stated["real_id"])
    nothing = {kind: pa.nulls(rows, kind) for kind in set(schema.values())}
    columns = {name: nothing[kind] for name, kind in schema.items()}
    columns |= dict.fromkeys(_empty_texts(vocabulary), pa.repeat("", rows))
    columns |= {"line": pa.repeat(pa.scalar(0, pa.int64()), rows), "replaced_at": nothing[pa.string()]}
    return pa.table({**columns, **stated}, schema=pa.schema(schema))


def given_table(start: Start, vocabulary: Vocabulary) -> pa.Table:
    """Facts that know their unit, from earlier runs or from an earlier reading of the same run."""
    schema = given_schema(vocabulary)
    empty = dict.fromkeys(_empty_texts(vocabulary), "")
    rows = []
    for one in start.given:
        head: dict[str, Any] = {"record_id": one.record_id, "kind": one.kind, "recorded_at": one.recorded_at, "line": 0}
        head |= {"replaced_at": None, "attached_by": one.attached_by, "real_id": one.real_id, "day": one.day}
        rows.append({**dict.fromkeys(schema), **empty, **head, **one.values})
    made = pa.Table.from_pylist(rows, schema=pa.schema(schema))
    return made if start.facts is None else pa.concat_tables([made, start.facts.select(made.column_names).cast(made.schema)])


def _empty_texts(vocabulary: Vocabulary) -> list[str]:
    """Columns in which a fact that no record states has an empty text: those that every record fills."""
    return [name for name, kind in given_schema(vocabulary).items() if kind == pa.string() and name not in vocabulary.attributes]


def _table(rows: Iterable[Sequence[Any]], schema: Mapping[str, pa.DataType]) -> pa.Table:
    listed = list(rows)
    columns = zip(*listed, strict=True) if listed else ((),) * len(schema)
    arrays = [pa.array(column, type=kind) for column, kind in zip(columns, schema.values(), strict=True)]
    return pa.table(dict(zip(schema, arrays, strict=True)))
