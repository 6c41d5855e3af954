"""Where policies stand: samples that ship with the program, and folders on disk; each version in a folder named after its
first day.

A version is ``policy.yaml`` with ``cases/*.yaml`` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.errors import InputError
from envcredit.scheme.conditions.problems import DidYouMean, nearest
from envcredit.scheme.yaml_tree import LARGEST_BYTES, read_tree

POLICY_FILE = "policy.yaml"
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One dated version: ``policy`` is its name, ``first`` and ``last`` the days on which it is in force, both inclusive."""

    policy: str
    first: date
    last: date | None
    folder: Traversable

    @property
    def identity(self) -> str:
        """``sample/xuzhou/2026-01-01``."""
        return f"{self.policy}/{self.first.isoformat()}"

    def in_force(self, day: date) -> bool:
        """Whether it applies on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@cache
def samples() -> tuple[PolicyVersion, ...]:
    """Every sample that ships with the program, by name and day."""
    return versions_under(files("envcredit.data").joinpath("policies"))


def versions_under(root: Traversable) -> tuple[PolicyVersion, ...]:
    """Every version in a folder tree, by name and day."""
    return tuple(sorted(_versions(root, ()), key=lambda version: (version.policy, version.first)))


def locate_policy(name: str | Path, on: date | None = None) -> Traversable:
    """The folder of a policy: a folder on disk, its ``policy.yaml``, a folder of dated versions, or a sample's name.

    Of several versions the one in force on ``on`` is taken, without a day the newest. Raises ``InputError`` (L301, L302).
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path.parent
    if path.is_dir() and path.joinpath(POLICY_FILE).is_file():
        return path
    if path.is_dir():
        return _chosen(str(name), tuple(_versions(path, (path.name,))), on).folder
    text = str(name).strip("/")
    exact = [version for version in samples() if version.identity == text]
    return (exact[0] if exact else _chosen(text, [v for v in samples() if v.policy == text], on)).folder


def overlapping(versions: Sequence[PolicyVersion]) -> tuple[Diagnostic, ...]:
    """L303 for every two versions of one policy that are in force on the same day."""
    found = []
    for one, other in combinations(sorted(versions, key=lambda v: (v.policy, v.first)), 2):
        if one.policy == other.policy and one.in_force(other.first):
            places = [Place(f"{version.identity}/{POLICY_FILE}") for version in (one, other)]
            found.append(problem("L303", *places, name=one.policy, one=one.identity, other=other.identity))
    return tuple(found)


def shown_name(folder: Traversable) -> str:
    """How messages call a folder: a sample by its identity, another by its path."""
    library = str(files("envcredit.data").joinpath("policies"))
    text = str(folder)
    return text[len(library) :].strip("/\\").replace("\\", "/") if text.startswith(library) else text


def _chosen(name: str, versions: Sequence[PolicyVersion], on: date | None) -> PolicyVersion:
    if not versions:
        known = sorted({version.policy for version in samples()})
        raise InputError([problem("L301", name=name, near=DidYouMean(nearest(name, known)), known=", ".join(known))])
    fitting = [version for version in versions if on is None or version.in_force(on)]
    if not fitting:
        found = ", ".join(version.identity for version in versions)
        raise InputError([problem("L302", name=name, day=on, found=found)])
    if on is not None and len(fitting) > 1:
        raise InputError(overlapping(fitting))
    return max(fitting, key=lambda version: version.first)


def _versions(folder: Traversable, way: tuple[str, ...]) -> Iterator[PolicyVersion]:
    for child in sorted(folder.iterdir(), key=lambda c: c.name) if len(way) <= _DEEPEST else ():
        if not child.is_dir():
            continue
        day = _day(child.name)
        if day is None:
            yield from _versions(child, (*way, child.name))
        elif child.joinpath(POLICY_FILE).is_file():
            yield PolicyVersion("/".join(way), day, _last_day(child), child)


def _last_day(folder: Traversable) -> date | None:
    """``in_force.to``; what is wrong with the file is told when it is read."""
    with folder.joinpath(POLICY_FILE).open("rb") as stream:
        data = read_tree(stream.read(LARGEST_BYTES + 1), POLICY_FILE, "").data
    in_force = data.get("in_force") if isinstance(data, dict) else None
    last = in_force.get("to") if isinstance(in_force, dict) else None
    return _day(last) if isinstance(last, str) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
