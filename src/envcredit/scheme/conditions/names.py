"""The names that one condition may use, with their types and whether they can be unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from envcredit.base.labels import LANGUAGES, word
from envcredit.base.vocabulary import Attribute, Vocabulary, Words
from envcredit.scheme.conditions.tree import DAY, Name, Type

CLOCKS = ("as_of", "period_from", "period_to")
ALWAYS_KNOWN_OF_UNIT = frozenset({"unit_id", "name", "unit_type"})
STATE_OF_DAY: Mapping[str, str] = {"rectified_on": "rectified", "repaired_on": "repaired", "revoked_on": "revoked"}
"""A state's day is known exactly when its yes_no holds. A suspension may have no end, so ``suspended_until`` is not here."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names as they are written (``fine``, ``unit.status``, ``as_of``). ``never_unknown`` names need no ``missing``.

    ``kinds`` are the record kinds whose facts are looked at, empty where only units and values can be named.
    """

    entries: Mapping[str, Name]
    vocabulary: Vocabulary
    kinds: tuple[str, ...] = ()
    never_unknown: frozenset[str] = frozenset()
    value_words: Mapping[str, Words] = field(default_factory=dict)

    def find(self, written: str) -> Name | None:
        """The name, or ``None``."""
        return self.entries.get(written)

    def lookup(self, written: str) -> Name:
        """The name. Raises ``KeyError`` when a condition here cannot use it."""
        return self.entries[written]

    def words(self, name: Name) -> Words:
        """Its official term in both languages."""
        if name.where == "value":
            return self.value_words[name.name]
        if name.where == "unit":
            return self.vocabulary.unit[name.name].words
        if name.where == "clock":
            return {language: word(f"condition.clock.{name.name}", language) for language in LANGUAGES}
        states, attributes = self.vocabulary.states, self.vocabulary.attributes
        return (states[name.name] if name.name in states else attributes[name.name]).words


def type_of_attribute(attribute: Attribute) -> Type:
    """The type that an attribute has in conditions."""
    return Type(attribute.type, attribute.list, attribute.ordered)


def names_of_facts(vocabulary: Vocabulary, kinds: tuple[str, ...]) -> dict[str, Name]:
    """Attributes that all the kinds have, and states that an amending record can give to all of them."""
    known = [vocabulary.kinds[kind] for kind in kinds if kind in vocabulary.kinds]
    if not known:
        return {}
    shared = [a for a in known[0].attributes if all(a in kind.attributes for kind in known)]
    states = [s for s in vocabulary.states.values() if all(k.name in vocabulary.kinds[s.made_by].amends for k in known)]
    attributes = [*(vocabulary.attributes[name] for name in shared), *states]
    return {a.name: Name("fact", a.name, type_of_attribute(a)) for a in attributes}


def names_of_unit(vocabulary: Vocabulary) -> dict[str, Name]:
    """``unit.status`` and the other columns of a unit."""
    found = (Name("unit", a.name, type_of_attribute(a)) for a in vocabulary.unit.values())
    return {name.written: name for name in found}


def names_of_clocks() -> dict[str, Name]:
    """The day of the rating and the two ends of the rated period."""
    return {clock: Name("clock", clock, DAY) for clock in CLOCKS}


def certain_names(vocabulary: Vocabulary, kinds: tuple[str, ...]) -> set[str]:
    """What is never unknown: clocks, required attributes, whether a state holds, and the three columns every unit has."""
    known = [vocabulary.kinds[kind] for kind in kinds if kind in vocabulary.kinds]
    required = set.intersection(*(set(kind.required) for kind in known)) if known else set()
    states = {state.name for state in vocabulary.states.values() if state.type == "yes_no"}
    clocks = set(CLOCKS) - names_of_facts(vocabulary, kinds).keys()
    return {*clocks, *required, *states, *(f"unit.{column}" for column in ALWAYS_KNOWN_OF_UNIT)}
