"""The files of a scheme folder, within limits: their number, their size, and nothing outside the folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.scheme.conditions.problems import WordOf
from envcredit.scheme.yaml_tree import LARGEST_BYTES

SCHEME_FILE = "scheme.yaml"
MOST_FILES = 200
_BESIDE = frozenset({SCHEME_FILE, "rules", "cases"})


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """One file's bytes, under the name that messages show."""

    shown: str
    raw: bytes
    holds_rules: bool = False


def shown_name(folder: Traversable) -> str:
    """How messages call a folder: the built-in ones by their identity, others by their path."""
    library = str(files("envcredit.data").joinpath("schemes"))
    text = str(folder)
    return text[len(library) :].strip("/\\").replace("\\", "/") if text.startswith(library) else text


def files_of(folder: Traversable, shown: str) -> tuple[tuple[SchemeFile, ...], tuple[Diagnostic, ...]]:
    """``scheme.yaml`` first, then ``rules/*.yaml`` by name. What cannot be read is told."""
    strays = [problem("S027", Place(f"{shown}/{name}"), found=name) for name in _strays(folder)]
    rules = [f"rules/{file.name}" for file in yaml_files(folder, "rules")]
    found, diagnostics = _read(folder, shown, [SCHEME_FILE, *rules])
    return found, (*strays, *diagnostics)


def cases_of(folder: Traversable, shown: str) -> tuple[tuple[SchemeFile, ...], tuple[Diagnostic, ...]]:
    """``cases/*.yaml`` by name."""
    return _read(folder, shown, [f"cases/{file.name}" for file in yaml_files(folder, "cases")])


def yaml_files(folder: Traversable, part: str) -> list[Traversable]:
    """The YAML files of one part of a scheme folder, by name, no more than a scheme can need."""
    inside = folder.joinpath(part)
    if not inside.is_dir():
        return []
    return sorted((file for file in inside.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)[:MOST_FILES]


def _strays(folder: Traversable) -> list[str]:
    """Files that look as if they should be read but are not."""
    strays = [f.name for f in folder.iterdir() if f.name not in _BESIDE and f.name.endswith((".yaml", ".yml"))]
    for part in ("rules", "cases"):
        inside = folder.joinpath(part)
        if inside.is_dir():
            names = [file.name for file in inside.iterdir() if not file.name.startswith((".", "__"))]
            kept = {file.name for file in yaml_files(folder, part)}
            strays += [f"{part}/{name}" for name in names if name not in kept and not name.endswith(".md")]
    return sorted(strays)


def _read(folder: Traversable, shown: str, names: Sequence[str]) -> tuple[tuple[SchemeFile, ...], tuple[Diagnostic, ...]]:
    found: list[SchemeFile] = []
    diagnostics: list[Diagnostic] = []
    for name in names:
        place = Place(f"{shown}/{name}")
        file = folder.joinpath(*name.split("/"))
        if isinstance(file, Path) and isinstance(folder, Path) and not file.resolve().is_relative_to(folder.resolve()):
            diagnostics.append(problem("S026", place, found=place.file))
            continue
        try:
            with file.open("rb") as stream:
                found.append(SchemeFile(place.file, stream.read(LARGEST_BYTES + 1), name.startswith("rules/")))
        except OSError as error:
            diagnostics.append(problem("S013", place, found=WordOf(_why(error))))
    return tuple(found), tuple(diagnostics)


def _why(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "file.not_found"
        case IsADirectoryError():
            return "file.is_a_folder"
        case PermissionError():
            return "file.not_permitted"
    return "file.broken"
