"""What people read on a worksheet: the term of each column, the note on it, and whether it must be filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from pydantic import BaseModel

from envcredit.base.days import Term
from envcredit.base.labels import Language, read_table, word
from envcredit.base.vocabulary import Attribute, read_vocabulary
from envcredit.scheme.model import Scheme
from envcredit.scheme.model_walk import alternatives
from envcredit.scheme.sheet.layout import CASE, KEY, OF, WHAT, Sheet, Way, is_list

_CONDITIONS = {"when", "unless", "rated", "applies"}
_ALWAYS: dict[str, tuple[Way, ...]] = {
    "keyed": (KEY,),
    "rules": (KEY,),
    "rows": (OF,),
    "table": (OF, ("table",), ("code",), ("value",)),
    "cases": (KEY, ("case",), ("as_of",)),
    "records": (CASE, ("kind",)),
    "expected": (CASE, WHAT),
}


@dataclass(frozen=True, slots=True)
class TermsOf:
    """Columns as a message names them, in its language: the term, then the key."""

    sheet: Sheet
    ways: tuple[Way, ...]

    def needed(self) -> TermsOf:
        """Those of them that every row needs, or all where none is."""
        return TermsOf(self.sheet, tuple(way for way in self.ways if is_required(self.sheet, way)) or self.ways)

    def __format__(self, language: str) -> str:
        spoken = cast("Language", language)
        between = "、" if spoken == "zh" else ", "
        named = ((term(self.sheet, way, spoken), ".".join(way)) for way in self.ways)
        return between.join(word("sheet.named", spoken, term=said, name=name) for said, name in named)


def term(sheet: Sheet, way: Way, language: Language) -> str:
    """The term of a column: that of the attribute, its own in this worksheet, in worksheets of this form, or anywhere."""
    attribute = attribute_of(sheet, way)
    if attribute is not None:
        return attribute.words[language]
    found = _first(sheet, way, "")
    table = read_table("words")
    keys = ((f"sheet.key.{key}", key) for key in way)
    return word(found, language) if found else " · ".join(word(at, language) if at in table else key for at, key in keys)


def attribute_of(sheet: Sheet, way: Way) -> Attribute | None:
    """The attribute of records or units that a column of a case is."""
    vocabulary = read_vocabulary()
    if sheet.form == "records" and f"sheet.records.{way[0]}" not in read_table("words"):
        return vocabulary.attributes.get(way[0])
    return vocabulary.unit.get(way[-1]) if sheet.form == "cases" and way[0] == "unit" else None


def note(sheet: Sheet, way: Way, language: Language) -> str:
    """What is said on a column: its own note, the form of what stands in it, and whether it must be filled."""
    said = _first(sheet, way, "note.")
    lines = [word(said, language)] if said else []
    lines += [word(f"sheet.form.{form}", language) for form in _forms(sheet, way)]
    if is_required(sheet, way):
        lines.append(word("sheet.required", language))
    return "\n".join(lines)


def _first(sheet: Sheet, way: Way, kind: str) -> str:
    path = ".".join(way)
    tried = [f"sheet.{kind}{where}.{path}" for where in (sheet.name, sheet.form)]
    tried += [f"sheet.key.{path}"] if not kind else [f"sheet.{kind}{path}", f"sheet.{kind}{way[-1]}"]
    return next((key for key in tried if key in read_table("words")), "")


def _forms(sheet: Sheet, way: Way) -> Iterator[str]:
    attribute = attribute_of(sheet, way)
    if attribute is not None:
        yield attribute.type
    elif way[-1] in _CONDITIONS:
        yield "condition"
    elif way == KEY and sheet.form in ("keyed", "rules"):
        yield "clause_key" if sheet.name == "clauses" else "key"
    elif sheet.form not in ("cases", "records", "expected", "table"):
        if is_list(sheet, way):
            yield "list"
        names = {date: "day", Term: "term", Decimal: "number"}
        types = set(_types(sheet.part, way))
        yield from (name for kind, name in names.items() if kind in types)


def _types(part: type[BaseModel], way: Way) -> Iterator[Any]:
    for name, field in part.model_fields.items():
        if (field.alias or name) != way[0]:
            continue
        for kind in alternatives(field.annotation):
            if len(way) == 1:
                yield kind
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _types(kind, way[1:])


def is_required(sheet: Sheet, way: Way) -> bool:
    """Whether every row needs this column, as the model says."""
    if way in _ALWAYS.get(sheet.form, ()):
        return True
    return sheet.form in ("one", "keyed", "listed", "rules", "rows") and _required(sheet.part, way)


def _required(part: type[BaseModel], way: Way) -> bool:
    for name, field in part.model_fields.items():
        if (field.alias or name) == way[0] and field.is_required():
            kinds = list(alternatives(field.annotation))
            models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
            if not models:
                return len(way) == 1
            return len(kinds) == 1 and len(way) > 1 and _required(models[0], way[1:])
    return False


def is_needed(sheet: Sheet) -> bool:
    """Whether a scheme cannot do without this worksheet."""
    field = next((field for name, field in Scheme.model_fields.items() if (field.alias or name) == sheet.at), None)
    return sheet.form == "one" or (sheet.form in ("keyed", "listed") and field is not None and field.is_required())
