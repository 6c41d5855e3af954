"""What a result is known by: one digest a unit, over everything the run says of it, and one of all units together.

A row is written as one line of PostgreSQL's text format for COPY: the stage, then the columns, tabs between them, ``\\N`` for
null, days as YYYY-MM-DD, yes and no as 1 and 0. A unit's digest is the SHA-256 of its lines, stage by stage in the order of
:data:`ONE_ROW` and :data:`SEVERAL_ROWS`, in each by the stage's key. The result digest names the digests of all units in their
order, and the lines of all records that belong to none. It is made from the files of a run, so every engine that gives the same
rows gives the same digest, and a run that rates a few units again need not read the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from envcredit.base.digest import digest_of, digest_of_bytes
from envcredit.rating.columns import UNATTACHED

ONE_ROW = ("unit", "score", "grade")
SEVERAL_ROWS = ("derived", "group", "point", "ignored", "item")
"""Stages that say something of a unit, in the order in which their lines are hashed."""

_UNITS = 100_000
"""So many units are looked at in one go."""

_SIGNS = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def unit_digests(files: Mapping[str, Path]) -> pa.Table:
    """``unit_id, digest`` (hex), one row a unit in the order of ids, from the sorted Parquet files of the stages."""
    units = pq.read_table(files["unit"], columns=["unit_id"]).column("unit_id").combine_chunks()
    found: list[str] = []
    with ThreadPoolExecutor() as threads:
        for begin in range(0, len(units), _UNITS):
            some = units.slice(begin, _UNITS)
            first, *others = threads.map(partial(_stage_lines, files, some), (ONE_ROW, *SEVERAL_ROWS))
            found += _hashed(first, others)
    return pa.table({"unit_id": units, "digest": pa.array(found, pa.string())})


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a stage one after another, and of each unit where its own begin (None: it has none) and end."""

    text: memoryview
    begins: list[int | None]
    ends: list[int]


def _hashed(first: _Lines, others: Sequence[_Lines]) -> Iterator[str]:
    for place, (begin, end) in enumerate(zip(first.begins, first.ends, strict=True)):
        digest = sha256(first.text[begin:end])
        for stage in others:
            if (start := stage.begins[place]) is not None:
                digest.update(stage.text[start : stage.ends[place]])
        yield digest.hexdigest()


def _stage_lines(files: Mapping[str, Path], units: pa.Array, stage: str | tuple[str, ...]) -> _Lines:
    """The lines of one stage of some units, or of several stages that have one row each."""
    if isinstance(stage, str):
        rows = _rows_of(files[stage], units)
        return _placed(_lines(stage, rows), rows.column("unit_id"), units)
    parts = [_lines(name, _rows_of(files[name], units)) for name in stage]
    return _placed(pc.binary_join_element_wise(*parts, ""), units, units)


def _rows_of(path: Path, units: pa.Array) -> pa.RecordBatch:
    own = (pc.field("unit_id") >= units[0]) & (pc.field("unit_id") <= units[-1])
    rows = pq.read_table(path, filters=own).combine_chunks()
    return rows.to_batches()[0] if rows.num_rows else pa.RecordBatch.from_pylist([], rows.schema)


def _placed(lines: pa.Array, owners: pa.Array, units: pa.Array) -> _Lines:
    runs = pc.run_end_encode(owners)
    offsets = (
        pa.Array.from_buffers(pa.int32(), len(lines) + 1, [None, lines.buffers()[1]]) if len(lines) else pa.array([0], pa.int32())
    )
    ends = runs.run_ends.cast(pa.int32())
    begins = pa.concat_arrays([pa.array([0], pa.int32()), ends])[: len(ends)]
    place = pc.index_in(units, value_set=runs.values)
    text = memoryview(lines.buffers()[2] or b"")
    return _Lines(text, offsets.take(begins).take(place).to_pylist(), offsets.take(ends).take(place).to_pylist())


def result_digest(units: Any, unattached: Path) -> str:
    """The digest of a result, from the digests of its units in order (an Arrow column) and its records of no unit."""
    chunks = units.chunks if isinstance(units, pa.ChunkedArray) else [units]
    folded = digest_of_bytes("".join(chunk.to_pylist()).encode("ascii") for chunk in chunks)
    batches = pq.ParquetFile(unattached).iter_batches(_UNITS)
    lost = digest_of_bytes("".join(_lines(UNATTACHED.name, batch).to_pylist()).encode() for batch in batches)
    return digest_of({"units": folded, UNATTACHED.name: lost})


def _lines(name: str, rows: pa.RecordBatch) -> pa.Array:
    """Each row as a line, with its line feed."""
    columns = [_written(column) for column in rows.columns]
    text = pc.binary_join_element_wise(pa.scalar(name), *columns, "\t", null_handling="replace", null_replacement="\\N")
    return pc.binary_join_element_wise(text, "", "\n")


def _written(column: pa.Array) -> pa.Array:
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    text = column.cast(pa.string())
    letters = text.buffers()[2]
    found = letters.to_pybytes() if letters else b""
    for sign, instead in _SIGNS.items():
        if sign.encode() in found:
            text = pc.replace_substring(text, sign, instead)
    return text
