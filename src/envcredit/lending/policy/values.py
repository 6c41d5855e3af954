"""A value of a fact as policies and cases write it."""

from __future__ import annotations

from envcredit.scheme.conditions.literals import read_day, unknown_code
from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.tree import Name, Scalar
from envcredit.scheme.conditions.typing import bound


def value_written(text: str, name: Name, names: Names) -> Scalar:
    """The value of a fact: text as it stands, a code of its list, else as in conditions (``CNY 20_000``, ``90%``, ``yes``).

    Raises ``ConditionProblem`` when the text is no value of the fact's type.
    """
    type_ = name.type
    if type_.name == "text":
        return text
    if type_.name == "code":
        codes = names.vocabulary.codes(type_.list)
        if text not in codes:
            raise unknown_code(text, type_, 1, codes)
        return text
    return read_day(text, 1) if type_.name == "day" else bound(text, type_)
