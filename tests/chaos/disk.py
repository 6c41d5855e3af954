"""A disk under SQLite that lives in memory: it remembers what was synced, can be cut off at any moment, and can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import apsw

SECTOR = 512


@dataclass
class Image:
    """A file: as it is, as it was when it was last synced, and the sectors written since. ``there``: whether its name lasts."""

    now: bytearray = field(default_factory=bytearray)
    synced: bytes = b""
    dirty: set[int] = field(default_factory=set)

    def write(self, data: bytes, offset: int) -> None:
        if len(self.now) < offset:
            self.now.extend(bytes(offset - len(self.now)))
        self.now[offset : offset + len(data)] = data
        self.dirty.update(range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1))

    def truncate(self, size: int) -> None:
        del self.now[size:]
        self.now.extend(bytes(size - len(self.now)))
        self.dirty.add(size // SECTOR)

    def sync(self) -> None:
        self.synced = bytes(self.now)
        self.dirty.clear()

    def after_cut(self, rng: Random) -> bytes:
        """What was synced, with a random part of the sectors that were not, under the old length or the new one."""
        share = rng.choice((0.0, 0.5, 0.5, 0.9, 1.0))
        found = bytearray(self.synced)
        for sector in sorted(self.dirty):
            if rng.random() < share:
                begin, data = sector * SECTOR, self.now[sector * SECTOR : (sector + 1) * SECTOR]
                if len(found) < begin:
                    found.extend(bytes(begin - len(found)))
                found[begin : begin + len(data)] = data
        if len(self.now) < len(found) and rng.random() < share:
            del found[len(self.now) :]
        return bytes(found)


Op = tuple[str, str, Any, Any]
"""``write`` (name, data, offset), ``truncate`` (name, size), ``sync`` (name), ``delete`` (name), ``said`` (what, value)."""


@dataclass
class Disk:
    """Files by name, and every operation in order. ``before``: asked before an operation counts; it may raise."""

    images: dict[str, Image] = field(default_factory=dict)
    trace: list[Op] = field(default_factory=list)
    before: Callable[[Op], None] = lambda op: None

    def do(self, kind: str, name: str, first: Any = None, second: Any = None) -> None:
        op = (kind, name, first, second)
        self.before(op)
        self.trace.append(op)
        apply(self.images, op)

    def said(self, what: str, value: Any) -> None:
        """Something that the world outside now relies on."""
        self.trace.append(("said", what, value, None))


def apply(images: dict[str, Image], op: Op) -> None:
    """An operation on images."""
    kind, name, first, second = op
    if kind == "delete":
        images.pop(name, None)
        return
    image = images.setdefault(name, Image())
    if kind == "write":
        image.write(first, second)
    elif kind == "truncate":
        image.truncate(first)
    elif kind == "sync":
        image.sync()


class _File:
    """An open file of the disk, as SQLite asks for it. Locks are no concern: one connection is alone."""

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk, self._name = disk, name

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  the name that apsw asks for
        return bytes(self._disk.images[self._name].now[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.do("write", self._name, bytes(data), offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.do("truncate", self._name, size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.do("sync", self._name)

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._disk.images[self._name].now)

    def xClose(self) -> None:  # noqa: N802
        return None

    def xLock(self, level: int) -> None:  # noqa: N802
        return None

    def xUnlock(self, level: int) -> None:  # noqa: N802
        return None

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0


class DiskVFS(apsw.VFS):
    """SQLite's way to a :class:`Disk`. ``connect`` goes into ``Ledger(folder, connect)``."""

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk, self._name = disk, name
        super().__init__(name, "")

    def connect(self, path: Path) -> apsw.Connection:
        connection = apsw.Connection(str(path), vfs=self._name)
        # Without shared memory the journal works for one connection alone, which a publisher is anyway.
        list(connection.execute("PRAGMA locking_mode = EXCLUSIVE"))
        return connection

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: N802
        filename = name.filename() if name is not None and not isinstance(name, str) else str(name)
        self._disk.images.setdefault(filename, Image())
        flags[1] = flags[0]
        return _File(self._disk, filename)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self._disk.do("delete", filename)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return pathname in self._disk.images

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name
