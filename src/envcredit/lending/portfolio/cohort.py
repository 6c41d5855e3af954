"""Migration by cohorts: which grade firms had at the start of a period and which at its end, N_ij / N_i.

Being unrated (never rated, withdrawn, stale) is a state of its own; the view without it stands beside, not in its place.
A cohort cannot see what happens within a period: see ``duration`` and ``aalen_johansen``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from envcredit.lending.portfolio.intervals import Floats, Whole, goodman, resampled, wilson


@dataclass(frozen=True, slots=True)
class Seen:
    """A firm's state at the start of a period, and its balance in fen then. Periods are consecutive whole numbers."""

    firm: str
    period: int
    state: str
    amount_fen: int = 0


@dataclass(frozen=True, slots=True)
class Migration:
    """How many firms (or fen) went from the state of a row to the state of a column. ``unrated`` names one of ``states``."""

    states: tuple[str, ...]
    counts: Whole
    unrated: str | None = None

    @property
    def starts(self) -> Whole:
        """N_i: how many began the period in each state. To be printed beside every share."""
        starts: Whole = self.counts.sum(axis=1)
        return starts

    @property
    def probabilities(self) -> Floats:
        """N_ij / N_i; NaN in the row of a state that nobody began in."""
        return shares(self.counts)

    def rated_only(self) -> Migration:
        """The same without those unrated at either end. Beside the whole matrix only: it takes a withdrawal for no
        information."""
        if self.unrated is None:
            return self
        kept = [number for number, state in enumerate(self.states) if state != self.unrated]
        return Migration(tuple(self.states[number] for number in kept), self.counts[np.ix_(kept, kept)])

    def wilson(self, level: float = 0.95) -> Floats:
        """An interval for each cell by itself, ``(k, k, 2)``. For counts of firms only: fen are not independent of each other."""
        return wilson(self.counts, level)

    def goodman(self, level: float = 0.95) -> Floats:
        """Intervals that hold for all cells of a row at once, ``(k, k, 2)``. For counts of firms only."""
        return goodman(self.counts, level)


@dataclass(frozen=True, slots=True)
class Cohort:
    """One period, or several pooled (``period`` is None): by number of firms and by balance at the start of the period."""

    period: int | None
    by_count: Migration
    by_amount: Migration


def cohorts(seen: Iterable[Seen], states: Sequence[str], unrated: str) -> list[Cohort]:
    """One matrix a period, in order, from each period to the next one.

    A firm is in the population from the period it is first seen in. Where it is not seen after that it is unrated, with the
    balance it had last. Raises ``ValueError`` for a state that is not in ``states`` (``unrated`` must be) and a firm seen
    twice in a period.
    """
    moves = _moves(seen, states, unrated)
    cells = len(states)
    matrices: dict[int, tuple[Whole, Whole]] = {}
    for _, period, row, column, amount in moves:
        counts, amounts = matrices.setdefault(period, (_nothing(cells), _nothing(cells)))
        counts[row, column] += 1
        amounts[row, column] += amount
    return [Cohort(period, *(Migration(tuple(states), m, unrated) for m in pair)) for period, pair in sorted(matrices.items())]


def pooled(by_period: Sequence[Cohort]) -> Cohort:
    """All periods together: sums of counts, so a period weighs by its firms. Raises ``ValueError`` if there is none."""
    if not by_period:
        raise ValueError("no period to pool")
    first = by_period[0].by_count
    sums = (sum((getattr(c, name).counts for c in by_period), _nothing(len(first.states))) for name in ("by_count", "by_amount"))
    return Cohort(None, *(Migration(first.states, counts, first.unrated) for counts in sums))


def cohort_bootstrap(
    seen: Iterable[Seen],
    states: Sequence[str],
    unrated: str,
    *,
    rounds: int,
    seed: int,
    level: float = 0.95,
    by_amount: bool = False,
) -> Floats:
    """Intervals ``(k, k, 2)`` of the pooled shares when whole firms are drawn: a firm's periods are not independent."""
    moves = _moves(seen, states, unrated)
    firms = {firm: number for number, firm in enumerate(sorted({move[0] for move in moves}))}
    firm = np.array([firms[move[0]] for move in moves], dtype=np.int64)
    cell = np.array([move[2] * len(states) + move[3] for move in moves], dtype=np.int64)
    weight = np.array([move[4] if by_amount else 1 for move in moves], dtype=np.float64)

    def estimate(times: Whole) -> Floats:
        summed = np.bincount(cell, weights=weight * times[firm], minlength=len(states) ** 2)
        return shares(summed.reshape(len(states), len(states)))

    return resampled(estimate, len(firms), rounds, seed, level)


def shares(counts: Whole | Floats) -> Floats:
    """Each row divided by its sum; NaN in an empty row."""
    total = counts.sum(axis=1, keepdims=True).astype(np.float64)
    divided: Floats = np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0)
    return divided


def without_unrated(probabilities: Floats, unrated: int) -> Floats:
    """A published matrix with the column ``unrated`` taken out and its rows made to sum to one again: p_ij / (1 - p_iNR).

    A square one loses the row as well; most tables are published without it.
    """
    square = probabilities.shape[0] == probabilities.shape[1]
    rows = np.delete(probabilities, unrated, axis=0) if square else probabilities
    return shares(np.delete(rows, unrated, axis=1))


def _nothing(cells: int) -> Whole:
    return np.zeros((cells, cells), dtype=np.int64)


def _moves(seen: Iterable[Seen], states: Sequence[str], unrated: str) -> list[tuple[str, int, int, int, int]]:
    """Firm, period, row, column, balance at the start, sorted; what is not seen between is unrated."""
    places = {state: number for number, state in enumerate(states)}
    paths: dict[str, dict[int, Seen]] = defaultdict(dict)
    for one in seen:
        if one.state not in places or unrated not in places:
            raise ValueError(f"{one.firm}: no such state: {one.state if one.state not in places else unrated}")
        if one.amount_fen < 0 or one.period in paths[one.firm]:
            raise ValueError(f"{one.firm}: seen twice, or with a balance below zero, in period {one.period}")
        paths[one.firm][one.period] = one
    last = max((period for path in paths.values() for period in path), default=0)
    moves = []
    for firm, path in sorted(paths.items()):
        amount = 0
        for period in range(min(path), last):
            ends = (path[p].state if p in path else unrated for p in (period, period + 1))
            amount = path[period].amount_fen if period in path else amount
            row, column = (places[state] for state in ends)
            moves.append((firm, period, row, column, amount))
    return moves
