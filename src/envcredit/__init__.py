"""Envcredit (环信评): rates environmental credit from dated records under a scheme written as data, and explains every point.

The face of the library, in the words of the command line. What a function needs is imported when it is called, so that
``import envcredit`` costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from envcredit.base.locations import EMBEDDED

if TYPE_CHECKING:
    from datetime import date

    from envcredit.base.diagnostics import Diagnostic
    from envcredit.rating.compare import Comparison
    from envcredit.rating.explanation import Explanation
    from envcredit.rating.replay import Replay
    from envcredit.rating.run import Run
    from envcredit.records.arrival import Arrival
    from envcredit.scheme.model import Scheme

__all__ = ["check", "compare", "explain", "rate", "read_records", "read_run", "read_scheme", "replay"]


def read_scheme(name: str | Path, on: date | None = None) -> Scheme:
    """A scheme by name (``model/enterprise/2026``) or folder, in force on a day if one is given.

    Raises ``SchemeError`` with every problem of every file.
    """
    from envcredit.scheme import reader

    return reader.read_scheme(name, on)


def check(name: str | Path) -> tuple[Diagnostic, ...]:
    """Everything that can be said against a scheme, with file, line and column; empty when there is nothing.

    Raises ``SchemeError`` if there is no such scheme.
    """
    from envcredit.scheme import checks, reader

    found = reader.read_with_places(name)
    return found.diagnostics if found.scheme is None else (*found.diagnostics, *checks.check(found.scheme, found.places))


def read_records(files: Sequence[Path], source: str, store: Path, recorded_at: str) -> Arrival:
    """Takes files into a store of records as one batch, by a source mapping. ``recorded_at``: ``YYYY-MM-DDTHH:MM:SSZ``.

    Accepted, duplicate and quarantined rows add up to the rows in. Raises ``RecordsError`` when a file cannot be read as a whole.
    """
    from envcredit.records import import_files

    return import_files(files, source, store, recorded_at)


def rate(
    scheme: str,
    units: Path | str,
    records: Path | str,
    *,
    as_of: date,
    known_at: str,
    out: Path,
    history: Sequence[Path] = (),
    members: Path | None = None,
    engine: str = EMBEDDED,
    accept_partial: str = "",
    without_inferred: bool = False,
    since: Path | None = None,
    links: Path | None = None,
    results: str = "",
) -> Run:
    """Rates every unit of a list and writes a run folder; see :func:`envcredit.rating.rate.rate` for errors.

    ``units``: a file, ``table:NAME``, or a folder of Parquet files (``folder:PATH``, ``s3://…``). ``records``: the same, a store,
    or one file in the native form. ``since``: a run to rest on. ``links``: a file of signed links, where records lie in no store.
    ``results``: where the engine writes every stage too, ``table:SCHEMA`` or ``folder:LOCATION``.
    ``history``: runs that count as earlier ratings. ``members``: for a park scheme, the run of the units inside the parks.
    """
    from envcredit.rating import orders
    from envcredit.rating import rate as rating

    inputs = scheme, units, records, as_of, known_at, out, history, members
    typed = orders.Typed(*inputs, engine, accept_partial, without_inferred, None, since, links, results)
    order, _notes = orders.order_of(typed)
    return rating.rate(order, out)


def read_run(folder: Path, records: Path | str | None = None, engine: str = EMBEDDED) -> Run:
    """A run that :func:`rate` has written. Raises ``InputError`` (T110, T111, T112).

    ``records``: where its records lie now, if they were moved. ``engine``: whose table they are, if they lie in one.
    """
    from envcredit.rating import run

    return run.read_run(folder, records, engine)


def explain(run: Run, unit: str) -> Explanation:
    """Why a unit (by id, unified code or exact name) has its grade, what would change it, and when it changes by itself.

    Raises ``InputError`` (T113) when the unit is not in the run.
    """
    from envcredit.rating import explain as explaining

    return explaining.explain(run, explaining.find_unit(run, unit))


def compare(before: Run, after: Run) -> Comparison:
    """Who moved between two runs, by which rule and by which record."""
    from envcredit.engine import open_engine
    from envcredit.rating import compare as comparing

    with open_engine() as engine:
        return comparing.compare(before, after, engine)


def replay(folder: Path, records: Path | str | None = None, engine: str = EMBEDDED) -> Replay:
    """Gives a past answer again and compares it digest by digest. ``records``: where they lie now, if they were moved."""
    from envcredit.rating import replay as replaying

    return replaying.replay(folder, records, engine)
