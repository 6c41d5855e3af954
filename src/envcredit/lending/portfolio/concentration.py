"""How much of the book hangs on few: by borrower, industry, county or grade. Sums are whole fen; one division comes last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log

import numpy as np

from envcredit.lending.portfolio.intervals import Floats, Interval, Whole, resampled


@dataclass(frozen=True, slots=True)
class Holding:
    """What one borrower owes under one key (its industry, county or grade), in fen."""

    borrower: str
    key: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Concentration:
    """One key's view of a book. ``by_key`` is in descending order of amount; a key with nothing owed is not in it."""

    by_key: Mapping[str, int]
    hhi: float
    normalised_hhi: float
    effective_number: float
    gini: float
    top: Mapping[int, float]


def concentration(holdings: Iterable[Holding], tops: Sequence[int] = (1, 5, 10)) -> Concentration:
    """Herfindahl–Hirschman index, its normal form, 1/HHI, Gini, and the shares of the largest. Nothing owed: ``ValueError``."""
    by_key = totals(holdings)
    amounts = list(by_key.values())
    square = hhi(amounts)
    largest = {count: float(top_share(amounts, count)) for count in tops}
    return Concentration(by_key, float(square), float(normalised_hhi(amounts)), float(1 / square), float(gini(amounts)), largest)


def totals(holdings: Iterable[Holding]) -> dict[str, int]:
    """Fen by key, the largest first, then by key. A negative amount raises ``ValueError``."""
    sums: dict[str, int] = {}
    for holding in holdings:
        if holding.amount_fen < 0:
            raise ValueError(f"{holding.borrower}: an amount is never negative: {holding.amount_fen}")
        sums[holding.key] = sums.get(holding.key, 0) + holding.amount_fen
    return dict(sorted(((k, v) for k, v in sums.items() if v), key=lambda pair: (-pair[1], pair[0])))


def hhi(amounts: Sequence[int]) -> Fraction:
    """Σ s²: 1/n when all are equal, 1 when one has it all."""
    return Fraction(sum(a * a for a in amounts), _total(amounts) ** 2)


def normalised_hhi(amounts: Sequence[int]) -> Fraction:
    """(HHI - 1/n) / (1 - 1/n): 0 when all are equal, whatever their number. With one alone: 1."""
    size = len(amounts)
    return (hhi(amounts) - Fraction(1, size)) / (1 - Fraction(1, size)) if size > 1 else hhi(amounts)


def top_share(amounts: Sequence[int], count: int) -> Fraction:
    """The share of the ``count`` largest."""
    if count < 1:
        raise ValueError(f"the largest {count}")
    return Fraction(sum(sorted(amounts, reverse=True)[:count]), _total(amounts))


def gini(amounts: Sequence[int]) -> Fraction:
    """Half the mean difference between two, in units of the mean: 0 when all are equal, 1 - 1/n when one has it all."""
    size = len(amounts)
    spread = sum((2 * place - size - 1) * amount for place, amount in enumerate(sorted(amounts), 1))
    return Fraction(spread, size * _total(amounts))


def comprehensive(amounts: Sequence[int]) -> Fraction:
    """The comprehensive concentration index: s₁ + Σ s²(2 - s) over the others. Horváth, Rivista internazionale 17 (1970) 7."""
    total = _total(amounts)
    first, *others = (Fraction(a, total) for a in sorted(amounts, reverse=True))
    return first + sum((s * s * (2 - s) for s in others), Fraction(0))


def renyi(amounts: Sequence[int], order: int) -> float:
    """Rényi's entropy in nats: of order 1 Shannon's, of order 2 -ln HHI. High means spread out."""
    total = _total(amounts)
    parts = [Fraction(a, total) for a in amounts if a]
    if order < 0:
        raise ValueError(f"order {order}")
    if order == 1:
        return -sum(float(s) * log(s) for s in parts)
    return log(sum((s**order for s in parts), Fraction(0))) / (1 - order)


def atkinson(amounts: Sequence[int], aversion: Fraction) -> float:
    """1 - (the equal amount that is worth as much) / mean; 0 when all are equal. Atkinson, Journal of Economic Theory 2
    (1970) 244."""
    if aversion <= 0:
        raise ValueError(f"aversion to inequality is above 0: {aversion}")
    values = np.array(amounts, dtype=np.float64) * len(amounts) / _total(amounts)
    if aversion >= 1 and bool(np.any(values == 0)):
        return 1.0
    if aversion == 1:
        return float(1 - np.exp(np.log(values).mean()))
    power = float(1 - aversion)
    return float(1 - (values**power).mean() ** (1 / power))


def worst_share(by_grade: Mapping[str, int], worst: Iterable[str], leave_out: Iterable[str] = ()) -> Fraction:
    """The share of the ``worst`` grades (two, as a rule) in counts or fen; ``leave_out`` names states that are no grade
    (unrated)."""
    counted = {grade: amount for grade, amount in by_grade.items() if grade not in set(leave_out)}
    return Fraction(sum(counted.get(grade, 0) for grade in set(worst)), _total(list(counted.values())))


def concentration_bootstrap(
    holdings: Iterable[Holding],
    index: Callable[[Sequence[int]], Fraction | float],
    *,
    rounds: int,
    seed: int,
    level: float = 0.95,
) -> Interval:
    """An interval for one index when whole borrowers are drawn. It is biased where one borrower weighs much: see the top
    shares."""

    def of_amounts(amounts: Mapping[str, int]) -> float:
        owed = [amount for amount in amounts.values() if amount]
        return float(index(owed)) if owed else float("nan")

    return _bootstrap(list(holdings), of_amounts, rounds, seed, level)


def worst_share_bootstrap(
    holdings: Iterable[Holding],
    worst: Iterable[str],
    leave_out: Iterable[str] = (),
    *,
    rounds: int,
    seed: int,
    level: float = 0.95,
) -> Interval:
    """An interval for ``worst_share`` of fen when whole borrowers are drawn; the keys of the holdings are grades."""
    grades, out = frozenset(worst), frozenset(leave_out)

    def of_amounts(amounts: Mapping[str, int]) -> float:
        rated = any(amount for grade, amount in amounts.items() if grade not in out)
        return float(worst_share(amounts, grades, out)) if rated else float("nan")

    return _bootstrap(list(holdings), of_amounts, rounds, seed, level)


def _bootstrap(
    holdings: Sequence[Holding], index: Callable[[Mapping[str, int]], float], rounds: int, seed: int, level: float
) -> Interval:
    borrowers = {name: place for place, name in enumerate(sorted({h.borrower for h in holdings}))}
    keys = sorted({h.key for h in holdings})
    places = {key: place for place, key in enumerate(keys)}
    borrower = np.array([borrowers[h.borrower] for h in holdings], dtype=np.int64)
    key = np.array([places[h.key] for h in holdings], dtype=np.int64)
    amount = np.array([h.amount_fen for h in holdings], dtype=np.int64)

    def estimate(times: Whole) -> Floats:
        sums = np.zeros(len(keys), dtype=np.int64)
        np.add.at(sums, key, amount * times[borrower])
        return np.array(index(dict(zip(keys, sums.tolist(), strict=True))))

    low, high = resampled(estimate, len(borrowers), rounds, seed, level).tolist()
    return Interval(low, high, level)


def _total(amounts: Sequence[int]) -> int:
    total = sum(amounts)
    if total <= 0 or min(amounts) < 0:
        raise ValueError("shares need amounts that are not negative, and a sum above zero")
    return total
