"""What every engine can do, and how one is chosen by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from envcredit.base.diagnostics import problem
from envcredit.base.locations import EMBEDDED
from envcredit.base.shape import Shape
from envcredit.errors import InputError

_SETTINGS = {"memory_limit", "threads", "temp_directory"}


class Engine(Protocol):
    """A place where tables live and Ibis expressions run."""

    @property
    def name(self) -> str:
        """Name and version, as the manifest states it."""

    @property
    def dialect(self) -> str:
        """What :meth:`text` is written in."""

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """Puts a table that is held in memory into the engine."""

    def attach(self, name: str, paths: Sequence[Path]) -> ir.Table:
        """One or several Parquet files of one schema as a table, without copying them."""

    def attach_folder(self, name: str, location: str, shape: Shape) -> ir.Table:
        """Parquet files of a folder (a path, or the address of an object store) as a table of ``shape``.

        Files may lie in folders like ``kind=penalty/year=2026``; those that ``shape`` rules out are not opened.
        Raises ``InputError``: T133 and T134 columns, T135 no Parquet file, T136 not reached.
        """

    def attach_table(self, name: str, table: str, shape: Shape) -> ir.Table:
        """A table or view that the engine had before (``table``, ``schema.table``, ``catalog.schema.table``), seen as ``shape``.

        Raises ``InputError``: T131 no name of a table, T132 no such table, T133 and T134 columns.
        """

    def view(self, name: str, table: ir.Table) -> ir.Table:
        """An expression under a name, computed by whatever reads it."""

    def table(self, name: str) -> ir.Table:
        """A table that was loaded, attached or computed."""

    def text(self, table: ir.Table) -> str:
        """The statement that computes an expression."""

    def compute(self, name: str, schema: ibis.Schema, text: str) -> None:
        """Runs a statement of :meth:`text` and keeps the rows, with exactly the types of ``schema``."""

    def drop(self, name: str) -> None:
        """Lets go of a table that was loaded or computed."""

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Computes an expression once and keeps the rows."""

    def write_parquet(self, name: str, path: Path, order: Sequence[str]) -> int:
        """Writes the rows of a kept table in ``order`` to one Parquet file and returns their number."""

    def write_folder(self, name: str, location: str, partition_by: Sequence[str], order: Sequence[str]) -> int:
        """Writes the rows of a kept table as Parquet to a folder that is not there yet, and returns their number.

        Each value of each column of ``partition_by`` (none may be null) gets a folder of its own; files are in ``order``.
        Raises ``InputError``: T136 not reached, T137 something is there.
        """

    def write_table(self, name: str, target: str) -> int:
        """Makes a kept table a lasting one of the database, in place of any of its name, and returns the number of its rows.

        Raises ``InputError``: T131 no name of a table, T138 it cannot be written.
        """


class Opened(Engine, Protocol):
    """An engine that is to be closed."""

    def close(self) -> None:
        """Lets go of everything that is not to be kept."""


@contextmanager
def open_engine(name: str = EMBEDDED) -> Iterator[Engine]:
    """The engine called ``name``, closed on leaving: ``duckdb`` (embedded, in memory), ``duckdb:FILE``, ``postgresql://…`` or
    ``sc://host:port`` (Spark Connect). DuckDB may be told ``duckdb:FILE?memory_limit=8GB&threads=4&temp_directory=DIR``; beyond
    its memory it goes on in that folder.

    Raises ``InputError``: T101 any other name, T107 its part is not installed, T108 it cannot be reached, T115 its schema is
    in use.
    """
    engine = _opened(name)
    try:
        yield engine
    finally:
        engine.close()


def _opened(name: str) -> Opened:
    kind, _, rest = name.partition(":")
    try:
        match kind:
            case "duckdb":
                from envcredit.engine.duckdb import DuckDB

                file, _, asked = rest.partition("?")
                settings = dict(parse_qsl(asked))
                if unknown := settings.keys() - _SETTINGS:
                    raise InputError([problem("T101", found=f"{name} ({', '.join(sorted(unknown))})")])
                return DuckDB(file or ":memory:", settings)
            case "postgresql" | "postgres":
                from envcredit.engine.postgresql import PostgreSQL

                return PostgreSQL(name)
            case "sc":
                from envcredit.engine.spark import Spark

                return Spark(name)
    except ModuleNotFoundError as error:
        part = {"sc": "spark"}.get(kind, "postgres")
        raise InputError([problem("T107", engine=kind, part=part, missing=error.name)]) from error
    raise InputError([problem("T101", found=name)])
