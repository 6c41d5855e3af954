"""Tables as files that people open in a spreadsheet. No cell is ever a formula, and the same table gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from envcredit.rating.letter import columns as wide
from envcredit.records.export import csv_bytes, neutralised

Cell = str | int
_WIDEST, _ROOM, _LOOKED_AT = 60, 2, 200


@dataclass(frozen=True, slots=True)
class Table:
    """A named table; whole numbers stay numbers in a workbook, everything else is text."""

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def as_csv(table: Table) -> bytes:
    """UTF-8 with byte-order mark, lines end in CR LF; an apostrophe stands before what a spreadsheet would take for a formula."""
    return csv_bytes(table.head, [[str(cell) for cell in row] for row in table.rows])


def as_xlsx(tables: Sequence[Table], moment: int) -> bytes:
    """A workbook with a sheet for every table. ``moment``: seconds, stated as the time of making.

    Text that a spreadsheet could take for a formula stays text and says so itself (quote prefix), as it was written.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A workbook knows no time zone.
    book.set_properties({"created": datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)})
    text = {"num_format": "@", "valign": "top"}
    forms = {
        "head": book.add_format({**text, "bold": True, "bg_color": "#e3eff3", "border": 1, "text_wrap": True}),
        "text": book.add_format(text),
        "sign": book.add_format({**text, "quote_prefix": True}),
        "whole": book.add_format({"num_format": "0", "valign": "top"}),
    }
    for table in tables:
        _sheet(book, table, forms)
    book.close()
    return stream.getvalue()


def _sheet(book: Any, table: Table, forms: dict[str, Any]) -> None:
    page = book.add_worksheet(table.name)
    page.freeze_panes(1, 0)
    for at, cell in enumerate(table.head):
        page.write_string(0, at, cell, forms["head"])
        seen = [cell, *(str(row[at]) for row in table.rows[:_LOOKED_AT])]
        page.set_column(at, at, min(_WIDEST, max(map(wide, seen)) + _ROOM))
    for line, row in enumerate(table.rows, 1):
        for at, value in enumerate(row):
            if isinstance(value, int):
                page.write_number(line, at, value, forms["whole"])
            else:
                page.write_string(line, at, value, forms["text" if neutralised(value) == value else "sign"])
