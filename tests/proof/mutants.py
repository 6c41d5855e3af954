"""Spoils signed files by chance, as damage would and as a forger would: what lies inside is opened, altered and closed again.

``mutant(data, kind, chance)`` gives one mutant; the same chance gives the same one.
"""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Callable
from random import Random
from typing import Literal

Kind = Literal["bundle", "token", "feed", "text", "bytes"]
KINDS: dict[str, Kind] = {".jwt": "token", ".gz": "feed", ".json": "text", ".txt": "bundle"}
Spoil = Callable[[bytes, Random], bytes]


def kind_of(path: str) -> Kind:
    """What a file of a release is, by its name."""
    return next((kind for ending, kind in KINDS.items() if path.endswith(ending)), "text" if path == "checkpoint" else "bytes")


def mutant(data: bytes, kind: Kind, chance: Random) -> bytes:
    """Other bytes than ``data``, made from it by one to three steps."""
    found = data
    while found == data:
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            found = chance.choice((*PLAIN, *SHAPED[kind]))(found, chance)
    return found


def _place(data: bytes, chance: Random) -> int:
    return chance.randrange(len(data) + 1)


def flip(data: bytes, chance: Random) -> bytes:
    """One bit."""
    if not data:
        return b"\0"
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def cut(data: bytes, chance: Random) -> bytes:
    """The end is missing, or the beginning."""
    place = _place(data, chance)
    return data[:place] if chance.random() < 0.7 else data[place:]


def drop(data: bytes, chance: Random) -> bytes:
    """A few bytes in the middle are missing."""
    place = _place(data, chance)
    return data[:place] + data[place + chance.randrange(1, 40) :]


def insert(data: bytes, chance: Random) -> bytes:
    """Something is put in, be it noise or what parsers stumble over."""
    place = _place(data, chance)
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
    odd = (
        b"\n",
        b"\n\n",
        b"\r\n",
        b"\0",
        b"=",
        b"==",
        b" ",
        b"\xef\xbb\xbf",
        b"\xff",
        b".",
        b"{",
        b"[" * 2000,
        b"9" * 5000,
        b"1e999",
        b"NaN",
    )
    return data[:place] + chance.choice((noise, *odd)) + data[place:]


def repeat(data: bytes, chance: Random) -> bytes:
    """A stretch stands twice."""
    place = _place(data, chance)
    end = min(len(data), place + chance.randrange(1, 200))
    return data[:end] + data[place:end] + data[end:]


def swap_lines(data: bytes, chance: Random) -> bytes:
    """Two lines change places, one is lost, or one stands twice."""
    rows = data.split(b"\n")
    one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
    what = chance.randrange(3)
    if what == 0:
        rows[one], rows[other] = rows[other], rows[one]
    elif what == 1:
        del rows[one]
    else:
        rows.insert(other, rows[one])
    return b"\n".join(rows)


def other_sign(data: bytes, chance: Random) -> bytes:
    """One letter or digit becomes another: most likely still in its form, with another meaning."""
    places = [place for place, byte in enumerate(data[:20_000]) if chr(byte).isalnum() and byte < 128]
    if not places:
        return data + b"A"
    place = chance.choice(places)
    signs = b"0123456789" if chr(data[place]).isdigit() else b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return data[:place] + bytes([chance.choice(signs)]) + data[place + 1 :]


PLAIN: tuple[Spoil, ...] = (flip, cut, drop, insert, repeat, swap_lines, other_sign)


def _opened(text: bytes) -> bytes:
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def _closed(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def within_token(data: bytes, chance: Random) -> bytes:
    """Header, payload or signature of a JWS, opened and closed again."""
    parts = data.rstrip(b"\n").split(b".")
    which = chance.choice((0, 1, 1, 1, 2)) % len(parts)
    try:
        parts[which] = _closed(chance.choice(PLAIN)(_opened(parts[which]), chance))
    except ValueError:
        return other_sign(data, chance)
    return b".".join(parts)


def within_list(data: bytes, chance: Random) -> bytes:
    """The packed states in a status list."""
    parts = data.split(b".")
    try:
        before, mark, rest = _opened(parts[1]).partition(b'"lst":"')
        packed, quote, after = rest.partition(b'"')
        states = chance.choice(PLAIN)(zlib.decompress(_opened(packed)), chance)
        parts[1] = _closed(before + mark + _closed(zlib.compress(states, 9)) + quote + after)
    except (ValueError, IndexError, zlib.error):
        return other_sign(data, chance)
    return b".".join(parts)


def within_feed(data: bytes, chance: Random) -> bytes:
    """The lines of a gzip file."""
    try:
        return gzip.compress(chance.choice(PLAIN)(gzip.decompress(data), chance), mtime=0)
    except (OSError, EOFError, zlib.error):
        return flip(data, chance)


def within_bundle(data: bytes, chance: Random) -> bytes:
    """Salt and token of a bundle."""
    rows = data.split(b"\n")
    for place, row in enumerate(rows):
        if row.startswith(b"extra "):
            try:
                inner = base64.b64decode(row[6:], validate=True)
            except ValueError:
                break
            spoil = chance.choice((*PLAIN, lambda each, by: each[:16] + within_token(each[16:], by)))
            rows[place] = b"extra " + base64.b64encode(spoil(inner, chance))
            return b"\n".join(rows)
    return swap_lines(data, chance)


SHAPED: dict[Kind, tuple[Spoil, ...]] = {
    "bundle": (within_bundle, within_bundle, within_bundle),
    "token": (within_token, within_token, within_list),
    "feed": (within_feed, within_feed, within_feed),
    "text": (),
    "bytes": (),
}
