"""Readers of record files: CSV, XLSX, Parquet and JSON Lines, told apart by what they hold, not by their name alone."""

from __future__ import annotations

from pathlib import Path

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import RecordsError
from envcredit.records.limits import STANDARD, Limits
from envcredit.records.readers.delimited import read_delimited
from envcredit.records.readers.json_lines import read_json_lines
from envcredit.records.readers.parquet import read_parquet
from envcredit.records.readers.workbook import read_workbook
from envcredit.records.sheets import Content

_ZIP = b"PK"
_PARQUET = b"PAR1"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_JSON_NAMES = (".jsonl", ".ndjson")


def read_content(path: Path, limits: Limits = STANDARD) -> Content:
    """Everything a file says, as text cells. Raises ``RecordsError`` when it cannot be read as a whole."""
    start = _opening(path, limits)
    if start.startswith(_ZIP):
        return read_workbook(path, limits)
    if start.startswith(_PARQUET):
        return read_parquet(path, limits)
    if start.startswith(_OLE):
        raise RecordsError([problem("R103", Place(path.name))])
    if path.suffix.lower() in _JSON_NAMES:
        return read_json_lines(path, limits)
    return read_delimited(path, limits)


def _opening(path: Path, limits: Limits) -> bytes:
    place = Place(path.name)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise RecordsError([problem("R101", place, reason="not a file")])
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise RecordsError([problem("R101", place, reason=error.strerror or str(error))]) from None
    if size == 0:
        raise RecordsError([problem("R102", place)])
    if size > limits.file_bytes:
        raise RecordsError([problem("R104", place, found=size // 2**20, limit=limits.file_bytes // 2**20)])
    return start
