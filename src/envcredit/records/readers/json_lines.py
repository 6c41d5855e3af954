"""JSON Lines: one flat object a line. Numbers are taken as they are written, never through a binary float."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.digest import digest_of_bytes
from envcredit.errors import RecordsError
from envcredit.records.limits import Limits
from envcredit.records.readers.encoding import decoded
from envcredit.records.sheets import Content, Row, Sheet

_DEEPEST = 2


class _RepeatedKeyError(ValueError):
    """A key stands twice in one object."""


def read_json_lines(path: Path, limits: Limits) -> Content:
    """One sheet whose columns are the keys in order of first use. A line that is no flat object becomes a faulty row."""
    data = path.read_bytes()
    text, encoding = decoded(data)
    objects: list[tuple[int, dict[str, str], Diagnostic | None]] = []
    columns: dict[str, int] = {}
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        cells, fault = _cells(Place(path.name, line), content, limits)
        for key in cells:
            columns.setdefault(key, len(columns))
        objects.append((line, cells, fault))
        _within(path.name, line, len(columns), len(objects), limits)
    rows = [Row(line, tuple(cells.get(key, "") for key in columns), fault) for line, cells, fault in objects]
    sheet = Sheet(path.name, rows, header=tuple(columns))
    note = problem("R120", Place(path.name), encoding=encoding)
    return Content(path.name, digest_of_bytes([data]), "JSON Lines", encoding, (sheet,), (note,))


def _within(file: str, line: int, columns: int, rows: int, limits: Limits) -> None:
    if columns > limits.columns:
        raise RecordsError([problem("R105", Place(file, line), found=columns, limit=limits.columns)])
    if rows > limits.rows:
        raise RecordsError([problem("R111", Place(file, line), limit=limits.rows)])


def _cells(place: Place, content: str, limits: Limits) -> tuple[dict[str, str], Diagnostic | None]:
    """The cells of one line; of an unreadable line the whole text, under the column that keeps such text."""
    if len(content) > limits.line_characters:
        raise RecordsError([problem("R110", place, found=len(content), limit=limits.line_characters)])
    try:
        value = json.loads(content, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)
    except (json.JSONDecodeError, RecursionError) as error:
        return {"q_more": content}, problem("R219", place, reason=getattr(error, "msg", "nested too deeply"))
    except _RepeatedKeyError as error:
        return {"q_more": content}, problem("R219", place, reason=f"{error.args[0]!r} twice")
    if not isinstance(value, dict):
        return {"q_more": content}, problem("R219", place, reason="no object")
    if nested := [key for key, item in value.items() if _depth(item) >= _DEEPEST or isinstance(item, dict)]:
        return {"q_more": content}, problem("R220", place, column=nested[0])
    return {key: _text(item) for key, item in value.items()}, None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(key)
        found[key] = value
    return found


def _depth(value: object) -> int:
    """0 for a plain value, 1 for a list of plain values, 2 for anything deeper."""
    if isinstance(value, list):
        return 2 if any(isinstance(item, (list, dict)) for item in value) else 1
    return 2 if isinstance(value, dict) else 0


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "|".join(_text(item) for item in value)
    return str(value)
