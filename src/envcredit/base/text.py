"""Cleaning that every identifier and name needs: what looks alike on paper becomes one text, and nothing is guessed."""

from __future__ import annotations

import unicodedata

OPENING = "([{〔【［〈《「『"
CLOSING = ")]}〕】］〉》」』"


def plain(text: str) -> str:
    """NFKC (full width to half width), without spaces of any kind and without invisible characters."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not _blank(c))


def with_brackets(text: str, opening: str, closing: str) -> str:
    """Every kind of bracket replaced by one pair."""
    return text.translate({ord(c): opening for c in OPENING} | {ord(c): closing for c in CLOSING})


def with_hyphens(text: str, hyphen: str) -> str:
    """Every kind of dash replaced by ``hyphen``."""
    return "".join(hyphen if is_dash(c) else c for c in text)


def is_dash(character: str) -> bool:
    """Hyphens, dashes and the minus sign."""
    return unicodedata.category(character) == "Pd" or character == "−"


def is_space(character: str) -> bool:
    """Blanks, tabs, line breaks and the no-break space."""
    return character.isspace() or unicodedata.category(character) == "Zs"


def is_invisible(character: str) -> bool:
    """Zero-width and other formatting or control characters."""
    return unicodedata.category(character) in ("Cf", "Cc") and not character.isspace()


def _blank(character: str) -> bool:
    return is_space(character) or is_invisible(character)
