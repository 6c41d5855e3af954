"""Migration without a model of rates: the product of (I + dA(t)) over all days on which somebody moved.

dA_ij(t) = moves from i to j on day t / firms in i *just before* t. A firm that enters on day t is not yet at risk on it; a
firm last seen on day t still is. All moves of one day are one factor. Aalen and Johansen, Scandinavian Journal of Statistics
5 (1978) 141; covariance: Andersen, Borgan, Gill and Keiding, *Statistical Models Based on Counting Processes* (1993),
IV.4.1.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from envcredit.lending.portfolio.histories import Coded, Spell, coded
from envcredit.lending.portfolio.intervals import Floats, Interval, Whole, quantile, resampled


@dataclass(frozen=True, slots=True)
class AalenJohansen:
    """The estimate from ``origin`` on.

    ``times`` are the T days with a move; ``moves`` ``(T, k, k)`` and ``at_risk`` ``(T, k)`` what was seen; ``steps`` ``(T, k,
    k)`` the chances after each. ``covariance`` ``(T, k, k, k)``: of the entries j and l of row g, at ``[t, g, j, l]``; None
    if weighted.
    """

    states: tuple[str, ...]
    origin: int
    times: Whole
    moves: Whole
    at_risk: Whole
    steps: Floats
    covariance: Floats | None

    def at(self, time: int) -> Floats:
        """The chances ``(k, k)`` of being in the state of a column at ``time``. Before any move: the unit matrix."""
        place = self._place(time)
        return np.eye(len(self.states)) if place < 0 else self.steps[place]

    def interval(self, time: int, start: str, end: str, level: float = 0.95) -> Interval:
        """An interval for one chance by Greenwood's variance, on the scale log(-log p) so that it stays within 0 and 1.

        Where p is 0 or 1 the variance says nothing, and the interval is that point: use the bootstrap. ``ValueError`` if
        weighted.
        """
        if self.covariance is None:
            raise ValueError("Greenwood's variance is for counts of firms; with amounts use the bootstrap")
        row, column, place = self.states.index(start), self.states.index(end), self._place(time)
        chance = float(self.at(time)[row, column])
        variance = 0 if place < 0 else float(self.covariance[place, row, column, column])
        if not 0 < chance < 1 or variance <= 0:
            return Interval(chance, chance, level)
        spread = quantile(level) * np.sqrt(variance) / abs(chance * np.log(chance))
        return Interval(float(chance ** np.exp(spread)), float(chance ** np.exp(-spread)), level)

    def standard_errors(self, time: int) -> Floats:
        """Square roots of Greenwood's variances, ``(k, k)``."""
        if self.covariance is None:
            raise ValueError("Greenwood's variance is for counts of firms; with amounts use the bootstrap")
        place, size = self._place(time), len(self.states)
        if place < 0:
            return np.zeros((size, size))
        errors: Floats = np.sqrt(np.maximum(np.diagonal(self.covariance[place], axis1=1, axis2=2), 0))
        return errors

    def _place(self, time: int) -> int:
        if time < self.origin:
            raise ValueError(f"{time} lies before the origin {self.origin}")
        return int(np.searchsorted(self.times, time, side="right")) - 1


def aalen_johansen(spells: Iterable[Spell], states: Sequence[str], origin: int | None = None) -> AalenJohansen:
    """The estimate over all that was seen after ``origin`` (the earliest start, if not given).

    Weights other than 1 give the estimate by amounts, without covariance. Raises ``ValueError`` as ``coded`` does.
    """
    seen = coded(spells, states)
    if not len(seen.firm):
        raise ValueError("nothing was seen")
    begin = int(seen.start.min()) if origin is None else origin
    times = np.unique(seen.end[(seen.to >= 0) & (seen.end > begin)])
    moves, at_risk = _counted(seen, seen.weight, times, len(states))
    steps, covariance = _product(moves, at_risk, with_covariance=bool(np.all(seen.weight == 1)))
    return AalenJohansen(tuple(states), begin, times, moves, at_risk, steps, covariance)


def aalen_johansen_bootstrap(
    spells: Iterable[Spell],
    states: Sequence[str],
    time: int,
    *,
    rounds: int,
    seed: int,
    level: float = 0.95,
    origin: int | None = None,
) -> Floats:
    """Intervals ``(k, k, 2)`` of the chances at ``time`` when whole firms are drawn; right with weights too."""
    seen = coded(spells, states)
    begin = int(seen.start.min()) if origin is None else origin
    times = np.unique(seen.end[(seen.to >= 0) & (seen.end > begin) & (seen.end <= time)])

    def estimate(drawn: Whole) -> Floats:
        moves, at_risk = _counted(seen, seen.weight * drawn[seen.firm], times, len(states))
        steps, _ = _product(moves, at_risk, with_covariance=False)
        return steps[-1] if len(steps) else np.eye(len(states))

    return resampled(estimate, len(seen.firms), rounds, seed, level)


def cumulative_incidence(subjects: Iterable[tuple[int, str | None]], causes: Sequence[str]) -> AalenJohansen:
    """Competing risks: subjects ``(time, cause)`` under watch from 0, cause None if last seen then. Row 0, ``"at risk"``, has
    it all."""
    spells = [Spell(f"{number:09}", 0, time, "at risk", cause) for number, (time, cause) in enumerate(subjects)]
    return aalen_johansen(spells, ["at risk", *causes], origin=0)


def _counted(seen: Coded, weight: Whole, times: Whole, size: int) -> tuple[Whole, Whole]:
    """Moves and those at risk just before each time: entered before it and not gone before it."""
    moves = np.zeros((len(times), size, size), dtype=np.int64)
    moved = (seen.to >= 0) & np.isin(seen.end, times)
    np.add.at(moves, (np.searchsorted(times, seen.end[moved]), seen.state[moved], seen.to[moved]), weight[moved])
    at_risk = np.zeros((len(times), size), dtype=np.int64)
    for state in range(size):
        here = seen.state == state
        entered, gone = (_before(column[here], weight[here], times) for column in (seen.start, seen.end))
        at_risk[:, state] = entered - gone
    return moves, at_risk


def _before(moments: Whole, weight: Whole, times: Whole) -> Whole:
    """The weight of all moments strictly before each time."""
    order = np.argsort(moments, kind="stable")
    sums = np.r_[np.int64(0), np.cumsum(weight[order])]
    result: Whole = sums[np.searchsorted(moments[order], times, side="left")]
    return result


def _product(moves: Whole, at_risk: Whole, *, with_covariance: bool) -> tuple[Floats, Floats | None]:
    count, size = at_risk.shape
    risk = np.maximum(at_risk, 1).astype(np.float64)
    factors = moves / risk[:, :, None]
    diagonal = np.arange(size)
    factors[:, diagonal, diagonal] += 1 - moves.sum(axis=2) / risk
    steps = np.empty((count, size, size))
    spread = np.zeros((count, size, size, size)) if with_covariance else None
    chances, covariance = np.eye(size), np.zeros((size, size, size))
    for number, factor in enumerate(factors):
        if spread is not None:
            covariance = factor.T @ covariance @ factor + _added(chances, factor, risk[number])
            spread[number] = covariance
        chances = chances @ factor
        steps[number] = chances
    return steps, spread


def _added(chances: Floats, factor: Floats, risk: Floats) -> Floats:
    """Σ_h P_gh² cov(row h of the factor), each row of it a multinomial share of those at risk."""
    own = (np.eye(len(risk)) * factor[:, None, :] - factor[:, :, None] * factor[:, None, :]) / risk[:, None, None]
    result: Floats = np.einsum("gh,hjl->gjl", chances**2, own)
    return result
