"""Parquet: typed columns, written out again as the text a person would have typed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from envcredit.base.diagnostics import Place, problem
from envcredit.base.digest import digest_of_file
from envcredit.errors import RecordsError
from envcredit.records.limits import Limits
from envcredit.records.sheets import Content, Row, Sheet, blank


def read_parquet(path: Path, limits: Limits) -> Content:
    """One sheet; line n is row n of the file. Sizes are checked in the footer before any column is unpacked."""
    try:
        file = pq.ParquetFile(path)
        within(path.name, file.metadata, limits)
        table = file.read()
        columns = [[_text(value) for value in column.to_pylist()] for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise RecordsError([problem("R113", Place(path.name), reason=str(error).splitlines()[0])]) from None
    cells = zip(*columns, strict=True) if columns else iter(())
    rows = [Row(line, row) for line, row in enumerate(cells, start=1) if not blank(row)]
    sheet = Sheet(path.name, rows, header=tuple(table.column_names))
    return Content(path.name, digest_of_file(path), "Parquet", "UTF-8", (sheet,))


def within(file: str, metadata: pq.FileMetaData, limits: Limits) -> None:
    """Raises ``RecordsError`` (R105, R106, R111) for a file that says in its footer that it is too large."""
    place = Place(file)
    unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if metadata.num_columns > limits.columns:
        raise RecordsError([problem("R105", place, found=metadata.num_columns, limit=limits.columns)])
    if metadata.num_rows > limits.rows:
        raise RecordsError([problem("R111", place, limit=limits.rows)])
    if unpacked > limits.unpacked_bytes or metadata.num_rows * metadata.num_columns > limits.grid_cells:
        raise RecordsError([problem("R106", place, found=unpacked // 2**20, limit=limits.unpacked_bytes // 2**20)])


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return figure(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (list, tuple)):
        return "|".join(_text(item) for item in value)
    return str(value)


def figure(value: float) -> str:
    """A stored binary number as the decimal it stands for: fifteen significant digits, which is what a worksheet keeps."""
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if "e" in text and abs(value) < 1e15 else text
