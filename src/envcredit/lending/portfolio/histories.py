"""A firm's path through grades as spells: in which state it was seen, from when to when, and where it went.

Times are whole numbers on any axis: ``date.toordinal()``, months since a start. Two moves on one day are one move, because
nobody sees the state between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from envcredit.lending.portfolio.intervals import Whole


@dataclass(frozen=True, slots=True, order=True)
class Spell:
    """A firm under observation in one state, after ``start`` and up to ``end``.

    ``to`` is the state it moved to at ``end``; None means that it was last seen in the state then (censored). A first spell that
    begins later than those of others is a late entry; a gap between two spells is time unobserved. ``weight`` is 1, or the
    balance in fen at the start of the spell.
    """

    firm: str
    start: int
    end: int
    state: str
    to: str | None = None
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Coded:
    """Spells as arrays of equal length; ``to`` is -1 where the spell is censored. ``firms`` gives names to the numbers."""

    firms: tuple[str, ...]
    firm: Whole
    start: Whole
    end: Whole
    state: Whole
    to: Whole
    weight: Whole


def spells_of(
    changes: Iterable[tuple[str, int, str]], last_seen: Mapping[str, int], absorbing: frozenset[str] = frozenset()
) -> list[Spell]:
    """Spells from dated grades ``(firm, time, state)``, of which the last one of a time counts, and the time each was last seen.

    A firm with no ``last_seen`` is seen until its last change. Its time in an ``absorbing`` state (closed, in default) is not
    kept: nothing can follow. A change after a firm was last seen raises ``ValueError``.
    """
    paths: dict[str, dict[int, str]] = defaultdict(dict)
    for firm, time, state in changes:
        paths[firm][time] = state
    spells = []
    for firm, path in sorted(paths.items()):
        steps = _moves(sorted(path.items()))
        seen = last_seen.get(firm, steps[-1][0])
        if seen < steps[-1][0]:
            raise ValueError(f"{firm} changes at {steps[-1][0]}, after it was last seen at {seen}")
        spells += [Spell(firm, start, end, state, to) for (start, state), (end, to) in pairwise(steps)]
        start, state = steps[-1]
        if seen > start and state not in absorbing:
            spells.append(Spell(firm, start, seen, state))
    return spells


def _moves(path: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    return [step for number, step in enumerate(path) if number == 0 or step[1] != path[number - 1][1]]


def coded(spells: Iterable[Spell], states: Sequence[str]) -> Coded:
    """Spells as arrays, sorted by firm and time. Raises ``ValueError`` for what cannot be: see the messages."""
    ordered = sorted(spells, key=lambda spell: (spell.firm, spell.start, spell.end))
    places = {state: number for number, state in enumerate(states)}
    if len(places) != len(states):
        raise ValueError(f"a state stands twice: {list(states)}")
    for spell in ordered:
        _check(spell, places)
    for earlier, later in pairwise(ordered):
        _check_pair(earlier, later)
    firms = tuple(sorted({spell.firm for spell in ordered}))
    number = {firm: place for place, firm in enumerate(firms)}
    rows = [(number[s.firm], s.start, s.end, places[s.state], places[s.to] if s.to else -1, s.weight) for s in ordered]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 6).T
    return Coded(firms, *columns)


def _check(spell: Spell, places: Mapping[str, int]) -> None:
    unknown = {spell.state, spell.to or spell.state} - set(places)
    if unknown:
        raise ValueError(f"{spell.firm}: no such state: {sorted(unknown)}")
    if spell.end <= spell.start:
        raise ValueError(f"{spell.firm}: a spell ends after it starts: {spell.start} to {spell.end}")
    if spell.to == spell.state:
        raise ValueError(f"{spell.firm}: a move leads to another state: {spell.state} at {spell.end}")
    if spell.weight < 0:
        raise ValueError(f"{spell.firm}: a weight is never negative: {spell.weight}")


def _check_pair(earlier: Spell, later: Spell) -> None:
    if earlier.firm != later.firm:
        return
    if later.start < earlier.end:
        raise ValueError(f"{later.firm}: two spells at once: until {earlier.end} and from {later.start}")
    if later.start == earlier.end and later.state != (earlier.to or earlier.state):
        raise ValueError(f"{later.firm}: left for {earlier.to or earlier.state} at {earlier.end} and is in {later.state}")


def within(spells: Iterable[Spell], start: int, end: int) -> list[Spell]:
    """What was seen after ``start`` and up to ``end``: spells cut at both, so that a window can be estimated by itself."""
    kept = []
    for spell in spells:
        if spell.start < end and spell.end > start:
            beyond = spell.end > end
            kept.append(replace(spell, start=max(spell.start, start), end=min(spell.end, end), to=None if beyond else spell.to))
    return kept
