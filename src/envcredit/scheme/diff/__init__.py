"""What changed between two schemes, or two versions of one, in sentences: what can change a result, and what is only text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from pydantic import BaseModel

from envcredit.base.labels import word
from envcredit.scheme.diff.fields import differing, part_changes, quoted_words, top_sentence, where
from envcredit.scheme.diff.found import Both, Change, Found, told
from envcredit.scheme.diff.matching import matched
from envcredit.scheme.diff.rules import rules
from envcredit.scheme.digests import Part as Effect
from envcredit.scheme.field_words import field_words, key_of
from envcredit.scheme.model import NotModelled, Scheme
from envcredit.scheme.prose.voice import Voice

__all__ = ["Change", "diff"]

_Name = Callable[[Voice, str, BaseModel], str]


def diff(old: Scheme, new: Scheme) -> tuple[Change, ...]:
    """Every difference, in the order of the model: a scheme that has none is equal in both digests.

    There is a change of the effect ``rule`` exactly when the rule digests differ; an entry that is added, removed or renamed
    stands once, though its words are in the text digest. Both schemes must have passed their checks.
    """
    return tuple(told(_found(old, new), old, new))


def _found(old: Scheme, new: Scheme) -> Iterator[Found]:
    differs: dict[str, list[Effect]] = {}
    for name, effect in differing(old, new):
        differs.setdefault(name, []).append(effect)
    for name, effects in differs.items():
        found = list(_field(old, new, name, effects))
        yield from found
        for effect in effects:
            if not any(each.effect in (effect, "rule") for each in found):
                yield Found(effect, "changed", (key_of(Scheme, name),), _in_another_order(name))


def _in_another_order(name: str) -> Callable[[Both], str]:
    return lambda both: both.say("order", what=field_words(Scheme, name)[both.language])


def _field(old: Scheme, new: Scheme, name: str, effects: Iterable[Effect]) -> Iterator[Found]:
    before, after = getattr(old, name), getattr(new, name)
    if name == "rules":
        yield from rules(old, new)
    elif name in _NAMES:
        yield from _entries(name, _keyed(before), _keyed(after))
        if name == "grades":
            yield from _order_of_grades(old, new)
    elif isinstance(before, BaseModel) and type(before) is type(after) and name not in ("title", "authority", "summary"):
        yield from part_changes(before, after, (name,), lambda both: "")
    else:
        for effect in effects:
            yield Found(effect, "changed", (key_of(Scheme, name),), top_sentence(old, new, name, effect))


def _keyed(entries: Mapping[str, BaseModel] | tuple[BaseModel, ...]) -> Mapping[str, BaseModel]:
    """Grades by their key; clauses left out by their number under the clause they belong to."""
    if isinstance(entries, Mapping):
        return entries
    found: dict[str, BaseModel] = {}
    for each in entries:
        key = each.clause if isinstance(each, NotModelled) else str(getattr(each, "key", ""))
        count = sum(other == key or other.startswith(f"{key}#") for other in found)
        found[f"{key}#{count + 1}" if count else key] = each
    return found


def _order_of_grades(old: Scheme, new: Scheme) -> Iterator[Found]:
    keys = [[grade.key for grade in scheme.grades] for scheme in (old, new)]
    shared = [[key for key in side if key in keys[0] and key in keys[1]] for side in keys]
    if shared[0] != shared[1]:
        yield Found("rule", "moved", ("grades",), _in_another_order("grades"))


def _entries(name: str, old: Mapping[str, BaseModel], new: Mapping[str, BaseModel]) -> Iterator[Found]:
    match = matched(old, new)
    effect: Effect = "rule" if name in ("grades", "parts", "clauses") else "text"
    for key in match.removed:
        yield Found(effect, "removed", (name, key), _one("removed", name, key, old[key], is_new=False))
    for key, now in match.renamed.items():
        yield Found(effect, "renamed", (name, now), _renamed(name, key, now, new[now]))
    for key in match.added:
        yield Found(effect, "added", (name, key), _one("added", name, key, new[key], is_new=True))
    for key in match.kept:
        yield from part_changes(old[key], new[key], (name, key), _about(name, key, old[key]))


def _one(phrase: str, name: str, key: str, entry: BaseModel, *, is_new: bool) -> Callable[[Both], str]:
    def tell(both: Both) -> str:
        entry_name = _NAMES[name](both.new if is_new else both.old, key, entry)
        return both.say(phrase, what=both.say(f"one.{name}"), name=entry_name)

    return tell


def _renamed(name: str, key: str, now: str, entry: BaseModel) -> Callable[[Both], str]:
    def tell(both: Both) -> str:
        return both.say("renamed", what=both.say(f"one.{name}"), name=_NAMES[name](both.new, now, entry), old=key, new=now)

    return tell


def _about(name: str, key: str, entry: BaseModel) -> Callable[[Both], str]:
    def tell(both: Both) -> str:
        return both.say("about", what=both.say(f"one.{name}"), name=_NAMES[name](both.old, key, entry))

    return tell


def _clause(voice: Voice, key: str, _: BaseModel) -> str:
    clause = voice.scheme.clauses[key]
    return word(
        "diff.clause", voice.language, where=where(voice, key), words=quoted_words(voice, clause), basis=voice.basis(clause.basis)
    )


_NAMES: Mapping[str, _Name] = {
    "grades": lambda voice, _, entry: quoted_words(voice, entry),
    "parts": lambda voice, _, entry: quoted_words(voice, entry),
    "sources": lambda voice, key, _: voice.document(key),
    "clauses": _clause,
    "procedure": lambda voice, _, entry: quoted_words(voice, entry),
    "consequences": lambda voice, _, entry: quoted_words(voice, entry),
    "not_modelled": lambda voice, _, entry: quoted_words(voice, entry),
    "missing": lambda voice, _, entry: quoted_words(voice, entry),
}
