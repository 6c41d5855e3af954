"""Tables that were there before a run, as a run wants to see them; and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from envcredit.base.diagnostics import Place, problem
from envcredit.base.shape import Shape
from envcredit.errors import InputError

_PART = r'(?:[^\W\d]\w*|"(?:[^"\x00]|"")+")'
_TABLE = re.compile(rf"{_PART}(?:\.{_PART}){{0,2}}")
_NOTHING: Mapping[type, Any] = {dt.String: "", dt.Int64: 0}


def table_parts(text: str) -> tuple[str, ...]:
    """``schema.table`` or ``"my schema".table``: one to three names, exactly as written. Raises ``InputError`` (T131)."""
    if not _TABLE.fullmatch(text):
        raise InputError([problem("T131", found=text)])
    return tuple(part[1:-1].replace('""', '"') if part[0] == '"' else part for part in re.findall(_PART, text))


def quoted(parts: Iterable[str], mark: str = '"') -> str:
    """Names as SQL takes them, whatever characters they hold."""
    return ".".join(f"{mark}{part.replace(mark, mark * 2)}{mark}" for part in parts)


def shaped(found: ir.Table, shape: Shape, place: str) -> ir.Table:
    """The rows and columns of ``found`` that ``shape`` asks for.

    Raises ``InputError``: T133 columns that are missing, T134 columns of another type.
    """
    must_fit(found.schema(), shape, place)
    for name, values in shape.among.items():
        if name in found.columns:
            found = found.filter(found[name].isin(list(values)))
    for name, last in shape.at_most.items():
        if name in found.columns:
            found = found.filter(found[name].isnull() | (found[name] <= last))
    wanted = ibis.Schema.from_pyarrow(shape.columns)
    return found.select(**{name: _column(found, name, kind) for name, kind in wanted.items()})


def must_fit(found: Mapping[str, dt.DataType], shape: Shape, place: str) -> None:
    """Raises ``InputError``: T133 columns that are missing, T134 columns of another type."""
    problems = []
    if missing := [name for name in shape.required if name not in found]:
        problems.append(problem("T133", Place(place), columns=", ".join(missing)))
    for name in (name for name in shape.names if name in found):
        expected = dt.DataType.from_pyarrow(shape.type_of(name))
        if not _fits(found[name], expected):
            problems.append(problem("T134", Place(place), column=name, found=found[name], expected=expected))
    if problems:
        raise InputError(problems)


def _fits(found: dt.DataType, expected: dt.DataType) -> bool:
    """Whether every value is one of the expected type already. No number with a point becomes a whole one in silence."""
    if expected.is_integer():
        return bool(found.is_integer() or (found.is_decimal() and found.scale == 0) or found.is_null())
    return bool(type(found) is type(expected) or found.is_null())


def _column(found: ir.Table, name: str, kind: dt.DataType) -> ir.Value:
    stated = found[name].cast(kind.copy(nullable=True)) if name in found.columns else ibis.null(kind.copy(nullable=True))
    return stated if kind.nullable else ibis.coalesce(stated, ibis.literal(_NOTHING[type(kind)], kind))
