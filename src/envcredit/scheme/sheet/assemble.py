"""Rows of cells put together to a plain scheme, each key with the cell it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from envcredit.scheme.conditions.problems import WordOf
from envcredit.scheme.sheet.layout import CHAPTER, KEY, NAMED, OF, ORDER, SHEETS, TABLES, Sheet, Way, is_list, kinds_of
from envcredit.scheme.sheet.offers import offer
from envcredit.scheme.sheet.read import Cell, Cells, Reading
from envcredit.scheme.sheet.terms import TermsOf, is_needed
from envcredit.scheme.yaml_tree import Plain, Spot

_LATER = 1_000_000


def assembled(rows: Mapping[str, list[Cells]], reading: Reading) -> tuple[dict[str, Plain], dict[str, str]]:
    """The plain scheme and the chapter of each rule. Problems are added to ``reading``."""
    plain: dict[str, Plain] = {"rules": {}}
    orders: dict[str, int] = {}
    chapters: dict[str, str] = {}
    for sheet in SHEETS:
        found = rows.get(sheet.name, [])
        match sheet.form:
            case "one":
                for cells in found:
                    plain.update(_part(sheet, cells, (), reading))
            case "listed" if found or _may_be_empty(sheet, rows):
                plain[sheet.at] = [_part(sheet, cells, (sheet.at, at), reading) for at, cells in enumerate(found)]
            case "keyed" if found or _may_be_empty(sheet, rows):
                plain[sheet.at] = _keyed(sheet, found, reading)
            case "rules":
                _rules(sheet, found, plain, reading)
                orders.update(_orders(found))
                chapters.update({cells[KEY].text: cells[CHAPTER].text for cells in found if KEY in cells and CHAPTER in cells})
            case "rows":
                _rows(sheet, found, plain, reading)
            case _:
                pass
    # Tables belong to rules and consequences, so these come first.
    _tables(NAMED["tables"], rows.get("tables", []), plain, reading)
    rules = cast("dict[str, Plain]", plain["rules"])
    plain["rules"] = {key: rules[key] for key in sorted(rules, key=lambda key: orders.get(key, _LATER))}
    return plain, chapters


def _may_be_empty(sheet: Sheet, rows: Mapping[str, list[Cells]]) -> bool:
    """A part that every scheme states, if only as empty, is stated by its worksheet being there."""
    return is_needed(sheet) and sheet.name in rows


def _orders(found: Sequence[Cells]) -> dict[str, int]:
    numbered = {cells[KEY].text: cells[ORDER].text for cells in found if KEY in cells and ORDER in cells}
    return {key: int(text) for key, text in numbered.items() if text.isdecimal()}


def _keyed(sheet: Sheet, found: Sequence[Cells], reading: Reading) -> dict[str, Plain]:
    parts: dict[str, Plain] = {}
    for key, cells in _with_keys(sheet, found, parts, reading):
        parts[key] = _part(sheet, cells, (sheet.at, key), reading)
    return parts


def _rules(sheet: Sheet, found: Sequence[Cells], plain: dict[str, Plain], reading: Reading) -> None:
    rules = cast("dict[str, Plain]", plain["rules"])
    kinds = kinds_of(sheet.part)
    for key, cells in _with_keys(sheet, found, rules, reading):
        rule = _part(sheet, cells, ("rules", key), reading)
        rules[key] = {"kind": kinds[0], **rule} if len(kinds) == 1 else rule


def _with_keys(sheet: Sheet, found: Sequence[Cells], taken: Mapping[str, Plain], reading: Reading) -> Iterator[tuple[str, Cells]]:
    for cells in found:
        if KEY not in cells:
            reading.add("S356", next(iter(cells.values())), column=TermsOf(sheet, (KEY,)))
        elif cells[KEY].text in taken:
            reading.add("S357", cells[KEY], key=cells[KEY].text)
        else:
            yield cells[KEY].text, cells


def _part(sheet: Sheet, cells: Cells, spot: Spot, reading: Reading) -> dict[str, Plain]:
    part: dict[str, Plain] = {}
    first = next(iter(cells.values()), None)
    if first is not None:
        reading.stands(spot, first)
    reading.blank(sheet, cells, spot)
    for way, cell in cells.items():
        if way in (KEY, CHAPTER, ORDER) or (way == OF and sheet.form == "rows"):
            continue
        _set(part, (sheet, way), _value(sheet, way, cell, spot, reading), cell, reading)
        for length in range(1, len(way) + 1):
            reading.stands((*spot, *way[:length]), cell)
    return part


def _value(sheet: Sheet, way: Way, cell: Cell, spot: Spot, reading: Reading) -> Plain:
    if way == ("missing",):
        return reading.lines(cell, (*spot, "missing"))
    return reading.several(sheet, way, cell) if is_list(sheet, way) else reading.chosen(sheet, way, cell, cell.text)


def _set(part: dict[str, Plain], column: tuple[Sheet, Way], value: Plain, cell: Cell, reading: Reading) -> None:
    """Sets a value at its way; a text and columns below it cannot both be filled."""
    sheet, way = column
    for length, key in enumerate(way[:-1], 1):
        inner = part.setdefault(key, {})
        if not isinstance(inner, dict):
            reading.add("S359", cell, column=TermsOf(sheet, (way,)), other=TermsOf(sheet, (way[:length],)))
            return
        part = inner
    if isinstance(part.get(way[-1]), dict):
        below = tuple(other for other in sheet.columns if other[: len(way)] == way and other != way)
        reading.add("S359", cell, column=TermsOf(sheet, (way,)), other=TermsOf(sheet, below[:1]))
        return
    part[way[-1]] = value


def _rows(sheet: Sheet, found: Sequence[Cells], plain: dict[str, Plain], reading: Reading) -> None:
    rules = cast("dict[str, dict[str, Plain]]", plain["rules"])
    for cells in found:
        if OF not in cells:
            reading.add("S356", next(iter(cells.values())), column=TermsOf(sheet, (OF,)))
            continue
        key = cells[OF].text
        if key not in rules:
            reading.add("S360", cells[OF], found=key)
            continue
        way = ("points", *sheet.inside) if isinstance(rules[key].get("points"), dict) else sheet.inside
        items = _list_at(rules[key], way)
        if items is None:
            reading.add("S359", cells[OF], column=WordOf(f"sheet.name.{sheet.name}"), other=WordOf(f"sheet.key.{way[0]}"))
            continue
        spot: Spot = ("rules", key, *way, len(items))
        reading.stands(spot[:-1], cells[OF])
        items.append(_part(sheet, cells, spot, reading))


def _list_at(part: dict[str, Plain], way: Way) -> list[Plain] | None:
    for key in way[:-1]:
        inner = part.setdefault(key, {})
        if not isinstance(inner, dict):
            return None
        part = inner
    items = part.setdefault(way[-1], [])
    return items if isinstance(items, list) else None


def _tables(sheet: Sheet, found: Sequence[Cells], plain: dict[str, Plain], reading: Reading) -> None:
    for cells in found:
        lacking = tuple(way for way in sheet.columns if way not in cells)
        if lacking:
            reading.add("S356", next(iter(cells.values())), column=TermsOf(sheet, lacking))
            continue
        name, key, code = cells[("table",)], cells[OF], cells[("code",)]
        offered = offer(sheet, ("table",))
        table = offered.meant(name.text) if offered else name.text
        if table not in TABLES:
            reading.add("S361", name, found=name.text, known=", ".join(TABLES))
            continue
        at, way = TABLES[table]
        part = cast("dict[str, dict[str, Plain]]", plain.get(at, {})).get(key.text)
        if part is None:
            reading.add("S360", key, found=key.text)
            continue
        _set(part, (sheet, (*way, code.text)), cells[("value",)].text, cells[("value",)], reading)
        for length in range(1, len(way) + 1):
            reading.stands((at, key.text, *way[:length]), key)
        reading.stands((at, key.text, *way, code.text), cells[("value",)])
