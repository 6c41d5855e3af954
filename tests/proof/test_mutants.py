"""Spoiled files: a verifier says no, or what it says is what it said before. Nothing else ever comes out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product
from random import Random
from typing import Any

import pytest
from mutants import kind_of, mutant
from publication import FIRST, FIRST_BUNDLE, NOW, RULE, UNITS, Publication, published, trust

from envcredit.errors import ProofError
from envcredit.proof import layout
from envcredit.proof.feed import state_of
from envcredit.proof.trust import trust_of
from envcredit.proof.verify import follow, verify_bundle, verify_release

BUNDLE = layout.bundle_file(UNITS[0])
STATUS, PAST = layout.status_file("status/1"), layout.past_status_file("status/1", FIRST)
Meaning = Callable[[Publication], Any]


def bundle(at: Publication, moment: int = NOW) -> Any:
    """What a bank learns of one unit; none if the verifier says no."""
    try:
        policy = trust_of(at.files[layout.TRUST])
    except ProofError:
        return None
    verdict, shown = verify_bundle(at.files[BUNDLE], policy, moment, at.fetch)
    return (shown.result.payload(), shown.state) if verdict.holds and shown else None


def earlier(at: Publication) -> Any:
    """The same unit on the day before, by the list of that day."""
    return bundle(Publication({**at.files, BUNDLE: at.files[FIRST_BUNDLE]}), FIRST + 60)


def deltas(at: Publication) -> Any:
    """The state to which the deltas lead a bank."""
    verdict, state, version = follow(state_of(published().files["full/1.ndjson.gz"], "full"), 1, at.fetch, trust())
    return (state, version) if verdict.holds else None


def release(at: Publication) -> Any:
    """All results of a release with their states."""
    verdict, found = verify_release(at.fetch, trust(), NOW)
    return ({sub: (found.lines[sub].state, each) for sub, each in found.results.items()}) if verdict.holds and found else None


CASES: list[tuple[Meaning, str, int]] = [
    (bundle, BUNDLE, 400),
    (bundle, STATUS, 250),
    (bundle, layout.TRUST, 250),
    (earlier, PAST, 100),
    (earlier, layout.status_times("status/1"), 100),
    (deltas, layout.delta_file(2), 250),
    (deltas, layout.delta_manifest(2), 150),
    (deltas, layout.MANIFEST, 100),
    (release, layout.MANIFEST, 100),
    (release, layout.full_file(2), 100),
    (release, layout.CHECKPOINT, 100),
    (release, "tile/entries/000.p/10", 50),
    (release, "tile/0/000.p/10", 50),
    (release, layout.rules_file(RULE), 50),
]


@pytest.mark.parametrize(("meaning", "path", "number"), CASES, ids=lambda each: getattr(each, "__name__", str(each)))
def test_nothing_spoiled_is_taken_for_something_else(meaning: Meaning, path: str, number: int) -> None:
    whole = published()
    wanted = meaning(whole)
    assert wanted is not None
    chance, seen = Random(f"{meaning.__name__} {path}"), Counter[bool]()
    for _ in range(number):
        spoiled = mutant(whole.files[path], kind_of(path), chance)
        said = meaning(Publication({**whole.files, path: spoiled}))
        assert said is None or said == wanted, spoiled
        seen[said is None] += 1
    assert seen[True] > number // 3, "most must be refused, or nothing was tried"


def test_a_file_of_another_unit_or_day_is_no_answer() -> None:
    """Whole, signed files in the wrong place. A bundle alone says by itself whose it is."""
    whole = published()
    signed = [path for path in whole.files if kind_of(path) in ("token", "feed", "bundle")]
    wanted = {meaning: meaning(whole) for meaning in (bundle, earlier, deltas, release)}
    for path, other in ((a, b) for a, b in product(signed, signed) if kind_of(a) == kind_of(b)):
        spoiled = Publication({**whole.files, path: whole.files[other]})
        for meaning in wanted if kind_of(path) != "bundle" else (release,):
            said = meaning(spoiled)
            assert said is None or said == wanted[meaning], (path, other, meaning.__name__)


def test_the_same_chance_gives_the_same_mutant() -> None:
    data = published().files[BUNDLE]
    assert mutant(data, "bundle", Random(1)) == mutant(data, "bundle", Random(1)) != data
