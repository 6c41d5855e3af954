"""The way of an officer through the made-up city: files, records, three ratings, parks, a comparison, a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.compute as pc

from envcredit.base.labels import Language
from envcredit.demo.adopted import adopt
from envcredit.demo.corrections import corrections
from envcredit.demo.documents import Document, documents, parks_document, units_document, write
from envcredit.demo.story import story
from envcredit.engine import open_engine
from envcredit.rating.compare import Comparison, compare
from envcredit.rating.prepared import prepare
from envcredit.rating.run import Order, Run, rate
from envcredit.records import Arrival, import_files
from envcredit.records.store import batches
from envcredit.records.units import read_units
from envcredit.scheme.library import locate
from envcredit.scheme.reader import read_scheme

YEARS = (2023, 2024, 2025)
UNITS_SCHEME, PARKS_SCHEME = "model/enterprise/2026", "model/park/2026"
_ADOPTED_ON = date(2023, 1, 1)
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything the walk made. ``unit`` is the id of the unit worth explaining; ``report`` the page."""

    folder: Path
    files: int
    arrivals: tuple[Arrival, ...]
    runs: tuple[Run, ...]
    parks: Run
    unit: str
    moved: Comparison
    report: Path | None

    @property
    def explanation(self) -> Path:
        """Where the explanation of that unit is to be written."""
        return self.folder / "explanation.md"

    @property
    def comparison(self) -> Path:
        """Where the comparison of the last two years is to be written."""
        return self.folder / "comparison.md"

    def arrived(self, count: str) -> int:
        """Sum of ``rows``, ``accepted``, ``duplicate`` or ``quarantined`` over all deliveries."""
        return sum(getattr(arrival, count) for arrival in self.arrivals)


def walk(folder: Path, seed: int, language: Language, tell: Tell, units: int = 3000) -> Walk:
    """Makes the city in ``folder`` and goes through it; the same ``seed`` makes the same city.

    ``tell`` hears the key of each step, the steps done and the steps in all.
    """
    tell("cli.demo.step.city", 0, 1)
    files, made = folder / "files", folder / "records"
    files.mkdir(parents=True, exist_ok=True)
    chance = Random(seed)  # noqa: S311  a story, not a secret
    city, statements = story(chance, units)
    deliveries = list(documents(statements, chance))
    for document in (*deliveries, units_document(city.units), parks_document(city.parks)):
        write(document, files)
    tell("cli.demo.step.city", 1, 1)
    arrivals = tuple(_arrive(deliveries, files, made, tell))
    runs = _rate_years(folder, files, made, tell)
    parks = _rate_parks(folder, files, made, runs[-1], tell)
    with open_engine("duckdb") as engine:
        moved = compare(runs[-2], runs[-1], engine)
    report = _report(folder / "report.html", runs, language, tell)
    return Walk(folder, len(deliveries) + 3, arrivals, runs, parks, worth_explaining(runs[-1]), moved, report)


def worth_explaining(run: Run) -> str:
    """The unit with the most different things to explain: kinds of effect and of reasons for not counting, then rows."""
    effects: dict[str, set[tuple[str, str]]] = {}
    rows: dict[str, int] = {}
    for stage, column in (("point", "effect"), ("ignored", "reason")):
        for row in run.stage(stage).select(["unit_id", column]).to_pylist():
            if row[column] not in ("no_rule", "lapsed", "outside_period"):
                effects.setdefault(row["unit_id"], set()).add((stage, row[column]))
                rows[row["unit_id"]] = rows.get(row["unit_id"], 0) + 1
    rated = run.stage("grade").filter(pc.equal(run.stage("grade")["status"], "rated"))["unit_id"].to_pylist()
    return str(max(sorted(rated), key=lambda unit: (len(effects.get(unit, ())), rows.get(unit, 0))))


def _arrive(deliveries: Sequence[Document], files: Path, store: Path, tell: Tell) -> Iterator[Arrival]:
    """Takes every delivery in by the day on which it came; the corrections of June 2025 come between two others."""
    ordered = sorted(deliveries, key=lambda d: (d.recorded_at, d.source))
    groups = [(key, list(found)) for key, found in groupby(ordered, key=lambda d: (d.recorded_at, d.source))]
    late = False
    for done, ((recorded_at, source), found) in enumerate(groups):
        tell("cli.demo.step.records", done, len(groups))
        if recorded_at.startswith("2026") and not late:
            late = True
            correction = corrections(_penalties(store))
            yield import_files([write(correction, files)], correction.source, store, correction.recorded_at)
        yield import_files([files / document.file for document in found], source, store, recorded_at)
    tell("cli.demo.step.records", 1, 1)


def _penalties(store: Path) -> list[dict[str, Any]]:
    """Penalties of 2024 with a fine, as stored, by number."""
    rows = [
        row for batch in batches(store) for row in _rows_of(batch.table()) if row["decided_on"] and row["decided_on"].year == 2024
    ]
    return sorted((row for row in rows if row["fine"] is not None), key=lambda row: (row["document_key"], row["record_id"]))


def _rows_of(table: Any) -> Iterable[dict[str, Any]]:
    chosen = pc.and_(pc.equal(table["kind"], "penalty"), pc.equal(table["source"], "native"))
    return table.filter(chosen).to_pylist()  # type: ignore[no-any-return]


def _rate_years(folder: Path, files: Path, store: Path, tell: Tell) -> tuple[Run, ...]:
    scheme_folder = adopt(locate(UNITS_SCHEME), folder / "schemes" / "enterprise", _ADOPTED_ON)
    prepared, (units, _) = prepare(read_scheme(scheme_folder)), read_units(files / "单位名录.xlsx")
    runs: list[Run] = []
    for done, year in enumerate(YEARS):
        tell("cli.demo.step.rate", done, len(YEARS))
        history = [run.folder for run in runs]
        order = Order(prepared, scheme_folder, units, store, date(year, 12, 31), f"{year + 1}-01-31T00:00:00Z", history=history)
        runs.append(rate(order, _place(folder, str(year))))
    tell("cli.demo.step.rate", 1, 1)
    return tuple(runs)


def _rate_parks(folder: Path, files: Path, store: Path, members: Run, tell: Tell) -> Run:
    tell("cli.demo.step.parks", 0, 1)
    scheme_folder = adopt(locate(PARKS_SCHEME), folder / "schemes" / "park", _ADOPTED_ON)
    prepared, (parks, _) = prepare(read_scheme(scheme_folder)), read_units(files / "园区名录.csv")
    last = YEARS[-1]
    order = Order(
        prepared, scheme_folder, parks, store, date(last, 12, 31), f"{last + 1}-01-31T00:00:00Z", members=members.folder
    )
    run = rate(order, _place(folder, f"parks-{last}"))
    tell("cli.demo.step.parks", 1, 1)
    return run


def _place(folder: Path, name: str) -> Path:
    place = folder / "runs" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _report(path: Path, runs: Sequence[Run], language: Language, tell: Tell) -> Path | None:
    """The page; ``None`` when the optional part ``report`` is not installed."""
    from envcredit.errors import InputError
    from envcredit.rating.report import write_report

    tell("cli.demo.step.report", 0, 1)
    try:
        write_report(runs[-1], path, language, runs[:-1])
    except InputError:
        return None
    finally:
        tell("cli.demo.step.report", 1, 1)
    return path
