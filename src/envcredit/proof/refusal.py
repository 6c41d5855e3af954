"""The one way in which a check fails: :class:`envcredit.errors.ProofError` with a code, whatever was wrong with the bytes."""

from __future__ import annotations

from envcredit.base.diagnostics import problem
from envcredit.errors import ProofError


def refused(code: str, **values: object) -> ProofError:
    """The error to raise: ``raise refused("V104", index=7)``."""
    return ProofError([problem(code, **values)])
