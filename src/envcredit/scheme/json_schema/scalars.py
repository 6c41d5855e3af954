"""Scalars as editors see them: they read numbers and days where our reader reads text, so both are taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from pydantic.fields import FieldInfo

from envcredit.base.days import Term
from envcredit.base.vocabulary import Vocabulary, Words
from envcredit.scheme.scalars import Percent

Node = dict[str, Any]
"""A JSON Schema or a part of one."""

NUMBER: Node = {"type": ["number", "string"], "pattern": r"^-?[0-9][0-9_,]*(\.[0-9]+)?$"}
RANGE: Node = {"type": ["number", "string"], "pattern": r"^-?[0-9][0-9_,.]*( to -?[0-9][0-9_,.]*)?$"}
PERCENT: Node = {"type": "string", "pattern": r"^[0-9][0-9_.]*%$"}
TERM: Node = {"type": "string", "pattern": r"^[0-9]+ (day|month|quarter|year)s?$"}
DAY: Node = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
YES_NO: Node = {"enum": [True, False, "yes", "no"]}
TEXT: Node = {"type": ["string", "number"]}
MONEY: Node = {"type": "string", "pattern": r"^[A-Z]{3} -?[0-9][0-9_,]*(\.[0-9]+)?$"}


def said(words: Words | Mapping[str, Any]) -> str:
    """A description in both languages."""
    return f"{words['zh']} / {words['en']}"


def choice(codes: Mapping[str, Words | Mapping[str, Any]]) -> Node:
    """One of some codes, each with its official term."""
    return {"enum": list(codes), "enumDescriptions": [said(words) for words in codes.values()]}


def one_or_more(item: Node) -> Node:
    """A value alone, or a list of such values."""
    return {"anyOf": [item, {"type": "array", "items": item}]}


def scalar(kind: object, metadata: Iterable[Any]) -> Node:
    """The schema of a scalar of the model. Raises ``TypeError`` for a type that no field of a scheme has."""
    marks = list(_flat(metadata))
    least = next((mark.ge for mark in marks if hasattr(mark, "ge")), None)
    limits: Node = {} if least is None else {"minimum": least}
    pattern = next((mark.pattern for mark in marks if getattr(mark, "pattern", None)), None)
    if kind is Decimal:
        return PERCENT if get_args(Percent)[1] in marks else NUMBER
    if kind is str:
        return {"type": "string", "pattern": pattern} if pattern else TEXT
    known: Sequence[tuple[object, Node]] = ((bool, YES_NO), (int, {"type": "integer", **limits}), (date, DAY), (Term, TERM))
    for type_, node in known:
        if kind is type_:
            return node
    raise TypeError(f"nothing of a scheme has this type: {kind!r}")


def _flat(metadata: Iterable[Any]) -> Iterable[Any]:
    for mark in metadata:
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)


def attribute(vocabulary: Vocabulary, type_: str, list_name: str) -> Node:
    """A value of an attribute or of a column of a unit, as a case writes it."""
    codes = choice(vocabulary.lists[list_name]) if list_name else TEXT
    simple = {"day": DAY, "text": TEXT, "yes_no": YES_NO, "amount": MONEY, "share": PERCENT, "integer": NUMBER, "number": NUMBER}
    return {**simple, "code": codes, "codes": one_or_more(codes)}[type_]
