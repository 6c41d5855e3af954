"""What every engine can do, and how one is chosen by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from envcredit.base.diagnostics import problem
from envcredit.errors import InputError


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

    def table(self, name: str) -> ir.Table:
        """A table that was loaded, attached or computed."""

    def text(self, table: ir.Table) -> str:
        """The statement that computes an expression."""

    def compute(self, name: str, schema: ibis.Schema, text: str) -> None:
        """Runs a statement of :meth:`text` and keeps the rows, with exactly the types of ``schema``."""

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Computes an expression once and keeps the rows."""

    def write_parquet(self, name: str, path: Path, order: Sequence[str]) -> int:
        """Writes the rows of a kept table in ``order`` to one Parquet file and returns their number."""


class Opened(Engine, Protocol):
    """An engine that is to be closed."""

    def close(self) -> None:
        """Lets go of everything that is not to be kept."""


@contextmanager
def open_engine(name: str = "duckdb") -> Iterator[Engine]:
    """The engine called ``name``, closed on leaving: ``duckdb`` (embedded, in memory), ``duckdb:FILE``, ``postgresql://…`` or
    ``sc://host:port`` (Spark Connect).

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

                return DuckDB(rest or ":memory:")
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
