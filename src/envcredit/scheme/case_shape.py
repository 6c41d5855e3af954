"""The shape of ``cases/*.yaml`` as written, before its values are typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from envcredit.scheme.scalars import Day, Key, Part

Instant = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
IgnoredReason = Literal[
    "not_yet",
    "lapsed",
    "outside_period",
    "unknown_value",
    "same_act",
    "revoked",
    "suspended",
    "repaired",
    "ended",
    "relieved",
    "no_rule",
]


class WrittenPoint(Part):
    """A row under ``expect.points``."""

    rule: Key
    record: str | None = None
    counted: str | None = None
    raw: str | None = None
    last_day: Day | None = None
    why_less: str | None = None
    grade: str | None = None
    steps: int | None = None
    part: str | None = None
    clause: str | None = None


class WrittenIgnored(Part):
    """A row under ``expect.ignored``."""

    rule: str = ""
    record: str | None = None
    reason: IgnoredReason | None = None


class WrittenExpectation(Part):
    """What stands under ``expect``."""

    points: tuple[WrittenPoint, ...] | None = None
    ignored: tuple[WrittenIgnored, ...] = ()
    derived: Mapping[str, str] = Field(default_factory=dict)
    score: str | None = None
    grade: str | None = None
    status: Literal["rated", "refused", "not_rated"] | None = None


class WrittenCase(Part):
    """One case. Records keep their keys as written; the vocabulary says which there are."""

    case: str
    of: tuple[Key, ...]
    source: Key | None = None
    as_of: Day
    known_at: Instant | None = None
    unit: Mapping[str, str] = Field(default_factory=dict)
    members: tuple[Mapping[str, str], ...] = ()
    history: tuple[Mapping[str, str], ...] = ()
    records: tuple[Mapping[str, str | tuple[str, ...]], ...] = ()
    expect: WrittenExpectation
