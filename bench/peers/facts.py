"""Facts for the engines that read no files and join no records; read by DuckDB, so that they do not wait for pandas."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from bench.given import Given

SQL = Path(__file__).with_suffix(".sql")


def facts_and_units(given: Given) -> tuple[pa.Table, pa.Table]:
    """Facts by unit, day and record, and units with ``unit_id`` and ``status`` in order; of a sample only these units."""
    with duckdb.connect() as con:
        con.execute("SET VARIABLE as_of = ?::DATE", [given.as_of])
        con.execute("SET VARIABLE known_at = ?", [given.known_at])
        con.read_parquet([str(path) for path in given.record_files]).create_view("record")
        every = con.read_parquet(str(given.units))
        # the number of a unit decides, so that busy and quiet units are in the sample in their proportion
        every.filter(f"CAST(substr(unit_id, 2) AS BIGINT) % 1000 < {given.sample}").create_view("unit")
        units = con.sql("SELECT unit_id, status FROM unit ORDER BY unit_id").to_arrow_table()
        return con.sql(SQL.read_text("utf-8")).to_arrow_table(), units
