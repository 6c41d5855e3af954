"""Giving a past answer again: the same inputs, the same scheme, the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.rating.digests import digest_of_parquet
from envcredit.rating.prepared import prepare
from envcredit.rating.run import SCHEME_FOLDER, Order, Run, located, rate, read_run
from envcredit.records.store import batches
from envcredit.scheme.digests import rule_digest
from envcredit.scheme.library import locate


@dataclass(frozen=True, slots=True)
class Replay:
    """``damaged``: stages whose file is no longer what the manifest says. ``differing``: stages that came out otherwise.

    ``changed``: inputs that are not the ones the run used, as diagnostics.
    """

    result_digest: str
    again: str
    damaged: tuple[str, ...]
    differing: tuple[str, ...]
    changed: tuple[Diagnostic, ...]

    @property
    def equal(self) -> bool:
        """Whether the run stands: undamaged, on the same inputs, with the same digests."""
        return not (self.damaged or self.differing or self.changed) and self.result_digest == self.again


def replay(folder: Path, records: Path | None = None, engine: str = "duckdb") -> Replay:
    """Rates again what the run rated and compares digests. ``records``: where the store lies now, if it was moved.

    Batches that came after the run are left out, by what the manifest lists. Raises ``InputError`` if inputs are missing.
    """
    run = read_run(folder)
    store = records or located(run, str(run.manifest["inputs"]["records"]))
    damaged = tuple(n for n, stage in run.manifest["stages"].items() if digest_of_parquet(run.path(n)) != stage["digest"])
    changed = tuple(_changed(run, store))
    if changed:
        return Replay(str(run.manifest["result_digest"]), "", damaged, (), changed)
    with tempfile.TemporaryDirectory() as room:
        again = rate(_order(run, store, engine), Path(room) / "run")
        differing = tuple(n for n, stage in run.manifest["stages"].items() if again.manifest["stages"][n] != stage)
        return Replay(str(run.manifest["result_digest"]), str(again.manifest["result_digest"]), damaged, differing, ())


def _changed(run: Run, store: Path) -> list[Diagnostic]:
    found = []
    stored = {batch.id: batch.digest for batch in batches(store)}
    for batch in run.manifest["inputs"]["batches"]:
        if stored.get(batch["id"]) != batch["digest"]:
            found.append(problem("T120", batch=batch["id"], store=str(store)))
    if rule_digest(run.scheme) != run.manifest["scheme"]["rule_digest"]:
        found.append(problem("T121", scheme=run.scheme.identity))
    for earlier in _earlier(run.manifest):
        path = located(run, earlier["path"])
        if read_run(path).manifest["result_digest"] != earlier["result_digest"]:
            found.append(problem("T122", run=earlier["path"]))
    return found


def _earlier(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    inputs = manifest["inputs"]
    return [*inputs["history"], *([inputs["members"]] if inputs["members"] else [])]


def _order(run: Run, store: Path, engine: str) -> Order:
    manifest, inputs = run.manifest, run.manifest["inputs"]
    units = run.stage("unit").drop_columns(["as_of", "period_from", "period_to", "period_end"])
    return Order(
        prepared=prepare(run.scheme),
        scheme_folder=locate(run.folder / SCHEME_FOLDER),
        units=units,
        store=store,
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
