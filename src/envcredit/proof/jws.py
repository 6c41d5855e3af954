"""Signed JSON: a JWS in compact form, Ed25519 alone, its type stated, its payload canonical (RFC 7515, 9864, 8785)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from envcredit.proof.encoding import base64url_of, bytes_of_base64url, canonical, object_of
from envcredit.proof.refusal import refused
from envcredit.proof.signers import Signer

ALGORITHM = "Ed25519"
MOST_TOKEN = 1 << 22
_COMPACT = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}")


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed: its type, the id of the key, and the payload."""

    kind: str
    key: str
    payload: Mapping[str, Any]


def sign(payload: dict[str, Any], kind: str, key: str, signer: Signer) -> str:
    """A compact JWS. ``kind``: its type. ``key``: the id of the signer's key. The same input gives the same text."""
    message = f"{base64url_of(canonical({'alg': ALGORITHM, 'kid': key, 'typ': kind}))}.{base64url_of(canonical(payload))}"
    return f"{message}.{base64url_of(signer.sign(message.encode('ascii')))}"


def signed_bytes(token: str) -> bytes:
    """The bytes under the signature; a second signature of another kind signs the same ones."""
    return token.rpartition(".")[0].encode("ascii")


def read(token: str, kind: str) -> Signed:
    """What a token says of itself; nobody has checked the signature. Raises ``ProofError`` (V101, V115)."""
    if len(token) > MOST_TOKEN:
        raise refused("V115", what=kind, most=MOST_TOKEN)
    if not _COMPACT.fullmatch(token):
        raise refused("V101", what=kind, why="JWS")
    head, payload, signature = (bytes_of_base64url(part, kind) for part in token.split("."))
    header = object_of(head, kind)
    if header.keys() != {"alg", "kid", "typ"} or not isinstance(header["kid"], str) or len(signature) != 64:
        raise refused("V101", what=kind, why="header")
    if (header["alg"], header["typ"]) != (ALGORITHM, kind):
        raise refused("V101", what=kind, why=f"{header['alg']!s:.20} {header['typ']!s:.40}")
    return Signed(kind, header["kid"], object_of(payload, kind, MOST_TOKEN))


def stated(token: str) -> dict[str, Any]:
    """What a token of one's own says, whose form and signature are not in question. Of anybody else's use :func:`check`."""
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found


def check(token: str, kind: str, keys: Mapping[str, bytes]) -> Signed:
    """What a token says, after its signature was checked by joserfc. ``keys``: public keys that may sign it, by id.

    Raises ``ProofError``: V101 and V115 form, V103 another key, V102 the signature does not hold.
    """
    found = read(token, kind)
    if found.key not in keys:
        raise refused("V103", what=kind, key=found.key[:80])
    try:
        jws.deserialize_compact(token, _key(keys[found.key]), algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise refused("V102", what=kind, key=found.key[:80]) from error
    return found


def _key(public: bytes) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": base64url_of(public)})
