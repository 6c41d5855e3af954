"""Canonical digests: SHA-256 over RFC 8785 JSON, and over tables in one stated text form.

The digest names what was said, never how a library happened to store it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import rfc8785


def digest_of(value: object) -> str:
    """Hex SHA-256 of ``value`` as canonical JSON (RFC 8785).

    Integers beyond 2^53 and binary floats are refused: ``TypeError`` or ``ValueError``; write them as text.
    """
    return hashlib.sha256(rfc8785.dumps(_plain(value))).hexdigest()  # type: ignore[arg-type]


def digest_of_bytes(chunks: Iterable[bytes]) -> str:
    """Hex SHA-256 of the bytes in order."""
    total = hashlib.sha256()
    for chunk in chunks:
        total.update(chunk)
    return total.hexdigest()


def digest_of_file(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digests_of_files(paths: Sequence[Path]) -> list[str]:
    """:func:`digest_of_file` of each, several at a time."""
    with ThreadPoolExecutor() as threads:
        return list(threads.map(digest_of_file, paths))


def _plain(value: object) -> object:
    if isinstance(value, float):
        raise TypeError(f"binary float in a digest: {value!r}")
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
