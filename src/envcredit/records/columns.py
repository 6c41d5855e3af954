"""The texts of one value for all rows of a table: from its columns, a constant, a join, a template, or its second choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.records.headers import Table
from envcredit.records.source import Cell, Otherwise, columns_of

Cleaner = Callable[[str], str]


@dataclass(slots=True)
class Texts:
    """``of[i]`` is the text in row i (``''``: nothing). ``at``: index of the column, for places; ``unit``: stated in its head.

    ``faults``: rows whose columns contradict each other; ``second``: rows that took the second choice.
    """

    of: list[str]
    at: int = -1
    unit: str = ""
    faults: dict[int, Diagnostic] = field(default_factory=dict)
    second: set[int] = field(default_factory=set)


def texts(cell: Cell, table: Table, cleaned: Cleaner) -> Texts | None:
    """The texts of ``cell``; ``None`` when the table has none of its columns."""
    if cell.value:
        return Texts([cell.value] * len(table.rows))
    if cell.join:
        return _joined(cell, table, cleaned)
    if cell.template:
        return _templated(cell, table, cleaned)
    found = _first_stated(cell.columns, table, cleaned)
    if cell.otherwise:
        return _with_second_choice(found, cell.otherwise, table, cleaned)
    return found


def _column(table: Table, index: int, cleaned: Cleaner) -> list[str]:
    return [cleaned(row.cells[index]) for row in table.rows]


def _first_stated(names: list[str], table: Table, cleaned: Cleaner) -> Texts | None:
    indexes = list(dict.fromkeys(i for name in names if (i := table.index(name)) is not None))
    if not indexes:
        return None
    found = Texts(_column(table, indexes[0], cleaned), indexes[0], table.units.get(indexes[0], ""))
    for index in indexes[1:]:
        for row, text in enumerate(_column(table, index, cleaned)):
            if text and not found.of[row]:
                found.of[row] = text
            elif text and text != found.of[row]:
                found.faults[row] = problem("R221", first=table.header[found.at], second=table.header[index])
    return found


def _with_second_choice(found: Texts | None, second: Otherwise, table: Table, cleaned: Cleaner) -> Texts | None:
    other = _first_stated(second.columns, table, cleaned)
    if other is None:
        return found
    result = found or Texts([""] * len(table.rows), other.at)
    result.second = {row for row, text in enumerate(result.of) if not text and other.of[row]}
    for row in result.second:
        result.of[row] = other.of[row]
    return result


def _joined(cell: Cell, table: Table, cleaned: Cleaner) -> Texts | None:
    columns = [_column(table, i, cleaned) for name in cell.join if (i := table.index(name)) is not None]
    if not columns:
        return None
    return Texts([cell.between.join(filter(None, parts)) for parts in zip(*columns, strict=True)])


def _templated(cell: Cell, table: Table, cleaned: Cleaner) -> Texts | None:
    names = columns_of(cell)
    indexes = [table.index(name) for name in names]
    columns = [_column(table, index, cleaned) for index in indexes if index is not None]
    if len(columns) < len(names):
        return None
    rows = zip(*columns, strict=True)
    return Texts([_fill(cell.template, names, parts) if all(parts) else "" for parts in rows])


def _fill(template: str, names: list[str], parts: tuple[str, ...]) -> str:
    for name, part in zip(names, parts, strict=True):
        template = template.replace(f"{{{name}}}", part)
    return template
