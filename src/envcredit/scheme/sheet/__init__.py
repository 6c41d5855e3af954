"""A scheme with its cases to and from an Excel workbook. The round trip is the identity on both; comments in YAML do not survive
it. The template is the same book with nothing in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple, cast

from envcredit.base.diagnostics import Diagnostic, Place, errors_in, problem
from envcredit.base.labels import Language
from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import SchemeError
from envcredit.scheme.cases import Case
from envcredit.scheme.cases_reader import typed_cases
from envcredit.scheme.files import SCHEME_FILE, cases_of, shown_name
from envcredit.scheme.library import locate
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_folder
from envcredit.scheme.regulations import join_used
from envcredit.scheme.shape import shaped
from envcredit.scheme.sheet.assemble import assembled
from envcredit.scheme.sheet.layout import CHAPTER
from envcredit.scheme.sheet.plain import plain_scheme
from envcredit.scheme.sheet.read import Cells, Reading, open_workbook, rows_of_book
from envcredit.scheme.sheet.stories import assembled_cases
from envcredit.scheme.sheet.write import Content, write_book
from envcredit.scheme.sheet.yaml_text import yaml_list, yaml_text
from envcredit.scheme.typed import typed_problems
from envcredit.scheme.yaml_tree import Plain, read_tree

_FILE_NAME = re.compile(r"\w[\w-]{0,60}")

__all__ = ["Workbook", "read_sheet", "read_workbook", "write_sheet", "write_template", "write_workbook"]


class Workbook(NamedTuple):
    """What a workbook says: the scheme, the file of each rule, the typed cases, and each case as written with its file."""

    scheme: Scheme
    chapters: Mapping[str, str]
    cases: tuple[Case, ...]
    stories: tuple[tuple[str, dict[str, Plain]], ...]


def write_sheet(
    name_or_path: str | Path, path: Path, language: Language, on: date | None = None
) -> tuple[Scheme, tuple[str, ...]]:
    """Writes a scheme folder as a workbook; gives the scheme and the names of the worksheets.

    Raises ``SchemeError`` if the scheme or its cases cannot be read, ``OSError`` if the file cannot be written.
    """
    folder = locate(name_or_path, on)
    reading = read_folder(folder)
    if reading.scheme is None:
        raise SchemeError(reading.diagnostics)
    files = {key: reading.places(("rules", key)).file for key in reading.scheme.rules}
    chapters = {key: Path(file).stem for key, file in files.items() if "/rules/" in file}
    content = Content(plain_scheme(reading.scheme), chapters, _stories(folder))
    return reading.scheme, write_book(content, path, language)


def write_workbook(scheme: Scheme, path: Path, language: Language, chapters: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Writes a scheme without cases; gives the names of the worksheets. ``chapters``: the file in which each rule stands.

    Raises ``OSError`` if the file cannot be written.
    """
    return write_book(Content(plain_scheme(scheme), chapters or {}), path, language)


def write_template(path: Path, language: Language) -> tuple[str, ...]:
    """Writes the book with nothing in it, for a new scheme; gives the names of the worksheets. Raises ``OSError``."""
    return write_book(Content({}, {}), path, language)


def _stories(folder: Traversable) -> tuple[tuple[str, dict[str, Plain]], ...]:
    """The cases as they are written, each with the name of its file. Raises ``SchemeError`` for what is no list of mappings."""
    files, diagnostics = cases_of(folder, shown_name(folder))
    found: list[tuple[str, dict[str, Plain]]] = []
    problems = list(diagnostics)
    for file in files:
        tree = read_tree(file.raw, file.shown, "- {case: …}")
        problems += tree.diagnostics
        items = tree.data if isinstance(tree.data, list) else []
        found += [(Path(file.shown).stem, item) for item in items if isinstance(item, dict)]
    if errors_in(problems):
        raise SchemeError(problems)
    return tuple(found)


def read_sheet(path: Path, folder: Path) -> tuple[Workbook, tuple[Path, ...]]:
    """Reads a workbook and writes a scheme folder; gives what the workbook says and the files written.

    Raises ``InputError`` for what is no workbook, ``SchemeError`` with every problem and its cell, or S362 when the folder
    already holds something. Nothing is written unless the whole scheme and all its cases read well.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SchemeError([problem("S362", Place(str(folder)), folder=folder)])
    book = read_workbook(path)
    return book, tuple(_write_folder(book, folder))


def read_workbook(path: Path) -> Workbook:
    """The scheme and the cases of a workbook. Raises as :func:`read_sheet`."""
    reading = Reading(str(path))
    rows = rows_of_book(open_workbook(path, reading), reading)
    plain, chapters = assembled(rows, reading)
    stories, files = assembled_cases(rows, reading)
    _, problems = join_used(plain, reading.places)
    reading.diagnostics += problems
    scheme, problems = shaped(Scheme, plain, reading.places)
    reading.diagnostics += reading.placed(problems)
    cases: tuple[Case, ...] = ()
    if scheme is not None:
        reading.diagnostics += reading.placed(typed_problems(scheme, reading.places, read_vocabulary()))
        cases, problems = typed_cases(stories, reading.places, scheme, read_vocabulary())
        reading.diagnostics += reading.placed(problems)
    reading.diagnostics += _file_names(reading, rows)
    if scheme is None or errors_in(reading.diagnostics):
        raise SchemeError(reading.in_order())
    written = cast("list[dict[str, Plain]]", stories)
    return Workbook(scheme, chapters, cases, tuple(zip(files, written, strict=True)))


def _file_names(reading: Reading, rows: Mapping[str, list[Cells]]) -> Iterator[Diagnostic]:
    """S363 for a chapter that is no plain file name: it must not lead out of the folder."""
    for cell in (cells[CHAPTER] for found in rows.values() for cells in found if CHAPTER in cells):
        if not _FILE_NAME.fullmatch(cell.text):
            yield problem("S363", reading.place(cell), found=cell.text)


def _write_folder(book: Workbook, folder: Path) -> list[Path]:
    """``scheme.yaml``, ``rules/*.yaml`` and ``cases/*.yaml``, one file a chapter in the order of the first entry of each."""
    plain = plain_scheme(book.scheme)
    rules = plain.pop("rules", {})
    assert isinstance(rules, dict)
    by_chapter: dict[str, dict[str, Plain]] = {}
    for key, rule in rules.items():
        by_chapter.setdefault(book.chapters.get(key) or _chapter_of(book.scheme, key), {})[key] = rule
    stories: dict[str, list[Plain]] = {}
    for chapter, story in book.stories:
        stories.setdefault(chapter, []).append(story)
    files = {folder / SCHEME_FILE: yaml_text(plain, 1)}
    files |= {folder / "rules" / f"{name}.yaml": yaml_text(part, 1) for name, part in by_chapter.items()}
    files |= {folder / "cases" / f"{name}.yaml": yaml_list(part) for name, part in stories.items()}
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return list(files)


def _chapter_of(scheme: Scheme, key: str) -> str:
    """Where a rule without a chapter goes: to its part, else to the rules of its stage."""
    rule = scheme.rules[key]
    return getattr(rule, "part", None) or rule.STAGE
