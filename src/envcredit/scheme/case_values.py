"""Values of cases in their types: attributes of records, columns of units, derived values, points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.vocabulary import Attribute, Vocabulary, read_vocabulary
from envcredit.scheme.cases import Values
from envcredit.scheme.conditions.literals import read_day
from envcredit.scheme.conditions.names import type_of_attribute
from envcredit.scheme.conditions.problems import ConditionProblem, DidYouMean, WordOf, nearest
from envcredit.scheme.conditions.tree import Scalar, Type
from envcredit.scheme.conditions.typing import bound, points_type, value_types
from envcredit.scheme.model import Scheme
from envcredit.scheme.yaml_tree import Places, Spot

Written = str | tuple[str, ...]


@dataclass
class Told:
    """The problems of one case, with the places of its file."""

    places: Places
    problems: list[Diagnostic] = field(default_factory=list)

    def add(self, code: str, spot: Spot, **values: object) -> None:
        """One more problem at a value."""
        self.problems.append(problem(code, self.places(spot), **values))

    def add_problem(self, found: ConditionProblem, spot: Spot) -> None:
        """A value that its type does not take."""
        self.problems.append(problem(found.code, self.places.inside(spot, found.column), **found.values))

    def place(self, spot: Spot) -> Place:
        """Where something stands."""
        return self.places(spot)


@dataclass(frozen=True)
class CaseTypes:
    """The types that the values of a scheme's cases have."""

    scheme: Scheme
    vocabulary: Vocabulary

    @cached_property
    def _derived(self) -> Mapping[str, Type]:
        return value_types(self.scheme, self.vocabulary)

    def values_of_unit(self, row: Mapping[str, str], spot: Spot, told: Told) -> Values:
        """Columns of the unit."""
        return _values(row, self.vocabulary.unit, "unit", spot, told)

    def values_of_kind(self, kind: str, row: Mapping[str, Written], spot: Spot, told: Told) -> Values:
        """Attributes of a record kind."""
        attributes = {name: self.vocabulary.attributes[name] for name in self.vocabulary.kinds[kind].attributes}
        return _values(row, attributes, kind, spot, told)

    def check_kind(self, kind: str, spot: Spot, told: Told) -> bool:
        """Whether a record may be of this kind."""
        usable = [name for name, known in self.vocabulary.kinds.items() if not known.derived]
        if kind not in usable:
            near = DidYouMean(nearest(kind, usable))
            told.add("S062", (*spot, "kind"), found=kind, near=near, usable=", ".join(usable))
        return kind in usable

    def check_required(self, kind: str, values: Values, about: bool, spot: Spot, told: Told) -> None:
        """A record says everything that its kind cannot do without; ``about`` stands for the document concerned."""
        for name in self.vocabulary.kinds[kind].required:
            if name not in values and not (about and name.startswith("about_")):
                told.add("S166", spot, kind=kind, name=name)

    def check_rule(self, rule: str, spot: Spot, told: Told) -> None:
        """The scheme has such a rule."""
        if rule not in self.scheme.rules:
            told.add("S161", spot, found=rule, near=DidYouMean(nearest(rule, self.scheme.rules)))

    def check_grade(self, grade: str, spot: Spot, told: Told) -> None:
        """The scheme has such a grade."""
        grades = [one.key for one in self.scheme.grades]
        if grade not in grades:
            told.add("S162", spot, found=grade, usable=", ".join(grades))

    def derived(self, key: str, text: str, spot: Spot, told: Told) -> int | None:
        """An expected value; ``unknown`` when none is expected."""
        if key not in self._derived:
            told.add("S161", spot, found=key, near=DidYouMean(nearest(key, self._derived)))
            return None
        return None if text == "unknown" else _whole(text, self._derived[key], spot, told)

    def points(self, text: str | None, spot: Spot, told: Told) -> int | None:
        """Points in steps of the scheme."""
        return None if text is None else _whole(text, points_type(self.scheme), spot, told)


def _whole(text: str, type_: Type, spot: Spot, told: Told) -> int | None:
    try:
        value = bound(text, type_)
    except ConditionProblem as found:
        told.add_problem(found, spot)
        return None
    return value if isinstance(value, int) else None


def _values(row: Mapping[str, Written], attributes: Mapping[str, Attribute], of: str, spot: Spot, told: Told) -> Values:
    values: dict[str, Scalar] = {}
    for name, written in row.items():
        here: Spot = (*spot, name)
        attribute = attributes.get(name)
        if attribute is None:
            near = DidYouMean(nearest(name, attributes))
            told.problems.append(
                problem("S163", told.places.key(here), kind=of, found=name, near=near, usable=", ".join(attributes))
            )
            continue
        try:
            values[name] = typed_value(written, type_of_attribute(attribute))
        except ConditionProblem as found:
            told.add_problem(found, here)
    return values


def typed_value(written: Written, type_: Type) -> Scalar:
    """A value as a case writes it: text as it stands, several codes as a list, everything else as in conditions.

    Raises ``ConditionProblem``.
    """
    if type_.name == "codes":
        options = (written,) if isinstance(written, str) else written
        return _joined((str(bound(one, type_)).strip("|") for one in options), type_)
    if not isinstance(written, str):
        raise ConditionProblem("S168", 1, {"type": WordOf(f"condition.type.{type_.name}")})
    if type_.name == "text":
        return written
    return read_day(written, 1) if type_.name == "day" else bound(written, type_)


def _joined(codes: Iterable[str], type_: Type) -> str:
    ordered = sorted(set(codes), key=lambda code: read_vocabulary().rank(type_.list, code))
    return "|" + "|".join(ordered) + "|"
