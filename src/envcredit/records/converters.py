"""From the text of a cell to a typed value, each distinct text read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.vocabulary import Attribute, Vocabulary
from envcredit.records.cleaning import quantities, words
from envcredit.records.cleaning.days import day
from envcredit.records.source import Cell
from envcredit.records.statements import Scalar

Converted = Scalar | Diagnostic | None
"""A value, a problem, or ``None``: the source accepts that these words say nothing."""
Converter = Callable[[str], Converted]

SPREADSHEET_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|FORMULA!)", re.IGNORECASE)


def converter(attribute: Attribute, cell: Cell, unit: str, vocabulary: Vocabulary) -> Converter:
    """How cells of ``attribute`` are read. ``unit``: what the head of the column states; it goes before the mapping's."""
    read = _reader(attribute, cell, unit or cell.unit, vocabulary)
    seen: dict[str, Converted] = {}

    def convert(text: str) -> Converted:
        if text not in seen:
            seen[text] = problem("R215", found=text) if SPREADSHEET_ERROR.match(text) else read(text)
        return seen[text]

    return convert


def _reader(attribute: Attribute, cell: Cell, unit: str, vocabulary: Vocabulary) -> Converter:
    match attribute.type:
        case "day":
            return lambda text: day(text, cell.styles)
        case "text":
            return lambda text: text
        case "amount":
            return lambda text: quantities.amount(text, unit or "元", cell.rounding)
        case "share":
            return lambda text: quantities.share(text, unit, cell.rounding)
        case "number":
            return lambda text: quantities.number(text, cell.rounding)
        case "integer":
            return quantities.count
        case "yes_no":
            return words.yes_no
        case _:
            return _coded(attribute, cell, vocabulary)


def _coded(attribute: Attribute, cell: Cell, vocabulary: Vocabulary) -> Converter:
    known = words.spellings(vocabulary.lists[attribute.list], {**vocabulary.also[attribute.list], **cell.words})
    order = vocabulary.codes(attribute.list)
    several = attribute.type == "codes"

    def read(text: str) -> Converted:
        if cell.stated:
            return f"|{cell.stated}|" if several else cell.stated
        if cell.contains and (found := words.containing(text, cell.contains)):
            return f"|{found}|" if several else found
        read_as = words.codes(text, known, order) if several else words.code(text, known)
        return None if isinstance(read_as, Diagnostic) and cell.unmatched == "unknown" else read_as

    return read


def kind_words(vocabulary: Vocabulary, more: Mapping[str, str]) -> dict[str, str]:
    """Every accepted spelling of a record kind that can be imported."""
    return words.spellings({name: kind.words for name, kind in vocabulary.kinds.items() if not kind.derived}, more)
