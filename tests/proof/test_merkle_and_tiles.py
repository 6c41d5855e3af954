"""Trees, proofs and tiles against RFC 6962 written down once more in the plainest way, and against the text of tlog-tiles."""

from __future__ import annotations

from hashlib import sha256

import pytest

from envcredit.errors import ProofError
from envcredit.proof.merkle import (
    Tree,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
)
from envcredit.proof.tiles import entries_in, entries_path, entry_bundle, reader, tile, tile_path, tiles_of

SIZES = [*range(1, 71), *range(255, 259), *range(511, 514)]
ENTRIES = [f"entry {n}".encode() for n in range(max(SIZES))]
TREE = Tree(map(leaf_hash, ENTRIES))


def mth(entries: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    return [*path(m, entries[:k]), mth(entries[k:])] if m < k else [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.2."""

    def subproof(m: int, entries: list[bytes], whole: bool) -> list[bytes]:
        if m == len(entries):
            return [] if whole else [mth(entries)]
        k = split(len(entries))
        if m <= k:
            return [*subproof(m, entries[:k], whole), mth(entries[k:])]
        return [*subproof(m - k, entries[k:], False), mth(entries[:k])]

    return subproof(m, entries, True)


def places(size: int) -> list[int]:
    """All places of a small tree, the telling ones of a large one."""
    return list(range(size)) if size < 71 else [0, 1, 127, 128, size // 2, size - 2, size - 1]


@pytest.fixture(scope="module", params=["memory", "tiles"])
def read(request: pytest.FixtureRequest) -> object:
    """The tree from memory, and from tiles as they lie in a folder."""

    def of(size: int) -> object:
        if request.param == "memory":
            return TREE.read
        files = {tile_path(level, index, width): tile(TREE.read, level, index, width) for level, index, width in tiles_of(size)}
        return reader(files.__getitem__, size)

    return of


def test_the_empty_tree() -> None:
    assert Tree().root() == root_of(TREE.read, 0) == mth([])


@pytest.mark.parametrize("size", SIZES)
def test_roots_and_proofs_are_those_of_the_text(size: int, read: object) -> None:
    reading = read(size)  # type: ignore[operator]
    root = mth(ENTRIES[:size])
    assert root_of(reading, size) == TREE.root(size) == root
    for place in places(size):
        made = inclusion_proof(reading, place, size)
        if size < 20 or place in (0, size - 1):
            assert made == path(place, ENTRIES[:size])
        check_inclusion(place, size, leaf_hash(ENTRIES[place]), made, root)
        old = place + 1
        made = consistency_proof(reading, old, size)
        if size < 20 or old in (1, size - 1):
            assert made == proof(old, ENTRIES[:size])
        check_consistency(old, size, TREE.root(old), root, made)


@pytest.mark.parametrize("size", [2, 3, 7, 8, 33, 257])
def test_no_proof_fits_another_place_size_or_root(size: int) -> None:
    root, other = TREE.root(size), TREE.root(size - 1)
    for place in places(size):
        made, leaf = inclusion_proof(TREE.read, place, size), leaf_hash(ENTRIES[place])
        wrong = [
            (place + 1, size, leaf, made, root),
            (place - 1, size, leaf, made, root),
            (place, size, leaf_hash(b"other"), made, root),
            (place, size, leaf, made[:-1], root),
            (place, size, leaf, [*made, root], root),
            (place, size, leaf, [made[0][:31], *made[1:]], root),
            (place, size, leaf, made, other),
        ]
        for given in wrong:
            with pytest.raises(ProofError, match="V104"):
                check_inclusion(*given)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 3), (4, 7), (6, 8), (6, 33), (128, 257), (256, 257)])
def test_no_proof_of_growth_fits_other_trees(old: int, new: int) -> None:
    made, before, after = consistency_proof(TREE.read, old, new), TREE.root(old), TREE.root(new)
    check_consistency(old, new, before, after, made)
    wrong = [
        (0, new, Tree().root(), after, made),
        (old, new, after, before, made),
        (old, new, leaf_hash(b"other"), after, made),
        (old, new, before, leaf_hash(b"other"), made),
        (old, new, before, after, made[:-1]),
        (old, new, before, after, [*made, after]),
        (old, new, before, after, []),
        (old, old, before, after, []),
        (old, old, before, before, made),
        (new, old, after, before, made),
        (old, new, before, after, [made[0] + b"\0", *made[1:]]),
    ]
    for given in wrong:
        with pytest.raises(ProofError, match="V105"):
            check_consistency(*given)


def test_proofs_of_what_is_not_there() -> None:
    for place, size in ((-1, 5), (5, 5)):
        with pytest.raises(IndexError):
            inclusion_proof(TREE.read, place, size)
    with pytest.raises(IndexError):
        consistency_proof(TREE.read, 6, 5)


def test_the_tiles_of_seventy_thousand_entries() -> None:
    """The example of tlog-tiles: 273 full tiles and one of 112 hashes, then one full and one of 17, then one of a single hash."""
    found = [tile_path(*each) for each in tiles_of(70_000)]
    assert len(found) == 273 + 1 + 1 + 1 + 1
    assert found[:2] == ["tile/0/000", "tile/0/001"]
    assert found[272:] == ["tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]


@pytest.mark.parametrize(
    ("index", "width", "wanted"),
    [
        (0, 256, "000"),
        (999, 256, "999"),
        (1000, 256, "x001/000"),
        (1234067, 256, "x001/x234/067"),
        (5, 3, "005.p/3"),
        (123456, 255, "x123/456.p/255"),
    ],
)
def test_paths_of_tiles(index: int, width: int, wanted: str) -> None:
    assert tile_path(3, index, width) == f"tile/3/{wanted}"
    assert entries_path(index, width) == f"tile/entries/{wanted}"


@pytest.mark.parametrize(("since", "size"), [(0, 1), (1, 2), (1, 1), (255, 256), (256, 257), (200, 70_000), (65_535, 65_537)])
def test_only_tiles_that_changed_are_written_again(since: int, size: int) -> None:
    before, after = set(tiles_of(since)), set(tiles_of(size))
    assert set(tiles_of(size, since)) == after - before


def test_a_tile_of_another_length_is_refused() -> None:
    files = {tile_path(level, index, width): tile(TREE.read, level, index, width) for level, index, width in tiles_of(300)}
    for path_of, data in files.items():
        for spoiled in (data[:-1], data + b"\0", b""):
            reading = reader({**files, path_of: spoiled}.__getitem__, 300)
            with pytest.raises(ProofError, match="V101"):
                _ = reading(8, 0), reading(0, 0), reading(0, 256)
    with pytest.raises(ProofError, match="V101"):
        reader(files.__getitem__, 300)(0, 300)


def test_entries_come_back_as_they_went_in() -> None:
    rows = [b"", b"a", "环".encode(), bytes(65_535)]
    data = entry_bundle(rows)
    assert data[:5] == b"\0\0\0\x01a"
    assert entries_in(data, "tile") == rows
    for spoiled in (data[:-1], data + b"\0", data + b"\0\x01"):
        with pytest.raises(ProofError, match="V101"):
            entries_in(spoiled, "tile")
