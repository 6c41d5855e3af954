"""Problems as values: a code, a message in zh and en, the places, and what to do about it.

All codes stand in one table, ``data/diagnostics/*.yaml``, one file a room; the manual has a page for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from envcredit.base.labels import Language, read_table

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands. ``line`` and ``column`` count from 1; ``sheet`` names a worksheet."""

    file: str
    line: int = 0
    column: int = 0
    sheet: str = ""

    def __str__(self) -> str:
        where = f"{self.file}[{self.sheet}]" if self.sheet else self.file
        return ":".join([where, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One row of the table of codes: its short name, severity, and texts with ``{holes}`` for values."""

    code: str
    name: str
    severity: Severity
    message: Mapping[Language, str]
    hint: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. ``values`` fill the holes of the code's texts; unknown codes raise ``KeyError`` at once."""

    code: str
    places: tuple[Place, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        code_table()[self.code]

    @property
    def severity(self) -> Severity:
        """How bad: only an ``error`` stops the work."""
        return code_table()[self.code].severity

    def message(self, language: Language) -> str:
        """The problem in one sentence."""
        return code_table()[self.code].message[language].format_map(dict(self.values))

    def hint(self, language: Language) -> str:
        """What to do about it."""
        return code_table()[self.code].hint[language].format_map(dict(self.values))

    def render(self, language: Language) -> str:
        """``file:line:column: S101 message`` and, indented below it, further places and the hint."""
        first = f"{self.places[0]}: " if self.places else ""
        lines = [f"{first}{self.code} {self.message(language)}"]
        lines += [f"    {place}" for place in self.places[1:]]
        hint = self.hint(language)
        return "\n".join([*lines, f"    → {hint}"] if hint else lines)

    def as_dict(self, language: Language) -> dict[str, object]:
        """The same for ``--json``: code, name, severity, message, hint, places."""
        entry = code_table()[self.code]
        places = [{"file": p.file, "sheet": p.sheet, "line": p.line, "column": p.column} for p in self.places]
        return {
            "code": self.code,
            "name": entry.name,
            "severity": entry.severity,
            "message": self.message(language),
            "hint": self.hint(language),
            "places": places,
        }


def problem(code: str, *places: Place, **values: object) -> Diagnostic:
    """Shorthand: ``problem("S101", place, key="cpa")``."""
    return Diagnostic(code, tuple(places), values)


def errors_in(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those that stop the work."""
    return [d for d in diagnostics if d.severity == "error"]


@cache
def code_table() -> Mapping[str, CodeEntry]:
    """Every code there is, sorted."""
    rows = read_table("diagnostics")
    return {code: _entry(code, row) for code, row in sorted(rows.items())}


def _entry(code: str, row: Mapping[str, object]) -> CodeEntry:
    hint = row.get("hint") or {"zh": "", "en": ""}
    assert isinstance(hint, Mapping)
    severity = str(row.get("severity", "error"))
    assert severity in ("error", "warning", "note"), code
    message: dict[Language, str] = {"zh": str(row["zh"]), "en": str(row["en"])}
    hints: dict[Language, str] = {"zh": str(hint["zh"]), "en": str(hint["en"])}
    return CodeEntry(code, str(row["name"]), severity, message, hints)  # type: ignore[arg-type]
