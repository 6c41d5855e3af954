"""Cases as rows of cells and back: the story, its records, and what must come out. Rows of one case share its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.sheet.layout import CASE, CHAPTER, KEY, NAMED, NOTHING, OTHER, ROLES, WHAT, WHATS, Sheet, Way
from envcredit.scheme.sheet.offers import YES_NO, offer
from envcredit.scheme.sheet.read import Cell, Cells, Reading
from envcredit.scheme.sheet.terms import TermsOf
from envcredit.scheme.yaml_tree import Plain, Spot

Row = Mapping[Way, str]
_Part = dict[str, Plain]
FIRST_CHAPTER = "cases"


def rows_of_cases(sheet: Sheet, cases: Sequence[tuple[str, _Part]]) -> Iterator[Row]:
    """The rows of one of the three worksheets. Each case comes with the name of its file; its number is its place."""
    for number, (chapter, case) in enumerate(cases, 1):
        match sheet.form:
            case "cases":
                yield {KEY: str(number), **_story(case), CHAPTER: chapter}
            case "records":
                yield from ({CASE: str(number), **row} for row in _records(sheet, case))
            case "expected":
                yield from ({CASE: str(number), **row} for row in _expected(case))
            case _:
                raise ValueError(sheet.form)


def _story(case: _Part) -> dict[Way, str]:
    told = [key for key in case if key not in ("expect", "records", "unit", *ROLES.values())]
    found: dict[Way, str] = {(key,): _cell(case[key]) for key in told}
    found.update({("unit", key): _cell(value) for key, value in _mapping(case.get("unit")).items()})
    expected = _mapping(case.get("expect"))
    found.update({("expect", key): _cell(value) for key, value in expected.items() if key not in WHATS.values()})
    return found | ({NOTHING: "none"} if expected.get("points") == [] else {})


def _records(sheet: Sheet, case: _Part) -> Iterator[Row]:
    for role, part in ROLES.items():
        yield from ({("kind",): role, **_values(sheet, row)} for row in _rows(case.get(part)))
    yield from (_values(sheet, row) for row in _rows(case.get("records")))


def _values(sheet: Sheet, row: _Part) -> Row:
    known: dict[Way, str] = {(key,): _cell(value) for key, value in row.items() if (key,) in sheet.columns}
    strange = [f"{key}: {_cell(value)}" for key, value in row.items() if (key,) not in sheet.columns]
    return {**known, OTHER: "\n".join(strange)} if strange else known


def _expected(case: _Part) -> Iterator[Row]:
    expected = _mapping(case.get("expect"))
    for what, part in WHATS.items():
        if what == "value":
            for rule, value in _mapping(expected.get(part)).items():
                yield {WHAT: what, ("rule",): rule, ("value",): _cell(value)}
        else:
            yield from ({WHAT: what, **{(key,): _cell(value) for key, value in row.items()}} for row in _rows(expected.get(part)))


def _cell(value: Plain) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _mapping(value: Plain | None) -> _Part:
    return value if isinstance(value, dict) else {}


def _rows(value: Plain | None) -> list[_Part]:
    return cast("list[_Part]", value) if isinstance(value, list) else []


def assembled_cases(rows: Mapping[str, Sequence[Cells]], reading: Reading) -> tuple[list[Plain], list[str]]:
    """The plain cases in the order of their rows, and the file that each goes to. Problems are added to ``reading``."""
    cases: dict[str, _Part] = {}
    chapters: list[str] = []
    for cells in rows.get("cases", ()):
        first = next(iter(cells.values()))
        if KEY not in cells:
            reading.add("S356", first, column=TermsOf(NAMED["cases"], (KEY,)))
        elif cells[KEY].text in cases:
            reading.add("S357", cells[KEY], key=cells[KEY].text)
        else:
            cases[cells[KEY].text] = _case(NAMED["cases"], cells, (len(cases),), reading)
            chapters.append(cells[CHAPTER].text if CHAPTER in cells else FIRST_CHAPTER)
    for cells in rows.get("case_records", ()):
        _add_record(NAMED["case_records"], cells, cases, reading)
    for cells in rows.get("case_expected", ()):
        _add_expected(NAMED["case_expected"], cells, cases, reading)
    return list(cases.values()), chapters


def _case(sheet: Sheet, cells: Cells, spot: Spot, reading: Reading) -> _Part:
    case: _Part = {"of": []}
    inner: dict[str, _Part] = {"unit": {}, "expect": {}}
    reading.stands(spot, cells[KEY])
    reading.blank(sheet, cells, spot)
    for way, cell in cells.items():
        if way in (KEY, CHAPTER):
            continue
        into = inner[way[0]] if len(way) > 1 else case
        into[way[-1]] = _plain(sheet, way, cell, reading)
        reading.stands((*spot, *way), cell)
    return case | {key: part for key, part in inner.items() if part or key == "expect"}


def _plain(sheet: Sheet, way: Way, cell: Cell, reading: Reading) -> Plain:
    if way == ("of",) or _has_codes(sheet, way):
        return reading.several(sheet, way, cell)
    offered = offer(sheet, way)
    # A cell that a spreadsheet holds as a truth value stands for the yes or no that conditions know.
    truth = {"true": "yes", "false": "no"} if offered and offered.name == YES_NO else {}
    text = reading.chosen(sheet, way, cell, truth.get(cell.text, cell.text))
    return [] if way == NOTHING and text == "none" else text


def _has_codes(sheet: Sheet, way: Way) -> bool:
    attribute = read_vocabulary().attributes.get(way[0]) if sheet.form == "records" else None
    return attribute is not None and attribute.type == "codes"


def _owner(cells: Cells, sheet: Sheet, cases: Mapping[str, _Part], reading: Reading) -> tuple[int, _Part] | None:
    """The case that a row belongs to, with its place among the cases."""
    if CASE not in cells:
        reading.add("S356", next(iter(cells.values())), column=TermsOf(sheet, (CASE,)))
    elif cells[CASE].text not in cases:
        reading.add("S364", cells[CASE], found=cells[CASE].text)
    else:
        return list(cases).index(cells[CASE].text), cases[cells[CASE].text]
    return None


def _add_record(sheet: Sheet, cells: Cells, cases: Mapping[str, _Part], reading: Reading) -> None:
    owner = _owner(cells, sheet, cases, reading)
    if owner is None:
        return
    if ("kind",) not in cells:
        reading.add("S356", cells[CASE], column=TermsOf(sheet, (("kind",),)))
        return
    plain = {way: _plain(sheet, way, cell, reading) for way, cell in cells.items() if way not in (CASE, OTHER)}
    part = ROLES.get(str(plain.get(("kind",))), "records")
    items = cast("list[Plain]", owner[1].setdefault(part, []))
    spot: Spot = (owner[0], part, len(items))
    reading.stands(spot, cells[CASE])
    row: _Part = {}
    for way, value in plain.items():
        if part == "records" or way != ("kind",):
            row[way[0]] = value
            reading.stands((*spot, way[0]), cells[way])
    items.append(row | _others(cells, spot, reading))


def _others(cells: Cells, spot: Spot, reading: Reading) -> _Part:
    """The lines ``name: value`` of the last column."""
    return reading.lines(cells[OTHER], spot) if OTHER in cells else {}


def _add_expected(sheet: Sheet, cells: Cells, cases: Mapping[str, _Part], reading: Reading) -> None:
    owner = _owner(cells, sheet, cases, reading)
    if owner is None or _lacks(cells, sheet, reading):
        return
    what = reading.chosen(sheet, WHAT, cells[WHAT], cells[WHAT].text)
    if what not in WHATS:
        return
    expect = cast("_Part", owner[1].setdefault("expect", {}))
    spot: Spot = (owner[0], "expect", WHATS[what])
    if what == "value":
        values = cast("_Part", expect.setdefault(WHATS[what], {}))
        values[cells[("rule",)].text] = cells[("value",)].text
        reading.stands((*spot, cells[("rule",)].text), cells[("value",)])
        return
    items = expect.setdefault(WHATS[what], [])
    if isinstance(items, list):
        spot = (*spot, len(items))
        reading.stands(spot, cells[CASE])
        reading.blank(sheet, cells, spot)
        row = {way: cell for way, cell in cells.items() if way not in (CASE, WHAT)}
        items.append({way[0]: _plain(sheet, way, cell, reading) for way, cell in row.items()})
        for way, cell in row.items():
            reading.stands((*spot, *way), cell)


def _lacks(cells: Cells, sheet: Sheet, reading: Reading) -> bool:
    """S356 for what such a row cannot do without: what it is; for a value also its name and the value."""
    needed: list[Way] = [WHAT]
    offered = offer(sheet, WHAT)
    if offered and WHAT in cells and offered.meant(cells[WHAT].text) == "value":
        needed += [("rule",), ("value",)]
    lacking = [way for way in needed if way not in cells]
    if lacking:
        reading.add("S356", cells[CASE], column=TermsOf(sheet, tuple(lacking)))
    return bool(lacking)
