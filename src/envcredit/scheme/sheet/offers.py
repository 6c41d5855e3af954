"""What a cell may hold where that is a closed list: codes, shown with their words, or the keys that another worksheet lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast, get_args, get_origin

from pydantic import BaseModel

from envcredit.base.labels import LANGUAGES, Language, read_table, word
from envcredit.base.vocabulary import Attribute, Words, read_vocabulary
from envcredit.scheme.case_shape import IgnoredReason, WrittenCase
from envcredit.scheme.conditions.problems import DidYouMean, nearest
from envcredit.scheme.model import Scheme
from envcredit.scheme.model_walk import alternatives
from envcredit.scheme.sheet.layout import NOTHING, ROLES, TABLES, WHAT, WHATS, Sheet, Way

KINDS, ROWS, DAYS, NAMES, YES_NO, WHY_NOT = "record_kind", "case_row", "day_name", "any_name", "yes_no", "ignored_reason"
"""Lists beside those of the vocabulary: record kinds, these and the rows of a case that are no record, names of days and of all
attributes, yes and no, reasons to ignore."""
_LISTED: Mapping[str, str] = {"clause": "clauses", "part": "parts", "source": "sources", "case": "cases"}
_GRADES = {"grade", "at_most", "at_least"}
_NAMES_OF_DAYS = {("counts", "from"), ("counts", "until"), ("counts", "before"), ("since",)}
_NAMES_OF_ATTRIBUTES = {("counts", "for", "by"), ("counts", "shortened", "once"), ("points", "by"), ("per",)}


@dataclass(frozen=True, slots=True)
class Offer:
    """``codes`` with their words, or the first column of the worksheet ``listed``. ``name``: the list on the worksheet of codes.

    ``open``: other texts are right too, so the list only offers.
    """

    codes: Mapping[str, Words] | None = None
    listed: str = ""
    name: str = ""
    open: bool = False

    def shown(self, code: str, language: Language) -> str:
        """A code as people see it: with its term, unless that says the same. Texts that are no code stay as they are."""
        words = (self.codes or {}).get(code)
        said = words[language] if words else ""
        return f"{code} {said}" if said and said != code.replace("_", " ") else code

    def meant(self, text: str) -> str:
        """The code that a cell means: by itself, with its term in either language, or by its term where that is one code's."""
        known = self.codes or {}
        if text in known:
            return text
        with_term = [code for code in known for language in LANGUAGES if text == self.shown(code, language)]
        by_term = {code for code, words in known.items() for language in LANGUAGES if text == words[language]}
        return with_term[0] if with_term else by_term.pop() if len(by_term) == 1 else text

    def is_known(self, text: str) -> bool:
        """Whether a text is one of the list; anything is where the list only offers."""
        return not self.codes or self.open or self.meant(text) in self.codes

    def near(self, text: str) -> str:
        """The code that a text may have meant: the first whose term has the text in it, else the most alike; empty if none is."""
        sayings = {said: code for code, words in (self.codes or {}).items() for said in (code, *words.values())}
        within = next((code for said, code in sayings.items() if text in said), "")
        return within or sayings.get(nearest(text, tuple(sayings)), "")


@dataclass(frozen=True, slots=True)
class DidYouMeanChoice:
    """“Did you mean …?” with a choice as the drop-down shows it; nothing when none is near."""

    offered: Offer
    code: str

    def __format__(self, language: str) -> str:
        return f"{DidYouMean(self.offered.shown(self.code, cast('Language', language))):{language}}" if self.code else ""


@cache
def offer(sheet: Sheet, way: Way) -> Offer | None:
    """The closed list of a column, ``None`` where any text may stand."""
    match sheet.form:
        case "table":
            return Offer(_said(TABLES, "table")) if way == ("table",) else None
        case "cases" | "records" | "expected":
            return _of_cases(sheet, way)
        case "rows" if way == ("of",):
            owner = {"tiers": "tier_rules", "rows": "grading", "not_rated": "scope"}.get(sheet.name)
            return Offer(listed=owner) if owner else None
        case _:
            return _of_model(sheet, way)


def _of_model(sheet: Sheet, way: Way) -> Offer | None:
    if sheet.part is Scheme and way == ("rates",):
        return list_of("unit_type")
    if way == ("from",) and sheet.form in ("rules", "rows") and sheet.name != "bands":
        return list_of(KINDS)
    if sheet.name == "repairs" and way == ("of",):
        return list_of(KINDS)
    if sheet.form in ("rules", "rows") and way in _NAMES_OF_DAYS:
        return list_of(DAYS)
    if sheet.form == "rules" and way in _NAMES_OF_ATTRIBUTES:
        return list_of(NAMES)
    if way[-1] in _GRADES and sheet.name != "grades":
        return Offer(listed="grades")
    if way[-1] in _LISTED and len(way) == 1 and sheet.form != "one":
        return Offer(listed=_LISTED[way[-1]])
    return _literals(sheet.part, way)


def _of_cases(sheet: Sheet, way: Way) -> Offer | None:
    vocabulary = read_vocabulary()
    if way == ("case",) and sheet.form != "cases":
        return Offer(listed="cases")
    if sheet.form == "cases":
        if way[0] == "unit":
            return of_attribute(vocabulary.unit[way[1]])
        return {NOTHING: Offer(_said(("none",), "nothing")), ("expect", "grade"): Offer(listed="grades")}.get(
            way, Offer(listed="sources") if way == ("source",) else _literals(WrittenCase, way)
        )
    if sheet.form == "expected":
        found = {WHAT: Offer(_said(WHATS, "what")), ("grade",): Offer(listed="grades"), ("part",): Offer(listed="parts")}
        return list_of(WHY_NOT) if way == ("reason",) else found.get(way)
    if way == ("kind",):
        return list_of(ROWS)
    return of_attribute(vocabulary.attributes[way[0]]) if way[0] in vocabulary.attributes and way != ("member",) else None


def of_attribute(attribute: Attribute) -> Offer | None:
    """The list of an attribute's codes, or yes and no."""
    if attribute.type == "yes_no":
        return list_of(YES_NO)
    return list_of(attribute.list) if attribute.list else None


@cache
def list_of(name: str) -> Offer:
    """A list by its name, of the vocabulary or one of those beside it."""
    vocabulary = read_vocabulary()
    match name:
        case "record_kind":
            return Offer({key: kind.words for key, kind in vocabulary.kinds.items()}, name=name)
        case "case_row":  # a case gives members' results in a row of their own, not as records
            given = {key: kind.words for key, kind in vocabulary.kinds.items() if not kind.derived}
            return Offer({**given, **_said(ROLES, "row")}, name=name)
        case "day_name":
            days = {key: each.words for key, each in vocabulary.attributes.items() if each.type == "day"}
            return Offer(days, name=name)
        case "any_name":
            known = {**vocabulary.attributes, **vocabulary.states}
            return Offer({key: each.words for key, each in known.items()}, name=name, open=True)
        case "yes_no":
            return Offer(_said(("yes", "no"), "choice"), name=name)
        case "ignored_reason":
            return Offer(_said(get_args(IgnoredReason), "choice"), name=name)
        case _:
            return Offer(vocabulary.lists[name], name=name)


def lists() -> Iterator[tuple[str, Offer]]:
    """Every list, as the worksheet of codes shows them."""
    yield from ((name, list_of(name)) for name in (KINDS, ROWS, DAYS, NAMES, YES_NO, WHY_NOT, *read_vocabulary().lists))


def _said(codes: Iterable[str], where: str) -> dict[str, Words]:
    """The words of codes that the format itself has. One without words is shown bare."""
    table = read_table("words")
    found = {code: f"sheet.{where}.{code}" for code in codes}
    return {
        code: {language: word(key, language) if key in table else code for language in LANGUAGES} for code, key in found.items()
    }


def _literals(part: type[BaseModel], way: Way) -> Offer | None:
    for name, field in part.model_fields.items():
        if (field.alias or name) != way[0]:
            continue
        for kind in alternatives(field.annotation):
            found = _literal(kind, way)
            if found:
                return found
    return None


def _literal(kind: Any, way: Way) -> Offer | None:
    if len(way) > 1:
        return _literals(kind, way[1:]) if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    if kind is bool:
        return Offer(_said(("true", "false"), "choice"))
    if get_origin(kind) is not None and get_origin(kind) is not tuple and all(isinstance(each, str) for each in get_args(kind)):
        return Offer(_said(get_args(kind), "choice"))
    return None
