"""A witness: co-signs checkpoints of logs that it knows, each only if it goes on from the one before (C2SP tlog-witness v1.0.0).

In one process::

    witness = Witness("bank.example/witness", signer, {log.name: log}, StoreFolder(folder))
    lines = submit(lambda request: witness.add_checkpoint(request, moment)[:2], note, prove)

Over HTTP the function given to :func:`submit` posts the request to ``…/add-checkpoint`` and returns status and body.
``prove(old)`` gives the consistency proof from the log of ``old`` entries to that of the note.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import InputError, ProofError
from envcredit.proof.encoding import base64_of, bytes_of_base64, text_of, whole_number
from envcredit.proof.merkle import HASH_BYTES, check_consistency
from envcredit.proof.note import MOST_NOTE, Checkpoint, Line, Note, NoteKey, checkpoint_of, cosign, line_of, note_of
from envcredit.proof.refusal import refused
from envcredit.proof.signers import Signer

MOST_HASHES = 63
MOST_REQUEST = MOST_NOTE + 8192
"""Bytes of the largest request that is read: a note, and 63 hashes."""
TEXT, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
_WHAT, _ROOT_OF_NOTHING = "request", sha256(b"").digest()


class Reply(NamedTuple):
    """What a witness answers: an HTTP status, a body, and the body's type.

    200: its line of signature. 400: not a request, or the old size is above the new one. 403: no signature of a trusted key, or
    one that does not hold. 404: an unknown log. 409: the old size is not that of the checkpoint co-signed last, which is the
    body. 422: the proof does not hold, or another root for the same size.
    """

    status: int
    body: bytes = b""
    kind: str = TEXT


class Store(Protocol):
    """Remembers the newest checkpoint that was co-signed of each log."""

    def read(self, origin: str) -> Checkpoint | None:
        """The newest one; none before the first."""

    def swap(self, old: Checkpoint | None, new: Checkpoint) -> bool:
        """Puts ``new`` in the place of ``old``; it lasts when this returns. False if another one is there."""


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint to be co-signed, and the proof that the log of ``old`` entries is its beginning."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    def to_bytes(self) -> bytes:
        """The body of ``add-checkpoint``."""
        return "\n".join([f"old {self.old}", *map(base64_of, self.proof), "", str(self.note)]).encode()


def request_of(data: bytes) -> Request:
    """A request as it was written. Raises ``ProofError`` (V101, V115)."""
    head, blank, note = text_of(data, _WHAT, MOST_REQUEST).partition("\n\n")
    first, *rows = head.split("\n")
    if not blank or not first.startswith("old ") or len(rows) > MOST_HASHES:
        raise refused("V101", what=_WHAT, why=first[:40])
    proof = tuple(bytes_of_base64(row, _WHAT) for row in rows)
    if not all(len(each) == HASH_BYTES for each in proof):
        raise refused("V101", what=_WHAT, why="hashes")
    return Request(whole_number(first.removeprefix("old "), _WHAT), proof, note_of(note.encode()))


@dataclass(frozen=True, slots=True)
class Witness:
    """``logs``: the keys of the logs that it knows, by origin."""

    name: str
    signer: Signer
    logs: Mapping[str, NoteKey]
    store: Store

    def add_checkpoint(self, data: bytes, moment: int) -> Reply:
        """Answers a request at a moment (seconds). Whatever is asked, nothing is raised but for a store that is damaged."""
        try:
            request = request_of(data)
            new = checkpoint_of(request.note.text)
        except ProofError:
            return Reply(400)
        log = self.logs.get(new.origin)
        if log is None:
            return Reply(404)
        if not _is_signed(request.note, log):
            return Reply(403)
        if request.old > new.size:
            return Reply(400)
        seen = self.store.read(new.origin)
        if request.old != (seen.size if seen else 0):
            return _conflict(seen)
        if not _goes_on(seen, new, request.proof):
            return Reply(422)
        if not self.store.swap(seen, new):
            return _conflict(self.store.read(new.origin))
        return Reply(200, str(cosign(request.note.text, self.name, self.signer, moment)).encode())


def _is_signed(note: Note, log: NoteKey) -> bool:
    try:
        return note.signed_by(log)
    except ProofError:
        return False


def _conflict(seen: Checkpoint | None) -> Reply:
    return Reply(409, f"{seen.size if seen else 0}\n".encode(), SIZE)


def _goes_on(seen: Checkpoint | None, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Whether a checkpoint follows the one that was seen. From an empty log everything does, and nothing can be proved."""
    if seen is None or seen.size == 0:
        return not proof and (new.size > 0 or new.root == _ROOT_OF_NOTHING)
    try:
        check_consistency(seen.size, new.size, seen.root, new.root, proof)
    except ProofError:
        return False
    return True


def submit(
    ask: Callable[[bytes], tuple[int, bytes]], note: Note, prove: Callable[[int], Sequence[bytes]], old: int = 0
) -> list[Line]:
    """Has a checkpoint co-signed. ``ask`` sends a request and returns status and body; ``old``: the size last co-signed.

    The lines are those that the witness gave; nobody has checked them yet. Raises ``ProofError``: V121 with the status if it
    refuses, V101 for an answer that is none.
    """
    status, body = ask(Request(old, tuple(prove(old)), note).to_bytes())
    size = checkpoint_of(note.text).size
    if status == 409:
        known = whole_number(text_of(body, "answer", 32).removesuffix("\n"), "answer")
        if known > size:
            raise refused("V121", status=status, size=known)
        status, body = ask(Request(known, tuple(prove(known)), note).to_bytes())
    if status != 200:
        raise refused("V121", status=status, size=size)
    rows = text_of(body, "answer", MOST_NOTE).removesuffix("\n").split("\n")
    return [line_of(row) for row in rows]


@dataclass(frozen=True, slots=True)
class StoreFolder:
    """One file a log. A file is written beside its place and moved there, so that it is whole at any moment."""

    path: Path

    def read(self, origin: str) -> Checkpoint | None:
        """See :class:`Store`. Raises ``InputError`` (P112) for a file that is damaged: then nothing may be signed."""
        file = self._file(origin)
        try:
            found = checkpoint_of(text_of(file.read_bytes(), "checkpoint"))
        except FileNotFoundError:
            return None
        except ProofError as error:
            raise InputError([problem("P112", Place(str(file)), path=file.name)]) from error
        if found.origin != origin:
            raise InputError([problem("P112", Place(str(file)), path=file.name)])
        return found

    def swap(self, old: Checkpoint | None, new: Checkpoint) -> bool:
        """See :class:`Store`."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self._alone():
            if self.read(new.origin) != old:
                return False
            file = self._file(new.origin)
            waiting = file.with_suffix(".writing")
            with waiting.open("wb") as opened:
                opened.write(str(new).encode())
                opened.flush()
                os.fsync(opened.fileno())
            waiting.replace(file)
            _sync(self.path)
        return True

    def _file(self, origin: str) -> Path:
        return self.path / f"{sha256(origin.encode()).hexdigest()[:32]}.checkpoint"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two processes may serve one folder; between reading and writing each is alone."""
        import fcntl

        with (self.path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
