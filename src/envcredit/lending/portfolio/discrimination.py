"""Whether worse grades meet more events later: Gini (accuracy ratio) and Kolmogorov–Smirnov, with intervals.

An environmental grade is not made to foresee credit events, and will not reach what credit ratings do; the result names the
kind of event it was measured on, because an environmental and a credit event are two questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from envcredit.base.days import add_months
from envcredit.lending.portfolio.intervals import Floats, Interval, Whole, quantile, resampled


@dataclass(frozen=True, slots=True)
class Outcome:
    """A firm's grade on the day, whether the event came in the time after it, and its balance in fen."""

    firm: str
    grade: str
    event: bool
    amount_fen: int = 1


@dataclass(frozen=True, slots=True)
class Discrimination:
    """Power of a grade against one kind of event. Gini is 1 if all events lie below all others, 0 if the grade says nothing.

    ``interval`` is DeLong's for counts, and None by amount: then ``discrimination_bootstrap``.
    """

    event: str
    grades: tuple[str, ...]
    with_event: tuple[int, ...]
    without: tuple[int, ...]
    gini: float
    ks: float
    interval: Interval | None


def outcomes(
    grades: Mapping[str, str],
    events: Iterable[tuple[str, date]],
    day: date,
    months: int = 12,
    amounts: Mapping[str, int] | None = None,
) -> list[Outcome]:
    """Grades on ``day`` against events in (day, day + months]; an event of an unknown firm or another time does not count."""
    end = add_months(day, months, "last_day")
    met = {firm for firm, on in events if day < on <= end}
    return [Outcome(firm, grade, firm in met, amounts[firm] if amounts else 1) for firm, grade in sorted(grades.items())]


def discrimination(
    seen: Iterable[Outcome], grades: Sequence[str], event: str, *, by_amount: bool = False, level: float = 0.95
) -> Discrimination:
    """``grades`` stand from best to worst; states that are no grade are to be left out before. ``event`` says which kind.

    Raises ``ValueError`` without one event and one firm that had none, and for a grade that is not named.
    """
    bad, good = [0] * len(grades), [0] * len(grades)
    for one in seen:
        side = bad if one.event else good
        side[grades.index(one.grade)] += one.amount_fen if by_amount else 1
    if not sum(bad) or not sum(good):
        raise ValueError("discrimination needs firms with the event and firms without")
    index = _gini(bad, good)
    interval = None if by_amount else _delong(bad, good, index, level)
    return Discrimination(event, tuple(grades), tuple(bad), tuple(good), float(index), float(_ks(bad, good)), interval)


def discrimination_bootstrap(
    seen: Sequence[Outcome], grades: Sequence[str], *, rounds: int, seed: int, by_amount: bool = False, level: float = 0.95
) -> Interval:
    """An interval for Gini when firms are drawn, right by amount too."""
    cell = np.array([grades.index(one.grade) + len(grades) * one.event for one in seen], dtype=np.int64)
    weight = np.array([one.amount_fen if by_amount else 1 for one in seen], dtype=np.float64)

    def estimate(times: Whole) -> Floats:
        good, bad = np.bincount(cell, weights=weight * times, minlength=2 * len(grades)).astype(np.float64).reshape(2, -1)
        pairs = good.sum() * bad.sum()
        return np.array((bad * _worse(good)).sum() / pairs if pairs else np.nan)

    low, high = resampled(estimate, len(seen), rounds, seed, level).tolist()
    return Interval(low, high, level)


def _worse(other: Floats) -> Floats:
    """For each grade: how many of the others stand above it, less those below."""
    above = np.cumsum(other) - other
    result: Floats = above - (other.sum() - above - other)
    return result


def _gini(bad: Sequence[int], good: Sequence[int]) -> Fraction:
    """(pairs in order - pairs out of order) / all pairs of one with and one without the event."""
    ahead = [2 * sum(good[:place]) + here - sum(good) for place, here in enumerate(good)]
    return Fraction(sum(b * a for b, a in zip(bad, ahead, strict=True)), sum(bad) * sum(good))


def _ks(bad: Sequence[int], good: Sequence[int]) -> Fraction:
    """The largest distance between the two distributions over grades."""
    distances = (Fraction(sum(good[:n]), sum(good)) - Fraction(sum(bad[:n]), sum(bad)) for n in range(len(bad) + 1))
    return max(abs(distance) for distance in distances)


def _delong(bad: Sequence[int], good: Sequence[int], index: Fraction, level: float) -> Interval | None:
    """DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837, on grades; None with less than two on a side."""
    if sum(bad) < 2 or sum(good) < 2:
        return None
    variance = _component(bad, good) + _component(good, bad)
    spread = quantile(level) * float(np.sqrt(float(variance)))
    return Interval(max(-1, float(index) - spread), min(1, float(index) + spread), level)


def _component(own: Sequence[int], other: Sequence[int]) -> Fraction:
    """The variance of each one's own Gini against the other side, by the number on its side."""
    size, against = sum(own), sum(other)
    each = [Fraction(2 * sum(other[:place]) + here - against, against) for place, here in enumerate(other)]
    mean = sum((n * e for n, e in zip(own, each, strict=True)), Fraction(0)) / size
    spread = sum((n * (e - mean) ** 2 for n, e in zip(own, each, strict=True)), Fraction(0))
    return spread / (size - 1) / size
