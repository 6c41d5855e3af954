"""The list of units: who is to be rated, in the columns of the vocabulary's ``unit``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from envcredit.base import uscc
from envcredit.base.diagnostics import Diagnostic, Place, errors_in, problem
from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.errors import RecordsError
from envcredit.records.cleaning.words import text_of
from envcredit.records.converters import Converter, converter
from envcredit.records.headers import Table, with_header
from envcredit.records.limits import COLUMNAR, STANDARD, Limits
from envcredit.records.readers import read_content
from envcredit.records.readers.encoding import damaged
from envcredit.records.source import Cell
from envcredit.records.statements import Scalar
from envcredit.records.unit_columns import plain_units
from envcredit.records.wide import TYPES

_MORE_HEADS = {
    "unit_id": ("单位编号",),
    "name": ("单位名称", "企业名称"),
    "former_names": ("曾用名",),
    "uscc": ("unit_code", "统一社会信用代码(18位)"),
    "unit_type": ("类型",),
    "region": ("行政区划",),
    "industry": ("国民经济行业代码",),
}
_NEEDED = ("name", "unit_type")


@dataclass(frozen=True, slots=True)
class _Unit:
    place: Place
    values: dict[str, Scalar]


def read_units(path: Path, *, limits: Limits = STANDARD, columnar: Limits = COLUMNAR) -> tuple[pa.Table, tuple[Diagnostic, ...]]:
    """The units of a CSV, XLSX, Parquet or JSON Lines file, sorted by ``unit_id``, and warnings and notes about them.

    Columns: those of the vocabulary's ``unit``, in its order and types; heads may be keys, Chinese terms or English labels.
    Needed: ``name``, ``unit_type`` and ``unit_id`` or ``uscc`` (which then is the id). ``uscc`` is kept only if it is valid.
    Raises ``RecordsError`` with every problem of the file: a unit list is right as a whole or not used.
    """
    vocabulary = read_vocabulary()
    plain = plain_units(path, unit_schema(vocabulary), vocabulary, columnar) if path.suffix == ".parquet" else None
    if plain is not None:
        return plain, ()
    content = read_content(path, limits)
    found: list[Diagnostic] = list(content.notes)
    units: list[_Unit] = []
    for sheet in content.sheets:
        table, notes = with_header(sheet, _heads(vocabulary))
        found += notes
        if table is not None:
            missing = list(_missing_columns(table, vocabulary))
            found += missing
            units += [] if missing else _units(table, vocabulary, found)
    found += _contradictions(units)
    if not units and not errors_in(found):
        found.append(problem("R407", Place(content.file)))
    if errors := errors_in(found):
        raise RecordsError(sorted(errors, key=lambda each: (each.places, each.code)))
    return _table(units, vocabulary), tuple(found)


def unit_schema(vocabulary: Vocabulary) -> pa.Schema:
    """The columns of a table of units."""
    return pa.schema([pa.field(name, TYPES.get(attribute.type, pa.int64())) for name, attribute in vocabulary.unit.items()])


def _heads(vocabulary: Vocabulary) -> set[str]:
    return {head for name in vocabulary.unit for head in _heads_of(name, vocabulary)}


def _heads_of(name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    return (name, *vocabulary.unit[name].words.values(), *_MORE_HEADS.get(name, ()))


def _column(table: Table, name: str, vocabulary: Vocabulary) -> int | None:
    return next((i for head in _heads_of(name, vocabulary) if (i := table.index(head)) is not None), None)


def _missing_columns(table: Table, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    present = {name for name in vocabulary.unit if _column(table, name, vocabulary) is not None}
    for name in _NEEDED:
        if name not in present:
            yield problem("R401", table.place(table.header_line), column=name)
    if not present & {"unit_id", "uscc"}:
        yield problem("R401", table.place(table.header_line), column="unit_id")


def _units(table: Table, vocabulary: Vocabulary, found: list[Diagnostic]) -> list[_Unit]:
    columns: list[tuple[str, int, Converter]] = []
    for name, attribute in vocabulary.unit.items():
        if (index := _column(table, name, vocabulary)) is not None:
            columns.append((name, index, converter(attribute, Cell(columns=[name]), table.units.get(index, ""), vocabulary)))
    units = []
    for row in table.rows:
        fault = row.fault or (problem("R216", found=row.cells[0][:40]) if damaged("\n".join(row.cells)) else None)
        if not fault and len(row.cells) != len(table.header) and table.sheet.regular:
            fault = problem("R217", found=len(row.cells), expected=len(table.header))
        if fault:
            found.append(replace(fault, places=(table.place(row.line),)))
            continue
        texts = [(name, text_of(row.cells[i]) if i < len(row.cells) else "", i, convert) for name, i, convert in columns]
        unit = _Unit(table.place(row.line), _values(texts, table, row.line, found))
        found += _checked(unit)
        units.append(unit)
    return units


def _values(
    texts: Sequence[tuple[str, str, int, Converter]], table: Table, line: int, found: list[Diagnostic]
) -> dict[str, Scalar]:
    values: dict[str, Scalar] = {}
    for name, text, index, convert in texts:
        value = convert(text) if text else None
        if isinstance(value, Diagnostic):
            found.append(replace(value, places=(table.place(line, index),), values={"attribute": name, **value.values}))
        elif value is not None:
            values[name] = value
    return values


def _checked(unit: _Unit) -> Iterator[Diagnostic]:
    """Fills the id, keeps a code only when it is valid, and says what is missing."""
    values = unit.values
    judged = uscc.verdict(str(values.pop("uscc", "")))
    if judged.code:
        values["uscc"] = judged.code
        values.setdefault("unit_id", judged.code)
    if "unit_id" not in values:
        values["unit_id"] = judged.found
    if judged.status in ("invalid", "masked"):
        yield problem("R405", unit.place, unit_id=values["unit_id"], found=judged.found)
    for name in ("unit_id", *_NEEDED):
        if not values.get(name):
            yield problem("R402", unit.place, column=name)


def _contradictions(units: Sequence[_Unit]) -> Iterator[Diagnostic]:
    places: dict[Scalar, Place] = {}
    for unit in units:
        unit_id = unit.values["unit_id"]
        if unit_id and unit_id in places:
            yield problem("R403", unit.place, places[unit_id], unit_id=unit_id)
        places.setdefault(unit_id, unit.place)
    codes: Mapping[Scalar, int] = Counter(unit.values["uscc"] for unit in units if "uscc" in unit.values)
    for code, count in codes.items():
        if count > 1:
            yield problem("R406", *(u.place for u in units if u.values.get("uscc") == code), found=code, count=count)


def _table(units: Sequence[_Unit], vocabulary: Vocabulary) -> pa.Table:
    ordered = sorted(units, key=lambda unit: str(unit.values["unit_id"]))
    columns = {name: [unit.values.get(name) for unit in ordered] for name in vocabulary.unit}
    return pa.table(columns, schema=unit_schema(vocabulary))
