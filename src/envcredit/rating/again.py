"""The order that a finished run was made by, to be carried out again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.locations import EMBEDDED, is_remote
from envcredit.errors import InputError
from envcredit.rating.order import Order
from envcredit.rating.prepared import prepare
from envcredit.rating.run import CLOCKS, SCHEME_FOLDER, Run, located
from envcredit.records.places import FOLDER, TABLE, Held, ParquetFolder, RecordPlace, Store, Table, record_place
from envcredit.scheme.library import locate


def order_again(run: Run, place: RecordPlace, engine: str = EMBEDDED, units: Collection[str] | None = None) -> Order:
    """The order of a run, or its part for some ``units``, on those batches of ``place`` that its manifest lists.

    Raises ``InputError`` (T123) if they lie in a table and ``engine`` is no database.
    """
    manifest, inputs = run.manifest, run.manifest["inputs"]
    if isinstance(place, Table) and engine == EMBEDDED:
        raise InputError([problem("T123", table=place.table)])
    rows = run.stage("unit") if units is None else run.rows("unit", *units)
    return Order(
        prepared=prepare(run.scheme),
        scheme_folder=locate(run.folder / SCHEME_FOLDER),
        units=rows.drop_columns(list(CLOCKS)),
        records=place,
        as_of=date.fromisoformat(str(manifest["as_of"])),
        known_at=str(manifest["known_at"]),
        links=[(link[0], link[1], link[2]) for link in inputs["links"]],
        history=[located(run, earlier["path"]) for earlier in inputs["history"]],
        members=located(run, inputs["members"]["path"]) if inputs["members"] else None,
        engine=engine,
        accept_partial=bool(manifest["accept_partial"]),
        without_inferred=bool(manifest["without_inferred"]),
        batches=[batch["id"] for batch in inputs["batches"]],
    )


def place_of(run: Run, records: Path | str | None = None) -> RecordPlace:
    """Where the records of a run lie. ``records``: where they lie now, if they were moved and the run does not know it."""
    if moved := records or run.records:
        return record_place(str(moved))
    shown = str(run.manifest["inputs"]["records"])
    if shown.startswith(TABLE):
        return Table(shown.removeprefix(TABLE))
    if not shown.startswith(FOLDER):
        return Store(located(run, shown))
    location = shown.removeprefix(FOLDER)
    return ParquetFolder(location if is_remote(location) else str(located(run, location)))


def changed_batches(run: Run, held: Iterable[Held], place: RecordPlace) -> list[Diagnostic]:
    """The batches of a run that are not held as they were (T120)."""
    known = {batch.id: batch.digest for batch in held}
    used = run.manifest["inputs"]["batches"]
    return [problem("T120", batch=one["id"], store=place.name) for one in used if known.get(one["id"]) != one["digest"]]
