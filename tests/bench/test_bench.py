"""The benchmarks compare like with like: the peers grade a small workload as we do, and its files are a store's files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from envcredit.base import uscc
from envcredit.base.document_numbers import document_key
from envcredit.base.names import name_key
from envcredit.base.vocabulary import read_vocabulary
from envcredit.rating.orders import Typed, order_of
from envcredit.rating.rate import rate
from envcredit.rating.run import Run
from envcredit.rating.stated import facts_of
from envcredit.records.store import batches
from envcredit.records.wide import wide_schema

UNITS, RECORDS = 200, 2_000


@pytest.fixture(scope="module", autouse=True)
def bench_can_be_imported(repository: Path) -> Iterator[None]:
    """``bench`` stands beside the package, not in it."""
    sys.path.insert(0, str(repository))
    yield
    sys.path.remove(str(repository))


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    make = import_module("bench.make")
    return Path(make.make(make.Workload("tiny", UNITS, RECORDS, 1), tmp_path_factory.mktemp("bench")))


@pytest.fixture(scope="module")
def given(workload: Path) -> object:
    manifest = import_module("bench.make").read_manifest()
    as_of = date.fromisoformat(manifest.as_of)
    return import_module("bench.given").Given(workload, manifest.scheme, as_of, manifest.known_at)


@pytest.fixture(scope="module")
def ours(workload: Path, repository: Path) -> Run:
    manifest = import_module("bench.make").read_manifest()
    typed = Typed(
        scheme=str(manifest.scheme),
        units=workload / "units.parquet",
        records=workload / "records",
        as_of=date.fromisoformat(manifest.as_of),
        known_at=manifest.known_at,
        out=workload / "run",
    )
    return rate(order_of(typed)[0], workload / "run")


def test_the_workload_is_a_store(workload: Path) -> None:
    stored, known_at = batches(workload / "records"), import_module("bench.make").read_manifest().known_at
    assert sum(batch.rows for batch in stored if batch.recorded_at <= known_at) == RECORDS
    assert all(batch.table().schema == wide_schema(read_vocabulary()) for batch in stored)
    for batch in stored:
        rows = batch.table(("unit_name_key", "unit_code", "record_id")).to_pylist()
        keys = [tuple(row.values()) for row in rows]
        assert keys == sorted(keys)


def test_a_days_records_that_came_later_are_one_each_of_some_units(workload: Path) -> None:
    known_at = import_module("bench.make").read_manifest().known_at
    (late,) = [batch for batch in batches(workload / "records") if batch.recorded_at > known_at]
    codes = late.table().column("unit_code").to_pylist()
    assert codes
    assert len(set(codes)) == len(codes)


def test_codes_names_and_documents_are_written_as_an_import_writes_them(workload: Path) -> None:
    for unit in pq.read_table(workload / "units.parquet").slice(0, 50).to_pylist():
        assert uscc.verdict(unit["uscc"]).status == "valid"
        assert name_key(unit["name"]) == unit["name"]
    rows = batches(workload / "records")[3].table().to_pylist()
    stated = [row for row in rows if row["document_number"]]
    assert stated
    assert all(row["document_key"] == document_key(row["authority"], row["document_number"]) for row in stated)


def test_one_unit_in_a_hundred_holds_a_fifth_of_the_records(ours: Run) -> None:
    of = facts_of(ours).column("unit_id").to_pylist()
    busy = sum(unit in ("U00000000", "U00000001") for unit in of)
    assert 0.16 < busy / len(of) < 0.24


@pytest.mark.parametrize(
    ("peer", "package"),
    [("hand_sql", "duckdb"), ("pandas_peer", "pandas"), ("openfisca_peer", "openfisca_core"), ("zen_peer", "zen")],
)
def test_a_peer_gives_the_same_scores_and_grades(peer: str, package: str, given: object, ours: Run) -> None:
    pytest.importorskip(package, reason=f"{package} is needed for the benchmarks alone: bench/requirements.txt")
    theirs = import_module(f"bench.peers.{peer}").rate(given).table.sort_by("unit_id").to_pydict()
    assert theirs["unit_id"] == ours.stage("grade").column("unit_id").to_pylist()
    assert theirs["score"] == ours.stage("score").column("score").to_pylist()
    assert theirs["grade"] == ours.stage("grade").column("final").to_pylist()
    assert {"", "blue", "yellow", "black"} <= set(theirs["grade"])


def test_the_hand_written_sql_cuts_the_same_points(given: object, ours: Run) -> None:
    """The caps are traceable in both: each point, what it counts, and which cap took the rest."""
    with duckdb.connect() as con:
        import_module("bench.peers.hand_sql").run(con, given)
        theirs = con.sql(
            "SELECT unit_id, rule, record_id, raw, counted, why_less FROM point "
            "SEMI JOIN (FROM unit WHERE status <> 'closed') USING (unit_id)"
        ).fetchall()
    columns = ("unit_id", "rule", "record_id", "raw", "counted", "why_less")
    mine = [tuple(row[c] for c in columns) for row in ours.stage("point").to_pylist() if row["effect"] in _SCORING]
    assert sorted(theirs) == sorted(mine)
    assert {row[5] for row in mine} == {"", "cap", "part_cap"}


_SCORING = ("deduct", "award", "measure")


def test_what_is_measured_up_to_the_grades_is_all_of_them(given: object, ours: Run, tmp_path: Path) -> None:
    measures = import_module("bench.ours")
    made = measures.Ours(given, measures.prepare_shelf(tmp_path), tmp_path).grades().table.sort_by("unit_id").to_pydict()
    assert made["score"] == ours.stage("score").column("score").to_pylist()
    assert made["grade"] == ours.stage("grade").column("final").to_pylist()


def test_a_term_still_runs_on_its_corresponding_day() -> None:
    first_day = import_module("bench.given").first_day
    assert first_day(date(2026, 12, 31), 12) == date(2025, 12, 31)
    assert first_day(date(2026, 12, 31), 6) == date(2026, 7, 1)  # 30 June + 6 months is 30 December
    assert first_day(date(2026, 2, 28), 6) == date(2025, 8, 28)


def test_publishing_in_small(tmp_path: Path) -> None:
    found = import_module("bench.release").measured(150, tmp_path)
    assert found["results"] == 150
    assert set(found["seconds"]) >= {"publish", "verify release", "verify bundles", "joserfc signing", "plain JSON"}
    assert 1000 < found["bundle_bytes"]["median"] < 5000
