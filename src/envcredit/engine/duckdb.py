"""DuckDB, the embedded default: no server, in memory or in one file, results do not depend on the number of threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa


class DuckDB:
    """An open DuckDB database."""

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

    def read_parquet(self, paths: Sequence[Path]) -> ir.Table:
        """One or several Parquet files of one schema as a table."""
        return self._backend.read_parquet([str(p) for p in paths])

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """Puts a table that is held in memory into the engine."""
        return self._backend.create_table(name, table, overwrite=True)

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Computes ``table`` once. Created with the declared types first: a sum of integers would else become HUGEINT."""
        kept = self._backend.create_table(name, schema=table.schema(), overwrite=True)
        self._backend.insert(name, table)
        return kept

    def write_parquet(self, table: ir.Table, path: Path, order: Sequence[str]) -> int:
        """Writes the rows in ``order`` to one Parquet file and returns their number."""
        self._backend.to_parquet(table.order_by(list(order)), path, compression="zstd")
        return int(self._backend.read_parquet(str(path)).count().execute())

    def batches(self, table: ir.Table) -> Iterator[pa.RecordBatch]:
        """The rows in the order of the expression, a batch at a time."""
        return iter(table.to_pyarrow_batches(chunk_size=65_536))
