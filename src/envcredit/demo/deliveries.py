"""The deliveries of five years taken in one after the other, as an officer would take them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.demo.city import LAST_YEAR
from envcredit.demo.corrections import RECORDED_AT, corrections
from envcredit.demo.documents import NATIVE, Document, write
from envcredit.records import Arrival, import_files
from envcredit.records.store import batches

Tell = Callable[[str, int, int], None]


def take_in(deliveries: Sequence[Document], files: Path, store: Path, tell: Tell) -> Iterator[Arrival]:
    """Takes every delivery in by the day on which it came. The corrections come when most penalties are in the store."""
    ordered = sorted(deliveries, key=lambda d: (d.recorded_at, d.source))
    groups = [(key, list(found)) for key, found in groupby(ordered, key=lambda d: (d.recorded_at, d.source))]
    corrected = False
    for done, ((recorded_at, source), found) in enumerate(groups):
        tell("cli.demo.step.records", done, len(groups))
        if recorded_at > RECORDED_AT and not corrected:
            corrected = True
            late = corrections(_penalties(store, LAST_YEAR - 1))
            yield import_files([write(late, files)], late.source, store, late.recorded_at)
        yield import_files([files / document.file for document in found], source, store, recorded_at)
    tell("cli.demo.step.records", 1, 1)


def _penalties(store: Path, year: int) -> list[dict[str, Any]]:
    """Penalties of a year with a fine, as stored, by number."""
    rows = [row for batch in batches(store) if batch.source == NATIVE for row in _fined(batch.table(), year)]
    return sorted(rows, key=lambda row: (row["document_key"], row["record_id"]))


def _fined(table: pa.Table, year: int) -> list[dict[str, Any]]:
    fined = pc.and_(pc.equal(table["kind"], "penalty"), pc.is_valid(table["fine"]))
    return table.filter(pc.and_(fined, pc.equal(pc.year(table["decided_on"]), year))).to_pylist()  # type: ignore[no-any-return]
