"""What every reader hands out: rows of text cells that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from envcredit.base.diagnostics import Diagnostic


class Row(NamedTuple):
    """One line of a table. ``fault`` is what the reader already found wrong with it; such a row is quarantined."""

    line: int
    cells: tuple[str, ...]
    fault: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file. ``header`` is given where the format itself names its columns (Parquet, JSON Lines).

    ``regular``: every row must have as many cells as the header (a delimited file whose rows differ has shifted columns).
    """

    file: str
    rows: list[Row]
    name: str = ""
    header: tuple[str, ...] = ()
    regular: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A whole file as read: its form and encoding are stated in the arrival report, never only assumed."""

    file: str
    digest: str
    form: str
    encoding: str
    sheets: tuple[Sheet, ...]
    notes: tuple[Diagnostic, ...] = ()

    def called(self, name: str) -> Content:
        """The same content under another name."""
        if name == self.file:
            return self
        notes = [replace(note, places=tuple(replace(place, file=name) for place in note.places)) for note in self.notes]
        return replace(self, file=name, sheets=tuple(replace(sheet, file=name) for sheet in self.sheets), notes=tuple(notes))


def blank(cells: tuple[str, ...]) -> bool:
    """True when nothing stands in any cell; such a line is no row."""
    return not any(cell and not cell.isspace() for cell in cells)
