"""JSON Schema (draft 2020-12) of the files of a scheme, for editors: names, types and official terms while one writes.

Editors read YAML into numbers, days and yes or no, where our own reader keeps the text; both are taken. A schema cannot see
across files, so that ``envcredit scheme check`` still has the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from envcredit.base.labels import read_table
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.json_schema.parts import Parts
from envcredit.scheme.json_schema.scalars import Node, said
from envcredit.scheme.json_schema.stories import case
from envcredit.scheme.model import Regulation, Scheme

FileKind = Literal["scheme", "rules", "cases", "regulation"]
FILE_KINDS: tuple[FileKind, ...] = get_args(FileKind)
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(of: FileKind) -> Node:
    """The schema of ``scheme.yaml``, of ``rules/*.yaml``, of ``cases/*.yaml`` or of a regulation, as plain JSON values."""
    parts = Parts(read_vocabulary())
    body = _BODIES[of](parts)
    title = said(read_table("words")[f"json_schema.{of}"])
    return {"$schema": DRAFT, "title": title, **body, "$defs": dict(sorted(parts.definitions.items()))}


def _rules(parts: Parts) -> Node:
    rules: Node = parts.annotated(Scheme.model_fields["rules"].annotation, [])
    return rules


def _cases(parts: Parts) -> Node:
    return {"type": "array", "items": case(parts)}


_BODIES: Mapping[FileKind, Callable[[Parts], Node]] = {
    "scheme": lambda parts: parts.closed(Scheme, frozenset({"rules"})),
    "rules": _rules,
    "cases": _cases,
    "regulation": lambda parts: parts.closed(Regulation),
}
