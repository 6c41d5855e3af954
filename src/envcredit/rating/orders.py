"""An order from what a person types: names of schemes, files and folders, days and moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.errors import InputError
from envcredit.rating.order import Order
from envcredit.rating.prepared import Shelf, prepare
from envcredit.records.importing import import_files
from envcredit.records.links import links_of
from envcredit.records.units import read_units
from envcredit.scheme.assumptions import without_inferred
from envcredit.scheme.checks.folder import checked_scheme
from envcredit.scheme.library import locate

NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person asks for. ``records`` is a store, or one file in the native form, which is then imported beside ``out``.

    ``shelf``: where plans are kept between runs. ``since``: a run to rest on.
    """

    scheme: str
    units: Path
    records: Path
    as_of: date
    known_at: str
    out: Path
    history: Sequence[Path] = ()
    members: Path | None = None
    engine: str = "duckdb"
    accept_partial: str = ""
    without_inferred: bool = False
    shelf: Shelf | None = None
    since: Path | None = None


def order_of(typed: Typed) -> tuple[Order, tuple[Diagnostic, ...]]:
    """The order, and what is to be noted about its inputs. Raises ``InputError`` with everything that is wrong."""
    folder = locate(typed.scheme, typed.as_of)
    scheme = checked_scheme(typed.scheme, typed.as_of)
    if typed.without_inferred:
        scheme = without_inferred(scheme)
    if typed.accept_partial and typed.accept_partial not in (scheme.identity, scheme.scheme, typed.scheme):
        raise InputError([problem("T109", found=typed.accept_partial, scheme=scheme.identity)])
    units, notes = read_units(typed.units)
    store = _store(typed)
    links = [(link.unit_name, link.unit_code_raw, link.unit_id) for link in links_of(store)]
    order = Order(
        prepared=prepare(scheme, typed.shelf),
        scheme_folder=folder,
        units=units,
        store=store,
        as_of=typed.as_of,
        known_at=typed.known_at,
        links=links,
        history=tuple(typed.history),
        members=typed.members,
        engine=typed.engine,
        accept_partial=bool(typed.accept_partial),
        without_inferred=typed.without_inferred,
        since=typed.since,
    )
    return order, notes


def _store(typed: Typed) -> Path:
    if typed.records.is_dir():
        return typed.records
    if not typed.records.is_file():
        raise InputError([problem("T114", Place(str(typed.records)))])
    store = typed.out.with_name(f"{typed.out.name}-records")
    import_files([typed.records], NATIVE, store, typed.known_at)
    return store
