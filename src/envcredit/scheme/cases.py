"""What a case of a scheme is: a small story with typed records in, and points, score and grade expected out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from envcredit.base.diagnostics import Place
from envcredit.scheme.conditions.tree import Scalar

Values: TypeAlias = Mapping[str, Scalar]
"""Attribute → scaled integer, day, yes or no, code, ``|``-codes or text. What is not given is unknown and not in it."""


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One record of a story. ``id`` is its name inside the case (``r1``, ``r2``, … when not given); ``about`` and ``replaces``
    name another record of the case; ``member`` is the number of the park's member it belongs to, 0 for the unit itself."""

    id: str
    kind: str
    values: Values
    place: Place
    about: str = ""
    replaces: str = ""
    recorded_at: str = ""
    member: int = 0


@dataclass(frozen=True, slots=True)
class ExpectedPoint:
    """A row of the point table. ``None`` is a column that the case does not look at; ``counted`` and ``raw`` are in steps."""

    rule: str
    place: Place
    record: str | None = None
    counted: int | None = None
    raw: int | None = None
    last_day: date | None = None
    why_less: str | None = None
    grade: str | None = None
    steps: int | None = None
    part: str | None = None
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedIgnored:
    """A row that must be in the ignored table; ``rule`` is empty when no rule wanted the record."""

    rule: str
    place: Place
    record: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out. ``points`` is the whole list (``None``: not looked at); ``derived`` maps a value to its scaled
    integer, ``None`` for unknown; ``score`` is in steps."""

    points: tuple[ExpectedPoint, ...] | None = None
    ignored: tuple[ExpectedIgnored, ...] = ()
    derived: Mapping[str, int | None] = field(default_factory=dict)
    score: int | None = None
    grade: str | None = None
    status: Literal["rated", "refused", "not_rated"] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One story. ``of`` are the rules it exercises; ``unit`` holds columns of the unit, ``members`` results of a park's
    members, ``history`` earlier ratings; ``known_at`` is an instant or empty; ``source`` is the
    document of the scheme that publishes this example, empty for one of our own."""

    name: str
    of: tuple[str, ...]
    as_of: date
    place: Place
    expect: Expectation
    known_at: str = ""
    source: str = ""
    unit: Values = field(default_factory=dict)
    members: tuple[Values, ...] = ()
    history: tuple[Values, ...] = ()
    records: tuple[CaseRecord, ...] = ()
