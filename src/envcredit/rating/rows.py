"""Where a name of the condition language stands in a row of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ibis
import ibis.expr.types as ir

from envcredit.rating.expression import Resolve
from envcredit.scheme.conditions.tree import Name, Scalar, Type

UNIT = "of_unit_"
VALUE = "of_value_"
CLOCK_COLUMNS = {"as_of": "as_of", "period_from": "rated_from", "period_to": "rated_to"}


def resolver(row: ir.Table, assumed: Mapping[str, Scalar]) -> Resolve:
    """Columns of ``row``: a fact's own by name, the unit's as ``of_unit_x``, derived values as ``of_value_x``, clocks by name.

    An ``assumed`` value stands in where the column is unknown.
    """

    def column(name: Name) -> ir.Value:
        found: ir.Value = row[column_named(name)]
        if name.written in assumed:
            found = ibis.coalesce(found, ibis.literal(assumed[name.written]).cast(found.type()))
        return found

    return column


def column_named(name: Name) -> str:
    """The column of a name. An attribute may be called like a clock, so the clocks have columns of their own."""
    if name.where == "clock":
        return CLOCK_COLUMNS[name.name]
    return {"unit": UNIT, "value": VALUE}.get(name.where, "") + name.name


def unit_columns(subject: ir.Table, wanted: Iterable[str]) -> ir.Table:
    """``unit_id`` and the wanted unit attributes under their names in a row."""
    own = {f"{UNIT}{name}": subject["real_id" if name == "unit_id" else name] for name in sorted(set(wanted))}
    return subject.select("unit_id", **own)


def value_columns(derived: ir.Table, wanted: Mapping[str, Type]) -> ir.Table:
    """One row a unit with each wanted derived value in a column of its own type."""
    columns = {
        f"{VALUE}{name}": derived[column_of(kind)].max(where=derived.name == name) for name, kind in sorted(wanted.items())
    }
    return derived.group_by("unit_id").agg(**columns)


def column_of(kind: Type) -> str:
    """The column of the derived relation that holds a value of this type."""
    return {"day": "day", "code": "word", "text": "word"}.get(kind.name, "value")
