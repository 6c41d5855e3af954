"""A scheme as an Excel workbook: a worksheet a part, keys protected, choices as drop-downs, notes on the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

import xlsxwriter
from pydantic import BaseModel
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_col_to_name

from envcredit.base.labels import Language, read_table, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.model import Scheme
from envcredit.scheme.model_walk import alternatives
from envcredit.scheme.sheet.cells import Row, rows_of
from envcredit.scheme.sheet.layout import SHEETS, TABLES, Sheet, Way
from envcredit.scheme.sheet.plain import plain_scheme

HEAD_ROWS = 2
"""Row 1 holds the terms that people read, row 2 the keys that the program reads; both are locked."""
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


@dataclass(frozen=True)
class Book:
    """The workbook that is being written, with its formats and language."""

    workbook: Any
    language: Language
    formats: Mapping[str, Any]

    def say(self, key: str) -> str:
        """A term of the words file."""
        return word(f"sheet.{key}", self.language)


def write_workbook(scheme: Scheme, path: Path, language: Language, chapters: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Writes the workbook and gives the names of its worksheets. ``chapters``: the file in which each rule stands.

    Every cell is text, so nothing in it is ever a formula. Raises ``OSError`` if the file cannot be written.
    """
    plain = plain_scheme(scheme)
    workbook = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book = Book(workbook, language, _formats(workbook))
    for sheet in SHEETS:
        rows = list(rows_of(sheet, plain, chapters or {}))
        _write_one(book, sheet, rows[0]) if sheet.form == "one" else _write_rows(book, sheet, rows)
    try:
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] from None
    return tuple(sheet.name for sheet in SHEETS)


def _formats(workbook: Any) -> dict[str, Any]:
    text = {"num_format": "@", "text_wrap": True, "valign": "top"}
    return {
        "head": workbook.add_format({**text, "bold": True, "bg_color": "#dfe8e2", "border": 1}),
        "key": workbook.add_format({**text, "font_color": "#6e7781", "font_size": 8, "bg_color": "#f2f5f3", "border": 1}),
        "text": workbook.add_format({**text, "locked": False}),
        "sign": workbook.add_format({**text, "locked": False, "quote_prefix": True}),
    }


def _write_one(book: Book, sheet: Sheet, row: Row) -> None:
    """Keys below each other: term, key, value."""
    page = book.workbook.add_worksheet(sheet.name)
    page.protect("", _OPTIONS)
    page.set_column(0, 1, 24)
    page.set_column(2, 2, 100, book.formats["text"])
    for at, way in enumerate(sheet.columns):
        page.write_string(at, 0, _term(book, sheet, way), book.formats["head"])
        page.write_string(at, 1, ".".join(way), book.formats["key"])
        _write_cell(book, page, (at, 2), row.get(way, ""))
        _offer(page, choices(sheet, way), (at, 2, at, 2))


def _write_rows(book: Book, sheet: Sheet, rows: Sequence[Row]) -> None:
    page = book.workbook.add_worksheet(sheet.name)
    page.protect("", _OPTIONS)
    page.freeze_panes(HEAD_ROWS, 1)
    last = HEAD_ROWS + len(rows) + _SPARE_ROWS
    for column, way in enumerate(sheet.columns):
        page.set_column(column, column, 40 if way[0] in _WIDE else 16, book.formats["text"])
        page.write_string(0, column, _term(book, sheet, way), book.formats["head"])
        page.write_string(1, column, ".".join(way), book.formats["key"])
        if f"sheet.note.{way[-1]}" in read_table("words"):
            page.write_comment(0, column, book.say(f"note.{way[-1]}"))
        area = (HEAD_ROWS, column, last, column)
        _offer(page, choices(sheet, way), area)
        _refer(page, way, area)
        for at, row in enumerate(rows):
            _write_cell(book, page, (HEAD_ROWS + at, column), row.get(way, ""))


def _write_cell(book: Book, page: Any, at: tuple[int, int], text: str) -> None:
    page.write_string(*at, text, book.formats["sign" if text.startswith(_FORMULA_STARTS) else "text"])


def _term(book: Book, sheet: Sheet, way: Way) -> str:
    """The term of a column: its own in this worksheet, in worksheets of this form, anywhere, or that of each key."""
    path = ".".join(way)
    for key in (f"{sheet.name}.{path}", f"{sheet.form}.{path}", f"key.{path}"):
        if f"sheet.{key}" in read_table("words"):
            return book.say(key)
    return " · ".join(book.say(f"key.{key}") for key in way)


def _offer(page: Any, offered: Sequence[str], area: tuple[int, int, int, int]) -> None:
    """A drop-down where the model allows only certain words."""
    if offered:
        page.data_validation(*area, {"validate": "list", "source": list(offered), "error_type": "warning"})


_REFERRED = {"clause": "clauses", "part": "parts", "source": "sources", "of": ""}


def _refer(page: Any, way: Way, area: tuple[int, int, int, int]) -> None:
    """A drop-down of the keys that another worksheet lists."""
    target = _REFERRED.get(way[-1])
    if target and len(way) == 1:
        column = xl_col_to_name(0, col_abs=True)
        source = f"={target}!{column}${HEAD_ROWS + 1}:{column}${HEAD_ROWS + _SPARE_ROWS}"
        page.data_validation(*area, {"validate": "list", "source": source, "error_type": "warning"})


def choices(sheet: Sheet, way: Way) -> tuple[str, ...]:
    """The words that a cell may hold, where the model has a closed list of them."""
    if sheet.form == "table":
        return tuple(TABLES) if way == ("table",) else ()
    if sheet.part is Scheme and way == ("rates",):
        return tuple(read_vocabulary().lists["unit_type"])
    return _literals(sheet.part, way)


def _literals(part: type[BaseModel], way: Way) -> tuple[str, ...]:
    for name, field in part.model_fields.items():
        if (field.alias or name) != way[0]:
            continue
        for kind in alternatives(field.annotation):
            if len(way) > 1 and isinstance(kind, type) and issubclass(kind, BaseModel):
                return _literals(kind, way[1:])
            if len(way) == 1 and kind is bool:
                return ("true", "false")
            if len(way) == 1 and get_origin(kind) is not None and all(isinstance(each, str) for each in get_args(kind)):
                return tuple(str(each) for each in get_args(kind))
    return ()
