"""Spark Connect: a cluster that is already there, of Apache Spark 4 or of Sail.

``sc://host:port`` with the parameters that Spark Connect knows (``sc://host:443/;token=…;use_ssl=true``). The tables of a run
live in a database of their own, named after the session, and go with it when the run ends. Parquet files that the cluster sees
under the same path with the same rows it reads itself; others are sent to it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis import Schema
from ibis.backends.pyspark import Backend
from ibis.backends.sql.datatypes import PySparkType
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql.connect.session import SparkSession

from envcredit.base.diagnostics import problem
from envcredit.engine.dialects import SparkWords
from envcredit.engine.rows import arrow_schema, write_rows
from envcredit.errors import InputError

_PORT, _SECONDS = 15002, 20
_SLICE_ROWS = 100_000
_BATCH_ROWS = 65_536


class _Backend(Backend):  # type: ignore[misc]
    """Ibis' own, but words of ours, and rows that do not pass through pandas, where a null makes integers floats."""

    compiler = SparkWords()

    def to_pyarrow(self, expr: ir.Expr, /, **_asked: object) -> pa.Table:
        """The rows of an expression."""
        return expr.__pyarrow_result__(self.to_pyarrow_batches(expr).read_all())

    def to_pyarrow_batches(self, expr: ir.Expr, /, **_asked: object) -> pa.RecordBatchReader:
        """The rows of an expression, as they come from the cluster."""
        schema = arrow_schema(expr.as_table().schema())
        return pa.RecordBatchReader.from_batches(schema, _batches(self._session, self.compile(expr), schema))


class Spark:
    """An open session, with a database of its own."""

    dialect = "spark"

    def __init__(self, url: str) -> None:
        try:
            _must_listen(url)
            with warnings.catch_warnings(action="ignore"):
                self._session = SparkSession.builder.remote(url).create()
            self._version = str(self._session.sql("SELECT version() AS v").toArrow()["v"][0]).split()[0]
        except (OSError, PySparkException) as error:
            raise InputError([problem("T108", engine=_shown(url), why=str(error).strip())]) from error
        self._backend = _Backend()
        self._backend.do_connect(self._session, **{"spark.sql.ansi.enabled": "true"})
        self._database = f"envcredit_{self._session.session_id.replace('-', '')}"
        for statement in ("CREATE DATABASE", "USE DATABASE"):
            self._do(f"{statement} {self._database}")
        self._kinds: dict[str, str] = {}

    def _do(self, statement: str) -> None:
        self._session.sql(statement)  # Spark Connect runs a command when it is asked, and only queries wait

    @property
    def name(self) -> str:
        """``spark 4.0.1``, or ``sail 0.7.2``."""
        return f"{'sail' if self._is_sail else 'spark'} {self._version}"

    @property
    def _is_sail(self) -> bool:
        """Asked for the version of Spark that it stands in for, Sail states that of the client."""
        return self._version != str(self._session.version)

    def close(self) -> None:
        """Drops the run's database and ends the session. Sail leaves the files of what it drops, so they are emptied first."""
        for name in (name for name, kind in self._kinds.items() if kind == "TABLE" and self._is_sail):
            self._do(f"INSERT OVERWRITE {name} SELECT * FROM {name} WHERE false")  # noqa: S608
        self._do(f"DROP DATABASE {self._database} CASCADE")
        self._session.stop()

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """Puts a table that is held in memory into the session: inside its plans when small, else as a table of the cluster."""
        return self._sent(name, Schema.from_pyarrow(table.schema), table.to_batches(_SLICE_ROWS), table.num_rows)

    def attach(self, name: str, paths: Sequence[Path]) -> ir.Table:
        """Parquet files of one schema as a view, if the cluster sees them; else they are sent to it, a batch at a time."""
        schema = Schema.from_pyarrow(pq.read_schema(paths[0]))
        rows = sum(pq.read_metadata(path).num_rows for path in paths)
        seen = self._session.read.schema(_columns(schema)).parquet(*(path.resolve().as_uri() for path in paths))
        try:
            shared = seen.count() == rows
        except PySparkException:
            shared = False
        if shared:
            return self._viewed(name, seen)
        return self._sent(name, schema, (b for path in paths for b in pq.ParquetFile(path).iter_batches(_SLICE_ROWS)), rows)

    def _sent(self, name: str, schema: Schema, batches: Iterable[pa.RecordBatch], rows: int) -> ir.Table:
        if rows <= _SLICE_ROWS:
            return self._viewed(name, self._frame(schema, batches))
        self._forget(name, "TABLE")
        for batch in batches:
            self._frame(schema, [batch]).write.mode("append").saveAsTable(name)
        return self.table(name)

    def _frame(self, schema: Schema, batches: Iterable[pa.RecordBatch]) -> DataFrame:
        rows = pa.Table.from_batches([batch.cast(arrow_schema(schema)) for batch in batches], arrow_schema(schema))
        return self._session.createDataFrame(rows, schema=_columns(schema))

    def _viewed(self, name: str, frame: DataFrame) -> ir.Table:
        self._forget(name, "VIEW")
        frame.createOrReplaceTempView(name)
        return self.table(name)

    def _forget(self, name: str, becoming: str) -> None:
        """A view would hide a table of its name."""
        if name in self._kinds:
            self._do(f"DROP {self._kinds[name]} IF EXISTS {name}")
        self._kinds[name] = becoming

    def table(self, name: str) -> ir.Table:
        """A table that was loaded, attached or computed."""
        return self._backend.table(name)

    def text(self, table: ir.Table) -> str:
        """The query of an expression."""
        return str(self._backend.compile(table))

    def compute(self, name: str, schema: Schema, text: str) -> None:
        """Keeps the rows of a query as a table of the cluster; a view would be computed again by each stage that reads it.

        Both statements may be said twice: a client does so when a connection breaks or a worker fails.
        """
        self._forget(name, "TABLE")
        columns = ", ".join(f"CAST(`{column}` AS {_type(kind)}) AS `{column}`" for column, kind in schema.items())
        self._do(f"CREATE TABLE IF NOT EXISTS {name} ({_columns(schema)}) USING parquet")
        # names are this project's own, and the query is made by text()
        self._do(f"INSERT OVERWRITE {name} SELECT {columns} FROM ({text})")  # noqa: S608

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Computes an expression once and keeps the rows."""
        self.compute(name, table.schema(), self.text(table))
        return self.table(name)

    def write_parquet(self, name: str, path: Path, order: Sequence[str]) -> int:
        """Writes the rows of a kept table in ``order`` to one Parquet file and returns their number."""
        return write_rows(path, self._backend.to_pyarrow_batches(self.table(name).order_by(list(order))))


@cache
def _type(kind: dt.DataType) -> str:
    return str(PySparkType.to_string(kind.copy(nullable=True)))


def _columns(schema: Schema) -> str:
    return ", ".join(f"`{column}` {_type(kind)}" for column, kind in schema.items())


def _batches(session: SparkSession, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    plan: Any = session.sql(query)._plan
    for part in session.client.to_table_as_iterator(plan.to_proto(session.client), {}):
        if isinstance(part, pa.Table):
            yield from part.cast(schema).to_batches(_BATCH_ROWS)


def _must_listen(url: str) -> None:
    """Spark's own client would go on trying for ten minutes. Raises ``OSError``."""
    parts = urlsplit(url)
    create_connection((parts.hostname or "", parts.port or _PORT), _SECONDS).close()


def _shown(url: str) -> str:
    """The place without a token."""
    return f"sc://{urlsplit(url).netloc}"
