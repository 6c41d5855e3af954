"""Confidence intervals: for shares of a count in closed form, for anything else by resampling firms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval; both ends belong to it. ``level`` is the share of intervals that hold the true value."""

    low: float
    high: float
    level: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def quantile(level: float) -> float:
    """The two-sided quantile of the normal distribution: 1.96 for 0.95. Raises ``ValueError`` outside (0, 1)."""
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1: {level}")
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(counts: Whole, level: float = 0.95) -> Floats:
    """Intervals for each share of a row on its own, as an array ``(…, k, 2)`` for counts ``(…, k)``; NaN in an empty row.

    Wilson, JASA 22 (1927) 209: the score interval, which does not collapse at a count of 0.
    """
    return _score(counts, quantile(level) ** 2)


def goodman(counts: Whole, level: float = 0.95) -> Floats:
    """Intervals that hold for all shares of a row at once, as an array ``(…, k, 2)``; NaN in an empty row.

    Goodman, Technometrics 7 (1965) 247: the score interval at 1 - (1 - level)/k for k cells. Cells that cannot occur count.
    """
    cells = counts.shape[-1]
    return _score(counts, quantile(1 - (1 - level) / cells) ** 2)


def _score(counts: Whole, chi: float) -> Floats:
    if counts.size and int(counts.min()) < 0:
        raise ValueError("a count is never negative")
    total = counts.sum(axis=-1, keepdims=True).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(chi * (chi + 4 * counts * (total - counts) / total))
        low = (chi + 2 * counts - root) / (2 * (total + chi))
        high = (chi + 2 * counts + root) / (2 * (total + chi))
    ends: Floats = np.clip(np.stack([low, high], axis=-1), 0, 1)
    return ends


def draws(size: int, rounds: int, seed: int) -> Whole:
    """How often each of ``size`` firms is drawn in each round of a bootstrap: an array ``(rounds, size)``, rows sum to ``size``.

    From the raw numbers of PCG64, which NumPy promises never to change, so that a report can be made again years later.
    """
    if size < 1 or rounds < 2 or seed < 0:
        raise ValueError(f"a bootstrap needs firms, at least 2 rounds and a seed that is not negative: {size}, {rounds}, {seed}")
    generator = np.random.PCG64(seed)
    times = np.empty((rounds, size), dtype=np.int64)
    for row in times:
        picks = (generator.random_raw(size) >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)
        row[:] = np.bincount(picks.astype(np.int64), minlength=size)
    return times


def resampled(estimate: Callable[[Whole], Floats], size: int, rounds: int, seed: int, level: float = 0.95) -> Floats:
    """Percentile intervals ``(…, 2)`` of what ``estimate`` yields when each firm counts as often as it was drawn.

    ``estimate`` takes how often each firm counts, an array ``(size,)``. Rounds in which a value is not defined (NaN) are left out
    of that value's interval; if it never is, its interval is NaN. Efron, *The Jackknife, the Bootstrap* (1982), chapter 10.
    """
    quantile(level)
    values = np.stack([np.asarray(estimate(times), dtype=np.float64) for times in draws(size, rounds, seed)])
    ends = np.full((*values.shape[1:], 2), np.nan)
    for place in np.ndindex(values.shape[1:]):
        column = values[(slice(None), *place)]
        defined = column[~np.isnan(column)]
        if defined.size:
            ends[place] = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return ends
