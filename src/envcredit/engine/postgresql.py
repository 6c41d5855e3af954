"""PostgreSQL: a province's own database does the work, and may keep what came out.

``postgresql://user:password@host:port/database?schema=NAME&keep=NAME,NAME`` with any other parameter that libpq knows. The
tables of a run live in a schema of their own (``envcredit`` unless named) and go when the run ends, but for those of ``keep``
(``all``, or names of stages). Rows come and go by ADBC in binary blocks; statements go by psycopg.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi
from ibis import Schema
from ibis.backends.postgres import Backend
from ibis.backends.sql.datatypes import PostgresType
from psycopg import sql

from envcredit.base.diagnostics import problem
from envcredit.engine.dialects import PostgreSQLWords
from envcredit.engine.rows import arrow_schema, write_rows
from envcredit.errors import InputError

SCHEMA = "envcredit"
BINARY_ORDER = ' COLLATE "C"'
_BATCH_ROWS = 65_536


class _Backend(Backend):  # type: ignore[misc]
    """Ibis' own, but words of ours and rows by ADBC instead of one by one."""

    compiler = PostgreSQLWords()
    rows: dbapi.Connection

    def to_pyarrow_batches(self, expr: ir.Expr, /, **_asked: object) -> pa.RecordBatchReader:
        """The rows of an expression."""
        schema = arrow_schema(expr.as_table().schema())
        return pa.RecordBatchReader.from_batches(schema, _batches(self.rows, self.compile(expr), schema))


class PostgreSQL:
    """An open database, and one schema in it that is this run's alone while it is open."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        place, asked = _place(url)
        self._schema, self._kept = asked.get("schema", SCHEMA), set(asked.get("keep", "").split(","))
        self._made: set[str] = set()
        try:
            self._con = psycopg.connect(place, autocommit=True)
            self._rows = dbapi.connect(place, autocommit=True)
        except (psycopg.Error, dbapi.Error) as error:
            raise InputError([problem("T108", engine=_shown(url), why=str(error).strip())]) from error
        self._enter(url)
        self._backend = _Backend.from_connection(self._con)
        self._backend.rows = self._rows

    def _enter(self, url: str) -> None:
        """The lock is the session's, so it is given back even when a run is cut off; its tables are replaced by the next."""
        lock = "SELECT pg_try_advisory_lock(hashtext('envcredit'), hashtext(%s))"
        if self._con.execute(lock, [self._schema]).fetchone() != (True,):
            self._end()
            raise InputError([problem("T115", engine=_shown(url), schema=self._schema)])
        schema = sql.Identifier(self._schema)
        self._con.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
        # Expressions of hundreds of branches would be compiled for longer than they run.
        settings = [sql.SQL("SET search_path = {}").format(schema).as_string(self._con), "SET jit = off"]
        with self._rows.cursor() as cursor:
            for setting in settings:
                self._con.execute(setting)
                cursor.execute(setting)

    @property
    def name(self) -> str:
        """``postgresql 18.4``."""
        return f"postgresql {self._con.info.parameter_status('server_version')}".split(" (")[0]

    def close(self) -> None:
        """Drops what is not to be kept and ends the connection."""
        for name in sorted(self._made):
            kept = "all" in self._kept or name in self._kept
            statement = "ALTER TABLE {} SET LOGGED" if kept else "DROP TABLE IF EXISTS {}"
            self._con.execute(sql.SQL(statement).format(sql.Identifier(name)))
        self._end()

    def _end(self) -> None:
        self._rows.close()
        self._con.close()

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """Puts a table that is held in memory into the database."""
        return self._stream(name, table.schema, table.to_batches(_BATCH_ROWS))

    def attach(self, name: str, paths: Sequence[Path]) -> ir.Table:
        """Streams Parquet files of one schema in, a batch at a time; the server needs no access to them."""
        schema = pq.read_schema(paths[0]).remove_metadata()
        batches = (batch.cast(schema) for path in paths for batch in pq.ParquetFile(path).iter_batches(_BATCH_ROWS))
        return self._stream(name, schema, batches)

    def _stream(self, name: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch] | Sequence[pa.RecordBatch]) -> ir.Table:
        self._con.execute(self._created(name, Schema.from_pyarrow(schema)))
        with self._rows.cursor() as cursor:
            cursor.adbc_ingest(name, pa.RecordBatchReader.from_batches(schema, batches), mode="append")
        self._con.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))
        return self.table(name)

    def _created(self, name: str, schema: Schema) -> str:
        """Unlogged, because a run that is cut off is made again; texts in binary order, whatever the database's language is."""
        self._made.add(name)
        columns = ", ".join(f'"{column}" {_type(kind)}' for column, kind in schema.items())
        return f'DROP TABLE IF EXISTS "{name}"; CREATE UNLOGGED TABLE "{name}" ({columns})'

    def table(self, name: str) -> ir.Table:
        """A table that was loaded, attached or computed."""
        return self._backend.table(name)

    def text(self, table: ir.Table) -> str:
        """The query of an expression."""
        return str(self._backend.compile(table))

    def compute(self, name: str, schema: Schema, text: str) -> None:
        """Keeps the rows of a query. Without fresh statistics the next query would be planned for a table of unknown size."""
        # names are this project's own, and the query is made by text()
        self._con.execute(f'{self._created(name, schema)}; INSERT INTO "{name}" {text}; ANALYZE "{name}"')

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Computes an expression once and keeps the rows."""
        self.compute(name, table.schema(), self.text(table))
        return self.table(name)

    def write_parquet(self, name: str, path: Path, order: Sequence[str]) -> int:
        """Writes the rows of a kept table in ``order`` to one Parquet file and returns their number."""
        ordered = self.table(name).order_by(list(order))
        return write_rows(path, self._backend.to_pyarrow_batches(ordered))


@cache
def _type(kind: dt.DataType) -> str:
    return f"{PostgresType.to_string(kind.copy(nullable=True))}{BINARY_ORDER if kind.is_string() else ''}"


def _batches(rows: dbapi.Connection, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    with rows.cursor() as cursor:
        cursor.execute(query)
        for batch in cursor.fetch_record_batch():
            yield batch.cast(schema)


def _place(url: str) -> tuple[str, dict[str, str]]:
    """What libpq is to be told, and what this engine is."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    own: dict[str, str] = {name: asked.pop(name) for name in ("schema", "keep") if name in asked}
    return urlunsplit(parts._replace(query=urlencode(asked, quote_via=quote))), own


def _shown(url: str) -> str:
    """The place without the password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))
