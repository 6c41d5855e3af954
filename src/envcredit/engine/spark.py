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
from ibis.backends.pyspark.datatypes import PySparkType as Typed
from ibis.backends.sql.datatypes import PySparkType
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql.connect.session import SparkSession

from envcredit.base.diagnostics import Place, problem
from envcredit.base.locations import is_remote, shown
from envcredit.base.shape import Shape
from envcredit.engine.dialects import SparkWords
from envcredit.engine.folders import Folder, local_path, open_folder
from envcredit.engine.rows import arrow_schema, write_rows
from envcredit.engine.shapes import must_fit, quoted, shaped, table_parts
from envcredit.errors import InputError

_PORT, _SECONDS = 15002, 20
_SLICE_ROWS = 100_000
_BATCH_ROWS = 65_536
_GUESSING = "spark.sql.sources.partitionColumnTypeInference.enabled"


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
            self._theirs = str(self._session.catalog.currentDatabase())
            self._version = str(self._session.sql("SELECT version() AS v").toArrow()["v"][0]).split()[0]
        except (OSError, PySparkException) as error:
            raise InputError([problem("T108", engine=_shown(url), why=str(error).strip())]) from error
        self._backend = _Backend()
        self._backend.do_connect(self._session, **{"spark.sql.ansi.enabled": "true", _GUESSING: "false"})
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

    def attach_folder(self, name: str, location: str, shape: Shape) -> ir.Table:
        """A view that the cluster reads itself; a folder of this machine that it does not see with equal rows is sent to it."""
        if is_remote(location) or not local_path(location).exists():
            self._must_have(location, shape)
            return self._over(name, self._read(location, shape), shape, shown(location))
        folder = open_folder(location, shape)
        if not folder.parts:
            return self.load(name, shape.columns.empty_table())
        rows = folder.dataset(shape)
        found = self._read(location, shape)
        must_fit(Schema.from_pyarrow(rows.schema), shape, location)
        try:
            shared = _within(found, folder, shape).count() == rows.count_rows()
        except PySparkException:
            shared = False
        if shared:
            return self._over(name, found, shape, location)
        sent = self._sent(f"{name}_found", Schema.from_pyarrow(rows.schema), rows.to_batches(), rows.count_rows())
        return self.view(name, shaped(sent, shape, location))

    def _over(self, name: str, frame: DataFrame, shape: Shape, place: str) -> ir.Table:
        return self.view(name, shaped(self._viewed(f"{name}_found", frame), shape, place))

    def _read(self, location: str, shape: Shape) -> DataFrame:
        """The files with the columns that are looked at, whatever files have them."""
        columns = Schema.from_pyarrow(pa.schema([(column, shape.type_of(column)) for column in shape.names]))
        return self._session.read.schema(_columns(columns)).parquet(_url(location))

    def _must_have(self, location: str, shape: Shape) -> None:
        """Asks the cluster whether it sees files, and what columns they have."""
        try:
            found = {f.name: Typed.to_ibis(f.dataType) for f in self._session.read.parquet(_url(location)).schema}
        except PySparkException as error:
            if "PATH_NOT_FOUND" not in str(error) and "UNABLE_TO_INFER_SCHEMA" not in str(error):
                raise InputError([problem("T136", Place(shown(location)), why=_first_line(error))]) from error
            found = {}
        if not found:
            raise InputError([problem("T135", Place(shown(location)))])
        must_fit({c: kind for c, kind in found.items() if c in shape.columns.names}, shape, shown(location))

    def attach_table(self, name: str, table: str, shape: Shape) -> ir.Table:
        """A table or view of the catalog as a view; a name alone is looked for in the user's own database."""
        frame = self._session.table(self._full(table))
        try:
            frame.schema  # noqa: B018  asks the cluster
        except PySparkException as error:
            raise InputError([problem("T132", engine=self.dialect, table=table)]) from error
        return self._over(name, frame, shape, table)

    def _full(self, table: str) -> str:
        parts = table_parts(table)
        return quoted([self._theirs, *parts] if len(parts) == 1 else parts, "`")

    def view(self, name: str, table: ir.Table) -> ir.Table:
        """A view of the session."""
        return self._viewed(name, self._session.sql(self.text(table)))

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

    def drop(self, name: str) -> None:
        """Nothing is dropped before the run's database is: that takes a cluster longer than to leave it."""

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Computes an expression once and keeps the rows."""
        self.compute(name, table.schema(), self.text(table))
        return self.table(name)

    def write_parquet(self, name: str, path: Path, order: Sequence[str]) -> int:
        """Writes the rows of a kept table in ``order`` to one Parquet file and returns their number."""
        return write_rows(path, self._backend.to_pyarrow_batches(self.table(name).order_by(list(order))))

    def write_folder(self, name: str, location: str, partition_by: Sequence[str], order: Sequence[str]) -> int:
        """The workers write, to a place that all of them see; a path is one of theirs."""
        rows = self._session.table(name)
        placed = rows.repartition(*partition_by) if partition_by else rows.coalesce(1)
        writer = placed.sortWithinPartitions(*partition_by, *order).write.mode("error").partitionBy(*partition_by)
        try:
            writer.parquet(_url(location))
        except PySparkException as error:
            why = _first_line(error)
            taken = "already exists" in why
            raise InputError([problem("T137" if taken else "T136", Place(shown(location)), why=why)]) from error
        return rows.count()

    def write_table(self, name: str, target: str) -> int:
        """A table of the catalog. Replacing one is not a single step in a catalog of Parquet files."""
        rows = self._session.table(name)
        try:
            rows.write.mode("overwrite").format("parquet").saveAsTable(self._full(target))
        except PySparkException as error:
            why = _first_line(error)
            raise InputError([problem("T138", engine=self.dialect, table=target, why=why)]) from error
        return rows.count()


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


def _url(location: str) -> str:
    return location if is_remote(location) else local_path(location).resolve().as_uri()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]


def _within(frame: DataFrame, folder: Folder, shape: Shape) -> DataFrame:
    """The rows of the folder's parts, as the cluster tells them by their paths."""
    for key in folder.keys:
        if key in shape.among:
            frame = frame.where(frame[key].isin(list(shape.among[key])))
        if key in shape.at_most:
            frame = frame.where(frame[key].isNull() | (frame[key] <= shape.at_most[key]))
    return frame


def _must_listen(url: str) -> None:
    """Spark's own client would go on trying for ten minutes. Raises ``OSError``."""
    parts = urlsplit(url)
    create_connection((parts.hostname or "", parts.port or _PORT), _SECONDS).close()


def _shown(url: str) -> str:
    """The place without a token."""
    return f"sc://{urlsplit(url).netloc}"
