"""One rating from inputs to a run folder.

A run holds the scheme's files, the units it rated, one Parquet file a stage, and a manifest that names everything by digest.
It is written beside its place and then given its name, so a half-written run is never taken for one.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from envcredit.base.diagnostics import Place, problem
from envcredit.base.locations import is_remote
from envcredit.engine import Engine, open_engine
from envcredit.engine.folders import local_path
from envcredit.errors import InputError
from envcredit.rating.columns import FORMAT
from envcredit.rating.delivery import Folders, ResultPlace
from envcredit.rating.invariants import check
from envcredit.rating.manifest import read_manifest, write_manifest
from envcredit.rating.notes import Gaps
from envcredit.rating.order import Order, attach_records, held_batches, start_of
from envcredit.rating.run import SCHEME_FOLDER, Run, read_run
from envcredit.rating.since import Share, share_of
from envcredit.rating.writing import ASKED, Written, write_all, write_beside
from envcredit.records.places import FOLDER, Held, ParquetFolder, RecordPlace, Store
from envcredit.scheme.digests import rule_digest, text_digest
from envcredit.scheme.files import SCHEME_FILE, yaml_files
from envcredit.scheme.regulations import BESIDE, regulation_file


def rate(order: Order, out: Path) -> Run:
    """Rates every unit and writes the run to ``out``, which must not exist.

    Raises ``InputError``: T101 engine, T102 partial scheme not accepted, T103 no record on or before the day, T104 no units,
    T105 ``out`` exists, T106 park scheme without members; ``InvariantError`` when a result contradicts itself.
    """
    _check_order(order, out)
    waiting = out.with_name(f".{out.name}.writing")
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    try:
        resting = _resting(order)
        with open_engine(order.engine) as engine:
            if isinstance(resting, _Resting):
                held, written = resting.held, _rated_again(engine, order, resting, waiting)
            else:
                held = attach_records(engine, order)
                written = _rated(engine, order, waiting)
            made_on = engine.name
        _copy_scheme(order.scheme_folder, order.scheme.uses, waiting / SCHEME_FOLDER)
        write_manifest(waiting, _manifest(order, held, written, out) | {"engine": made_on} | _again(resting))
        waiting.rename(out)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return Run(out, read_manifest(out), order.scheme)


@dataclass(frozen=True, slots=True)
class _Resting:
    """The run to rest on, what to rate again, and the batches that both rest on."""

    earlier: Run
    share: Share
    held: Sequence[Held]


def _resting(order: Order) -> _Resting | str:
    """Why everything must be rated, where it must although a run to rest on was named ('': none was)."""
    if order.since is None:
        return ""
    earlier = read_run(order.since)
    held = held_batches(order) if isinstance(order.records, Store) else []
    share = share_of(replace(order, batches=[batch.id for batch in held]), held, earlier)
    return share if isinstance(share, str) else _Resting(earlier, share, held)


def _again(resting: _Resting | str) -> dict[str, Any]:
    """How many units were rated again (null: all of them), and why all were although a run to rest on was named ('': none)."""
    if isinstance(resting, str):
        return {"rated_again": None, "rated_in_full": resting}
    return {"rated_again": resting.share.start.units.num_rows, "rated_in_full": ""}


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
    if order.results:
        found += order.results.taken(order.as_of)
    if found:
        raise InputError(found)


def _rated(engine: Engine, order: Order, folder: Path) -> Written:
    """Everything."""
    prepared = order.prepared
    results = prepared.rated(engine, start_of(order), (*ASKED, "first_day"))
    _check_first_day(results["first_day"].to_pyarrow().column("day").to_pylist()[0], order)
    check(results, prepared.scheme)
    tables = prepared.plan(engine).results
    written = write_all(engine, tables, folder)
    if order.results:
        order.results.take(engine, tables, order.as_of)
    return written


def _rated_again(engine: Engine, order: Order, resting: _Resting, folder: Path) -> Written:
    """The touched units alone."""
    prepared, share = order.prepared, resting.share
    engine.load("record", share.record)
    results = prepared.rated(engine, share.start, ASKED)
    check(results, prepared.scheme)
    return write_beside(engine, prepared.plan(engine).results, resting.earlier, share.replaced, folder)


def _check_first_day(first: date | None, order: Order) -> None:
    """An ``as_of`` before any record is a slip of the pen, not a city without a blemish."""
    if first is None or first > order.as_of:
        told = first.isoformat() if first else "—"
        raise InputError([problem("T103", as_of=order.as_of.isoformat(), known_at=order.known_at, first=told)])


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


def _manifest(order: Order, held: Sequence[Held], written: Written, out: Path) -> dict[str, Any]:
    scheme = order.scheme
    return {
        "format": FORMAT,
        "envcredit": version("envcredit"),
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
            "records": _place_shown(order.records, out),
            "batches": [{"id": b.id, "digest": b.digest, "rows": b.rows} for b in held],
            "links": [list(link) for link in order.links],
            "history": [_named(path, out) for path in order.history],
            "members": _named(order.members, out) if order.members else None,
        },
        "counts": {"records": sum(b.rows for b in held), "units": order.units.num_rows, **written.statuses},
        "stages": {name: dict(stage) for name, stage in written.files.items()},
        "results": _place_shown(order.results, out) if order.results else None,
        "since": _named(written.since.folder, out) if written.since else None,
        "result_digest": written.result_digest,
    }


def _named(path: Path, out: Path) -> dict[str, str]:
    return {"path": _shown(path, out), "result_digest": str(read_manifest(path)["result_digest"])}


def _place_shown(place: RecordPlace | ResultPlace, out: Path) -> str:
    """A path of this machine as seen from the run; of anything else its name, which gives no access."""
    match place:
        case Store(folder):
            return _shown(folder, out)
        case ParquetFolder(location) | Folders(location) if not is_remote(location):
            return f"{FOLDER}{_shown(local_path(location), out)}"
        case _:
            return place.name


def _shown(path: Path, out: Path) -> str:
    """Where an input lies as seen from the run, so that a folder of records and runs can be moved as a whole."""
    here, there = out.resolve(), path.resolve()
    ups = 0
    while not there.is_relative_to(here):
        here, ups = here.parent, ups + 1
    return "/".join([".."] * ups + list(there.relative_to(here).parts)) or "."
