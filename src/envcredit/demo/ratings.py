"""The ratings of the made-up city: its units for each year, then its parks, under the model schemes as they ship."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from envcredit.demo.city import RATED_YEARS
from envcredit.rating.order import Order
from envcredit.rating.orders import Typed, order_of
from envcredit.rating.prepared import Prepared
from envcredit.rating.rate import rate
from envcredit.rating.run import Run

UNITS_SCHEME, PARKS_SCHEME = "model/enterprise/2026", "model/park/2026"
Tell = Callable[[str, int, int], None]


def rate_years(folder: Path, units: Path, store: Path, tell: Tell) -> tuple[tuple[Run, ...], Prepared]:
    """One run a year, each with those before it as its history; and the scheme, prepared once for all."""
    first = RATED_YEARS[0]
    order, _ = order_of(Typed(UNITS_SCHEME, units, store, _last_day(first), known_at(first), folder / str(first)))
    runs: list[Run] = []
    for done, year in enumerate(RATED_YEARS):
        tell("cli.demo.step.rate", done, len(RATED_YEARS))
        runs.append(_rate_year(order, year, folder, runs))
    tell("cli.demo.step.rate", 1, 1)
    return tuple(runs), order.prepared


def rate_parks(folder: Path, parks: Path, store: Path, members: Run, tell: Tell) -> Run:
    """The parks in the last year, from their members' results."""
    tell("cli.demo.step.parks", 0, 1)
    year = RATED_YEARS[-1]
    out = folder / f"parks-{year}"
    order, _ = order_of(Typed(PARKS_SCHEME, parks, store, _last_day(year), known_at(year), out, members=members.folder))
    run = rate(order, out)
    tell("cli.demo.step.parks", 1, 1)
    return run


def known_at(year: int) -> str:
    """A year is rated on what was known at the end of January of the next."""
    return f"{year + 1}-01-31T23:59:59Z"


def _rate_year(order: Order, year: int, folder: Path, earlier: list[Run]) -> Run:
    history = [run.folder for run in earlier]
    return rate(replace(order, as_of=_last_day(year), known_at=known_at(year), history=history), folder / str(year))


def _last_day(year: int) -> date:
    return date(year, 12, 31)
