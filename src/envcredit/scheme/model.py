"""What a rating scheme is: one frozen class a construct, filled by the reader, never by hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import BeforeValidator, Field

from envcredit.base.amounts import Rounding
from envcredit.base.days import MonthEnd, TermEnd
from envcredit.scheme.scalars import (
    RULE,
    TEXT,
    Basis,
    Better,
    Day,
    Keep,
    Key,
    Length,
    Missing,
    Number,
    Part,
    Path,
    Percent,
    Words,
    range_of,
)


class Source(Part):
    """A document that clauses stand in, and on what authority we know its text."""

    title: Annotated[Words, TEXT]
    number: Annotated[str | None, TEXT] = None
    issuer: Annotated[Words | None, TEXT] = None
    dated: Annotated[Day | None, TEXT] = None
    basis: Annotated[Basis, TEXT]
    link: Annotated[str | None, TEXT] = None
    note: Annotated[Words | None, TEXT] = None


class Clause(Part):
    """One provision. It may be cited only for days on which it is in force (``from`` and ``to``, both inclusive)."""

    source: Annotated[Key, TEXT]
    article: Annotated[str, TEXT]
    words: Annotated[Words, TEXT]
    basis: Annotated[Basis, TEXT]
    checked_on: Annotated[Day, TEXT]
    valid_from: Annotated[Day | None, RULE, Field(alias="from")] = None
    valid_to: Annotated[Day | None, RULE, Field(alias="to")] = None


class InForce(Part):
    """The days on which a scheme applies, both inclusive; without ``to`` it has not been ended."""

    first: Annotated[Day, RULE, Field(alias="from")]
    last: Annotated[Day | None, RULE, Field(alias="to")] = None


class Calendar(Part):
    """How terms are reckoned; see :mod:`envcredit.base.days`. Stated by every scheme, never inherited."""

    month_end: Annotated[MonthEnd, RULE]
    term_ends: Annotated[TermEnd, RULE]


class Period(Part):
    """The days that are rated together, ending on ``as_of``."""

    kind: Annotated[Literal["calendar_year", "anniversary_year", "rolling", "snapshot"], RULE]
    length: Annotated[Length | None, RULE] = None


class Score(Part):
    """Start value, bounds and direction. ``step`` is the unit of all points; ``weighted`` sums tiers by weight.

    A scheme that is not complete may leave ``start`` out where it is not established; then no unit gets a score.
    """

    start: Annotated[Number | None, RULE] = None
    better: Annotated[Better, RULE]
    step: Annotated[Number, RULE]
    floor: Annotated[Number | None, RULE] = None
    ceiling: Annotated[Number | None, RULE] = None
    weighted: Annotated[bool, RULE] = False
    rounding: Annotated[Rounding, RULE] = "half_up"


class Gap(Words):
    """Something that the scheme lacks, by name. ``count``: how many rows, clauses or indicators, where that is known."""

    count: Annotated[int | None, TEXT, Field(ge=1)] = None


class Grade(Part):
    """One grade. Grades are listed from best to worst; ``key`` is the word used in rules and results."""

    key: Annotated[Key, RULE, Field(alias="grade")]
    words: Annotated[Words, TEXT]
    colour: Annotated[str | None, TEXT, Field(pattern=r"^#[0-9a-f]{6}$")] = None
    meaning: Annotated[Words | None, TEXT] = None


class PartOfScheme(Part):
    """A first-level indicator that groups rules, with an optional cap on the points its rules take together."""

    words: Annotated[Words, TEXT]
    cap: Annotated[Number | None, RULE] = None


class TermTable(Part):
    """A term that depends on a code: ``{by: severity, table: {minor: 3 months, …}}``."""

    by: Annotated[Key, RULE]
    table: Annotated[Mapping[str, Length], RULE]


class Shortened(Part):
    """The term becomes shorter once something has happened: ``{once: repaired_on, to: 12 months}``."""

    once: Annotated[Key, RULE]
    to: Annotated[Length, RULE]


class Window(Part):
    """The days on which a fact counts: from a day, after an offset, for a term, or within the rated period.

    ``until`` names a day attribute that is itself the last day; ``before`` one that is the first day no longer counted.
    ``carry: while not rectified`` keeps the fact counting past its window until a rectification is recorded.
    """

    first: Annotated[Key, RULE, Field(alias="from")]
    after: Annotated[Length | None, RULE] = None
    lasts: Annotated[TermTable | Length | None, RULE, Field(alias="for")] = None
    until: Annotated[Key | None, RULE] = None
    before: Annotated[Key | None, RULE] = None
    within: Annotated[Literal["period"] | None, RULE] = None
    shortened: Annotated[Shortened | None, RULE] = None
    carry: Annotated[Literal["while not rectified"] | None, RULE] = None


class Band(Part):
    """One row of a band table. Give one end and the neighbour supplies the other, or give both."""

    at_least: Annotated[str | None, RULE, Field(alias="from")] = None
    above: Annotated[str | None, RULE] = None
    at_most: Annotated[str | None, RULE, Field(alias="to")] = None
    below: Annotated[str | None, RULE] = None
    points: Annotated[Number | None, RULE] = None
    grade: Annotated[Key | None, RULE] = None
    words: Annotated[Words | None, TEXT] = None


class PointsTable(Part):
    """Points that depend on a value: by ``bands``, by a code ``table``, or ``each`` (points times the value)."""

    by: Annotated[str, RULE]
    bands: Annotated[tuple[Band, ...], RULE] = ()
    table: Annotated[Mapping[str, Number] | None, RULE] = None
    each: Annotated[Number | None, RULE] = None


class Repeat(Part):
    """Escalation: from the n-th counted occurrence (within a term, if given) points are multiplied or increased."""

    since: Annotated[int, RULE, Field(alias="from", ge=2)]
    within: Annotated[Length | None, RULE] = None
    multiply: Annotated[int | None, RULE, Field(ge=2)] = None
    add: Annotated[Number | None, RULE] = None


class Cap(Part):
    """The most that a rule may take from (or give to) one unit, and which facts fill it first."""

    points: Annotated[Number, RULE]
    keep: Annotated[Keep, RULE] = "earliest"


class Rule(Part):
    """What all rules share. ``clause`` is the provision that the rule carries out."""

    kind: Annotated[str, RULE]
    clause: Annotated[str, RULE]
    words: Annotated[Words, TEXT]
    duty: Annotated[Words | None, TEXT] = None
    note: Annotated[Words | None, TEXT] = None

    STAGE: ClassVar[str]


class FactRule(Rule):
    """A rule that looks at facts of one or several record kinds."""

    kinds: Annotated[tuple[Key, ...], RULE, BeforeValidator(lambda v: (v,) if isinstance(v, str) else v), Field(alias="from")]
    of: Annotated[Literal["own", "members"], RULE] = "own"
    when: Annotated[str | None, RULE] = None
    unless: Annotated[str | None, RULE] = None
    counts: Annotated[Window, RULE]
    missing: Annotated[Mapping[str, Missing], RULE] = Field(default_factory=dict)
    repair: Annotated[Literal["applies", "none"], RULE] = "applies"


class PointRule(FactRule):
    """``deduct``, ``award`` and ``demerit``: each counted fact changes the score."""

    kind: Annotated[Literal["deduct", "award", "demerit"], RULE]
    part: Annotated[Key | None, RULE] = None
    points: Annotated[Number | PointsTable, RULE]
    per: Annotated[Key | None, RULE] = None
    keep: Annotated[Keep, RULE] = "highest"
    together: Annotated[Key | None, RULE] = None
    repeat: Annotated[Repeat | None, RULE] = None
    cap: Annotated[Cap | None, RULE] = None
    STAGE: ClassVar[str] = "point"


class Tier(Part):
    """One tier of a weighted indicator. Without ``when`` it is what remains. Two ``points`` are a range."""

    when: Annotated[str | None, RULE] = None
    points: Annotated[Number | tuple[Number, Number], RULE, BeforeValidator(range_of)]
    words: Annotated[Words | None, TEXT] = None


class TierRule(Rule):
    """A weighted indicator: the first tier whose condition holds, with a fixed value or one entered by an officer."""

    kind: Annotated[Literal["tier"], RULE]
    part: Annotated[Key | None, RULE] = None
    weight: Annotated[Percent, RULE]
    applies: Annotated[str | None, RULE] = None
    tiers: Annotated[tuple[Tier, ...], RULE]
    inside_tier: Annotated[Literal["officer", "highest", "lowest"], RULE] = "officer"
    missing: Annotated[Mapping[str, Missing], RULE] = Field(default_factory=dict)
    STAGE: ClassVar[str] = "point"


class MeasureRule(Rule):
    """Points once per unit from a band table over one value, or over a ratio ``a / b`` of two values."""

    kind: Annotated[Literal["measure"], RULE]
    part: Annotated[Key | None, RULE] = None
    effect: Annotated[Literal["deduct", "award", "demerit"], RULE]
    when: Annotated[str | None, RULE] = None
    by: Annotated[str, RULE]
    bands: Annotated[tuple[Band, ...], RULE]
    missing: Annotated[Mapping[str, Missing], RULE] = Field(default_factory=dict)
    STAGE: ClassVar[str] = "point"


class DeriveRule(FactRule):
    """A named value per unit. ``none`` is its value when no fact counts (without it: unknown)."""

    kind: Annotated[Literal["derive"], RULE]
    value: Annotated[str, RULE]
    none: Annotated[str | None, RULE] = None
    STAGE: ClassVar[str] = "derived"


class GroupRule(Rule):
    """A named value of a park over its members: counts, shares, means. ``enough`` members must be rated, else unknown."""

    kind: Annotated[Literal["group"], RULE]
    when: Annotated[str | None, RULE] = None
    value: Annotated[str, RULE]
    enough: Annotated[int, RULE] = 1
    none: Annotated[str | None, RULE] = None
    STAGE: ClassVar[str] = "derived"


class GradeStepRule(Rule):
    """Shared by ``veto``, ``limit`` and ``shift``: on facts (``from`` and ``counts``) or on values alone (``when``)."""

    kinds: Annotated[
        tuple[Key, ...], RULE, BeforeValidator(lambda v: (v,) if isinstance(v, str) else v), Field(alias="from")
    ] = ()
    of: Annotated[Literal["own", "members"], RULE] = "own"
    when: Annotated[str | None, RULE] = None
    unless: Annotated[str | None, RULE] = None
    counts: Annotated[Window | None, RULE] = None
    missing: Annotated[Mapping[str, Missing], RULE] = Field(default_factory=dict)
    repair: Annotated[Literal["applies", "none"], RULE] = "applies"
    STAGE: ClassVar[str] = "grade"


class VetoRule(GradeStepRule):
    """Direct grade (一票否决). ``unless`` relieves it, and the relieved fact is shown as ignored."""

    kind: Annotated[Literal["veto"], RULE]
    grade: Annotated[Key, RULE]


class LimitRule(GradeStepRule):
    """A ceiling or a floor on the grade: a gate, or a bar for some years."""

    kind: Annotated[Literal["limit"], RULE]
    at_most: Annotated[Key | None, RULE] = None
    at_least: Annotated[Key | None, RULE] = None


class ShiftRule(GradeStepRule):
    """Moves the grade by steps; ``per_fact`` moves once for each counted fact, otherwise once in all."""

    kind: Annotated[Literal["shift"], RULE]
    down: Annotated[int | None, RULE, Field(ge=1)] = None
    up: Annotated[int | None, RULE, Field(ge=1)] = None
    per_fact: Annotated[bool, RULE] = False


class GradeRow(Part):
    """One row of a categorical scheme: the worst row that holds decides; the row without ``from`` and ``when`` remains."""

    grade: Annotated[Key, RULE]
    clause: Annotated[str | None, RULE] = None
    kinds: Annotated[
        tuple[Key, ...], RULE, BeforeValidator(lambda v: (v,) if isinstance(v, str) else v), Field(alias="from")
    ] = ()
    when: Annotated[str | None, RULE] = None
    counts: Annotated[Window | None, RULE] = None
    missing: Annotated[Mapping[str, Missing], RULE] = Field(default_factory=dict)
    words: Annotated[Words | None, TEXT] = None


class GradeRule(Rule):
    """Bands over the score, or ``rows`` with the worst first (worst-of).

    In a scheme that is not complete a band may have no grade: which grade such a score leads to is not established.
    """

    kind: Annotated[Literal["grade"], RULE]
    by: Annotated[Literal["score", "worst_of"], RULE]
    bands: Annotated[tuple[Band, ...], RULE] = ()
    rows: Annotated[tuple[GradeRow, ...], RULE] = ()
    STAGE: ClassVar[str] = "grade"


class RepairRule(Rule):
    """When a record stops counting, or counts for less, for every rule on these kinds that does not say ``repair: none``.

    It works on the days on which its clause is in force. ``waiting``: a repair takes effect no earlier than this long after
    ``since``. ``ends_after``: the record stops counting by itself this long after ``since``. ``share`` is what still counts
    after the repair (0 % unless said).
    """

    kind: Annotated[Literal["repair"], RULE]
    of: Annotated[tuple[Key, ...], RULE, BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]
    when: Annotated[str | None, RULE] = None
    since: Annotated[Key, RULE]
    waiting: Annotated[Length | None, RULE] = None
    ends_after: Annotated[Length | None, RULE] = None
    share: Annotated[Percent, RULE] = Decimal(0)
    missing: Annotated[Mapping[str, Missing], RULE] = Field(default_factory=dict)
    STAGE: ClassVar[str] = "fact"


class NotRated(Part):
    """A reason for not rating a unit that is otherwise in scope."""

    when: Annotated[str, RULE]
    words: Annotated[Words, TEXT]


class RefusedGrade(Part):
    """What refusing to take part leads to."""

    when: Annotated[str, RULE]
    grade: Annotated[Key, RULE]


class ScopeRule(Rule):
    """Who is rated. ``rated`` must hold; the first ``not_rated`` that holds gives the reason; ``refused`` gives a grade."""

    kind: Annotated[Literal["scope"], RULE]
    rated: Annotated[str | None, RULE] = None
    not_rated: Annotated[tuple[NotRated, ...], RULE] = ()
    refused: Annotated[RefusedGrade | None, RULE] = None
    STAGE: ClassVar[str] = "score"


AnyRule = Annotated[
    PointRule
    | TierRule
    | MeasureRule
    | DeriveRule
    | GroupRule
    | VetoRule
    | LimitRule
    | ShiftRule
    | GradeRule
    | RepairRule
    | ScopeRule,
    Field(discriminator="kind"),
]


class Step(Part):
    """One step of the procedure with its deadline in working days, days or months, where there is one."""

    words: Annotated[Words, TEXT]
    clause: Annotated[str | None, TEXT] = None
    working_days: Annotated[int | None, TEXT] = None
    days: Annotated[int | None, TEXT] = None
    months: Annotated[int | None, TEXT] = None


class Consequence(Part):
    """What a grade leads to: words, or a table of a multiplier or a surcharge per grade."""

    clause: Annotated[str, TEXT]
    words: Annotated[Words, TEXT]
    grades: Annotated[tuple[Key, ...], TEXT] = ()
    share_of_base: Annotated[Mapping[str, Percent] | None, TEXT] = None
    surcharge: Annotated[Mapping[str, str] | None, TEXT] = None
    applies: Annotated[Words | None, TEXT] = None


class NotModelled(Part):
    """A clause left out, why, and who accepted that."""

    clause: Annotated[str, TEXT]
    words: Annotated[Words, TEXT]
    reason: Annotated[Literal["discretion", "not_established", "no_data", "outside_scope", "language"], TEXT]
    note: Annotated[Words | None, TEXT] = None
    accepted_by: Annotated[str, TEXT]


R = TypeVar("R", bound=Rule)


class Regulation(Part):
    """Dated rules that schemes refer to by ``uses``: one version of, say, the national measures for credit repair."""

    regulation: Annotated[Path, RULE]
    title: Annotated[Words, TEXT]
    authority: Annotated[Words, TEXT]
    summary: Annotated[Words, TEXT]
    in_force: Annotated[InForce, RULE]
    sources: Annotated[Mapping[Key, Source], TEXT]
    clauses: Annotated[Mapping[str, Clause], RULE]
    rules: Annotated[Mapping[Key, RepairRule], RULE]
    not_modelled: Annotated[tuple[NotModelled, ...], TEXT] = ()
    missing: Annotated[Mapping[Key, Gap], TEXT] = Field(default_factory=dict)


class Scheme(Part):
    """A whole scheme, one dated version of it. What the regulations under ``uses`` say is joined to it when it is read."""

    scheme: Annotated[Path, RULE]
    title: Annotated[Words, TEXT]
    authority: Annotated[Words, TEXT]
    status: Annotated[Literal["complete", "partial", "skeleton"], RULE]
    summary: Annotated[Words, TEXT]
    in_force: Annotated[InForce, RULE]
    uses: Annotated[tuple[Path, ...], TEXT] = ()
    rates: Annotated[tuple[Key, ...], RULE]
    period: Annotated[Period, RULE]
    calendar: Annotated[Calendar, RULE]
    score: Annotated[Score | None, RULE] = None
    grades: Annotated[tuple[Grade, ...], RULE]
    parts: Annotated[Mapping[Key, PartOfScheme], RULE] = Field(default_factory=dict)
    sources: Annotated[Mapping[Key, Source], TEXT]
    clauses: Annotated[Mapping[str, Clause], RULE]
    rules: Annotated[Mapping[Key, AnyRule], RULE]
    procedure: Annotated[Mapping[Key, Step], TEXT] = Field(default_factory=dict)
    consequences: Annotated[Mapping[Key, Consequence], TEXT] = Field(default_factory=dict)
    not_modelled: Annotated[tuple[NotModelled, ...], TEXT] = ()
    missing: Annotated[Mapping[Key, Gap], TEXT] = Field(default_factory=dict)

    @property
    def identity(self) -> str:
        """``model/enterprise/2026-01-01``: the scheme and the day its version came into force."""
        return f"{self.scheme}/{self.in_force.first.isoformat()}"

    def of_kind(self, *kinds: type[R]) -> dict[str, R]:
        """The rules of the given classes, in the order of the files."""
        return {key: rule for key, rule in self.rules.items() if isinstance(rule, kinds)}

    def rank(self, grade: str) -> int:
        """1 for the best grade."""
        return [g.key for g in self.grades].index(grade) + 1
