"""DuckDB, the embedded default: no server, in memory or in one file, results do not depend on the number of threads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.sql.datatypes import DuckDBType


@cache
def _type(kind: dt.DataType) -> str:
    return str(DuckDBType.to_string(kind))


class DuckDB:
    """An open DuckDB database."""

    dialect = "duckdb"

    def __init__(self, database: str = ":memory:") -> None:
        self._backend = ibis.duckdb.connect(database)
        self._backend.raw_sql("SET TimeZone = 'UTC'")

    @property
    def name(self) -> str:
        """``duckdb 2.0.0``."""
        return f"duckdb {duckdb.__version__}"

    def close(self) -> None:
        """Ends the connection; tables in memory are gone."""
        self._backend.disconnect()

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """Puts a table that is held in memory into the engine."""
        return self._backend.create_table(name, table, overwrite=True)

    def attach(self, name: str, paths: Sequence[Path]) -> ir.Table:
        """One or several Parquet files of one schema as a view."""
        return self._backend.read_parquet([str(path) for path in paths], table_name=name)

    def table(self, name: str) -> ir.Table:
        """A table that was loaded, attached or computed."""
        return self._backend.table(name)

    def text(self, table: ir.Table) -> str:
        """The query of an expression."""
        return str(ibis.to_sql(table, dialect="duckdb", pretty=False))

    def compute(self, name: str, schema: ibis.Schema, text: str) -> None:
        """Keeps the rows of a query. Created with the declared types first: a sum of integers would else become HUGEINT."""
        columns = ", ".join(f'"{column}" {_type(kind)}' for column, kind in schema.items())
        self._backend.con.execute(f'CREATE OR REPLACE TABLE "{name}" ({columns}); INSERT INTO "{name}" {text}')

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Computes an expression once and keeps the rows."""
        self.compute(name, table.schema(), self.text(table))
        return self.table(name)

    def write_parquet(self, name: str, path: Path, order: Sequence[str]) -> int:
        """Writes the rows of a kept table in ``order`` to one Parquet file and returns their number."""
        columns = ", ".join(f'"{column}"' for column in order)
        target = str(path).replace("'", "''")
        # names are this project's own and the path is quoted
        copy = f"""COPY (SELECT * FROM "{name}" ORDER BY {columns}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"""  # noqa: S608
        return int(self._backend.con.execute(copy).fetchall()[0][0])
