"""What is published about a unit at the moment: the result and its state, with the rules that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envcredit.proof.result import Result
from envcredit.proof.rules import PackGrade, RulePack
from envcredit.proof.statuslist import State


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit's current result."""

    result: Result
    state: State
    pack: RulePack

    @property
    def grade(self) -> PackGrade | None:
        """The grade as its scheme calls it; none for a unit that has no grade."""
        return self.pack.grade(self.result.grade) if self.result.grade else None


@dataclass(frozen=True, slots=True)
class Published:
    """A release as exports and pages see it: its version, moment in seconds and issuer, and every unit's standing by ``sub``."""

    version: int
    moment: int
    issuer: str
    standings: tuple[Standing, ...]
    packs: Mapping[str, RulePack]
