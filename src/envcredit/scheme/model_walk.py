"""Ways through the model of a scheme: which class stands at a place, and which keys it takes."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def aliases_of(model: type[BaseModel] | None) -> tuple[str, ...]:
    """The keys that a part of a scheme takes, as they are written, in the order of the model."""
    return tuple(field.alias or name for name, field in model.model_fields.items()) if model else ()


def model_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The class that stands at a location of a pydantic error, whose elements are keys, indexes and labels of alternatives."""
    at: list[Any] = [model]
    for element in loc:
        at = list(_next(at, element))
    models = [one for one in at if isinstance(one, type) and issubclass(one, BaseModel)]
    return models[0] if len(models) == 1 else None


def _next(kinds: list[Any], element: str | int) -> Iterator[Any]:
    labelled = [kind for kind in kinds if _is_labelled(kind, element)]
    if labelled:
        yield from labelled
        return
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = _field(kind, element)
            yield from alternatives(field.annotation) if field else ()
        elif get_origin(kind) is not None:
            yield from (one for inside in _inside(kind) for one in alternatives(inside))


def _inside(container: Any) -> tuple[Any, ...]:
    """What a container holds: the items of a tuple, the values of a mapping."""
    arguments = get_args(container)
    return arguments[:1] if get_origin(container) is tuple else arguments[-1:]


def _field(model: type[BaseModel], element: str | int) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if element == (field.alias or name)), None)


def _is_labelled(kind: Any, element: str | int) -> bool:
    """Whether an alternative is meant by a label: the name of its class, or a value of its ``kind``."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return False
    tag = kind.model_fields.get("kind")
    return element == kind.__name__ or (
        tag is not None and get_origin(tag.annotation) is Literal and element in get_args(tag.annotation)
    )


def alternatives(annotation: Any) -> Iterator[Any]:
    """The plain types and generic containers that an annotation allows; ``X | None`` gives ``X``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for one in get_args(annotation):
            yield from alternatives(one)
    elif origin is tuple:
        yield types.GenericAlias(tuple, get_args(annotation)[:1])
    elif annotation is not type(None):
        yield annotation
