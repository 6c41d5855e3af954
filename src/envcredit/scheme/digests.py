"""Two digests of a scheme: of what can change a number or a grade, and of what people read.

Every field of the model is marked ``RULE`` or ``TEXT`` and enters exactly one of the two. Fields that say nothing are left
out, so that a field added to the language later does not change the digests of schemes that do not use it. The order of
rules says nothing; the order of bands, tiers, rows and grades does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from envcredit.base.days import Term
from envcredit.base.digest import digest_of
from envcredit.scheme.model import Scheme
from envcredit.scheme.scalars import InDigest

Part = Literal["rule", "text"]


def rule_digest(scheme: Scheme) -> str:
    """Hex SHA-256 of everything that can change a number or a grade."""
    return digest_of(part_of(scheme, "rule"))


def text_digest(scheme: Scheme) -> str:
    """Hex SHA-256 of labels, sources, procedure, consequences and what is not modelled."""
    return digest_of(part_of(scheme, "text"))


def part_of(value: object, part: Part) -> object:
    """The plain form of one of the two parts: mappings, lists and text only, under the keys of the files."""
    if isinstance(value, BaseModel):
        return _fields(value, part)
    if isinstance(value, Mapping):
        return {str(key): part_of(one, part) for key, one in value.items()}
    if isinstance(value, tuple):
        return [part_of(one, part) for one in value]
    return _scalar(value)


def digest_of_field(field: FieldInfo) -> Part:
    """Which digest a field enters. Raises ``ValueError`` unless it is marked exactly once."""
    marks = [mark.name for mark in field.metadata if isinstance(mark, InDigest)]
    if len(marks) != 1:
        raise ValueError(f"a field of a scheme is marked {marks or 'nothing'}; it must be marked RULE or TEXT")
    return marks[0]


def _fields(value: BaseModel, part: Part) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, field in type(value).model_fields.items():
        content = getattr(value, name)
        own = digest_of_field(field) == part
        if content is None or not (own or _holds_parts(content)):
            continue
        plain = part_of(content, part)
        if own or not _says_nothing(plain):
            found[field.alias or name] = plain
    return found


def _says_nothing(plain: object) -> bool:
    """Whether there are only empty shells, left by parts whose fields all belong to the other digest."""
    if isinstance(plain, dict):
        return all(_says_nothing(one) for one in plain.values())
    return isinstance(plain, list) and all(_says_nothing(one) for one in plain)


def _holds_parts(content: object) -> bool:
    """Whether there are parts inside, whose own fields say where they belong."""
    if isinstance(content, Mapping):
        return any(_holds_parts(one) for one in content.values())
    if isinstance(content, tuple):
        return any(_holds_parts(one) for one in content)
    return isinstance(content, BaseModel)


def _scalar(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Term | str):
        return str(value)
    raise TypeError(f"nothing of a scheme has this type: {value!r}")
