"""What was checked, and what came of it: a list that a person can read in either language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from envcredit.base.diagnostics import Diagnostic
from envcredit.base.labels import Language, word
from envcredit.errors import ProofError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: a key of the words ``verify.check.*`` with its values. ``failure`` is none where it holds."""

    name: str
    values: Mapping[str, object] = field(default_factory=dict)
    failure: Diagnostic | None = None

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return self.failure is None

    def told(self, language: Language) -> str:
        """One sentence."""
        return word(f"verify.check.{self.name}", language, **self.values)


@dataclass
class Verdict:
    """All checks in their order. ``notes``: keys of words ``verify.note.*`` on what was not or could not be checked."""

    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every check holds. Nothing was shown if nothing was checked."""
        return bool(self.checks) and all(check.holds for check in self.checks)

    @property
    def failures(self) -> tuple[Diagnostic, ...]:
        """What failed."""
        return tuple(check.failure for check in self.checks if check.failure)

    def check(self, name: str, **values: object) -> _Watch:
        """Notes a check; what raises ``ProofError`` inside has failed, and the rest goes on."""
        return _Watch(self, name, values)


@dataclass(frozen=True, slots=True)
class _Watch:
    """What is done inside is one check."""

    verdict: Verdict
    name: str
    values: Mapping[str, object]

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        failure = error.diagnostics[0] if isinstance(error, ProofError) else None
        if error is None or failure is not None:
            self.verdict.checks.append(Check(self.name, self.values, failure))
        return failure is not None
