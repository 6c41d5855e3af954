"""A scheme folder checked: what its reading found, what the checks find, and whether its cases exercise every rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, errors_in
from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import SchemeError
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.checks import check
from envcredit.scheme.checks.stories import cases_by_rule, cases_for_every_rule
from envcredit.scheme.coverage import Coverage, coverage
from envcredit.scheme.coverage_totals import Totals, totals
from envcredit.scheme.library import locate, names
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_folder, read_scheme


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
    folder = locate(name_or_path, on)
    reading = read_folder(folder)
    found = list(reading.diagnostics)
    if reading.scheme is not None:
        cases, problems = read_cases(folder, reading.scheme, read_vocabulary())
        published = {case.source for case in cases}
        found += [*problems, *(each for each in check(reading.scheme, reading.places) if not _publishes_a_case(each, published))]
        found += cases_for_every_rule(reading.scheme, reading.places, cases, reading.shared)
    return Findings(reading.scheme, tuple(sorted(found, key=lambda d: (d.places, d.code))))


def _publishes_a_case(found: Diagnostic, published: set[str]) -> bool:
    """Whether a source without a clause is listed because a case tells what it published."""
    return found.code == "S208" and found.values["source"] in published


def checked_scheme(name_or_path: str | Path, on: date | None = None) -> Scheme:
    """A scheme that passed: read, in force on the day ``on`` if one is given, and without an error in its checks.

    Raises ``SchemeError`` with every error. Places are looked up only when there is something to show.
    """
    scheme = read_scheme(name_or_path, on)
    if errors_in(check(scheme)):
        raise SchemeError(errors_in(check(scheme, read_folder(locate(name_or_path, on)).places)))
    return scheme


def coverage_of_folder(name_or_path: str | Path, on: date | None = None) -> tuple[Scheme, Coverage]:
    """A scheme and its coverage, cases included. Raises ``SchemeError`` when the scheme or one of its cases cannot be read."""
    folder = locate(name_or_path, on)
    reading = read_folder(folder)
    if reading.scheme is None:
        raise SchemeError(reading.diagnostics)
    cases, problems = read_cases(folder, reading.scheme, read_vocabulary())
    if errors_in(problems):
        raise SchemeError(problems)
    return reading.scheme, coverage(reading.scheme, len(cases), cases_by_rule(reading.scheme, cases))


def coverage_of_library() -> Totals:
    """The coverage of every built-in version, added up. Raises ``SchemeError`` when one of them cannot be read."""
    return totals(coverage_of_folder(name)[1] for name in names())
