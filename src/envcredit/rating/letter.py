"""A text as blocks: headings, paragraphs, lists and tables. Written out plainly here; a terminal may draw them nicer."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 is the title."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or several lines that belong together."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered or bulleted entry with the lines below it."""

    text: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries, numbered from 1 when their order matters."""

    entries: tuple[Entry, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; ``right`` are the indices of columns that hold numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()


Block = Heading | Paragraph | Listing | Grid


def harmless(text: str) -> str:
    """``text`` on one line without control and direction-changing characters, which a hostile name could carry."""
    spaced = " ".join(text.split())
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in spaced)


def columns(text: str) -> int:
    """Terminal columns that ``text`` takes: a Chinese character takes two."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide


def as_text(blocks: Iterable[Block]) -> str:
    """The blocks as plain text that is also valid Markdown, ending in a line break."""
    return "\n\n".join("\n".join(_lines(block)) for block in blocks) + "\n"


def _lines(block: Block) -> list[str]:
    if isinstance(block, Heading):
        return [f"{'#' * block.level} {harmless(block.text)}"]
    if isinstance(block, Paragraph):
        return [harmless(line) for line in block.lines]
    if isinstance(block, Listing):
        return [line for n, entry in enumerate(block.entries, 1) for line in _entry(entry, f"{n}." if block.numbered else "-")]
    return _grid(block)


def _entry(entry: Entry, mark: str) -> list[str]:
    below = " " * (len(mark) + 1)
    return [f"{mark} {harmless(entry.text)}", *(f"{below}- {harmless(line)}" for line in entry.lines)]


def _grid(grid: Grid) -> list[str]:
    cells = [[harmless(c).replace("|", "\\|") for c in row] for row in (grid.head, *grid.rows)]
    widths = [max(3, *(columns(row[i]) for row in cells)) for i in range(len(grid.head))]
    rule = "|" + "|".join("-" * (w + 1) + (":" if i in grid.right else "-") for i, w in enumerate(widths)) + "|"
    lines = [_row(row, widths, grid.right) for row in cells]
    return [lines[0], rule, *lines[1:]]


def _row(cells: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    padded = []
    for i, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        room = " " * (width - columns(cell))
        padded.append(room + cell if i in right else cell + room)
    return "| " + " | ".join(padded) + " |"
