"""A full disk and I/O errors at every n-th write: an error may come of it, but never an acknowledgement that does not last."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import apsw
import moves
from disk import Disk, DiskVFS, Op
from figures import Figures
from publishing import Office

from envcredit.proof.verify import verify_release
from envcredit.release.folder import Folder
from envcredit.release.guard import GuardFile
from envcredit.release.keys import read_keys
from envcredit.release.ledger import Ledger
from envcredit.release.publisher import Publisher

MOVES = (9, 10)
"""The moves that meet a fault, after those before them: one repairs, supersedes and publishes at once, one publishes."""


class _Counter:
    """Lets so many writes pass, then fails one of them, or all that follow."""

    def __init__(self, nth: int, *, lasting: bool) -> None:
        self.left, self.lasting, self.hit, self.active = nth, lasting, False, True

    def fails(self) -> bool:
        if not self.active:
            return False
        self.left -= 1
        failing = self.left == 0 or (self.left < 0 and self.lasting)
        self.hit = self.hit or failing
        return failing


def ledger_faults(folder: Path, stride: int = 1, seed: int = 1) -> Figures:
    """Every ``stride``-th write and sync of the ledger's database fails: once or from then on, full or broken."""
    figures = _figures("I/O error in the ledger")
    for move in MOVES:
        _each(
            lambda place, kind, _move=move: _ledger_fault(folder / f"l-{_move}-{place}-{kind}", _move, place, kind, figures),
            stride,
            seed,
        )
    return figures


def file_faults(folder: Path, stride: int = 1, seed: int = 1) -> Figures:
    """Every ``stride``-th call that changes a file of the guard or the release folder fails."""
    figures = _figures("I/O error in guard and folder")
    for move in MOVES:
        _each(
            lambda place, kind, _move=move: _file_fault(folder / f"f-{_move}-{place}-{kind}", _move, place, kind, figures),
            stride,
            seed,
        )
    return figures


def _figures(trial: str) -> Figures:
    figures = Figures(trial)
    figures.counts.update({"refused": 0, "acknowledged": 0, "not lasting": 0, "retries that failed": 0})
    return figures


def _each(trial: Callable[[int, int], bool], stride: int, seed: int) -> None:
    """Fails the first, second, … write, in turn in four ways, until a move meets no fault any more."""
    kinds = (0, 1, 2, 3) if stride == 1 else (seed % 4,)
    for kind in kinds:
        place = 1
        while trial(place, kind):
            place += stride


def _ledger_fault(folder: Path, move: int, place: int, kind: int, figures: Figures) -> bool:
    office, disk = moves.office_in(folder), Disk()
    vfs = DiskVFS(disk, f"disk-{folder}")
    try:
        ledger = Ledger(office.ledger, vfs.connect)
        publisher = _publisher(office, ledger)
        said = _made(publisher, range(move))
        counter = _Counter(place, lasting=kind % 2 == 1)
        disk.before = lambda op: _raise(counter, op, kind)
        acknowledged = _tried(publisher, move, said)
        retried = None if kind % 2 else _again(publisher, move, counter)
        counter.active = False
        # Power cut: only what was synced is left, whether or not the call returned.
        private = folder / "after"
        private.mkdir()
        for name, image in disk.images.items():
            (private / Path(name).name).write_bytes(image.after_cut(Random(place)) if kind < 2 else bytes(image.synced))
        disk.before = lambda op: None
        ledger.close()
    finally:
        vfs.unregister()
    _judge(figures, office, private, move, said, f"move {move}, write {place}, kind {kind}", acknowledged, retried)
    shutil.rmtree(folder)
    return counter.hit


def _raise(counter: _Counter, op: Op, kind: int) -> None:
    if counter.fails():
        raise apsw.FullError("disk full") if kind < 2 and op[0] == "write" else apsw.IOError("I/O error")


def _file_fault(folder: Path, move: int, place: int, kind: int, figures: Figures) -> bool:
    office = moves.office_in(folder)
    ledger = Ledger(office.ledger)
    publisher = _publisher(office, ledger)
    said = _made(publisher, range(move))
    counter = _Counter(place, lasting=kind % 2 == 1)
    with _failing_files(counter, errno.ENOSPC if kind < 2 else errno.EIO):
        acknowledged = _tried(publisher, move, said)
        retried = None if kind % 2 else _again(publisher, move, counter)
    ledger.close()
    _judge(figures, office, office.ledger, move, said, f"move {move}, call {place}, kind {kind}", acknowledged, retried)
    shutil.rmtree(folder)
    return counter.hit


@contextmanager
def _failing_files(counter: _Counter, number: int) -> Iterator[None]:
    """Everything by which Python changes a file; a write that fails leaves half of its bytes."""

    def failing(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if counter.fails():
                if original is Path.write_bytes:
                    original(args[0], args[1][: len(args[1]) // 2])
                raise OSError(number, os.strerror(number))
            return original(*args, **more)

        return call

    opening = Path.open

    def opened(path: Path, mode: str = "r", *args: Any, **more: Any) -> Any:
        if "w" in mode and counter.fails():
            raise OSError(number, os.strerror(number))
        file = opening(path, mode, *args, **more)
        return file if "w" not in mode else _Half(file, counter, number)

    with (
        mock.patch.object(Path, "write_bytes", _method(failing(Path.write_bytes))),
        mock.patch.object(Path, "replace", _method(failing(Path.replace))),
        mock.patch.object(Path, "unlink", _method(failing(Path.unlink))),
        mock.patch.object(Path, "mkdir", _method(failing(Path.mkdir))),
        mock.patch.object(Path, "open", opened),
        mock.patch.object(os, "fsync", failing(os.fsync)),
    ):
        yield


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *args, **more: call(self, *args, **more)  # noqa: PLW0108  only a function is bound as a method


class _Half:
    """A file whose writing may fail after half of its bytes."""

    def __init__(self, file: Any, counter: _Counter, number: int) -> None:
        self._file, self._counter, self._number = file, counter, number

    def write(self, data: bytes) -> int:
        if self._counter.fails():
            self._file.write(data[: len(data) // 2])
            raise OSError(self._number, os.strerror(self._number))
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _Half:
        self._file.__enter__()
        return self

    def __exit__(self, *args: Any) -> None:
        self._file.__exit__(*args)


def _publisher(office: Office, ledger: Ledger) -> Publisher:
    return Publisher(ledger, GuardFile(office.guard), read_keys(office.keys), Folder(office.out))


def _made(publisher: Publisher, numbers: range) -> list[dict[str, Any]]:
    return [moves.acknowledgement(publisher, number, moves.make(publisher, number)) for number in numbers]


def _tried(publisher: Publisher, move: int, said: list[dict[str, Any]]) -> bool:
    """Whether the move was acknowledged."""
    try:
        made = moves.make(publisher, move)
    except Exception:
        return False
    said.append(moves.acknowledgement(publisher, move, made))
    return True


def _again(publisher: Publisher, move: int, counter: _Counter) -> str | None:
    """The same move once more on the same connection, the fault being over; what hindered it, '' for nothing."""
    if not counter.hit:
        return None
    try:
        moves.make(publisher, move)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _judge(
    figures: Figures,
    office: Office,
    private: Path,
    move: int,
    said: list[dict[str, Any]],
    where: str,
    acknowledged: bool,
    retried: str | None,
) -> None:
    """Opens what is left as a new process does, and makes the move again."""
    figures.times += 1
    figures.counts["acknowledged" if acknowledged else "refused"] += 1
    try:
        ledger = Ledger(private)
        try:
            publisher = _publisher(office, ledger)
            missing = moves.lost(ledger, said)
            figures.counts["not lasting"] += bool(missing)
            moves.make(publisher, move)
            last = ledger.last()
            assert last is not None
            missing += [*moves.lost(ledger, said), *moves.doubled(ledger), *moves.inconsistent(ledger, said)]
            verdict, _release = verify_release(office.fetch, office.trust(), last.moment)
            missing += [failure.message("en") for failure in verdict.failures]
            missing += [f"left over: {path.name}" for path in office.out.rglob(".*.writing")]
        finally:
            ledger.close()
    except Exception as error:
        missing = [f"{type(error).__name__}: {error}"]
    if retried:
        missing.append(f"same process: {retried}")
    figures.counts["retries that failed"] += bool(missing)
    figures.wrong += [f"{where}: {each}" for each in missing]
