"""One answer on every engine: each shipped scheme's cases, and a small city with files, names and masked codes.

Apache Spark takes half a second for every statement, however few the rows. So it gets the cases of two schemes, beside all of
``test_conformance`` and the demo city; ``SPARK_SCHEMES=all`` gives it those of all schemes, in about a quarter of an hour.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from city import lay_out, run_of
from kept_plans import PLANS

from envcredit.base.vocabulary import read_vocabulary
from envcredit.engine import Engine, open_engine
from envcredit.rating.cases import start_of
from envcredit.rating.columns import KEYS
from envcredit.rating.digests import unit_digests
from envcredit.rating.inputs import Start
from envcredit.rating.invariants import check
from envcredit.rating.prepared import Prepared, prepare
from envcredit.rating.replay import replay
from envcredit.rating.run import read_run
from envcredit.records.wide import wide_schema
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.library import locate, names
from envcredit.scheme.reader import read_scheme

OTHERS = ["postgresql", "sail"]
ON_SPARK = names() if os.environ.get("SPARK_SCHEMES") == "all" else ["us/echo/cwa-status/2026-01-01"]
Place = Callable[[str], str]
Cases = tuple[Prepared, Start]


def cases_of(name: str) -> Cases:
    """A scheme, and its cases as what a plan starts from: each is a unit of its own."""
    scheme, vocabulary = read_scheme(name), read_vocabulary()
    cases, problems = read_cases(locate(name), scheme, vocabulary)
    assert cases
    assert not problems
    return prepare(scheme, PLANS), start_of(scheme, cases, vocabulary)


def digests(engine: Engine, cases: Cases, folder: Path) -> Mapping[str, str]:
    """The digest of every case."""
    prepared, start = cases
    engine.load("record", wide_schema(prepared.vocabulary).empty_table())
    made = prepared.rated(engine, start, (*KEYS, "broken", "cited"))
    check(made, prepared.scheme)
    tables = prepared.plan(engine).results
    for stage, key in KEYS.items():
        engine.write_parquet(tables[stage], folder / stage, key)
        rows = pq.read_table(folder / stage)
        told_apart, different = (rows.group_by(list(by)).aggregate([]).num_rows for by in (key, rows.column_names))
        assert told_apart == different, f"rows of {stage} have no order"
    told = unit_digests({stage: folder / stage for stage in KEYS}).to_pylist()
    assert len(told) == len(start.asks)
    return {row["unit_id"]: row["digest"] for row in told}


@pytest.mark.parametrize("name", names())
def test_cases_of_a_shipped_scheme(name: str, place: Place, tmp_path: Path) -> None:
    one_answer(name, OTHERS, place, tmp_path)


@pytest.mark.parametrize("name", ON_SPARK)
def test_cases_of_a_shipped_scheme_on_apache_spark(name: str, place: Place, tmp_path: Path) -> None:
    one_answer(name, ["spark"], place, tmp_path)


def one_answer(name: str, others: Sequence[str], place: Place, tmp_path: Path) -> None:
    cases = cases_of(name)
    found = {}
    for kind in ("duckdb", *others):
        (tmp_path / kind).mkdir()
        with open_engine(place(kind)) as engine:
            found[kind] = digests(engine, cases, tmp_path / kind)
    assert found == dict.fromkeys(found, found["duckdb"])


@pytest.fixture(scope="module")
def small_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city of three units, rated on DuckDB."""
    folder = lay_out(tmp_path_factory.mktemp("city"))
    run_of(folder)
    return folder


@pytest.mark.parametrize("other", OTHERS)
def test_a_city_from_files(small_city: Path, other: str, place: Place) -> None:
    expected, found = read_run(small_city / "run"), run_of(small_city, f"on-{other}", engine=place(other))
    assert found.stage("digest").equals(expected.stage("digest"))
    assert found.manifest["result_digest"] == expected.manifest["result_digest"]
    assert found.manifest["engine"].split()[0] == other
    for stage in KEYS:
        columns = [[(c.name, c.type) for c in pq.read_schema(run.path(stage))] for run in (expected, found)]
        assert columns[0] == columns[1]


@pytest.mark.parametrize("other", OTHERS)
def test_a_run_is_replayed_elsewhere(small_city: Path, other: str, place: Place) -> None:
    assert replay(small_city / "run", engine=place(other)).equal
