"""What a run says of each unit, ready to be published: everything of a result but its number, its time and its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from envcredit.proof.encoding import canonical


@dataclass(frozen=True, slots=True)
class Draft:
    """One unit. ``said``: the fields of :class:`envcredit.proof.result.Result` that the run gives, as JSON values.

    ``records``: ids of the records that count against the unit, and ``repaired``: ids of those that have been repaired by now.
    Neither is published.
    """

    sub: str
    said: Mapping[str, Any]
    records: frozenset[str] = field(default=frozenset())
    repaired: frozenset[str] = field(default=frozenset())

    @property
    def digest(self) -> str:
        """Equal for equal statements: hex SHA-256."""
        return sha256(canonical(dict(self.said))).hexdigest()


@dataclass(frozen=True, slots=True)
class Pack:
    """A rule pack to be published with results: its scheme, the rule digest (``sha256:…``) and its bytes."""

    scheme: str
    rule: str
    data: bytes
