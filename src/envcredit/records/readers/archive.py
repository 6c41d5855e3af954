"""The archive an XLSX file is, looked at before it is unpacked into memory by anybody else."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from pathlib import Path

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import RecordsError
from envcredit.records.limits import Limits

Lost = dict[tuple[int, int], str]
"""Cells (row, column, from 0) that a reader of values would show as empty, with the text they should have."""

_CHUNK = 2**20
_HARMLESS = 10 * 2**20
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_REFERENCE = re.compile(rb'<c\s[^>]*?\br="([A-Z]{1,7})(\d{1,9})"')
_ROW_REFERENCE = re.compile(rb'<row\s[^>]*?\br="(\d{1,9})"')
_CELL = re.compile(rb"<c\s([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_VALUE = re.compile(rb"<v[^>]*>([^<]+)</v>|<is>")
_FORMULA = re.compile(rb"<f[^>]*?(?:/>|>([^<]*)</f>)")
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*?\br:id=\"([^\"]+)\"")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")


def inspected(path: Path, limits: Limits) -> dict[int, Lost]:
    """Unpacks every part within the limits and checks its sum. Returns, per sheet (from 0), the cells without a value.

    Raises ``RecordsError``: ``R106`` unpacks to too much, ``R107`` damaged or no workbook, ``R105``/``R111`` reaches too far.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _bounded(path, archive, limits)
            parts = {info.filename: _unpacked(path, archive, info, limits) for info in archive.infolist() if not info.is_dir()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise RecordsError([problem("R107", Place(path.name), reason=str(error))]) from None
    if _WORKBOOK not in parts:
        raise RecordsError([problem("R107", Place(path.name), reason=f"no {_WORKBOOK}")])
    return {index: _lost_cells(path, parts[name], limits) for index, name in enumerate(_sheet_parts(parts)) if name in parts}


def _bounded(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    """What the directory of the archive claims, before anything is unpacked."""
    infos = archive.infolist()
    unpacked = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    too_dense = unpacked > _HARMLESS and unpacked // packed > limits.unpacked_ratio
    if unpacked > limits.unpacked_bytes or too_dense or len(infos) > limits.columns:
        raise RecordsError([problem("R106", Place(path.name), found=unpacked // 2**20, limit=limits.unpacked_bytes // 2**20)])


def _unpacked(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    """One part; only texts of sheets are kept. Reading to the end makes the archive's check sums be compared."""
    kept: list[bytes] = []
    total = 0
    wanted = info.filename in (_WORKBOOK, _RELATIONS) or info.filename.startswith("xl/worksheets/")
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > limits.unpacked_bytes:
                raise RecordsError(
                    [problem("R106", Place(path.name), found=total // 2**20, limit=limits.unpacked_bytes // 2**20)]
                )
            if wanted:
                kept.append(chunk)
    return b"".join(kept)


def _sheet_parts(parts: dict[str, bytes]) -> list[str]:
    """The part names of the sheets in the order of the workbook."""
    targets: dict[str, str] = {}
    for found in _RELATION.finditer(parts.get(_RELATIONS, b"").decode("utf-8", "replace")):
        marks = dict(re.findall(r'(\w+)="([^"]*)"', found[1]))
        target = html.unescape(marks.get("Target", ""))
        targets[marks.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return [targets.get(key, "") for key in _SHEET.findall(parts[_WORKBOOK].decode("utf-8", "replace"))]


def _lost_cells(path: Path, sheet: bytes, limits: Limits) -> Lost:
    """Refuses a sheet that reaches too far (a single cell at the far end costs gigabytes); finds cells without a value."""
    columns = max((_column(letters) for letters in {found[1] for found in _REFERENCE.finditer(sheet)}), default=0)
    rows = max((int(number) for number in _ROW_REFERENCE.findall(sheet)), default=0)
    rows = max(rows, max((int(found[2]) for found in _REFERENCE.finditer(sheet)), default=0))
    if columns > limits.columns:
        raise RecordsError([problem("R105", Place(path.name), found=columns, limit=limits.columns)])
    if rows > limits.rows or rows * columns > limits.grid_cells:
        raise RecordsError([problem("R111", Place(path.name), limit=min(limits.rows, limits.grid_cells // max(1, columns)))])
    if b't="e"' not in sheet and b"<f" not in sheet:
        return {}
    lost: Lost = {}
    for found in _CELL.finditer(sheet):
        reference = re.search(rb'\br="([A-Z]+)(\d+)"', found[1])
        text = _lost_text(found[1], found[2] or b"")
        if reference and text:
            lost[int(reference[2]) - 1, _column(reference[1]) - 1] = text
    return lost


def _lost_text(marks: bytes, inside: bytes) -> str:
    """The error a cell shows, or its formula when no result is stored with it; ``''`` for a cell that has a value."""
    value = _VALUE.search(inside)
    if b't="e"' in marks:
        return html.unescape(((value and value[1]) or b"#N/A").decode("utf-8", "replace"))
    formula = _FORMULA.search(inside)
    computed_empty = b't="str"' in marks and b"<v" in inside
    if formula and not value and not computed_empty:
        return f"#FORMULA! ={html.unescape((formula[1] or b'').decode('utf-8', 'replace'))}"
    return ""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
