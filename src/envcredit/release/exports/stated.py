"""What an office states beside its results, because no result carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from envcredit.proof.statuslist import State


@dataclass(frozen=True, slots=True)
class Ended:
    """A result that is no longer shown and of which nothing but this is left: the unit by ``sub``, the result and its state."""

    sub: str
    result: str
    state: State


@dataclass(frozen=True, slots=True)
class Stated:
    """All of it may be left out; nothing is made up in its place.

    ``authority``: the office that rates, by its name; where it is missing the issuer's address stands. ``authority_code``: its
    unified code. ``contact``: how to reach it, in one line. ``period``: what the results are of (``2026年度``). ``number``: the
    number of a document. ``previous``: the grade before, in words, by ``sub``; the caller gives none that was withdrawn or
    repaired, since such a grade must not be passed on again. ``ended``: units whose newest result was taken from the release, for
    those who were sent it.
    """

    authority: str = ""
    authority_code: str = ""
    contact: str = ""
    period: str = ""
    number: str = ""
    previous: Mapping[str, str] = field(default_factory=dict)
    ended: tuple[Ended, ...] = ()


NOTHING = Stated()
