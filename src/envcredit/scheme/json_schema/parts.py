"""The parts of a scheme as JSON Schema, walked from the classes of the model, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from envcredit.base.labels import read_table
from envcredit.base.vocabulary import Vocabulary
from envcredit.scheme.field_words import field_words, key_of
from envcredit.scheme.json_schema.scalars import RANGE, Node, choice, one_or_more, said, scalar

_RULE = "Rule"


@dataclass
class Parts:
    """Collects the definitions of the classes that are met on the way."""

    vocabulary: Vocabulary
    definitions: Node = field(default_factory=dict)

    def reference(self, part: type[BaseModel]) -> Node:
        """A reference to a class, which is defined if it has not been."""
        name = part.__name__
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.closed(part)
        return {"$ref": f"#/$defs/{name}"}

    def closed(self, part: type[BaseModel], optional: frozenset[str] = frozenset()) -> Node:
        """A class as an object that takes its keys and no others. ``optional`` names stand in other files."""
        properties = {key_of(part, name): self._field(part, name) for name in part.model_fields}
        required = [key_of(part, n) for n, each in part.model_fields.items() if each.is_required() and n not in optional]
        found: Node = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**found, "required": required} if required else found

    def _field(self, part: type[BaseModel], name: str) -> Node:
        special = self._special(part, name)
        info = part.model_fields[name]
        node = special or self.annotated(info.annotation, info.metadata)
        return {**node, "description": said(field_words(part, name))}

    def annotated(self, annotation: Any, metadata: list[Any]) -> Node:
        """What an annotation allows; ``metadata`` are the marks that pydantic took off it."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self.annotated(arguments[0], [*arguments[1:], *metadata])
        if origin is Literal:
            return {"enum": list(arguments)}
        if _is_union(origin):
            return self._either(arguments, metadata)
        if origin is tuple:
            item = self.annotated(arguments[0], [])
            alone = any(isinstance(mark, BeforeValidator) for mark in metadata)
            return one_or_more(item) if alone else {"type": "array", "items": item}
        if origin is not None:
            return self._mapping(*arguments)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.reference(annotation)
        return scalar(annotation, metadata)

    def _either(self, arguments: tuple[Any, ...], metadata: list[Any]) -> Node:
        kinds = [one for one in arguments if one is not type(None)]
        if any(isinstance(mark, FieldInfo) and mark.discriminator for mark in metadata):
            return self.rule(kinds)
        nodes = [self.annotated(one, metadata) for one in kinds]
        return nodes[0] if len(nodes) == 1 else {"anyOf": nodes}

    def _mapping(self, keys: Any, values: Any) -> Node:
        names = self.annotated(keys, [])
        found: Node = {"type": "object", "additionalProperties": self.annotated(values, [])}
        return {**found, "propertyNames": {"pattern": names["pattern"]}} if "pattern" in names else found

    def rule(self, kinds: list[type[BaseModel]]) -> Node:
        """A rule: its ``kind`` says which class it is of, so that an editor offers the keys of that kind alone."""
        if _RULE not in self.definitions:
            self.definitions[_RULE] = {}
            by_kind = {kind: part for part in kinds for kind in get_args(part.model_fields["kind"].annotation)}
            words = {kind: read_table("words")[f"coverage.kind.{kind}"] for kind in by_kind}
            self.definitions[_RULE] = {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": choice(words)},
                "allOf": [_when("kind", kind, self.reference(part)) for kind, part in by_kind.items()],
            }
        return {"$ref": f"#/$defs/{_RULE}"}

    def _special(self, part: type[BaseModel], name: str) -> Node | None:
        """Fields whose words come from the vocabulary, and the one that is a range in one text."""
        words = self.vocabulary
        kinds = {kind: each.words for kind, each in words.kinds.items()}
        known = {**words.attributes, **words.states}
        if name == "kinds" or (name == "of" and part.__name__ == "RepairRule"):
            return one_or_more(choice(kinds))
        if (part.__name__, name) in _DAYS:
            return choice({key: each.words for key, each in known.items() if each.type == "day"})
        if (part.__name__, name) == ("TermTable", "by"):
            return choice({key: each.words for key, each in words.attributes.items() if each.list})
        if (part.__name__, name) == ("PointRule", "per"):
            unit = {"unit": read_table("words")["prose.per.unit"]}
            return choice({**unit, **{key: each.words for key, each in words.attributes.items()}})
        if (part.__name__, name) == ("Scheme", "rates"):
            return {"type": "array", "items": choice(words.lists["unit_type"])}
        return RANGE if (part.__name__, name) == ("Tier", "points") else None


_DAYS = {
    ("Window", "first"),
    ("Window", "until"),
    ("Window", "before"),
    ("Shortened", "once"),
    ("RepairRule", "since"),
}


def _is_union(origin: Any) -> bool:
    return origin is Union or getattr(origin, "__name__", "") == "UnionType"


def _when(key: str, value: str, then: Mapping[str, Any]) -> Node:
    """What holds where a key has a value."""
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": dict(then)}
