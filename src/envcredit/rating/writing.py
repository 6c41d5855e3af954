"""Stages on their way into a run folder: all of them from the engine, or those of a few units beside an earlier run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from envcredit.base.digest import digests_of_files
from envcredit.engine import Engine
from envcredit.rating.columns import DIGEST, KEYS, UNATTACHED
from envcredit.rating.digests import result_digest, unit_digests
from envcredit.rating.run import Run, in_order, stage_file, together, units_in, without

ASKED = (*KEYS, "broken", "cited", "statuses")
"""What a run needs of a plan."""

_STATUSES = ("rated", "refused", "not_rated")


@dataclass(frozen=True, slots=True)
class Written:
    """What a run folder holds: rows and digest of each file, units by status, and the run that it rests on, if any."""

    files: Mapping[str, Mapping[str, Any]]
    statuses: Mapping[str, int]
    result_digest: str
    since: Run | None = None


def write_all(engine: Engine, tables: Mapping[str, str], folder: Path) -> Written:
    """Every stage, by the engine. ``tables``: under which name each was kept."""
    paths = {stage: stage_file(folder, stage) for stage in KEYS}
    rows = {stage: engine.write_parquet(tables[stage], path, KEYS[stage]) for stage, path in paths.items()}
    digests, files = _noted(paths, rows, folder)
    return Written(files, _counted(engine, tables), result_digest(digests.column("digest"), paths[UNATTACHED.name]))


def write_beside(engine: Engine, tables: Mapping[str, str], earlier: Run, replaced: pa.Array, folder: Path) -> Written:
    """The stages of touched units, with those that the earlier run had itself rated again beside the run that it rests on.

    So a run rests on one that rests on no other, however long the chain of days.
    """
    root = earlier.since or earlier
    paths = {stage: stage_file(folder, stage) for stage in KEYS}
    rows = {stage: engine.write_parquet(tables[stage], path, KEYS[stage]) for stage, path in paths.items()}
    touched = units_in(folder)
    for stage, path in paths.items():
        if stage == UNATTACHED.name:
            rows[stage] = _write(path, stage, _lost(earlier.stage(stage), pq.read_table(path), replaced))
        elif earlier.since is not None:
            others = without(pq.read_table(earlier.path(stage)), touched)
            rows[stage] = _write(path, stage, together(others, pq.read_table(path)))
    own, files = _noted(paths, rows, folder)
    statuses = _statuses(engine, tables, earlier, touched)
    return Written(files, statuses, result_digest(_digests(root, own), paths[UNATTACHED.name]), root)


def _lost(before: pa.Table, came: pa.Table, replaced: pa.Array) -> pa.Table:
    """Records of no unit: those of before that were not replaced, and those that came in."""
    gone = pa.concat_arrays([replaced.cast(pa.string()), came.column("record_id").combine_chunks()])
    return together(before.filter(pc.invert(pc.is_in(before.column("record_id"), gone))), came)


def _digests(root: Run, own: pa.Table) -> pa.ChunkedArray:
    """The digests of all units in their order: those of the run that is rested on, but for the units rated again."""
    whole = root.stage(DIGEST.name)
    place = pc.index_in(whole.column("unit_id").combine_chunks(), value_set=own.column("unit_id").combine_chunks())
    again = own.column("digest").combine_chunks().take(place)
    return pa.chunked_array([pc.coalesce(again, whole.column("digest").combine_chunks())])


def _statuses(engine: Engine, tables: Mapping[str, str], earlier: Run, touched: pa.Array) -> Mapping[str, int]:
    was = Counter(earlier.rows("grade", *touched.to_pylist()).column("status").to_pylist())
    now, counts = _counted(engine, tables), earlier.manifest["counts"]
    return {name: counts[name] - was[name] + now[name] for name in _STATUSES}


def _counted(engine: Engine, tables: Mapping[str, str]) -> Mapping[str, int]:
    found = {row["status"]: row["units"] for row in engine.table(tables["statuses"]).to_pyarrow().to_pylist()}
    return {name: found.get(name, 0) for name in _STATUSES}


def _write(path: Path, stage: str, rows: pa.Table) -> int:
    pq.write_table(in_order(stage, rows), path, compression="zstd")
    return int(rows.num_rows)


def _noted(paths: Mapping[str, Path], rows: Mapping[str, int], folder: Path) -> tuple[pa.Table, Mapping[str, Mapping[str, Any]]]:
    """The digest of each unit, written as well, and rows and digest of each file."""
    digests = unit_digests(paths)
    every = {**paths, DIGEST.name: stage_file(folder, DIGEST.name)}
    pq.write_table(digests, every[DIGEST.name], compression="zstd")
    counted = {**rows, DIGEST.name: digests.num_rows}
    named = zip(every, digests_of_files(list(every.values())), strict=True)
    return digests, {name: {"rows": counted[name], "file_digest": digest} for name, digest in named}
