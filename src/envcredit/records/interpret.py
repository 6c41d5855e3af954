"""Rows of a table as statements, by a source mapping: column after column, so that each distinct text is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.vocabulary import Kind, Vocabulary
from envcredit.records.cleaning.words import text_of, word_key
from envcredit.records.columns import Texts, texts
from envcredit.records.converters import SPREADSHEET_ERROR, Converter, converter, kind_words
from envcredit.records.headers import ORIGIN, Table
from envcredit.records.limits import Limits
from envcredit.records.measurements import Measurements, measurements
from envcredit.records.parties import Parties, parties
from envcredit.records.readers.encoding import damaged, visible
from envcredit.records.sheets import Row
from envcredit.records.source import Cell, Source
from envcredit.records.statements import Statement

_RECORD_ID = frozenset("0123456789abcdef")


@dataclass(slots=True)
class _Column:
    name: str
    cell: Cell
    texts: Texts
    convert: Converter


@dataclass(slots=True)
class _Columns:
    """Everything the rows of one table are read from."""

    kinds: list[str]
    attributes: list[_Column]
    measurements: Measurements | None
    parties: Parties
    replaces: Texts | None
    faults: dict[int, Diagnostic]


def interpreted(table: Table, source: Source, vocabulary: Vocabulary, limits: Limits) -> list[Statement]:
    """One statement for each row, in order. A row that cannot be taken carries its problems."""
    faults = [_row_fault(table, row, limits) for row in table.rows]
    given = table.rows
    table.rows = [_even(row, len(table.header)) for row in given]
    columns = _columns(table, source, vocabulary)
    statements = []
    for number, (row, fault) in enumerate(zip(given, faults, strict=True)):
        statement = Statement(table.place(row.line), row, table.header, source.source)
        if fault:
            statement.problems.append(replace(fault, places=(statement.place,)))
        else:
            _fill(statement, number, columns, table, vocabulary)
        statements.append(statement)
    return statements


def _even(row: Row, width: int) -> Row:
    if len(row.cells) == width:
        return row
    return row._replace(cells=(row.cells + ("",) * width)[:width])


def _row_fault(table: Table, row: Row, limits: Limits) -> Diagnostic | None:
    """What is wrong with a row before any cell is read."""
    if row.fault:
        return row.fault
    if damaged("\n".join(row.cells)):
        return problem("R216", found=visible(next(cell for cell in row.cells if damaged(cell)))[:40])
    if max(map(len, row.cells)) > limits.cell_characters:
        return problem("R218", found=max(map(len, row.cells)), limit=limits.cell_characters)
    if (table.sheet.regular and len(row.cells) != len(table.header)) or len(row.cells) > len(table.header):
        return problem("R217", found=len(row.cells), expected=len(table.header))
    more = table.columns.get(word_key("q_more"))
    if more is not None and row.cells[more].strip():
        return problem("R227")
    return None


def _columns(table: Table, source: Source, vocabulary: Vocabulary) -> _Columns:
    cleaned = _cleaner(source)
    attributes = []
    for name, cell in source.attributes.items():
        if found := texts(cell, table, cleaned):
            attributes.append(_Column(name, cell, found, converter(vocabulary.attributes[name], cell, found.unit, vocabulary)))
    kinds, stated = _kinds(table, source, vocabulary, cleaned)
    party = parties(source.unit, table, cleaned)
    measured = measurements(source.measurement, table, cleaned) if source.measurement else None
    replaces = texts(Cell(columns=source.replaces), table, cleaned)
    others = {
        "kind": stated,
        "replaces": replaces,
        "unit_name": party.name,
        "unit_code": party.code,
        "unit_org_code": party.org_code,
    }
    others |= measured.columns if measured else {}
    return _Columns(kinds, attributes, measured, party, replaces, _faults(others))


def _faults(columns: Mapping[str, Texts | None]) -> dict[int, Diagnostic]:
    """Rows in which what is no attribute of its own is stated twice and differently, or is lost to a spreadsheet error."""
    found: dict[int, Diagnostic] = {}
    for name, column in columns.items():
        for row, text in enumerate(column.of if column else ()):
            if text.startswith("#") and SPREADSHEET_ERROR.match(text):
                found[row] = problem("R215", attribute=name, found=text)
        for row, fault in (column.faults if column else {}).items():
            found[row] = replace(fault, values={"attribute": name, **fault.values})
    return found


def _cleaner(source: Source) -> Callable[[str], str]:
    nothing = {word_key(text) for text in source.absent}
    longest = 2 * max(map(len, nothing), default=0)

    @cache
    def cleaned(cell: str) -> str:
        text = text_of(cell)
        return "" if len(text) <= longest and word_key(text) in nothing else text

    return cleaned


def _kinds(table: Table, source: Source, vocabulary: Vocabulary, cleaned: Callable[[str], str]) -> tuple[list[str], Texts | None]:
    """The kind of each row, as found: a kind's key, else the word that is none; and the column that states it."""
    if source.kind.value:
        return [source.kind.value] * len(table.rows), None
    known = kind_words(vocabulary, source.kind.words)
    sheets = [table.sheet.name] * len(table.rows)
    origin = table.columns.get(word_key(ORIGIN[1]))
    if table.mended and origin is not None:
        sheets = [row.cells[origin] for row in table.rows]
    stated = texts(Cell(columns=source.kind.columns), table, cleaned) if source.kind.columns else None
    words = [stated.of[i] if stated and stated.of[i] else (sheets[i] if source.kind.sheet else "") for i in range(len(sheets))]
    kinds = {word: known.get(word_key(word), word) for word in dict.fromkeys(words)}
    return [kinds[word] for word in words], stated


def _fill(statement: Statement, number: int, columns: _Columns, table: Table, vocabulary: Vocabulary) -> None:
    if fault := columns.faults.get(number):
        statement.problems.append(replace(fault, places=(statement.place,)))
        return
    kind = vocabulary.kinds.get(columns.kinds[number])
    if kind is None or kind.derived:
        expected = ", ".join(name for name, other in vocabulary.kinds.items() if not other.derived)
        statement.problems.append(problem("R211", statement.place, found=columns.kinds[number], expected=expected))
        return
    statement.kind = kind.name
    for found in (*_values(statement, number, columns, kind, table), *_other_values(statement, number, columns, kind)):
        (statement.warnings if found.severity == "warning" else statement.problems).append(found)
    statement.problems += [
        problem("R201", statement.place, attribute=name, zh=vocabulary.attributes[name].words["zh"])
        for name in kind.required
        if name not in statement.values and not any(found.values.get("attribute") == name for found in statement.problems)
    ]
    if not statement.problems:
        statement.named(kind)


def _values(statement: Statement, number: int, columns: _Columns, kind: Kind, table: Table) -> Iterator[Diagnostic]:
    notes: list[tuple[str, str]] = []
    for column in columns.attributes:
        text = column.texts.of[number]
        if not text or (column.cell.kinds and kind.name not in column.cell.kinds):
            continue
        if column.name in kind.attributes:
            value = column.texts.faults.get(number) or column.convert(text)
        elif column.cell.value:
            continue
        else:
            value = problem("R214", kind=kind.name, found=text[:40])
        if isinstance(value, Diagnostic):
            place = table.place(statement.row.line, column.texts.at)
            yield replace(value, places=(place,), values={"attribute": column.name, **value.values})
        elif value is not None:
            statement.values[column.name] = value
            if number in column.texts.second and column.cell.otherwise:
                notes.append((column.cell.otherwise.note_in, column.cell.otherwise.note))
    for name, note in notes:
        if name in kind.attributes and note:
            before = statement.values.get(name)
            statement.values[name] = f"{before}；{note}" if before else note


def _other_values(statement: Statement, number: int, columns: _Columns, kind: Kind) -> Iterator[Diagnostic]:
    statement.unit, found = columns.parties.of(number)
    for each in found:
        yield replace(each, places=(statement.place,))
    if columns.measurements and "value" in kind.attributes:
        values, remarks = columns.measurements.of(number)
        statement.values.update(values)
        yield from (replace(each, places=(statement.place,)) for each in remarks)
    if columns.replaces and (text := columns.replaces.of[number]):
        statement.replaces = text.lower()
        if len(statement.replaces) != 64 or not set(statement.replaces) <= _RECORD_ID:
            yield problem("R228", statement.place, found=text)
