"""Band tables made exact: whole numbers on the value's own scale, half-open, without gap or overlap.

A row gives one end and its neighbour supplies the other, or it gives both. A row without a lower (upper) end at the
outside of the table reaches as far down (up) as values go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from envcredit.scheme.conditions.literals import value_of
from envcredit.scheme.conditions.problems import ConditionProblem, WordOf
from envcredit.scheme.conditions.tree import Type
from envcredit.scheme.conditions.typing import bound
from envcredit.scheme.model import Band


@dataclass(frozen=True, slots=True)
class Interval:
    """``lower <= value < upper`` in scaled integers; ``None`` is no end. ``index`` is the row of the table, from 0."""

    lower: int | None
    upper: int | None
    index: int


@dataclass(frozen=True, slots=True)
class BandProblem:
    """One problem of a band table: at row ``row`` and, when ``key`` is given, at that end, ``column`` into its text."""

    code: str
    row: int
    key: str = ""
    column: int = 1
    values: Mapping[str, object] = field(default_factory=dict)


class BandsProblem(Exception):
    """Everything wrong with one band table."""

    def __init__(self, problems: Sequence[BandProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.code} row {p.row + 1} {dict(p.values)}" for p in problems))


@dataclass(frozen=True, slots=True)
class _Ends:
    """What a row itself says, half-open; ``None`` where it says nothing."""

    lower: int | None
    upper: int | None


def normalised(bands: Sequence[Band], type_: Type) -> tuple[Interval, ...]:
    """The intervals from low to high, covering every value exactly once.

    Raises ``BandsProblem``: S130 gap, S131 overlap, S132 unreachable row, S133 an end that no row gives, S134 two lower or
    two upper ends, S135 rows in no order, S136 no rows, S137 a type without bands, or the problem of an end's own text.
    """
    if not bands:
        raise BandsProblem([BandProblem("S136", 0)])
    if not type_.is_quantity and type_.name not in ("day", "broken"):
        raise BandsProblem([BandProblem("S137", 0, values={"type": WordOf(f"condition.type.{type_.name}")})])
    said = _said(bands, type_)
    descending = _descending(said)
    rows = list(enumerate(said))
    intervals = _completed(rows[::-1] if descending else rows)
    _check(intervals, type_)
    return tuple(intervals)


def _said(bands: Sequence[Band], type_: Type) -> list[_Ends]:
    problems: list[BandProblem] = []
    said = [_ends(band, row, type_, problems) for row, band in enumerate(bands)]
    if problems:
        raise BandsProblem(problems)
    return said


def _ends(band: Band, row: int, type_: Type, problems: list[BandProblem]) -> _Ends:
    lower = _end(row, type_, {"from": (band.at_least, 0), "above": (band.above, 1)}, problems)
    upper = _end(row, type_, {"to": (band.at_most, 1), "below": (band.below, 0)}, problems)
    if lower is not None and upper is not None and lower >= upper:
        problems.append(BandProblem("S132", row, values={"row": row + 1}))
    return _Ends(lower, upper)


def _end(row: int, type_: Type, said: Mapping[str, tuple[str | None, int]], problems: list[BandProblem]) -> int | None:
    given = {key: (text, shift) for key, (text, shift) in said.items() if text is not None}
    if len(given) == 2:
        problems.append(BandProblem("S134", row, values={"row": row + 1, "keys": ", ".join(given)}))
    for key, (text, shift) in given.items():
        try:
            return int(bound(text, type_)) + shift
        except ConditionProblem as problem:
            problems.append(BandProblem(problem.code, row, key, problem.column, problem.values))
    return None


def _descending(said: Sequence[_Ends]) -> bool:
    """Whether the table is written from high to low. Raises when its ends go neither way."""
    lows = [ends.lower for ends in said if ends.lower is not None]
    highs = [ends.upper for ends in said if ends.upper is not None]
    rising = all(_rises(ends) for ends in (lows, highs))
    falling = all(_rises(ends[::-1]) for ends in (lows, highs))
    if not rising and not falling:
        raise BandsProblem([BandProblem("S135", 0)])
    if rising and falling:
        return _falls(said[0], said[-1])
    return falling


def _falls(first: _Ends, last: _Ends) -> bool:
    """With one end in all, the row that has it stands at its own side of the table."""
    lower_is_first = first.lower is not None and last.lower is None
    upper_is_last = last.upper is not None and first.upper is None
    return first is not last and (lower_is_first or upper_is_last)


def _rises(ends: Sequence[int]) -> bool:
    return all(a < b for a, b in pairwise(ends))


def _completed(rows: Sequence[tuple[int, _Ends]]) -> list[Interval]:
    """Rows from low to high with the end that the neighbour supplies."""
    intervals: list[Interval] = []
    for place, (index, ends) in enumerate(rows):
        below = rows[place - 1][1].upper if place else None
        above = rows[place + 1][1].lower if place + 1 < len(rows) else None
        lower = below if ends.lower is None else ends.lower
        upper = above if ends.upper is None else ends.upper
        if (lower is None and place) or (upper is None and place + 1 < len(rows)):
            raise BandsProblem([BandProblem("S133", index, values={"row": index + 1})])
        intervals.append(Interval(lower, upper, index))
    return intervals


def _check(intervals: Sequence[Interval], type_: Type) -> None:
    problems = [*_outside(intervals, type_), *_between(intervals, type_)]
    problems += [
        BandProblem("S132", i.index, values={"row": i.index + 1})
        for i in intervals
        if i.lower is not None and i.upper is not None and i.lower >= i.upper
    ]
    if problems:
        raise BandsProblem(problems)


def _outside(intervals: Sequence[Interval], type_: Type) -> Iterator[BandProblem]:
    first, last = intervals[0], intervals[-1]
    if first.lower is not None:
        yield BandProblem("S138", first.index, values={"end": _shown(first.lower, type_), "row": first.index + 1})
    if last.upper is not None:
        yield BandProblem("S139", last.index, values={"end": _shown(last.upper, type_), "row": last.index + 1})


def _between(intervals: Sequence[Interval], type_: Type) -> Iterator[BandProblem]:
    for one, other in pairwise(intervals):
        assert one.upper is not None
        assert other.lower is not None
        values: dict[str, object] = {"row": one.index + 1, "other": other.index + 1}
        if one.upper < other.lower:
            ends = {"from": _shown(one.upper, type_), "to": _shown(other.lower, type_)}
            yield BandProblem("S130", other.index, values={**values, **ends})
        if one.upper > other.lower:
            ends = {"from": _shown(other.lower, type_), "to": _shown(one.upper, type_)}
            yield BandProblem("S131", other.index, values={**values, **ends})


def _shown(end: int, type_: Type) -> str:
    return str(end) if type_.name in ("day", "broken") else value_of(end, type_).text
