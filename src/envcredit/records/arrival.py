"""The report on an import: what arrived, what became of each row, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from envcredit.base.diagnostics import Diagnostic, code_table, problem
from envcredit.base.labels import Language, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import InvariantError

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SheetArrival:
    """One table of a file: rows that hold something, and what became of them."""

    sheet: str
    rows: int
    accepted: int
    duplicate: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class FileArrival:
    """One file as it was read."""

    file: str
    digest: str
    form: str
    encoding: str
    sheets: tuple[SheetArrival, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """``accepted + duplicate + quarantined == rows``, always. ``batch`` is ``''`` when the store did not change.

    ``notes``: what was noticed about files; ``reasons``: problems of quarantined rows; ``warnings``: of accepted ones;
    ``repeats``: each duplicate with the place it repeats.
    """

    source: str
    recorded_at: str
    batch: str
    files: tuple[FileArrival, ...]
    rows: int
    accepted: int
    duplicate: int
    quarantined: int
    kinds: Mapping[str, int]
    notes: tuple[Diagnostic, ...] = ()
    reasons: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    repeats: tuple[Diagnostic, ...] = ()
    quarantine: str = field(default="")

    def __post_init__(self) -> None:
        if self.accepted + self.duplicate + self.quarantined != self.rows:
            raise InvariantError(
                [problem("R691", rows=self.rows, accepted=self.accepted, duplicate=self.duplicate, quarantined=self.quarantined)]
            )

    def as_dict(self, language: Language) -> dict[str, object]:
        """For ``--json``: counts, files with their sheets, and every problem with its place."""
        return {
            "source": self.source,
            "recorded_at": self.recorded_at,
            "batch": self.batch,
            "rows": self.rows,
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "quarantined": self.quarantined,
            "kinds": dict(self.kinds),
            "files": [_file_as_dict(file) for file in self.files],
            "quarantine": self.quarantine,
            "reasons": _counted(self.reasons),
            **{name: [found.as_dict(language) for found in getattr(self, name)] for name in ("notes", "warnings", "repeats")},
            "problems": [found.as_dict(language) for found in self.reasons],
        }

    def render(self, language: Language) -> str:
        """The report for a person: each reason with its count and the first places."""
        lines = [word("records.arrival.title", language, source=self.source, recorded_at=self.recorded_at)]
        for file in self.files:
            lines += _file_lines(file, language)
        counts = {name: getattr(self, name) for name in ("rows", "accepted", "duplicate", "quarantined")}
        lines += [word("records.arrival.sum", language, **counts), *_kind_lines(self.kinds, language)]
        for name in ("notes", "warnings", "reasons"):
            if found := getattr(self, name):
                lines += ["", word(f"records.arrival.{name}", language), *_grouped(found, language)]
        lines += ["", word("records.arrival.batch" if self.batch else "records.arrival.unchanged", language, batch=self.batch)]
        if self.quarantine:
            lines.append(word("records.arrival.quarantine", language, path=self.quarantine))
        return "\n".join(lines)


def _file_as_dict(file: FileArrival) -> dict[str, object]:
    sheets = [{name: getattr(sheet, name) for name in SheetArrival.__dataclass_fields__} for sheet in file.sheets]
    return {"file": file.file, "digest": file.digest, "form": file.form, "encoding": file.encoding, "sheets": sheets}


def _file_lines(file: FileArrival, language: Language) -> list[str]:
    rows = sum(sheet.rows for sheet in file.sheets)
    lines = [word("records.arrival.file", language, file=file.file, form=file.form, encoding=file.encoding, rows=rows)]
    named = [sheet for sheet in file.sheets if sheet.sheet]
    return lines + [f"    {word('records.arrival.sheet', language, sheet=sheet.sheet, rows=sheet.rows)}" for sheet in named]


def _kind_lines(kinds: Mapping[str, int], language: Language) -> list[str]:
    names = read_vocabulary().kinds
    shown = [f"{names[kind].words[language]} {count}" for kind, count in kinds.items()]
    return [word("records.arrival.kinds", language, kinds=("、" if language == "zh" else ", ").join(shown))] if shown else []


def _counted(found: Iterable[Diagnostic]) -> dict[str, int]:
    return dict(sorted(Counter(each.code for each in found).items()))


def _grouped(found: Iterable[Diagnostic], language: Language) -> list[str]:
    """By code: how often, the first few in full, and once what to do."""
    groups: dict[str, list[Diagnostic]] = {}
    for each in found:
        groups.setdefault(each.code, []).append(each)
    lines: list[str] = []
    for code, group in sorted(groups.items()):
        shown = [f"    {_line(each, language)}" for each in group[:_SHOWN]]
        more = [f"    {word('records.arrival.more', language, count=len(group) - _SHOWN)}"] if len(group) > _SHOWN else []
        hint = group[0].hint(language)
        lines += [f"  {code} {code_table()[code].name} × {len(group)}", *shown, *more, *([f"    → {hint}"] if hint else [])]
    return lines


def _line(found: Diagnostic, language: Language) -> str:
    place = f"{found.places[0]}: " if found.places else ""
    others = f" ({', '.join(map(str, found.places[1:]))})" if len(found.places) > 1 else ""
    return f"{place}{found.message(language)}{others}"
