"""A log as static files: hashes and entries in tiles of 256 (C2SP tlog-tiles v0.1.0)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from envcredit.proof.merkle import HASH_BYTES, Read, node_hash
from envcredit.proof.refusal import refused

WIDTH = 256
_LEVELS = 8
"""A tile of level n holds hashes that cover 256^n leaves each."""
MOST_ENTRY = 65_535


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """``tile/<level>/<index in groups of three digits>``, with ``.p/<width>`` where the tile is not full."""
    return f"tile/{level}/{_grouped(index)}{_partial(width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """Where the entries of a tile of level 0 lie."""
    return f"tile/entries/{_grouped(index)}{_partial(width)}"


def tiles_of(size: int, since: int = 0) -> Iterator[tuple[int, int, int]]:
    """Level, index and width of the tiles that a tree of ``size`` leaves has and one of ``since`` leaves did not."""
    level, before, now = 0, since, size
    while now:
        for index in range(before // WIDTH, (now + WIDTH - 1) // WIDTH):
            width = min(WIDTH, now - index * WIDTH)
            if before < index * WIDTH + width:
                yield level, index, width
        level, before, now = level + 1, before // WIDTH, now // WIDTH


def tile(read: Read, level: int, index: int, width: int) -> bytes:
    """The hashes of a tile, one after another."""
    return b"".join(read(level * _LEVELS, index * WIDTH + place) for place in range(width))


def entry_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries, each behind its length in two bytes, big end first."""
    assert all(len(entry) <= MOST_ENTRY for entry in entries)
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def entries_in(data: bytes, path: str) -> list[bytes]:
    """The entries of a bundle. Raises ``ProofError`` (V101) if it ends inside one."""
    found, place = [], 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 2], "big")
        entry = data[place + 2 : place + 2 + length]
        if place + 2 > len(data) or len(entry) != length:
            raise refused("V101", what=path, why="length")
        found.append(entry)
        place += 2 + length
    return found


def reader(fetch: Callable[[str], bytes], size: int) -> Read:
    """Reads a tree of ``size`` leaves from its tiles. The function raises ``ProofError`` (V101) for a tile of another length."""

    @lru_cache(maxsize=1024)
    def hashes(level: int, index: int) -> bytes:
        in_level = size >> (level * _LEVELS)
        width = min(WIDTH, in_level - index * WIDTH)
        if width < 1:
            raise refused("V101", what="tile", why=f"{level}/{index}")
        path = tile_path(level, index, width)
        data = fetch(path)
        if len(data) != width * HASH_BYTES:
            raise refused("V101", what=path, why="length")
        return data

    def read(level: int, index: int) -> bytes:
        above = level % _LEVELS
        first = index << above
        data = hashes(level // _LEVELS, first // WIDTH)
        begin = first % WIDTH
        row = [data[n * HASH_BYTES : (n + 1) * HASH_BYTES] for n in range(begin, begin + (1 << above))]
        if not all(len(each) == HASH_BYTES for each in row):
            raise refused("V101", what="tile", why=f"{level}/{index}")
        while len(row) > 1:
            row = [node_hash(row[n], row[n + 1]) for n in range(0, len(row), 2)]
        return row[0]

    return read


def _grouped(index: int) -> str:
    digits = str(index)
    digits = digits.zfill((len(digits) + 2) // 3 * 3)
    *before, last = [digits[n : n + 3] for n in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in before), last])


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"
