"""Facts of a finished run, found again in the store with all that their records state."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from city import KNOWN_AT, ROWS, lay_out, plan_of_city, quick_run, take_in

from envcredit.errors import InputError
from envcredit.rating.explain import explain
from envcredit.rating.replay import replay
from envcredit.rating.run import Run, read_run
from envcredit.rating.stated import facts_of

ORDERED = "order,甲示例厂,,2026-09-01,,示例局,示令〔2026〕1号,,,,,"
CORRECTED = "penalty,旧甲示例厂,,2026-05-01,,示例局,示罚〔2026〕3号,fine,90000,,,"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay_out(tmp_path_factory.mktemp("stated"), [*ROWS, ORDERED])
    quick_run(folder)
    return folder


@pytest.fixture(scope="module")
def run(city: Path) -> Run:
    return read_run(city / "run")


@pytest.fixture(scope="module")
def every(run: Run) -> pa.Table:
    return facts_of(run)


def of(facts: pa.Table, *units: str) -> pa.Table:
    return facts.filter(pc.is_in(facts["unit_id"], pa.array(units, pa.string())))


class TestOfSomeUnits:
    @pytest.mark.parametrize("units", [("U1",), ("U2",), ("U3",), ("U3", "U1"), ()])
    def test_they_are_the_same_rows_as_of_all(self, run: Run, every: pa.Table, units: tuple[str, ...]) -> None:
        assert facts_of(run, units).equals(of(every, *units))

    def test_a_run_gives_its_own(self, run: Run, every: pa.Table) -> None:
        assert run.facts(["U2"]).equals(of(every, "U2"))


class TestWhatTheyState:
    def test_every_attached_record_is_one_row_with_its_state(self, every: pa.Table) -> None:
        told = {(row["unit_id"], row["document_number"], row["repaired"]) for row in every.to_pylist()}
        assert told == {
            ("U1", "示罚〔2026〕1号", False),
            ("U1", "示罚〔2026〕3号", False),
            ("U1", "示令〔2026〕1号", False),
            ("U2", "示罚〔2026〕2号", True),
            ("U2", "示修〔2026〕1号", False),
            ("U3", "示表〔2026〕1号", False),
        }

    def test_every_record_that_a_rule_looked_at_is_among_them(self, run: Run, every: pa.Table) -> None:
        known = {(row["unit_id"], row["record_id"]) for row in every.to_pylist()}
        for stage in ("point", "ignored"):
            named = {(row["unit_id"], row["record_id"]) for row in run.stage(stage).to_pylist() if row["record_id"]}
            assert named
            assert named <= known

    def test_explain_lists_what_no_rule_looks_at_and_the_run_does_not(self, run: Run) -> None:
        told = {(note.record.number, note.reason) for note in explain(run, "U1", plan_of_city()).ignored}
        assert told == {("示令〔2026〕1号", "no_rule")}
        assert {(row["unit_id"], row["reason"]) for row in run.stage("ignored").to_pylist()} == {("U2", "repaired")}


def moved(city: Path, to: Path) -> Path:
    return Path(shutil.copytree(city, to / "moved"))


class TestTheStore:
    def test_what_came_later_is_not_heard_of(self, city: Path, every: pa.Table, tmp_path: Path) -> None:
        folder = moved(city, tmp_path)
        take_in(folder, "later.csv", [CORRECTED], KNOWN_AT)
        assert facts_of(read_run(folder / "run")).equals(every)

    def test_it_may_lie_elsewhere(self, city: Path, every: pa.Table, tmp_path: Path) -> None:
        folder = moved(city, tmp_path)
        (folder / "store").rename(folder / "elsewhere")
        run = read_run(folder / "run")
        assert facts_of(run, ["U1"], folder / "elsewhere").equals(of(every, "U1"))
        assert explain(run, "U1", plan_of_city(), folder / "elsewhere").points

    def test_when_it_is_gone_nothing_is_told_from_less(self, city: Path, tmp_path: Path) -> None:
        folder = moved(city, tmp_path)
        shutil.rmtree(folder / "store")
        run = read_run(folder / "run")
        for ask in (lambda: explain(run, "U1"), lambda: facts_of(run)):
            with pytest.raises(InputError) as caught:
                ask()
            assert [one.code for one in caught.value.diagnostics] == ["T120"]
        assert [one.code for one in replay(folder / "run").changed] == ["T120"]


def test_the_file_of_units_holds_no_clocks_and_the_run_has_them(run: Run) -> None:
    clocks = {"as_of": date(2026, 12, 31), "period_from": date(2026, 1, 1)}
    clocks |= {"period_to": date(2026, 12, 31), "period_end": date(2026, 12, 31)}
    assert not clocks.keys() & set(pq.read_schema(run.path("unit")).names)
    for rows in (run.stage("unit"), run.rows("unit", "U2")):
        assert all({name: row[name] for name in clocks} == clocks for row in rows.to_pylist())
