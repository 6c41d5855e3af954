"""What was looked at and did not count, in words: one entry a record, and sums for what is merely past or of no concern."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from envcredit.base.labels import Language, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.rating.explanation import Explanation, IgnoredNote, RecordNote
from envcredit.rating.letter import Block, Entry, Listing, Paragraph

SUMMED = ("lapsed", "outside_period", "no_rule")
"""Reasons that can hold for very many records and call for no answer."""

WITHOUT_END = "9999"


def left_out(about: Explanation, language: Language) -> Iterator[Block]:
    """Entries for records that a decision kept from counting, newest first; then how many are past, by rule or kind."""
    told: dict[tuple[str, str, str], list[IgnoredNote]] = {}
    for note in sorted(about.ignored, key=_newest_first):
        if note.reason not in SUMMED:
            told.setdefault((note.reason, note.record.record_id, note.detail), []).append(note)
    if told:
        yield Listing(tuple(Entry(_entry(about, notes, language)) for notes in told.values()))
    sums = [_summed(about.ignored, reason, language) for reason in SUMMED]
    if any(sums):
        yield Paragraph((*(text for text in sums if text), word("explain.ignored_all", language)))


def record_text(record: RecordNote, language: Language) -> str:
    """Kind, document number, authority and day of a record, in one line."""
    number = record.number or word("explain.no_number", language)
    parts = [record.words[language], number, record.authority, record.day.isoformat() if record.day else ""]
    if record.by_member:
        parts.append(word("explain.by_member", language, member=record.by_member))
    return ("，" if language == "zh" else ", ").join(p for p in parts if p)


def _newest_first(note: IgnoredNote) -> tuple[int, str]:
    return -(note.record.day.toordinal() if note.record.day else 0), note.record.record_id


def _entry(about: Explanation, notes: Sequence[IgnoredNote], language: Language) -> str:
    first = notes[0]
    names = [note.words[language] for note in notes if note.words]
    listed = word("explain.and", language).join(dict.fromkeys(names))
    return word(
        "explain.ignored",
        language,
        record=record_text(first.record, language),
        reason=word(f"reason.{first.reason}", language),
        detail=_detail(about, first, language),
        rules=word("explain.ignored_rules", language, words=listed) if listed else "",
    )


def _detail(about: Explanation, note: IgnoredNote, language: Language) -> str:
    value = note.detail
    if note.reason == "unknown_value":
        value = _term(value, language)
    elif note.reason == "same_act":
        kept = (p.record for p in about.points if p.record and p.record.record_id == value)
        value = next((record_text(record, language) for record in kept), "")
    elif value.startswith(WITHOUT_END):
        value = ""
    return word(f"explain.detail.{note.reason}", language, value=value) if value else ""


def _term(name: str, language: Language) -> str:
    vocabulary = read_vocabulary()
    known = {**vocabulary.attributes, **vocabulary.states, **{f"unit.{k}": v for k, v in vocabulary.unit.items()}}
    return known[name].words[language] if name in known else name


def _summed(notes: Sequence[IgnoredNote], reason: str, language: Language) -> str:
    counts: dict[str, int] = {}
    for note in notes:
        if note.reason == reason:
            name = (note.words or note.record.words)[language]
            counts[name] = counts.get(name, 0) + 1
    listed = [word("explain.ignored_count", language, words=name, count=n) for name, n in sorted(counts.items())]
    what = word("explain.and", language).join(listed)
    return word("explain.ignored_past", language, reason=word(f"reason.{reason}", language), what=what) if listed else ""
