"""Stages on their way into a run folder: all of them from the engine, or those of a few units beside an earlier run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from envcredit.base.digest import digest_of_file
from envcredit.engine import Engine, open_engine
from envcredit.rating.columns import DIGEST, KEYS, UNATTACHED
from envcredit.rating.digests import lost_digests, result_digest
from envcredit.rating.run import Run

ASKED = (*KEYS, "broken", "cited", "lost_digest", "statuses")
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
    paths = {stage: _path(folder, stage) for stage in KEYS}
    files = {stage: _noted(path, engine.write_parquet(tables[stage], path, KEYS[stage])) for stage, path in paths.items()}
    statuses = {row["status"]: row["units"] for row in engine.table(tables["statuses"]).to_pyarrow().to_pylist()}
    units = pq.read_table(_path(folder, DIGEST.name), columns=["digest"]).column("digest")
    lost = engine.table(tables["lost_digest"]).order_by("record_id").digest.to_pyarrow()
    return Written(files, {name: statuses.get(name, 0) for name in _STATUSES}, result_digest(units, lost))


def write_beside(results: Mapping[str, ir.Table], earlier: Run, replaced: pa.Array, folder: Path) -> Written:
    """The stages of touched units, with those that the earlier run had itself rated again beside the run that it rests on.

    So a run rests on one that rests on no other, however long the chain of days.
    """
    touched = results["unit"].select("unit_id").to_pyarrow().column("unit_id").combine_chunks()
    root = earlier.since or earlier
    files = {}
    for stage, key in KEYS.items():
        rows = results[stage].order_by(*key).to_pyarrow()
        if stage == UNATTACHED.name:
            rows = _lost(earlier.stage(stage), rows, replaced)
        elif earlier.since is not None:
            kept = pq.read_table(earlier.path(stage))
            rows = pa.concat_tables([kept.filter(pc.invert(pc.is_in(kept.column("unit_id"), touched))), rows])
        rows = rows.sort_by([(column, "ascending") for column in key])
        pq.write_table(rows, _path(folder, stage), compression="zstd")
        files[stage] = _noted(_path(folder, stage), rows.num_rows)
    own = pq.read_table(_path(folder, DIGEST.name))
    return Written(files, _statuses(results, earlier, touched), result_digest(_digests(root, own), _lost_digests(folder)), root)


def _lost(before: pa.Table, came: pa.Table, replaced: pa.Array) -> pa.Table:
    """Records of no unit: those of before that were not replaced, and those that came in."""
    gone = pa.concat_arrays([replaced.cast(pa.string()), came.column("record_id").combine_chunks()])
    return pa.concat_tables([before.filter(pc.invert(pc.is_in(before.column("record_id"), gone))), came.cast(before.schema)])


def _lost_digests(folder: Path) -> pa.ChunkedArray:
    with open_engine() as engine:
        lost = engine.attach("unattached", [_path(folder, UNATTACHED.name)])
        return lost_digests(lost).order_by("record_id").digest.to_pyarrow()


def _digests(root: Run, own: pa.Table) -> pa.ChunkedArray:
    """The digests of all units in their order: those of the run that is rested on, but for the units rated again."""
    whole = root.stage(DIGEST.name)
    place = pc.index_in(whole.column("unit_id").combine_chunks(), value_set=own.column("unit_id").combine_chunks())
    again = own.column("digest").combine_chunks().take(place)
    return pa.chunked_array([pc.coalesce(again, whole.column("digest").combine_chunks())])


def _statuses(results: Mapping[str, ir.Table], earlier: Run, touched: pa.Array) -> Mapping[str, int]:
    was = Counter(earlier.rows("grade", *touched.to_pylist()).column("status").to_pylist())
    now = Counter({row["status"]: row["units"] for row in results["statuses"].to_pyarrow().to_pylist()})
    counts = earlier.manifest["counts"]
    return {name: counts[name] - was[name] + now[name] for name in _STATUSES}


def _path(folder: Path, stage: str) -> Path:
    return folder / f"{stage}.parquet"


def _noted(path: Path, rows: int) -> Mapping[str, Any]:
    return {"rows": rows, "file_digest": digest_of_file(path)}
