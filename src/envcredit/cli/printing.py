"""Text for a terminal: columns that line up in Chinese and Latin script, and nothing that a terminal would obey."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str) -> str:
    """``text`` with control characters and reading-direction marks replaced: names in records are not ours to trust."""
    return "".join(c if c == "\n" or not _obeyed(c) else _REPLACEMENT for c in text)


def cell(text: str) -> str:
    """``text`` for a cell of an exported sheet: what a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> str:
    """Rows as aligned columns below a ruled head. ``right``: the positions of columns that align to the right."""
    body = [[printable(str(value)).replace("\n", " ") for value in row] for row in rows]
    widths = [max(width(row[i]) for row in [list(head), *body]) for i in range(len(head))]
    lines = [_line(head, widths, right), "  ".join("─" * w for w in widths)]
    return "\n".join([*lines, *(_line(row, widths, right) for row in body)])


def width(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(_character_width(c) for c in text)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    padded = [_padded(value, widths[i], i in right) for i, value in enumerate(row)]
    return "  ".join(padded).rstrip()


def _padded(value: str, wanted: int, to_the_right: bool) -> str:
    blank = " " * (wanted - width(value))
    return blank + value if to_the_right else value + blank


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _obeyed(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf") or character in "\u2028\u2029"
