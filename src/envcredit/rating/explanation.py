"""What is to be said about one unit of a run: every number with its clause and its record, and how it will change.

Plain values in both languages at once; :mod:`envcredit.rating.explain_text` turns them into prose, tables and JSON. All
points are whole steps of the scheme's score (``Arithmetic.step``), signed so that start plus points is the score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from envcredit.base.labels import Language
from envcredit.scheme.scalars import Basis, Better

Both = Mapping[Language, str]
Status = Literal["rated", "refused", "not_rated"]
StepName = Literal["by_score", "worst_of", "floor", "shift", "ceiling", "veto", "refusal"]
Action = Literal["rectify", "repair"]


@dataclass(frozen=True, slots=True)
class Provision:
    """A clause as it is cited: the document's title and number, the article, its words, and on what authority we know them."""

    key: str
    title: Both
    number: str
    article: str
    words: Both
    basis: Basis


@dataclass(frozen=True, slots=True)
class Detail:
    """One attribute of a record with its value, ready to be read."""

    name: str
    label: Both
    value: Both


@dataclass(frozen=True, slots=True)
class RecordNote:
    """A record as it is cited: kind, document number, authority, the day it is about, and what it states.

    ``by_member`` is the member unit that a park's fact came from; ``file`` and ``line`` say where the statement stood.
    """

    record_id: str
    kind: str
    words: Both
    number: str = ""
    authority: str = ""
    day: date | None = None
    details: tuple[Detail, ...] = ()
    by_member: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class PointNote:
    """One row of the point stage. ``record`` is none for a value; ``last_day`` is none when it counts without end.

    ``grade`` belongs to a veto, a limit or a worst-of row; ``steps`` to a shift (more is worse).
    """

    rule: str
    words: Both
    effect: str
    clause: Provision
    record: RecordNote | None = None
    duty: Both | None = None
    band: Both | None = None
    raw: int = 0
    counted: int = 0
    why_less: str = ""
    grade: str = ""
    steps: int = 0
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class IgnoredNote:
    """One fact that a rule looked at and did not count, with the reason code of the ignored stage."""

    rule: str
    words: Both | None
    record: RecordNote
    reason: str
    clause: Provision | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StepNote:
    """One step from the score to the final grade. ``to`` is the grade it led to."""

    step: StepName
    to: str
    rule: str = ""
    words: Both | None = None
    clause: Provision | None = None
    record: RecordNote | None = None


@dataclass(frozen=True, slots=True)
class ItemNote:
    """One rule for this unit: points before and after its cap, and for a weighted indicator its weight in millionths."""

    rule: str
    words: Both
    part: Both | None
    raw: int
    counted: int
    cap: int | None = None
    weight: int | None = None
    facts: int = 0


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``start`` + ``change`` = score before ``clamped`` (``floor``, ``ceiling`` or nothing); none when not scored."""

    step: Decimal
    better: Better
    start: int
    change: int
    score: int | None
    clamped: str = ""
    weighted: bool = False


@dataclass(frozen=True, slots=True)
class Lapse:
    """What changes by itself: the last day some points count, and score and grade on the day after."""

    day: date
    points: tuple[PointNote, ...]
    score: int | None
    grade: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What an action of the unit would change: the earliest day it takes effect, score and grade on that day."""

    record: RecordNote
    action: Action
    earliest: date
    score: int | None
    grade: str
    clause: Provision | None = None


@dataclass(frozen=True, slots=True)
class GradeNote:
    """A grade of the scheme: key, official words, colour, rank (1 is best)."""

    key: str
    words: Both
    rank: int
    colour: str = ""
    meaning: Both | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one unit in one run.

    ``incomplete``: the note that a result carries whose scheme is not complete. ``reason``: why there is no grade when the unit
    was refused or not rated. ``scheme_open``: that is so because of what the scheme lacks, and no further value would help.
    """

    unit_id: str
    unit_name: str
    scheme: str
    title: Both
    authority: Both
    incomplete: Both | None
    as_of: date
    known_at: str
    status: Status
    period: tuple[date, date] | None
    grades: tuple[GradeNote, ...]
    grade: str = ""
    previous: str = ""
    reason: Both | None = None
    scheme_open: bool = False
    arithmetic: Arithmetic | None = None
    steps: tuple[StepNote, ...] = ()
    items: tuple[ItemNote, ...] = ()
    points: tuple[PointNote, ...] = ()
    ignored: tuple[IgnoredNote, ...] = ()
    lapses: tuple[Lapse, ...] = ()
    what_ifs: tuple[WhatIf, ...] = ()

    def grade_note(self, key: str) -> GradeNote | None:
        """The grade with that key, or none."""
        return next((g for g in self.grades if g.key == key), None)
