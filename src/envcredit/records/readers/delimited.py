"""CSV and its kin: comma, semicolon or tab."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.digest import digest_of_bytes
from envcredit.errors import RecordsError
from envcredit.records.limits import Limits
from envcredit.records.readers.encoding import decoded
from envcredit.records.sheets import Content, Row, Sheet, blank

_DELIMITERS = (",", "\t", ";")
_END = "\x00end"


def read_delimited(path: Path, limits: Limits) -> Content:
    """A delimited text file. Raises ``RecordsError`` for a line, a cell or a row count beyond the limits."""
    data = path.read_bytes()
    text, encoding = decoded(data)
    delimiter = _delimiter(text)
    notes = [problem("R120", Place(path.name), encoding=encoding)]
    if delimiter != ",":
        notes.append(problem("R127", Place(path.name), delimiter="TAB" if delimiter == "\t" else delimiter))
    rows = _rows(path.name, text, delimiter, limits)
    sheet = Sheet(path.name, rows, regular=True)
    return Content(path.name, digest_of_bytes([data]), "CSV", encoding, (sheet,), tuple(notes))


def _delimiter(text: str) -> str:
    """The candidate that stands most often in the first line that holds any of them."""
    for line in text[:100_000].splitlines():
        counts = [line.count(candidate) for candidate in _DELIMITERS]
        if any(counts):
            return _DELIMITERS[counts.index(max(counts))]
    return ","


def _lines(file: str, text: str, limits: Limits) -> Iterator[str]:
    start, number = 0, 0
    while start < len(text):
        number += 1
        stop = text.find("\n", start) + 1 or len(text)
        if stop - start > limits.line_characters:
            raise RecordsError([problem("R110", Place(file, number), found=stop - start, limit=limits.line_characters)])
        yield text[start:stop]
        start = stop
    yield _END


def _rows(file: str, text: str, delimiter: str, limits: Limits) -> list[Row]:
    """All rows that hold something. A last row that swallows the end mark began a quotation that never ends."""
    rows: list[Row] = []
    reader = csv.reader(_lines(file, text, limits), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if cells == [_END]:
                break
            fault = _unclosed(file, line, cells)
            row = tuple(cells)
            if len(row) > limits.columns:
                raise RecordsError([problem("R105", Place(file, line), found=len(row), limit=limits.columns)])
            if not blank(row):
                rows.append(Row(line, row, fault))
            if len(rows) > limits.rows:
                raise RecordsError([problem("R111", Place(file, line), limit=limits.rows)])
    except csv.Error as error:
        raise RecordsError([problem("R114", Place(file, reader.line_num), reason=str(error))]) from None
    return rows


def _unclosed(file: str, line: int, cells: list[str]) -> Diagnostic | None:
    if not cells or not cells[-1].endswith(_END):
        return None
    cells[-1] = cells[-1].removesuffix(_END)
    return problem("R226", Place(file, line))
