"""The publisher's private book: entries of the log, tokens, salts, versions. Nothing counts before it is on the disk.

What a version says is covered by a digest that the guard keeps, so a changed byte is noticed before anything is signed again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import InputError, ProofError
from envcredit.proof.encoding import base64url_of
from envcredit.proof.entries import rating_entry
from envcredit.proof.feed import Line
from envcredit.proof.merkle import Tree, leaf_hash
from envcredit.proof.statuslist import State
from envcredit.release.guard import Guarded

FILE = "ledger.sqlite"
_COVERED = ("result", "restated", "version", "delta", "status_list", "pack", "noted")
"""Tables that the digest of the ledger covers; entries are covered by the root of the log, signatures cover themselves."""
SHOWN = (State.IN_FORCE, State.SUSPENDED)
"""States of results that stand in the public state."""


class Connection(Protocol):
    """What is asked of a database: the part in which SQLite's Python interfaces agree."""

    def execute(self, sql: str, bindings: Sequence[Any] = ..., /) -> Any:
        """Rows, to be walked through."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """The same statement many times."""

    def close(self) -> None:
        """Ends it."""


def connect(path: Path) -> Connection:
    """SQLite as Python brings it, every statement by itself unless a transaction was begun."""
    return sqlite3.connect(path, isolation_level=None, timeout=30)


@dataclass(frozen=True, slots=True)
class Row:
    """A published result as the ledger keeps it. Token, salt and records are none once it was repaired."""

    idx: int
    jti: str
    sub: str
    seq: int
    version: int
    place: int
    digest: str
    state: int
    publish_until: str
    token: str | None
    salt: bytes | None
    records: str | None

    def line(self) -> Line:
        """The line of the public state."""
        assert self.token is not None
        assert self.salt is not None
        return Line(self.sub, self.jti, State(self.state), self.place, self.token, base64url_of(self.salt))


_ROW = "idx, jti, sub, seq, version, place, digest, state, publish_until, token, salt, records"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the publication. ``ledger``: digest of what the ledger said after it, but for this very text."""

    number: int
    moment: int
    size: int
    root: bytes
    state: str
    lines: int
    ledger: str

    def guarded(self) -> Guarded:
        """What the guard keeps of it."""
        return Guarded(self.number, self.size, self.root.hex(), self.ledger)


class Ledger:
    """An open ledger. The folder is made if it is not there, for its owner alone."""

    def __init__(self, folder: Path, connecting: Callable[[Path], Connection] = connect, synchronous: str = "FULL") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._con = connecting(folder / FILE)
        try:
            # A power cut may take what was not synced; FULL syncs before a commit returns.
            for setting in ("journal_mode = WAL", f"synchronous = {synchronous}", "secure_delete = ON", "foreign_keys = ON"):
                list(self._con.execute(f"PRAGMA {setting}"))
            for statement in _schema():
                self._con.execute(statement)
            self.tree = Tree(leaf for (leaf,) in self._con.execute("SELECT leaf FROM entry ORDER BY place"))
        except (sqlite3.DatabaseError, TypeError) as error:
            raise self._damaged() from error

    def close(self) -> None:
        """Ends the connection."""
        self._con.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside, or nothing; on the disk when it ends. The tree follows."""
        self._con.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._con.execute("ROLLBACK")
            self.tree = Tree(leaf for (leaf,) in self._con.execute("SELECT leaf FROM entry ORDER BY place"))
            raise
        self._con.execute("COMMIT")

    def forget(self) -> None:
        """Takes what was erased out of the journal as well."""
        list(self._con.execute("PRAGMA wal_checkpoint(TRUNCATE)"))

    def check(self, guarded: Guarded | None) -> None:
        """That the ledger is whole and not older than what was signed. Raises ``InputError``: P110 set back, P112 damaged."""
        try:
            self._check(guarded)
        except (sqlite3.DatabaseError, ProofError, ValueError, TypeError) as error:
            raise self._damaged() from error

    def _check(self, guarded: Guarded | None) -> None:
        last = self.last()
        if [row for (row,) in self._con.execute("PRAGMA integrity_check")] != ["ok"]:
            raise self._damaged()
        for place, (stored, data, leaf) in enumerate(self._con.execute("SELECT place, data, leaf FROM entry ORDER BY place")):
            if stored != place or leaf_hash(data) != leaf:
                raise self._damaged()
        ahead = 0 if last is None else last.number - (guarded.version if guarded else 0)
        if ahead < 0 or ahead > 1 or (guarded is not None and last is None):
            raise InputError([problem("P110", Place(str(self.folder)))])
        if guarded and (guarded.size > self.tree.size or self.tree.root(guarded.size).hex() != guarded.root):
            raise InputError([problem("P110", Place(str(self.folder)))])
        if last is not None:
            self._check_said(last, guarded if guarded and not ahead else last.guarded())

    def _check_said(self, last: Version, guarded: Guarded) -> None:
        if last.guarded() != guarded or self.digest() != last.ledger or self.tree.root() != last.root:
            raise self._damaged()
        for row in self.rows("token IS NOT NULL"):
            assert row.token is not None
            assert row.salt is not None
            if self.entry(row.place) != rating_entry(row.salt, row.token):
                raise self._damaged()

    def _damaged(self) -> InputError:
        return InputError([problem("P112", Place(str(self.folder)), path=FILE)])

    def digest(self) -> str:
        """Hex SHA-256 of all that the ledger says, but for the digest of the newest version itself."""
        found = sha256()
        newest = self._one("SELECT max(number) FROM version")[0]
        for table in _COVERED:
            for row in self._con.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):  # noqa: S608  our own tables
                said = row[:-1] if table == "version" and row[0] == newest else row
                found.update(repr((table, said)).encode())
        return found.hexdigest()

    def add(self, data: bytes) -> int:
        """Logs an entry and returns its place. The hash is of the entry as it was read back."""
        place = self.tree.size
        self._con.execute("INSERT INTO entry VALUES (?, ?, ?)", (place, data, b""))
        (stored,) = self._one("SELECT data FROM entry WHERE place = ?", place)
        leaf = leaf_hash(stored)
        self._con.execute("UPDATE entry SET leaf = ? WHERE place = ?", (leaf, place))
        return self.tree.append(leaf)

    def entry(self, place: int) -> bytes:
        """An entry of the log."""
        found: bytes = self._one("SELECT data FROM entry WHERE place = ?", place)[0]
        return found

    def entries(self, first: int, last: int) -> list[bytes]:
        """Entries from ``first`` up to, not with, ``last``."""
        return [
            d for (d,) in self._con.execute("SELECT data FROM entry WHERE place >= ? AND place < ? ORDER BY place", (first, last))
        ]

    def rows(self, where: str = "TRUE", *bindings: Any) -> Iterator[Row]:
        """Results by their index. ``where`` is a condition of this program's own."""
        for row in self._con.execute(f"SELECT {_ROW} FROM result WHERE {where} ORDER BY idx", bindings):  # noqa: S608
            yield Row(*row)

    def current(self) -> dict[str, Row]:
        """The newest result of every unit."""
        newest = "SELECT max(idx) FROM result GROUP BY sub"
        return {row.sub: row for row in self.rows(f"idx IN ({newest})")}

    def lines(self) -> dict[str, Line]:
        """The public state: every unit whose newest result may be shown."""
        return {sub: row.line() for sub, row in self.current().items() if row.state in SHOWN}

    def keep(self, row: Row) -> None:
        """Takes a result in."""
        values = [getattr(row, name.strip()) for name in _ROW.split(",")]
        self._con.execute(f"INSERT INTO result ({_ROW}) VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608

    def execute(self, statement: str, *bindings: Any) -> list[tuple[Any, ...]]:
        """One statement of this program's own; all its rows."""
        return list(self._con.execute(statement, bindings))

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """The same statement for many rows."""
        self._con.executemany(statement, rows)

    def last(self) -> Version | None:
        """The newest version."""
        rows = self.execute("SELECT number, moment, size, root, state, lines, ledger FROM version ORDER BY number DESC LIMIT 1")
        return Version(*rows[0]) if rows else None

    def note(self, number: int) -> tuple[str, bool] | None:
        """The signed checkpoint of a version, and whether everything was written out; nothing before it is signed."""
        rows = self.execute("SELECT note, written FROM signed WHERE number = ?", number)
        return (rows[0][0], bool(rows[0][1])) if rows else None

    def _one(self, statement: str, *bindings: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = next(iter(self._con.execute(statement, bindings)))
        return found


def _schema() -> list[str]:
    text = files("envcredit.release").joinpath("ledger.sql").read_text("utf-8")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [statement for statement in bare.split(";") if statement.strip()]
