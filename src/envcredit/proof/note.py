"""Signed notes, checkpoints of a log, and co-signatures of witnesses (C2SP signed-note, tlog-checkpoint, tlog-cosignature)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from envcredit.proof.encoding import base64_of, bytes_of_base64, text_of, whole_number
from envcredit.proof.merkle import HASH_BYTES
from envcredit.proof.refusal import refused
from envcredit.proof.signers import PUBLIC_BYTES, Signer, is_signed

ED25519, COSIGNATURE = 0x01, 0x04
_MARK, _ID_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = "— ", 4, 8, 64
MOST_NOTE, MOST_SIGNATURES = 64 * 1024, 64
NOTE = "note"


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key as notes know it. ``kind``: what it signs, a note (0x01) or a co-signature with a time (0x04)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The first bytes of a digest over name and key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64_of(bytes([self.kind]) + self.public)}"


def note_key(text: str) -> NoteKey:
    """The key written ``name+id+base64``. Raises ``ProofError`` (V101)."""
    what = "key"
    name, mark, rest = text.partition("+")
    stated, second, encoded = rest.partition("+")
    data = bytes_of_base64(encoded, what)
    if not (mark and second and _is_name(name)) or len(data) != PUBLIC_BYTES + 1 or data[0] not in (ED25519, COSIGNATURE):
        raise refused("V101", what=what, why=text[:80])
    key = NoteKey(name, data[0], data[1:])
    if stated != key.id.hex():
        raise refused("V101", what=what, why=stated[:20])
    return key


@dataclass(frozen=True, slots=True)
class Line:
    """One line of signature: whose it says it is, and its bytes after the four of the id."""

    name: str
    id: bytes
    blob: bytes

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {base64_of(self.id + self.blob)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a line feed, and the lines that sign it."""

    text: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.lines))}"

    def to_bytes(self) -> bytes:
        """UTF-8."""
        return str(self).encode()

    def signed_by(self, key: NoteKey) -> bool:
        """Whether a line of this key is there. Raises ``ProofError`` (V102) if one is, and does not sign the text."""
        return self.times_of(key) != []

    def times_of(self, key: NoteKey) -> list[int]:
        """The times that a witness states (0 for a key of another kind), one a line. Raises ``ProofError`` (V102) as above.

        A line of a known key that does not hold spoils the whole note, as the specification asks.
        """
        return [self._time(line, key) for line in self.lines if (line.name, line.id) == (key.name, key.id)]

    def _time(self, line: Line, key: NoteKey) -> int:
        time, signature = 0, line.blob
        message = self.text.encode()
        if key.kind == COSIGNATURE:
            time, signature = int.from_bytes(line.blob[:_TIME_BYTES], "big"), line.blob[_TIME_BYTES:]
            message = cosigned(time, self.text)
        if len(signature) != _SIGNATURE_BYTES or not is_signed(key.public, signature, message):
            raise refused("V102", what=NOTE, key=key.name)
        return time


def note_of(data: bytes) -> Note:
    """A note as it was written. Raises ``ProofError`` (V101, V115)."""
    whole = text_of(data, NOTE, MOST_NOTE)
    text, blank, signatures = whole.rpartition("\n\n")
    rows = signatures.removesuffix("\n").split("\n")
    if not blank or not signatures.endswith("\n") or len(rows) > MOST_SIGNATURES:
        raise refused("V101", what=NOTE, why="signatures")
    return Note(text + "\n", tuple(map(line_of, rows)))


def line_of(row: str) -> Line:
    """A line of signature as it was written. Raises ``ProofError`` (V101)."""
    name, _, encoded = row.removeprefix(_MARK).partition(" ")
    data = bytes_of_base64(encoded, NOTE)
    if not row.startswith(_MARK) or not _is_name(name) or len(data) <= _ID_BYTES:
        raise refused("V101", what=NOTE, why=row[:60])
    return Line(name, data[:_ID_BYTES], data[_ID_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and not any(sign == "+" or sign.isspace() or "\ud800" <= sign <= "\udfff" for sign in name)


def sign_note(text: str, name: str, signer: Signer) -> Note:
    """A note with one signature."""
    assert text.endswith("\n")
    key = NoteKey(name, ED25519, signer.public)
    return Note(text, (Line(name, key.id, signer.sign(text.encode())),))


def cosigned(time: int, text: str) -> bytes:
    """What a witness signs: a time in seconds, and a checkpoint."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosign(text: str, name: str, signer: Signer, time: int) -> Line:
    """The line by which a witness says that it saw a checkpoint at that time, and none inconsistent with it."""
    key = NoteKey(name, COSIGNATURE, signer.public)
    return Line(name, key.id, time.to_bytes(_TIME_BYTES, "big") + signer.sign(cosigned(time, text)))


def with_lines(note: Note, lines: Iterable[Line]) -> Note:
    """The note with further lines; a key's newer line takes the place of its older one."""
    newer = {(line.name, line.id): line for line in lines}
    kept = [newer.pop((line.name, line.id), line) for line in note.lines]
    return Note(note.text, (*kept, *newer.values()))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: its name, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n"


def checkpoint_of(text: str) -> Checkpoint:
    """A checkpoint of three lines; extension lines are refused. Raises ``ProofError`` (V101)."""
    what = "checkpoint"
    rows = text.split("\n")
    if len(rows) != 4 or rows[3] or not rows[0]:
        raise refused("V101", what=what, why=f"{len(rows) - 1} lines")
    root = bytes_of_base64(rows[2], what)
    if len(root) != HASH_BYTES:
        raise refused("V101", what=what, why="root")
    return Checkpoint(rows[0], whole_number(rows[1], what), root)


def witnessed(note: Note, witnesses: Sequence[NoteKey]) -> dict[str, int]:
    """The witnesses that signed, and when they last did."""
    found = {key.name: note.times_of(key) for key in witnesses}
    return {name: max(times) for name, times in found.items() if times}
