"""Mutants of everything that a bank reads: none is accepted with another meaning."""

from __future__ import annotations

from random import Random

from figures import Figures
from mutants import kind_of, mutant
from publication import Publication, published
from test_mutants import CASES


def mutants(times: int, seed: int = 1) -> Figures:
    """``times`` mutants of bundles, status lists, deltas, manifests, full files and trust files, in their shares."""
    figures = Figures("mutant of a published file")
    figures.counts.update({"refused": 0, "of the same meaning": 0, "accepted with another meaning": 0})
    whole, every = published(), sum(number for _meaning, _path, number in CASES)
    for meaning, path, number in CASES:
        chance, wanted = Random(f"{seed} {meaning.__name__} {path}"), meaning(whole)
        assert wanted is not None
        for each in range(-(-times * number // every)):
            data = mutant(whole.files[path], kind_of(path), chance)
            said = meaning(Publication({**whole.files, path: data}))
            figures.times += 1
            kind = "refused" if said is None else "of the same meaning" if said == wanted else "accepted with another meaning"
            figures.counts[kind] += 1
            if kind == "accepted with another meaning":
                figures.wrong.append(f"seed {seed}, {meaning.__name__} {path} {each}: {data[:60]!r}")
    return figures
