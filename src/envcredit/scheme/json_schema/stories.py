"""Cases as JSON Schema: records take the attributes of their kind, units their columns, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from envcredit.base.vocabulary import Attribute, Vocabulary
from envcredit.scheme.case_shape import WrittenCase
from envcredit.scheme.json_schema.parts import Parts
from envcredit.scheme.json_schema.scalars import TEXT, Node, attribute, choice, said

_OF_RECORD: Mapping[str, Node] = {
    "id": TEXT,
    "about": TEXT,
    "replaces": TEXT,
    "recorded_at": {"type": "string"},
    "member": {"type": "integer", "minimum": 0},
}


def case(parts: Parts) -> Node:
    """One case. Values stand in the types of their attributes."""
    found = parts.closed(WrittenCase)
    words = parts.vocabulary
    rows = {"members": "member", "history": "rating"}
    found["properties"]["unit"].update(_values(words.unit, words))
    for key, kind in rows.items():
        found["properties"][key].update({"type": "array", "items": _values(_attributes(kind, words), words)})
    found["properties"]["records"].update({"type": "array", "items": _record(parts)})
    return found


def _attributes(kind: str, words: Vocabulary) -> dict[str, Attribute]:
    return {name: words.attributes[name] for name in words.kinds[kind].attributes}


def _values(attributes: Mapping[str, Attribute], words: Vocabulary) -> Node:
    properties = {
        name: {**attribute(words, each.type, each.list), "description": said(each.words)} for name, each in attributes.items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _record(parts: Parts) -> Node:
    words = parts.vocabulary
    kinds = {name: kind.words for name, kind in words.kinds.items() if not kind.derived}
    branches = []
    for kind in kinds:
        values = _values(_attributes(kind, words), words)
        values["properties"] = {"kind": True, **_OF_RECORD, **values["properties"]}
        parts.definitions[f"record.{kind}"] = values
        condition = {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
        branches.append({"if": condition, "then": {"$ref": f"#/$defs/record.{kind}"}})
    return {"type": "object", "required": ["kind"], "properties": {"kind": choice(kinds)}, "allOf": branches}
