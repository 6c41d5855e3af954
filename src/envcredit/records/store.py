"""A store of records: a folder of batches that are written once and never changed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.digest import digest_of, digest_of_file
from envcredit.errors import RecordsError

RECORD, MANIFEST, QUARANTINE = "record.parquet", "manifest.json", "quarantine.csv"
_BY_PARTY = [(column, "ascending") for column in ("unit_name_key", "unit_code", "record_id")]
_BLOCK_ROWS = 16_384
_INSTANT = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")


@dataclass(frozen=True, slots=True)
class Batch:
    """What one import added. ``digest`` names its records and when they became known; ``file_digest`` its bytes on disk."""

    id: str
    folder: Path
    source: str
    recorded_at: str
    digest: str
    file_digest: str
    quarantine_digest: str
    rows: int
    manifest: Mapping[str, Any]

    def table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The wide table, or some of its columns. Raises ``RecordsError`` (``R601``) when it is not the file that was written."""
        path = self.folder / RECORD
        if not path.is_file() or digest_of_file(path) != self.file_digest:
            raise RecordsError([problem("R601", Place(f"{self.id}/{RECORD}"), batch=self.id)])
        return pq.read_table(path, columns=None if columns is None else list(columns))


def batches(store: Path) -> list[Batch]:
    """All batches of a store, by the moment they were recorded. Raises ``RecordsError`` for manifests that cannot be read."""
    found, problems = [], []
    for manifest in sorted((store / "batches").glob(f"*/{MANIFEST}")):
        try:
            found.append(_batch(manifest))
        except (OSError, ValueError, KeyError, TypeError) as error:
            problems.append(problem("R602", Place(f"{manifest.parent.name}/{MANIFEST}"), reason=str(error)))
    if problems:
        raise RecordsError(problems)
    return sorted(found, key=lambda batch: (batch.recorded_at, batch.id))


def _batch(path: Path) -> Batch:
    manifest = json.loads(path.read_text("utf-8"))
    return Batch(
        id=str(manifest["batch"]),
        folder=path.parent,
        source=str(manifest["source"]),
        recorded_at=str(manifest["recorded_at"]),
        digest=str(manifest["digest"]),
        file_digest=str(manifest["file_digest"]),
        quarantine_digest=str(manifest["quarantine_digest"]),
        rows=int(manifest["counts"]["accepted"]),
        manifest=manifest,
    )


def instant_problem(recorded_at: str, earlier: Iterable[Batch]) -> Diagnostic | None:
    """``R603``: not ``YYYY-MM-DDTHH:MM:SSZ``. ``R604``: before a batch that is already there; that would change past answers."""
    if not _INSTANT.fullmatch(recorded_at):
        return problem("R603", found=recorded_at)
    latest = max((batch.recorded_at for batch in earlier), default="")
    return problem("R604", found=recorded_at, latest=latest) if recorded_at < latest else None


def batch_name(source: str, recorded_at: str, record_ids: Iterable[str], quarantine_digest: str) -> tuple[str, str]:
    """The id of a batch (time and start of the digest, so that folders sort by time) and its digest."""
    digest = digest_of(
        {"source": source, "recorded_at": recorded_at, "records": sorted(record_ids), "quarantine": quarantine_digest}
    )
    return f"{re.sub('[-:]', '', recorded_at)}-{digest[:12]}", digest


def write_batch(store: Path, manifest: dict[str, Any], table: pa.Table, quarantine: bytes) -> Path:
    """Writes a batch beside the others and then gives it its name, so that a half-written one is never taken for a batch.

    The records of one party lie together in small blocks, so that to look for them is not to read the whole file.
    """
    name = str(manifest["batch"])
    folder, waiting = store / "batches" / name, store / "batches" / f".{name}"
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    pq.write_table(table.sort_by(_BY_PARTY), waiting / RECORD, compression="zstd", row_group_size=_BLOCK_ROWS)
    if quarantine:
        (waiting / QUARANTINE).write_bytes(quarantine)
    complete = {**manifest, "file_digest": digest_of_file(waiting / RECORD)}
    (waiting / MANIFEST).write_text(json.dumps(complete, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
    waiting.rename(folder)
    return folder
