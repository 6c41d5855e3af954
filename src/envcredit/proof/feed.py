"""The public state as lines, one a unit, and what changed from one version to the next.

A line is canonical JSON: ``sub``, ``jti``, ``state``, ``index`` (the place in the log), ``jws``, ``salt``. Lines lie in the order
of ``sub``; the digest of a state is the SHA-256 of all its lines, each with a line feed.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from envcredit.proof import jws
from envcredit.proof.encoding import bytes_of_base64url, canonical, object_of
from envcredit.proof.entries import SALT_BYTES
from envcredit.proof.refusal import refused
from envcredit.proof.signers import Signer
from envcredit.proof.statuslist import State

RELEASE, DELTA = "envrelease+jwt", "envdelta+jwt"
MOST_LINE, MOST_FILE = 1 << 18, 1 << 32
Op = Literal["ADD", "MOD", "DEL"]
_FIELDS = {"sub", "jti", "state", "index", "jws", "salt"}


@dataclass(frozen=True, slots=True)
class Line:
    """The current result of a unit, its state, and where the log has it."""

    sub: str
    jti: str
    state: State
    index: int
    jws: str
    salt: str

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "sub": self.sub,
            "jti": self.jti,
            "state": int(self.state),
            "index": self.index,
            "jws": self.jws,
            "salt": self.salt,
        }

    def to_bytes(self) -> bytes:
        """One line, with its line feed."""
        return canonical(self.plain()) + b"\n"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to a unit's line. ``line`` is none for ``DEL``."""

    op: Op
    sub: str
    line: Line | None

    def to_bytes(self) -> bytes:
        """One line, with its line feed."""
        rating = self.line.plain() if self.line else {"sub": self.sub}
        return canonical({"op": self.op, "rating": rating}) + b"\n"


def state_digest(lines: Iterable[bytes]) -> str:
    """``sha256:…`` over lines that are in order."""
    found = sha256()
    for line in lines:
        found.update(line)
    return f"sha256:{found.hexdigest()}"


def line_of(plain: Any, what: str = "line") -> Line:
    """A line as it was written. Raises ``ProofError`` (V101)."""
    if not isinstance(plain, dict) or plain.keys() != _FIELDS:
        raise refused("V101", what=what, why=", ".join(sorted(_FIELDS)))
    if not all(isinstance(plain[name], str) for name in ("sub", "jti", "jws", "salt")) or not plain["sub"]:
        raise refused("V101", what=what, why="text")
    if (
        type(plain["state"]) is not int
        or type(plain["index"]) is not int
        or plain["state"] not in set(State)
        or plain["index"] < 0
    ):
        raise refused("V101", what=what, why="state")
    if len(bytes_of_base64url(plain["salt"], what)) != SALT_BYTES:
        raise refused("V101", what=what, why="salt")
    return Line(plain["sub"], plain["jti"], State(plain["state"]), plain["index"], plain["jws"], plain["salt"])


def packed(lines: Iterable[bytes]) -> bytes:
    """Lines as a gzip file that is the same whenever it is made."""
    return gzip.compress(b"".join(lines), compresslevel=9, mtime=0)


def unpacked_lines(data: bytes, what: str, most: int = MOST_FILE) -> list[bytes]:
    """The lines of a gzip file, each with its line feed. ``most``: bytes. Raises ``ProofError`` (V101, V115)."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        whole = unpacking.decompress(data, most + 1)
    except zlib.error as error:
        raise refused("V101", what=what, why="gzip") from error
    if len(whole) > most:
        raise refused("V115", what=what, most=most)
    if not unpacking.eof or unpacking.unused_data:
        raise refused("V101", what=what, why="gzip")
    lines = whole.splitlines(keepends=True)
    if any(not line.endswith(b"\n") or line.endswith(b"\r\n") for line in lines):
        raise refused("V101", what=what, why="line feed")
    return lines


def state_of(data: bytes, what: str) -> dict[str, Line]:
    """A full file as lines by unit. Raises ``ProofError`` (V101, V115), also for lines that are not in their order."""
    found: dict[str, Line] = {}
    last = ""
    for row in unpacked_lines(data, what):
        line = line_of(object_of(row[:-1], what, MOST_LINE), what)
        if line.sub <= last:
            raise refused("V101", what=what, why="order")
        found[line.sub], last = line, line.sub
    return found


def changes_of(data: bytes, what: str) -> list[Change]:
    """The changes of a delta file. Raises ``ProofError`` (V101, V115)."""
    found = []
    for row in unpacked_lines(data, what):
        plain = object_of(row[:-1], what, MOST_LINE)
        rating = plain.get("rating")
        if plain.keys() != {"op", "rating"} or plain["op"] not in ("ADD", "MOD", "DEL") or not isinstance(rating, dict):
            raise refused("V101", what=what, why="op")
        if plain["op"] == "DEL":
            if rating.keys() != {"sub"} or not isinstance(rating["sub"], str):
                raise refused("V101", what=what, why="DEL")
            found.append(Change("DEL", rating["sub"], None))
        else:
            line = line_of(rating, what)
            found.append(Change(plain["op"], line.sub, line))
    return found


def applied(state: Mapping[str, Line], changes: Iterable[Change]) -> dict[str, Line]:
    """A state after changes. Raises ``ProofError`` (V112) for ADD of what is there, and for MOD or DEL of what is not."""
    found = dict(state)
    for change in changes:
        if (change.op == "ADD") == (change.sub in found):
            raise refused("V112", sub=change.sub, op=change.op)
        if change.line is None:
            del found[change.sub]
        else:
            found[change.sub] = change.line
    return found


def digest_of_state(state: Mapping[str, Line]) -> str:
    """:func:`state_digest` of lines by unit."""
    return state_digest(state[sub].to_bytes() for sub in sorted(state))


def changes_between(before: Mapping[str, Line], after: Mapping[str, Line]) -> list[Change]:
    """What leads from one state to another, in the order of units."""
    found = []
    for sub in sorted(before.keys() | after.keys()):
        line = after.get(sub)
        if line is None:
            found.append(Change("DEL", sub, None))
        elif sub not in before:
            found.append(Change("ADD", sub, line))
        elif before[sub] != line:
            found.append(Change("MOD", sub, line))
    return found


def sign_manifest(payload: dict[str, Any], kind: str, key: str, signer: Signer) -> str:
    """The manifest of a release (``RELEASE``) or of a delta (``DELTA``)."""
    return jws.sign(payload, kind, key, signer)
