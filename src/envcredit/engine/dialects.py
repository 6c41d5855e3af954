"""Where engines say a thing otherwise than Ibis writes it for them: every difference is settled here and nowhere else.

A plan means whole numbers of 64 bits, which never overflow in silence; texts in binary order (a matter of the columns, see
:mod:`envcredit.engine.postgresql`); lists joined in the order asked for; counts that are 0 and not unknown where nothing is
counted. Not to be had on every engine, so no plan uses it: division that is not of whole
numbers, classes of characters by their Unicode names, upper case beyond A to Z, and rows that keep their order in a table.

PostgreSQL neither reads nor writes Parquet: what lies in folders passes through this program on its way to it and from it. A
catalog of Spark that holds Parquet files replaces a table in two steps, and Sail looks at the end of each file of a folder, also
of those whose rows it does not read.
"""

# ruff: noqa: N802  Ibis finds these methods by the names of its operations

from __future__ import annotations

from typing import Any, ClassVar

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.backends.sql.compilers.postgres import PostgresCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

Words = Any
"""A tree of sqlglot; Ibis states no types for what it makes of them."""

_WIDE = dt.Decimal(38, 0)


class DuckDBWords(DuckDBCompiler):  # type: ignore[misc]
    """DuckDB 1.4 and later."""

    __slots__ = ()
    SIMPLE_OPS: ClassVar[dict[type, str]] = {}

    def visit_ArrayRemove(self, _op: ops.ArrayRemove, *, arg: Words, other: Words) -> Words:
        """Ibis gives the element a new name each time, and a plan must have the same text whenever it is made."""
        name = sge.to_identifier("element")
        kept = sge.Lambda(this=sge.NEQ(this=sge.column(name), expression=other), expressions=[name], colon=True)
        return self.f.list_filter(arg, kept)


class PostgreSQLWords(PostgresCompiler):  # type: ignore[misc]
    """PostgreSQL 15 and later."""

    __slots__ = ()
    SIMPLE_OPS: ClassVar[dict[type, str]] = {}  # the parent's would be set once more, over the methods here

    def visit_Sign(self, op: ops.Sign, *, arg: Words) -> Words:
        """Else a binary float."""
        return self.cast(self.f.sign(arg), op.dtype)

    def visit_Divide(self, op: ops.Divide, *, left: Words, right: Words) -> Words:
        """Whole numbers are divided as such and cut; through binary floats a quotient beyond 2^53 would be another."""
        _must_be_whole(op)
        return sge.Div(this=sge.paren(left), expression=sge.paren(right), typed=True)

    def visit_Sum(self, op: ops.Sum, *, arg: Words, where: Words | None) -> Words:
        """Else a decimal."""
        return self.cast(super().visit_Sum(op, arg=arg, where=where), op.dtype)

    def visit_WindowFunction(self, op: ops.WindowFunction, *, func: Words, **parts: Any) -> Words:
        """The type of a running sum is stated around the window, not inside it."""
        if not isinstance(op.func, ops.Sum):
            return super().visit_WindowFunction(op, func=func, **parts)
        return self.cast(super().visit_WindowFunction(op, func=func.this, **parts), op.dtype)

    def visit_Cast(self, op: ops.Cast, *, arg: Words, to: dt.DataType) -> Words:
        """Yes and no are 1 and 0 by way of 32 bits only."""
        narrow = op.arg.dtype.is_boolean() and to.is_integer()
        return super().visit_Cast(op, arg=self.cast(arg, dt.int32) if narrow else arg, to=to)

    def visit_RegexSearch(self, _op: ops.RegexSearch, *, arg: Words, pattern: Words) -> Words:
        """A pattern that is put together binds less tightly than the operator before it."""
        return sge.paren(sge.RegexpLike(this=sge.paren(arg), expression=sge.paren(pattern)))


class SparkWords(PySparkCompiler):  # type: ignore[misc]
    """Apache Spark 4 and Sail."""

    __slots__ = ()
    SIMPLE_OPS: ClassVar[dict[type, str]] = {}

    def visit_Sign(self, op: ops.Sign, *, arg: Words) -> Words:
        """Else a binary float."""
        return self.cast(self.f.sign(arg), op.dtype)

    def visit_Divide(self, op: ops.Divide, *, left: Words, right: Words) -> Words:
        """As in PostgreSQL."""
        _must_be_whole(op)
        return sge.IntDiv(this=sge.paren(left), expression=sge.paren(right))

    def visit_Sum(self, op: ops.Sum, *, arg: Words, where: Words | None) -> Words:
        """Sail begins again at the lowest number when a sum of 64 bits grows too large."""
        return self.cast(super().visit_Sum(op, arg=self.cast(arg, _WIDE), where=where), op.dtype)

    def visit_WindowFunction(self, op: ops.WindowFunction, *, func: Words, **parts: Any) -> Words:
        """As in PostgreSQL."""
        if not isinstance(op.func, ops.Sum):
            return super().visit_WindowFunction(op, func=func, **parts)
        return self.cast(super().visit_WindowFunction(op, func=func.this, **parts), op.dtype)

    def visit_IsNull(self, op: ops.IsNull, *, arg: Words) -> Words:
        """A condition that is asked whether it is unknown stands in brackets."""
        return super().visit_IsNull(op, arg=sge.paren(arg))

    def visit_NotNull(self, op: ops.NotNull, *, arg: Words) -> Words:
        """As :meth:`visit_IsNull`."""
        return super().visit_NotNull(op, arg=sge.paren(arg))

    def visit_CountStar(self, op: ops.CountStar, *, arg: Words, where: Words | None) -> Words:
        """Ibis writes a sum, which is unknown where the condition nowhere holds."""
        return super().visit_CountStar(op, arg=arg, where=None) if where is None else self.f.count(self.if_(where, 1, NULL))

    def visit_GroupConcat(self, _op: ops.GroupConcat, *, arg: Words, sep: Words, where: Words | None, order_by: Words) -> Words:
        """Ibis knows no order here."""
        joined = self.f.anon.listagg(arg if where is None else self.if_(where, arg, NULL), sep)
        return sge.WithinGroup(this=joined, expression=sge.Order(expressions=order_by)) if order_by else joined


def _must_be_whole(op: ops.Divide) -> None:
    assert op.left.dtype.is_integer(), op
    assert op.right.dtype.is_integer(), op
