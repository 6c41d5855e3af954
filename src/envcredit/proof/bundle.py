"""One result with everything that shows it: token, salt, proof that the log has it, and the co-signed checkpoint. About 2 kB."""

from __future__ import annotations

from dataclasses import dataclass, replace

from envcredit.proof.encoding import text_of
from envcredit.proof.entries import SALT_BYTES, rating_entry
from envcredit.proof.inclusion import Inclusion, inclusion_of
from envcredit.proof.note import Checkpoint
from envcredit.proof.refusal import refused

_WHAT = "bundle"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle. Salt and token count only once the leaf that they make was found in the tree: :meth:`checkpoint`."""

    token: str
    salt: bytes
    proof: Inclusion

    def to_bytes(self) -> bytes:
        """The proof as text, with salt and token as its ``extra``."""
        return replace(self.proof, extra=self.salt + self.token.encode("ascii")).to_bytes()

    def checkpoint(self) -> Checkpoint:
        """The checkpoint of a log that has this token under this salt. Raises ``ProofError`` (V101, V104)."""
        return self.proof.check(rating_entry(self.salt, self.token))


def bundle_of(data: bytes) -> Bundle:
    """A bundle as it was written. Raises ``ProofError`` (V101, V115). Nothing has been checked yet."""
    proof = inclusion_of(data)
    if proof.extra is None or len(proof.extra) <= SALT_BYTES:
        raise refused("V101", what=_WHAT, why="extra")
    token = text_of(proof.extra[SALT_BYTES:], _WHAT)
    if not token.isascii():
        raise refused("V101", what=_WHAT, why="ASCII")
    return Bundle(token, proof.extra[:SALT_BYTES], proof)
