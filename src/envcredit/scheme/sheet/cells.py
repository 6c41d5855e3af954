"""A plain scheme as rows of cells and back: the same columns in both directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from envcredit.scheme.sheet.layout import CHAPTER, KEY, OF, ORDER, TABLES, Sheet, Way, is_list, kinds_of
from envcredit.scheme.yaml_tree import Plain

Row = Mapping[Way, str]


def rows_of(sheet: Sheet, plain: Mapping[str, Plain], chapters: Mapping[str, str]) -> Iterator[Row]:
    """The rows of one worksheet. ``chapters`` says in which file a rule stands."""
    match sheet.form:
        case "one":
            yield _row(sheet, plain)
        case "listed":
            yield from (_row(sheet, item) for item in _items(plain.get(sheet.at)))
        case "keyed":
            yield from ({KEY: key, **_row(sheet, part)} for key, part in _parts(plain.get(sheet.at)))
        case "rules":
            yield from _rule_rows(sheet, plain, chapters)
        case "rows":
            for key, rule in _parts(plain.get("rules")):
                yield from ({OF: key, **_row(sheet, item)} for item in _items(_inside(sheet, rule)))
        case "table":
            yield from _table_rows(plain)
        case _:
            raise ValueError(sheet.form)


def _rule_rows(sheet: Sheet, plain: Mapping[str, Plain], chapters: Mapping[str, str]) -> Iterator[Row]:
    for order, (key, rule) in enumerate(_parts(plain.get("rules")), 1):
        if rule["kind"] in kinds_of(sheet.part):
            yield {KEY: key, **_row(sheet, rule), CHAPTER: chapters.get(key, ""), ORDER: str(order)}


def _inside(sheet: Sheet, rule: Mapping[str, Plain]) -> Plain | None:
    """The list inside a rule; bands of a point rule stand inside its ``points``."""
    found = value_at(rule, sheet.inside)
    return value_at(rule, ("points", *sheet.inside)) if found is None else found


def _table_rows(plain: Mapping[str, Plain]) -> Iterator[Row]:
    for name, (at, way) in TABLES.items():
        for key, part in _parts(plain.get(at)):
            table = value_at(part, way)
            for code, value in table.items() if isinstance(table, dict) else ():
                yield {OF: key, ("table",): name, ("code",): code, ("value",): str(value)}


def _row(sheet: Sheet, part: Mapping[str, Plain]) -> dict[Way, str]:
    own = {way: value_at(part, way) for way in sheet.columns if way not in (KEY, CHAPTER, ORDER)}
    if sheet.form == "rows":
        own.pop(OF)
    return {way: _cell(value) for way, value in own.items() if value is not None and _is_text(sheet, way, value)}


def _is_text(sheet: Sheet, way: Way, value: Plain) -> bool:
    """A mapping stands in the columns below this one, or in a worksheet of its own."""
    return isinstance(value, str) or way == ("missing",) or (isinstance(value, list) and is_list(sheet, way))


def _cell(value: Plain) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}: {inner}" for key, inner in value.items())
    return ", ".join(str(item) for item in value) if isinstance(value, list) else value


def value_at(part: Mapping[str, Plain], way: Way) -> Plain | None:
    """What stands at a way of keys, or ``None``."""
    found: Plain = dict(part)
    for key in way:
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return found


def _parts(value: Plain | None) -> list[tuple[str, dict[str, Plain]]]:
    return list(cast("dict[str, dict[str, Plain]]", value or {}).items())


def _items(value: Plain | None) -> list[dict[str, Plain]]:
    return cast("list[dict[str, Plain]]", value or [])
