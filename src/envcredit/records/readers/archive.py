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
# Bounded repetitions: a hostile part must not make a pattern look again and again for an end that never comes.
_CELL = re.compile(rb"<(?:\w{1,20}:)?c\s")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,7})(\d{1,9})["']""")
_ROW = re.compile(rb"""<(?:\w{1,20}:)?row\s[^>]{0,200}?\br=["'](\d{1,9})["']""")
_VALUE = re.compile(rb"<(?:\w{1,20}:)?v(?:\s[^>]{0,100})?>([^<]+)<|<(?:\w{1,20}:)?is>")
_FORMULA = re.compile(rb"<(?:\w{1,20}:)?f(?:\s[^>]{0,200})?(?:/>|>([^<]*)<)")
_SHEET = re.compile(r"<(?:\w{1,20}:)?sheet\s[^>]{0,500}?\b\w{1,20}:id=[\"']([^\"']{1,100})[\"']")
_RELATION = re.compile(r"<(?:\w{1,20}:)?Relationship\s([^>]{0,2000})>")
_MARK = re.compile(r"(\w{1,20})=[\"']([^\"']{0,1000})[\"']")


def inspected(path: Path, limits: Limits) -> dict[int, Lost]:
    """Unpacks every part within the limits and checks its sum. Returns, per sheet (from 0), the cells without a value.

    Raises ``RecordsError``: ``R106`` unpacks to too much, ``R107`` damaged or no workbook, ``R105``/``R111`` reaches too far.
    """
    lost: dict[str, Lost] = {}
    texts: dict[str, str] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            _bounded(path, archive, limits)
            for info in archive.infolist():
                name, part = info.filename.lower(), _unpacked(path, archive, info, limits)
                if name in (_WORKBOOK, _RELATIONS):
                    texts[name] = part.decode("utf-8", "replace")
                # A sheet may stand anywhere in the archive, so every part is looked at.
                lost[name] = _lost_cells(path, part, limits)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise RecordsError([problem("R107", Place(path.name), reason=str(error))]) from None
    if _WORKBOOK not in texts:
        raise RecordsError([problem("R107", Place(path.name), reason=f"no {_WORKBOOK}")])
    return {index: lost.get(name, {}) for index, name in enumerate(_sheet_parts(texts))}


def _bounded(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    """What the directory of the archive claims, before anything is unpacked."""
    infos = archive.infolist()
    unpacked = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    too_dense = unpacked > _HARMLESS and unpacked // packed > limits.unpacked_ratio
    if unpacked > limits.unpacked_bytes or too_dense or len(infos) > limits.columns:
        raise _too_much(path, unpacked, limits)
    if len({info.filename.lower() for info in infos}) < len(infos):
        raise zipfile.BadZipFile("a part stands twice")


def _too_much(path: Path, unpacked: int, limits: Limits) -> RecordsError:
    return RecordsError([problem("R106", Place(path.name), found=unpacked // 2**20, limit=limits.unpacked_bytes // 2**20)])


def _unpacked(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    """One part. Reading to its end makes the check sum and the size that the archive claims be compared."""
    kept: list[bytes] = []
    total = 0
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > limits.unpacked_bytes:
                raise _too_much(path, total, limits)
            kept.append(chunk)
    return b"".join(kept)


def _sheet_parts(texts: dict[str, str]) -> list[str]:
    """The part names of the sheets in the order of the workbook."""
    targets: dict[str, str] = {}
    for found in _RELATION.finditer(texts.get(_RELATIONS, "")):
        marks = dict(_MARK.findall(found[1]))
        target = html.unescape(marks.get("Target", "")).lower()
        targets[marks.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return [targets.get(key, "") for key in _SHEET.findall(texts[_WORKBOOK])]


def _lost_cells(path: Path, part: bytes, limits: Limits) -> Lost:
    """Refuses a sheet that reaches too far (a single cell at the far end costs gigabytes); finds cells without a value."""
    rows = max((int(number) for number in _ROW.findall(part)), default=0)
    columns = 0
    lost: Lost = {}
    for piece in _CELL.split(part)[1:]:
        marks, _, inside = piece.partition(b">")
        reference = _REFERENCE.search(marks[:300])
        if reference is None:
            continue
        column, row = _column(reference[1]), int(reference[2])
        columns, rows = max(columns, column), max(rows, row)
        if b"<f" in inside or b":f" in inside or b'"e"' in marks or b"'e'" in marks:
            text = _lost_text(marks, b"" if marks.endswith(b"/") else inside)
            lost |= {(row - 1, column - 1): text} if text else {}
    if columns > limits.columns:
        raise RecordsError([problem("R105", Place(path.name), found=columns, limit=limits.columns)])
    if rows > limits.rows or rows * columns > limits.grid_cells:
        raise RecordsError([problem("R111", Place(path.name), limit=min(limits.rows, limits.grid_cells // max(1, columns)))])
    return lost


def _lost_text(marks: bytes, inside: bytes) -> str:
    """The error a cell shows, or its formula when no result is stored with it; ``''`` for a cell that has a value."""
    value = _VALUE.search(inside)
    if b't="e"' in marks or b"t='e'" in marks:
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
