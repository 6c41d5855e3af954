"""Records and units in folders and tables are what they would be in a store and a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from envcredit.base.locations import shown
from envcredit.base.vocabulary import read_vocabulary
from envcredit.cli.app import main
from envcredit.engine import Engine, open_engine
from envcredit.errors import InputError
from envcredit.records.places import Asked, Held, ParquetFolder, Store, Table, UnitFile, record_place, unit_place
from envcredit.records.units import read_units

from .conftest import Desk

VOCABULARY = read_vocabulary()
EVERYTHING = Asked("9999-12-31T23:59:59Z")
FIRST = """kind,unit_name,document_number,decided_on,fine,awarded_on,title
penalty,甲厂,环罚〔2025〕1号,2025-03-05,20000,,
penalty,乙厂,环罚〔2026〕2号,2026-03-05,30000,,
commendation,丙厂,,,,2024-06-01,绿色工厂
"""


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine() as opened:
        yield opened


@pytest.fixture
def city(desk: Desk) -> Desk:
    """Three records; then the first is corrected, which moves it to the next year."""
    arrival = desk.take_text(FIRST)
    assert arrival.accepted == 3, arrival.render("en")
    (first,) = [row["record_id"] for row in desk.rows() if row["unit_name"] == "甲厂"]
    later = f"kind,unit_name,document_number,decided_on,fine,replaces\npenalty,甲厂,环罚〔2025〕1号,2026-01-05,1000,{first}\n"
    assert desk.take_text(later, at=desk.second, name="later.csv").accepted == 1
    return desk


def partitioned(desk: Desk, *more: object) -> Path:
    folder = desk.store.parent / "lake"
    with pytest.raises(SystemExit) as left:
        main(["records", "partition", str(desk.store), "--out", str(folder), *map(str, more)])
    assert left.value.code == 0
    return folder


def attached(engine: Engine, place: Any, asked: Asked = EVERYTHING) -> tuple[list[Held], list[dict[str, Any]]]:
    """The batches of a place, and its rows in the engine."""
    held = place.attach(engine, asked, VOCABULARY)
    return held, engine.table("record").order_by("record_id").to_pyarrow().to_pylist()


def refused(work: Callable[[], object]) -> list[str]:
    with pytest.raises(InputError) as found:
        work()
    return [each.render("en") for each in found.value.diagnostics]


class TestRecords:
    def test_a_folder_that_was_made_of_a_store_holds_the_same(self, city: Desk, engine: Engine) -> None:
        folder = partitioned(city)
        held, rows = attached(engine, Store(city.store))
        again, same = attached(engine, record_place(str(folder)))
        assert same == rows
        assert [(batch.id, batch.rows) for batch in again] == [(batch.id, batch.rows) for batch in held]
        assert [batch.rows for batch in held] == [3, 1]

    def test_what_came_later_leaves_no_trace(self, city: Desk, engine: Engine) -> None:
        folder = ParquetFolder(str(partitioned(city)))
        first, all_ = (attached(engine, folder, Asked(moment)) for moment in (city.first, city.second))
        assert first[0] == all_[0][:1]
        assert [len(first[1]), len(all_[1])] == [3, 4]
        assert attached(engine, folder, Asked(city.third, batches=[first[0][0].id])) == first

    def test_a_batch_is_known_again_by_its_records(self, city: Desk, engine: Engine) -> None:
        folder = partitioned(city)
        before = attached(engine, ParquetFolder(str(folder)))[0]
        for path in (folder / "kind=penalty").rglob("*.parquet"):
            table = pq.read_table(path, partitioning=None)
            pq.write_table(table.filter(pc.field("unit_name") != "乙厂"), path)
        after = attached(engine, ParquetFolder(str(folder)))[0]
        assert [(one.id, one.digest == other.digest) for one, other in zip(before, after, strict=True)] == [
            (before[0].id, False),
            (before[1].id, True),
        ]

    def test_the_year_of_a_correction_is_that_of_the_record_that_it_replaces(self, city: Desk, engine: Engine) -> None:
        folder = partitioned(city)
        laid = ds.dataset(folder, partitioning="hive").to_table(columns=["kind", "year", "fine"]).to_pylist()
        assert sorted((row["kind"], row["year"], row["fine"]) for row in laid if row["kind"] == "penalty") == [
            ("penalty", 2025, 100_000),
            ("penalty", 2025, 2_000_000),
            ("penalty", 2026, 3_000_000),
        ]
        asked = Asked(city.third, kinds=["penalty"], last_year=2025)
        assert {row["fine"] for row in attached(engine, ParquetFolder(str(folder)), asked)[1]} == {100_000, 2_000_000}

    def test_kinds_are_no_part_of_paths_when_a_correction_changes_the_kind(self, city: Desk) -> None:
        (praise,) = [row["record_id"] for row in city.rows() if row["kind"] == "commendation"]
        text = f"kind,unit_name,document_number,decided_on,replaces\npenalty,丙厂,环罚〔2024〕9号,2024-06-01,{praise}\n"
        assert city.take_text(text, at=city.third, name="kind.csv").accepted == 1
        assert {path.name for path in partitioned(city).iterdir()} == {"year=2024", "year=2025", "year=2026"}

    def test_a_table(self, city: Desk, tmp_path: Path) -> None:
        with open_engine(f"duckdb:{tmp_path / 'city.duckdb'}") as engine:
            held, rows = attached(engine, Store(city.store))
            engine.keep("kept", engine.table("record"))
            engine.write_table("kept", "record")
            again, same = attached(engine, record_place("table:record"))
        assert same == rows
        assert [batch.id for batch in again] == [batch.id for batch in held]

    def test_an_empty_store(self, desk: Desk, engine: Engine) -> None:
        assert attached(engine, Store(desk.store)) == ([], [])

    @pytest.mark.parametrize(
        ("column", "values", "told"),
        [
            ("record_id", ["", "b", "c"], "R605 1 records have an empty record_id"),
            ("record_id", ["a", None, "c"], "R605 1 records have an empty record_id"),
            ("record_id", ["a", "a", "a"], "R606 2 records have the record_id of another one"),
            ("kind", ["member", "fine", ""], "R607 3 records have a kind that is not known"),
            ("recorded_at", ["2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01T24:00:00Z"], "R607 2 records have a recorded_at"),
        ],
    )
    def test_rows_that_nobody_can_use(
        self, desk: Desk, engine: Engine, tmp_path: Path, column: str, values: list[str], told: str
    ) -> None:
        desk.take_text(FIRST)
        table = pa.concat_tables([pq.read_table(path) for path in desk.store.rglob("record.parquet")])
        changed = table.set_column(table.column_names.index(column), column, pa.array(values))
        lake = tmp_path / "lake"
        lake.mkdir()
        pq.write_table(changed, lake / "record.parquet")
        (found,) = refused(lambda: attached(engine, ParquetFolder(str(lake))))
        assert found.startswith(f"folder:{lake}: {told}")

    def test_what_a_place_must_say(self, engine: Engine, tmp_path: Path) -> None:
        pq.write_table(pa.table({"record_id": ["a"], "kind": ["penalty"]}), tmp_path / "record.parquet")
        (found,) = refused(lambda: attached(engine, ParquetFolder(str(tmp_path))))
        assert "T133 columns are missing: source, batch, recorded_at, replaces, unit_name, unit_code, unit_name_key" in found


class TestUnits:
    LIST = "unit_id,name,unit_type,uscc\nU2,乙厂,enterprise,\nU1,甲厂,enterprise,91430400WN0001077Y\n"

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "units.csv"
        path.write_text(self.LIST, "utf-8")
        return path

    def test_a_folder_and_a_table_are_read_as_a_file_is(self, file: Path, tmp_path: Path) -> None:
        units, _notes = read_units(file)
        (tmp_path / "units").mkdir()
        pq.write_table(units.slice(1), tmp_path / "units" / "1.parquet")
        pq.write_table(units.slice(0, 1).drop_columns(["park"]), tmp_path / "units" / "2.parquet")
        with open_engine(f"duckdb:{tmp_path / 'city.duckdb'}") as engine:
            engine.load("kept", units)
            engine.write_table("kept", "units")
            assert unit_place(str(file)).read_units(engine, VOCABULARY)[0].equals(units)
            for place in (str(tmp_path / "units"), f"folder:{tmp_path / 'units'}", "table:main.units"):
                read, notes = unit_place(place).read_units(engine, VOCABULARY)
                assert read.equals(units), place
                assert notes == ()

    def test_a_slip_is_told_as_in_a_file(self, engine: Engine, tmp_path: Path) -> None:
        units = pa.table({"unit_id": ["a", "a"], "name": ["甲厂", None], "unit_type": ["enterprise", "farm"]})
        pq.write_table(units, tmp_path / "units.parquet")
        told = refused(lambda: unit_place(str(tmp_path)).read_units(engine, VOCABULARY))
        assert {line.split()[1] for line in told} >= {"R402", "R403"}

    def test_names_are_needed(self, engine: Engine, tmp_path: Path) -> None:
        pq.write_table(pa.table({"unit_id": ["a"]}), tmp_path / "units.parquet")
        (told,) = refused(lambda: unit_place(str(tmp_path)).read_units(engine, VOCABULARY))
        assert "T133 columns are missing: name, unit_type" in told


def test_a_place_is_known_by_how_it_is_written(city: Desk, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "in" / "x.parquet")
    assert record_place("table:city.record") == Table("city.record")
    assert record_place("folder:lake") == ParquetFolder("lake")
    assert record_place("s3://city/lake") == ParquetFolder("s3://city/lake")
    assert record_place(str(city.store)) == Store(city.store)
    assert record_place(str(tmp_path / "in")) == ParquetFolder(str(tmp_path / "in"))
    assert record_place(str(tmp_path / "nowhere")) == Store(tmp_path / "nowhere")
    assert unit_place("units.csv") == UnitFile(Path("units.csv"))
    assert unit_place("gs://city/units").name == "folder:gs://city/units"


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("s3://me:secret@city/lake?endpoint_override=127.0.0.1", "s3://city/lake"),
        ("s3://me:se/cr@et@city/a", "s3://city/a"),
        ("s3://city/a@b", "s3://city/a@b"),
        ("abfss://lake:secret@city.dfs.core.windows.net/a", "abfss://lake@city.dfs.core.windows.net/a"),
        ("/srv/a@b?c", "/srv/a@b?c"),
    ],
)
def test_what_gives_access_is_not_shown(location: str, told: str) -> None:
    assert shown(location) == told


def test_partition_for_programs(city: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    folder = partitioned(city, "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["result"] == {"folder": str(folder), "rows": 4, "partition_by": ["kind", "year"]}
    for arguments, code in (([city.store], "T137"), ([city.folder], "T114")):
        with pytest.raises(SystemExit) as left:
            main(["records", "partition", *map(str, arguments), "--out", str(folder), "--json"])
        assert left.value.code == 2
        assert [each["code"] for each in json.loads(capsys.readouterr().out)["diagnostics"]] == [code]
