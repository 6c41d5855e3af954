"""An order from what a person types: names of schemes, files and folders, days and moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.locations import EMBEDDED
from envcredit.base.vocabulary import read_vocabulary
from envcredit.engine import open_engine
from envcredit.errors import InputError
from envcredit.rating.delivery import result_place
from envcredit.rating.order import Order
from envcredit.rating.prepared import Shelf, prepare
from envcredit.records.importing import import_files
from envcredit.records.links import Link, links_of, read_links
from envcredit.records.places import RecordPlace, Store, UnitFile, record_place, unit_place
from envcredit.records.units import read_units
from envcredit.scheme.assumptions import without_inferred
from envcredit.scheme.checks.folder import checked_scheme
from envcredit.scheme.library import locate

NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person asks for.

    ``units``: a file, ``table:NAME``, or a folder of Parquet files. ``records``: a store, ``table:NAME``, a folder of Parquet
    files (``folder:LOCATION``, ``s3://…``), or one file in the native form, which is then imported beside ``out``.
    ``shelf``: where plans are kept between runs. ``since``: a run to rest on. ``links``: signed links, where records lie in no
    store that keeps them. ``results``: where the engine writes the stages too, ``table:SCHEMA`` or ``folder:LOCATION``.
    """

    scheme: str
    units: Path | str
    records: Path | str
    as_of: date
    known_at: str
    out: Path
    history: Sequence[Path] = ()
    members: Path | None = None
    engine: str = EMBEDDED
    accept_partial: str = ""
    without_inferred: bool = False
    shelf: Shelf | None = None
    since: Path | None = None
    links: Path | None = None
    results: str = ""


def order_of(typed: Typed) -> tuple[Order, tuple[Diagnostic, ...]]:
    """The order, and what is to be noted about its inputs. Raises ``InputError`` with everything that is wrong."""
    folder = locate(typed.scheme, typed.as_of)
    scheme = checked_scheme(typed.scheme, typed.as_of)
    if typed.without_inferred:
        scheme = without_inferred(scheme)
    if typed.accept_partial and typed.accept_partial not in (scheme.identity, scheme.scheme, typed.scheme):
        raise InputError([problem("T109", found=typed.accept_partial, scheme=scheme.identity)])
    units, notes = _units(typed)
    place = _records(typed)
    links = [(link.unit_name, link.unit_code_raw, link.unit_id) for link in _links(typed, place)]
    order = Order(
        prepared=prepare(scheme, typed.shelf),
        scheme_folder=folder,
        units=units,
        records=place,
        as_of=typed.as_of,
        known_at=typed.known_at,
        links=links,
        history=tuple(typed.history),
        members=typed.members,
        engine=typed.engine,
        accept_partial=bool(typed.accept_partial),
        without_inferred=typed.without_inferred,
        since=typed.since,
        results=result_place(typed.results) if typed.results else None,
    )
    return order, notes


def _units(typed: Typed) -> tuple[pa.Table, tuple[Diagnostic, ...]]:
    """The engine is opened only for units that it is to read."""
    place = unit_place(str(typed.units))
    if isinstance(place, UnitFile):
        return read_units(place.path)
    with open_engine(typed.engine) as engine:
        return place.read_units(engine, read_vocabulary())


def _links(typed: Typed, place: RecordPlace) -> list[Link]:
    if typed.links:
        return read_links(typed.links)
    return links_of(place.folder) if isinstance(place, Store) else []


def _records(typed: Typed) -> RecordPlace:
    place = record_place(str(typed.records))
    if not isinstance(place, Store) or place.folder.is_dir():
        return place
    if not place.folder.is_file():
        raise InputError([problem("T114", Place(str(typed.records)))])
    store = typed.out.with_name(f"{typed.out.name}-records")
    import_files([place.folder], NATIVE, store, typed.known_at)
    return Store(store)
