"""A computation written down before there is an engine: which tables to load, which to compute, in which order.

A recipe is made once for a scheme and cooked as often as wanted; each engine's text of it is kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import ibis
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


@dataclass(eq=False)
class Recipe:
    """Steps in order. ``start`` tables are bound by name when the recipe is cooked."""

    steps: list[Loaded | Computed] = field(default_factory=list)
    _texts: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def start(self, name: str, schema: Mapping[str, pa.DataType]) -> ir.Table:
        """A table that must be there when the recipe is cooked."""
        return ibis.table(ibis.Schema.from_pyarrow(pa.schema(schema)), name=name)

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """Notes a small table to be loaded."""
        self.steps.append(Loaded(name, table))
        return self.start(name, {column.name: column.type for column in table.schema})

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Notes an expression to be computed."""
        self.steps.append(Computed(name, table))
        return ibis.table(table.schema(), name=name)

    def cook(self, engine: Engine) -> None:
        """Does every step in an engine that holds the start tables."""
        computed = [step for step in self.steps if isinstance(step, Computed)]
        if engine.dialect not in self._texts:
            self._texts[engine.dialect] = [engine.text(step.expression) for step in computed]
        texts = iter(self._texts[engine.dialect])
        for step in self.steps:
            if isinstance(step, Loaded):
                engine.load(step.name, step.table)
            else:
                engine.compute(step.name, step.expression.schema(), next(texts))
