"""The source mappings that ship with envcredit, and mappings a user wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.errors import RecordsError
from envcredit.records.source import Cell, KindOf, Source

_COMPUTED = ("value", "value_text", "qualifier", "limit", "measured_in", "exceedance", "compliant")


def source_names() -> list[str]:
    """The names of the mappings that ship, sorted."""
    with as_file(files("envcredit.data").joinpath("sources")) as folder:
        return sorted(file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.yaml"))


def read_source(name_or_path: str | Path) -> Source:
    """A mapping by name, or by the path of a file. Raises ``RecordsError`` with every problem of the file and its place."""
    name = str(name_or_path)
    if name in source_names():
        return _shipped(name)
    path = Path(name_or_path)
    if not path.is_file():
        raise RecordsError([problem("R301", Place(name), known=", ".join(source_names()))])
    return _read(path)


@cache
def _shipped(name: str) -> Source:
    with as_file(files("envcredit.data").joinpath("sources").joinpath(f"{name}.yaml")) as path:
        return _read(path)


def _read(path: Path) -> Source:
    try:
        tree = YAML(typ="rt", pure=True).load(path.read_text("utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = Place(path.name, mark.line + 1, mark.column + 1) if mark else Place(path.name)
        raise RecordsError([problem("R302", place, reason=str(error.problem))]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecordsError([problem("R302", Place(path.name), reason=str(error))]) from None
    try:
        source = Source.model_validate(_plain(tree))
    except ValidationError as error:
        raise RecordsError(_shape_problem(path, tree, dict(found)) for found in error.errors()) from None
    if problems := [
        problem(code, _place(path, tree, loc), **values) for code, loc, values in _misfits(source, read_vocabulary())
    ]:
        raise RecordsError(problems)
    return with_vocabulary_columns(source, read_vocabulary())


def with_vocabulary_columns(source: Source, vocabulary: Vocabulary) -> Source:
    """``source`` with a cell for every attribute of the vocabulary, if it asks for that."""
    if not source.vocabulary_columns:
        return source
    cells = {}
    for name, attribute in vocabulary.attributes.items():
        given = source.attributes.get(name)
        columns = list(dict.fromkeys([name, *attribute.words.values(), *(given.columns if given else ())]))
        cells[name] = given.model_copy(update={"columns": columns}) if given else Cell(columns=columns)
    return source.model_copy(update={"attributes": cells})


def _plain(node: object) -> object:
    """The tree without positions. A bare YAML date or number is not text, and the closed model will say so."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node if node is None or isinstance(node, bool) or not isinstance(node, str) else str(node)


def _shape_problem(path: Path, tree: object, found: Mapping[str, Any]) -> Diagnostic:
    loc = [part for part in found["loc"] if isinstance(part, (str, int))]
    place = _place(path, tree, loc)
    if found["type"] == "extra_forbidden":
        return problem("R303", place, key=loc[-1])
    return problem("R304", place, key=".".join(map(str, loc)) or path.name, reason=found["msg"])


def _place(path: Path, tree: object, loc: list[Any]) -> Place:
    """Where ``loc`` stands: the deepest part of it that the file has."""
    line, column = 0, 0
    node: Any = tree
    for part in loc:
        if isinstance(node, Mapping) and part in node:
            line, column = node.lc.key(part)  # type: ignore[attr-defined]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            line, column = node.lc.item(part)  # type: ignore[attr-defined]
        else:
            break
        node = node[part]
    return Place(path.name, line + 1, column + 1)


Misfit = tuple[str, list[Any], dict[str, object]]


def _misfits(source: Source, vocabulary: Vocabulary) -> Iterator[Misfit]:
    """Names in the mapping that the vocabulary does not have."""
    yield from _kind_misfits(source.kind, vocabulary)
    for name, cell in source.attributes.items():
        if name not in vocabulary.attributes:
            yield "R305", ["attributes", name], {"key": name}
            continue
        if source.measurement and name in _COMPUTED:
            yield "R308", ["attributes", name], {"key": name}
        yield from _cell_misfits(["attributes", name], cell, name, vocabulary)


def _kind_misfits(kind: KindOf, vocabulary: Vocabulary) -> Iterator[Misfit]:
    for key, name in [("value", kind.value)] * bool(kind.value) + [("words", word) for word in kind.words.values()]:
        if name not in vocabulary.kinds or vocabulary.kinds[name].derived:
            yield "R306", ["kind", key], {"found": name, "expected": ", ".join(vocabulary.kinds)}
    if not (kind.value or kind.columns or kind.sheet):
        yield "R304", ["kind"], {"key": "kind", "reason": "value, columns or sheet must be given"}


def _cell_misfits(loc: list[Any], cell: Cell, name: str, vocabulary: Vocabulary) -> Iterator[Misfit]:
    attribute = vocabulary.attributes[name]
    allowed = tuple(vocabulary.lists.get(attribute.list, ()))
    for key in ("words", "contains"):
        for word, found in getattr(cell, key).items():
            if found not in allowed and (found or key == "contains"):
                yield "R307", [*loc, key, word], {"found": found, "expected": ", ".join(allowed) or "—"}
    if cell.stated and cell.stated not in allowed:
        yield "R307", [*loc, "stated"], {"found": cell.stated, "expected": ", ".join(allowed) or "—"}
    for kind in cell.kinds:
        if kind not in vocabulary.kinds:
            yield "R306", [*loc, "kinds"], {"found": kind, "expected": ", ".join(vocabulary.kinds)}
    money, percent = cell.unit in ("元", "千元", "万元", "亿元"), cell.unit == "percent"
    if (money and attribute.type != "amount") or (percent and attribute.type != "share"):
        yield "R304", [*loc, "in"], {"key": f"{name}.in", "reason": f"{name}: {attribute.type}"}
    if cell.otherwise and cell.otherwise.note_in and cell.otherwise.note_in not in vocabulary.attributes:
        yield "R305", [*loc, "else", "note_in"], {"key": cell.otherwise.note_in}
