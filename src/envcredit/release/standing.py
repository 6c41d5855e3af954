"""What is published about a unit at the moment: the result and its state, with the rules that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envcredit.base.diagnostics import problem
from envcredit.errors import InputError
from envcredit.proof import jws
from envcredit.proof.feed import Line
from envcredit.proof.result import Result, result_of
from envcredit.proof.rules import PackGrade, RulePack, rule_pack_of
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

    def find(self, text: str) -> Standing:
        """The unit called ``text``: its unified code, its id or its exact name. Raises ``InputError`` (P115)."""
        names = [(each.result.sub, each.result.unit.id, each.result.unit.name) for each in self.standings]
        for column in zip(*names, strict=True):
            if column.count(text) == 1:
                return self.standings[column.index(text)]
        raise InputError([problem("P115", found=text)])


def published_of(version: int, moment: int, issuer: str, lines: Mapping[str, Line], packs: Mapping[str, bytes]) -> Published:
    """From the public state and the rule packs by rule digest, as the ledger has them; signatures are not looked at again."""
    read = {rule: rule_pack_of(data) for rule, data in packs.items()}
    found = []
    for sub in sorted(lines):
        result = result_of(jws.stated(lines[sub].jws))
        found.append(Standing(result, lines[sub].state, read[result.rule]))
    return Published(version, moment, issuer, tuple(found), read)
