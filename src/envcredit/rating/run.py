"""One rating from inputs to a run folder, and a run folder read back.

A run holds the scheme's files, the units and the facts it rated, one Parquet file a stage, and a manifest that names
everything by digest. It is written beside its place and then given its name, so a half-written run is never taken for one.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from envcredit.base.diagnostics import Place, problem
from envcredit.base.digest import digest_of_file
from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import Engine, open_engine
from envcredit.errors import InputError
from envcredit.rating.columns import FORMAT, STAGES
from envcredit.rating.digests import digest_of_parquet, digest_of_result
from envcredit.rating.earlier import earlier_ratings, member_results
from envcredit.rating.inputs import Given, Start, everyone
from envcredit.rating.invariants import Made, check
from envcredit.rating.manifest import read_manifest, write_manifest
from envcredit.rating.notes import Gaps
from envcredit.rating.prepared import Prepared
from envcredit.records.store import RECORD, Batch, batches
from envcredit.records.wide import wide_schema
from envcredit.scheme.assumptions import without_inferred
from envcredit.scheme.digests import rule_digest, text_digest
from envcredit.scheme.files import SCHEME_FILE, yaml_files
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_scheme
from envcredit.scheme.regulations import BESIDE, regulation_file

FACT_KEY = ("unit_id", "record_id")
UNIT_KEY = ("unit_id",)
SCHEME_FOLDER = "scheme"


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


@dataclass(frozen=True)
class Run:
    """A finished run, read from its folder. ``applied`` is its scheme where it was just made with it."""

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False)
    applied: Scheme | None = field(default=None, repr=False)

    @cached_property
    def scheme(self) -> Scheme:
        """The scheme as it was applied, from the copy that the run keeps."""
        if self.applied:
            return self.applied
        scheme = read_scheme(self.folder / SCHEME_FOLDER)
        return without_inferred(scheme) if self.manifest["without_inferred"] else scheme

    def path(self, stage: str) -> Path:
        """The Parquet file of a stage."""
        return self.folder / f"{stage}.parquet"

    def rows(self, stage: str, unit_id: str) -> pa.Table:
        """The rows of one unit; of a large stage only the part that may hold them is read."""
        return pq.read_table(self.path(stage), filters=[("unit_id", "=", unit_id)])

    def stage(self, name: str) -> pa.Table:
        """The rows of a stage, sorted by its key."""
        return pq.read_table(self.path(name))


def read_run(folder: Path) -> Run:
    """A run folder. Raises ``InputError`` (T110 no run, T111 damaged manifest, T112 a stage is missing)."""
    manifest = read_manifest(folder)
    missing = [name for name in manifest["stages"] if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise InputError([problem("T112", Place(str(folder)), stages=", ".join(missing))])
    return Run(folder, manifest)


def rate(order: Order, out: Path) -> Run:
    """Rates every unit and writes the run to ``out``, which must not exist.

    Raises ``InputError``: T101 engine, T102 partial scheme not accepted, T103 no record on or before the day, T104 no units,
    T105 ``out`` exists, T106 park scheme without members; ``InvariantError`` when a result contradicts itself.
    """
    _check_order(order, out)
    stored = _known_batches(order)
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


def _known_batches(order: Order) -> list[Batch]:
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
class _Made:
    """What came out: rows and digest a stage, how many rows of each input there were, and on what it was computed."""

    stages: Mapping[str, Mapping[str, Any]]
    counts: Mapping[str, int]
    engine: str


def _rated(engine: Engine, order: Order, stored: Sequence[Batch], folder: Path) -> _Made:
    prepared = order.prepared
    _attach_records(engine, stored, prepared.vocabulary)
    results = prepared.rated(engine, _start(order))
    _check_first_day(results["first_day"].to_pyarrow().column("day").to_pylist()[0], order)
    check(Made(results, engine.table("subject"), prepared.scheme))
    keys = {"unit": UNIT_KEY, "fact": FACT_KEY, **{stage.name: stage.key for stage in STAGES}}
    tables = prepared.plan(engine).results
    written = {stage: _write(engine, tables[stage], folder / f"{stage}.parquet", key) for stage, key in keys.items()}
    return _Made(written, _counts(results["grade"].to_pyarrow(), stored, order), engine.name)


def _start(order: Order) -> Start:
    units = order.units.sort_by("unit_id")
    asks = everyone(units, order.as_of, order.known_at)
    given: list[Given] = [g for path in order.history for g in earlier_ratings(read_run(path))]
    members: Sequence[tuple[str, str]] = ()
    lookup = units
    if order.members is not None:
        heard = member_results(read_run(order.members), units)
        given += heard.given
        members = heard.pairs
        parks = units.select(heard.lookup.column_names)
        lookup = pa.concat_tables([parks, heard.lookup.cast(parks.schema)])
    return Start(units, asks, order.links, given, members, lookup)


def _attach_records(engine: Engine, stored: Sequence[Batch], vocabulary: Vocabulary) -> None:
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


def _write(engine: Engine, name: str, path: Path, key: Sequence[str]) -> dict[str, Any]:
    return {"rows": engine.write_parquet(name, path, key), "digest": digest_of_parquet(path)}


def _counts(grade: pa.Table, stored: Sequence[Batch], order: Order) -> dict[str, int]:
    statuses = grade.column("status").to_pylist()
    counted = {status: statuses.count(status) for status in ("rated", "refused", "not_rated")}
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


def _manifest(order: Order, stored: Sequence[Batch], made: _Made, out: Path) -> dict[str, Any]:
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
        "stages": {name: dict(stage) for name, stage in made.stages.items()},
        "result_digest": digest_of_result({name: str(stage["digest"]) for name, stage in made.stages.items()}),
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


def located(run: Run, shown: str) -> Path:
    """The input that a manifest names, seen from the run."""
    return (run.folder.resolve() / shown).resolve()
