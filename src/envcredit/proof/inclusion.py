"""The proof that an entry is in a log, as one text (c2sp.org/tlog-proof@v1)."""

from __future__ import annotations

from dataclasses import dataclass

from envcredit.proof.encoding import base64_of, bytes_of_base64, text_of, whole_number
from envcredit.proof.merkle import HASH_BYTES, check_inclusion, leaf_hash
from envcredit.proof.note import Checkpoint, Note, checkpoint_of, note_of
from envcredit.proof.refusal import refused

HEAD = "c2sp.org/tlog-proof@v1"
MOST_PROOF, MOST_HASHES = 1 << 20, 63
_WHAT = "proof"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """``extra`` is whatever the publisher put beside the proof; nothing signs it. ``hashes``: from the leaf's sibling up."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes | None = None

    def to_bytes(self) -> bytes:
        """The text."""
        extra = [] if self.extra is None else [f"extra {base64_of(self.extra)}"]
        rows = [HEAD, *extra, f"index {self.index}", *map(base64_of, self.hashes), "", str(self.checkpoint)]
        return "\n".join(rows).encode()

    def check(self, entry: bytes) -> Checkpoint:
        """The checkpoint whose tree has the entry. Raises ``ProofError`` (V101, V104). Who signed it is another question."""
        found = checkpoint_of(self.checkpoint.text)
        check_inclusion(self.index, found.size, leaf_hash(entry), self.hashes, found.root)
        return found


def inclusion_of(data: bytes) -> Inclusion:
    """A proof as it was written. Raises ``ProofError`` (V101, V115)."""
    head, blank, note = text_of(data, _WHAT, MOST_PROOF).partition("\n\n")
    first, *rows = head.split("\n")
    if first != HEAD or not blank or not rows:
        raise refused("V101", what=_WHAT, why=first[:40])
    extra = bytes_of_base64(rows.pop(0).removeprefix("extra "), _WHAT) if rows[0].startswith("extra ") else None
    if not rows or not rows[0].startswith("index "):
        raise refused("V101", what=_WHAT, why="index")
    hashes = tuple(bytes_of_base64(row, _WHAT) for row in rows[1:])
    if len(hashes) > MOST_HASHES or not all(len(each) == HASH_BYTES for each in hashes):
        raise refused("V101", what=_WHAT, why="hashes")
    return Inclusion(whole_number(rows[0].removeprefix("index "), _WHAT), hashes, note_of(note.encode()), extra)
