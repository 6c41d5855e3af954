"""A scheme folder read whole: ``scheme.yaml`` and ``rules/*.yaml``, all problems of all files at once.

``read_scheme`` gives the scheme or raises; ``read_with_places`` also says where everything stands, for the checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from envcredit.base.diagnostics import Diagnostic, Place, errors_in, problem
from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import SchemeError
from envcredit.scheme.files import SchemeFile, files_of, shown_name
from envcredit.scheme.library import locate
from envcredit.scheme.model import Scheme
from envcredit.scheme.regulations import join_used
from envcredit.scheme.shape import shaped
from envcredit.scheme.typed import typed_problems
from envcredit.scheme.yaml_tree import Places, Plain, other_shape, read_tree

_SCHEME_SAMPLE = "scheme: model/enterprise"
_RULES_SAMPLE = "air_penalty: {kind: deduct, clause: measures/1, …}"


class Reading(NamedTuple):
    """What reading a folder gave: the scheme unless it has errors, where everything stands, every problem, and the keys of the
    rules that came from regulations."""

    scheme: Scheme | None
    places: Places
    diagnostics: tuple[Diagnostic, ...]
    shared: frozenset[str] = frozenset()


def read_scheme(name_or_path: str | Path, on: date | None = None) -> Scheme:
    """A scheme by name (see :func:`envcredit.scheme.library.locate`) or folder, in force on the day ``on`` if one is given.

    Raises ``SchemeError`` with every problem of every file, or S022 when the scheme is not in force on that day.
    """
    folder = locate(name_or_path, on)
    scheme, _, diagnostics, _ = read_folder(folder)
    if scheme is None:
        raise SchemeError(diagnostics)
    if on is not None and not _in_force(scheme, on):
        raise SchemeError([problem("S022", name=scheme.scheme, day=on.isoformat(), found=scheme.identity)])
    return scheme


def read_with_places(name_or_path: str | Path, on: date | None = None) -> Reading:
    """A scheme with the place of everything in it, and all problems. Raises ``SchemeError`` only if no such folder is found."""
    return read_folder(locate(name_or_path, on))


def read_folder(folder: Traversable) -> Reading:
    """The scheme of one version's folder, which may stand inside an archive."""
    shown = shown_name(folder)
    files, found = files_of(folder, shown)
    diagnostics = list(found)
    places = Places()
    data = _joined(files, places, diagnostics)
    scheme, shared = None, frozenset[str]()
    if data is not None:
        shared, problems = join_used(data, places, folder)
        diagnostics += problems
        scheme, problems = shaped(Scheme, data, places)
        diagnostics += problems
    if scheme is not None:
        diagnostics += typed_problems(scheme, places, read_vocabulary())
        diagnostics += _folder_agrees(scheme, folder, shown)
    return Reading(None if errors_in(diagnostics) else scheme, places, _in_order(diagnostics), shared)


def _in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(diagnostics, key=lambda one: (one.places[:1], one.code)))


def _joined(files: Iterable[SchemeFile], places: Places, diagnostics: list[Diagnostic]) -> dict[str, Plain] | None:
    """All files as one mapping; ``None`` when ``scheme.yaml`` itself cannot be read."""
    whole: dict[str, Plain] | None = None
    rules: dict[str, Plain] = {}
    for file in files:
        content = _mapping(file, places, diagnostics)
        if not file.holds_rules:
            whole = content
            own = content.get("rules") if content else None
            rules |= own if isinstance(own, dict) else {}
            continue
        rules |= content or {}
    if whole is not None and isinstance(whole.get("rules", {}), dict):
        whole["rules"] = dict(rules)
    return whole


def _mapping(file: SchemeFile, places: Places, diagnostics: list[Diagnostic]) -> dict[str, Plain] | None:
    sample = _RULES_SAMPLE if file.holds_rules else _SCHEME_SAMPLE
    tree = read_tree(file.raw, file.shown, sample, ("rules",) if file.holds_rules else ())
    diagnostics += tree.diagnostics
    if tree.data is None:
        return None
    if not isinstance(tree.data, dict):
        diagnostics.append(other_shape(tree.data, file.shown, dict, sample))
        return None
    diagnostics += _rules_in_two_files(tree.places, places)
    places.written.update({spot: where for spot, where in tree.places.written.items() if spot not in places.written})
    return dict(tree.data)


def _rules_in_two_files(one: Places, others: Places) -> Iterator[Diagnostic]:
    for spot in one.written:
        if len(spot) == 2 and spot[0] == "rules" and spot in others.written:
            yield problem("S037", one.key(spot), others.key(spot), key=spot[1])


def _in_force(scheme: Scheme, day: date) -> bool:
    last = scheme.in_force.last
    return scheme.in_force.first <= day and (last is None or day <= last)


def _folder_agrees(scheme: Scheme, folder: Traversable, shown: str) -> Iterator[Diagnostic]:
    """S025 when a folder named after a day, or one of the library, says another day or name than the file in it."""
    first = scheme.in_force.first.isoformat()
    dated = len(folder.name) == 10 and folder.name[:4].isdigit() and folder.name[4] == "-"
    expected = first if shown == str(folder) else scheme.identity
    if dated and not shown.rstrip("/").endswith(expected):
        yield problem("S025", Place(f"{shown}/scheme.yaml"), folder=shown, found=scheme.identity)
