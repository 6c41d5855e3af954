"""Power cuts: the disk keeps what was synced and a random part of the sectors that were not.

A publisher works once on a disk that writes down every operation; then the power is cut at random places of what was written
down. The guard lies on another disk and lasts. With weaker settings the same trial must lose, or it shows nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import moves
from disk import Disk, DiskVFS, Image, Op, apply
from figures import Figures
from publishing import Office

from envcredit.errors import InputError
from envcredit.proof.verify import verify_release
from envcredit.release.folder import Folder
from envcredit.release.guard import Guarded
from envcredit.release.keys import read_keys
from envcredit.release.ledger import Ledger
from envcredit.release.publisher import Publisher

VERSIONS = 24


@dataclass
class _Guard:
    """A guard that lasts, and tells the disk's story when it moved."""

    disk: Disk | None
    kept: Guarded | None = None

    def read(self) -> Guarded | None:
        return self.kept

    def swap(self, old: Guarded | None, new: Guarded) -> None:
        assert old == self.kept
        self.kept = new
        if self.disk is not None:
            self.disk.said("guarded", new)


def recorded(folder: Path, synchronous: str, seed: int, versions: int = VERSIONS) -> tuple[Office, list[Op]]:
    """Publishes on a disk that writes everything down."""
    office, disk = moves.office_in(folder), Disk()
    vfs = DiskVFS(disk, f"disk-{id(disk)}")
    ledger = Ledger(office.ledger, vfs.connect, synchronous)
    publisher = Publisher(ledger, _Guard(disk), read_keys(office.keys), Folder(office.out))
    for number in range(versions):
        made = moves.make(publisher, number, f"{seed}".encode())
        disk.said("acknowledged", moves.acknowledgement(publisher, number, made))
    trace = list(disk.trace)
    ledger.close()
    vfs.unregister()
    return office, trace


def power_cuts(times: int, folder: Path, synchronous: str = "FULL", seed: int = 1, recordings: int = 4) -> Figures:
    """``times`` cuts, spread over recordings."""
    figures, rng = Figures(f"power cut, synchronous={synchronous}"), Random(seed)
    figures.counts.update({"lost": 0, "damaged": 0})
    for recording in range(recordings):
        office, trace = recorded(folder / f"power-{synchronous}-{seed}-{recording}", synchronous, seed + recording)
        share = times // recordings + (recording < times % recordings)
        places = sorted(rng.randrange(len(trace)) for _ in range(share))
        _cut_at(office, trace, places, rng, figures, f"seed {seed}, recording {recording}")
    return figures


def _cut_at(office: Office, trace: Sequence[Op], places: Sequence[int], rng: Random, figures: Figures, where: str) -> None:
    images: dict[str, Image] = {}
    said: list[dict[str, Any]] = []
    guarded: Guarded | None = None
    done = 0
    for place in places:
        for op in trace[done : place + 1]:
            if op[0] != "said":
                apply(images, op)
            elif op[1] == "guarded":
                guarded = op[2]
            else:
                said.append(op[2])
        done = place + 1
        private = office.folder / f"cut-{figures.times}"
        private.mkdir()
        for name, image in images.items():
            (private / Path(name).name).write_bytes(image.after_cut(rng))
        thorough = figures.times % 20 == 0
        kind, what = _after(office, private, guarded, said, thorough=thorough)
        figures.times += 1
        if kind:
            figures.counts[kind] += 1
            figures.wrong.append(f"{where}, cut after {place} of {len(trace)}: {what}")


def _after(
    office: Office, private: Path, guarded: Guarded | None, said: list[dict[str, Any]], *, thorough: bool
) -> tuple[str, str]:
    """What a publisher finds when the power is back: '' for nothing wrong, or whether something is lost or damaged."""
    try:
        ledger = Ledger(private)
        try:
            ledger.check(guarded)
            if missing := [*moves.lost(ledger, said), *moves.doubled(ledger), *moves.inconsistent(ledger, said)]:
                return "lost", missing[0]
            if thorough:
                return _goes_on(office, ledger, guarded, private / "release", len(said))
        finally:
            ledger.close()
    except InputError as error:
        return ("lost" if error.diagnostics[0].code == "P110" else "damaged"), str(error)
    except sqlite3.DatabaseError as error:
        return "damaged", str(error)
    return "", ""


def _goes_on(office: Office, ledger: Ledger, guarded: Guarded | None, out: Path, number: int) -> tuple[str, str]:
    """The folder is written again from the ledger, one more version is published, and a bank accepts it."""
    publisher = Publisher(ledger, _Guard(None, guarded), read_keys(office.keys), Folder(out))
    if ledger.last() is not None:
        publisher.rebuild()
    publisher.daily(moves.moment_of(number + 1), office.random)
    last = ledger.last()
    assert last is not None
    verdict, _release = verify_release(lambda path: (out / path).read_bytes(), office.trust(), last.moment)
    return ("", "") if verdict.holds else ("damaged", verdict.failures[0].message("en"))
