"""The wide table of records: one column for every attribute of the vocabulary, in the order of its file."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from envcredit.base.vocabulary import Vocabulary
from envcredit.records.statements import Statement

LEADING: tuple[tuple[str, pa.DataType], ...] = (
    ("record_id", pa.string()),
    ("identity", pa.string()),
    ("kind", pa.string()),
    ("source", pa.string()),
    ("batch", pa.string()),
    ("file", pa.string()),
    ("sheet", pa.string()),
    ("line", pa.int64()),
    ("recorded_at", pa.string()),
    ("replaces", pa.string()),
    ("unit_name", pa.string()),
    ("unit_code", pa.string()),
    ("unit_code_raw", pa.string()),
    ("unit_org_code", pa.string()),
    ("unit_name_key", pa.string()),
    ("document_key", pa.string()),
    ("about_key", pa.string()),
)
TYPES: dict[str, pa.DataType] = {
    "day": pa.date32(),
    "text": pa.string(),
    "code": pa.string(),
    "codes": pa.string(),
    "yes_no": pa.bool_(),
}


def wide_schema(vocabulary: Vocabulary) -> pa.Schema:
    """The columns of ``record.parquet``: days as date32, texts and codes as string, yes/no as bool, quantities as int64."""
    attributes = [(name, TYPES.get(attribute.type, pa.int64())) for name, attribute in vocabulary.attributes.items()]
    return pa.schema([pa.field(name, kind) for name, kind in (*LEADING, *attributes)])


def wide_table(statements: Sequence[Statement], batch: str, recorded_at: str, vocabulary: Vocabulary) -> pa.Table:
    """Statements without problems as the wide table, sorted by record id."""
    ordered = sorted(statements, key=lambda statement: statement.record_id)
    leading = list(zip(*(_leading(statement, batch, recorded_at) for statement in ordered), strict=True)) or [()] * len(LEADING)
    columns: dict[str, object] = {name: values for (name, _), values in zip(LEADING, leading, strict=True)}
    attributes: dict[str, list[object]] = {name: [None] * len(ordered) for name in vocabulary.attributes}
    for row, statement in enumerate(ordered):
        for name, value in statement.values.items():
            attributes[name][row] = value
    columns |= attributes
    return pa.table(columns, schema=wide_schema(vocabulary))


def _leading(statement: Statement, batch: str, recorded_at: str) -> tuple[object, ...]:
    s, unit, place = statement, statement.unit, statement.place
    return (
        *(s.record_id, s.identity, s.kind, s.source, batch, place.file, place.sheet, place.line, recorded_at, s.replaces),
        *(unit.name, unit.code, unit.code_raw, unit.org_code, unit.name_key, s.document_key, s.about_key),
    )
