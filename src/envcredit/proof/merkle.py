"""The Merkle tree of RFC 6962: hashes, proofs, and their checks.

A tree is read through a function ``(level, index) -> hash`` of its complete subtrees: level 0 are the leaves' hashes, and the
hash of level *n* covers 2^n leaves. So proofs are made in the same way from memory and from tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from envcredit.proof.refusal import refused

HASH_BYTES = 32
Read = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry (RFC 6962, 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree in memory that grows at its end."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> int:
        """Adds the hash of a leaf and returns its place."""
        place, level = self.size, 0
        self._levels[0].append(leaf)
        while len(self._levels[level]) % 2 == 0:
            if level + 1 == len(self._levels):
                self._levels.append([])
            left, right = self._levels[level][-2:]
            self._levels[level + 1].append(node_hash(left, right))
            level += 1
        return place

    def read(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree. Raises ``IndexError`` if the tree does not have it."""
        return self._levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        """The root of the whole tree, or of its first ``size`` leaves."""
        return root_of(self.read, self.size if size is None else size)


def root_of(read: Read, size: int) -> bytes:
    """The root of the first ``size`` leaves (RFC 6962, 2.1)."""
    return _range(read, 0, size) if size else sha256(b"").digest()


def inclusion_proof(read: Read, index: int, size: int) -> list[bytes]:
    """The audit path of a leaf in the tree of ``size`` leaves, from the leaf's sibling up (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise IndexError(index)
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range(read, middle, end))
            end = middle
        else:
            path.append(_range(read, begin, middle))
            begin = middle
    return path[::-1]


def consistency_proof(read: Read, old: int, new: int) -> list[bytes]:
    """That the tree of ``old`` leaves is the beginning of the tree of ``new`` leaves (RFC 6962, 2.1.2)."""
    if not 0 <= old <= new:
        raise IndexError(old)
    if old in (0, new):
        return []
    path: list[bytes] = []
    begin, end, whole = 0, new, True
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_range(read, middle, end))
            end = middle
        else:
            path.append(_range(read, begin, middle))
            begin, whole = middle, False
    return [*([] if whole else [_range(read, begin, end)]), *path[::-1]]


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Whether a leaf is in a tree (RFC 9162, 2.1.3.2). Raises ``ProofError`` (V104) if not shown."""
    if not 0 <= index < size or not _hashes([leaf, root, *proof]):
        raise refused("V104", index=index)
    place, last, found = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise refused("V104", index=index)
        if place % 2 or place == last:
            found = node_hash(each, found)
            while not place % 2 and place:
                place, last = place // 2, last // 2
        else:
            found = node_hash(found, each)
        place, last = place // 2, last // 2
    if last or found != root:
        raise refused("V104", index=index)


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Whether one tree is the beginning of another (RFC 9162, 2.1.4.2). Raises ``ProofError`` (V105) if not shown.

    From size 0 nothing can be proved, and that is refused.
    """
    failure = refused("V105", old=old, new=new)
    if not 0 < old <= new:
        raise failure
    if old == new:
        if proof or old_root != new_root:
            raise failure
        return
    if not proof or not _hashes([old_root, new_root, *proof]):
        raise failure
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    place, last = old - 1, new - 1
    while place % 2:
        place, last = place // 2, last // 2
    first = second = path[0]
    for each in path[1:]:
        if last == 0:
            raise failure
        if place % 2 or place == last:
            first, second = node_hash(each, first), node_hash(each, second)
            while not place % 2 and place:
                place, last = place // 2, last // 2
        else:
            second = node_hash(second, each)
        place, last = place // 2, last // 2
    if last or first != old_root or second != new_root:
        raise failure


def _range(read: Read, begin: int, end: int) -> bytes:
    """The root over leaves ``begin`` to ``end``; ``begin`` is where a subtree of at least that size begins."""
    length = end - begin
    if not length & (length - 1):
        level = length.bit_length() - 1
        return read(level, begin >> level)
    middle = begin + _split(length)
    return node_hash(_range(read, begin, middle), _range(read, middle, end))


def _split(length: int) -> int:
    """The largest power of two below ``length``."""
    return 1 << ((length - 1).bit_length() - 1)


def _hashes(candidates: Iterable[bytes]) -> bool:
    return all(len(each) == HASH_BYTES for each in candidates)
