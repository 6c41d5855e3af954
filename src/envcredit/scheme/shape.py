"""The shape of a scheme against its model: what pydantic finds, said as diagnostics with places and near words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.scheme.conditions.problems import DidYouMean, WordOf, nearest
from envcredit.scheme.model_walk import aliases_of, model_at
from envcredit.scheme.yaml_tree import Places, Plain, Spot

M = TypeVar("M", bound=BaseModel)
_ErrorRow = Mapping[str, Any]
_Rows = Sequence[Mapping[str, Any]]

_SHAPES = {
    "model_type": "yaml.mapping",
    "model_attributes_type": "yaml.mapping",
    "dict_type": "yaml.mapping",
    "mapping_type": "yaml.mapping",
    "tuple_type": "yaml.list",
    "list_type": "yaml.list",
    "string_type": "yaml.text",
    "decimal_type": "yaml.text",
    "date_type": "yaml.text",
    "int_type": "yaml.text",
    "bool_type": "yaml.text",
}
_VALUES: Mapping[str, tuple[str, str]] = {
    "not a term of a hundred years": ("field.term_of_a_century", "24 months"),
    "not a term": ("field.term", "24 months"),
    "not a percentage": ("field.percent", "15%"),
    "not a decimal number": ("field.number", "2.5"),
    "not a finite number": ("field.number", "2.5"),
    "not a day": ("field.day", "2025-01-31"),
    "Invalid isoformat": ("field.day", "2025-01-31"),
    "day is out of range": ("field.day", "2025-01-31"),
    "month must be in": ("field.day", "2025-01-31"),
    "year ": ("field.day", "2025-01-31"),
    "valid integer": ("field.integer", "3"),
    "valid boolean": ("field.yes_no", "true"),
    "exceeded maximum size": ("field.integer_in_reach", "3"),
    "#[0-9a-f]": ("field.colour", '"#1a7f37"'),
    "refuse|skip": ("field.missing", "refuse / skip / assume CNY 0"),
    "(/[a-z0-9]": ("field.path", "cn/ningxia/enterprise"),
    "^[A-Za-z]": ("field.key", "air_penalty"),
    "T\\d{2}:": ("field.instant", "2026-12-31T00:00:00Z"),
}
_OTHERWISE = ("field.as_in_manual", "—")
"""For an error of pydantic that no field of the model gives today."""


def shaped(model: type[M], data: Plain, places: Places, at: Spot = ()) -> tuple[M | None, tuple[Diagnostic, ...]]:
    """The model filled from plain YAML, or ``None`` and every problem. Spots in ``places`` begin with ``at``."""
    try:
        return model.model_validate(data, by_alias=True, by_name=False), ()
    except ValidationError as error:
        rows = error.errors(include_url=False)
        kept = [row for row in rows if _other_shape(row["loc"], data) is None]
        found = [one for row in kept for one in _diagnosed(model, row, data, places, at)]
        found += _shapes_not_offered(rows, kept, data, places, at)
        unique = {(one.code, one.places, str(one.values)): one for one in found}
        return None, tuple(unique.values())


def _steps(loc: tuple[str | int, ...], data: Plain) -> Iterator[tuple[str | int, Plain, bool]]:
    """Each element of an error's location with the node it applies to and whether it leads on (else it is a label)."""
    node = data
    for element in loc:
        leads = (isinstance(node, dict) and element in node) or (
            isinstance(node, list) and isinstance(element, int) and element < len(node)
        )
        yield element, node, leads
        if leads:
            node = cast("Any", node)[element]


def _other_shape(loc: tuple[str | int, ...], data: Plain) -> tuple[Spot, str] | None:
    """When an error speaks of an alternative with another shape than what is written: where, and which shape it speaks of."""
    spot: Spot = ()
    for element, node, leads in _steps(loc, data):
        if leads:
            spot = (*spot, element)
            continue
        shape = _shape_of_label(str(element))
        if shape and shape != _shape_of(node):
            return spot, shape
    return None


def _shape_of_label(label: str) -> str:
    if label.startswith("function-"):
        return "yaml.text"
    if label.startswith("tuple["):
        return "yaml.list"
    return "yaml.mapping" if label[:1].isupper() and label.isalpha() else ""


def _shapes_not_offered(rows: _Rows, kept: _Rows, data: Plain, places: Places, at: Spot) -> Iterator[Diagnostic]:
    """S032 where what is written has the shape of no alternative."""
    said = {tuple(element for element, _, leads in _steps(row["loc"], data) if leads) for row in kept}
    for spot, shape in dict(filter(None, (_other_shape(row["loc"], data) for row in rows))).items():
        if not any(other[: len(spot)] == spot for other in said):
            found = WordOf(_shape_of(_value_at(data, spot)))
            yield problem("S032", places((*at, *spot)), key=spot[-1], expected=WordOf(shape), found=found)


def _diagnosed(model: type[BaseModel], row: _ErrorRow, data: Plain, places: Places, at: Spot) -> Iterator[Diagnostic]:
    loc = row["loc"]
    spot = (*at, *(element for element, _, leads in _steps(loc, data) if leads))
    value = _value_at(data, spot[len(at) :])
    if value == "" and row["type"] != "missing":
        return
    key = next((str(e) for e in reversed(spot) if isinstance(e, str)), "")
    special = _SPECIAL.get(row["type"])
    if special:
        yield special(model, row, spot, places)
    elif row["type"] in _SHAPES:
        expected, found = WordOf(_SHAPES[row["type"]]), WordOf(_shape_of(value))
        yield problem("S032", places(spot), key=key, expected=expected, found=found)
    else:
        yield _wrong_value(row, key, value, places(spot))


def _wrong_value(row: _ErrorRow, key: str, value: Plain, place: Place) -> Diagnostic:
    if row["type"].startswith(("greater_than", "less_than")):
        limit = ", ".join(f"{_SIGNS.get(name, name)} {bound}" for name, bound in row["ctx"].items())
        return problem("S035", place, key=key, found=value, limit=limit)
    text = f"{row['msg']} {row.get('ctx', {}).get('pattern', '')}"
    field, sample = next((words for sign, words in _VALUES.items() if sign in text), _OTHERWISE)
    if row["loc"][-1] == "[key]":
        return problem("S036", place, key=row["loc"][-2], expected=WordOf(field), sample=sample)
    return problem("S034", place, key=key, expected=WordOf(field), found=value, sample=sample)


_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def _unknown_key(model: type[BaseModel], row: _ErrorRow, spot: Spot, places: Places) -> Diagnostic:
    key = str(row["loc"][-1])
    usable = aliases_of(model_at(model, row["loc"][:-1]))
    return problem("S030", places.key(spot), key=key, near=DidYouMean(nearest(key, usable)), usable=", ".join(usable))


def _missing_key(_: type[BaseModel], row: _ErrorRow, spot: Spot, places: Places) -> Diagnostic:
    return problem("S031", places(spot), key=row["loc"][-1], where=_named(spot))


def _no_kind(_model: type[BaseModel], _row: _ErrorRow, spot: Spot, places: Places) -> Diagnostic:
    return problem("S031", places(spot), key="kind", where=_named(spot))


def _wrong_kind(_: type[BaseModel], row: _ErrorRow, spot: Spot, places: Places) -> Diagnostic:
    usable = re.findall(r"'([^']*)'", row["ctx"]["expected_tags"])
    return _choice("kind", str(row["ctx"]["tag"]), usable, places((*spot, "kind")))


def _wrong_choice(_: type[BaseModel], row: _ErrorRow, spot: Spot, places: Places) -> Diagnostic:
    return _choice(str(spot[-1]), str(row["input"]), re.findall(r"'([^']*)'", row["ctx"]["expected"]), places(spot))


def _choice(key: str, found: str, usable: list[str], place: Place) -> Diagnostic:
    return problem("S033", place, key=key, found=found, usable=", ".join(usable), near=DidYouMean(nearest(found, usable)))


_SPECIAL: Mapping[str, Callable[[type[BaseModel], _ErrorRow, Spot, Places], Diagnostic]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing_key,
    "union_tag_not_found": _no_kind,
    "union_tag_invalid": _wrong_kind,
    "literal_error": _wrong_choice,
}


def _named(spot: Spot) -> str:
    return ".".join(str(element) for element in spot) or "scheme"


def _value_at(data: Plain, spot: Spot) -> Plain:
    node: Any = data
    for element in spot:
        node = node[element]
    return cast("Plain", node)


def _shape_of(value: Plain) -> str:
    return {dict: "yaml.mapping", list: "yaml.list"}.get(type(value), "yaml.text")
