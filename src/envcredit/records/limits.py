"""How much of a foreign file is read before it is refused: a record file is data from outside and may be hostile."""

from __future__ import annotations

from dataclasses import dataclass

_MEBI = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file. A city's yearly file is three orders of magnitude below each of them.

    ``unpacked_ratio`` holds only above ten MiB: a small sheet of equal rows compresses well and does no harm.
    ``cell_characters`` is what a worksheet cell can hold; a longer cell is nearly always an unclosed quotation mark.
    """

    file_bytes: int = 256 * _MEBI
    unpacked_bytes: int = 512 * _MEBI
    unpacked_ratio: int = 250
    rows: int = 1_000_000
    columns: int = 2_000
    grid_cells: int = 30_000_000
    line_characters: int = 1_000_000
    cell_characters: int = 32_767


STANDARD = Limits()

COLUMNAR = Limits(file_bytes=4096 * _MEBI, unpacked_bytes=16_384 * _MEBI, rows=20_000_000, grid_cells=2_000_000_000)
"""For what is taken over by the column and never laid out row by row: the units of a whole country."""
