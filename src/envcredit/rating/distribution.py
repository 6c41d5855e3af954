"""How many units stand where: counts and percentages per grade, with the base stated, and moves by region, industry and park.

Published results differ in their base: Guangdong gives shares of the rated, Guangzhou of the enrolled. So the base is always
named, and a percentage is a decimal rounded half up at a stated number of places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.amounts import rounded, written
from envcredit.base.industries import built_in
from envcredit.rating.compare import DIRECTIONS, Comparison
from envcredit.rating.results import Results

Base = Literal["rated", "enrolled"]
Area = Literal["region", "industry", "park"]
PLACES = 2


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a distribution. ``percent`` is the text of a decimal (``76.55``), none when the base is empty."""

    standing: str
    count: int
    percent: str | None


@dataclass(frozen=True, slots=True)
class Distribution:
    """Counts per standing over ``base``. ``rated`` have a grade; ``enrolled`` are all that were looked at."""

    base: Base
    rated: int
    enrolled: int
    shares: tuple[Share, ...]

    def count(self, standing: str) -> int:
        """How many stand there."""
        return next(s.count for s in self.shares if s.standing == standing)


def percent(part: int, whole: int, places: int = PLACES) -> str | None:
    """``part`` of ``whole`` in per cent, half up at ``places``, all places written; none when ``whole`` is 0."""
    if whole == 0:
        return None
    return written(rounded(Fraction(part * 100 * 10**places, whole), "half_up"), places, keep=places)


def distribution(standings: Iterable[str], grades: Sequence[str], base: Base = "rated", places: int = PLACES) -> Distribution:
    """Counts ``standings`` (a grade key, ``refused`` or ``not_rated`` for each unit), grades first, in the order given.

    Over ``rated`` the units without a grade are counted but not shown; over ``enrolled`` they have their own lines. Raises
    ``ValueError`` for a standing that is neither a grade nor one of the two words.
    """
    order = [*grades, "refused", "not_rated"]
    counts = dict.fromkeys(order, 0)
    for standing in standings:
        if standing not in counts:
            raise ValueError(f"not a grade of this scheme: {standing!r}")
        counts[standing] += 1
    return counted(counts, grades, base, places)


def counted(counts: Mapping[str, int], grades: Sequence[str], base: Base, places: int = PLACES) -> Distribution:
    """The same from counts that are already there."""
    rated = sum(counts.get(g, 0) for g in grades)
    enrolled = sum(counts.values())
    whole = rated if base == "rated" else enrolled
    shown = grades if base == "rated" else [*grades, *(s for s in ("refused", "not_rated") if counts.get(s))]
    shares = tuple(Share(s, counts.get(s, 0), percent(counts.get(s, 0), whole, places)) for s in shown)
    return Distribution(base, rated, enrolled, shares)


def standings_of(run: Results) -> pa.Table:
    """``unit_id, standing, rank`` of every unit of a run, sorted by unit: its final grade, else ``refused`` or ``not_rated``."""
    grade = run.stage("grade")
    without = pc.if_else(pc.equal(grade["status"], "refused"), "refused", "not_rated")
    standing = pc.if_else(pc.equal(grade["final"], ""), without, grade["final"])
    return pa.table({"unit_id": grade["unit_id"], "standing": standing, "rank": grade["rank"]})


def merged_by_code(rows: Iterable[tuple[str, str, int]]) -> tuple[str, ...]:
    """One standing a legal person from ``(code, standing, rank)`` of its sites: the worst grade; without a code each is its own.

    Guangdong (2016, 2017) counts several sites of one code once. Sites without a grade only decide when no site has one.
    """
    alone: list[str] = []
    worst: dict[str, tuple[int, str]] = {}
    for code, standing, rank in rows:
        if not code:
            alone.append(standing)
        else:
            worst[code] = max(worst.get(code, (-1, "")), (rank, standing))
    return (*alone, *(worst[code][1] for code in sorted(worst)))


@dataclass(frozen=True, slots=True)
class Moves:
    """What became of the units of one area: a count for every direction."""

    area: str
    counts: Mapping[str, int]


def moves(comparison: Comparison, by: Area) -> tuple[Moves, ...]:
    """Moves by region (its code), industry (its division of GB/T 4754) or park, sorted by the name of the area; empty last."""
    units = comparison.units
    areas = pc.fill_null(units[by], "")
    if by == "industry":
        areas = pa.array([_division(code) for code in areas.to_pylist()], pa.string())
    table = pa.table({"area": areas, "direction": units["direction"]})
    grouped = table.group_by(["area", "direction"]).aggregate([([], "count_all")]).to_pylist()
    found: dict[str, dict[str, int]] = {}
    for row in grouped:
        found.setdefault(row["area"], dict.fromkeys(DIRECTIONS, 0))[row["direction"]] = row["count_all"]
    return tuple(Moves(area, found[area]) for area in sorted(found, key=lambda a: (a == "", a)))


def _division(code: str) -> str:
    entry = built_in().division(code)
    return entry.code if entry else ""
