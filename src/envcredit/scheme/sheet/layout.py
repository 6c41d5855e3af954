"""Which worksheets a scheme has, and which columns: made from the model, so that no key can be left out.

A column is a way of keys to a text (``counts.shortened.once``). Lists of parts (bands, tiers, rows) and tables by code have
worksheets of their own, whose first column names what they belong to. Cases have three: the stories, their records, and
what must come out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from envcredit.base.labels import LANGUAGES, Language, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.case_shape import WrittenCase, WrittenIgnored, WrittenPoint
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
Form = Literal["one", "keyed", "listed", "rules", "rows", "table", "cases", "records", "expected"]
"""``one``: keys below each other · ``keyed``: a row a key · ``listed``: a row an item · ``rules``: a row a rule ·
``rows``: a row an item of a list inside a rule · ``table``: a row a code of a table inside a rule or consequence ·
``cases``: a row a case · ``records``: a row a record of a case · ``expected``: a row a thing that must come out."""
Section = Literal["head", "rules", "inside", "law", "cases"]


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
        match self.form:
            case "one" | "listed":
                return columns_of(self.part)
            case "keyed":
                return (KEY, *columns_of(self.part))
            case "rules":
                return (KEY, *sorted(columns_of(self.part), key=_place_in_rule), CHAPTER, ORDER)
            case "rows":
                return (OF, *columns_of(self.part))
            case "table":
                return (OF, ("table",), ("code",), ("value",))
            case "cases":
                return (KEY, *_columns_of_case(), CHAPTER)
            case "records":
                return (CASE, *_RECORD, *((name,) for name in read_vocabulary().attributes if (name,) not in _RECORD), OTHER)
            case "expected":
                parts = (*columns_of(WrittenPoint), *columns_of(WrittenIgnored))
                return (CASE, WHAT, *dict.fromkeys(parts), ("value",))

    @property
    def section(self) -> Section:
        """The part of the book that it belongs to."""
        if self.form in ("cases", "records", "expected"):
            return "cases"
        if self.form in ("rows", "table"):
            return "inside"
        return "rules" if self.form == "rules" else "head" if self.name in ("scheme", "grades", "parts") else "law"

    def title(self, language: Language) -> str:
        """The name on its tab."""
        return word(f"sheet.name.{self.name}", language)


HEAD_ROWS = 3
"""Row 1 holds the groups of columns or what the worksheet is for, row 2 the terms that people read, row 3 the keys that the
program reads; all are locked."""
KEY: Way = ("key",)
OF: Way = ("of",)
CHAPTER: Way = ("chapter",)
ORDER: Way = ("order",)
CASE: Way = ("case",)
WHAT: Way = ("what",)
OTHER: Way = ("other",)
WHATS: Mapping[str, str] = {"counts": "points", "ignored": "ignored", "value": "derived"}
"""What the column ``what`` of an expected row may say: where under ``expect`` the row goes."""
ROLES: Mapping[str, str] = {"member": "members", "history": "history"}
"""Kinds of rows among a case's records that are no record: where in the case they go."""
NOTHING: Way = ("expect", "points")
"""The column of a case that says that no rule may change anything."""
_RECORD: tuple[Way, ...] = (("id",), ("kind",), ("about",), ("replaces",), ("recorded_at",), ("member",))

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
    Sheet("cases", "cases", "", WrittenCase),
    Sheet("case_records", "records", "", WrittenCase),
    Sheet("case_expected", "expected", "", WrittenCase),
)
NAMED: Mapping[str, Sheet] = {sheet.name: sheet for sheet in SHEETS}
REFERENCE = ("guide", "names", "codes")
"""Worksheets for people alone; they are not read."""

TABLES: Mapping[str, tuple[str, Way]] = {
    "points": ("rules", ("points", "table")),
    "term": ("rules", ("counts", "for", "table")),
    "share_of_base": ("consequences", ("share_of_base",)),
    "surcharge": ("consequences", ("surcharge",)),
}
"""What the column ``table`` may say: the key of the scheme whose entries have such a table, and the way to it."""


GROUPS: Mapping[str, tuple[str, ...]] = {
    "what": ("key", "kind", "clause", "words"),
    "records": ("from", "of", "when", "unless", "missing", "repair"),
    "counts": ("counts",),
    "effect": (),
    "notes": ("duty", "note"),
    "kept": ("chapter", "order"),
}
"""How the columns of a rule are grouped, by their first key; what is not named here is what the rule does."""


def group_of(way: Way) -> str:
    """The group of a column of a rule."""
    return next((group for group, keys in GROUPS.items() if way[0] in keys), "effect")


def _place_in_rule(way: Way) -> int:
    return list(GROUPS).index(group_of(way))


@cache
def sheet_titled(title: str) -> Sheet | None:
    """The worksheet with this name in either language, or by its key."""
    return next((s for s in SHEETS if title in (s.name, *(s.title(language) for language in LANGUAGES))), None)


def is_reference(title: str) -> bool:
    """Whether a worksheet is there for people alone."""
    return any(title in (name, *(word(f"sheet.name.{name}", language) for language in LANGUAGES)) for name in REFERENCE)


def _columns_of_case() -> tuple[Way, ...]:
    told = [way for way in columns_of(WrittenCase) if way[0] not in ("members", "history", "records")]
    story = [way for way in told if way[0] != "expect"]
    unit = [("unit", name) for name in read_vocabulary().unit]
    return (*story, NOTHING, *(way for way in told if way[0] == "expect"), *unit)


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
