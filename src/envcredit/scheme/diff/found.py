"""What a comparison of two schemes yields: changes that are told later, in each language by two voices."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from envcredit.base.labels import LANGUAGES, Language, word
from envcredit.scheme.digests import Part as Effect
from envcredit.scheme.digests import part_of
from envcredit.scheme.model import Scheme
from envcredit.scheme.prose.voice import Voice

Kind = Literal["added", "removed", "changed", "renamed", "moved"]
Spot: TypeAlias = tuple[str, ...]
EFFECTS: tuple[Effect, Effect] = ("rule", "text")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``effect``: ``rule`` when it enters the rule digest and so can change a result, else ``text``.

    ``spot`` is the way of keys to what changed, ``("rules", "fine", "points")``; ``sentence`` tells it in each language.
    """

    effect: Effect
    kind: Kind
    spot: Spot
    sentence: Mapping[Language, str]


@dataclass(frozen=True)
class Both:
    """The older and the newer scheme, each told in one language."""

    language: Language
    old: Voice
    new: Voice

    def say(self, key: str, **values: object) -> str:
        """A phrase of the words file."""
        return word(f"diff.{key}", self.language, **values)

    def becomes(self, what: str, old: str | None, new: str | None) -> str:
        """``start value: 100 points becomes 80 points``; ``None`` on a side that says nothing."""
        if old is None or new is None:
            return self.say("set" if old is None else "dropped", what=what, value=new if old is None else old)
        return self.say("becomes", what=what, old=old, new=new)


Tell: TypeAlias = Callable[[Both], str]


@dataclass(frozen=True, slots=True)
class Found:
    """A change that is not told yet."""

    effect: Effect
    kind: Kind
    spot: Spot
    tell: Tell


def told(found: Iterable[Found], old: Scheme, new: Scheme) -> Iterator[Change]:
    """Each change in every language."""
    sides = [Both(language, Voice(old, language), Voice(new, language)) for language in LANGUAGES]
    for each in found:
        sentence = {both.language: _begun(each.tell(both)) for both in sides}
        yield Change(each.effect, each.kind, each.spot, sentence)


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def raw(value: object, effect: Effect) -> str:
    """A value as data, for what reads the same in words and is not the same."""
    return json.dumps(part_of(value, effect), ensure_ascii=False)


def quoted(text: str, language: Language) -> str:
    """Words of a scheme inside a sentence of ours."""
    return word("diff.quoted", language, text=" ".join(text.split()).rstrip("。."))
