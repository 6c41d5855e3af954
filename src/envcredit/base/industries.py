"""国民经济行业分类 GB/T 4754: sections and divisions built in, groups and classes from a table of the user's own.

An industry code means something only together with the edition it was taken from, so every answer names one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.labels import Language
from envcredit.base.text import plain
from envcredit.errors import InputError

BUILT_IN_EDITION = "GB/T 4754-2017"

Status = Literal["known", "division_known", "unknown", "absent"]


@dataclass(frozen=True, slots=True)
class Industry:
    """One entry: ``level`` 1 section 门类, 2 division 大类, 3 group 中类, 4 class 小类; ``code`` with its section letter."""

    code: str
    level: int
    parent: str
    zh: str
    en: str

    def name(self, language: Language) -> str:
        """Its name; in Chinese where no English name is on file."""
        return self.en or self.zh if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class IndustryVerdict:
    """``division_known``: the division exists but the table ends above this code. ``code`` is in canonical form or ``''``."""

    status: Status
    edition: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Industries:
    """One edition of the classification."""

    edition: str
    entries: Mapping[str, Industry]
    section_of_division: Mapping[str, str]

    def canonical(self, text: str) -> str:
        """``2631``, ``C2631`` and ``c2631`` are ``C2631``; a section is its letter. ``''`` for what is no code."""
        written = plain(text).upper()
        if written in self.entries:
            return written
        parts = re.fullmatch(r"([A-T]?)([0-9]{2,4})", written)
        if parts is None:
            return ""
        section = self.section_of_division.get(parts[2][:2], "")
        return section + parts[2] if section and parts[1] in ("", section) else ""

    def verdict(self, text: str) -> IndustryVerdict:
        """Whether a code stands in this edition. Never raises."""
        if not plain(text):
            return IndustryVerdict("absent", self.edition)
        code = self.canonical(text)
        if not code:
            return IndustryVerdict("unknown", self.edition)
        return IndustryVerdict(self._depth(code), self.edition, code)

    def section(self, text: str) -> Industry | None:
        """The section 门类 of a code."""
        return self.entries.get(self.canonical(text)[:1])

    def division(self, text: str) -> Industry | None:
        """The division 大类 of a code; ``None`` for a section."""
        code = self.canonical(text)
        return self.entries.get(code[:3]) if len(code) > 1 else None

    def find(self, text: str) -> Industry | None:
        """The entry of exactly this code."""
        return self.entries.get(self.canonical(text))

    def _depth(self, code: str) -> Status:
        if code in self.entries:
            return "known"
        return "unknown" if any(entry.level > 2 for entry in self.entries.values()) else "division_known"


@cache
def built_in() -> Industries:
    """The 20 sections and 97 divisions of GB/T 4754-2017."""
    source = files("envcredit.data").joinpath("industries/gbt4754_2017.csv")
    return _industries(csv.DictReader(source.read_text("utf-8").splitlines()), BUILT_IN_EDITION)


def read_industries(path: Path, edition: str) -> Industries:
    """A full table from a UTF-8 CSV with ``code, level, parent, name`` (and ``name_en`` where known).

    Raises ``InputError`` with every bad row (``B131`` a column is missing, ``B132`` a row does not fit).
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        if absent := {"code", "level", "parent", "name"} - set(rows.fieldnames or ()):
            raise InputError([problem("B131", Place(str(path), 1), columns=", ".join(sorted(absent)))])
        table = list(rows)
    if found := [fault for line, row in enumerate(table, 2) if (fault := _fault(row, Place(str(path), line)))]:
        raise InputError(found)
    return _industries(table, edition)


def _industries(rows: Iterable[Mapping[str, str]], edition: str) -> Industries:
    entries = {row["code"]: _entry(row) for row in rows}
    sections = {code[1:]: code[0] for code, entry in entries.items() if entry.level == 2}
    return Industries(edition, entries, sections)


def _entry(row: Mapping[str, str]) -> Industry:
    return Industry(row["code"], int(row["level"]), row["parent"], row["name"], row.get("name_en") or "")


def _fault(row: Mapping[str, str], place: Place) -> Diagnostic | None:
    length = {"1": 1, "2": 3, "3": 4, "4": 5}.get(row["level"])
    if length == len(row["code"]) and re.fullmatch(r"[A-T][0-9]*", row["code"]) and row["code"].startswith(row["parent"]):
        return None
    return problem("B132", place, written=row["code"], level=row["level"], parent=row["parent"])
