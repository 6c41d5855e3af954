"""Checks of weighted schemes: weights add up, tiers cover every unit, and a scheme is weighted as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground
from envcredit.scheme.model import TierRule


def weighted_means_tiers(ground: Ground) -> Iterator[Diagnostic]:
    """The weighted score of a complete scheme is made of tiers, and tiers need a weighted score."""
    score, tiers = ground.scheme.score, ground.scheme.of_kind(TierRule)
    if score is None:
        return
    if score.weighted and not tiers and ground.scheme.status == "complete":
        yield ground.found("S267", ("score", "weighted"))
    if tiers and not score.weighted:
        first = next(iter(tiers))
        yield ground.found("S268", ("rules", first, "kind"), ("score",), rule=first)


def weights_add_up(ground: Ground) -> Iterator[Diagnostic]:
    """The weights of a complete scheme add up to 100 %; those of a partial one to no more."""
    tiers = ground.scheme.of_kind(TierRule)
    total = sum((rule.weight for rule in tiers.values()), Decimal(0))
    if not tiers or total == 1 or (total < 1 and ground.scheme.status != "complete"):
        return
    spots = tuple(("rules", key, "weight") for key in tiers)
    yield ground.found("S260", *spots, total=f"{(total * 100).normalize():f}%", count=len(tiers))


def tiers_cover_all(ground: Ground) -> Iterator[Diagnostic]:
    """The last tier, and only the last, has no condition: it is what remains."""
    for key, rule in ground.scheme.of_kind(TierRule).items():
        remaining = [at for at, tier in enumerate(rule.tiers) if tier.when is None]
        if remaining != [len(rule.tiers) - 1]:
            at = remaining[0] if remaining else len(rule.tiers) - 1
            yield ground.found("S264", ("rules", key, "tiers", at), rule=key, row=at + 1)


def ranges_run_upward(ground: Ground) -> Iterator[Diagnostic]:
    """A range of a tier is written from its lower to its higher end."""
    for key, rule in ground.scheme.of_kind(TierRule).items():
        for at, tier in enumerate(rule.tiers):
            if isinstance(tier.points, tuple) and tier.points[0] >= tier.points[1]:
                low, high = tier.points
                yield ground.found("S265", ("rules", key, "tiers", at, "points"), rule=key, low=f"{low:f}", high=f"{high:f}")


CHECKS = (weighted_means_tiers, weights_add_up, tiers_cover_all, ranges_run_upward)
