"""The party of each row: its name and codes as written, judged once for each distinct text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from envcredit.base import uscc
from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.names import name_key
from envcredit.records.columns import Cleaner, Texts, texts
from envcredit.records.headers import Table
from envcredit.records.source import Party
from envcredit.records.statements import UnitAsWritten

_KEPT = 100_000


@dataclass(slots=True)
class Parties:
    """The texts of name, code and organisation code of a table."""

    name: Texts | None = None
    code: Texts | None = None
    org_code: Texts | None = None

    def of(self, row: int) -> tuple[UnitAsWritten, tuple[Diagnostic, ...]]:
        """The party of a row, with ``R213`` when there is none, and as warnings what is wrong with its code."""
        name, code, org_code = (column.of[row] if column else "" for column in (self.name, self.code, self.org_code))
        return _judged(name, code, org_code)


def parties(party: Party, table: Table, cleaned: Cleaner) -> Parties:
    """The columns of the party in a table."""
    name, code, org_code = (texts(cell, table, cleaned) if cell else None for cell in (party.name, party.code, party.org_code))
    return Parties(name, code, org_code)


@lru_cache(maxsize=_KEPT)
def _judged(name: str, code: str, org_code: str) -> tuple[UnitAsWritten, tuple[Diagnostic, ...]]:
    judged = uscc.verdict(code)
    older = _organisation(org_code or code) if judged.status != "valid" else uscc.organisation_code(judged.code)
    found = UnitAsWritten(name, code, org_code, judged.code, older, name_key(name))
    if not found.name_key and judged.status == "absent" and not older:
        return found, (problem("R213"),)
    finding = None if older and not judged.code else _as_warning(judged)
    return found, (finding,) if finding else ()


@lru_cache(maxsize=_KEPT)
def _organisation(text: str) -> str:
    judged = uscc.organisation_verdict(text)
    return judged.code if judged.status == "valid" else ""


def _as_warning(judged: uscc.Verdict) -> Diagnostic | None:
    """A code that is no valid one never keeps a record out: the row is kept and may be settled by name or by a signed link."""
    if judged.status in ("valid", "absent"):
        return None
    code = "R241" if judged.status == "masked" else "R242"
    return problem(code, found=judged.found, position=judged.position, suggestions=", ".join(judged.suggestions) or "—")
