"""The facts of a loan that a policy may ask for: names and types from ``data/policies/facts.yaml``, and the arrow columns
that carry them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import pyarrow as pa

from envcredit.base.own_yaml import own_yaml
from envcredit.base.vocabulary import Attribute, Vocabulary, Words, vocabulary_from
from envcredit.lending.policy.model import Policy
from envcredit.scheme.conditions.names import Names, names_of_facts
from envcredit.scheme.conditions.tree import Scalar

KIND = "loan"
GRADE = "grade"
IN_FORCE = "in_force"
WITHOUT_GRADE = frozenset({"unrated", "refused", "not_matched"})
"""States in which there is no grade, so that nothing that goes by the grade can be known."""
OF_GRADE = frozenset(
    {"grade", "grade_rank", "trend", "notches", "grade_from", "grade_until", "grade_age_days", "score", "veto", "completeness"}
)
"""Facts that come with a result and are unknown without one."""
Row = Mapping[str, Scalar | None]

_ARROW: Mapping[str, pa.DataType] = {
    "day": pa.date32(),
    "text": pa.string(),
    "code": pa.string(),
    "yes_no": pa.bool_(),
    "integer": pa.int64(),
    "amount": pa.int64(),
    "share": pa.int64(),
    "number": pa.int64(),
}


@cache
def loan_vocabulary() -> Vocabulary:
    """The facts without the grades of any scheme. A type that no column carries raises ``KeyError``."""
    vocabulary = vocabulary_from(own_yaml(files("envcredit.data").joinpath("policies", "facts.yaml").read_text("utf-8")))
    for attribute in vocabulary.attributes.values():
        _ARROW[attribute.type]
    return vocabulary


def vocabulary_of(policy: Policy) -> Vocabulary:
    """The facts with the grades that the policy lists."""
    grades: dict[str, Words] = {grade.key: {"zh": grade.words.zh, "en": grade.words.en} for grade in policy.grades}
    plain = loan_vocabulary()
    return replace(plain, lists=MappingProxyType({**plain.lists, GRADE: MappingProxyType(grades)}))


def names_of(policy: Policy) -> Names:
    """What the conditions of a policy may name."""
    vocabulary = vocabulary_of(policy)
    return Names(
        names_of_facts(vocabulary, (KIND,)),
        vocabulary,
        kinds=(KIND,),
        never_unknown=frozenset(vocabulary.kinds[KIND].required),
    )


def column_type(attribute: Attribute) -> pa.DataType:
    """The arrow type of the column that carries a fact."""
    return _ARROW[attribute.type]


def facts_schema() -> pa.Schema:
    """Every column that a policy can look at: name and type. A table for :func:`decide` needs those that its rules ask for."""
    return pa.schema([(name, column_type(attribute)) for name, attribute in loan_vocabulary().attributes.items()])


def with_derived(row: Row, policy: Policy) -> dict[str, Scalar | None]:
    """A loan with what follows from other facts: the rank of its grade, the first level of its catalogue code, its section.

    A fact that is given is never changed.
    """
    found = dict(row)
    for name, (of, derive) in DERIVED.items():
        if found.get(name) is None and (value := found.get(of)) is not None:
            found[name] = derive(str(value), policy)
    return found


def _rank(grade: str, policy: Policy) -> Scalar | None:
    return next((at for at, one in enumerate(policy.grades, 1) if one.key == grade), None)


def _chapter(code: str, _: Policy) -> Scalar | None:
    return code.partition(".")[0] or None


def _section(industry: str, _: Policy) -> Scalar | None:
    return industry[0] if industry[:1].isascii() and industry[:1].isupper() else None


DERIVED: Mapping[str, tuple[str, Callable[[str, Policy], Scalar | None]]] = {
    "grade_rank": ("grade", _rank),
    "catalogue_chapter": ("catalogue_code", _chapter),
    "industry_section": ("industry", _section),
}
"""Facts that follow from the text of another one: which one, and how."""
