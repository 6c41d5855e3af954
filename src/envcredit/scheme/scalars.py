"""The scalars that a scheme is made of, read from text, and the base of its parts.

Every scalar arrives from YAML as text, so that no number passes through a binary float. Field metadata says which of
the two digests a field enters: the rule digest (it can change a number) or the text digest (labels, prose, sources).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from envcredit.base.amounts import exact
from envcredit.base.days import Term, term
from envcredit.scheme.conditions.tree import LONGEST_TERM


@dataclass(frozen=True, slots=True)
class InDigest:
    """Which digest a field enters: ``rule`` when it can change a number or a grade, else ``text``."""

    name: Literal["rule", "text"]


RULE = InDigest("rule")
TEXT = InDigest("text")

Number = Annotated[
    Decimal,
    BeforeValidator(lambda v: exact(v) if isinstance(v, str) else v),
    PlainSerializer(lambda v: f"{v.normalize():f}", return_type=str),
]
Length = Annotated[
    Term, BeforeValidator(lambda v: v if isinstance(v, Term) else _length(str(v))), PlainSerializer(str, return_type=str)
]
Day = Annotated[date, BeforeValidator(lambda v: _day(v) if isinstance(v, str) else v)]
Percent = Annotated[
    Decimal,
    BeforeValidator(lambda v: _share(v) if isinstance(v, str) else v),
    PlainSerializer(lambda v: f"{v.normalize():f}", return_type=str),
]
Key = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Path = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_.-]*)+$")]
Basis = Literal["official", "reported", "inferred", "model"]
Better = Literal["higher", "lower"]
Keep = Literal["highest", "earliest", "latest"]
Missing = Annotated[str, Field(pattern=r"^(refuse|skip|assume .+)$")]


def _day(text: str) -> date:
    if len(text) != 10:
        raise ValueError(f"not a day such as 2025-01-31: {text!r}")
    return date.fromisoformat(text)


def _length(text: str) -> Term:
    length = term(text)
    if length.count > LONGEST_TERM[length.unit]:
        raise ValueError(f"not a term of a hundred years or less: {text!r}")
    return length


def range_of(value: Any) -> Any:
    """``80 to 100`` as its two ends; anything else as it is."""
    ends = tuple(part.strip() for part in value.split(" to ")) if isinstance(value, str) else ()
    if isinstance(value, list) or len(ends) > 2:
        raise ValueError(f"not a decimal number or a range such as '80 to 100': {value!r}")
    return ends if len(ends) == 2 else value


def _share(text: str) -> Decimal:
    if not text.endswith("%"):
        raise ValueError(f"not a percentage such as '15%': {text!r}")
    return exact(text[:-1]) / 100


class Part(BaseModel):
    """Base of all parts of a scheme: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)


class Words(Part):
    """A label or sentence in both languages."""

    zh: Annotated[str, TEXT]
    en: Annotated[str, TEXT]
