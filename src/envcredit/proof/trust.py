"""Whom a verifier believes: the issuer's keys by role, the log's key, witnesses and how many must have signed, and how fresh.

The file (``trust.json``) comes to a bank by a way of its own; a release carries a copy, which shows nothing about who made it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from envcredit.proof.encoding import base64url_of, bytes_of_base64url, text_of
from envcredit.proof.note import COSIGNATURE, ED25519, NoteKey, note_key
from envcredit.proof.refusal import refused
from envcredit.proof.signers import PUBLIC_BYTES

Role = Literal["issuer", "publisher"]
ROLES: tuple[Role, ...] = ("issuer", "publisher")
"""``issuer`` signs results; ``publisher`` signs status lists, manifests and deltas, day by day. The log has a key of its own."""
_WHAT, _FOREVER = "trust", 1 << 53
MOST_TRUST = 1 << 20
_FIELDS = {"issuer", "keys", "log", "witnesses", "quorum", "fresh_hours"}


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key, what it may sign, and the seconds from and until which what it signs counts."""

    id: str
    role: Role
    public: bytes
    first: int = 0
    last: int = _FOREVER


@dataclass(frozen=True, slots=True)
class Trust:
    """A verifier's policy. ``quorum``: so many ``witnesses`` must have signed. ``fresh_hours``: how old a release may be."""

    issuer: str
    keys: tuple[TrustedKey, ...]
    log: NoteKey
    witnesses: tuple[NoteKey, ...] = ()
    quorum: int = 0
    fresh_hours: int = 48

    def of(self, role: Role) -> Mapping[str, bytes]:
        """The keys of a role by id."""
        return {key.id: key.public for key in self.keys if key.role == role}

    def check_time(self, key_id: str, moment: int, what: str) -> None:
        """Whether a key counted at a moment. Raises ``ProofError`` (V107)."""
        for key in self.keys:
            if key.id == key_id and not key.first <= moment <= key.last:
                raise refused("V107", what=what, first=key.first, last=key.last, moment=moment)

    def to_bytes(self) -> bytes:
        """The file, for people to read as well."""
        keys = [{"kid": k.id, "role": k.role, "x": base64url_of(k.public), "nbf": k.first, "exp": k.last} for k in self.keys]
        plain = {
            "issuer": self.issuer,
            "keys": keys,
            "log": str(self.log),
            "witnesses": [str(witness) for witness in self.witnesses],
            "quorum": self.quorum,
            "fresh_hours": self.fresh_hours,
        }
        return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()

    def jwks(self) -> bytes:
        """The keys as a JSON Web Key Set (RFC 7517, 8037), for clients that know nothing else of ours."""
        keys = [
            {"kty": "OKP", "crv": "Ed25519", "alg": "Ed25519", "use": "sig", "kid": k.id, "x": base64url_of(k.public)}
            for k in self.keys
        ]
        return (json.dumps({"keys": keys}, indent=1) + "\n").encode()


def trust_of(data: bytes) -> Trust:
    """The policy of a file. Raises ``ProofError``: V101 form, V116 a quorum that cannot be met."""
    try:
        text = text_of(data.replace(b"\r", b"").replace(b"\t", b" "), _WHAT, MOST_TRUST)
        plain = json.loads(text, object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number)
        json.dumps(plain, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise refused("V101", what=_WHAT, why="JSON") from error
    if not isinstance(plain, dict) or plain.keys() - _FIELDS or not {"issuer", "keys", "log"} <= plain.keys():
        raise refused("V101", what=_WHAT, why=", ".join(sorted(_FIELDS)))
    witnesses = _texts(plain.get("witnesses", []), "witnesses")
    quorum, fresh = plain.get("quorum", 0), plain.get("fresh_hours", 48)
    if (
        type(quorum) is not int
        or type(fresh) is not int
        or not isinstance(plain["issuer"], str)
        or not isinstance(plain["keys"], list)
    ):
        raise refused("V101", what=_WHAT, why="quorum")
    found = Trust(
        plain["issuer"],
        tuple(map(_key, plain["keys"])),
        _note_key(plain["log"], ED25519),
        tuple(_note_key(text, COSIGNATURE) for text in witnesses),
        quorum,
        fresh,
    )
    different = {witness.public for witness in found.witnesses}
    named = {witness.name for witness in found.witnesses}
    if not len(different) == len(named) == len(found.witnesses) or len({key.id for key in found.keys}) != len(found.keys):
        raise refused("V101", what=_WHAT, why="twice")
    if not 0 <= quorum <= len(different) or fresh < 1:
        raise refused("V116", quorum=quorum, witnesses=len(different))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(pairs[0][0])
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _texts(value: object, field: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise refused("V101", what=_WHAT, why=field)
    return value


def _note_key(text: object, kind: int) -> NoteKey:
    if not isinstance(text, str):
        raise refused("V101", what=_WHAT, why="key")
    key = note_key(text)
    if key.kind != kind:
        raise refused("V101", what=_WHAT, why=text[:60])
    return key


def _key(plain: Any) -> TrustedKey:
    if not isinstance(plain, dict) or plain.keys() != {"kid", "role", "x", "nbf", "exp"} or plain["role"] not in ROLES:
        raise refused("V101", what=_WHAT, why="keys")
    if (
        not isinstance(plain["kid"], str)
        or not isinstance(plain["x"], str)
        or not all(type(plain[n]) is int for n in ("nbf", "exp"))
    ):
        raise refused("V101", what=_WHAT, why="keys")
    public = bytes_of_base64url(plain["x"], _WHAT)
    if len(public) != PUBLIC_BYTES:
        raise refused("V101", what=_WHAT, why=plain["kid"][:60])
    return TrustedKey(plain["kid"], plain["role"], public, plain["nbf"], plain["exp"])
