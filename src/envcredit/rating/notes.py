"""Rows of a run as things to be cited: a record with its attributes in words, a clause with its document, a grade.

Shared by the explanation of one unit and by the report on all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from envcredit.base.amounts import unscaled, written
from envcredit.base.labels import LANGUAGES, Language, word
from envcredit.base.vocabulary import Attribute, Vocabulary, scale
from envcredit.rating.explanation import Both, Detail, GradeNote, Provision, RecordNote
from envcredit.scheme.model import Scheme
from envcredit.scheme.scalars import Words

CITED_APART = ("authority", "document_number", "about_authority")


def both(words: Words) -> Both:
    """A label of a scheme in the form that explanations carry."""
    return {"zh": words.zh, "en": words.en}


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a scheme lacks, one after another, in the language of the text that says so."""

    scheme: Scheme

    def __format__(self, language: str) -> str:
        lang: Language = "zh" if language == "zh" else "en"
        gaps = [both(gap)[lang].rstrip("。.") for gap in self.scheme.missing.values()]
        return word("explain.gap", lang).join(gaps) or "—"


def incomplete(scheme: Scheme) -> Both | None:
    """What every result of a scheme that is not complete carries: that it is not, and what is missing; else nothing."""
    if scheme.status == "complete":
        return None
    return {lang: word("explain.partial", lang, missing=f"{Gaps(scheme):{lang}}") for lang in LANGUAGES}


def same(text: str) -> Both:
    """A text that reads alike in both languages: a number, a name."""
    return dict.fromkeys(LANGUAGES, text)


def titled(title: str, language: Language) -> str:
    """A document's title as it is cited: in Chinese between 《 and 》, once."""
    return f"《{title}》" if language == "zh" and not title.startswith("《") else title


def provision(scheme: Scheme, key: str) -> Provision | None:
    """The clause called ``key`` with its document; none when the scheme has no such clause (a stage column may be empty)."""
    clause = scheme.clauses.get(key)
    if clause is None:
        return None
    source = scheme.sources[clause.source]
    return Provision(key, both(source.title), source.number or "", clause.article, both(clause.words), clause.basis)


def grade_notes(scheme: Scheme) -> tuple[GradeNote, ...]:
    """The grades of a scheme from best to worst."""
    return tuple(
        GradeNote(g.key, both(g.words), rank, g.colour or "", both(g.meaning) if g.meaning else None)
        for rank, g in enumerate(scheme.grades, 1)
    )


def record_note(row: Mapping[str, Any], vocabulary: Vocabulary) -> RecordNote:
    """A row of the fact stage (or a record row) as it is cited, with every attribute it states, in the kind's order."""
    kind = vocabulary.kinds[row["kind"]]
    day = row.get(kind.date)
    stated = [n for n in kind.attributes if n != kind.date and n not in CITED_APART and row.get(n) not in (None, "")]
    states = [n for n in vocabulary.states if row.get(n) not in (None, False)]
    details = [detail(vocabulary, vocabulary.attributes[n], row[n]) for n in stated]
    details += [detail(vocabulary, vocabulary.states[n], row[n]) for n in states if vocabulary.states[n].type == "day"]
    return RecordNote(
        record_id=row["record_id"],
        kind=kind.name,
        words=kind.words,
        number=row.get("document_number") or "",
        authority=row.get("authority") or "",
        day=day if isinstance(day, date) else None,
        details=tuple(details),
        by_member=row.get("by_member") or "",
        file=row.get("file") or "",
        line=row.get("line") or 0,
    )


def detail(vocabulary: Vocabulary, attribute: Attribute, value: Any) -> Detail:
    """One attribute with its value in words: codes by their list, money in yuan, shares in per cent."""
    return Detail(attribute.name, attribute.words, _value_words(vocabulary, attribute, value))


def _value_words(vocabulary: Vocabulary, attribute: Attribute, value: Any) -> Both:
    if attribute.type == "yes_no":
        return {lang: word("explain.yes" if value else "explain.no", lang) for lang in LANGUAGES}
    if attribute.type == "day":
        return same(value.isoformat())
    if attribute.type in ("code", "codes"):
        return _code_words(vocabulary.lists[attribute.list], value)
    if attribute.type == "amount":
        return {lang: word("explain.yuan", lang, amount=grouped(int(value), scale("amount"))) for lang in LANGUAGES}
    if attribute.type == "share":
        return same(f"{written(int(value) * 100, scale('share'))}%")
    if attribute.type in ("integer", "number"):
        return same(written(int(value), scale(attribute.type)))
    return same(str(value))


def _code_words(codes: Mapping[str, Both], value: str) -> Both:
    chosen = [part for part in value.split("|") if part]
    return {lang: word("explain.and", lang).join(codes[c][lang] if c in codes else c for c in chosen) for lang in LANGUAGES}


def grouped(whole: int, places: int) -> str:
    """``1234567`` at 2 places as ``12,345.67``; no trailing zeros."""
    head, _, tail = written(whole, places).partition(".")
    text = f"{int(head):,}" if head not in ("-0", "") else head
    return f"{text}.{tail}" if tail else text


def points_text(steps: int, step: Decimal, *, signed: bool = False) -> str:
    """Points in plain notation: ``points_text(-15, Decimal("0.1")) == "-1.5"``; ``signed`` writes ``+`` as well."""
    value = unscaled(steps, 0) * step
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = "0" if text in ("-0", "") else text
    return f"+{text}" if signed and steps > 0 else text
