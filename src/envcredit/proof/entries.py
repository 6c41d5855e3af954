"""What stands in the log. Results and changes of state stand there as commitments that say nothing without their salt."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from envcredit.proof.encoding import canonical

SALT_BYTES = 16


def commitment(salt: bytes, text: str) -> str:
    """Hex SHA-256 of the salt and the text. Whoever has both can show it; without the salt it cannot be guessed."""
    assert len(salt) == SALT_BYTES
    return sha256(salt + text.encode()).hexdigest()


def rating_entry(salt: bytes, token: str) -> bytes:
    """A result was published."""
    return _entry("rating", c=commitment(salt, token))


@dataclass(frozen=True, slots=True)
class Restated:
    """A result changed its state, by a decision (its document number; '' for what happens by itself), at a moment in seconds."""

    jti: str
    old: int
    new: int
    decision: str
    moment: int


def status_entry(salt: bytes, restated: Restated) -> bytes:
    """A result changed its state."""
    change = {"jti": restated.jti, "old": restated.old, "new": restated.new, "decision": restated.decision}
    return _entry("status", c=commitment(salt, canonical({**change, "time": restated.moment}).decode()))


def snapshot_entry(version: int, digest: str, rows: int) -> bytes:
    """The whole public state of a version: SHA-256 of its lines, and their number."""
    return _entry("snapshot", version=version, sha256=digest, rows=rows)


def status_list_entry(uri: str, digest: str) -> bytes:
    """A status list was signed; ``digest``: hex SHA-256 of the token."""
    return _entry("status_list", uri=uri, sha256=digest)


def rules_entry(scheme: str, rule_digest: str, digest: str) -> bytes:
    """A rule pack was published; ``digest``: hex SHA-256 of its file."""
    return _entry("rules", scheme=scheme, rule=rule_digest, sha256=digest)


def key_entry(event: str, key: str, role: str, public: str, moment: int) -> bytes:
    """A key was created, rotated in or retired."""
    return _entry("key", event=event, kid=key, role=role, x=public, time=moment)


def _entry(kind: str, **values: Any) -> bytes:
    return canonical({"v": 1, "kind": kind, **values})
