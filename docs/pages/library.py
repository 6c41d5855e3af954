"""The built-in schemes, each read once with its cases and its coverage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.cases import Case
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.checks.folder import coverage_of_folder
from envcredit.scheme.coverage import Coverage
from envcredit.scheme.library import locate, names
from envcredit.scheme.model import Scheme


@dataclass(frozen=True)
class Shown:
    """One version: what it says, its cases, and how much of the law it carries out."""

    scheme: Scheme
    cases: tuple[Case, ...]
    coverage: Coverage

    @property
    def page(self) -> str:
        """The name of its page below ``schemes/``."""
        return self.scheme.identity.replace("/", "-")


@cache
def library() -> tuple[Shown, ...]:
    """Every built-in version, by name and day."""
    found = []
    for name in names():
        scheme, coverage = coverage_of_folder(name)
        cases, _ = read_cases(locate(name), scheme, read_vocabulary())
        found.append(Shown(scheme, cases, coverage))
    return tuple(found)
