"""One rating from inputs to a run folder.

A run holds the scheme's files, the units it rated, one Parquet file a stage, and a manifest that names everything by digest.
It is written beside its place and then given its name, so a half-written run is never taken for one.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from envcredit.base.diagnostics import Place, problem
from envcredit.base.digest import digest_of_file
from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import Engine, open_engine
from envcredit.errors import InputError
from envcredit.rating.columns import FORMAT, KEYS
from envcredit.rating.digests import result_digest
from envcredit.rating.earlier import earlier_ratings, member_results
from envcredit.rating.inputs import Start, everyone
from envcredit.rating.invariants import check
from envcredit.rating.manifest import read_manifest, write_manifest
from envcredit.rating.notes import Gaps
from envcredit.rating.prepared import Prepared
from envcredit.rating.run import SCHEME_FOLDER, Run, read_run
from envcredit.records.store import RECORD, Batch, batches
from envcredit.records.wide import wide_schema
from envcredit.scheme.digests import rule_digest, text_digest
from envcredit.scheme.files import SCHEME_FILE, yaml_files
from envcredit.scheme.model import Scheme
from envcredit.scheme.regulations import BESIDE, regulation_file

ASKED = (*KEYS, "broken", "cited", "first_day", "lost_digest", "statuses")
"""What a run needs of a plan."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to rate. ``units``: one row a unit (columns of the vocabulary's ``unit``). ``known_at``: ``YYYY-MM-DDTHH:MM:SSZ``.

    ``history``: runs whose grades count as earlier ratings. ``members``: for a park scheme, the run that rated the members.
    ``without_inferred``: the scheme in ``prepared`` is the one of the folder without what is only inferred.
    ``batches``: rate on these batches of the store alone (all of them unless given).
    """

    prepared: Prepared
    scheme_folder: Traversable
    units: pa.Table
    store: Path
    as_of: date
    known_at: str
    links: Sequence[tuple[str, str, str]] = ()
    history: Sequence[Path] = ()
    members: Path | None = None
    engine: str = "duckdb"
    accept_partial: bool = False
    without_inferred: bool = False
    batches: Sequence[str] | None = None

    @property
    def scheme(self) -> Scheme:
        """The scheme to rate by."""
        return self.prepared.scheme


def rate(order: Order, out: Path) -> Run:
    """Rates every unit and writes the run to ``out``, which must not exist.

    Raises ``InputError``: T101 engine, T102 partial scheme not accepted, T103 no record on or before the day, T104 no units,
    T105 ``out`` exists, T106 park scheme without members; ``InvariantError`` when a result contradicts itself.
    """
    _check_order(order, out)
    stored = known_batches(order)
    waiting = out.with_name(f".{out.name}.writing")
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    try:
        with open_engine(order.engine) as engine:
            made = _rated(engine, order, stored, waiting)
        _copy_scheme(order.scheme_folder, order.scheme.uses, waiting / SCHEME_FOLDER)
        write_manifest(waiting, _manifest(order, stored, made, out))
        waiting.rename(out)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return Run(out, read_manifest(out), order.scheme)


def known_batches(order: Order) -> list[Batch]:
    """Batches that had been recorded by ``known_at``, so that what comes later leaves no trace in a run."""
    known = [batch for batch in batches(order.store) if batch.recorded_at <= order.known_at]
    return known if order.batches is None else [batch for batch in known if batch.id in order.batches]


def _check_order(order: Order, out: Path) -> None:
    found = []
    if order.scheme.status != "complete" and not order.accept_partial:
        found.append(problem("T102", scheme=order.scheme.identity, status=order.scheme.status, missing=Gaps(order.scheme)))
    if not order.units.num_rows:
        found.append(problem("T104"))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        found.append(problem("T105", Place(str(out))))
    if "park" in order.scheme.rates and order.members is None:
        found.append(problem("T106", scheme=order.scheme.identity))
    if found:
        raise InputError(found)


@dataclass(frozen=True, slots=True)
class Made:
    """What came out: rows and digest of each file, how many rows of each input and status there were, and on what engine."""

    files: Mapping[str, Mapping[str, Any]]
    counts: Mapping[str, int]
    result_digest: str
    engine: str


def _rated(engine: Engine, order: Order, stored: Sequence[Batch], folder: Path) -> Made:
    prepared = order.prepared
    attach_records(engine, stored, prepared.vocabulary)
    results = prepared.rated(engine, start_of(order), ASKED)
    _check_first_day(results["first_day"].to_pyarrow().column("day").to_pylist()[0], order)
    check(results, prepared.scheme)
    tables = prepared.plan(engine).results
    files = {stage: write_stage(engine, tables[stage], folder, stage) for stage in KEYS}
    told = results["digest"].order_by("unit_id").digest.to_pyarrow()
    return Made(files, _counts(results["statuses"], stored, order), result_digest(told, lost_of(results)), engine.name)


def lost_of(results: Mapping[str, ir.Table]) -> Any:
    """The digests of records that belong to no unit, by record."""
    return results["lost_digest"].order_by("record_id").digest.to_pyarrow()


def start_of(order: Order) -> Start:
    """What the plan of an order starts from, but for the records."""
    units = order.units.sort_by("unit_id")
    asks = everyone(units, order.as_of, order.known_at)
    facts = [earlier_ratings(read_run(path)) for path in order.history]
    if order.members is None:
        return Start(units, asks, order.links, facts=pa.concat_tables(facts) if facts else None)
    heard = member_results(read_run(order.members), units)
    parks = units.select(heard.lookup.column_names)
    lookup = pa.concat_tables([parks, heard.lookup.cast(parks.schema)])
    return Start(units, asks, order.links, facts=pa.concat_tables([*facts, heard.facts]), members=heard.pairs, lookup=lookup)


def attach_records(engine: Engine, stored: Sequence[Batch], vocabulary: Vocabulary) -> None:
    """Puts the batches in place as ``record``, after a look at each file's digest."""
    for batch in stored:
        if digest_of_file(batch.folder / RECORD) != batch.file_digest:
            batch.table()
    if stored:
        engine.attach("record", [batch.folder / RECORD for batch in stored])
    else:
        engine.load("record", wide_schema(vocabulary).empty_table())


def _check_first_day(first: date | None, order: Order) -> None:
    """An ``as_of`` before any record is a slip of the pen, not a city without a blemish."""
    if first is None or first > order.as_of:
        told = first.isoformat() if first else "—"
        raise InputError([problem("T103", as_of=order.as_of.isoformat(), known_at=order.known_at, first=told)])


def write_stage(engine: Engine, name: str, folder: Path, stage: str) -> dict[str, Any]:
    """Writes the kept table ``name`` as a stage of a run; its number of rows, and the digest of the file."""
    path = folder / f"{stage}.parquet"
    rows = engine.write_parquet(name, path, KEYS[stage])
    return {"rows": rows, "file_digest": digest_of_file(path)}


def _counts(statuses: ir.Table, stored: Sequence[Batch], order: Order) -> dict[str, int]:
    found = {row["status"]: row["units"] for row in statuses.to_pyarrow().to_pylist()}
    counted = {status: found.get(status, 0) for status in ("rated", "refused", "not_rated")}
    return {"records": sum(batch.rows for batch in stored), "units": order.units.num_rows, **counted}


def _copy_scheme(folder: Traversable, uses: Sequence[str], to: Path) -> None:
    """The files of a scheme and of the regulations that it uses, so that a run can be read and replayed by itself."""
    for part in ("", "rules", "cases"):
        names = [folder.joinpath(SCHEME_FILE)] if not part else yaml_files(folder, part)
        for file in names:
            target = to / part / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    for identity in uses:
        used = regulation_file(identity, folder)
        assert used is not None, identity
        target = to / BESIDE / f"{identity}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(used.read_bytes())


def _manifest(order: Order, stored: Sequence[Batch], made: Made, out: Path) -> dict[str, Any]:
    scheme = order.scheme
    return {
        "format": FORMAT,
        "envcredit": version("envcredit"),
        "engine": made.engine,
        "scheme": {
            "identity": scheme.identity,
            "rule_digest": rule_digest(scheme),
            "text_digest": text_digest(scheme),
            "status": scheme.status,
            "step": str(scheme.score.step) if scheme.score else "",
        },
        "as_of": order.as_of.isoformat(),
        "known_at": order.known_at,
        "accept_partial": order.accept_partial,
        "without_inferred": order.without_inferred,
        "inputs": {
            "records": _shown(order.store, out),
            "batches": [{"id": b.id, "digest": b.digest, "rows": b.rows} for b in stored],
            "links": [list(link) for link in order.links],
            "history": [_named(path, out) for path in order.history],
            "members": _named(order.members, out) if order.members else None,
        },
        "counts": dict(made.counts),
        "stages": {name: dict(stage) for name, stage in made.files.items()},
        "since": None,
        "result_digest": made.result_digest,
    }


def _named(path: Path, out: Path) -> dict[str, str]:
    return {"path": _shown(path, out), "result_digest": str(read_manifest(path)["result_digest"])}


def _shown(path: Path, out: Path) -> str:
    """Where an input lies as seen from the run, so that a folder of records and runs can be moved as a whole."""
    here, there = out.resolve(), path.resolve()
    ups = 0
    while not there.is_relative_to(here):
        here, ups = here.parent, ups + 1
    return "/".join([".."] * ups + list(there.relative_to(here).parts)) or "."
