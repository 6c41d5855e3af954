"""How lists, notices and pages speak of a published result: the unit, its state, why it has no grade, what counted, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from envcredit.base import uscc
from envcredit.base.labels import Language, read_table, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.proof.result import SOLE_TRADER, Reason, Result
from envcredit.proof.rules import PackClause, RulePack
from envcredit.proof.statuslist import State
from envcredit.rating.notes import titled
from envcredit.rating.scores import NOT_ESTABLISHED
from envcredit.release.standing import Standing

SHOWN = (State.IN_FORCE, State.SUSPENDED)
"""The states in which a grade may be shown."""
_CHINA = timezone(timedelta(hours=8))


def china_day(moment: int) -> str:
    """The day of a moment in seconds, by the clock of China (UTC+8)."""
    return f"{datetime.fromtimestamp(moment, _CHINA):%Y-%m-%d}"


def utc_text(moment: int) -> str:
    """A moment in seconds as ``2026-11-24T05:00:00Z``."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def day_text(day: str, language: Language) -> str:
    """``2026-03-01`` as it stands in a letter."""
    year, month, number = map(int, day.split("-"))
    return word("explain.day", language, year=year, month=month, day=number)


def moment_text(instant: str, language: Language) -> str:
    """``2026-07-01T00:00:00Z`` by the clock of China, as it stands in a letter."""
    moment = datetime.fromisoformat(instant).astimezone(_CHINA)
    return word(
        "publication.moment", language, day=day_text(f"{moment:%Y-%m-%d}", language), hour=moment.hour, minute=f"{moment:%M}"
    )


def unit_code(result: Result) -> str:
    """The unified code, or nothing for a unit that is known by another id."""
    return result.sub if uscc.verdict(result.sub).status == "valid" else ""


def is_sole_trader(result: Result) -> bool:
    """Whether the unit is a sole trader, whose name is a person's and is not published."""
    return unit_code(result).startswith(SOLE_TRADER)


def unit_name(result: Result, language: Language) -> str:
    """The unit's name; of one that is published without a name, what it is called by instead."""
    if result.unit.name:
        return result.unit.name
    return word("publication.sole_trader", language) if is_sole_trader(result) else result.unit.id


def state_words(state: State, language: Language) -> str:
    """A state in one or two words."""
    return word(f"publication.state.{state.name.lower()}", language)


def why_words(standing: Standing, language: Language) -> str:
    """Why there is no grade. A reason as a run writes it (``rule:value:record``) is put in words, and names no record."""
    why = standing.result.why or ""
    if not why:
        return word("explain.no_reason", language)
    known = f"reason.{why.replace('#', '.')}"
    if known in read_table("words"):
        return word(known, language)
    rule, mark, rest = why.partition(":")
    if mark and rule in standing.pack.rules:
        term = _term(rest.partition(":")[0], language)
        return word("reason.missing", language, rule=standing.pack.rules[rule].words[language], missing=term)
    rule = why.partition("#")[0]
    if rule == NOT_ESTABLISHED.rstrip("#"):
        return word("publication.not_established", language)
    if standing.result.rated == "not_rated" and rule in standing.pack.rules:
        return word("reason.out_of_scope", language)
    return standing.pack.rules[rule].words[language] if rule in standing.pack.rules else why


def _term(name: str, language: Language) -> str:
    vocabulary = read_vocabulary()
    if name == "officer_entry":
        return word("reason.officer_entry", language)
    attribute = vocabulary.unit.get(name.removeprefix("unit.")) if name.startswith("unit.") else vocabulary.attributes.get(name)
    return attribute.words[language] if attribute else name


def effect_words(reason: Reason, pack: RulePack, language: Language) -> str:
    """What a reason did to the score or the grade."""
    if reason.effect == "shift" and reason.steps:
        return word("explain.effect.down" if reason.steps > 0 else "explain.effect.up", language, steps=abs(reason.steps))
    if reason.effect in ("veto", "limit", "row"):
        grade = pack.grade(reason.grade or "")
        return word(f"explain.effect.{reason.effect}", language, grade=grade.words[language] if grade else reason.grade or "—")
    points = Decimal(reason.points or "0")
    if not points or not pack.better:
        return word("explain.effect.zero", language)
    more = points > 0
    key = ("demerit" if more else "relief") if pack.better == "lower" else ("plus" if more else "minus")
    return word(f"explain.effect.{'tier' if reason.effect == 'tier' else key}", language, points=f"{abs(points):f}")


def clause_words(clause: PackClause, language: Language) -> str:
    """The document and the article, as they are cited."""
    number = word("explain.cited_number", language, number=clause.number) if clause.number else ""
    space = "" if language == "zh" else ", "
    return f"{titled(clause.title[language], language)}{number}{space}{clause.article}"
