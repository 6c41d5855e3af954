"""Which entry of the older scheme is which of the newer one: by key, and under a new key only when all else is equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Matched:
    """Keys in the order of the files. ``renamed`` maps an old key to the new one."""

    removed: tuple[str, ...]
    renamed: Mapping[str, str]
    kept: tuple[str, ...]
    added: tuple[str, ...]


def matched(old: Mapping[str, BaseModel], new: Mapping[str, BaseModel]) -> Matched:
    """Two mappings set side by side. An entry that is there twice under new keys is renamed to the first of them."""
    gone = [key for key in old if key not in new]
    come = [key for key in new if key not in old]
    renamed: dict[str, str] = {}
    for key in gone:
        same = next((other for other in come if other not in renamed.values() and is_same(old[key], new[other])), None)
        if same is not None:
            renamed[key] = same
    return Matched(
        removed=tuple(key for key in gone if key not in renamed),
        renamed=renamed,
        kept=tuple(key for key in old if key in new),
        added=tuple(key for key in come if key not in renamed.values()),
    )


def is_same(one: BaseModel, other: BaseModel) -> bool:
    """Whether two parts say the same, whatever they are called: the key of a grade is its name and no content."""
    return type(one) is type(other) and one.model_dump(exclude={"key"}) == other.model_dump(exclude={"key"})
