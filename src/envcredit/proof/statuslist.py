"""The present state of every result, one small number each, in one signed list (IETF Token Status List, draft 21)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from envcredit.proof import jws
from envcredit.proof.encoding import base64url_of, bytes_of_base64url
from envcredit.proof.refusal import refused
from envcredit.proof.signers import Signer

STATUS_LIST = "statuslist+jwt"
BITS = 4
SIZE = 131_072
"""Results in one list."""
MOST_BYTES = 1 << 20
"""A list that unpacks to more is refused."""


class State(IntEnum):
    """What a result is worth now. 0 to 2 are the draft's; the others lie in what it leaves to applications."""

    IN_FORCE = 0
    WITHDRAWN = 1
    SUSPENDED = 2
    SUPERSEDED = 3
    REPAIRED = 12
    TERM_OVER = 13


class StatusList:
    """States by index, packed from the least significant bit of each byte upward."""

    def __init__(self, size: int = SIZE, bits: int = BITS, data: bytes | None = None) -> None:
        assert bits in (1, 2, 4, 8)
        self.bits = bits
        self._bytes = bytearray(data if data is not None else (size * bits + 7) // 8)

    def __len__(self) -> int:
        return len(self._bytes) * 8 // self.bits

    def __getitem__(self, index: int) -> int:
        """Raises ``ProofError`` (V110) for an index outside the list."""
        byte, shift = self._place(index)
        return self._bytes[byte] >> shift & (1 << self.bits) - 1

    def __setitem__(self, index: int, value: int) -> None:
        byte, shift = self._place(index)
        mask = (1 << self.bits) - 1
        assert 0 <= value <= mask
        self._bytes[byte] = self._bytes[byte] & ~(mask << shift) | value << shift

    def _place(self, index: int) -> tuple[int, int]:
        if not 0 <= index < len(self):
            raise refused("V110", index=index, size=len(self))
        each = 8 // self.bits
        return index // each, index % each * self.bits

    def to_bytes(self) -> bytes:
        """The packed list."""
        return bytes(self._bytes)

    def packed(self) -> str:
        """``lst`` of the draft: zlib, level 9, then base64url."""
        return base64url_of(zlib.compress(self.to_bytes(), 9))


def unpacked(lst: str, bits: int) -> StatusList:
    """The list of :meth:`StatusList.packed`. Raises ``ProofError``: V101 form, V115 too large."""
    if bits not in (1, 2, 4, 8):
        raise refused("V101", what=STATUS_LIST, why="bits")
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(bytes_of_base64url(lst, STATUS_LIST), MOST_BYTES + 1)
    except zlib.error as error:
        raise refused("V101", what=STATUS_LIST, why="zlib") from error
    if len(data) > MOST_BYTES:
        raise refused("V115", what=STATUS_LIST, most=MOST_BYTES)
    if not unpacking.eof or unpacking.unused_data:
        raise refused("V101", what=STATUS_LIST, why="zlib")
    return StatusList(bits=bits, data=data)


@dataclass(frozen=True, slots=True)
class StatusToken:
    """A signed list: its address, the moments in seconds between which it may be relied on, and the states."""

    uri: str
    issued: int
    expires: int
    states: StatusList

    def at(self, index: int, moment: int) -> State:
        """The state of a result. A list says nothing of a moment before it was issued or after it expires.

        Raises ``ProofError``: V107 not of that moment, V110 index, V101 a state that has no meaning.
        """
        if not self.issued <= moment <= self.expires:
            raise refused("V107", what=STATUS_LIST, first=self.issued, last=self.expires, moment=moment)
        try:
            return State(self.states[index])
        except ValueError as error:
            raise refused("V101", what=STATUS_LIST, why=str(self.states[index])) from error


def sign_status_list(token: StatusToken, ttl: int, key: str, signer: Signer) -> str:
    """The list as a JWS. ``ttl``: after how many seconds a client should look again."""
    payload = {
        "sub": token.uri,
        "iat": token.issued,
        "exp": token.expires,
        "ttl": ttl,
        "status_list": {"bits": token.states.bits, "lst": token.states.packed()},
    }
    return jws.sign(payload, STATUS_LIST, key, signer)


def check_status_list(token: str, uri: str, keys: Mapping[str, bytes]) -> StatusToken:
    """The list at ``uri``, signed by one of these keys. Raises ``ProofError`` (V101 to V103, V115)."""
    payload = jws.check(token, STATUS_LIST, keys).payload
    inner = payload.get("status_list")
    whole = [payload.get("iat"), payload.get("exp"), payload.get("ttl")]
    if not isinstance(inner, dict) or inner.keys() != {"bits", "lst"} or not all(type(each) is int for each in whole):
        raise refused("V101", what=STATUS_LIST, why="payload")
    if payload.get("sub") != uri or payload.keys() != {"sub", "iat", "exp", "ttl", "status_list"}:
        raise refused("V101", what=STATUS_LIST, why="sub")
    if type(inner["bits"]) is not int or not isinstance(inner["lst"], str):
        raise refused("V101", what=STATUS_LIST, why="status_list")
    return StatusToken(uri, payload["iat"], payload["exp"], unpacked(inner["lst"], inner["bits"]))
