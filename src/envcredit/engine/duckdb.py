"""DuckDB, the embedded default: no server, in memory or in one file, results do not depend on the number of threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.backends.sql.datatypes import DuckDBType
from ibis.common.exceptions import TableNotFound

from envcredit.base.diagnostics import problem
from envcredit.base.locations import is_remote, shown
from envcredit.base.shape import Shape
from envcredit.engine.dialects import DuckDBWords
from envcredit.engine.folders import Folder, open_folder, write_batches
from envcredit.engine.rows import arrow_schema
from envcredit.engine.shapes import quoted, shaped, table_parts
from envcredit.errors import InputError

SCHEMA, _THEIRS, _MEMORY = "envcredit", "main", ":memory:"
_LOADING = "being_loaded"
_BATCH_ROWS = 65_536


@cache
def _type(kind: dt.DataType) -> str:
    return str(DuckDBType.to_string(kind))


class _Backend(Backend):  # type: ignore[misc]
    """Ibis' own, but words of ours."""

    compiler = DuckDBWords()


class DuckDB:
    """An open DuckDB database."""

    dialect = "duckdb"

    def __init__(self, database: str = _MEMORY, settings: Mapping[str, str] | None = None) -> None:
        self._lasting = database != _MEMORY
        self._made: dict[str, ibis.Schema] = {}
        self._views: set[str] = set()
        self._backend = _Backend()
        self._backend.do_connect(database, **(settings or {}))
        # A file may be called like the schema, so the schema is named with its catalog.
        self._catalog = str(self._backend.current_catalog)
        own = quoted([self._catalog, SCHEMA])
        self._do(f"SET TimeZone = 'UTC'; CREATE SCHEMA IF NOT EXISTS {own}; USE {own}")
        # Our joins are written with the many, wide rows first. DuckDB thinks that filters leave few of them, and would turn
        # them round and copy every wide row into a hash table; and it would join to the values of a list instead of asking.
        self._do("SET disabled_optimizers = 'join_order,build_side_probe_side,in_clause'")

    def _do(self, statement: str) -> None:
        self._backend.con.execute(statement)

    @property
    def name(self) -> str:
        """``duckdb 2.0.0``."""
        return f"duckdb {duckdb.__version__}"

    def close(self) -> None:
        """Drops the tables of the run and ends the connection."""
        for name in sorted(self._made) if self._lasting else ():
            self._do(f"DROP TABLE IF EXISTS {quoted([self._catalog, SCHEMA, name])}")
        self._backend.disconnect()

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """Puts a table that is held in memory into the engine."""
        self._backend.con.register(_LOADING, table)
        self.compute(name, ibis.Schema.from_pyarrow(table.schema), f"SELECT * FROM {_LOADING}")  # noqa: S608
        self._backend.con.unregister(_LOADING)
        return self.table(name)

    def _make_room(self, name: str) -> None:
        """For a table; a view would hide one of its name."""
        if name in self._views:
            self._do(f'DROP VIEW temp.main."{name}"')
            self._views.remove(name)

    def attach(self, name: str, paths: Sequence[Path]) -> ir.Table:
        """One or several Parquet files of one schema as a view."""
        return self._backend.read_parquet([str(path) for path in paths], table_name=name)

    def attach_folder(self, name: str, location: str, shape: Shape) -> ir.Table:
        """Files on a disk as a view that DuckDB reads itself; those of an object store come to it through Arrow."""
        folder = open_folder(location, shape)
        if not folder.parts:
            return self.load(name, shape.columns.empty_table())
        if is_remote(location):
            self._backend.con.register(f"{name}_found", folder.dataset(shape))
        else:
            self._do(f'CREATE OR REPLACE TEMP VIEW "{name}_found" AS SELECT * FROM {_reading(folder, shape)}')  # noqa: S608
        return self.view(name, shaped(self.table(f"{name}_found"), shape, shown(location)))

    def attach_table(self, name: str, table: str, shape: Shape) -> ir.Table:
        """A table or view of the file as a view; a name alone is looked for in the schema ``main``."""
        *place, last = self._full(table)
        try:
            found = self._backend.table(last, database=tuple(place))
        except (TableNotFound, duckdb.Error) as error:
            raise InputError([problem("T132", engine=self.dialect, table=table)]) from error
        return self.view(name, shaped(found, shape, table))

    def _full(self, table: str) -> Sequence[str]:
        """Catalog, schema and table."""
        parts = table_parts(table)
        return ([self._catalog, _THEIRS] if len(parts) == 1 else [self._catalog])[: 3 - len(parts)] + list(parts)

    def view(self, name: str, table: ir.Table) -> ir.Table:
        """A view that goes with the connection."""
        self._views.add(name)
        self._made.pop(name, None)
        self._do(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {self.text(table)}')
        return self.table(name)

    def table(self, name: str) -> ir.Table:
        """A table that was loaded, attached or computed. Of those that were made here the columns need not be asked for."""
        if name not in self._made:
            return self._backend.table(name)
        place = ops.Namespace(catalog=self._catalog, database=SCHEMA)
        return ops.DatabaseTable(name, schema=self._made[name], source=self._backend, namespace=place).to_expr()

    def text(self, table: ir.Table) -> str:
        """The query of an expression."""
        return str(self._backend.compile(table))

    def compute(self, name: str, schema: ibis.Schema, text: str) -> None:
        """Keeps the rows of a query. Created with the declared types first: a sum of integers would else become HUGEINT."""
        self._make_room(name)
        self._made[name] = ibis.schema({column: kind.copy(nullable=True) for column, kind in schema.items()})
        columns = ", ".join(f'"{column}" {_type(kind)}' for column, kind in schema.items())
        self._do(f'CREATE OR REPLACE TABLE "{name}" ({columns}); INSERT INTO "{name}" {text}')

    def drop(self, name: str) -> None:
        """Lets go of a table that was loaded or computed."""
        self._made.pop(name, None)
        self._do(f'DROP TABLE IF EXISTS "{name}"')

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

    def write_folder(self, name: str, location: str, partition_by: Sequence[str], order: Sequence[str]) -> int:
        """Through Arrow: DuckDB's own ``COPY … PARTITION_BY`` loses the order of rows and knows no object store by itself."""
        ordered = self.table(name).order_by([*partition_by, *order])
        with self._backend.con.sql(self.text(ordered)).to_arrow_reader(_BATCH_ROWS) as rows:
            return write_batches(location, rows.cast(arrow_schema(ordered.schema())), partition_by)

    def write_table(self, name: str, target: str) -> int:
        """A table of the file, replaced in one step."""
        if not self._lasting:
            raise InputError([problem("T138", engine=self.dialect, table=target, why=_MEMORY)])
        create = f'CREATE OR REPLACE TABLE {quoted(self._full(target))} AS SELECT * FROM "{name}"'  # noqa: S608
        try:
            made = self._backend.con.execute(create).fetchall()
        except duckdb.Error as error:
            raise InputError([problem("T138", engine=self.dialect, table=target, why=str(error))]) from error
        return int(made[0][0])


def _reading(folder: Folder, shape: Shape) -> str:
    """Texts are quoted; what paths state has the type that the shape gives it."""
    files = ", ".join(_text(part.path) for part in folder.parts)
    keys = ", ".join(f"{_text(key)}: {_type(dt.DataType.from_pyarrow(shape.type_of(key)))}" for key in folder.keys)
    hive = f", hive_types = {{{keys}}}" if keys else ""
    return f"read_parquet([{files}], union_by_name = true, hive_partitioning = {'true' if keys else 'false'}{hive})"


def _text(value: str) -> str:
    return "'{}'".format(value.replace("'", "''"))
