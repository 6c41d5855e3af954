"""A scheme folder checked: what its reading found, what the checks find, and what they find in its cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, errors_in
from envcredit.errors import SchemeError
from envcredit.scheme.checks import check
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_with_places


@dataclass(frozen=True, slots=True)
class Findings:
    """``scheme`` is ``None`` when it cannot be read; then only the problems of reading are known."""

    scheme: Scheme | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_clean(self) -> bool:
        """Whether there is neither an error nor a warning. Notes are for information."""
        return not any(found.severity != "note" for found in self.diagnostics)


def check_folder(name_or_path: str | Path, on: date | None = None) -> Findings:
    """Everything that is wrong with a scheme, sorted by place. Raises ``SchemeError`` only when there is no such folder."""
    reading = read_with_places(name_or_path, on)
    found = list(reading.diagnostics)
    if reading.scheme is not None:
        found += check(reading.scheme, reading.places)
    return Findings(reading.scheme, tuple(sorted(found, key=lambda d: (d.places, d.code))))


def checked_scheme(name_or_path: str | Path, on: date | None = None) -> Scheme:
    """A scheme that passed: read, and without an error in its checks. Raises ``SchemeError`` with every error."""
    findings = check_folder(name_or_path, on)
    errors = errors_in(findings.diagnostics)
    if findings.scheme is None or errors:
        raise SchemeError(errors)
    return findings.scheme
