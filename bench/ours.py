"""Envcredit itself, measured part by part."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

import pyarrow as pa

from bench.given import ANSWER, Answer, Given
from bench.make import LATE
from envcredit.engine import Engine, open_engine
from envcredit.engine.recipe import Loaded, Script
from envcredit.rating.explain import explain
from envcredit.rating.inputs import Start, everyone, load_start
from envcredit.rating.orders import Typed, order_of
from envcredit.rating.prepared import Folder, Prepared, Shelf, prepare
from envcredit.rating.rate import rate
from envcredit.rating.run import read_run
from envcredit.rating.writing import ASKED
from envcredit.records.store import RECORD, batches
from envcredit.records.units import read_units
from envcredit.scheme.checks.folder import checked_scheme


@dataclass
class Clock:
    """Seconds a part."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Times what happens inside."""
        began = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - began


@dataclass(frozen=True)
class Ours:
    """``shelf``: where the plan is kept between runs. ``runs``: where run folders are written."""

    given: Given
    shelf: Folder
    runs: Path

    def plan_cold(self) -> Answer:
        """The plan of a scheme that was never used before."""
        return self._plan(None)

    def plan_kept(self) -> Answer:
        """The plan from the shelf, after the scheme was read."""
        return self._plan(self.shelf)

    def grades(self) -> Answer:
        """From Parquet to grades in memory, with every point and what its caps took off; nothing is written."""
        clock = Clock()
        with open_engine(self.given.engine) as engine:
            prepared = self._started(engine, clock)
            plan = prepared.plan(engine)
            with clock.part("stages"):
                plan.script.towards(plan.results[name] for name in ("point", "score", "grade")).run(engine)
            return Answer(_answer(engine), clock.seconds)

    def stages(self) -> Answer:
        """Every stage in memory, each step timed."""
        clock = Clock()
        with open_engine(self.given.engine) as engine:
            prepared = self._started(engine, clock)
            plan = prepared.plan(engine)
            for step in plan.script.towards(plan.results[name] for name in ASKED).steps:
                with clock.part(f"{'load' if isinstance(step, Loaded) else 'step'} {step.name}"):
                    Script((step,)).run(engine)
            return Answer(_answer(engine), clock.seconds)

    def whole(self) -> Answer:
        """``rate``: every stage written, invariants on. The run folder stays for :meth:`explanation`."""
        clock = Clock()
        with clock.part("order"):
            order, _notes = order_of(self._typed())
        with clock.part("rate"):
            run = rate(order, self.run_folder)
        score, grade = run.stage("score").select(["unit_id", "score"]), run.stage("grade").select(["unit_id", "final"])
        table = score.join(grade, "unit_id").sort_by("unit_id").rename_columns(ANSWER.names)
        return Answer(table.cast(ANSWER), clock.seconds)

    def incremental(self) -> Answer:
        """``rate --since`` the run of :meth:`whole`, when records of one unit in three hundred have come in."""
        clock = Clock()
        shutil.rmtree(self.runs / "later", ignore_errors=True)
        with clock.part("order"):
            order, _notes = order_of(replace(self._typed(), known_at=LATE, out=self.runs / "later", since=self.run_folder))
        with clock.part("rate"):
            rate(order, self.runs / "later")
        return Answer(ANSWER.empty_table(), clock.seconds)

    def explanation(self) -> Answer:
        """Why one unit, the busiest, has its grade."""
        clock = Clock()
        with clock.part("scheme"):
            run = read_run(self.run_folder)
            prepared = prepare(run.scheme, self.shelf)
        with clock.part("explain"):
            explain(run, "U00000000", prepared)
        return Answer(ANSWER.empty_table(), clock.seconds)

    @property
    def run_folder(self) -> Path:
        """Where :meth:`whole` writes."""
        return self.runs / "run"

    def _plan(self, shelf: Shelf | None) -> Answer:
        clock = Clock()
        with open_engine() as engine:
            with clock.part("scheme"):
                scheme = checked_scheme(str(self.given.scheme), self.given.as_of)
            with clock.part("plan"):
                prepare(scheme, shelf).plan(engine)
        return Answer(ANSWER.empty_table(), clock.seconds)

    def _started(self, engine: Engine, clock: Clock) -> Prepared:
        """Everything up to the first stage: scheme, plan, records and units in place."""
        given = self.given
        with clock.part("scheme"):
            prepared = prepare(checked_scheme(str(given.scheme), given.as_of), self.shelf)
        with clock.part("plan"):
            prepared.plan(engine)
        with clock.part("records"):
            engine.attach("record", [batch.folder / RECORD for batch in batches(given.records)])
        with clock.part("units read"):
            units, _notes = read_units(given.units)
        with clock.part("units loaded"):
            asks = everyone(units, given.as_of, given.known_at)
            load_start(engine, Start(units, asks), prepared.scheme, prepared.vocabulary)
        return prepared

    def _typed(self) -> Typed:
        given = self.given
        return Typed(
            scheme=str(given.scheme),
            units=given.units,
            records=given.records,
            as_of=given.as_of,
            known_at=given.known_at,
            out=self.run_folder,
            engine=given.engine,
            shelf=self.shelf,
        )


def prepare_shelf(folder: Path) -> Folder:
    """Where plans are kept, below a folder of the runner's own."""
    return Folder(folder / "plans")


def _answer(engine: Engine) -> pa.Table:
    score, grade = engine.table("score"), engine.table("grade")
    joined = score.join(grade.select("unit_id", grade="final"), "unit_id").select(*ANSWER.names)
    return joined.to_pyarrow().cast(ANSWER)


MEASURES: dict[str, Callable[[Ours], Answer]] = {
    "plan, cold": Ours.plan_cold,
    "plan, kept": Ours.plan_kept,
    "grades": Ours.grades,
    "stages": Ours.stages,
    "whole rate": Ours.whole,
    "explain": Ours.explanation,
    "incremental": Ours.incremental,
}
