"""The archive that a workbook is, looked at before it is unpacked: how far it reaches, and which cells hold an error.

A reader of values gives nothing for an error such as ``#N/A``, so a mistake would pass as an empty cell.
"""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from xlsxwriter.utility import xl_cell_to_rowcol

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import InputError

MOST_ROWS = 20_000
MOST_COLUMNS = 200
LARGEST_BYTES = 20_000_000
LARGEST_UNPACKED = 200_000_000

_CELL = re.compile(rb'<c\s[^>]*?\br="([A-Z]{1,7}[0-9]{1,9})"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_ROW = re.compile(rb'<row\s[^>]*?\br="([0-9]{1,9})"')
_ERROR = re.compile(rb"<v>([^<]*)</v>")
_SHEET = re.compile(r'<(?:\w+:)?sheet\s[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]+)"')
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")

Errors = Mapping[str, Mapping[tuple[int, int], str]]
"""Worksheet → row and column (from 0) → the error that the cell holds."""


def inspected(path: Path) -> Errors:
    """The error cells of a workbook.

    Raises ``InputError``: S350 for what is no workbook, S351 for one that is or unpacks too large, or reaches too far.
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise _too_large(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise _too_large(path)
            return {name: _errors(path, archive.read(part)) for name, part in _parts(archive).items()}
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise not_a_workbook(path, error) from None


def not_a_workbook(path: Path, error: Exception) -> InputError:
    """S350 with the first line of what a reader said."""
    reason = next(iter(str(error).splitlines()), "") or type(error).__name__
    return InputError([problem("S350", Place(str(path)), reason=reason)])


def _too_large(path: Path) -> InputError:
    return InputError([problem("S351", Place(str(path)), limit=LARGEST_BYTES // 1_000_000)])


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of each worksheet with the part of the archive that holds it."""
    targets: dict[str, str] = {}
    for found in _RELATION.finditer(archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")):
        marks = dict(re.findall(r'(\w+)="([^"]*)"', found[1]))
        target = html.unescape(marks.get("Target", ""))
        targets[marks.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    sheets = _SHEET.findall(archive.read("xl/workbook.xml").decode("utf-8", "replace"))
    return {html.unescape(name): targets[key] for name, key in sheets if key in targets}


def _errors(path: Path, sheet: bytes) -> dict[tuple[int, int], str]:
    rows = max((int(row) for row in _ROW.findall(sheet)), default=0)
    found: dict[tuple[int, int], str] = {}
    for name, marks, inside in _CELL.findall(sheet):
        at = xl_cell_to_rowcol(name.decode())
        if max(rows, at[0] + 1) > MOST_ROWS or at[1] >= MOST_COLUMNS:
            raise _too_large(path)
        if b't="e"' in marks:
            value = _ERROR.search(inside)
            found[at] = html.unescape(value[1].decode("utf-8", "replace")) if value else "#N/A"
    return found
