"""Regulations: dated rules that several schemes refer to (``uses``), each version a file of its own, joined on reading.

``uses: [cn/ndrc/credit-repair/2026-04-01]`` brings the documents, clauses and rules of that version into the scheme, so that they
are checked, told, explained and digested like its own. A version is looked for beside the scheme (``uses/…yaml``, as runs keep
it) and then in the built-in library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.scheme.conditions.problems import DidYouMean, nearest
from envcredit.scheme.model import Regulation
from envcredit.scheme.shape import shaped
from envcredit.scheme.yaml_tree import LARGEST_BYTES, Places, Plain, Spot, other_shape, read_tree

BESIDE = "uses"
"""The folder beside a scheme in which the regulations that it uses may stand."""
_KEYED = ("sources", "clauses", "rules", "missing")


@cache
def regulations() -> Mapping[str, Traversable]:
    """The file of every built-in version by its identity (``cn/ndrc/credit-repair/2026-04-01``), sorted."""
    return dict(sorted(_files(files("envcredit.data").joinpath("regulations"), ())))


def _files(folder: Traversable, way: tuple[str, ...]) -> Iterator[tuple[str, Traversable]]:
    for child in folder.iterdir():
        if child.is_dir():
            yield from _files(child, (*way, child.name))
        elif child.name.endswith(".yaml"):
            yield "/".join((*way, child.name.removesuffix(".yaml"))), child


def regulation_file(identity: str, folder: Traversable | None = None) -> Traversable | None:
    """The file of one version: beside the scheme in ``folder``, else built in; ``None`` when there is none."""
    if folder is not None and ".." not in identity.split("/"):
        own = folder.joinpath(BESIDE, *f"{identity}.yaml".split("/"))
        if own.is_file():
            return own
    return regulations().get(identity)


def read_regulation(identity: str) -> Regulation:
    """A built-in version. Raises ``KeyError`` when there is none of that identity."""
    file = regulations()[identity]
    told = _tree_of(identity, file)
    regulation, _ = shaped(Regulation, told.data, told.places)
    assert regulation is not None, [one.render("en") for one in told.diagnostics]
    return regulation


class _Told(NamedTuple):
    """One file as read: its content, where everything stands, and every problem of its shape."""

    data: dict[str, Plain]
    places: Places
    diagnostics: tuple[Diagnostic, ...]


def _tree_of(identity: str, file: Traversable) -> _Told:
    """The plain content of a file that has the shape of a regulation, else nothing and every problem."""
    shown, sample = f"{identity}.yaml", "regulation: cn/ndrc/credit-repair"
    with file.open("rb") as stream:
        tree = read_tree(stream.read(LARGEST_BYTES + 1), shown, sample)
    if tree.data is None:
        return _Told({}, tree.places, tree.diagnostics)
    if not isinstance(tree.data, dict):
        return _Told({}, tree.places, (*tree.diagnostics, other_shape(tree.data, shown, dict, sample)))
    _, problems = shaped(Regulation, tree.data, tree.places)
    return _Told(tree.data, tree.places, (*tree.diagnostics, *problems))


def join_used(
    scheme: dict[str, Plain], places: Places, folder: Traversable | None = None
) -> tuple[frozenset[str], tuple[Diagnostic, ...]]:
    """Joins what a plain scheme ``uses`` to it; gives the keys of the rules that came in, and every problem.

    S028 for a version that does not exist, S029 for a key that the scheme or another regulation has too.
    """
    shared: set[str] = set()
    found: list[Diagnostic] = []
    uses = scheme.get("uses")
    for at, identity in enumerate(uses if isinstance(uses, list) else ()):
        file = regulation_file(str(identity), folder)
        if file is None:
            near = DidYouMean(nearest(str(identity), tuple(regulations())))
            found.append(problem("S028", places(("uses", at)), found=identity, near=near))
            continue
        told = _tree_of(str(identity), file)
        found += told.diagnostics
        rules = told.data.get("rules")
        if isinstance(rules, dict) and not told.diagnostics:
            found += _join(scheme, told.data, told.places, places)
            shared |= set(rules)
    return frozenset(shared), tuple(found)


def _join(scheme: dict[str, Plain], regulation: Mapping[str, Plain], theirs: Places, ours: Places) -> Iterator[Diagnostic]:
    for part in _KEYED:
        came, own = regulation.get(part, {}), scheme.setdefault(part, {})
        if not isinstance(came, dict) or not isinstance(own, dict):
            continue
        for key, value in came.items():
            if key in own:
                yield problem("S029", ours.key((part, key)), theirs.key((part, key)), key=key, part=part)
            else:
                own[key] = value
                _note(theirs, (part, key), ours, (part, key))
    came, own = regulation.get("not_modelled", []), scheme.setdefault("not_modelled", [])
    if isinstance(came, list) and isinstance(own, list):
        for at, value in enumerate(came):
            _note(theirs, ("not_modelled", at), ours, ("not_modelled", len(own)))
            own.append(value)


def _note(theirs: Places, spot: Spot, ours: Places, there: Spot) -> None:
    """Everything inside ``spot`` of a regulation is written where its own file says."""
    inside = {way: written for way, written in theirs.written.items() if way[: len(spot)] == spot}
    ours.written.update({(*there, *way[len(spot) :]): written for way, written in inside.items()})


def without_used(scheme: dict[str, Plain], came: Iterable[Mapping[str, Plain]]) -> dict[str, Plain]:
    """A plain scheme without what its regulations brought in: what stands in its own files."""
    own = dict(scheme)
    for regulation in came:
        for part in _KEYED:
            mine, theirs = own.get(part), regulation.get(part, {})
            if isinstance(mine, dict) and isinstance(theirs, dict):
                own[part] = {key: value for key, value in mine.items() if theirs.get(key) != value}
        rows, gone = own.get("not_modelled"), regulation.get("not_modelled", [])
        if isinstance(rows, list) and isinstance(gone, list):
            own["not_modelled"] = [row for row in rows if row not in gone]
    return {key: value for key, value in own.items() if value or key not in (*_KEYED, "not_modelled")}
