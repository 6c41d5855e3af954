"""Two parts of one class, field by field: which differ, in which digest, and how each side reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from pydantic import BaseModel

from envcredit.base.days import Term
from envcredit.base.labels import LANGUAGES
from envcredit.scheme.diff.found import EFFECTS, Both, Found, Spot, Tell, quoted, raw
from envcredit.scheme.digests import Part as Effect
from envcredit.scheme.digests import part_of
from envcredit.scheme.field_words import field_words, key_of
from envcredit.scheme.model import Scheme
from envcredit.scheme.prose.chapters import told_score
from envcredit.scheme.prose.voice import Voice
from envcredit.scheme.scalars import Words

Phrase = Callable[[Voice, Any], str]


def differing(old: BaseModel, new: BaseModel) -> Iterator[tuple[str, Effect]]:
    """The name of each field that differs, with the digest in which it does, in the order of the model."""
    sides = {effect: tuple(cast("dict[str, object]", part_of(one, effect)) for one in (old, new)) for effect in EFFECTS}
    for name in type(new).model_fields:
        key = key_of(type(new), name)
        for effect, (before, after) in sides.items():
            if before.get(key) != after.get(key):
                yield name, effect


def part_changes(old: BaseModel, new: BaseModel, spot: Spot, about: Tell) -> Iterator[Found]:
    """A change for each field that differs. ``about`` says whose field it is, ending in what sets it off from the rest."""
    if isinstance(old, Words) and isinstance(new, Words):
        yield from _words_of_part(old, new, spot, about)
    for name, effect in differing(old, new):
        if not (isinstance(new, Words) and name in LANGUAGES):
            yield Found(effect, "changed", (*spot, key_of(type(new), name)), _field_tell(old, new, (name, effect), about))


def _field_tell(old: BaseModel, new: BaseModel, field: tuple[str, Effect], about: Tell) -> Tell:
    def tell(both: Both) -> str:
        return about(both) + field_sentence(both, old, new, *field)

    return tell


def _words_of_part(old: Words, new: Words, spot: Spot, about: Tell) -> Iterator[Found]:
    """A part that is itself words in both languages, such as a gap."""
    if (old.zh, old.en) != (new.zh, new.en):
        yield Found("text", "changed", spot, lambda both: about(both) + words_sentence(both, both.say("wording"), old, new))


def field_sentence(both: Both, old: BaseModel, new: BaseModel, name: str, effect: Effect) -> str:
    """One field told as it was and as it is."""
    what = field_words(type(new), name)[both.language]
    before, after = getattr(old, name), getattr(new, name)
    if isinstance(before, Words) and isinstance(after, Words):
        return words_sentence(both, what, before, after)
    was, now = _phrase(both.old, old, name), _phrase(both.new, new, name)
    return both.becomes(what, was, now) if was != now else both.becomes(what, raw(before, effect), raw(after, effect))


def words_sentence(both: Both, what: str, old: Words, new: Words) -> str:
    """Words as they were and are, in the other language where only that one differs."""
    if getattr(old, both.language) != getattr(new, both.language):
        return both.becomes(what, *(quoted(both.new.of(one), both.language) for one in (old, new)))
    other = next(language for language in LANGUAGES if language != both.language)
    return both.becomes(both.say("in_the_other", what=what), *(quoted(getattr(one, other), both.language) for one in (old, new)))


def _phrase(voice: Voice, part: BaseModel, name: str) -> str | None:
    value = getattr(part, name)
    if value is None or value in ((), {}):
        return None
    special = _PHRASES.get((type(part).__name__, name))
    return special(voice, value) if special else plain(voice, value)


def plain(voice: Voice, value: object) -> str:
    """A value as one reads it, quoted where it is a text."""
    match value:
        case bool():
            return voice.say("yes" if value else "no")
        case Words():
            return quoted(voice.of(value), voice.language)
        case date():
            return voice.date(value)
        case Decimal() | int():
            return voice.number(value)
        case Term():
            return voice.term(value)
        case str():
            return quoted(value, voice.language)
    return raw(value, "rule")


def _table(voice: Voice, rows: Mapping[str, str]) -> str:
    told = (voice.say("window.row", code=voice.grade(grade), term=value) for grade, value in rows.items())
    return quoted(voice.say("list.semicolon").join(told), voice.language)


def where(voice: Voice, clause: str) -> str:
    """A clause as it is cited, in our own quotation marks."""
    return quoted(voice.clause(clause).strip(" []〔〕") if clause in voice.scheme.clauses else clause, voice.language)


def quoted_words(voice: Voice, part: Any) -> str:
    """The label of a part, or the part itself where it is one."""
    return quoted(voice.of(part if isinstance(part, Words) else part.words), voice.language)


def _said(key: str) -> Phrase:
    return lambda voice, value: quoted(voice.say(f"{key}.{value}", length=""), voice.language)


def _points(voice: Voice, value: Decimal) -> str:
    return voice.points(value)


def _grades(voice: Voice, keys: tuple[str, ...]) -> str:
    return voice.listed((voice.grade(key) for key in keys), "and")


def _rates(voice: Voice, types: tuple[str, ...]) -> str:
    return voice.listed((voice.code("unit_type", each) for each in types), "and")


_PHRASES: Mapping[tuple[str, str], Phrase] = {
    ("Scheme", "status"): _said("status"),
    ("Scheme", "rates"): _rates,
    ("Scheme", "score"): lambda voice, _: quoted(voice.sentences(told_score(voice)), voice.language),
    ("Scheme", "uses"): lambda voice, value: quoted(voice.say("list.comma").join(value), voice.language),
    ("Calendar", "month_end"): _said("month_end"),
    ("Calendar", "term_ends"): _said("term_ends"),
    ("Period", "kind"): _said("period"),
    ("Score", "start"): _points,
    ("Score", "step"): _points,
    ("Score", "floor"): _points,
    ("Score", "ceiling"): _points,
    ("Score", "better"): _said("score.better"),
    ("Score", "rounding"): _said("rounding"),
    ("PartOfScheme", "cap"): _points,
    ("Source", "basis"): lambda voice, value: voice.basis(value),
    ("Clause", "basis"): lambda voice, value: voice.basis(value),
    ("Clause", "source"): lambda voice, value: voice.document(value),
    ("Step", "clause"): where,
    ("Consequence", "clause"): where,
    ("Consequence", "grades"): _grades,
    ("Consequence", "surcharge"): _table,
    ("Consequence", "share_of_base"): lambda voice, value: _table(voice, {k: voice.percent(v) for k, v in value.items()}),
    ("NotModelled", "clause"): where,
    ("NotModelled", "reason"): _said("reason"),
}


def top_sentence(old: Scheme, new: Scheme, name: str, effect: Effect) -> Tell:
    """A field of the scheme itself, told whole."""
    return lambda both: field_sentence(both, old, new, name, effect)
