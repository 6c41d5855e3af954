"""What can be wrong with a condition, as an exception that the reader of a scheme turns into diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from rapidfuzz import process

from envcredit.base.labels import Language, word


@dataclass(frozen=True, slots=True)
class WordOf:
    """A label that reads in the language of its message: texts of diagnostics write ``{expected:zh}`` or ``{expected:en}``."""

    key: str

    def __format__(self, language: str) -> str:
        return word(self.key, cast("Language", language))


@dataclass(frozen=True, slots=True)
class DidYouMean:
    """“Did you mean …?” in the language of its message; nothing when no word is near."""

    near: str

    def __format__(self, language: str) -> str:
        return word("condition.did_you_mean", cast("Language", language), near=self.near) if self.near else ""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """What may stand at a place of a text: signs and words of the language as they are, kinds of thing in the reader's words."""

    signs: tuple[str | WordOf, ...]

    def __format__(self, language: str) -> str:
        return " | ".join(sorted(format(sign, language if isinstance(sign, WordOf) else "") for sign in self.signs))


class ConditionProblem(Exception):
    """One problem at a column (from 1) of the text, with the values of its diagnostic; ``more`` holds further ones."""

    def __init__(self, code: str, column: int, values: Mapping[str, object], more: Iterable[ConditionProblem] = ()) -> None:
        self.code = code
        self.column = column
        self.values = dict(values)
        self.more: tuple[ConditionProblem, ...] = tuple(more)
        super().__init__(f"{code} at column {column}: {self.values}")

    @property
    def all(self) -> tuple[ConditionProblem, ...]:
        """This one and the others found in the same text, in order."""
        return (self, *self.more)


def raise_all(problems: Iterable[ConditionProblem]) -> None:
    """Raise the problems as one, if there are any."""
    flat = sorted((one for problem in problems for one in problem.all), key=lambda p: p.column)
    if flat:
        first, *rest = flat
        raise ConditionProblem(first.code, first.column, first.values, rest)


def nearest(written: str, choices: Iterable[str]) -> str:
    """The choice that a slip of the pen may have meant, or ``''`` when none is near."""
    found = process.extractOne(written, sorted(choices), score_cutoff=60)
    return str(found[0]) if found else ""
