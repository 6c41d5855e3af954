"""One row as a typed statement, and the two digests that name it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from envcredit.base import document_numbers, names
from envcredit.base.diagnostics import Diagnostic, Place
from envcredit.base.digest import digest_of_bytes
from envcredit.base.vocabulary import Kind
from envcredit.records.sheets import Row

_KEPT = 100_000
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

Scalar = int | str | bool | date
"""A typed value: scaled integer, text or code, yes or no, day. What is not known is absent."""


@dataclass(frozen=True, slots=True)
class UnitAsWritten:
    """The party of a record: as written, and in the forms by which it may be joined (``''`` where there is none)."""

    name: str = ""
    code_raw: str = ""
    org_code_raw: str = ""
    code: str = ""
    org_code: str = ""
    name_key: str = ""

    def key(self) -> str:
        """The party as part of an identity: by valid code, else organisation code, else name, else the code as written."""
        return self.code or self.org_code or self.name_key or name_key(self.code_raw)


@dataclass(slots=True)
class Statement:
    """What one row states. ``problems`` keep it out; ``warnings`` do not."""

    place: Place
    row: Row
    header: tuple[str, ...]
    source: str
    kind: str = ""
    unit: UnitAsWritten = field(default_factory=UnitAsWritten)
    values: dict[str, Scalar] = field(default_factory=dict)
    replaces: str = ""
    problems: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    record_id: str = ""
    identity: str = ""
    document_key: str = ""
    about_key: str = ""

    def named(self, kind: Kind) -> None:
        """Fills the digests and keys from what is stated; neither file nor line has a part in them."""
        self.record_id = self.record_id_under(self.source)
        self.identity = _identity(self, kind)
        self.document_key = _document_key(_text(self.values, "authority"), _text(self.values, "document_number"))
        self.about_key = _document_key(_text(self.values, "about_authority"), _text(self.values, "about_number"))

    def record_id_under(self, source: str) -> str:
        """The record id this statement has when ``source`` makes it."""
        return flat_digest({"source": source, **_content(self)})


number_key = lru_cache(maxsize=_KEPT)(document_numbers.number_key)
name_key = lru_cache(maxsize=_KEPT)(names.name_key)


def flat_digest(value: Mapping[str, object]) -> str:
    """``base.digest.digest_of`` for objects whose keys are ASCII and whose values are texts, yes/no or such objects.

    For these the canonical form of RFC 8785 is what the standard library writes, twenty times as fast.
    """
    return digest_of_bytes([_CANONICAL.encode(value).encode()])


def _content(statement: Statement) -> dict[str, object]:
    unit = statement.unit
    return {
        "kind": statement.kind,
        "unit": {"name": unit.name, "code": unit.code_raw, "org_code": unit.org_code_raw},
        "values": {name: _plain(value) for name, value in statement.values.items()},
        "replaces": statement.replaces,
    }


def _plain(value: Scalar) -> object:
    """Integers go in as text: canonical JSON holds none beyond 2^53."""
    return value if isinstance(value, (bool, str)) else str(value)


def _identity(statement: Statement, kind: Kind) -> str:
    """Digest of kind, unit and identity attributes.

    A kind that is told apart by its document number alone (its own day is no part of its identity) falls back to the whole
    statement when no number is given.
    """
    values = statement.values
    number = number_key(_text(values, "document_number"))
    needs_number = "document_number" in kind.identity and kind.date not in kind.identity
    if needs_number and not number:
        return flat_digest({"statement": _content(statement)})
    parts = {name: _comparable(name, values[name]) for name in kind.identity if name in values}
    return flat_digest({"kind": kind.name, "unit": statement.unit.key(), "identity": parts})


@lru_cache(maxsize=_KEPT)
def _document_key(authority: str, number: str) -> str:
    return document_numbers.document_key(authority, number) if number else ""


def _comparable(name: str, value: Scalar) -> object:
    if name in ("document_number", "about_number"):
        return number_key(str(value))
    return name_key(value) if isinstance(value, str) else _plain(value)


def _text(values: Mapping[str, Scalar], name: str) -> str:
    return str(values.get(name, ""))
