"""A workbook read back as a plain scheme, with the cell in which everything stands, and every problem at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.scheme.sheet.archive import inspected, not_a_workbook
from envcredit.scheme.sheet.layout import SHEETS, Sheet, Way
from envcredit.scheme.sheet.write import HEAD_ROWS
from envcredit.scheme.yaml_tree import Places, Spot, Written


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell and where it stands; rows and columns count from 0."""

    text: str
    sheet: str
    row: int
    column: int

    @property
    def name(self) -> str:
        """``points!C5``."""
        return f"{self.sheet}!{xl_rowcol_to_cell(self.row, self.column)}"


Cells = Mapping[Way, Cell]


@dataclass
class Reading:
    """What has been read so far: cells by row, places by spot, problems."""

    file: str
    diagnostics: list[Diagnostic] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    order: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def place(self, cell: Cell) -> Place:
        """The place of a cell, remembered so that problems can be told in reading order."""
        names = [sheet.name for sheet in SHEETS]
        at = names.index(cell.sheet) if cell.sheet in names else len(names)
        self.order.setdefault(cell.name, (at, cell.row, cell.column))
        return Place(self.file, sheet=cell.name)

    def stands(self, spot: Spot, cell: Cell) -> None:
        """Notes where something stands; the first note of a spot counts."""
        self.places.written.setdefault(spot, Written(self.place(cell)))

    def add(self, code: str, cell: Cell, **values: object) -> None:
        """Notes a problem of a cell."""
        self.diagnostics.append(problem(code, self.place(cell), **values))

    def in_order(self) -> list[Diagnostic]:
        """The problems in the order of worksheets, rows and columns."""
        return sorted(
            self.diagnostics, key=lambda d: (self.order.get(d.places[0].sheet, (-1, 0, 0)) if d.places else (-1, 0, 0), d.code)
        )


def open_workbook(path: Path, reading: Reading) -> CalamineWorkbook:
    """Raises ``InputError`` (S350, S351) for what is no workbook or is too large, ``OSError`` if it cannot be read."""
    for name, errors in inspected(path).items():
        for (row, column), text in errors.items():
            reading.add("S355", Cell(text, name, row, column), found=text)
    try:
        return CalamineWorkbook.from_path(str(path))
    except CalamineError as error:
        raise not_a_workbook(path, error) from None


def rows_of_book(book: CalamineWorkbook, reading: Reading) -> dict[str, list[Cells]]:
    """The filled rows of every worksheet by its name. Missing worksheets are told when the scheme cannot do without them."""
    known = {sheet.name: sheet for sheet in SHEETS}
    found: dict[str, list[Cells]] = {}
    for name in book.sheet_names:
        if name not in known:
            reading.diagnostics.append(problem("S353", Place(reading.file, sheet=name), sheet=name, known=", ".join(known)))
            continue
        table = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        sheet = known[name]
        found[name] = list(_one(sheet, table, reading) if sheet.form == "one" else _many(sheet, table, reading))
    for name in ("scheme", "grades", "clauses", "sources"):
        if name not in found:
            reading.diagnostics.append(problem("S352", Place(reading.file), sheet=name))
    return found


def _one(sheet: Sheet, table: Sequence[Sequence[Any]], reading: Reading) -> Iterator[Cells]:
    ways = {".".join(way): way for way in sheet.columns}
    cells: dict[Way, Cell] = {}
    for at, row in enumerate(table):
        key = _text(row[1]) if len(row) > 1 else ""
        cell = Cell(_text(row[2]) if len(row) > 2 else "", sheet.name, at, 2)
        if key in ways:
            cells.update({ways[key]: cell} if cell.text else {})
        elif key or cell.text:
            reading.add("S354", Cell(key, sheet.name, at, 1), found=key, known=", ".join(ways))
    yield cells


def _many(sheet: Sheet, table: Sequence[Sequence[Any]], reading: Reading) -> Iterator[Cells]:
    ways = {".".join(way): way for way in sheet.columns}
    heads: dict[int, Way] = {}
    for column, value in enumerate(table[1] if len(table) > 1 else ()):
        key = _text(value)
        if key in ways:
            heads[column] = ways[key]
        elif key or any(_text(row[column]) for row in table[HEAD_ROWS:]):
            reading.add("S354", Cell(key, sheet.name, 1, column), found=key, known=", ".join(ways))
    for at, row in enumerate(table[HEAD_ROWS:], HEAD_ROWS):
        cells: dict[Way, Cell] = {}
        for column, way in heads.items():
            cell = Cell(_text(row[column]), sheet.name, at, column)
            cells.update({way: cell} if cell.text else {})
        if cells:
            yield cells


def _text(value: Any) -> str:
    """A cell as it would be typed: whole numbers without a point, days as 2026-01-31, no blanks at the ends."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).strip().replace("\r\n", "\n")
