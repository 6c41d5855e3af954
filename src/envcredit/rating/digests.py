"""What a result is known by: one digest a unit, over everything the run says of it, and one of all units together.

A row is written as one line of PostgreSQL's text format for COPY: the stage, then the columns, tabs between them, ``\\N`` for
null, days as YYYY-MM-DD. A unit's digest is the SHA-256 of its lines in byte order, with line feeds between them; the result
digest names the digests of all units in their order, and of all records that belong to none. Every engine that gives the same
rows gives the same digest, and a run that rates a few units again need not read the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from envcredit.base.digest import digest_of, digest_of_bytes
from envcredit.rating.columns import DIGEST, UNATTACHED

_BY_UNIT = ("derived", "grade", "group", "ignored", "item", "party", "point", "score", "unit")
"""In byte order, so that lines that are sorted within each stage are sorted."""

_ONE_ROW = ("grade", "score", "unit")
_FREE_TEXT = ("derived", "group", "party", "unit", "unattached")
"""Stages with words that are not this program's own and may hold any sign."""


def digests(stages: Mapping[str, ir.Table]) -> ir.Table:
    """``unit_id, digest`` (hex): one row a unit."""
    units = stages["unit"].select("unit_id", unit_text=_line("unit", stages["unit"]))
    for name in _BY_UNIT[:-1]:
        units = units.left_join(_text(name, stages[name]), "unit_id").drop("unit_id_right")
    first, *others = (ibis.coalesce(units[f"{name}_text"].concat("\n"), "") for name in _BY_UNIT[:-1])
    return DIGEST.shaped(units.select("unit_id", digest=first.concat(*others, units.unit_text).hexdigest("sha256")))


def lost_digests(unattached: ir.Table) -> ir.Table:
    """``record_id, digest``: one row a record of no unit."""
    return unattached.select("record_id", digest=_line("unattached", unattached).hexdigest("sha256"))


def result_digest(units: Any, lost: Any) -> str:
    """The digest of a result from the digests of its units, by unit, and of its unattached records, by record (Arrow columns)."""
    return digest_of({"units": _folded(units), UNATTACHED.name: _folded(lost)})


def _folded(column: Any) -> str:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return digest_of_bytes("".join(chunk.to_pylist()).encode("ascii") for chunk in chunks)


def _text(name: str, stage: ir.Table) -> ir.Table:
    """``unit_id, <name>_text``: the lines of each unit, in order."""
    lines = stage.select("unit_id", line=_line(name, stage))
    if name in _ONE_ROW:
        return lines.rename({f"{name}_text": "line"})
    return lines.group_by("unit_id").agg(**{f"{name}_text": lines.line.group_concat("\n", order_by=lines.line)})


def _line(name: str, stage: ir.Table) -> Any:
    escaped = name in _FREE_TEXT
    columns = [_written(stage[column], escaped=escaped) for column in stage.columns]
    parts = [part for column in columns for part in (ibis.literal("\t"), column)]
    return ibis.literal(name).concat(*parts)


def _written(column: Any, *, escaped: bool) -> Any:
    if not column.type().is_string():
        return ibis.coalesce(_plain(column).cast("string"), "\\N")
    if not escaped:
        return ibis.coalesce(column, "\\N")
    signs = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
    for sign, instead in signs.items():
        column = column.replace(sign, instead)
    return ibis.coalesce(column, "\\N")


def _plain(column: Any) -> Any:
    """Yes and no as 1 and 0: engines do not agree how they are spelled."""
    return column.cast("int64") if column.type().is_boolean() else column
