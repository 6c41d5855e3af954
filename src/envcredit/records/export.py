"""Cells that are written for people to open in a spreadsheet: none of them may be taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")


def neutralised(cell: str) -> str:
    """The cell with an apostrophe before anything a spreadsheet would run. ``restored`` takes exactly that away again."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """The inverse of ``neutralised``."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file in UTF-8 with byte-order mark, so that a spreadsheet shows Chinese; every cell neutralised."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([neutralised(cell) for cell in header])
    writer.writerows([neutralised(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")
