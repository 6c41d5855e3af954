"""Writes a workload: a store of records in quarterly batches and a list of units, the same on every machine.

``python -m bench.make city build/bench`` writes ``build/bench/city/{units.parquet,records/}``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from ruamel.yaml import YAML

from envcredit.base.vocabulary import read_vocabulary
from envcredit.records.store import batch_name, write_batch
from envcredit.records.units import unit_schema
from envcredit.records.wide import wide_schema

HERE = Path(__file__).parent
QUARTERS, CORRECTIONS = 20, 20
LATE = "2027-01-20T00:00:00Z"
DONE = "complete"


@dataclass(frozen=True, slots=True)
class Workload:
    """One line of the manifest. ``sample``: units in a thousand that a peer evaluates; ``without``: peers that are left out.

    ``engine``: the one that ours runs on.
    """

    name: str
    units: int
    records: int
    repetitions: int
    sample: Mapping[str, int] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    engine: str = "duckdb"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is measured: the scheme, the day, what was known, and the workloads by name."""

    scheme: Path
    as_of: str
    known_at: str
    workloads: dict[str, Workload]


def read_manifest() -> Manifest:
    """``bench/manifest.yaml``."""
    plain = YAML(typ="safe").load(HERE / "manifest.yaml")
    workloads = {name: _workload(name, row) for name, row in plain["workloads"].items()}
    return Manifest(HERE / plain["scheme"], str(plain["as_of"]), str(plain["known_at"]), workloads)


def _workload(name: str, row: Mapping[str, Any]) -> Workload:
    sample, without = row.get("sample", {}), tuple(row.get("without", ()))
    return Workload(name, row["units"], row["records"], row["repetitions"], sample, without, row.get("engine", "duckdb"))


def make(workload: Workload, folder: Path) -> Path:
    """Writes a workload below ``folder`` unless it is there already, and returns where it lies."""
    target = folder / workload.name
    if (target / DONE).is_file():
        return target
    target.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(target / "making.duckdb")) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"SET VARIABLE units = {workload.units}; SET VARIABLE records = {workload.records}")
        con.execute((HERE / "workload.sql").read_text("utf-8"))
        _write_units(con, target)
        for number in range(QUARTERS + 1):
            _write_batch(con, number, target / "records")
        _write_late(con, max(1, workload.units // 300), target / "records")
    (target / "making.duckdb").unlink()
    (target / DONE).touch()
    return target


def _write_units(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    made = con.sql("SELECT * EXCLUDE (unit_no) FROM unit ORDER BY unit_id").to_arrow_table()
    pq.write_table(_in_schema(made, unit_schema(read_vocabulary())), target / "units.parquet", compression="zstd")


def _write_batch(con: duckdb.DuckDBPyConnection, number: int, store: Path) -> None:
    """One quarter as one batch, recorded five days after it; corrections come last."""
    recorded_at = "2027-01-10T00:00:00Z" if number == CORRECTIONS else _after_quarter(number)
    query = f"SELECT * EXCLUDE (batch_no) FROM record WHERE batch_no = {number} ORDER BY record_id"  # noqa: S608  a whole number
    made = con.sql(query).to_arrow_table()
    if made.num_rows:
        _keep(made, recorded_at, store)


def _write_late(con: duckdb.DuckDBPyConnection, units: int, store: Path) -> None:
    """A day's records, one each of so many units, that became known only after the moment of the measured rating."""
    query = f"""
        SELECT * EXCLUDE (batch_no) REPLACE (
          sha256(record_id || ' late') AS record_id, document_key || ' late' AS document_key, '' AS act)
        FROM record WHERE kind = 'penalty' AND unit_code <> '' AND replaces = ''
        QUALIFY row_number() OVER (PARTITION BY unit_code ORDER BY record_id) = 1
        ORDER BY record_id LIMIT {units}"""  # noqa: S608  a whole number
    _keep(con.sql(query).to_arrow_table(), LATE, store)


def _keep(made: pa.Table, recorded_at: str, store: Path) -> None:
    name, digest = batch_name("native", recorded_at, made.column("record_id").to_pylist(), "")
    made = made.append_column("batch", pa.repeat(name, made.num_rows))
    made = made.append_column("recorded_at", pa.repeat(recorded_at, made.num_rows))
    counts = {"rows": made.num_rows, "accepted": made.num_rows, "duplicate": 0, "quarantined": 0}
    manifest = {
        "batch": name,
        "source": "native",
        "recorded_at": recorded_at,
        "vocabulary": read_vocabulary().edition,
        "files": [],
        "counts": counts,
        "reasons": {},
        "digest": digest,
        "quarantine_digest": "",
    }
    write_batch(store, manifest, _in_schema(made, wide_schema(read_vocabulary())), b"")


def _after_quarter(number: int) -> str:
    year, quarter = divmod(number + 1, 4)
    return f"{2022 + year}-{quarter * 3 + 1:02d}-05T00:00:00Z"


def _in_schema(made: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of a schema in its order; what the workload does not state is null."""
    strays = set(made.column_names) - set(schema.names)
    assert not strays, strays
    present = set(made.column_names)
    columns = [
        made.column(field.name).cast(field.type) if field.name in present else pa.nulls(made.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def main() -> None:
    """The command line."""
    workloads = read_manifest().workloads
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=list(workloads))
    parser.add_argument("folder", type=Path, nargs="?", default=Path("build/bench"))
    arguments = parser.parse_args()
    print(make(workloads[arguments.workload], arguments.folder))


if __name__ == "__main__":
    main()
