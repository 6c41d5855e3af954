"""Cleaning that every identifier and name needs: what looks alike on paper becomes one text, and nothing is guessed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache

OPENING = "([{〔【［〈《「『"
CLOSING = ")]}〕】］〉》」』"


class _Signs(dict[int, int | str | None]):
    """A table for ``str.translate`` that looks at every character once."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, code: int) -> int | str | None:
        read = self._read(chr(code))
        self[code] = code if read == chr(code) else read
        return self[code]


def plain(text: str) -> str:
    """NFKC (full width to half width), without spaces of any kind and without invisible characters."""
    return unicodedata.normalize("NFKC", text).translate(_NOT_BLANK)


def with_brackets(text: str, opening: str, closing: str) -> str:
    """Every kind of bracket replaced by one pair."""
    return text.translate(_brackets(opening, closing))


def with_hyphens(text: str, hyphen: str) -> str:
    """Every kind of dash replaced by ``hyphen``."""
    return text.translate(_hyphens(hyphen))


def is_dash(character: str) -> bool:
    """Hyphens, dashes and the minus sign."""
    return unicodedata.category(character) == "Pd" or character == "−"


def is_space(character: str) -> bool:
    """Blanks, tabs, line breaks and the no-break space."""
    return character.isspace() or unicodedata.category(character) == "Zs"


def is_invisible(character: str) -> bool:
    """Zero-width and other formatting or control characters."""
    return unicodedata.category(character) in ("Cf", "Cc") and not character.isspace()


def _without_blank(character: str) -> str | None:
    return None if is_space(character) or is_invisible(character) else character


_NOT_BLANK = _Signs(_without_blank)


@cache
def _brackets(opening: str, closing: str) -> _Signs:
    return _Signs(lambda sign: opening if sign in OPENING else closing if sign in CLOSING else sign)


@cache
def _hyphens(hyphen: str) -> _Signs:
    return _Signs(lambda sign: hyphen if is_dash(sign) else sign)
