"""Flipped bits and restored backups: noticed before anything is signed again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import moves
from figures import Figures
from publishing import Office

from envcredit.errors import EnvcreditError
from envcredit.release.ledger import FILE

VERSIONS = 12


def bit_flips(times: int, folder: Path, seed: int = 1) -> Figures:
    """``times`` bits, each in a file of the ledger, the guard, the keys or the release; and then one more version is tried.

    A bit of the database that means nothing is told apart by comparing all that the database says.
    """
    figures, rng = Figures("bit flipped in storage"), Random(seed)
    figures.counts.update({"noticed": 0, "without meaning": 0, "unnoticed": 0})
    office = _grown(folder / f"flips-{seed}")
    stored = sorted(path for path in office.folder.rglob("*") if path.is_file() and path.name not in ("lock", "sm2.pem"))
    before = _said_by(office.ledger)
    for number in range(times):
        path = stored[number % len(stored)]
        trial = folder / f"flip-{seed}-{number}"
        shutil.copytree(office.folder, trial)
        where = trial / path.relative_to(office.folder)
        data = bytearray(where.read_bytes())
        if data:
            place = rng.randrange(len(data))
            data[place] ^= 1 << rng.randrange(8)
            where.write_bytes(data)
            _judge(Office(trial), path.relative_to(office.folder), before, figures, f"seed {seed}, flip {number}, byte {place}")
        shutil.rmtree(trial)
    return figures


def _judge(office: Office, path: Path, before: list[str], figures: Figures, where: str) -> None:
    figures.times += 1
    same = path.name == FILE and _said_by(office.ledger) == before
    try:
        with office.publisher() as publisher:
            moves.make(publisher, VERSIONS)
    except (EnvcreditError, OSError, ValueError):
        figures.counts["noticed"] += 1
        return
    if same or path.name == "publisher.yaml":  # a setting is its owner's to change; a free byte of the database says nothing
        figures.counts["without meaning"] += 1
        return
    figures.counts["unnoticed"] += 1
    figures.wrong.append(f"{where}: {path}")


def rewinds(times: int, folder: Path, seed: int = 1) -> Figures:
    """An older ledger comes back from a backup, and the guard knows of newer versions: nothing is signed."""
    figures, rng = Figures("older ledger restored"), Random(seed)
    figures.counts.update({"refused": 0, "signed": 0})
    office = moves.office_in(folder / f"rewinds-{seed}")
    backups = []
    with office.publisher() as publisher:
        for number in range(VERSIONS):
            moves.make(publisher, number)
    for number in range(VERSIONS, 2 * VERSIONS):
        backups.append(shutil.copytree(office.ledger, folder / f"backup-{seed}-{number}"))
        with office.publisher() as publisher:
            moves.make(publisher, number)
    newest = office.ledger.rename(office.folder / "newest")
    for number in range(times):
        shutil.copytree(rng.choice(backups[:-1]), office.ledger)
        figures.times += 1
        try:
            with office.publisher() as publisher:
                moves.make(publisher, 2 * VERSIONS)
            figures.counts["signed"] += 1
            figures.wrong.append(f"seed {seed}, rewind {number}")
        except EnvcreditError as error:
            figures.counts["refused"] += error.diagnostics[0].code == "P110"
        shutil.rmtree(office.ledger)
    newest.rename(office.ledger)
    with office.publisher() as publisher:
        assert moves.make(publisher, 2 * VERSIONS) is not None, "the newest ledger goes on"
    return figures


def _grown(folder: Path) -> Office:
    office = moves.office_in(folder)
    with office.publisher() as publisher:
        for number in range(VERSIONS):
            moves.make(publisher, number)
    return office


def _said_by(ledger: Path) -> list[str]:
    """Everything that a database says; nothing where it says nothing any more."""
    try:
        with closing(sqlite3.connect(f"file:{ledger / FILE}?mode=ro", uri=True)) as con:
            return list(_rows(con))
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return []


def _rows(con: sqlite3.Connection) -> Iterator[str]:
    for name, sql in con.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall():
        yield f"{name} {sql}"
        if sql and sql.startswith("CREATE TABLE"):
            yield from (repr(row) for row in con.execute(f"SELECT * FROM {name} ORDER BY rowid"))
