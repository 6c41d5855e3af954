"""Which worksheets a scheme has, and which columns: made from the model, so that no key can be left out.

A column is a way of keys to a text (``counts.shortened.once``). Lists of parts (bands, tiers, rows) and tables by code have
worksheets of their own, whose first column names what they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from envcredit.scheme.model import (
    Band,
    Clause,
    Consequence,
    DeriveRule,
    Gap,
    Grade,
    GradeRow,
    GradeRule,
    GroupRule,
    LimitRule,
    MeasureRule,
    NotModelled,
    NotRated,
    PartOfScheme,
    PointRule,
    RepairRule,
    Scheme,
    ScopeRule,
    ShiftRule,
    Source,
    Step,
    Tier,
    TierRule,
    VetoRule,
)
from envcredit.scheme.model_walk import alternatives
from envcredit.scheme.scalars import Words

Way = tuple[str, ...]
Form = Literal["one", "keyed", "listed", "rules", "rows", "table"]
"""``one``: keys below each other · ``keyed``: a row a key · ``listed``: a row an item · ``rules``: a row a rule ·
``rows``: a row an item of a list inside a rule · ``table``: a row a code of a table inside a rule or consequence."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet. ``at`` is the key of the scheme that it fills, ``inside`` the list inside a rule."""

    name: str
    form: Form
    at: str
    part: type[BaseModel]
    inside: Way = ()

    @property
    def columns(self) -> tuple[Way, ...]:
        """The columns in their order, the key column first."""
        first: dict[Form, tuple[Way, ...]] = {
            "one": (),
            "keyed": (KEY,),
            "listed": (),
            "rules": (KEY,),
            "rows": (OF,),
            "table": (OF, ("table",), ("code",), ("value",)),
        }
        last = (CHAPTER, ORDER) if self.form == "rules" else ()
        return (*first[self.form], *(() if self.form == "table" else columns_of(self.part)), *last)


KEY: Way = ("key",)
OF: Way = ("of",)
CHAPTER: Way = ("chapter",)
ORDER: Way = ("order",)

SHEETS: tuple[Sheet, ...] = (
    Sheet("scheme", "one", "", Scheme),
    Sheet("grades", "listed", "grades", Grade),
    Sheet("parts", "keyed", "parts", PartOfScheme),
    Sheet("points", "rules", "rules", PointRule),
    Sheet("measures", "rules", "rules", MeasureRule),
    Sheet("tier_rules", "rules", "rules", TierRule),
    Sheet("values", "rules", "rules", DeriveRule),
    Sheet("groups", "rules", "rules", GroupRule),
    Sheet("grading", "rules", "rules", GradeRule),
    Sheet("vetoes", "rules", "rules", VetoRule),
    Sheet("limits", "rules", "rules", LimitRule),
    Sheet("shifts", "rules", "rules", ShiftRule),
    Sheet("repairs", "rules", "rules", RepairRule),
    Sheet("scope", "rules", "rules", ScopeRule),
    Sheet("bands", "rows", "rules", Band, ("bands",)),
    Sheet("tiers", "rows", "rules", Tier, ("tiers",)),
    Sheet("rows", "rows", "rules", GradeRow, ("rows",)),
    Sheet("not_rated", "rows", "rules", NotRated, ("not_rated",)),
    Sheet("tables", "table", "", Words),
    Sheet("procedure", "keyed", "procedure", Step),
    Sheet("consequences", "keyed", "consequences", Consequence),
    Sheet("clauses", "keyed", "clauses", Clause),
    Sheet("sources", "keyed", "sources", Source),
    Sheet("not_modelled", "listed", "not_modelled", NotModelled),
    Sheet("missing", "keyed", "missing", Gap),
)

TABLES: Mapping[str, tuple[str, Way]] = {
    "points": ("rules", ("points", "table")),
    "term": ("rules", ("counts", "for", "table")),
    "share_of_base": ("consequences", ("share_of_base",)),
    "surcharge": ("consequences", ("surcharge",)),
}
"""What the column ``table`` may say: the key of the scheme whose entries have such a table, and the way to it."""


@cache
def columns_of(part: type[BaseModel]) -> tuple[Way, ...]:
    """The ways to every text of a part, except those that stand in worksheets of their own."""
    return tuple(dict.fromkeys(_columns(part)))


def _columns(part: type[BaseModel]) -> Iterator[Way]:
    for name, field in part.model_fields.items():
        key = field.alias or name
        if part is Scheme and key in {sheet.at for sheet in SHEETS}:
            continue
        if key == "kind" and len(kinds_of(part)) == 1:
            continue
        for kind in dict.fromkeys(alternatives(field.annotation)):
            yield from _ways(key, kind)


def _ways(key: str, kind: Any) -> Iterator[Way]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from ((key, *way) for way in columns_of(kind))
    elif key == "missing" or get_origin(kind) in (None, Literal) or (get_origin(kind) is tuple and not _holds_parts(kind)):
        yield (key,)


def _holds_parts(kind: Any) -> bool:
    return any(isinstance(each, type) and issubclass(each, BaseModel) for each in get_args(kind))


def kinds_of(part: type[BaseModel]) -> tuple[str, ...]:
    """The values of ``kind`` that a rule class takes; nothing for other parts."""
    field = part.model_fields.get("kind")
    return get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()


def is_list(sheet: Sheet, way: Way) -> bool:
    """Whether a cell may hold several words, separated by commas."""
    return way in _lists(sheet.part)


@cache
def _lists(part: type[BaseModel]) -> frozenset[Way]:
    found: set[Way] = set()
    for name, field in part.model_fields.items():
        for kind in alternatives(field.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= {(field.alias or name, *way) for way in _lists(kind)}
            elif get_origin(kind) is tuple and str in (get_args(kind)[0], *get_args(get_args(kind)[0])):
                found.add((field.alias or name,))
    return frozenset(found)
