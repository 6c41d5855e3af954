"""A scheme as an Excel workbook: a worksheet a part, keys protected, choices as drop-downs, notes on the columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from envcredit.base.labels import Language, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.sheet.cells import Row, rows_of
from envcredit.scheme.sheet.guide import Book, lists_at, write_codes, write_guide, write_names
from envcredit.scheme.sheet.layout import HEAD_ROWS, NAMED, SHEETS, Sheet, Way, group_of, is_list
from envcredit.scheme.sheet.offers import Offer, offer
from envcredit.scheme.sheet.stories import rows_of_cases
from envcredit.scheme.sheet.terms import is_required, note, term
from envcredit.scheme.yaml_tree import Plain

_SPARE_ROWS = 300
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDE = {"words", "summary", "title", "when", "unless", "note", "duty", "meaning", "article", "value", "missing", "applies"}
_OPTIONS = {
    "insert_rows": True,
    "delete_rows": True,
    "sort": True,
    "autofilter": True,
    "format_columns": True,
    "format_rows": True,
}
_USUAL_KINDS = (
    "penalty",
    "order",
    "judgment",
    "incident",
    "monitoring",
    "complaint",
    "listing",
    "certification",
    "commendation",
    "rectification",
    "repair",
    "rating",
)
"""Kinds of record whose attributes have columns of their own where a book has no cases yet."""
_TABS: Mapping[str, str] = {"head": "#1f4e79", "rules": "#1a7f37", "inside": "#7fba8f", "law": "#8a6d3b", "cases": "#6f42c1"}


@dataclass(frozen=True)
class Content:
    """What goes into a book: a plain scheme, the file of each rule, and the cases with the file of each."""

    scheme: Mapping[str, Plain]
    chapters: Mapping[str, str]
    cases: Sequence[tuple[str, dict[str, Plain]]] = ()

    def rows(self, sheet: Sheet) -> list[Row]:
        """The rows of one worksheet."""
        return list(rows_of_cases(sheet, self.cases) if sheet.section == "cases" else rows_of(sheet, self.scheme, self.chapters))


def write_book(content: Content, path: Path, language: Language) -> tuple[str, ...]:
    """Writes the workbook and gives the names of its worksheets.

    Every cell is text, so nothing in it is ever a formula. Raises ``OSError`` if the file cannot be written.
    """
    workbook = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    # A fixed day of making keeps two workbooks of the same content equal.
    workbook.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001  a workbook knows no time zone
    book = Book(workbook, language, _formats(workbook))
    write_guide(book)
    for sheet in SHEETS:
        rows = content.rows(sheet)
        _write_one(book, sheet, rows[0]) if sheet.form == "one" else _write_rows(book, sheet, rows)
    write_names(book)
    write_codes(book)
    names = tuple(str(page.get_name()) for page in workbook.worksheets())
    try:
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] from None
    return names


def _formats(workbook: Any) -> dict[str, Any]:
    text = {"num_format": "@", "text_wrap": True, "valign": "top"}
    head = {**text, "bold": True, "border": 1}
    return {
        "band": workbook.add_format({"bold": True, "font_color": "#ffffff", "bg_color": "#1f4e79", "valign": "vcenter"}),
        "head": workbook.add_format({**head, "bg_color": "#dfe8e2"}),
        "needed": workbook.add_format({**head, "bg_color": "#ffe699"}),
        "key": workbook.add_format({**text, "font_color": "#6e7781", "font_size": 8, "bg_color": "#f2f5f3", "border": 1}),
        "told": workbook.add_format({**text, "font_color": "#57606a"}),
        "plain": workbook.add_format(text),
        "title": workbook.add_format({"bold": True, "font_size": 16}),
        "link": workbook.add_format({"font_color": "#0969da", "underline": 1, "valign": "top"}),
        "text": workbook.add_format({**text, "locked": False, "border": 4, "border_color": "#c0c0c0"}),
        "sign": workbook.add_format({**text, "locked": False, "quote_prefix": True, "border": 4, "border_color": "#c0c0c0"}),
    }


def _page(book: Book, sheet: Sheet) -> Any:
    page = book.workbook.add_worksheet(sheet.title(book.language))
    page.protect("", _OPTIONS)
    page.set_tab_color(_TABS[sheet.section])
    page.set_landscape()
    page.fit_to_pages(1, 0)
    return page


def _write_one(book: Book, sheet: Sheet, row: Row) -> None:
    """Keys below each other: term, key, value, and what to write there."""
    page = _page(book, sheet)
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 18)
    page.set_column(2, 2, 70)
    page.set_column(3, 3, 70)
    for at, way in enumerate(sheet.columns):
        page.write_string(at, 0, term(sheet, way, book.language), _head(book, sheet, way))
        page.write_string(at, 1, ".".join(way), book.formats["key"])
        _write_cell(book, page, (at, 2), _shown(book, sheet, way, row.get(way, "")))
        page.write_string(at, 3, note(sheet, way, book.language).replace("\n", " "), book.formats["told"])
        _offer(book, page, offer(sheet, way), (at, 2, at, 2))


def _head(book: Book, sheet: Sheet, way: Way) -> Any:
    return book.formats["needed" if is_required(sheet, way) else "head"]


def _write_rows(book: Book, sheet: Sheet, rows: Sequence[Row]) -> None:
    page = _page(book, sheet)
    page.freeze_panes(HEAD_ROWS, 1)
    page.set_row(1, 48)
    last = HEAD_ROWS + len(rows) + _SPARE_ROWS
    columns = _columns(sheet, rows)
    _write_band(book, page, sheet, columns)
    page.autofilter(HEAD_ROWS - 1, 0, last, len(columns) - 1)
    for column, way in enumerate(columns):
        page.set_column(column, column, 40 if way[0] in _WIDE else 18, book.formats["text"])
        page.write_string(1, column, term(sheet, way, book.language), _head(book, sheet, way))
        page.write_string(2, column, ".".join(way), book.formats["key"])
        said = note(sheet, way, book.language)
        if said:
            page.write_comment(1, column, said, {"width": 320, "height": 40 + 20 * (len(said) // 20)})
        _offer(book, page, offer(sheet, way), (HEAD_ROWS, column, last, column))
        for at, row in enumerate(rows):
            _write_cell(book, page, (HEAD_ROWS + at, column), _shown(book, sheet, way, row.get(way, "")))


def _write_band(book: Book, page: Any, sheet: Sheet, columns: Sequence[Way]) -> None:
    """Row 1: the groups of a rule's columns, elsewhere what the worksheet is for."""
    page.set_row(0, 22, book.formats["band"])
    if sheet.form != "rules":
        page.write_string(0, 0, word(f"sheet.purpose.{sheet.name}", book.language), book.formats["band"])
        return
    told = ""
    for column, way in enumerate(columns):
        group = group_of(way)
        if group != told:
            page.write_string(0, column, word(f"sheet.group.{group}", book.language), book.formats["band"])
        told = group


def _columns(sheet: Sheet, rows: Sequence[Row]) -> tuple[Way, ...]:
    """All columns; of the attributes of records only those in use, or those of the usual kinds while there are no cases."""
    if sheet.form != "records":
        return sheet.columns
    vocabulary = read_vocabulary()
    used = {way for row in rows for way in row}
    if not rows:
        kinds = (vocabulary.kinds[kind] for kind in _USUAL_KINDS)
        used = {(name,) for kind in kinds for name in kind.attributes if _is_usual(name, kind.required)}
    return tuple(way for way in sheet.columns if way[0] not in vocabulary.attributes or way in used or way == ("member",))


def _is_usual(name: str, required: Iterable[str]) -> bool:
    return read_vocabulary().attributes[name].type != "text" or (name in required and not name.startswith("about_"))


def _shown(book: Book, sheet: Sheet, way: Way, text: str) -> str:
    """Codes with their terms, as people read them."""
    offered = offer(sheet, way)
    if offered is None or not text:
        return text
    if not is_list(sheet, way):
        return offered.shown(text, book.language)
    items = [offered.shown(item, book.language) for item in text.split(", ")]
    # A comma inside a term would part it when the cell is read.
    return text if any("," in item or "，" in item for item in items) else ", ".join(items)


def _write_cell(book: Book, page: Any, at: tuple[int, int], text: str) -> None:
    page.write_string(*at, text, book.formats["sign" if text.startswith(_FORMULA_STARTS) else "text"])


def _offer(book: Book, page: Any, offered: Offer | None, area: tuple[int, int, int, int]) -> None:
    """A drop-down of a closed list. It warns where the list is all there is; a cell may still hold several words of it."""
    if offered is not None:
        rule = {"validate": "list", "source": _source(book, offered), "error_type": "warning", "show_error": not offered.open}
        page.data_validation(*area, rule)


def _source(book: Book, offered: Offer) -> str | list[str]:
    if offered.listed:
        title = NAMED[offered.listed].title(book.language)
        return f"='{title}'!$A${HEAD_ROWS + 1}:$A${HEAD_ROWS + _SPARE_ROWS}"
    if offered.name:
        first, last = lists_at()[offered.name]
        return f"='{word('sheet.name.codes', book.language)}'!$A${first + 1}:$A${last + 1}"
    return [offered.shown(code, book.language) for code in offered.codes or ()]
