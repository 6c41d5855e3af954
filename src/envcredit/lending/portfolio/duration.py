"""Migration by durations: rates of moving from the time spent in each state, and what they come to within a year.

λ_ij = moves from i to j / time in i; P(t) = exp(Qt). Unlike a cohort it sees a firm that falls and rises within a year, and
it gives a move that nobody made in one step its small chance. Lando and Skødeberg, Journal of Banking & Finance 26 (2002)
423.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from envcredit.lending.portfolio.histories import Spell, coded
from envcredit.lending.portfolio.intervals import Floats, Whole, resampled

Regularisation = Literal["diagonal", "weighted", "nearest"]
"""How a logarithm becomes a generator: negative rates go to the ``diagonal``, are shared out ``weighted`` by size, or the
``nearest`` generator is taken row by row. The first two: Israel, Rosenthal and Wei (2001); the last: Kreinin and Sidelnikova
(2001)."""


@dataclass(frozen=True, slots=True)
class Durations:
    """What was seen: moves ``(k, k)`` and time in each state ``(k,)``, in units of which ``per_year`` make a year."""

    states: tuple[str, ...]
    moves: Whole
    time: Whole
    per_year: int

    @property
    def years(self) -> Floats:
        """Time in each state in years: firm-years, or fen-years when weighted."""
        return self.time / self.per_year

    @property
    def generator(self) -> Floats:
        """Yearly rates Q; rows sum to zero. A state that nobody was in has rates of zero, as if it were never left: print
        ``years``."""
        return generator(self.moves, self.years)


def durations(spells: Iterable[Spell], states: Sequence[str], per_year: int) -> Durations:
    """Moves and times of all spells, each counted with its weight. Raises ``ValueError`` as ``coded`` does, or if
    ``per_year`` < 1."""
    if per_year < 1:
        raise ValueError(f"units of time in a year: {per_year}")
    seen = coded(spells, states)
    moves, time = np.zeros((len(states), len(states)), dtype=np.int64), np.zeros(len(states), dtype=np.int64)
    moved = seen.to >= 0
    np.add.at(moves, (seen.state[moved], seen.to[moved]), seen.weight[moved])
    np.add.at(time, seen.state, seen.weight * (seen.end - seen.start))
    return Durations(tuple(states), moves, time, per_year)


def generator(moves: Whole | Floats, years: Floats) -> Floats:
    """Q from moves ``(k, k)`` and years in each state ``(k,)``. Moves out of a state that nobody was in raise ``ValueError``."""
    outward = moves * (1 - np.eye(len(years)))
    if bool(np.any((years <= 0) & (outward.sum(axis=1) > 0))):
        raise ValueError("moves out of a state in which no time was spent")
    rates = np.divide(outward, years[:, None], out=np.zeros(outward.shape), where=years[:, None] > 0)
    rates[np.diag_indices_from(rates)] = -rates.sum(axis=1)
    return rates


def probabilities(rates: Floats, years: float = 1) -> Floats:
    """P = exp(Q·years): rows sum to one."""
    from scipy.linalg import expm

    result: Floats = expm(rates * years)
    return result


def duration_bootstrap(
    spells: Sequence[Spell],
    states: Sequence[str],
    per_year: int,
    *,
    rounds: int,
    seed: int,
    years: float = 1,
    level: float = 0.95,
) -> Floats:
    """Intervals ``(k, k, 2)`` of P after ``years`` when whole firms are drawn."""
    seen = coded(spells, states)
    cells, moved = len(states), seen.to >= 0
    cell = (seen.state * cells + seen.to)[moved]

    def estimate(times: Whole) -> Floats:
        weight = (seen.weight * times[seen.firm]).astype(np.float64)
        moves = np.bincount(cell, weights=weight[moved], minlength=cells**2).reshape(cells, cells)
        time = np.bincount(seen.state, weights=weight * (seen.end - seen.start), minlength=cells)
        return probabilities(generator(moves, time / per_year), years)

    return resampled(estimate, len(seen.firms), rounds, seed, level)


def compounded(matrix: Floats, periods: int) -> Floats:
    """A matrix for one period over several: monthly to yearly with 12, yearly to five years with 5.

    Rows are taken as printed, rounding and all. Raises ``ValueError`` where they do not sum to one within 0.0005.
    """
    if periods < 0:
        raise ValueError(f"periods: {periods}")
    result: Floats = np.linalg.matrix_power(_checked(matrix), periods)
    return result


def matrix_logarithm(matrix: Floats) -> Floats:
    """log P with rows made to sum to one, negative rates and all. Raises ``ValueError`` where P has no real logarithm."""
    from scipy.linalg import logm

    values = _checked(matrix)
    result = np.asarray(logm(values / values.sum(axis=1, keepdims=True)))
    if np.iscomplexobj(result) and float(np.abs(result.imag).max()) > 1e-9:
        raise ValueError("the matrix has no real logarithm")
    return np.real(result).astype(np.float64)


def embedded_generator(matrix: Floats, method: Regularisation) -> Floats:
    """A generator whose exponential comes near ``matrix``; the log itself where that is a generator already.

    Say how near: ``numpy.abs(probabilities(q) - matrix).max()``. Rows of ``matrix`` sum to one within 0.0005, else
    ``ValueError``.
    """
    rates = matrix_logarithm(matrix)
    return np.stack([regularised(row, number, method) for number, row in enumerate(rates)])


def regularised(row: Floats, place: int, method: Regularisation) -> Floats:
    """One row of a logarithm, of the state at ``place``, made a row of a generator. Raises ``ValueError`` for no such method."""
    if method == "nearest":
        return _nearest(row, place)
    if method not in ("diagonal", "weighted"):
        raise ValueError(f"no such method: {method}")
    kept = row.copy()
    kept[place] = 0
    good = float(np.maximum(kept, 0).sum()) + abs(float(row[place]))
    bad = float(np.maximum(-kept, 0).sum())
    result = np.maximum(kept, 0)
    if method == "weighted" and good > 0:
        result -= bad * result / good
    result[place] = -result.sum()
    return result


def _nearest(row: Floats, place: int) -> Floats:
    """The point nearest to ``row`` that sums to zero and is not negative outside ``place``: all entries lowered by one
    amount, cut at 0."""
    others = -np.sort(-np.delete(row, place))
    lowered = (row[place] + np.r_[0, np.cumsum(others)]) / np.arange(1, len(row) + 1)
    above = int((others > lowered[1:]).sum())
    result: Floats = np.maximum(row - lowered[above], 0)
    result[place] = row[place] - lowered[above]
    return result


def _checked(matrix: Floats, tolerance: float = 5e-4) -> Floats:
    """``matrix`` as it is; published rows are rounded and sum to nearly one. Raises ``ValueError`` beyond the tolerance."""
    values = np.asarray(matrix, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not bool(np.all(values >= 0)):
        raise ValueError("a migration matrix is square and has no negative or missing value")
    total = values.sum(axis=1)
    if float(np.abs(total - 1).max()) > tolerance:
        raise ValueError(f"a row sums to {float(total[np.abs(total - 1).argmax()])}, not to 1")
    return values
