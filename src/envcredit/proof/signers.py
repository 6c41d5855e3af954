"""Who signs: a key file for demonstration and small publishers, or anything else that has these two members.

An HSM (PKCS#11) or a signing service needs one small class of its own.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import InputError

PUBLIC_BYTES = 32


class Signer(Protocol):
    """Signs bytes with one Ed25519 key (RFC 8032)."""

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """A signature, 64 bytes."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A private key that was read from a file."""

    _private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """See :class:`Signer`."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """See :class:`Signer`."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return "KeyFile(…)"


def create_key_file(path: Path, seed: bytes) -> KeyFile:
    """Makes a private key of 32 random bytes and writes it for its owner alone (PKCS #8, PEM).

    Raises ``InputError`` (P101) if the file is there already.
    """
    private = Ed25519PrivateKey.from_private_bytes(seed)
    text = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InputError([problem("P101", Place(str(path)))]) from error
    with os.fdopen(handle, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return KeyFile(private)


def read_key_file(path: Path) -> KeyFile:
    """The key of a file. Raises ``InputError``: P102 others may read it, P103 it holds no Ed25519 key."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError([problem("P102", Place(str(path)))])
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise InputError([problem("P103", Place(str(path)))]) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise InputError([problem("P103", Place(str(path)))])
    return KeyFile(private)


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature holds. False for a key or a signature that is none."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
