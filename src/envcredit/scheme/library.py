"""Where schemes stand: the built-in library and folders on disk, each version in a folder named after its first day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations
from pathlib import Path

from rapidfuzz import process

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.errors import SchemeError
from envcredit.scheme.files import SCHEME_FILE
from envcredit.scheme.yaml_tree import LARGEST_BYTES, read_tree

_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Version:
    """One dated version of a scheme: ``scheme`` is its name, ``first`` and ``last`` the days it is in force (inclusive)."""

    scheme: str
    first: date
    last: date | None
    folder: Traversable

    @property
    def identity(self) -> str:
        """``cn/ningxia/enterprise/2025-02-01``."""
        return f"{self.scheme}/{self.first.isoformat()}"

    def in_force(self, day: date) -> bool:
        """Whether it applies on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


def names() -> tuple[str, ...]:
    """The identity of every built-in version, sorted."""
    return tuple(version.identity for version in library())


@cache
def library() -> tuple[Version, ...]:
    """Every built-in version, sorted by name and day."""
    return versions_under(files("envcredit.data").joinpath("schemes"))


def versions_under(root: Traversable) -> tuple[Version, ...]:
    """Every version in a folder tree, sorted by name and day. Folders that are not named after a day are names' parts."""
    return tuple(sorted(_versions(root, ()), key=lambda version: (version.scheme, version.first)))


def locate(name: str | Path, on: date | None = None) -> Traversable:
    """The folder of a scheme: an exact name, a unique beginning of a version's day, the version in force on a day (without a
    day: the newest), or a folder on disk. Raises ``SchemeError`` (S020 to S024).
    """
    on_disk = Path(name).expanduser()
    text = str(name).strip().strip("/")
    if not isinstance(name, Path) and not str(name).startswith((".", "/", "~")):
        dated = [v for v in library() if v.scheme == text.rpartition("/")[0]]
        found = [v for v in library() if text in (v.identity, v.scheme)]
        for beginning in (f"{text}-", text):
            found = found or [v for v in dated if v.identity.startswith(beginning)]
        if found:
            return _chosen(text, found, on).folder
    if on_disk.is_dir():
        return _on_disk(on_disk, on)
    near = [str(match[0]) for match in process.extract(text, sorted({v.scheme for v in library()}), limit=3)]
    raise SchemeError([problem("S020", name=text, near=", ".join(near) or "—")])


def overlaps(versions: Sequence[Version]) -> tuple[Diagnostic, ...]:
    """S023 for every two versions of one scheme that are in force on the same day."""
    found = []
    for one, other in combinations(sorted(versions, key=lambda v: (v.scheme, v.first)), 2):
        if one.scheme == other.scheme and one.in_force(other.first):
            places = [Place(f"{v.identity}/{SCHEME_FILE}") for v in (one, other)]
            found.append(problem("S023", *places, name=one.scheme, one=one.identity, other=other.identity))
    return tuple(found)


def _chosen(name: str, versions: Sequence[Version], on: date | None) -> Version:
    exact = [version for version in versions if version.identity == name]
    if exact:
        return exact[0]
    if versions[0].scheme != name:
        if len(versions) > 1:
            raise SchemeError([problem("S021", name=name, found=_listed(versions))])
        return versions[0]
    if on is None:
        return versions[-1]
    fitting = [version for version in versions if version.in_force(on)]
    if len(fitting) > 1:
        raise SchemeError(overlaps(fitting))
    if not fitting:
        raise SchemeError([problem("S022", name=name, day=on.isoformat(), found=_listed(versions))])
    return fitting[0]


def _listed(versions: Sequence[Version]) -> str:
    return ", ".join(version.identity for version in versions)


def _on_disk(folder: Path, on: date | None) -> Traversable:
    if folder.joinpath(SCHEME_FILE).is_file():
        return folder
    dated = [version for version in _versions(folder, (folder.name,)) if version.scheme == folder.name]
    if not dated:
        raise SchemeError([problem("S024", Place(str(folder)), folder=str(folder))])
    return _chosen(folder.name, sorted(dated, key=lambda version: version.first), on).folder


def _versions(folder: Traversable, way: tuple[str, ...]) -> Iterator[Version]:
    if len(way) > _DEEPEST:
        return
    for child in sorted(folder.iterdir(), key=lambda c: c.name):
        if not child.is_dir():
            continue
        day = _day(child.name)
        if day is None:
            yield from _versions(child, (*way, child.name))
        elif child.joinpath(SCHEME_FILE).is_file():
            yield Version("/".join(way), day, _last_day(child), child)


def _last_day(folder: Traversable) -> date | None:
    """``in_force.to`` of a version; what is wrong with the file is told when it is read."""
    with folder.joinpath(SCHEME_FILE).open("rb") as stream:
        data = read_tree(stream.read(LARGEST_BYTES + 1), SCHEME_FILE, "").data
    in_force = data.get("in_force") if isinstance(data, dict) else None
    last = in_force.get("to") if isinstance(in_force, dict) else None
    return _day(last) if isinstance(last, str) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
