"""The way of an officer through the made-up city: files, records, three ratings, parks, a comparison, a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.labels import Language
from envcredit.demo.city import City
from envcredit.demo.deliveries import take_in
from envcredit.demo.documents import Document, documents, parks_document, units_document, write
from envcredit.demo.ratings import rate_parks, rate_years
from envcredit.demo.story import story
from envcredit.engine import open_engine
from envcredit.errors import InputError
from envcredit.rating.compare import Comparison, compare
from envcredit.rating.prepared import Prepared
from envcredit.rating.run import Run
from envcredit.records import Arrival

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything the walk made. ``unit_list``: the file of units; ``unit``: id of one worth explaining; ``report``: the page."""

    folder: Path
    files: int
    unit_list: Path
    arrivals: tuple[Arrival, ...]
    runs: tuple[Run, ...]
    prepared: Prepared
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
    files, store, ratings = folder / "files", folder / "records", folder / "runs"
    for place in (files, ratings):
        place.mkdir(parents=True, exist_ok=True)
    deliveries, unit_list, park_list = _made(files, seed, units, tell)
    arrivals = tuple(take_in(deliveries, files, store, tell))
    runs, prepared = rate_years(ratings, unit_list, store, tell)
    parks = rate_parks(ratings, park_list, store, runs[-1], tell)
    with open_engine() as engine:
        moved = compare(runs[-2], runs[-1], engine)
    report = _report(folder / "report.html", runs, language, tell)
    unit, found = worth_explaining(runs[-1]), len(list(files.iterdir()))
    return Walk(folder, found, unit_list, arrivals, runs, prepared, parks, unit, moved, report)


def worth_explaining(run: Run) -> str:
    """The unit with the most different things to explain: kinds of effect and of reasons for not counting, then rows.

    One whose grade comes about in several steps and is neither the best nor the worst, if there is one.
    """
    effects: dict[str, set[tuple[str, str]]] = {}
    rows: dict[str, int] = {}
    for stage, column in (("point", "effect"), ("ignored", "reason")):
        for row in run.stage(stage).select(["unit_id", column]).to_pylist():
            if row[column] not in ("no_rule", "lapsed", "outside_period"):
                effects.setdefault(row["unit_id"], set()).add((stage, row[column]))
                rows[row["unit_id"]] = rows.get(row["unit_id"], 0) + 1
    return max(_between(run), key=lambda unit: (len(effects.get(unit, ())), rows.get(unit, 0)))


def _between(run: Run) -> list[str]:
    grade = run.stage("grade").filter(pc.equal(run.stage("grade")["status"], "rated"))
    ends = pa.array([run.scheme.grades[0].key, run.scheme.grades[-1].key])
    moved = pc.and_(pc.not_equal(grade["by_score"], grade["final"]), pc.invert(pc.is_in(grade["final"], value_set=ends)))
    found = [row["unit_id"] for row in grade.filter(moved).to_pylist() if len(json.loads(row["steps"])) > 1]
    return found or grade["unit_id"].to_pylist()


def _made(files: Path, seed: int, units: int, tell: Tell) -> tuple[list[Document], Path, Path]:
    """The city's files: deliveries of records, the list of units, the list of parks."""
    tell("cli.demo.step.city", 0, 1)
    chance = Random(seed)  # noqa: S311  a story, not a secret
    city, statements = story(chance, units)
    deliveries = list(documents(statements, chance))
    for document in deliveries:
        write(document, files)
    lists = _lists(city, files)
    tell("cli.demo.step.city", 1, 1)
    return deliveries, *lists


def _lists(city: City, files: Path) -> tuple[Path, Path]:
    return write(units_document(city.units), files), write(parks_document(city.parks), files)


def _report(path: Path, runs: Sequence[Run], language: Language, tell: Tell) -> Path | None:
    """The page; ``None`` when the optional part ``report`` is not installed."""
    from envcredit.rating.report import write_report

    tell("cli.demo.step.report", 0, 1)
    try:
        write_report(runs[-1], path, language, runs[:-1])
    except InputError:
        return None
    finally:
        tell("cli.demo.step.report", 1, 1)
    return path
