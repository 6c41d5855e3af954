"""What `scheme check` looks for: one function a check, its docstring its summary, all problems of a scheme at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks import clauses, grades, identity, names, points, unknowns, upkeep, values, weights, windows
from envcredit.scheme.checks.ground import Ground, Places, by_spot
from envcredit.scheme.model import Scheme

Check = Callable[[Ground], Iterable[Diagnostic]]

CHECKS: tuple[Check, ...] = (
    *identity.CHECKS,
    *clauses.CHECKS,
    *grades.CHECKS,
    *names.CHECKS,
    *windows.CHECKS,
    *points.CHECKS,
    *weights.CHECKS,
    *unknowns.CHECKS,
    *values.CHECKS,
    *upkeep.CHECKS,
)
"""Every check, in the order in which a scheme is written."""


def check(scheme: Scheme, place: Places = by_spot) -> tuple[Diagnostic, ...]:
    """Everything that the checks find in a read scheme, sorted by place. Empty when there is nothing to say."""
    ground = Ground(scheme, place)
    return tuple(sorted((found for each in CHECKS for found in each(ground)), key=lambda d: (d.places, d.code)))


def summary_of(each: Check) -> str:
    """The first line of a check's docstring, which says what must hold."""
    return (each.__doc__ or "").strip().splitlines()[0]
