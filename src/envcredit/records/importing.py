"""From files to a batch: read, interpret, settle, write, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.errors import EnvcreditError, RecordsError
from envcredit.records.arrival import Arrival, FileArrival, SheetArrival
from envcredit.records.claims import Settled, known_records, settled
from envcredit.records.cleaning.words import word_key
from envcredit.records.headers import ORIGIN, with_header
from envcredit.records.interpret import interpreted
from envcredit.records.library import read_source
from envcredit.records.limits import STANDARD, Limits
from envcredit.records.quarantine import quarantine_digest, quarantine_file
from envcredit.records.readers import read_content
from envcredit.records.sheets import Content, Sheet
from envcredit.records.source import Source
from envcredit.records.statements import Statement
from envcredit.records.store import QUARANTINE, Batch, batch_name, batches, instant_problem, write_batch
from envcredit.records.wide import wide_table


@dataclass(slots=True)
class _Arriving:
    """What is known while files are taken in."""

    source: Source
    vocabulary: Vocabulary
    limits: Limits
    contents: list[Content] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    notes: list[Diagnostic] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)


def import_files(
    paths: Sequence[Path], source: str | Path, store: Path, recorded_at: str, *, limits: Limits = STANDARD
) -> Arrival:
    """Takes files into ``store`` as one batch, by a source mapping's name or path.

    ``recorded_at`` (``YYYY-MM-DDTHH:MM:SSZ``) is when we were told. Rows that cannot be taken are kept in the batch's
    ``quarantine.csv``. Files that were taken in before change nothing. Raises ``RecordsError``, with nothing written, when a
    file cannot be read as a whole, the mapping is wrong, or ``recorded_at`` lies before what the store already knows.
    """
    stored = batches(store)
    if late := instant_problem(recorded_at, stored):
        raise RecordsError([late])
    arriving = _Arriving(read_source(source), read_vocabulary(), limits)
    for path, label in zip(paths, labels([Path(path) for path in paths]), strict=True):
        _take_in(Path(path), label, arriving)
    if arriving.problems:
        raise RecordsError(arriving.problems)
    decided = settled(arriving.statements, known_records(stored, arriving.statements))
    return _recorded(arriving, decided, store, recorded_at, stored)


def labels(paths: Sequence[Path]) -> list[str]:
    """What each file is called in reports: its name, with its folder where names repeat, numbered where that repeats too."""
    names = Counter(path.name for path in paths)
    wanted = [path.name if names[path.name] == 1 else f"{path.parent.name}/{path.name}" for path in paths]
    return [name if wanted.index(name) == i else f"{name} ({wanted[: i + 1].count(name)})" for i, name in enumerate(wanted)]


def _take_in(path: Path, label: str, arriving: _Arriving) -> None:
    try:
        content = read_content(path, arriving.limits).called(label)
    except EnvcreditError as error:
        arriving.problems += error.diagnostics
        return
    arriving.contents.append(content)
    arriving.notes += content.notes
    skipped = {word_key(name) for name in arriving.source.skip_sheets}
    sheets = [sheet for sheet in content.sheets if word_key(sheet.name) not in skipped or not sheet.name]
    recognised = [_take_sheet(sheet, arriving) for sheet in sheets]
    held = [sheet for sheet in sheets if sheet.rows]
    if held and not any(recognised):
        arriving.problems.append(_not_recognised(held[0], arriving.source))
    elif not any(statement.place.file == content.file for statement in arriving.statements):
        arriving.notes.append(problem("R124", Place(content.file)))


def _take_sheet(sheet: Sheet, arriving: _Arriving) -> bool:
    """False when the sheet has no header the source knows; its rows are then kept in quarantine, none is dropped."""
    table, found = with_header(sheet, arriving.source.columns(), arriving.source.ignored)
    arriving.problems += [each for each in found if each.severity == "error"]
    arriving.notes += [each for each in found if each.severity != "error"]
    if table is None:
        width = max((len(row.cells) for row in sheet.rows), default=0)
        header = tuple(f"({index})" for index in range(1, width + 1))
        for row in sheet.rows:
            place = Place(sheet.file, row.line, sheet=sheet.name)
            fault = problem("R222", place, sheet=sheet.name or sheet.file)
            arriving.statements.append(Statement(place, row, header, arriving.source.source, problems=[fault]))
        return False
    if not any(each.severity == "error" for each in found):
        arriving.statements += interpreted(table, arriving.source, arriving.vocabulary, arriving.limits)
    return True


def _not_recognised(sheet: Sheet, source: Source) -> Diagnostic:
    expected = sorted(source.columns() - set(ORIGIN))
    found = "、".join(cell for cell in (sheet.header or sheet.rows[0].cells)[:8] if cell)
    place = Place(sheet.file, sheet.rows[0].line if sheet.rows else 0, sheet=sheet.name)
    return problem("R108", place, source=source.source, found=found[:200], expected="、".join(expected[:12]))


def _recorded(arriving: _Arriving, decided: Settled, store: Path, recorded_at: str, stored: list[Batch]) -> Arrival:
    kept_out = sorted(decided.quarantined, key=lambda statement: statement.place)
    digest = quarantine_digest(kept_out)
    new_quarantine = bool(digest) and all(batch.quarantine_digest != digest for batch in stored)
    ids = [statement.record_id for statement in decided.accepted]
    name = ""
    if ids or new_quarantine:
        name, batch_digest = batch_name(arriving.source.source, recorded_at, ids, digest)
        manifest = _manifest(arriving, decided, name, recorded_at) | {"digest": batch_digest, "quarantine_digest": digest}
        table = wide_table(decided.accepted, name, recorded_at, arriving.vocabulary)
        write_batch(store, manifest, table, quarantine_file(kept_out))
    holder = name or next((batch.id for batch in stored if digest and batch.quarantine_digest == digest), "")
    return _arrival(arriving, decided, name, recorded_at, str(store / "batches" / holder / QUARANTINE) if digest else "")


def _manifest(arriving: _Arriving, decided: Settled, name: str, recorded_at: str) -> dict[str, Any]:
    counts = {
        "rows": len(arriving.statements),
        "accepted": len(decided.accepted),
        "duplicate": len(decided.duplicate),
        "quarantined": len(decided.quarantined),
    }
    files = [{"file": c.file, "digest": c.digest, "form": c.form, "encoding": c.encoding} for c in arriving.contents]
    reasons = Counter(found.code for statement in decided.quarantined for found in statement.problems)
    return {
        "batch": name,
        "source": arriving.source.source,
        "recorded_at": recorded_at,
        "vocabulary": arriving.vocabulary.edition,
        "files": files,
        "counts": counts,
        "reasons": dict(sorted(reasons.items())),
    }


def _arrival(arriving: _Arriving, decided: Settled, name: str, recorded_at: str, quarantine: str) -> Arrival:
    repeats = [problem("R231", statement.place, place) for statement, place in decided.duplicate]
    kinds = Counter(statement.kind for statement in decided.accepted)
    return Arrival(
        source=arriving.source.source,
        recorded_at=recorded_at,
        batch=name,
        files=tuple(_file_arrival(content, decided) for content in arriving.contents),
        rows=len(arriving.statements),
        accepted=len(decided.accepted),
        duplicate=len(decided.duplicate),
        quarantined=len(decided.quarantined),
        kinds={kind: kinds[kind] for kind in arriving.vocabulary.kinds if kinds[kind]},
        notes=tuple(arriving.notes),
        reasons=_in_order(found for statement in decided.quarantined for found in statement.problems),
        warnings=_in_order(found for statement in decided.accepted for found in statement.warnings),
        repeats=_in_order(repeats),
        quarantine=quarantine,
    )


def _in_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda each: (each.places, each.code)))


def _file_arrival(content: Content, decided: Settled) -> FileArrival:
    duplicates = [statement for statement, _ in decided.duplicate]
    fates = {"accepted": decided.accepted, "duplicate": duplicates, "quarantined": decided.quarantined}
    counts = {name: Counter((s.place.file, s.place.sheet) for s in found) for name, found in fates.items()}
    sheets = []
    for sheet in content.sheets:
        of_sheet = {name: count[sheet.file, sheet.name] for name, count in counts.items()}
        sheets.append(SheetArrival(sheet.name, sum(of_sheet.values()), **of_sheet))
    return FileArrival(content.file, content.digest, content.form, content.encoding, tuple(sheets))
