"""What a record can say: code lists, attributes, record kinds, states and the columns of a unit, from ``data/vocabulary.yaml``.

One attribute has one name and one type everywhere. Records are read by it and conditions are typed by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args

from envcredit.base.amounts import MONEY_PLACES, NUMBER_PLACES, SHARE_PLACES
from envcredit.base.labels import LANGUAGES, Language
from envcredit.base.own_yaml import own_yaml

T = TypeVar("T")
Words = Mapping[Language, str]
AttributeType = Literal["day", "text", "code", "codes", "yes_no", "integer", "amount", "share", "number"]
ATTRIBUTE_TYPES: tuple[AttributeType, ...] = get_args(AttributeType)
NUMERIC_TYPES: tuple[AttributeType, ...] = ("integer", "amount", "share", "number")

_PLACES: Mapping[str, int] = {"integer": 0, "amount": MONEY_PLACES, "share": SHARE_PLACES, "number": NUMBER_PLACES}


def scale(type_name: str) -> int:
    """Decimal places that a scaled integer of this type stands for. Raises ``KeyError`` for a type that is no quantity."""
    return _PLACES[type_name]


_ATTRIBUTE_KEYS = {"type", "list", "ordered", "unit", "from", *LANGUAGES}
_KIND_KEYS = {"date", "identity", "required", "attributes", "amends", "derived", *LANGUAGES}
_CODE_KEYS = {"also", *LANGUAGES}


@dataclass(frozen=True, slots=True)
class Attribute:
    """A named value of a record, of a unit, or (``made_by`` names the amending kind) a state of a fact.

    ``list`` names the code list of a ``code`` or ``codes``; ``ordered`` lets its codes be compared by their order in the list.
    """

    name: str
    type: AttributeType
    words: Words
    list: str = ""
    ordered: bool = False
    unit: str = ""
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. ``date``: the day the statement is about; ``identity``: what makes two statements the same one
    (besides kind and unit); ``amends``: kinds whose documents it refers to; ``derived``: made by a run, never imported."""

    name: str
    words: Words
    date: str
    identity: tuple[str, ...]
    required: tuple[str, ...]
    attributes: tuple[str, ...]
    amends: tuple[str, ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The whole of it. Every mapping keeps the order of the file; a list maps its codes to their words.

    ``also`` holds, for each list, further official names and the code that each of them means (环境诚信企业 → trustworthy).
    """

    edition: str
    lists: Mapping[str, Mapping[str, Words]]
    also: Mapping[str, Mapping[str, str]]
    attributes: Mapping[str, Attribute]
    kinds: Mapping[str, Kind]
    states: Mapping[str, Attribute]
    unit: Mapping[str, Attribute]

    def codes(self, list_name: str) -> tuple[str, ...]:
        """The codes of a list in their order."""
        return tuple(self.lists[list_name])

    def rank(self, list_name: str, code: str) -> int:
        """Place of a code in its list, from 0. Raises ``ValueError`` for a code that is not in it."""
        return self.codes(list_name).index(code)


@cache
def read_vocabulary() -> Vocabulary:
    """The vocabulary that ships with this version. Raises ``ValueError`` if the file contradicts itself."""
    text = files("envcredit.data").joinpath("vocabulary.yaml").read_text("utf-8")
    return vocabulary_from(own_yaml(text))


def vocabulary_from(rows: Mapping[str, Any]) -> Vocabulary:
    """A vocabulary from its plain form. Raises ``ValueError`` that names everything wrong with it, one line each."""
    strays = list(_strays(rows))
    if strays:
        raise ValueError("vocabulary:\n" + "\n".join(strays))
    found = Vocabulary(
        edition=str(rows["edition"]),
        lists=_frozen(rows["lists"], lambda _, codes: _frozen(codes, lambda _, row: _words(row))),
        also=_frozen(rows["lists"], lambda _, codes: MappingProxyType(dict(_further_names(codes)))),
        attributes=_frozen(rows["attributes"], _attribute),
        kinds=_frozen(rows["kinds"], _kind),
        states=_frozen(rows["states"], _attribute),
        unit=_frozen(rows["unit"], _attribute),
    )
    problems = list(contradictions(found))
    if problems:
        raise ValueError("vocabulary:\n" + "\n".join(problems))
    return found


def _strays(rows: Mapping[str, Any]) -> Iterator[str]:
    """Keys that mean nothing: mostly a label with a comma that was not quoted."""
    parts = {"attributes": _ATTRIBUTE_KEYS, "states": _ATTRIBUTE_KEYS, "unit": _ATTRIBUTE_KEYS, "kinds": _KIND_KEYS}
    for part, usable in parts.items():
        yield from (f"{part}.{name}: unknown key {key!r}" for name, row in rows[part].items() for key in row.keys() - usable)
    for name, codes in rows["lists"].items():
        yield from (f"lists.{name}.{code}: unknown key {k!r}" for code, row in codes.items() for k in row.keys() - _CODE_KEYS)
        yield from (f"lists.{name}: {text}" for text in _names_twice(codes))


def _names_twice(codes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Further names that are also a name of another code of the list: nobody could tell which one is meant."""
    owners: dict[str, set[str]] = {}
    for code, row in codes.items():
        for name in (code, *(str(row.get(language)) for language in LANGUAGES), *row.get("also", ())):
            owners.setdefault(name, set()).add(code)
    for name in dict.fromkeys(name for name, _ in _further_names(codes)):
        if len(owners[name]) > 1:
            yield f"{name!r} names more than one code: {', '.join(sorted(owners[name]))}"


def _further_names(codes: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    return ((name, code) for code, row in codes.items() for name in row.get("also", ()))


def contradictions(vocabulary: Vocabulary) -> Iterator[str]:
    """Whatever in a vocabulary does not fit together, one sentence each."""
    for place in ("attributes", "states", "unit"):
        for attribute in getattr(vocabulary, place).values():
            yield from (f"{place}.{attribute.name}: {text}" for text in _faults_of_attribute(vocabulary, attribute))
    for kind in vocabulary.kinds.values():
        yield from (f"kinds.{kind.name}: {text}" for text in _faults_of_kind(vocabulary, kind))
    for name, codes in vocabulary.lists.items():
        yield from (f"lists.{name}.{code}: a code may not hold '|'" for code in codes if "|" in code)
    for name in vocabulary.states.keys() & vocabulary.attributes.keys():
        yield f"states.{name}: is also an attribute"
    for language in LANGUAGES:
        yield from _terms_twice(vocabulary, language)


def _terms_twice(vocabulary: Vocabulary, language: Language) -> Iterator[str]:
    """Two attributes with one term: a column headed by it could be either."""
    first: dict[str, str] = {}
    for name, attribute in vocabulary.attributes.items():
        term = attribute.words[language]
        if term in first:
            yield f"attributes.{name}: its term {term!r} is that of {first[term]!r}"
        first.setdefault(term, name)


def _faults_of_attribute(vocabulary: Vocabulary, attribute: Attribute) -> Iterator[str]:
    coded = attribute.type in ("code", "codes")
    if attribute.type not in ATTRIBUTE_TYPES:
        yield f"type {attribute.type!r} is none of {', '.join(ATTRIBUTE_TYPES)}"
    if coded and attribute.list not in vocabulary.lists:
        yield f"list {attribute.list!r} does not exist"
    if not coded and attribute.list:
        yield f"a {attribute.type} has no list"
    if attribute.ordered and attribute.type != "code":
        yield "only a code can be ordered"
    if attribute.made_by and attribute.made_by not in vocabulary.kinds:
        yield f"record kind {attribute.made_by!r} does not exist"


def _faults_of_kind(vocabulary: Vocabulary, kind: Kind) -> Iterator[str]:
    for name in kind.attributes:
        if name not in vocabulary.attributes:
            yield f"attribute {name!r} does not exist"
    for name in dict.fromkeys((kind.date, *kind.identity, *kind.required)):
        if name not in kind.attributes:
            yield f"{name!r} is not among its attributes"
    if len(set(kind.attributes)) < len(kind.attributes):
        yield "an attribute stands twice"
    if kind.date in vocabulary.attributes and vocabulary.attributes[kind.date].type != "day":
        yield f"its date {kind.date!r} is not a day"
    if kind.date not in kind.required:
        yield f"its date {kind.date!r} is not required"
    for other in kind.amends:
        if other not in vocabulary.kinds:
            yield f"it amends {other!r}, which does not exist"


def _attribute(name: str, row: Mapping[str, Any]) -> Attribute:
    return Attribute(
        name,
        row["type"],
        _words(row),
        list=row.get("list", ""),
        ordered=row.get("ordered", False),
        unit=row.get("unit", ""),
        made_by=row.get("from", ""),
    )


def _kind(name: str, row: Mapping[str, Any]) -> Kind:
    return Kind(
        name,
        _words(row),
        date=row["date"],
        identity=tuple(row["identity"]),
        required=tuple(row["required"]),
        attributes=tuple(row["attributes"]),
        amends=tuple(row.get("amends", ())),
        derived=row.get("derived", False),
    )


def _words(row: Mapping[str, Any]) -> Words:
    return MappingProxyType({language: str(row[language]) for language in LANGUAGES})


def _frozen(rows: Mapping[str, Any], make: Callable[[str, Any], T]) -> Mapping[str, T]:
    return MappingProxyType({str(name): make(str(name), row) for name, row in rows.items()})
