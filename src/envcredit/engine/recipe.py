"""A computation written down before there is an engine: which tables to load, which to compute, in which order.

A recipe is made once for a scheme and serves every engine; what one engine makes of it is a script, run as often as wanted.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from envcredit.engine.connection import Engine


class Keeper(Protocol):
    """What stages are built with: an open engine, or a recipe that is still being written."""

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """A table that is held in memory, under a name."""

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """The rows of an expression, computed once, under a name."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A step: put a small table in place."""

    name: str
    table: pa.Table


@dataclass(frozen=True, slots=True)
class Computed:
    """A step: compute an expression over the tables before it."""

    name: str
    expression: ir.Table


@dataclass(frozen=True, slots=True)
class Stated:
    """A step as one engine says it: the text that computes rows of this ``schema`` from the tables that it ``needs``."""

    name: str
    schema: ibis.Schema
    text: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A recipe in the words of one engine. It can be kept as bytes, and reading them gives an equal script.

    ``wanted``: the tables that it is run for; () for all of them.
    """

    steps: tuple[Loaded | Stated, ...]
    wanted: tuple[str, ...] = ()

    def run(self, engine: Engine) -> None:
        """Does every step in an engine of its dialect that holds the start tables. What no later step needs is let go."""
        last = {name: place for place, step in enumerate(self.steps) if isinstance(step, Stated) for name in step.needs}
        own = {step.name for step in self.steps} - set(self.wanted) if self.wanted else set[str]()
        for place, step in enumerate(self.steps):
            if isinstance(step, Loaded):
                engine.load(step.name, step.table)
                continue
            engine.compute(step.name, step.schema, step.text)
            for name in step.needs:
                if name in own and last[name] == place:
                    engine.drop(name)

    def towards(self, tables: Iterable[str]) -> Script:
        """The steps that some tables rest on, and no others."""
        wanted = set(tables)
        needed, kept = set(wanted), []
        for step in reversed(self.steps):
            if step.name in needed:
                kept.append(step)
                needed |= set(step.needs) if isinstance(step, Stated) else set()
        return Script(tuple(reversed(kept)), tuple(sorted(wanted)))

    def plain(self) -> list[dict[str, object]]:
        """The steps as JSON values: small tables as Arrow streams, types by name."""
        return [_plain_step(step) for step in self.steps]


def script_of(plain: Iterable[Mapping[str, Any]]) -> Script:
    """The script whose :meth:`Script.plain` these are. Raises ``KeyError`` or ``ValueError`` for anything else."""
    return Script(tuple(_step_of(row) for row in plain))


def _plain_step(step: Loaded | Stated) -> dict[str, object]:
    if isinstance(step, Stated):
        schema = {name: str(kind) for name, kind in step.schema.items()}
        return {"name": step.name, "schema": schema, "text": step.text, "needs": list(step.needs)}
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, step.table.schema) as writer:
        writer.write_table(step.table)
    return {"name": step.name, "table": b64encode(sink.getvalue()).decode("ascii")}


def _step_of(row: Mapping[str, Any]) -> Loaded | Stated:
    if "text" in row:
        return Stated(row["name"], ibis.schema(row["schema"]), row["text"], tuple(row["needs"]))
    return Loaded(row["name"], pa.ipc.open_stream(b64decode(row["table"])).read_all())


@dataclass(eq=False)
class Recipe:
    """Steps in order. ``start`` tables are bound by name when its script runs."""

    steps: list[Loaded | Computed] = field(default_factory=list)

    def start(self, name: str, schema: Mapping[str, pa.DataType]) -> ir.Table:
        """A table that must be there when its script runs."""
        return ibis.table(ibis.Schema.from_pyarrow(pa.schema(schema)), name=name)

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """Notes a small table to be loaded."""
        self.steps.append(Loaded(name, table))
        return self.start(name, {column.name: column.type for column in table.schema})

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Notes an expression to be computed."""
        self.steps.append(Computed(name, table))
        return ibis.table(table.schema(), name=name)

    def script(self, engine: Engine) -> Script:
        """The recipe as this engine says it."""
        return Script(tuple(_stated(step, engine) if isinstance(step, Computed) else step for step in self.steps))


def _stated(step: Computed, engine: Engine) -> Stated:
    needs = sorted({table.name for table in step.expression.op().find(ops.UnboundTable)})
    return Stated(step.name, step.expression.schema(), engine.text(step.expression), tuple(needs))
