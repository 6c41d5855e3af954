"""What the keys of a scheme are called, in zh and en: in what ``scheme diff`` tells and in the schema for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from envcredit.base.labels import read_table


def key_of(model: type[BaseModel], name: str) -> str:
    """How a field of the model is written in the files: ``from`` for ``first``."""
    return model.model_fields[name].alias or name


def field_words(model: type[BaseModel], name: str) -> Mapping[str, Any]:
    """The name of a field, looked up along the classes that it may come from. Raises ``KeyError`` when it has none."""
    table, key = read_table("words"), key_of(model, name)
    for kind in model.__mro__:
        if f"field.{kind.__name__}.{key}" in table:
            return table[f"field.{kind.__name__}.{key}"]
    raise KeyError(f"field.{model.__name__}.{key}")
