"""Whom and what a rule speaks of: records of some kind for which a condition holds, or a condition alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from envcredit.scheme.model import FactRule, GradeStepRule
from envcredit.scheme.prose.voice import Voice

Looking = FactRule | GradeStepRule
Style = Literal["each", "if", "over"]


def subject(voice: Voice, key: str, rule: Looking, style: Style) -> str:
    """Whom a rule speaks of. ``each`` record of a kind, ``if`` there is such a record, or ``over`` all such records."""
    when = voice.condition(key, rule.when) if rule.when else ""
    return phrase(voice, style, "members" if rule.of == "members" else "own", voice.kinds(rule.kinds), when)


def phrase(voice: Voice, style: Style, whose: str, kinds: str, when: str) -> str:
    """The phrase for records of some kinds and a condition, either of which may be empty."""
    if not kinds:
        return voice.say("subject.value", condition=when) if when else voice.say("subject.any")
    return voice.say(f"subject.{style}.{whose}{'_where' if when else ''}", kinds=kinds, condition=when)


def relief(voice: Voice, key: str, rule: Looking) -> Iterator[str]:
    """What a fact that would count is let off for, and what a repair does to it."""
    if rule.unless:
        yield voice.say("unless", condition=voice.condition(key, rule.unless))
    if rule.repair == "none":
        yield voice.say("repair_none")


def unknowns(
    voice: Voice, key: str, missing: Mapping[str, str], kinds: tuple[str, ...] | None = None, say: str = "missing"
) -> Iterator[str]:
    """What happens when a value is not known, in the phrases ``say``; names with the same answer share a sentence."""
    names = voice.names(key, kinds)
    by_answer: dict[str, list[str]] = {}
    for written, answer in missing.items():
        name = names.find(written)
        verb, _, value = answer.partition(" ")
        told = f"{verb} {voice.assumed(value, name.type if name else None)}"
        by_answer.setdefault(told, []).append(names.words(name)[voice.language] if name else written)
    for told, asked in by_answer.items():
        verb, _, value = told.partition(" ")
        yield voice.say(f"{say}.{verb}", names=voice.listed(asked), value=value)
