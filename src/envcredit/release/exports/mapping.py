"""Which columns an export has and what stands in them: a file, since the office that receives it supplies the template."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.labels import Language
from envcredit.errors import InputError
from envcredit.release.exports.table import Table
from envcredit.scheme.yaml_tree import Tree, read_tree

Value = Literal[
    "name", "code", "unit_id", "unit_type", "party_class", "region", "region_name", "industry", "park", "period", "as_of",
    "known_at", "scheme", "scheme_title", "rule", "grade", "score", "previous_grade", "why", "remark", "issued_on",
    "published_on", "publish_until", "authority", "authority_code", "issuer", "state", "result", "sequence",
]  # fmt: skip
VALUES: tuple[Value, ...] = get_args(Value)
_SAMPLE = "columns: [{header: 单位名称, value: name}]"


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Closed):
    """A text in both languages."""

    zh: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


class Column(_Closed):
    """One column. ``field``: its name in the official list, if it has one. ``codes``: what the template writes for a key.

    ``drop_empty``: the column is left out when no row has anything to put there.
    """

    header: str = Field(min_length=1)
    value: Value
    field: str = ""
    basis: Literal["official", "template", "ours"] = "template"
    note: Said | None = None
    codes: Mapping[str, str] = Field(default_factory=dict)
    drop_empty: bool = False


class LeftOut(_Closed):
    """Fields of the official list that a result cannot fill, and why."""

    fields: tuple[str, ...] = Field(min_length=1)
    words: Said
    why: Said


class FieldMapping(_Closed):
    """The whole file."""

    title: Said
    about: Said
    sheet: str = Field(min_length=1, max_length=31, pattern=r"^[^\[\]:*?/\\']+$")
    columns: tuple[Column, ...] = Field(min_length=1)
    left_out: tuple[LeftOut, ...] = ()


def read_mapping(path: Path) -> FieldMapping:
    """The mapping of an office's own template.

    Raises ``InputError`` with file, line and column: S001 and following (not YAML), P201 (unknown key), P202 (a wrong value);
    ``OSError`` when it cannot be read.
    """
    return mapping_of(path.read_bytes(), path.name)


@cache
def shipped(name: str) -> FieldMapping:
    """A mapping that comes with envcredit (``credit_platform``, ``penalty_disclosure``)."""
    return mapping_of(files("envcredit.data").joinpath("exports", f"{name}.yaml").read_bytes(), f"{name}.yaml")


def mapping_of(raw: bytes, file: str) -> FieldMapping:
    """The same from bytes; ``file`` is its name in messages."""
    tree = read_tree(raw, file, _SAMPLE)
    if tree.diagnostics or tree.data is None:
        raise InputError(tree.diagnostics)
    try:
        return FieldMapping.model_validate(tree.data)
    except ValidationError as error:
        every = error.errors(include_url=False)
        # A list whose only item is wrong counts as too short as well.
        deepest = [one for one in every if not any(_within(other["loc"], one["loc"]) for other in every)]
        raise InputError(_fault(tree, dict(found), file) for found in deepest) from None


def _within(inner: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _fault(tree: Tree, found: Mapping[str, Any], file: str) -> Diagnostic:
    spot = tuple(found["loc"])
    key = ".".join(map(str, spot)) or file
    if found["type"] == "extra_forbidden":
        return problem("P201", tree.places.key(spot), key=key)
    expected = ", ".join(VALUES) if spot[-1:] == ("value",) else str(found["msg"])
    return problem("P202", tree.places(spot) if spot else Place(file), key=key, expected=expected)


Filled = Mapping[str, tuple[str, str]]
"""A row: for each of :data:`VALUES` its key (for ``codes``) and its text."""


def laid_out(mapping: FieldMapping, rows: list[Filled]) -> Table:
    """The rows in the columns of the mapping."""
    chosen = [c for c in mapping.columns if not c.drop_empty or any(row[c.value][1] for row in rows)]
    cells = tuple(tuple(c.codes.get(row[c.value][0], row[c.value][1]) for c in chosen) for row in rows)
    return Table(mapping.sheet, tuple(c.header for c in chosen), cells)
