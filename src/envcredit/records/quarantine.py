"""Rows that could not be taken, kept as they came, with the reasons: a file to be mended and imported again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from envcredit.base.diagnostics import Diagnostic
from envcredit.base.digest import digest_of
from envcredit.base.labels import LANGUAGES, Language
from envcredit.records.export import csv_bytes
from envcredit.records.headers import ORIGIN
from envcredit.records.readers.encoding import visible
from envcredit.records.statements import Statement


def quarantine_file(statements: Sequence[Statement]) -> bytes:
    """The file: first where a row came from and why it was kept out, in both languages, then its cells under their own heads.

    ``q_more`` holds what has no head of its own. Empty when there is nothing to keep.
    """
    if not statements:
        return b""
    heads = _heads(statements)
    return csv_bytes([*ORIGIN, *heads], [_row(statement, heads) for statement in statements])


def quarantine_digest(statements: Sequence[Statement]) -> str:
    """Names the rows kept out, whatever the reasons and wherever they stood; ``''`` for none.

    A quarantine file that comes back unmended has the digest of the rows it was made from.
    """
    if not statements:
        return ""
    rows = []
    for statement in statements:
        cells, more = _cells(statement)
        named = [[head, cell] for head, cell in cells.items() if cell and head not in ORIGIN]
        rows.append([more, *sorted(named)])
    return digest_of(sorted(rows, key=repr))


def _heads(statements: Sequence[Statement]) -> list[str]:
    """All heads in order of first use. A column without a head has one made from its place."""
    found = dict.fromkeys(head for header in dict.fromkeys(s.header for s in statements) for head in _named(header))
    return [head for head in found if head not in ORIGIN]


@lru_cache(maxsize=1024)
def _named(header: tuple[str, ...]) -> tuple[str, ...]:
    """A name for every column, no two alike: ``备注``, ``备注(2)``; a column without a head is named by its place."""
    names: list[str] = []
    for index, head in enumerate(header, start=1):
        name = visible(head.strip()) or f"({index})"
        names.append(name if name not in names else f"{name}({index})")
    return tuple(names)


def _row(statement: Statement, heads: list[str]) -> list[str]:
    place = statement.place
    by_head, more = _cells(statement)
    codes = " ".join(dict.fromkeys(found.code for found in statement.problems))
    origin = [place.file, place.sheet or by_head.get("q_sheet", ""), str(place.line), codes]
    reasons = ["；".join(_reason(found, language) for found in statement.problems) for language in LANGUAGES]
    return [*origin, *reasons, more, *(by_head.get(head, "") for head in heads)]


def _cells(statement: Statement) -> tuple[dict[str, str], str]:
    """The cells by their heads, and as text those that have none."""
    names, cells = _named(statement.header), [visible(cell) for cell in statement.row.cells]
    by_head = dict(zip(names, cells, strict=False))
    if len(cells) > len(names):
        return by_head, json.dumps(cells[len(names) :], ensure_ascii=False)
    return by_head, by_head.get("q_more", "")


def _reason(found: Diagnostic, language: Language) -> str:
    others = f" ({', '.join(map(str, found.places[1:]))})" if len(found.places) > 1 else ""
    hint = found.hint(language)
    return found.message(language) + others + (f" {hint}" if hint else "")
