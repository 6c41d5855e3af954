"""Records and units that lie in folders and tables are rated as those of a store and a file are."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from city import ROWS, UNITS, lay_out, plan_of_city, take_in
from city import run_of as rated

from envcredit.base.vocabulary import read_vocabulary
from envcredit.engine import open_engine
from envcredit.errors import InputError
from envcredit.rating.columns import KEYS
from envcredit.rating.delivery import Folders, result_place
from envcredit.rating.explain import explain
from envcredit.rating.replay import replay
from envcredit.rating.run import Run, read_run
from envcredit.rating.stated import facts_of
from envcredit.records.partitions import EVERYTHING, partition_columns, with_year
from envcredit.records.places import Asked, Store
from envcredit.records.units import read_units

NEXT_YEAR = (
    "penalty,丁示例厂,91431000**********,2027-01-05,,示例局,示罚〔2027〕1号,fine,1000,,,",
    "penalty,甲示例厂,,2027-01-06,,示例局,示罚〔2027〕2号,fine,1000,,,",
)
"""Told before the rating, about days after it: of a party that is no unit, and of a unit."""


PLANS: dict[str, bytes] = {}


class Shelf:
    """Plans of this file's tests, each built once."""

    def find(self, key: str) -> bytes | None:
        return PLANS.get(key)

    def put(self, key: str, content: bytes) -> None:
        PLANS[key] = content


def run_of(folder: Path, out: str = "run", **more: object) -> Run:
    return rated(folder, out, shelf=Shelf(), **more)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's records in a store, in a folder by kind and year, and with its units in a database."""
    folder = lay_out(tmp_path_factory.mktemp("places"), [*ROWS, *NEXT_YEAR])
    with open_engine(database(folder)) as engine:
        Store(folder / "store").attach(engine, Asked(EVERYTHING), read_vocabulary())
        record = engine.keep("placed", with_year(engine.table("record"), read_vocabulary()))
        engine.write_folder("placed", str(folder / "lake"), partition_columns(record), ["record_id"])
        engine.write_table("placed", "told")
        engine.load("listed", read_units(folder / "units.csv")[0])
        engine.write_table("listed", "listed")
    run_of(folder)
    run_of(folder, "of-lake", records=f"folder:{folder / 'lake'}")
    run_of(folder, "of-table", records="table:told", units="table:listed", engine=database(folder))
    return folder


def database(folder: Path) -> str:
    return f"duckdb:{folder / 'city.duckdb'}"


def told(folder: Path, name: str) -> Run:
    return read_run(folder / name, engine=database(folder))


class TestTheSameAnswer:
    @pytest.mark.parametrize("name", ["of-lake", "of-table"])
    def test_it_has_the_digest_of_the_store(self, city: Path, name: str) -> None:
        assert told(city, name).manifest["result_digest"] == told(city, "run").manifest["result_digest"]

    @pytest.mark.parametrize(
        ("name", "place", "rows"), [("run", "../store", 8), ("of-lake", "folder:../lake", 6), ("of-table", "table:told", 6)]
    )
    def test_the_manifest_says_where_and_what_was_read(self, city: Path, name: str, place: str, rows: int) -> None:
        """Of later years nothing is read where years are told apart."""
        inputs = told(city, name).manifest["inputs"]
        assert (inputs["records"], [batch["rows"] for batch in inputs["batches"]]) == (place, [rows])

    @pytest.mark.parametrize("name", ["of-lake", "of-table"])
    def test_its_facts_are_found_where_they_lie(self, city: Path, name: str) -> None:
        assert facts_of(told(city, name)).equals(facts_of(told(city, "run")))
        assert explain(told(city, name), "U1", plan_of_city()).points

    def test_a_record_of_a_day_still_to_come_is_no_record_without_a_unit_yet(self, city: Path) -> None:
        assert [row["unit_name"] for row in told(city, "run").stage("unattached").to_pylist()] == ["丁示例厂"]
        later = run_of(city, "later", as_of=date(2027, 12, 31))
        assert later.stage("unattached").num_rows == 2

    def test_what_rests_on_an_earlier_run_is_rated_whole(self, city: Path) -> None:
        again = run_of(city, "again", records=city / "lake", since=city / "of-lake")
        assert (again.manifest["since"], again.manifest["rated_in_full"]) == (None, "place")
        assert again.manifest["result_digest"] == told(city, "of-lake").manifest["result_digest"]


def test_a_run_that_rests_on_an_earlier_one_hears_of_no_unit_when_the_day_has_come(tmp_path: Path) -> None:
    to_come = "penalty,丁示例厂,91431000**********,2026-12-20,,示例局,示罚〔2026〕5号,fine,1000,,,"
    more = "".join(f"V{n},戊示例{n}厂,,,enterprise,simplified,operating\n" for n in range(6))
    folder = lay_out(tmp_path, [*ROWS, to_come], UNITS + more)
    run_of(folder, as_of=date(2026, 12, 10))
    rested = run_of(folder, "rested", as_of=date(2026, 12, 22), since=folder / "run")
    whole = run_of(folder, "whole", as_of=date(2026, 12, 22))
    assert rested.manifest["since"]
    assert [run.stage("unattached").num_rows for run in (read_run(folder / "run"), rested, whole)] == [1, 2, 2]
    assert rested.manifest["result_digest"] == whole.manifest["result_digest"]


class TestReplay:
    def test_it_is_equal(self, city: Path) -> None:
        assert replay(city / "of-lake").equal
        assert replay(city / "of-table", engine=database(city)).equal

    def test_records_of_a_table_are_not_looked_for_without_its_database(self, city: Path) -> None:
        for ask in (lambda: replay(city / "of-table"), lambda: facts_of(read_run(city / "of-table"))):
            with pytest.raises(InputError) as caught:
                ask()
            assert [one.code for one in caught.value.diagnostics] == ["T123"]
            assert "told" in caught.value.diagnostics[0].message("en")

    def test_a_missing_record_is_noticed(self, city: Path, tmp_path: Path) -> None:
        moved = Path(shutil.copytree(city, tmp_path / "moved"))
        (path,) = (moved / "lake" / "kind=commendation").rglob("*.parquet")
        table = pq.read_table(path, partitioning=None)
        pq.write_table(table.filter(pc.field("record_id") == ""), path)
        assert [one.code for one in replay(moved / "of-lake").changed] == ["T120"]
        with pytest.raises(InputError) as caught:
            facts_of(read_run(moved / "of-lake"))
        assert [one.code for one in caught.value.diagnostics] == ["T120"]

    def test_the_folder_may_lie_elsewhere(self, city: Path, tmp_path: Path) -> None:
        moved = Path(shutil.copytree(city, tmp_path / "moved"))
        (moved / "lake").rename(moved / "elsewhere")
        assert replay(moved / "of-lake", moved / "elsewhere").equal


def test_what_came_to_a_store_later_is_left_out(city: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(city, tmp_path / "moved"))
    take_in(moved, "late.csv", ["penalty,甲示例厂,,2026-07-01,,示例局,示罚〔2026〕9号,fine,90000,,,"], "2027-02-01T00:00:00Z")
    assert facts_of(read_run(moved / "run")).equals(facts_of(told(city, "run")))


class TestResults:
    def test_the_engine_writes_every_stage_to_a_folder(self, city: Path, tmp_path: Path) -> None:
        run = run_of(city, "handed-on", results=f"folder:{tmp_path / 'out'}")
        for stage in KEYS:
            written = pq.read_table(tmp_path / "out" / stage / "as_of=2026-12-31", partitioning=None)
            assert written.to_pylist() == pq.read_table(run.path(stage)).to_pylist(), stage
        assert run.manifest["results"].startswith("folder:../")
        with pytest.raises(InputError) as caught:
            run_of(city, "twice", results=str(tmp_path / "out"))
        assert {one.code for one in caught.value.diagnostics} == {"T137"}
        assert not (city / "twice").exists()

    def test_or_to_tables_in_place_of_those_before(self, city: Path) -> None:
        with duckdb.connect(str(city / "city.duckdb")) as connection:
            connection.execute("CREATE SCHEMA results")
        for name in ("first", "second"):
            run = run_of(city, name, engine=database(city), results="table:results")
        assert run.manifest["results"] == "table:results"
        with duckdb.connect(str(city / "city.duckdb")) as connection:
            for stage, key in KEYS.items():
                rows = connection.sql(f'SELECT * FROM results."{stage}" ORDER BY {", ".join(key)}').to_arrow_table()
                assert rows.to_pylist() == pq.read_table(run.path(stage)).to_pylist(), stage

    def test_what_they_are_to_be_written_to_is_named_like_a_schema(self, city: Path) -> None:
        with pytest.raises(InputError) as caught:
            run_of(city, "unnamed", results="table:no name")
        assert [one.code for one in caught.value.diagnostics] == ["T131"]

    def test_they_are_written_whole(self, city: Path, tmp_path: Path) -> None:
        run = run_of(city, "whole-again", since=city / "run", results=str(tmp_path / "out"))
        assert (run.manifest["since"], run.manifest["rated_in_full"]) == (None, "results")

    @pytest.mark.parametrize(
        ("text", "name", "stage"),
        [
            (
                "s3://key:secret@lake/out/?region=x",
                "folder:s3://lake/out/",
                "s3://key:secret@lake/out/unit/as_of=2026-12-31?region=x",
            ),
            ("folder:out", "folder:out", "out/unit/as_of=2026-12-31"),
        ],
    )
    def test_the_name_of_a_place_gives_no_access(self, text: str, name: str, stage: str) -> None:
        place = result_place(text)
        assert isinstance(place, Folders)
        assert (place.name, place.of("unit", date(2026, 12, 31))) == (name, stage)


def test_signed_links_are_given_where_no_store_keeps_them(city: Path) -> None:
    head = "unit_name,unit_code_raw,unit_id,decided_by,decided_on,reason"
    (city / "links.csv").write_text(f"{head}\n丁示例厂,91431000**********,U3,甲,2026-12-01,同一单位\n", "utf-8")
    linked = run_of(city, "linked", records=city / "lake", links=city / "links.csv")
    assert linked.stage("unattached").num_rows == 0
    assert linked.manifest["inputs"]["links"] == [["丁示例厂", "91431000**********", "U3"]]
    assert replay(city / "linked").equal
