"""PostgreSQL: a province's own database does the work.

``postgresql://user:password@host:port/database?schema=NAME`` with any other parameter that libpq knows. The tables of a run
live in a schema of their own (``envcredit`` unless named) and go when the run ends. Rows come and go by ADBC in binary blocks;
statements go by psycopg.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
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
from envcredit.base.locations import shown
from envcredit.base.shape import Shape
from envcredit.engine.dialects import PostgreSQLWords
from envcredit.engine.folders import open_folder, write_batches
from envcredit.engine.rows import arrow_schema, write_rows
from envcredit.engine.shapes import quoted, shaped, table_parts
from envcredit.errors import InputError

SCHEMA = "envcredit"
BINARY_ORDER = ' COLLATE "C"'
_BATCH_ROWS = 65_536
_PLACE_OF = """
    SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relname = %s AND nspname = ANY(%s) AND relkind IN ('r', 'p', 'v', 'm', 'f')
      AND has_schema_privilege(pg_namespace.oid, 'USAGE') AND has_table_privilege(pg_class.oid, 'SELECT')
    ORDER BY array_position(%s::name[], nspname) LIMIT 1
"""
_COLUMNS_OF = """
    SELECT attname, format_type(atttypid, atttypmod), attcollation FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE attrelid = to_regclass(%s) AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


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
        place, self._schema = _place(url)
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
        self._theirs: list[str] = _one(self._con.execute("SELECT current_schemas(false)"))
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
        """Drops the tables of the run, views first, and ends the connection."""
        views = {name for name in self._made if self._is_view(name)}
        for name in sorted(views) + sorted(self._made - views):
            self._con.execute(self._dropped(name))
        self._con.execute("SELECT pg_advisory_unlock_all()")  # the server itself would see to it a moment too late
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
        return f'{self._dropped(name)}; CREATE UNLOGGED TABLE "{name}" ({columns})'

    def _dropped(self, name: str) -> str:
        """A run that was cut off may have left a view of this name, and views over it."""
        return f'DROP VIEW IF EXISTS "{name}" CASCADE' if self._is_view(name) else f'DROP TABLE IF EXISTS "{name}"'

    def _is_view(self, name: str) -> bool:
        return bool(_one(self._con.execute("SELECT relkind = 'v' FROM pg_class WHERE oid = to_regclass(%s)", [quoted([name])])))

    def attach_folder(self, name: str, location: str, shape: Shape) -> ir.Table:
        """Streams the parts that can matter in, because the server reads no Parquet; what is left to sort out it does itself."""
        folder = open_folder(location, shape)
        if not folder.parts:
            return self.load(name, shape.columns.empty_table())
        rows = folder.dataset(shape)
        self._con.execute(self._dropped(name))
        found = self._stream(f"{name}_found", rows.schema, rows.to_batches(batch_size=_BATCH_ROWS))
        return self.view(name, shaped(found, shape, shown(location)))

    def attach_table(self, name: str, table: str, shape: Shape) -> ir.Table:
        """A table or view of the database as a view; a name alone is looked for along the user's own search path."""
        *schema, last = table_parts(table)[-2:]
        places = schema or self._theirs
        where = _one(self._con.execute(_PLACE_OF, [last, places, places]))
        if where is None:
            raise InputError([problem("T132", engine=self.dialect, table=table)])
        return self.view(name, shaped(self._backend.table(last, database=where), shape, table))

    def view(self, name: str, table: ir.Table) -> ir.Table:
        """A view, its texts in binary order as in every table of the run."""
        self._made.add(name)
        columns = ", ".join(f'"{c}"{_order_of(kind)} AS "{c}"' for c, kind in table.schema().items())
        # names are this project's own, and the query is made by text()
        self._con.execute(f'{self._dropped(name)}; CREATE VIEW "{name}" AS SELECT {columns} FROM ({self.text(table)}) AS stated')  # noqa: S608
        return self.table(name)

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

    def drop(self, name: str) -> None:
        """Lets go of a table that was loaded or computed."""
        self._con.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(name)))

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Computes an expression once and keeps the rows."""
        self.compute(name, table.schema(), self.text(table))
        return self.table(name)

    def write_parquet(self, name: str, path: Path, order: Sequence[str]) -> int:
        """Writes the rows of a kept table in ``order`` to one Parquet file and returns their number."""
        ordered = self.table(name).order_by(list(order))
        return write_rows(path, self._backend.to_pyarrow_batches(ordered))

    def write_folder(self, name: str, location: str, partition_by: Sequence[str], order: Sequence[str]) -> int:
        """Through the client, because the server writes no Parquet."""
        ordered = self.table(name).order_by([*partition_by, *order])
        return write_batches(location, self._backend.to_pyarrow_batches(ordered), partition_by)

    def write_table(self, name: str, target: str) -> int:
        """A logged table, in one transaction. One of the same columns keeps its rights, indexes and the views that rest on it."""
        *schema, last = table_parts(target)[-2:]
        full = quoted([*(schema or self._theirs[:1]), last])
        own = quoted([self._schema, name])
        try:
            with self._con.transaction():
                if self._columns(full) == self._columns(own):
                    self._con.execute(f"DELETE FROM {full}")  # noqa: S608
                else:
                    self._con.execute(f"DROP TABLE IF EXISTS {full}; CREATE TABLE {full} (LIKE {own})")
                return self._con.execute(f"INSERT INTO {full} SELECT * FROM {own}").rowcount  # noqa: S608
        except psycopg.Error as error:
            raise InputError([problem("T138", engine=self.dialect, table=target, why=str(error).strip())]) from error

    def _columns(self, full: str) -> list[tuple[str, str, int]]:
        return self._con.execute(_COLUMNS_OF, [full]).fetchall()


@cache
def _type(kind: dt.DataType) -> str:
    return f"{PostgresType.to_string(kind.copy(nullable=True))}{_order_of(kind)}"


def _order_of(kind: dt.DataType) -> str:
    return BINARY_ORDER if kind.is_string() else ""


def _one(cursor: psycopg.Cursor[Any]) -> Any:
    """The value of a row of one column; nothing if there is no row."""
    row = cursor.fetchone()
    return None if row is None else row[0]


def _batches(rows: dbapi.Connection, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    with rows.cursor() as cursor:
        cursor.execute(query)
        for batch in cursor.fetch_record_batch():
            yield batch.cast(schema)


def _place(url: str) -> tuple[str, str]:
    """What libpq is to be told, and the schema."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    schema = asked.pop("schema", SCHEMA)
    return urlunsplit(parts._replace(query=urlencode(asked, quote_via=quote))), schema


def _shown(url: str) -> str:
    """The place without the password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))
