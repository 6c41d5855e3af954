"""What a condition and a measure are once read: small frozen parts, every name and value with its type.

All values are already scaled integers, days or codes of the type they are compared with. Invariants that the parser
keeps and the printer relies on: ``And`` and ``Or`` have at least two parts and none of their own kind among them; ``Not``
never stands directly on ``Not``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from envcredit.base.days import Term

TypeName = Literal["day", "text", "code", "codes", "yes_no", "integer", "amount", "share", "number", "points", "broken"]
Where = Literal["fact", "unit", "value", "clock"]
Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Quantifier = Literal["any", "all", "only", "none"]
Function = Literal[
    "count", "count_distinct", "sum", "latest", "earliest", "largest", "smallest", "median", "mean", "share", "streak"
]
SinceUnit = Literal["day", "month", "year"]
LONGEST_TERM: Mapping[str, int] = {"day": 36_525, "month": 1_200}
"""A hundred years: no scheme looks further, and no day within them leaves the calendar."""
Scalar: TypeAlias = int | str | bool | date


@dataclass(frozen=True, slots=True)
class Type:
    """A type of values. ``list`` names the code list; ``step`` is one point step (type ``points`` only).

    ``broken`` stands for the type of a name whose own definition is wrong, so that one mistake is reported once.
    """

    name: TypeName
    list: str = ""
    ordered: bool = False
    step: Decimal | None = None

    @property
    def is_quantity(self) -> bool:
        """Whether its values are scaled integers."""
        return self.name in ("integer", "amount", "share", "number", "points")

    @property
    def is_ordered(self) -> bool:
        """Whether ``<`` means something."""
        return self.is_quantity or self.name == "day" or self.ordered


INTEGER = Type("integer")
SHARE = Type("share")
DAY = Type("day")
BROKEN = Type("broken")


@dataclass(frozen=True, slots=True)
class Name:
    """A column: of the fact, of the unit (written ``unit.x``), a value of a ``derive`` or ``group`` rule, or a clock."""

    where: Where
    name: str
    type: Type

    @property
    def written(self) -> str:
        """As it stands in a condition."""
        return f"unit.{self.name}" if self.where == "unit" else self.name


@dataclass(frozen=True, slots=True)
class Value:
    """A literal in the type of the other side; ``text`` is its canonical spelling."""

    value: Scalar
    type: Type
    text: str


@dataclass(frozen=True, slots=True)
class Shifted:
    """``due_on + 30 days`` (``sign`` 1) or ``due_on - 30 days`` (``sign`` -1)."""

    day: Name
    length: Term
    sign: Literal[1, -1]


@dataclass(frozen=True, slots=True)
class Compare:
    """``left op right``; unknown when a side is. Ordered codes are compared by their place in the list."""

    op: Operator
    left: Name | Shifted
    right: Name | Shifted | Value


@dataclass(frozen=True, slots=True)
class Among:
    """``left in {…}``; unknown when ``left`` is."""

    left: Name
    options: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Holds:
    """``left has any|all|only|none {…}`` for several codes; unknown when nothing is known of ``left``."""

    left: Name
    quantifier: Quantifier
    options: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """``x is known`` (``is unknown`` when negated); never unknown itself."""

    name: Name
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A yes_no name standing alone."""

    name: Name


@dataclass(frozen=True, slots=True)
class Not:
    """Yes becomes no, no becomes yes, unknown stays."""

    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    """No if a part is no; else unknown if a part is unknown; else yes."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Yes if a part is yes; else unknown if a part is unknown; else no."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Compare | Among | Holds | Known | Truth | Not | And | Or


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value of many facts. ``share`` and ``streak`` carry a condition, ``count`` nothing, the others a name."""

    function: Function
    name: Name | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Grouped:
    """``smallest share(compliant) by outlet``: ``function`` over the values of ``inner``, one for each ``by``."""

    function: Function
    inner: Aggregate
    by: Name


@dataclass(frozen=True, slots=True)
class Since:
    """Days, or full months or years, from the day of ``inner`` to ``as_of``."""

    unit: SinceUnit
    inner: Aggregate


@dataclass(frozen=True, slots=True)
class Quotient:
    """A ratio in millionths, cut; unknown when ``under`` is zero."""

    over: Aggregate | Name
    under: Aggregate | Name


Measure: TypeAlias = Aggregate | Grouped | Since | Quotient


def type_of(measure: Measure | Name) -> Type:
    """The type of the value that a measure gives."""
    if isinstance(measure, Name):
        return measure.type
    if isinstance(measure, Quotient):
        return SHARE
    if isinstance(measure, Since):
        return INTEGER
    if isinstance(measure, Grouped):
        return type_of(measure.inner)
    if measure.function == "share":
        return SHARE
    return measure.name.type if measure.name and measure.function != "count_distinct" else INTEGER


def names_in(part: Condition | Measure | Name | Shifted | Value) -> Iterator[Name]:
    """Every name that occurs, in order of writing, repeated when it occurs twice."""
    match part:
        case Name():
            yield part
        case Value():
            return
        case Shifted(day=name) | Among(left=name) | Holds(left=name) | Known(name=name) | Truth(name=name):
            yield name
        case Compare(left=first, right=second) | Quotient(over=first, under=second):
            yield from names_in(first)
            yield from names_in(second)
        case Not(part=inner) | Since(inner=inner):
            yield from names_in(inner)
        case And(parts=parts) | Or(parts=parts):
            for one in parts:
                yield from names_in(one)
        case Aggregate(name=subject, condition=condition):
            yield from names_in(subject) if subject else ()
            yield from names_in(condition) if condition else ()
        case Grouped(inner=inner, by=by):
            yield from names_in(inner)
            yield by
