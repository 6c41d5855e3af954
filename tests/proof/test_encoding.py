"""Each value in one spelling only, and nothing larger or deeper than it may be."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

import pytest

from envcredit.errors import ProofError
from envcredit.proof.encoding import (
    base64_of,
    base64url_of,
    bytes_of_base64,
    bytes_of_base64url,
    canonical,
    object_of,
    text_of,
    whole_number,
)
from envcredit.proof.feed import Change, Line, changes_of, packed, state_of, unpacked_lines
from envcredit.proof.statuslist import MOST_BYTES, State, StatusList, unpacked


@pytest.mark.parametrize("length", range(9))
def test_base64_comes_back(length: int) -> None:
    data = bytes(range(250, 250 + length)) if length < 6 else bytes(length)
    assert bytes_of_base64(base64_of(data), "x") == data
    assert bytes_of_base64url(base64url_of(data), "x") == data


@pytest.mark.parametrize(
    "text", ["AB==", "AAB=", "AA", "AA=", "AAA", "A", "A===", "AA==\n", " AA==", "AA ==", "_-==", "AA==AA==", "=", "ＡA=="]
)
def test_another_spelling_of_base64_is_refused(text: str) -> None:
    with pytest.raises(ProofError, match="V101"):
        bytes_of_base64(text, "x")


@pytest.mark.parametrize("text", ["AA==", "AB", "AAB", "A", "+/", "AA\n", "AA.", "AAAAA", "é"])
def test_another_spelling_of_base64url_is_refused(text: str) -> None:
    with pytest.raises(ProofError, match="V101"):
        bytes_of_base64url(text, "x")


def test_unused_bits_are_the_reason() -> None:
    """Without the check both texts would give the same byte."""
    assert base64.b64decode("AB==") == base64.b64decode("AA==")


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a":{"b":1,"b":1}}',
        '{"b":1,"a":2}',
        '{"a": 1}',
        '{"a":1}\n',
        '{"a":1.0}',
        '{"a":1e3}',
        '{"a":-0}',
        '{"a":NaN}',
        '{"a":Infinity}',
        '{"a":9007199254740993}',
        '{"a":' + "9" * 5000 + "}",
        '{"a":"\\u0061"}',
        '{"a":"\\ud800"}',
        '{"\\ud800":1}',
        '{"a":"\\/"}',
        "[]",
        "1",
        '"a"',
        "null",
        "",
        "{",
        '\ufeff{"a":1}',
        '{"a":' + "[" * 40 + "]" * 40 + "}",
        '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
    ids=lambda text: text[:20],
)
def test_json_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ProofError, match="V101"):
        object_of(text.encode(), "x")


def test_json_keeps_the_last_of_two_keys_so_that_only_the_bytes_betray_them() -> None:
    assert json.loads('{"a":1,"a":2}') == {"a": 2}


@pytest.mark.parametrize("value", [{"a": 0.5}, {"a": [{"b": 1.0}]}, {"a": ({"b": float("nan")},)}])
def test_no_binary_float_is_ever_signed(value: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_sizes() -> None:
    with pytest.raises(ProofError, match="V115"):
        object_of(b'{"a":"' + b"x" * 100 + b'"}', "x", 100)
    with pytest.raises(ProofError, match="V115"):
        text_of(b"x" * 101, "x", 100)
    for data in (b"\xff", b"a\0", b"a\r\n", b"a\t", b"\xed\xa0\x80"):
        with pytest.raises(ProofError, match="V101"):
            text_of(data, "x")


@pytest.mark.parametrize(
    "text", ["", "00", "-1", "+1", " 1", "1 ", "1\n", "1_0", "٣", "9007199254740993", "9" * 30, "0x1", "1.0"]
)
def test_other_numbers_are_refused(text: str) -> None:
    with pytest.raises(ProofError, match="V101"):
        whole_number(text, "x")


def test_a_list_of_states() -> None:
    states = StatusList(8)
    for index, state in enumerate(State):
        states[index] = state
    assert states.to_bytes() == bytes([0x10, 0x32, 0xDC, 0x00]), "the first state in the low bits of the first byte"
    again = unpacked(states.packed(), 4)
    assert [again[index] for index in range(8)] == [*State, 0, 0]
    for outside in (-1, 8):
        with pytest.raises(ProofError, match="V110"):
            again[outside]


def _zlib(data: bytes) -> str:
    return base64url_of(zlib.compress(data, 9))


def test_a_list_that_unpacks_without_end_is_refused() -> None:
    assert len(unpacked(_zlib(bytes(MOST_BYTES)), 4)) == MOST_BYTES * 2
    bomb = _zlib(bytes(64 * MOST_BYTES))
    assert len(bomb) < MOST_BYTES // 8
    with pytest.raises(ProofError, match="V115"):
        unpacked(bomb, 4)


def test_a_list_with_something_after_it_or_missing_is_refused() -> None:
    whole = zlib.compress(bytes(100), 9)
    for spoiled in (whole[:-1], whole + b"\0", whole + whole, b"", whole[:-4] + bytes(4), gzip.compress(bytes(100))):
        with pytest.raises(ProofError, match="V101"):
            unpacked(base64url_of(spoiled), 4)
    with pytest.raises(ProofError, match="V101"):
        unpacked(_zlib(bytes(8)), 3)


LINE = Line("91500000X", "urn:envrating:1", State.IN_FORCE, 0, "a.b.c", base64url_of(bytes(16)))


def test_lines_come_back() -> None:
    other = Line("92", "urn:envrating:2", State.REPAIRED, 5, "d.e.f", base64url_of(bytes(16)))
    assert state_of(packed([LINE.to_bytes(), other.to_bytes()]), "full") == {"91500000X": LINE, "92": other}
    changes = [Change("ADD", LINE.sub, LINE), Change("DEL", "92", None)]
    assert changes_of(packed(each.to_bytes() for each in changes), "delta") == changes


def _spoiled_lines() -> list[bytes]:
    row = LINE.to_bytes()
    plain = LINE.plain()
    return [
        row[:-1],
        row + b"\n",
        row.replace(b"\n", b"\r\n"),
        row.replace(b"\n", b"\r"),
        row + row,
        canonical({**plain, "sub": "92"}) + b"\n" + row,
        *(canonical({**plain, key: value}) + b"\n" for key, value in [("sub", ""), ("sub", 1), ("state", 4), ("state", True)]),
        *(
            canonical({**plain, key: value}) + b"\n"
            for key, value in [("index", -1), ("index", "0"), ("salt", "AA"), ("more", 1)]
        ),
        canonical({key: value for key, value in plain.items() if key != "salt"}) + b"\n",
        b"[]\n",
    ]


@pytest.mark.parametrize("rows", _spoiled_lines(), ids=lambda rows: str(rows[-30:]))
def test_lines_in_another_form_are_refused(rows: bytes) -> None:
    with pytest.raises(ProofError, match="V101"):
        state_of(packed([rows]), "full")


@pytest.mark.parametrize(
    "change",
    [
        {"op": "SET", "rating": {"sub": "92"}},
        {"op": ["DEL"], "rating": {"sub": "92"}},
        {"op": "DEL", "rating": {"sub": 92}},
        {"op": "DEL", "rating": {"sub": "92", "jti": "x"}},
        {"op": "DEL", "rating": None},
        {"op": "ADD", "rating": {"sub": "92"}},
        {"op": "DEL", "rating": {"sub": "92"}, "more": 1},
        {"op": "DEL"},
    ],
    ids=str,
)
def test_changes_in_another_form_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ProofError, match="V101"):
        changes_of(packed([canonical(change) + b"\n"]), "delta")


def test_a_feed_that_unpacks_without_end_is_refused() -> None:
    bomb = gzip.compress(b"x\n" * 500_000)
    assert len(unpacked_lines(bomb, "full", most=1_000_000)) == 500_000
    with pytest.raises(ProofError, match="V115"):
        unpacked_lines(bomb, "full", most=999_999)


def test_a_gzip_file_with_something_after_it_or_missing_is_refused() -> None:
    whole = packed([LINE.to_bytes()])
    for spoiled in (whole[:-1], whole + b"\0", whole + whole, b"", whole[:-8] + bytes(8), zlib.compress(LINE.to_bytes())):
        with pytest.raises(ProofError, match="V101"):
            state_of(spoiled, "full")
