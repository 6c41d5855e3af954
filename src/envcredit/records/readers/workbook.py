"""XLSX: every visible worksheet, cells as the text a person sees, merged cells filled downwards."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.digest import digest_of_file
from envcredit.errors import RecordsError
from envcredit.records.limits import Limits
from envcredit.records.readers.archive import Lost, inspected
from envcredit.records.readers.parquet import figure
from envcredit.records.sheets import Content, Row, Sheet, blank

Grid = list[list[str]]


def read_workbook(path: Path, limits: Limits) -> Content:
    """All visible sheets. Raises ``RecordsError`` for a damaged, protected or oversized archive.

    A merged range counts for every row it covers, as a reader of the sheet would take it. Hidden sheets are not read,
    and the arrival report names them.
    """
    lost = inspected(path, limits)
    try:
        # Not by its path: a name that ends in .ods would be read in a form that was not inspected.
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        visible = {meta.name: meta.visible == SheetVisibleEnum.Visible for meta in workbook.sheets_metadata}
        sheets: list[Sheet] = []
        notes: list[Diagnostic] = []
        for index, name in enumerate(workbook.sheet_names):
            if not visible.get(name, True):
                notes.append(problem("R121", Place(path.name, sheet=name)))
                continue
            sheet, filled = _sheet(path.name, workbook.get_sheet_by_name(name), lost.get(index, {}), limits)
            sheets.append(sheet)
            if filled:
                notes.append(problem("R122", Place(path.name, sheet=name), count=filled))
    except (CalamineError, OSError, ValueError) as error:
        raise RecordsError([problem("R107", Place(path.name), reason=str(error))]) from None
    return Content(path.name, digest_of_file(path), "XLSX", "UTF-8", tuple(sheets), tuple(notes))


def _sheet(file: str, sheet: CalamineSheet, lost: Lost, limits: Limits) -> tuple[Sheet, int]:
    place = Place(file, sheet=sheet.name)
    grid = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), text in lost.items():
        if row < len(grid) and column < len(grid[row]):
            grid[row][column] = text
        elif text:
            _grow(grid, row, column, text)
    filled = _filled(grid, sheet.merged_cell_ranges or [])
    if grid and len(grid[0]) > limits.columns:
        raise RecordsError([problem("R105", place, found=len(grid[0]), limit=limits.columns)])
    if len(grid) > limits.rows:
        raise RecordsError([problem("R111", place, limit=limits.rows)])
    rows = [Row(line, tuple(cells)) for line, cells in enumerate(grid, start=1) if not blank(tuple(cells))]
    return Sheet(file, rows, name=sheet.name), filled


def _grow(grid: Grid, row: int, column: int, text: str) -> None:
    width = max([column + 1, *(len(cells) for cells in grid[:1])])
    grid.extend([] for _ in range(row + 1 - len(grid)))
    for cells in grid:
        cells.extend([""] * (width - len(cells)))
    grid[row][column] = text


def _filled(grid: Grid, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> int:
    """Copies the first cell of each merged range down its first column; returns how many ranges were filled."""
    count = 0
    for (top, left), (bottom, _) in ranges:
        if bottom > top and top < len(grid) and left < len(grid[top]) and grid[top][left]:
            count += 1
            for row in grid[top + 1 : bottom + 1]:
                row[left] = grid[top][left]
    return count


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return figure(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
