"""The order that a finished run was made by, to be carried out again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.rating.order import Order
from envcredit.rating.prepared import prepare
from envcredit.rating.run import CLOCKS, SCHEME_FOLDER, Run, located
from envcredit.records.store import batches
from envcredit.scheme.library import locate


def order_again(run: Run, records: Path | None = None, engine: str = "duckdb") -> Order:
    """The order of a run, on the batches that its manifest lists. ``records``: where the store lies now, if it was moved."""
    manifest, inputs = run.manifest, run.manifest["inputs"]
    return Order(
        prepared=prepare(run.scheme),
        scheme_folder=locate(run.folder / SCHEME_FOLDER),
        units=run.stage("unit").drop_columns(list(CLOCKS)),
        store=store_of(run, records),
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


def store_of(run: Run, records: Path | None = None) -> Path:
    """The store that a run rests on. ``records``: where it lies now, if it was moved."""
    return records or located(run, str(run.manifest["inputs"]["records"]))


def changed_batches(run: Run, store: Path) -> list[Diagnostic]:
    """The batches of a run that are no longer in the store as they were (T120)."""
    stored = {batch.id: batch.digest for batch in batches(store)}
    used = run.manifest["inputs"]["batches"]
    return [problem("T120", batch=one["id"], store=str(store)) for one in used if stored.get(one["id"]) != one["digest"]]
