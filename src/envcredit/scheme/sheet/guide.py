"""The worksheets for people alone: how the book is filled, which names conditions may use, and every code with its term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from envcredit.base.labels import Language, read_table, word
from envcredit.base.vocabulary import Attribute, read_vocabulary
from envcredit.scheme.conditions.names import CLOCKS
from envcredit.scheme.sheet.layout import SHEETS, Sheet
from envcredit.scheme.sheet.offers import lists
from envcredit.scheme.sheet.terms import is_needed

_CODES_HEAD = 2


@dataclass(frozen=True)
class Book:
    """The workbook that is being written, with its formats and language."""

    workbook: Any
    language: Language
    formats: Mapping[str, Any]

    def say(self, key: str, **values: object) -> str:
        """A text of the words file."""
        return word(f"sheet.{key}", self.language, **values)

    def reference(self, name: str, widths: Sequence[int]) -> Any:
        """A new worksheet that nobody fills."""
        page = self.workbook.add_worksheet(self.say(f"name.{name}"))
        page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
        page.set_tab_color("#57606a")
        page.set_landscape()
        page.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        return page


def write_guide(book: Book) -> None:
    """The first worksheet: what the book is, the order of work, how things are written, and what each worksheet is for."""
    page = book.reference("guide", (22, 12, 100))
    page.hide_gridlines(2)
    page.write_string(0, 0, book.say("guide.title"), book.formats["title"])
    row = 2
    for part in ("what", "steps", "writing", "colours"):
        page.write_string(row, 0, book.say(f"guide.{part}"), book.formats["band"])
        for column in (1, 2):
            page.write_blank(row, column, None, book.formats["band"])
        for line in _lines(f"sheet.guide.{part}."):
            row += 1
            page.merge_range(row, 0, row, 2, word(line, book.language), book.formats["plain"])
            page.set_row(row, 18 * (1 + _width(word(line, book.language)) // 130))
        row += 2
    _write_contents(book, page, row)


def _width(text: str) -> int:
    """How wide a text is in Latin letters; a Chinese character is as wide as two."""
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)


def _lines(prefix: str) -> Iterator[str]:
    return (key for key in sorted(key for key in read_table("words") if key.startswith(prefix)))


def _write_contents(book: Book, page: Any, row: int) -> None:
    for column, key in enumerate(("sheet", "needed", "purpose")):
        page.write_string(row, column, book.say(f"guide.column.{key}"), book.formats["band"])
    for at, sheet in enumerate(SHEETS, row + 1):
        title = sheet.title(book.language)
        page.write_url(at, 0, f"internal:'{title}'!A1", book.formats["link"], title)
        page.write_string(at, 1, _need(book, sheet), book.formats["plain"])
        page.write_string(at, 2, book.say(f"purpose.{sheet.name}"), book.formats["plain"])
    for at, name in enumerate(("names", "codes"), row + 1 + len(SHEETS)):
        title = book.say(f"name.{name}")
        page.write_url(at, 0, f"internal:'{title}'!A1", book.formats["link"], title)
        page.write_string(at, 1, book.say("guide.read_only"), book.formats["plain"])
        page.write_string(at, 2, book.say(f"purpose.{name}"), book.formats["plain"])


def _need(book: Book, sheet: Sheet) -> str:
    if is_needed(sheet) or sheet.name == "grading":
        return book.say("guide.needed")
    return book.say("guide.advised" if sheet.section == "cases" else "guide.optional")


def write_names(book: Book) -> None:
    """What conditions may speak of: the attributes of each kind of record, states, columns of units, clocks."""
    page = book.reference("names", (28, 26, 26, 14, 28))
    page.write_string(0, 0, book.say("purpose.names"), book.formats["band"])
    page.freeze_panes(_CODES_HEAD, 0)
    for column, key in enumerate(("of", "name", "term", "type", "list")):
        page.write_string(1, column, book.say(f"names.{key}"), book.formats["head"])
    rows = list(_names(book))
    for at, row in enumerate(rows, _CODES_HEAD):
        for column, text in enumerate(row):
            page.write_string(at, column, text, book.formats["plain"])
    page.autofilter(1, 0, _CODES_HEAD + len(rows) - 1, 4)


def _names(book: Book) -> Iterator[tuple[str, ...]]:
    vocabulary = read_vocabulary()
    for key, kind in vocabulary.kinds.items():
        said = f"{key} {kind.words[book.language]}"
        yield from (_named(book, said, name, vocabulary.attributes[name]) for name in kind.attributes)
    for key, state in vocabulary.states.items():
        yield _named(book, book.say("names.states"), key, state)
    for key, column in vocabulary.unit.items():
        yield _named(book, book.say("names.unit"), f"unit.{key}", column)
    for clock in CLOCKS:
        said = word(f"condition.clock.{clock}", book.language)
        yield book.say("names.clocks"), clock, said, word("condition.type.day", book.language), ""


def _named(book: Book, of: str, name: str, attribute: Attribute) -> tuple[str, ...]:
    return of, name, attribute.words[book.language], word(f"condition.type.{attribute.type}", book.language), attribute.list


def write_codes(book: Book) -> None:
    """Every list with its codes, in the first column as the drop-downs show them."""
    page = book.reference("codes", (48, 34, 34, 34))
    page.write_string(0, 0, book.say("purpose.codes"), book.formats["band"])
    page.freeze_panes(_CODES_HEAD, 0)
    for column, key in enumerate(("shown", "list", "code", "term")):
        page.write_string(1, column, book.say(f"codes.{key}"), book.formats["head"])
    for name, offered in lists():
        for at, (code, words) in enumerate((offered.codes or {}).items(), lists_at()[name][0]):
            for column, text in enumerate((offered.shown(code, book.language), name, code, words[book.language])):
                page.write_string(at, column, text, book.formats["plain"])


@cache
def lists_at() -> Mapping[str, tuple[int, int]]:
    """The first and the last row (from 0) of each list on the worksheet of codes."""
    found: dict[str, tuple[int, int]] = {}
    at = _CODES_HEAD
    for name, offered in lists():
        size = len(offered.codes or ())
        found[name] = (at, at + size - 1)
        at += size
    return found
