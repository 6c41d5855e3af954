"""The last checkpoint that was signed, kept apart from the ledger, so that a ledger that was set back is not signed again.

Whoever restores an old ledger has a guard that is ahead of it. Two signed checkpoints that do not agree would end the log.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import InputError, ProofError
from envcredit.proof.encoding import canonical, object_of


@dataclass(frozen=True, slots=True)
class Guarded:
    """The newest version that may have been signed: its number, the log's size and root (hex), and a digest of the ledger."""

    version: int
    size: int
    root: str
    ledger: str


class Guard(Protocol):
    """Where that is kept."""

    def read(self) -> Guarded | None:
        """What is there; nothing before the first version."""

    def swap(self, old: Guarded | None, new: Guarded) -> None:
        """Puts ``new`` in the place of ``old``; it lasts when this returns. Raises ``InputError`` (P113) if another is there."""


@dataclass(frozen=True, slots=True)
class GuardFile:
    """A small file, best on another disk than the ledger."""

    path: Path

    def read(self) -> Guarded | None:
        """See :class:`Guard`. Raises ``InputError`` (P112) for a file that is damaged."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Guarded(**object_of(data, "guard"))
        except (ProofError, TypeError) as error:
            raise InputError([problem("P112", Place(str(self.path)), path=self.path.name)]) from error

    def swap(self, old: Guarded | None, new: Guarded) -> None:
        """See :class:`Guard`."""
        if self.read() != old:
            raise InputError([problem("P113", Place(str(self.path)))])
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fields = {"version": new.version, "size": new.size, "root": new.root, "ledger": new.ledger}
        write_durably(self.path, canonical(fields))


def write_durably(path: Path, data: bytes) -> None:
    """The whole file or the old one, whatever happens meanwhile; on the disk when this returns."""
    waiting = path.with_name(f".{path.name}.writing")
    with waiting.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
