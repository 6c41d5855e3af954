"""A scheme as plain mappings, lists and text: exactly what would stand in its YAML, defaults left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeGuard, get_args

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from envcredit.base.days import Term
from envcredit.scheme.model import Scheme
from envcredit.scheme.regulations import read_regulation, regulations, without_used
from envcredit.scheme.scalars import Percent
from envcredit.scheme.yaml_tree import Plain

_PERCENT = get_args(Percent)[1]


def plain_scheme(scheme: Scheme) -> dict[str, Plain]:
    """What stands in a scheme's own files; reading it again gives an equal scheme.

    What came from a regulation beside the scheme is written as the scheme's own, since that file does not go along.
    """
    built_in = tuple(identity for identity in scheme.uses if identity in regulations())
    own = _part(scheme.model_copy(update={"uses": built_in}))
    return without_used(own, [_part(read_regulation(identity)) for identity in built_in])


def _part(part: BaseModel) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if field.is_required() or value != field.get_default(call_default_factory=True):
            plain = _value(value, percent=_is_percent(field))
            found[field.alias or name] = plain[0] if _may_stand_alone(plain, field) else plain
    return found


def _may_stand_alone(plain: Plain, field: FieldInfo) -> TypeGuard[list[Plain]]:
    """``from: penalty`` for ``from: [penalty]``: the model takes one word for a list of one."""
    takes_one = any(isinstance(each, BeforeValidator) for each in field.metadata)
    return takes_one and isinstance(plain, list) and len(plain) == 1


def _is_percent(field: FieldInfo) -> bool:
    """Whether a field is a share, alone or as the value of a mapping."""
    return _PERCENT in field.metadata or str(Percent) in str(field.annotation)


def _value(value: Any, *, percent: bool) -> Plain:
    match value:
        case BaseModel():
            return _part(value)
        case Mapping():
            return {str(key): _value(each, percent=percent) for key, each in value.items()}
        case (Decimal() as low, Decimal() as high):
            return f"{_number(low)} to {_number(high)}"
        case tuple():
            return [_value(each, percent=percent) for each in value]
        case Decimal():
            return f"{_number(value * 100)}%" if percent else _number(value)
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case Term() | int() | str():
            return str(value)
    raise TypeError(f"no text for {value!r}")


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
