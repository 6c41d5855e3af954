"""A policy folder checked: its reading, the checks of the policy, and its cases, run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, errors_in
from envcredit.errors import InputError
from envcredit.lending.policy.cases import PolicyCase, read_policy_cases, rules_without_cases, run_cases
from envcredit.lending.policy.checks import check_policy
from envcredit.lending.policy.library import locate_policy
from envcredit.lending.policy.model import Policy
from envcredit.lending.policy.reader import read_policy, read_policy_folder
from envcredit.lending.policy.rulebook import rulebook


@dataclass(frozen=True, slots=True)
class PolicyFindings:
    """``policy`` is ``None`` when it cannot be read; then only the problems of reading are known."""

    policy: Policy | None
    cases: tuple[PolicyCase, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_clean(self) -> bool:
        """Whether there is neither an error nor a warning. Notes are for information."""
        return not any(found.severity != "note" for found in self.diagnostics)


def check_policy_folder(path: str | Path, on: date | None = None) -> PolicyFindings:
    """Everything that is wrong with a policy and its cases, sorted by place. Raises ``InputError`` only when there is no
    such folder."""
    folder = locate_policy(path, on)
    policy, places, reading = read_policy_folder(folder)
    if policy is None:
        return PolicyFindings(None, (), reading)
    found = [*reading, *check_policy(policy, places)]
    cases: tuple[PolicyCase, ...] = ()
    if not errors_in(found):
        book = rulebook(policy)
        cases, problems = read_policy_cases(folder, book)
        found += [*problems, *run_cases(book, cases)]
        found += rules_without_cases(book, cases, {key: places.key(("rules", key)) for key in policy.rules})
    return PolicyFindings(policy, cases, tuple(sorted(found, key=lambda one: (one.places, one.code))))


def checked_policy(path: str | Path, on: date | None = None) -> Policy:
    """A policy that passed: read, in force on ``on`` if a day is given, and without an error in its checks.

    Raises ``InputError`` with every error. Cases are not run.
    """
    policy = read_policy(path, on)
    if errors_in(check_policy(policy)):
        raise InputError(errors_in(check_policy(policy, read_policy_folder(locate_policy(path, on)).places)))
    return policy
