"""Checks of a scheme as a document: its days, its status, who it rates, its period and its score."""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground


def days_in_order(ground: Ground) -> Iterator[Diagnostic]:
    """A scheme ends on or after the day it comes into force, and so does every clause."""
    days = ground.scheme.in_force
    if days.last and days.last < days.first:
        yield ground.found("S210", ("in_force", "to"), first=days.first, last=days.last)
    for key, clause in ground.scheme.clauses.items():
        if clause.valid_from and clause.valid_to and clause.valid_to < clause.valid_from:
            yield ground.found("S209", ("clauses", key, "to"), clause=key, first=clause.valid_from, last=clause.valid_to)


def status_is_honest(ground: Ground) -> Iterator[Diagnostic]:
    """A scheme that is not complete names what is missing."""
    scheme = ground.scheme
    if scheme.status != "complete" and not scheme.missing:
        yield ground.found("S211", ("status",), status=scheme.status)


def rates_known_units(ground: Ground) -> Iterator[Diagnostic]:
    """Every unit type that is rated stands in the vocabulary."""
    known = ground.vocabulary.lists["unit_type"]
    for at, name in enumerate(ground.scheme.rates):
        if name not in known:
            yield ground.found("S213", ("rates", at), unit_type=name, known=", ".join(known))


def period_has_its_length(ground: Ground) -> Iterator[Diagnostic]:
    """A rolling period says how long it is; the other periods have a length of their own."""
    period = ground.scheme.period
    if period.kind == "rolling" and period.length is None:
        yield ground.found("S214", ("period",), kind=period.kind)
    if period.kind != "rolling" and period.length is not None:
        yield ground.found("S215", ("period", "length"), kind=period.kind, length=period.length)


def score_starts_inside(ground: Ground) -> Iterator[Diagnostic]:
    """The start value is there in a complete scheme and lies between floor and ceiling, and the step is above zero."""
    score = ground.scheme.score
    if score is None:
        return
    if score.step <= 0:
        yield ground.found("S263", ("score", "step"), step=f"{score.step:f}")
    if score.start is None:
        if ground.scheme.status == "complete":
            yield ground.found("S216", ("score",))
        return
    if score.floor is not None and score.start < score.floor:
        yield ground.found("S262", ("score", "start"), start=f"{score.start:f}", end="floor", bound=f"{score.floor:f}")
    if score.ceiling is not None and score.start > score.ceiling:
        yield ground.found("S262", ("score", "start"), start=f"{score.start:f}", end="ceiling", bound=f"{score.ceiling:f}")


CHECKS = (days_in_order, status_is_honest, rates_known_units, period_has_its_length, score_starts_inside)
