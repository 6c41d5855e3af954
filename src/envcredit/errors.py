"""Every exception of envcredit.

::

    EnvcreditError            carries diagnostics: what is wrong, where, and what to do
    ├── InputError            a file, an option or a value that a person gave is not usable (exit code 2)
    │   ├── SchemeError       a scheme does not pass its checks, or is not in force
    │   └── RecordsError      a record file cannot be read at all (single bad rows are quarantined instead)
    ├── ProofError            a signature, a proof or a signed text does not hold (exit code 1: the answer is no)
    └── InvariantError        the program contradicts itself: a defect of envcredit, never of the input

A question whose answer is "no" (a check found something, a replay differs) is not an exception.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envcredit.base.diagnostics import Diagnostic


class EnvcreditError(Exception):
    """Base of all errors; ``diagnostics`` says everything that was found, in order of place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("; ".join(f"{d.code} {d.message('en')}" for d in self.diagnostics))


class InputError(EnvcreditError):
    """Something a person gave is not usable."""


class SchemeError(InputError):
    """A scheme does not pass its checks, or is not in force on the day asked for."""


class RecordsError(InputError):
    """A record file as a whole cannot be read."""


class ProofError(EnvcreditError):
    """Something that was to be shown is not: by its form, its signature, its place in a log, or its time."""


class InvariantError(EnvcreditError):
    """A statement that must always hold does not: a defect of envcredit."""
