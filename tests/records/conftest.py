"""A store, files to import into it, and a way to do it in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from envcredit.records import Arrival, batches, import_files


@dataclass
class Desk:
    """Where an officer imports files: a folder for them, and a store."""

    folder: Path
    store: Path
    first = "2026-03-01T00:00:00Z"
    second = "2026-03-02T00:00:00Z"
    third = "2026-03-03T00:00:00Z"

    def beside(self, name: str) -> Desk:
        """Another store for the same files."""
        return Desk(self.folder, self.store.parent / name)

    def file(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def take(self, *paths: Path, source: str | Path = "native", at: str = first) -> Arrival:
        return import_files(paths, source, self.store, at)

    def take_text(self, text: str, source: str | Path = "native", at: str = first, name: str = "records.csv") -> Arrival:
        return self.take(self.file(name, text), source=source, at=at)

    def rows(self) -> list[dict[str, object]]:
        tables = [batch.table() for batch in batches(self.store)]
        return pa.concat_tables(tables).to_pylist() if tables else []

    def row(self) -> dict[str, object]:
        (only,) = self.rows()
        return only


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "in").mkdir()
    return Desk(tmp_path / "in", tmp_path / "store")


@pytest.fixture
def workbook(desk: Desk) -> Callable[..., Path]:
    """Writes sheets as an officer's spreadsheet would: a name and rows each."""

    def write(name: str = "book.xlsx", **sheets: Sequence[Sequence[object]]) -> Path:
        import openpyxl

        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        book.save(desk.folder / name)
        return desk.folder / name

    return write
