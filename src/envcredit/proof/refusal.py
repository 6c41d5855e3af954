"""The one way in which a check fails: :class:`envcredit.errors.ProofError` with a code, whatever was wrong with the bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from envcredit.base.diagnostics import problem
from envcredit.errors import ProofError

_MOMENTS = ("first", "last", "moment")


def refused(code: str, **values: object) -> ProofError:
    """The error to raise: ``raise refused("V104", index=7)``. ``first``, ``last`` and ``moment`` are seconds."""
    told = {name: instant(value) if name in _MOMENTS and isinstance(value, int) else value for name, value in values.items()}
    return ProofError([problem(code, **told)])


def instant(seconds: int) -> str:
    """Seconds as a moment in UTC; those beyond the calendar stay a number."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return str(seconds)
