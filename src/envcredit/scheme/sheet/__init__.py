"""A scheme to and from an Excel workbook. The round trip is the identity on the model; comments in YAML do not survive it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, Place, errors_in, problem
from envcredit.base.labels import Language
from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import SchemeError
from envcredit.scheme.files import SCHEME_FILE
from envcredit.scheme.library import locate
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_folder
from envcredit.scheme.regulations import join_used
from envcredit.scheme.shape import shaped
from envcredit.scheme.sheet.assemble import assembled
from envcredit.scheme.sheet.layout import CHAPTER
from envcredit.scheme.sheet.plain import plain_scheme
from envcredit.scheme.sheet.read import Cells, Reading, open_workbook, rows_of_book
from envcredit.scheme.sheet.write import write_workbook
from envcredit.scheme.sheet.yaml_text import yaml_text
from envcredit.scheme.typed import typed_problems

_FILE_NAME = re.compile(r"\w[\w-]{0,60}")

__all__ = ["read_sheet", "read_workbook", "write_sheet", "write_workbook"]


def write_sheet(
    name_or_path: str | Path, path: Path, language: Language, on: date | None = None
) -> tuple[Scheme, tuple[str, ...]]:
    """Writes a scheme folder as a workbook; gives the scheme and the names of the worksheets.

    Raises ``SchemeError`` if the scheme cannot be read, ``OSError`` if the file cannot be written.
    """
    reading = read_folder(locate(name_or_path, on))
    if reading.scheme is None:
        raise SchemeError(reading.diagnostics)
    files = {key: reading.places(("rules", key)).file for key in reading.scheme.rules}
    chapters = {key: Path(file).stem for key, file in files.items() if "/rules/" in file}
    return reading.scheme, write_workbook(reading.scheme, path, language, chapters)


def read_sheet(path: Path, folder: Path) -> tuple[Scheme, tuple[Path, ...]]:
    """Reads a workbook and writes a scheme folder; gives the scheme and the files written.

    Raises ``InputError`` for what is no workbook, ``SchemeError`` with every problem and its cell, or S362 when the folder
    already holds something. Nothing is written unless the whole scheme reads well.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SchemeError([problem("S362", Place(str(folder)), folder=folder)])
    scheme, chapters = read_workbook(path)
    return scheme, tuple(_write_folder(scheme, chapters, folder))


def read_workbook(path: Path) -> tuple[Scheme, Mapping[str, str]]:
    """The scheme of a workbook, and the chapter of each rule. Raises as :func:`read_sheet`."""
    reading = Reading(str(path))
    rows = rows_of_book(open_workbook(path, reading), reading)
    plain, chapters = assembled(rows, reading)
    _, problems = join_used(plain, reading.places)
    reading.diagnostics += problems
    scheme, problems = shaped(Scheme, plain, reading.places)
    reading.diagnostics += problems
    if scheme is not None:
        reading.diagnostics += typed_problems(scheme, reading.places, read_vocabulary())
    reading.diagnostics += _file_names(reading, rows)
    if scheme is None or errors_in(reading.diagnostics):
        raise SchemeError(reading.in_order())
    return scheme, chapters


def _file_names(reading: Reading, rows: Mapping[str, list[Cells]]) -> Iterator[Diagnostic]:
    """S363 for a chapter that is no plain file name: it must not lead out of the folder."""
    for cell in (cells[CHAPTER] for found in rows.values() for cells in found if CHAPTER in cells):
        if not _FILE_NAME.fullmatch(cell.text):
            yield problem("S363", reading.place(cell), found=cell.text)


def _write_folder(scheme: Scheme, chapters: Mapping[str, str], folder: Path) -> list[Path]:
    """``scheme.yaml`` and ``rules/*.yaml``, one file a chapter in the order of the first rule of each."""
    plain = plain_scheme(scheme)
    rules = plain.pop("rules")
    assert isinstance(rules, dict)
    by_chapter: dict[str, dict[str, object]] = {}
    for key, rule in rules.items():
        by_chapter.setdefault(chapters.get(key) or _chapter_of(scheme, key), {})[key] = rule
    files = {folder / SCHEME_FILE: yaml_text(plain, 1)}
    files |= {folder / "rules" / f"{name}.yaml": yaml_text(part, 1) for name, part in by_chapter.items()}  # type: ignore[arg-type]
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return list(files)


def _chapter_of(scheme: Scheme, key: str) -> str:
    """Where a rule without a chapter goes: to its part, else to the rules of its stage."""
    rule = scheme.rules[key]
    return getattr(rule, "part", None) or rule.STAGE
