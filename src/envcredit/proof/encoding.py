"""Bytes as text and JSON as bytes, each value in one spelling only: whatever else says the same is refused."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

import rfc8785

from envcredit.proof.refusal import refused

_STANDARD = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_URL = re.compile(r"[A-Za-z0-9_-]*")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
MOST_DEPTH = 32
_MOST_EXACT = (1 << 53) - 1


def base64_of(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def bytes_of_base64(text: str, what: str) -> bytes:
    """The bytes of :func:`base64_of`. ``what``: the thing to a person. Raises ``ProofError`` (V101) for other spellings."""
    if not _STANDARD.fullmatch(text):
        raise refused("V101", what=what, why="base64")
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise refused("V101", what=what, why="base64") from error
    if base64_of(data) != text:
        raise refused("V101", what=what, why="base64")
    return data


def base64url_of(data: bytes) -> str:
    """URL-safe base64 without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def bytes_of_base64url(text: str, what: str) -> bytes:
    """The bytes of :func:`base64url_of`. Raises ``ProofError`` (V101) for any other spelling."""
    if not _URL.fullmatch(text):
        raise refused("V101", what=what, why="base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise refused("V101", what=what, why="base64url") from error
    if base64url_of(data) != text:
        raise refused("V101", what=what, why="base64url")
    return data


def canonical(value: dict[str, Any]) -> bytes:
    """RFC 8785 canonical JSON. Binary floats are refused with ``TypeError``: a score is text or a whole number."""
    return _written(value)


def object_of(data: bytes, what: str, most: int = 1 << 20) -> dict[str, Any]:
    """The JSON object that :func:`canonical` wrote. Raises ``ProofError`` (V101, V115) for all else and for other spellings."""
    if len(data) > most:
        raise refused("V115", what=what, most=most)
    try:
        value = json.loads(data.decode("utf-8"), parse_float=_no_number, parse_constant=_no_number)
        same = isinstance(value, dict) and _depth(value) <= MOST_DEPTH and _written(value) == data
    except (ValueError, TypeError, RecursionError, rfc8785.CanonicalizationError) as error:
        raise refused("V101", what=what, why="JSON") from error
    if not same:
        raise refused("V101", what=what, why="RFC 8785")
    return value  # type: ignore[no-any-return]


def text_of(data: bytes, what: str, most: int = 1 << 20) -> str:
    """UTF-8 text without control characters other than line feeds. Raises ``ProofError`` (V101, V115)."""
    if len(data) > most:
        raise refused("V115", what=what, most=most)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused("V101", what=what, why="UTF-8") from error
    if _CONTROL.search(text):
        raise refused("V101", what=what, why="control characters")
    return text


def whole_number(text: str, what: str) -> int:
    """A number of ASCII digits without leading zeros, at most 2^53. Raises ``ProofError`` (V101)."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", text, re.ASCII) or int(text) > 1 << 53:
        raise refused("V101", what=what, why=f"number {text[:20]!r}")
    return int(text)


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _written(value: dict[str, Any]) -> bytes:
    """By Python's own writer, ten times as fast, where it agrees with RFC 8785: without floats, under ASCII names."""
    if _is_plain(value):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return rfc8785.dumps(value)


def _is_plain(value: object) -> bool:
    """Whether all names are ASCII and all numbers are whole and small enough. Raises ``TypeError`` for a binary float."""
    if isinstance(value, float):
        raise TypeError(f"binary float in a signed text: {value!r}")
    if isinstance(value, dict):
        return all(isinstance(name, str) and name.isascii() and _is_plain(each) for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return not isinstance(value, int) or abs(value) <= _MOST_EXACT


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)
