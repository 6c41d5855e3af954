"""Plain mappings, lists and text as YAML that a person would write: short things in one line, the rest below each other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from envcredit.scheme.yaml_tree import Plain

_WIDEST = 118
# Texts that YAML reads back unchanged without quotes: no sign that begins something else, none that ends it. Inside braces
# and brackets a comma or a brace ends a text too.
_FIRST = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=~<]"
_BARE = re.compile(_FIRST + r"(?:(?!: |:$| #)[^\n\t\r])*(?<!\s)")
_BARE_INSIDE = re.compile(_FIRST + r"(?:(?!: |:$| #)[^\n\t\r,\[\]{}])*(?<!\s)")
_NEGATIVE = re.compile(r"-[0-9.]+")


def yaml_text(value: Mapping[str, Plain], deep: int = 0) -> str:
    """A mapping as a YAML document. The mappings of the first ``deep`` levels never share a line."""
    return "".join(line + "\n" for line in _mapping(value, 0, deep))


def yaml_list(items: Sequence[Plain]) -> str:
    """A list as a YAML document."""
    return "".join(line + "\n" for line in _list(items, 0))


def _mapping(value: Mapping[str, Plain], indent: int, deep: int) -> Iterator[str]:
    blank = " " * indent
    for key, inner in value.items():
        yield from _entry(f"{blank}{_scalar(key)}:", inner, indent, deep)


def _entry(head: str, value: Plain, indent: int, deep: int) -> Iterator[str]:
    line = f"{head} {_flow(value) if isinstance(value, dict | list) else _scalar(value, _BARE)}"
    nested = isinstance(value, dict | list) and bool(value)
    if not nested or (len(line) <= _WIDEST and not (deep and isinstance(value, dict))):
        yield line
        return
    yield head
    if isinstance(value, dict):
        yield from _mapping(value, indent + 2, max(deep - 1, 0))
    elif isinstance(value, list):
        yield from _list(value, indent + 2)


def _list(value: Sequence[Plain], indent: int) -> Iterator[str]:
    blank = " " * indent
    for item in value:
        line = f"{blank}- {_flow(item)}"
        if isinstance(item, dict) and len(line) > _WIDEST:
            first, *rest = _mapping(item, indent + 2, 0)
            yield f"{blank}- {first.lstrip()}"
            yield from rest
        else:
            yield line


def _flow(value: Plain) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(text: str, unquoted: re.Pattern[str] = _BARE_INSIDE) -> str:
    bare = unquoted.fullmatch(text) or _NEGATIVE.fullmatch(text)
    return text if bare and text.isprintable() else json.dumps(text, ensure_ascii=False)
