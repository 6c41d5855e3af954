"""What every check stands on: the scheme, the vocabulary, where each thing is written, and the texts already parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.vocabulary import Attribute, Vocabulary, read_vocabulary
from envcredit.scheme.checks.texts import Parsed, Spot, Text, parsed, texts_of
from envcredit.scheme.conditions.problems import ConditionProblem, WordOf
from envcredit.scheme.model import Scheme

Places = Callable[[Spot], Place]


def by_spot(spot: Spot) -> Place:
    """A place that shows only the way to a thing: ``rules.fine.cap``. For schemes that were not read from files."""
    return Place(".".join(str(step) for step in spot))


def type_word(name: str) -> WordOf:
    """The type of a value, in the language of the message that names it."""
    return WordOf(f"condition.type.{name}")


@dataclass(frozen=True)
class Ground:
    """A read scheme as the checks see it. ``place`` answers with the nearest written ancestor of a spot."""

    scheme: Scheme
    place: Places = by_spot
    vocabulary: Vocabulary = field(default_factory=read_vocabulary)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every condition, measure and operand of the scheme, in the order of the files."""
        return tuple(texts_of(self.scheme))

    @cached_property
    def trees(self) -> Mapping[Spot, Parsed | ConditionProblem]:
        """Each text parsed and typed, or what is wrong with it."""
        return {text.spot: parsed(text, self.scheme, self.vocabulary) for text in self.texts}

    def of_rule(self, key: str) -> Iterator[tuple[Text, Parsed]]:
        """The well-formed texts of one rule."""
        for text in self.texts:
            tree = self.trees[text.spot]
            if text.rule == key and not isinstance(tree, ConditionProblem):
                yield text, tree

    def attribute(self, name: str, kinds: tuple[str, ...]) -> Attribute | None:
        """The attribute or state of that name which every one of the kinds has."""
        if name in self.vocabulary.states:
            return self.vocabulary.states[name]
        if all(name in self.vocabulary.kinds[kind].attributes for kind in kinds if kind in self.vocabulary.kinds):
            return self.vocabulary.attributes.get(name)
        return None

    def found(self, code: str, *spots: Spot, **values: object) -> Diagnostic:
        """A problem at these spots."""
        return problem(code, *(self.place(spot) for spot in spots), **values)
