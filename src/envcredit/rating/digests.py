"""The digest of a stage: of what its rows say, never of how a library stored them.

SHA-256 over CSV text: a header line, then the rows in the order of the stage's key; text in double quotes, numbers plain,
days as YYYY-MM-DD, true and false, and nothing at all for null. Every engine that gives the same rows gives the same digest.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from envcredit.base.digest import digest_of, digest_of_bytes

_BATCH_ROWS = 65_536


def digest_of_batches(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> str:
    """Digest of rows that come in the order of their key."""
    return digest_of_bytes(_text(schema, batches))


def digest_of_parquet(path: Path) -> str:
    """Digest of a stage as it stands on disk, read a batch at a time."""
    file = pq.ParquetFile(path)
    return digest_of_batches(file.schema_arrow, file.iter_batches(_BATCH_ROWS))


def digest_of_table(table: pa.Table) -> str:
    """Digest of a table that is held in memory and already in order."""
    return digest_of_batches(table.schema, table.to_batches(_BATCH_ROWS))


def digest_of_result(stages: Mapping[str, str]) -> str:
    """The result digest of a run: canonical JSON of stage name to stage digest."""
    return digest_of(dict(stages))


def _text(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    yield (",".join(schema.names) + "\n").encode()
    options = pc.WriteOptions(include_header=False, quoting_style="needed")
    for batch in batches:
        buffer = io.BytesIO()
        pc.write_csv(_plain(batch), buffer, options)
        yield buffer.getvalue()


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Large strings and plain strings are the same words."""
    columns = [c.cast(pa.string()) if pa.types.is_large_string(c.type) else c for c in batch.columns]
    return pa.record_batch(columns, names=batch.schema.names)
