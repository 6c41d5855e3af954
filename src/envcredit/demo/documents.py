"""The files in which the statements of the made-up city arrive, one delivery a year and subject."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import xlsxwriter

from envcredit.base.vocabulary import read_vocabulary
from envcredit.demo import penalty_forms
from envcredit.demo.city import FIRST_YEAR, LAST_YEAR, City, Park, Unit
from envcredit.demo.statement import Statement
from envcredit.demo.typist import Cell, Typist

NATIVE = "native"
_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "执法与信用": (
        "penalty",
        "order",
        "exemption",
        "interview",
        "judgment",
        "detention",
        "incident",
        "rectification",
        "repair",
        "revocation",
        "suspension",
        "breach",
    ),
    "监测结果": ("monitoring",),
    "环境管理": (
        "permit",
        "self_monitoring",
        "disclosure",
        "discharge_total",
        "hazardous_waste_check",
        "insurance",
        "cleaner_production_audit",
        "officer_entry",
    ),
    "信访投诉": ("complaint",),
    "守信与名单": ("commitment", "certification", "commendation", "listing", "application", "refusal", "rating"),
    "园区核查": ("park_finding",),
}
_UNIT_HEADS = ("单位名称", "统一社会信用代码")
_PARTY_HEADS = {_UNIT_HEADS[0], "CF_XDR_MC"}
_SOURCES = {"监测结果": "cn/monitoring-table"}
_LABORATORY_HEADS = {"authority": "监测机构", "document_number": "报告编号"}
_DAY_HEADS = {attribute.words["zh"] for attribute in read_vocabulary().attributes.values() if attribute.type == "day"} | {
    "CF_JDRQ"
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet, or a whole CSV file."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Document:
    """One file that arrives. ``source`` is the mapping that reads it; ``recorded_at`` the instant of its arrival (UTC)."""

    file: str
    source: str
    recorded_at: str
    sheets: tuple[Sheet, ...]
    encoding: str = "utf-8-sig"


def documents(statements: Iterable[Statement], chance: Random) -> Iterator[Document]:
    """All record files, oldest first."""
    by_subject: dict[tuple[int, str], dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    subject_of = {kind: subject for subject, kinds in _SUBJECTS.items() for kind in kinds}
    for statement in statements:
        year = max(_told_on(statement).year, FIRST_YEAR)
        subject = subject_of[statement.kind]
        if statement.kind == "penalty" and year in penalty_forms.YEARS:
            subject = "双公示行政处罚"
        by_subject[year, subject][statement.kind].append(statement)
    for (year, subject), kinds in sorted(by_subject.items()):
        yield _document(year, subject, kinds, chance)


def _told_on(statement: Statement) -> date:
    """Ratings are told when they are published, everything else when it happens."""
    published = statement.values.get("published_on")
    return published if isinstance(published, date) else statement.day


def recorded_at(year: int) -> str:
    """Each year's files arrive on 10 January of the next."""
    return f"{year + 1}-01-10T01:00:00Z"


def write(document: Document, folder: Path) -> Path:
    """Write one document and return where it stands."""
    path = folder / document.file
    if path.suffix == ".csv":
        with path.open("w", encoding=document.encoding, errors="replace", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(document.sheets[0].head)
            writer.writerows(document.sheets[0].rows)
    else:
        _write_workbook(document.sheets, path)
    return path


def units_document(units: Iterable[Unit]) -> Document:
    """The bureau's register of units."""
    vocabulary = read_vocabulary()
    names = (
        "unit_id",
        "name",
        "former_names",
        "uscc",
        "unit_type",
        "region",
        "industry",
        "park",
        "permit_class",
        "permit_number",
        "status",
        "stopped_from",
        "enrolled_on",
        "key_unit",
    )
    lists = vocabulary.lists
    rows: list[list[Cell]] = [
        [
            unit.code,
            unit.name,
            unit.former_name,
            unit.code,
            lists["unit_type"][unit.unit_type]["zh"],
            unit.region,
            unit.trade.industry,
            unit.park,
            lists["permit_class"][unit.permit_class]["zh"],
            unit.permit_number,
            lists["unit_status"][unit.status]["zh"],
            unit.stopped_from or "",
            unit.enrolled_on,
            "是" if unit.key_unit else "否",
        ]
        for unit in units
    ]
    head = [vocabulary.unit[name].words["zh"] for name in names]
    return Document("单位名录.xlsx", "", "", (Sheet("单位名录", head, rows),))


def parks_document(parks: Iterable[Park]) -> Document:
    """The parks, in the same form."""
    vocabulary = read_vocabulary()
    rows: list[list[Cell]] = [
        [park.code, park.name, park.code, vocabulary.lists["unit_type"]["park"]["zh"], park.region] for park in parks
    ]
    head = [vocabulary.unit[name].words["zh"] for name in ("unit_id", "name", "uscc", "unit_type", "region")]
    return Document("园区名录.csv", "", "", (Sheet("园区名录", head, rows),))


def units_and_parks(city: City) -> tuple[Document, Document]:
    """Both registers."""
    return units_document(city.units), parks_document(city.parks)


def _document(year: int, subject: str, kinds: Mapping[str, list[Statement]], chance: Random) -> Document:
    if subject == "双公示行政处罚":
        form, source, file, encoding = penalty_forms.YEARS[year]
        head, rows = form(kinds["penalty"], Typist(chance, tidy=0.85, dates_as_text=True))
        spoil(rows, head, chance)
        return Document(file, source, recorded_at(year), (Sheet("行政处罚", head, rows),), encoding)
    as_csv = len(_SUBJECTS[subject]) == 1
    typist = Typist(chance, tidy=0.9, dates_as_text=as_csv)
    sheets = tuple(_native(kind, kinds[kind], typist, chance, with_kind=as_csv) for kind in _SUBJECTS[subject] if kinds.get(kind))
    encoding = "gb18030" if subject == "信访投诉" and year == FIRST_YEAR + 1 else "utf-8-sig"
    file = f"{subject}_{year}.{'csv' if as_csv else 'xlsx'}"
    return Document(file, _SOURCES.get(subject, NATIVE), recorded_at(year), sheets, encoding)


def _native(kind: str, statements: list[Statement], typist: Typist, chance: Random, *, with_kind: bool) -> Sheet:
    vocabulary = read_vocabulary()
    used = {name for statement in statements for name in statement.values}
    names = [name for name in vocabulary.kinds[kind].attributes if name in used]
    word = vocabulary.kinds[kind].words["zh"]
    renamed = _LABORATORY_HEADS if kind == "monitoring" else {}
    with_kind = with_kind and kind != "monitoring"
    heads = (renamed.get(name, vocabulary.attributes[name].words["zh"]) for name in names)
    head = (["记录类别"] if with_kind else []) + [*_UNIT_HEADS, *heads]
    lead: list[Cell] = [word] if with_kind else []
    rows = [lead + _row(statement, names, typist) for statement in statements]
    spoil(rows, head, chance)
    return Sheet(word, head, rows)


def _row(statement: Statement, names: Sequence[str], typist: Typist) -> list[Cell]:
    values = statement.values
    party: list[Cell] = [typist.name(statement.unit, statement.day), typist.code(statement.unit.code)]
    return party + [typist.cell(name, values[name]) if name in values else "" for name in names]


def spoil(rows: list[list[Cell]], head: Sequence[str], chance: Random) -> None:
    """Some rows twice, and some that nobody can read: a broken date, a party left out, a negative amount, shifted cells."""
    for row in [row for row in rows if chance.random() < 0.008]:
        rows.insert(chance.randrange(len(rows) + 1), list(row))
    dates = [at for at, name in enumerate(head) if name in _DAY_HEADS]
    party = next(at for at, name in enumerate(head) if name in _PARTY_HEADS)
    amounts = [at for at, name in enumerate(head) if "金额" in name or name.endswith("NR_FK")]
    for row in rows:
        if chance.random() < 0.004:
            at = chance.choice(dates)
            row[at] = chance.choice(("#N/A", f"{LAST_YEAR}-02-30", "不详", f"03/04/{LAST_YEAR}"))
        if chance.random() < 0.001:
            row[party] = ""
        if amounts and chance.random() < 0.006 and row[amounts[0]] != "":
            row[amounts[0]] = chance.choice(("-20000", "若干", "贰万或叁万元"))


def _write_workbook(sheets: Iterable[Sheet], path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False})
    book.set_properties({"created": date(LAST_YEAR + 1, 1, 1)})
    bold = book.add_format({"bold": True})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.write_row(0, 0, sheet.head, bold)
        for line, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                _write_cell(page, line, column, cell)
    book.close()


def _write_cell(page: xlsxwriter.worksheet.Worksheet, line: int, column: int, cell: Cell) -> None:
    if isinstance(cell, date):
        page.write_datetime(line, column, cell)
    elif isinstance(cell, (int, Decimal)):
        page.write_number(line, column, cell)
    elif cell:
        page.write_string(line, column, cell)
