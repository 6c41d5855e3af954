"""Engines that are not there, and what a run leaves in a database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import ibis
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from envcredit.engine import open_engine
from envcredit.errors import InputError

Place = Callable[[str], str]
NUMBERS = pa.table({"n": pa.array([3, 1, None], pa.int64())})


def refused(name: str) -> tuple[str, str]:
    """The code and the English sentence with which an engine is refused."""
    with pytest.raises(InputError) as caught, open_engine(name):
        pass
    (one,) = caught.value.diagnostics
    return one.code, one.message("en")


@pytest.mark.parametrize("name", ["postgresql://me:secret@127.0.0.1:1/x?password=secret", "sc://127.0.0.1:1/;token=secret"])
def test_a_server_that_does_not_listen(name: str) -> None:
    code, told = refused(name)
    assert code == "T108"
    assert "refused" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("name", "part", "module"), [("postgresql://x", "postgres", "psycopg"), ("sc://x", "spark", "pyspark.errors")]
)
def test_a_part_that_is_not_installed(name: str, part: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, f"envcredit.engine.{'spark' if part == 'spark' else 'postgresql'}", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    code, told = refused(name)
    assert code == "T107"
    assert part in told
    assert module in told


class TestSchemaOfARun:
    def tables(self, url: str, schema: str) -> list[str]:
        with psycopg.connect(url) as connection:
            found = connection.execute(
                "SELECT relname || relpersistence::text FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'",
                [schema],
            )
            return sorted(name for (name,) in found)

    def with_query(self, url: str, query: str) -> str:
        return f"{url}{'&' if '?' in url else '?'}{query}"

    def test_nothing_is_left(self, place: Place) -> None:
        url = place("postgresql")
        with open_engine(url) as engine:
            engine.keep("twice", engine.load("numbers", NUMBERS))
            assert self.tables(url, "envcredit") == ["numbersu", "twiceu"]
        assert self.tables(url, "envcredit") == []

    def test_what_was_written_to_a_table_outlives_the_run_and_a_crash_of_the_server(self, place: Place) -> None:
        url = place("postgresql")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE SCHEMA city")
        with open_engine(self.with_query(url, "schema=made_in")) as engine:
            engine.keep("twice", engine.load("numbers", NUMBERS))
            engine.write_table("twice", "city.twice")
        assert (self.tables(url, "made_in"), self.tables(url, "city")) == ([], ["twicep"])

    def test_two_runs_do_not_share_a_schema(self, place: Place) -> None:
        url = place("postgresql")
        with open_engine(url):
            code, told = refused(url)
            with open_engine(self.with_query(url, "schema=another")) as other:
                assert other.load("numbers", NUMBERS).count().to_pyarrow().as_py() == 3
        assert code == "T115"
        assert "envcredit" in told

    def test_texts_are_in_binary_order_whatever_the_database_speaks(self, place: Place) -> None:
        url = place("postgresql")
        with open_engine(url) as engine, psycopg.connect(url) as connection:
            engine.keep("last", engine.load("words", pa.table({"word": ["b", "ä"]})).agg(word=ibis._.word.max()))
            query = "SELECT table_name, collation_name FROM information_schema.columns WHERE table_schema = 'envcredit'"
            assert sorted(connection.execute(query).fetchall()) == [("last", "C"), ("words", "C")]


def test_files_that_a_cluster_cannot_see_are_sent_to_it(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import envcredit.engine.spark as spark

    monkeypatch.setattr(spark, "_SLICE_ROWS", 2)
    paths = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    for path in paths:
        pq.write_table(NUMBERS, path)
    with open_engine(place("sail")) as engine:
        monkeypatch.setattr(Path, "as_uri", lambda path: f"file:///nowhere/{path.name}")
        table = engine.attach("numbers", paths)
        assert sorted(table.to_pyarrow()["n"].to_pylist(), key=str) == [1, 1, 3, 3, None, None]


class TestApacheSpark:
    def test_it_lies_where_it_is_said_to_or_where_make_puts_it(
        self, apache_spark: Callable[[Mapping[str, str], Path], Path], tmp_path: Path
    ) -> None:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "spark-submit").touch()
        assert apache_spark({}, tmp_path) == tmp_path
        assert apache_spark({"SPARK_HOME": "/opt/spark"}, tmp_path) == Path("/opt/spark")

    def test_where_it_is_not_its_tests_are_skipped_but_fail_in_ci(
        self, apache_spark: Callable[[Mapping[str, str], Path], Path], tmp_path: Path
    ) -> None:
        with pytest.raises(pytest.skip.Exception, match="Java 17"):
            apache_spark({}, tmp_path)
        with pytest.raises(pytest.fail.Exception, match="Java 17"):
            apache_spark({"CI": "true"}, tmp_path)
