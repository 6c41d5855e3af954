"""Where the header of a table is, and which column is which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.records.cleaning.words import word_key
from envcredit.records.export import restored
from envcredit.records.sheets import Row, Sheet

ORIGIN = ("q_file", "q_sheet", "q_line", "q_codes", "q_reason_zh", "q_reason_en", "q_more")
"""Columns that a quarantine file has before those of the original."""

_SEARCHED = 15
_BRACKET = re.compile(r"\(([^()]*)\)$")
_UNITS = {"元": "元", "人民币元": "元", "千元": "千元", "万元": "万元", "亿元": "亿元", "%": "percent"}


@dataclass(slots=True)
class Table:
    """A sheet with its header found. ``columns``: normal form of a head → its index; ``units``: index → unit in its head.

    ``mended``: the table is a quarantine file; ``origin`` then gives the sheet a row came from.
    """

    sheet: Sheet
    header: tuple[str, ...]
    header_line: int
    rows: list[Row]
    columns: dict[str, int]
    units: dict[int, str] = field(default_factory=dict)
    mended: bool = False

    def index(self, name: str) -> int | None:
        """The column with this head, or ``None``."""
        return self.columns.get(word_key(name))

    def place(self, line: int, column: int = -1) -> Place:
        """The place of a cell; ``column`` counts from 0."""
        return Place(self.sheet.file, line, column + 1, self.sheet.name)


def with_header(sheet: Sheet, known: Collection[str], ignored: Collection[str] = ()) -> tuple[Table | None, list[Diagnostic]]:
    """The table in a sheet: the header is the row, among the first fifteen, with most heads that the source knows.

    ``None`` when no row has any. ``ignored`` are known heads whose columns nobody reads, so they may repeat. Problems:
    ``R109`` a known head stands twice; notes: ``R123`` heads the source does not know, ``R125`` rows above the header.
    """
    keys = {word_key(name) for name in known}
    position = -1 if sheet.header else _header_row(sheet.rows, keys)
    if position is None:
        return None, []
    header = sheet.header if position < 0 else sheet.rows[position].cells
    line = 0 if position < 0 else sheet.rows[position].line
    mended = {"q_line", "q_codes"} <= {head.strip() for head in header}
    table = Table(sheet, header, line, sheet.rows[position + 1 :], {}, mended=mended)
    if mended:
        table.rows = [row._replace(cells=tuple(restored(cell) for cell in row.cells)) for row in table.rows]
    unknown = _bind(table, keys)
    notes = [problem("R125", table.place(sheet.rows[0].line), count=position, line=line)] if position > 0 else []
    if unknown:
        notes.append(problem("R123", table.place(line), columns="、".join(unknown)))
    return table, notes + _repeated(table, keys - {word_key(name) for name in ignored})


def _header_row(rows: list[Row], keys: Collection[str]) -> int | None:
    scores = [sum(_bound(cell, keys) is not None for cell in set(row.cells)) for row in rows[:_SEARCHED]]
    return scores.index(max(scores)) if scores and max(scores) > 0 else None


def _bound(head: str, keys: Collection[str]) -> tuple[str, str] | None:
    """The known head that ``head`` is, and the unit in its bracket: 罚款金额（万元） is 罚款金额 in 万元."""
    key = word_key(head.strip().rstrip("*＊"))
    if key in keys:
        return key, ""
    bracket = _BRACKET.search(key)
    bare = _BRACKET.sub("", key).rstrip("*")
    return (bare, _UNITS.get(bracket[1], "")) if bracket and bare in keys else None


def _bind(table: Table, keys: Collection[str]) -> list[str]:
    unknown = []
    for index, head in enumerate(table.header):
        bound = _bound(head, keys)
        if bound:
            table.columns.setdefault(bound[0], index)
            table.units |= {index: bound[1]} if bound[1] else {}
        elif head.strip() in ORIGIN:
            table.columns.setdefault(word_key(head), index)
        elif head.strip():
            unknown.append(head.strip())
    return unknown


def _repeated(table: Table, keys: Collection[str]) -> list[Diagnostic]:
    bound = [(found[0], head) for head in table.header if (found := _bound(head, keys))]
    twice = [key for key, count in Counter(key for key, _ in bound).items() if count > 1]
    heads = dict(bound)
    return [problem("R109", table.place(table.header_line), column=heads[key].strip()) for key in twice]
