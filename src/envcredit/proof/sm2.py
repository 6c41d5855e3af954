"""A second signature by SM2 with SM3 (GB/T 32918, GM/T 0009) over the very bytes that Ed25519 signs. An optional part.

JOSE has no registered SM2 algorithm, and none is made up here: the second signature lies beside the token, and a bank's operator
can check it with ``openssl pkeyutl -pkeyopt distid:1234567812345678``. The library is pure Python: for tests and small volumes,
not constant in time. Production in China asks for a certified module, which signs behind the same two functions.
"""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import InputError
from envcredit.proof.encoding import base64_of, bytes_of_base64, text_of
from envcredit.proof.jws import signed_bytes
from envcredit.proof.refusal import refused

DISTINGUISHER = b"1234567812345678"
"""The signer's id where none was agreed on (GM/T 0009, 10)."""
_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_BYTES, _WHAT = 32, "SM2"
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""What stands before the point in a public key of this curve (RFC 5480, GM/T 0006)."""


@dataclass(frozen=True, slots=True)
class SM2Key:
    """A private key. ``public``: the point, 65 bytes beginning with 04."""

    _secret: bytes
    public: bytes

    def sign(self, message: bytes) -> bytes:
        """A signature in DER."""
        r, s = _gmalg().SM2(self._secret, DISTINGUISHER, self.public).sign(message)
        return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))

    def __repr__(self) -> str:
        return "SM2Key(…)"


def create_sm2_key(path: Path, seed: bytes) -> SM2Key:
    """A private key from 48 random bytes, in hex for its owner alone. Raises ``InputError``: P101 is there, P124 no library."""
    number = int.from_bytes(seed, "big") % (_ORDER - 2) + 1
    secret = number.to_bytes(_BYTES, "big")
    key = _key(secret)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InputError([problem("P101", Place(str(path)))]) from error
    with os.fdopen(handle, "w") as file:
        file.write(secret.hex() + "\n")
    return key


def read_sm2_key(path: Path) -> SM2Key:
    """The key of a file. Raises ``InputError``: P102 others may read it, P103 it holds none, P124 no library."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError([problem("P102", Place(str(path)))])
    text = path.read_text("ascii", "replace").strip()
    if not re.fullmatch("[0-9a-f]{64}", text) or not 0 < int(text, 16) < _ORDER - 1:
        raise InputError([problem("P103", Place(str(path)))])
    return _key(bytes.fromhex(text))


def public_pem(public: bytes) -> bytes:
    """The public key as OpenSSL reads it."""
    text = base64_of(_SPKI + public)
    rows = [text[n : n + 64] for n in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *rows, "-----END PUBLIC KEY-----", ""]).encode()


def public_of_pem(data: bytes) -> bytes:
    """The point of :func:`public_pem`. Raises ``ProofError`` (V101)."""
    rows = text_of(data.replace(b"\r", b""), _WHAT).strip().split("\n")
    key = bytes_of_base64("".join(rows[1:-1]), _WHAT)
    if "PUBLIC KEY" not in rows[0] or not key.startswith(_SPKI) or len(key) != len(_SPKI) + 65:
        raise refused("V101", what=_WHAT, why="PEM")
    return key[len(_SPKI) :]


def second_signature(token: str, key: SM2Key) -> bytes:
    """A token with its second signature: ``{"jws": …, "sm2": {"key": hex, "sig": base64 of DER}}``."""
    signature = base64_of(key.sign(signed_bytes(token)))
    plain = {"jws": token, "sm2": {"key": key.public.hex(), "sig": signature}}
    return (json.dumps(plain, indent=1) + "\n").encode()


def check_second_signature(data: bytes, public: bytes) -> str:
    """The token, whose bytes ``public`` has signed. Who signed it by Ed25519 is another question.

    Raises ``ProofError``: V101 form, V102 the signature, V103 another key; ``InputError`` (P124) if the library is not installed.
    """
    try:
        plain: Any = json.loads(text_of(data, _WHAT))
        token, stated, signature = plain["jws"], bytes.fromhex(plain["sm2"]["key"]), plain["sm2"]["sig"]
        r, s = decode_dss_signature(bytes_of_base64(signature, _WHAT))
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise refused("V101", what=_WHAT, why="JSON") from error
    if stated != public:
        raise refused("V103", what=_WHAT, key=stated.hex()[:80])
    if not isinstance(token, str) or not token.isascii() or max(r, s) >= _ORDER or min(r, s) < 1:
        raise refused("V101", what=_WHAT, why="jws")
    pair = r.to_bytes(_BYTES, "big"), s.to_bytes(_BYTES, "big")
    if not _holds(signed_bytes(token), pair, public):
        raise refused("V102", what=_WHAT, key=public.hex()[:16])
    return token


def _holds(message: bytes, pair: tuple[bytes, bytes], public: bytes) -> bool:
    library = _gmalg()
    try:
        return bool(library.SM2(uid=DISTINGUISHER, pk=public).verify(message, *pair))
    except (library.errors.GMError, ValueError):
        return False


def _key(secret: bytes) -> SM2Key:
    public: bytes = _gmalg().SM2(secret).generate_pk(secret)
    return SM2Key(secret, public)


def _gmalg() -> Any:
    try:
        import gmalg
    except ModuleNotFoundError as error:
        raise InputError([problem("P124", part="sm2")]) from error
    return gmalg
