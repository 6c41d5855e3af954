"""A made-up issuer, its log and its witnesses; tokens, bundles and status lists of theirs, as they should be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from envcredit.proof.bundle import Bundle
from envcredit.proof.encoding import base64url_of
from envcredit.proof.entries import rating_entry
from envcredit.proof.inclusion import Inclusion
from envcredit.proof.merkle import Tree, inclusion_proof, leaf_hash
from envcredit.proof.note import COSIGNATURE, ED25519, Checkpoint, Note, NoteKey, cosign, sign_note
from envcredit.proof.result import RESULT
from envcredit.proof.statuslist import STATUS_LIST, StatusList
from envcredit.proof.trust import Trust, TrustedKey

NOW, DAY = 1_795_500_000, 86_400
ISSUER, ORIGIN = "https://rating.example.gov.cn", "rating.example.gov.cn/log"
URI, INDEX = f"{ISSUER}/status/1", 5002
SALT = bytes(range(16))


class Key:
    """A private key that comes from a name."""

    def __init__(self, name: str) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())
        self.public = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


ISSUES, OLD, PUBLISHES, LOG = Key("issuer"), Key("old"), Key("publisher"), Key("log")
WITNESSES = {name: Key(name) for name in ("bank.example.com", "platform.example.gov.cn", "bureau.example.gov.cn")}
TRUST = Trust(
    ISSUER,
    (
        TrustedKey("env-2026-1", "issuer", ISSUES.public, NOW - 90 * DAY, NOW + 275 * DAY),
        TrustedKey("env-2025-1", "issuer", OLD.public, NOW - 455 * DAY, NOW - 90 * DAY),
        TrustedKey("pub-2026-1", "publisher", PUBLISHES.public, NOW - 90 * DAY, NOW + 275 * DAY),
    ),
    NoteKey(ORIGIN, ED25519, LOG.public),
    tuple(NoteKey(name, COSIGNATURE, key.public) for name, key in WITNESSES.items()),
    2,
)
PAYLOAD: dict[str, Any] = {
    "iss": ISSUER,
    "jti": "urn:envrating:5002",
    "iat": NOW - DAY,
    "exp": NOW + 365 * DAY,
    "sub": "91431000MA4L0EXX0X",
    "seq": 7,
    "unit": {
        "id": "91431000MA4L0EXX0X",
        "name": "示例冶炼有限公司",
        "unit_type": "enterprise",
        "region": "431003",
        "park": "示例产业园",
    },
    "scheme": "hunan/2023",
    "rule": f"sha256:{'1a' * 32}",
    "inputs": f"sha256:{'2b' * 32}",
    "run": f"sha256:{'3c' * 32}",
    "digest": f"sha256:{'4d' * 32}",
    "as_of": "2026-11-22",
    "known_at": "2026-11-22T16:00:00Z",
    "rated": "rated",
    "grade": "yellow",
    "score": "58.0",
    "supersedes": "urn:envrating:4711",
    "publish_until": "2027-11-22",
    "status": {"status_list": {"idx": INDEX, "uri": URI}},
    "reasons": [
        {"rule": "fined", "clause": "measures/12.1", "effect": "deduct", "facts": 2, "points": "-20", "until": "2027-03-01"},
        {"rule": "seized", "clause": "measures/14.2", "effect": "limit", "facts": 1, "grade": "yellow", "until": "2027-05-01"},
        {"rule": "third_year", "clause": "measures/20", "effect": "shift", "facts": 3, "steps": 1},
    ],
}


def token_of(payload: Any = PAYLOAD, kind: str = RESULT, kid: str = "env-2026-1", key: Key = ISSUES, **header: Any) -> str:
    """A token. ``payload``: an object, or bytes that stand as they are. ``header``: what stands there besides, or otherwise."""
    head = {"alg": "Ed25519", "kid": kid, "typ": kind} | header
    body = payload if isinstance(payload, bytes) else json_of(payload)
    message = f"{base64url_of(json_of(head))}.{base64url_of(body)}"
    return f"{message}.{base64url_of(key.sign(message.encode()))}"


def json_of(value: Any) -> bytes:
    """Sorted and without spaces; other than ``canonical`` it takes whatever it gets."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def checkpoint_note(text: str, signed_by: Mapping[str, Key] = WITNESSES, origin: str = ORIGIN, log: Key = LOG) -> Note:
    """A checkpoint with its signatures."""
    note = sign_note(text, origin, log)
    return replace(note, lines=(*note.lines, *(cosign(text, name, key, NOW - 600) for name, key in signed_by.items())))


def bundle_of_token(token: str, size: int = 11, index: int = 6, note: Any = checkpoint_note, salt: bytes = SALT) -> bytes:
    """A bundle of a log of ``size`` entries that has the token at ``index``."""
    tree = Tree(leaf_hash(rating_entry(salt, token) if place == index else b"%d" % place) for place in range(size))
    text = str(Checkpoint(ORIGIN, size, tree.root()))
    proof = Inclusion(index, tuple(inclusion_proof(tree.read, index, size)), note(text))
    return Bundle(token, salt, proof).to_bytes()


def list_token(states: Mapping[int, int] | None = None, key: Key = PUBLISHES, kid: str = "pub-2026-1", **changes: Any) -> bytes:
    """A status list of today. ``changes`` of its payload; ``None`` leaves a member out."""
    states_of = StatusList(8192)
    for index, state in (states or {}).items():
        states_of[index] = state
    inner = {"bits": 4, "lst": states_of.packed()}
    payload = {"sub": URI, "iat": NOW - 3600, "exp": NOW + 23 * 3600, "ttl": 3600, "status_list": inner} | changes
    kept = {name: value for name, value in payload.items() if value is not None}
    return token_of(kept, STATUS_LIST, kid, key).encode()


@dataclass(frozen=True)
class Case:
    """What is verified: a bundle, by a policy, at a moment, with a status list or without."""

    name: str
    bundle: bytes
    trust: bytes = field(default_factory=TRUST.to_bytes)
    moment: int = NOW
    states: bytes | None = None


GOOD = bundle_of_token(token_of())
