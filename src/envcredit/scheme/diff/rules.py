"""Rules set side by side: added, removed, renamed, and each changed one field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from envcredit.base.labels import word
from envcredit.scheme.diff.fields import differing, words_sentence
from envcredit.scheme.diff.found import Both, Found, Kind, Spot, raw
from envcredit.scheme.diff.matching import matched
from envcredit.scheme.diff.rule_phrases import TOGETHER, brief, phrase
from envcredit.scheme.diff.rule_tables import table_of, table_sentence, table_words
from envcredit.scheme.digests import Part as Effect
from envcredit.scheme.field_words import field_words, key_of
from envcredit.scheme.model import Rule, Scheme
from envcredit.scheme.prose.voice import Voice
from envcredit.scheme.scalars import Words


def rules(old: Scheme, new: Scheme) -> Iterator[Found]:
    """Every change of the rules, in the order of the newer scheme's files; what is gone comes first."""
    match = matched(old.rules, new.rules)
    for key in match.removed:
        yield Found("rule", "removed", ("rules", key), _whole("rule.removed", key, is_new=False))
    for key, now in match.renamed.items():
        yield Found("rule", "renamed", ("rules", now), _renamed(key, now))
    for key in new.rules:
        if key in match.added:
            yield Found("rule", "added", ("rules", key), _whole("rule.added", key, is_new=True))
        elif key in match.kept:
            yield from _changed(key, old.rules[key], new.rules[key])


def _whole(phrase_key: str, key: str, *, is_new: bool) -> Callable[[Both], str]:
    def tell(both: Both) -> str:
        voice = both.new if is_new else both.old
        rule = voice.scheme.rules[key]
        kind = word(f"coverage.kind.{rule.kind}", both.language)
        return both.say(phrase_key, kind=kind, rule=_name(voice, key), clause=voice.clause(rule.clause), text=brief(voice, key))

    return tell


def _renamed(key: str, now: str) -> Callable[[Both], str]:
    return lambda both: both.say("rule.renamed", rule=_name(both.new, now), old=key, new=now)


def _name(voice: Voice, key: str) -> str:
    return word("diff.rule", voice.language, words=voice.of(voice.scheme.rules[key].words), rule=key)


def _changed(key: str, old: Rule, new: Rule) -> Iterator[Found]:
    if type(old) is not type(new):
        yield Found("rule", "changed", ("rules", key, "kind"), lambda both: _other_kind(both, key))
        return
    told: set[str] = set()
    for name, effect in differing(old, new):
        group = TOGETHER.get(name, name)
        if effect == "rule" and group in told:
            continue
        told |= {group} if effect == "rule" else set()
        yield _field(key, old, new, group, effect)


def _other_kind(both: Both, key: str) -> str:
    kinds = (word(f"coverage.kind.{side.scheme.rules[key].kind}", both.language) for side in (both.old, both.new))
    what = field_words(Rule, "kind")[both.language]
    return _about(both, key) + both.becomes(what, *kinds) + both.say("now", text=brief(both.new, key))


def _field(key: str, old: Rule, new: Rule, name: str, effect: Effect) -> Found:
    spot: Spot = ("rules", key, key_of(type(new), name))
    kind: Kind = "moved" if effect == "rule" and new.kind == "grade" and name == "bands" else "changed"
    return Found(effect, kind, spot, lambda both: _about(both, key) + _sentence(both, key, (old, new), name, effect))


def _about(both: Both, key: str) -> str:
    return _name(both.new, key) + both.new.clause(both.new.scheme.rules[key].clause) + both.say("colon")


def _sentence(both: Both, key: str, sides: tuple[Rule, Rule], name: str, effect: Effect) -> str:
    old, new = sides
    what: str = field_words(type(new), name)[both.language]
    before: Any = getattr(old, name)
    after: Any = getattr(new, name)
    if isinstance(before, Words) and isinstance(after, Words):
        return words_sentence(both, what, before, after)
    if effect == "text" and not isinstance(before or after, Words):  # the names that rows of a table have
        return both.becomes(both.say("names_of", what=what), table_words(both.old, before), table_words(both.new, after))
    if table_of(new, name):
        rows = table_sentence(both, key, sides, name)
        return rows or both.becomes(what, raw(before, effect), raw(after, effect))
    was, now = phrase(both.old, key, old, name), phrase(both.new, key, new, name)
    return both.becomes(what, was, now) if was != now else both.becomes(what, _data(old, name), _data(new, name))


def _data(rule: Rule, name: str) -> str:
    """The fields that are told together, as data."""
    names = [each for each in type(rule).model_fields if TOGETHER.get(each, each) == name]
    fields: Mapping[str, object] = {key_of(type(rule), each): getattr(rule, each) for each in names}
    return raw({key: value for key, value in fields.items() if value is not None}, "rule")
