"""Rows on their way between an engine and a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq


def arrow_schema(schema: ibis.Schema) -> pa.Schema:
    """The columns as Arrow types, any of which may be null."""
    return pa.schema([pa.field(column.name, column.type) for column in schema.to_pyarrow()])


def write_rows(path: Path, batches: pa.RecordBatchReader) -> int:
    """Writes batches to one Parquet file in the order in which they come, and returns the number of rows."""
    rows = 0
    with pq.ParquetWriter(path, batches.schema, compression="zstd") as writer:
        for batch in _filled(batches):
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _filled(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
    return (batch for batch in batches if batch.num_rows)
