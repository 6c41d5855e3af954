"""A list of units that is already as the program would write it, taken over by the column.

Reading row by row finds every slip and says where it is; for a list without any, of hundreds of thousands of units, that is time
spent for nothing. Whatever is not perfectly plain is left to :func:`envcredit.records.units.read_units`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from envcredit.base.uscc_column import are_valid
from envcredit.base.vocabulary import Vocabulary
from envcredit.records.converters import converter
from envcredit.records.limits import Limits
from envcredit.records.readers.parquet import within
from envcredit.records.source import Cell

_NEEDED = ("unit_id", "name", "unit_type")
_NOT_PLAIN = r"^$|^[ #]| $|[^\x20-\x7e\x{4e00}-\x{9fff}（）·《》、，]"
"""Empty, with blanks at an end, like an error of a spreadsheet, or with a character that reading might change."""


def plain_units(path: Path, schema: pa.Schema, vocabulary: Vocabulary, limits: Limits) -> pa.Table | None:
    """The units of a Parquet file in the columns of ``schema``, sorted by ``unit_id``; nothing unless all of it is plain.

    Raises ``RecordsError`` for a file beyond the limits.
    """
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        return None
    within(path.name, file.metadata, limits)
    given = file.schema_arrow
    fits = all(name in schema.names and given.field(name).type == schema.field(name).type for name in given.names)
    if not fits or len(set(given.names)) < len(given.names) or not set(_NEEDED) <= set(given.names):
        return None
    table = file.read()
    if not table.num_rows or not all(_is_plain(table.column(name), name, vocabulary) for name in given.names):
        return None
    ids = table.column("unit_id").combine_chunks()
    if any(table.column(name).null_count for name in _NEEDED) or _twice(ids) or not _codes_hold(table):
        return None
    whole = {
        name: table.column(name) if name in given.names else pa.nulls(table.num_rows, schema.field(name).type)
        for name in schema.names
    }
    made = pa.table(whole, schema=schema)
    return made if _rises(ids) else made.sort_by("unit_id")


def _is_plain(column: pa.ChunkedArray, name: str, vocabulary: Vocabulary) -> bool:
    """Whether reading each value as text would give the value itself."""
    attribute = vocabulary.unit[name]
    match attribute.type:
        case "text" if name == "uscc" or column.null_count == len(column):
            return True
        case "text":
            return not pc.any(pc.match_substring_regex(column, _NOT_PLAIN)).as_py()
        case "code" | "day":
            read: Any = converter(attribute, Cell(columns=[name]), "", vocabulary)
            known = [value for value in pc.unique(column).to_pylist() if value is not None]
            return all(read(value if isinstance(value, str) else value.isoformat()) == value for value in known)
        case "yes_no":
            return True
        case _:
            return bool(column.null_count == len(column))


def _codes_hold(table: pa.Table) -> bool:
    if "uscc" not in table.column_names:
        return True
    codes = table.column("uscc").drop_null().combine_chunks()
    return bool(pc.all(are_valid(codes), min_count=0).as_py()) and not _twice(codes)


def _twice(texts: pa.Array) -> bool:
    return not _rises(texts) and bool(pc.count_distinct(texts).as_py() < len(texts))


def _rises(texts: pa.Array) -> bool:
    """Whether each text comes after the one before it, which is quicker to see than that no two are the same."""
    return bool(pc.all(pc.less(texts[:-1], texts[1:]), min_count=0).as_py())
