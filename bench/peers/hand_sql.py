"""The DuckDB SQL that an expert would write for this scheme alone, over the same Parquet files."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.given import ANSWER, Answer, Given

SQL = Path(__file__).with_suffix(".sql")


def rate(given: Given) -> Answer:
    """Score and grade of every unit; the points with their caps stay in the table ``point``."""
    with duckdb.connect() as con:
        run(con, given)
        return Answer(con.table("answer").to_arrow_table().cast(ANSWER))


def run(con: duckdb.DuckDBPyConnection, given: Given) -> None:
    """Leaves the tables ``point`` and ``answer`` in a database."""
    con.execute("SET VARIABLE as_of = ?::DATE", [given.as_of])
    con.execute("SET VARIABLE known_at = ?", [given.known_at])
    con.read_parquet([str(path) for path in given.record_files]).create_view("record")
    con.read_parquet(str(given.units)).create_view("unit")
    con.execute(SQL.read_text("utf-8"))
