"""A workbook read back as a plain scheme, with the cell in which everything stands, and every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.labels import Language
from envcredit.scheme.conditions.problems import WordOf
from envcredit.scheme.sheet.archive import inspected, not_a_workbook
from envcredit.scheme.sheet.layout import HEAD_ROWS, SHEETS, Sheet, Way, is_reference, sheet_titled
from envcredit.scheme.sheet.offers import DidYouMeanChoice, offer
from envcredit.scheme.sheet.terms import TermsOf, is_needed
from envcredit.scheme.yaml_tree import Places, Plain, Spot, Written


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell and where it stands; ``sheet`` is the name on the tab, rows and columns count from 0."""

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
    heads: dict[str, dict[Way, Cell]] = field(default_factory=dict)
    blanks: dict[tuple[str, str], tuple[Cell, TermsOf]] = field(default_factory=dict)
    strange: set[str] = field(default_factory=set)

    def place(self, cell: Cell) -> Place:
        """The place of a cell, remembered so that problems can be told in reading order."""
        sheet = sheet_titled(cell.sheet)
        at = SHEETS.index(sheet) if sheet else len(SHEETS)
        self.order.setdefault(cell.name, (at, cell.row, cell.column))
        return Place(self.file, sheet=cell.name)

    def stands(self, spot: Spot, cell: Cell) -> None:
        """Notes where something stands; the first note of a spot counts."""
        self.places.written.setdefault(spot, Written(self.place(cell)))

    def blank(self, sheet: Sheet, cells: Cells, spot: Spot) -> None:
        """Notes the empty cells of a row, so that what is lacking at ``spot`` can be told where it belongs."""
        row = next((cell.row for cell in cells.values()), 0)
        for way, head in self.heads.get(sheet.name, {}).items():
            if way in cells:
                continue
            empty = replace(head, text="", row=head.row if sheet.form == "one" else row)
            for length in range(len(way)):
                where = ".".join(map(str, (*spot, *way[:length]))) or "scheme"
                cell, named = self.blanks.get((where, way[length]), (empty, TermsOf(sheet, ())))
                self.blanks[where, way[length]] = cell, TermsOf(sheet, (*named.ways, way))

    def chosen(self, sheet: Sheet, way: Way, cell: Cell, text: str) -> str:
        """The code that a text means; S365 where its column has a closed list and this is none of it."""
        offered = offer(sheet, way)
        if offered is None:
            return text
        if not offered.is_known(text):
            near = DidYouMeanChoice(offered, offered.near(text))
            self.add("S365", cell, found=text, column=TermsOf(sheet, (way,)), near=near)
            self.strange.add(cell.name)
        return offered.meant(text)

    def placed(self, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """Problems of the content. A key that is missing (S031) is told as the cell that is empty (S356); of a cell that is
        already told as none of its list nothing more is said."""
        for one in found:
            if any(place.sheet in self.strange for place in one.places):
                continue
            values = dict(one.values)
            blank = self.blanks.get((str(values.get("where")), str(values.get("key")))) if one.code == "S031" else None
            yield problem("S356", self.place(blank[0]), column=blank[1].needed()) if blank else one

    def several(self, sheet: Sheet, way: Way, cell: Cell) -> list[Plain]:
        """The codes of a cell that may hold several. A term may itself hold a comma, so the whole is tried first."""
        offered = offer(sheet, way)
        if offered and offered.codes and offered.meant(cell.text) in offered.codes:
            return [offered.meant(cell.text)]
        items = (item.strip() for item in cell.text.replace("，", ",").split(","))
        return [self.chosen(sheet, way, cell, item) for item in items if item]

    def add(self, code: str, cell: Cell, **values: object) -> None:
        """Notes a problem of a cell."""
        self.diagnostics.append(problem(code, self.place(cell), **values))

    def lines(self, cell: Cell, spot: Spot) -> dict[str, Plain]:
        """A cell of lines ``name: value``, each noted below ``spot``; S358 for a line of another form."""
        found: dict[str, Plain] = {}
        for line in cell.text.split("\n"):
            name, colon, value = line.replace("：", ":", 1).partition(":")
            if not colon or not name.strip() or not value.strip():
                self.add("S358", cell, found=line)
                continue
            found[name.strip()] = value.strip()
            self.stands((*spot, name.strip()), cell)
        return found

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
    """The filled rows of every worksheet by its key. Missing worksheets are told when the scheme cannot do without them."""
    found: dict[str, list[Cells]] = {}
    for title in book.sheet_names:
        sheet = sheet_titled(title)
        if is_reference(title):
            continue
        if sheet is None or sheet.name in found:
            known = Titles(SHEETS)
            reading.diagnostics.append(problem("S353", Place(reading.file, sheet=title), sheet=title, known=known))
            continue
        table = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        page = Page(sheet, title, table)
        found[sheet.name] = list(_one(page, reading) if sheet.form == "one" else _many(page, reading))
    for sheet in SHEETS:
        if is_needed(sheet) and sheet.name not in found:
            reading.diagnostics.append(problem("S352", Place(reading.file), sheet=WordOf(f"sheet.name.{sheet.name}")))
    return found


@dataclass(frozen=True, slots=True)
class Titles:
    """Worksheets as a message lists them, in its language."""

    sheets: Sequence[Sheet]

    def __format__(self, language: str) -> str:
        return ("、" if language == "zh" else ", ").join(sheet.title(cast("Language", language)) for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class Page:
    """One worksheet as it stands in the file: the name on its tab and its rows of values."""

    sheet: Sheet
    title: str
    table: Sequence[Sequence[Any]]

    def cell(self, row: int, column: int) -> Cell:
        """A cell; beyond the filled area it is empty."""
        values = self.table[row] if row < len(self.table) else ()
        return Cell(_text(values[column]) if column < len(values) else "", self.title, row, column)


def _one(page: Page, reading: Reading) -> Iterator[Cells]:
    ways = {".".join(way): way for way in page.sheet.columns}
    cells: dict[Way, Cell] = {}
    heads = reading.heads.setdefault(page.sheet.name, {})
    for row in range(len(page.table)):
        key, cell = page.cell(row, 1), page.cell(row, 2)
        if key.text in ways:
            heads[ways[key.text]] = cell
            cells.update({ways[key.text]: cell} if cell.text else {})
        elif key.text or cell.text:
            reading.add("S354", key, found=key.text, known=", ".join(ways))
    yield cells


def _many(page: Page, reading: Reading) -> Iterator[Cells]:
    ways = {".".join(way): way for way in page.sheet.columns}
    heads: dict[int, Way] = {}
    rows = range(HEAD_ROWS, len(page.table))
    for column in range(max(map(len, page.table), default=0)):
        key = page.cell(HEAD_ROWS - 1, column)
        if key.text in ways:
            heads[column] = ways[key.text]
            reading.heads.setdefault(page.sheet.name, {})[ways[key.text]] = key
        elif key.text or any(page.cell(row, column).text for row in rows):
            reading.add("S354", key, found=key.text, known=", ".join(ways))
    for row in rows:
        cells = {way: page.cell(row, column) for column, way in heads.items()}
        filled = {way: cell for way, cell in cells.items() if cell.text}
        if filled:
            yield filled


def _text(value: Any) -> str:
    """A cell as it would be typed: whole numbers without a point, days as 2026-01-31, no blanks at the ends."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).strip().replace("\r\n", "\n")
