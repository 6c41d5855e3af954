"""A release in a local folder, read with care: nothing outside it, nothing that is no file, nothing too large."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from envcredit.proof.refusal import refused
from envcredit.proof.verify import Fetch

MOST_BYTES = 1 << 30
"""The largest file that is read from a release."""
_PATH = re.compile(r"[A-Za-z0-9_.-]{1,255}(/[A-Za-z0-9_.-]{1,255}){0,15}")


def folder(root: Path, most: int = MOST_BYTES) -> Fetch:
    """Reads files of the release in ``root`` by their paths within it. ``most``: bytes of one file.

    What it gives raises ``ProofError``: V114 for a path that is not there, is no plain file, or leads out of the folder, be it by
    ``..`` or by a link; V115 for a file that is too large.
    """
    inside = root.resolve()

    def fetch(path: str) -> bytes:
        if not _PATH.fullmatch(path) or ".." in path.split("/"):
            raise refused("V114", path=path[:200])
        try:
            target = (inside / path).resolve(strict=True)
            if not target.is_relative_to(inside):
                raise refused("V114", path=path)
            return read_file(target, path, most)
        except (OSError, RuntimeError) as error:
            raise refused("V114", path=path) from error

    return fetch


def read_file(file: Path, what: str, most: int = MOST_BYTES) -> bytes:
    """The bytes of a plain file. Raises ``OSError``, and ``ProofError``: V114 a device, a pipe or a folder, V115 too large."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise refused("V114", path=what)
    with file.open("rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise refused("V115", what=what, most=most)
    return data
