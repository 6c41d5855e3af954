"""Asks witnesses to co-sign while a version is published. One that does not answer signs nothing, and the publication goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from envcredit.errors import ProofError
from envcredit.proof.note import Line, Note, NoteKey
from envcredit.proof.witness import submit
from envcredit.release.publisher import Witnessing

Ask = Callable[[bytes], tuple[int, bytes]]
"""Sends a request to a witness (C2SP tlog-witness) and gives status and body of its answer; status 0: it did not answer."""


def witnessing(asks: Sequence[Ask], trusted: Sequence[NoteKey]) -> Witnessing:
    """What asks each witness in turn. Lines that do not hold under a trusted key are left out."""

    def ask_all(note: Note, prove: Callable[[int], list[bytes]]) -> Sequence[Line]:
        return [line for ask in asks for line in _asked(ask, note, prove) if _holds(line, note, trusted)]

    return ask_all


def _asked(ask: Ask, note: Note, prove: Callable[[int], list[bytes]]) -> list[Line]:
    try:
        return submit(ask, note, prove)
    except ProofError:
        return []


def _holds(line: Line, note: Note, trusted: Sequence[NoteKey]) -> bool:
    alone = Note(note.text, (line,))
    try:
        for key in trusted:
            alone.times_of(key)
    except ProofError:
        return False
    return True
