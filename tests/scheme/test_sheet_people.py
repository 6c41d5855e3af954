"""What people find when they open a workbook: a guide, notes, drop-downs, locks; and what a template filled by hand gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from county_book import MISFILLED, fill
from openpyxl.utils import get_column_letter

from envcredit.base.labels import LANGUAGES, Language, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import SchemeError
from envcredit.rating.cases import run_cases
from envcredit.scheme.checks.folder import check_folder
from envcredit.scheme.sheet import read_sheet, read_workbook, write_sheet, write_template
from envcredit.scheme.sheet.layout import HEAD_ROWS, REFERENCE, SHEETS
from envcredit.scheme.sheet.terms import is_required, note

EXAMPLES = Path(__file__).parents[2] / "examples" / "county"


@pytest.fixture(scope="module", params=LANGUAGES)
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Language, Any]:
    book = tmp_path_factory.mktemp("template") / "new.xlsx"
    write_template(book, request.param)
    return request.param, openpyxl.load_workbook(book)


def test_the_guide_comes_first_and_leads_to_every_worksheet(template: tuple[Language, Any]) -> None:
    language, book = template
    titles = [sheet.title(language) for sheet in SHEETS]
    guide, *others = book.sheetnames
    assert guide == word("sheet.name.guide", language)
    assert others == [*titles, *(word(f"sheet.name.{name}", language) for name in REFERENCE[1:])]
    links = [cell.hyperlink for cell in book[guide]["A"] if cell.hyperlink]
    assert {link.location for link in links} == {f"'{title}'!A1" for title in others}


def test_every_column_has_a_term_a_key_and_most_a_note(template: tuple[Language, Any]) -> None:
    language, book = template
    for sheet in SHEETS:
        page = book[sheet.title(language)]
        assert page.protection.sheet
        if sheet.form == "one":
            assert all(cell.value for column in ("A", "B", "D") for cell in page[column])
            assert all(not cell.protection.locked for cell in page["C"])
            continue
        assert min(width.width for width in page.column_dimensions.values()) >= 16
        assert page.freeze_panes == f"B{HEAD_ROWS + 1}"
        for column, cell in enumerate(page[HEAD_ROWS], 1):
            way = tuple(cell.value.split("."))
            head = page.cell(2, column)
            assert head.value
            assert cell.protection.locked
            assert (head.comment.text if head.comment else "") == note(sheet, way, language)
            if is_required(sheet, way):
                assert head.fill.fgColor.rgb == "FFFFE699"


def test_a_template_holds_nothing_but_its_heads(template: tuple[Language, Any]) -> None:
    language, book = template
    for sheet in SHEETS:
        page = book[sheet.title(language)]
        if sheet.form == "one":
            assert not any(cell.value for cell in page["C"])
        else:
            assert page.max_row == HEAD_ROWS


def _offered(page: Any, key: str) -> Any:
    column = next(get_column_letter(cell.column) for cell in page[HEAD_ROWS] if cell.value == key)
    return next(one for one in page.data_validations.dataValidation if f"{column}{HEAD_ROWS + 1}" in str(one.sqref).split(":")[0])


def _listed(book: Any, formula: str) -> list[str]:
    """What a drop-down shows: its own words, or the cells it points to."""
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    title, area = formula.replace("$", "").split("!")
    return [cell.value for (cell,) in book[title.strip("'")][area] if cell.value]


@pytest.mark.parametrize(
    ("sheet", "key", "shown"),
    [
        ("计分规则", "kind", "deduct 扣分"),
        ("计分规则", "from", "penalty 行政处罚"),
        ("计分规则", "counts.from", "decided_on 决定日期"),
        ("计分规则", "points.by", "fine 罚款金额"),
        ("条款", "basis", "official 官方文本"),
        ("升降级", "per_fact", "true 是"),
        ("算例", "unit.permit_class", "key 重点管理"),
        ("算例记录", "behaviour", "monitoring_fraud 篡改、伪造监测数据"),
        ("算例记录", "verified", "yes 是"),
        ("算例记录", "kind", "history 以往评价结果"),
        ("算例结果", "reason", "repaired 已修复"),
        ("对照表", "table", "points 分值"),
    ],
)
def test_drop_downs_show_codes_with_their_terms(sheet: str, key: str, shown: str, tmp_path: Path) -> None:
    write_template(tmp_path / "new.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "new.xlsx")
    assert shown in _listed(book, _offered(book[sheet], key).formula1)


@pytest.mark.parametrize(
    ("sheet", "key", "target"),
    [("一票否决", "grade", "等级"), ("等级限制", "at_most", "等级"), ("计分规则", "clause", "条款"), ("条款", "source", "文件")],
)
def test_keys_of_other_worksheets_are_offered(sheet: str, key: str, target: str, tmp_path: Path) -> None:
    write_template(tmp_path / "new.xlsx", "zh")
    page = openpyxl.load_workbook(tmp_path / "new.xlsx")[sheet]
    assert _offered(page, key).formula1.startswith(f"'{target}'!$A$4:")


def test_the_reference_worksheets_hold_the_whole_vocabulary(template: tuple[Language, Any]) -> None:
    language, book = template
    vocabulary = read_vocabulary()
    codes = {(row[1], row[2]) for row in book[word("sheet.name.codes", language)].iter_rows(min_row=3, values_only=True)}
    assert {(name, code) for name, found in vocabulary.lists.items() for code in found} <= codes
    names = {row[1] for row in book[word("sheet.name.names", language)].iter_rows(min_row=3, values_only=True)}
    assert {*vocabulary.attributes, *vocabulary.states, *(f"unit.{name}" for name in vocabulary.unit)} <= names


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_template_is_told_cell_by_cell(language: Language, tmp_path: Path) -> None:
    write_template(tmp_path / "new.xlsx", language)
    with pytest.raises(SchemeError) as caught:
        read_workbook(tmp_path / "new.xlsx")
    title = word("sheet.name.scheme", language)
    assert {found.code for found in caught.value.diagnostics} == {"S356"}
    assert caught.value.diagnostics[0].places[0].sheet == f"{title}!C1"


def test_a_template_filled_by_hand_is_a_scheme_without_a_fault(tmp_path: Path) -> None:
    book, folder = tmp_path / "songlan.xlsx", tmp_path / "2026-03-01"
    write_template(book, "zh")
    fill(book, {})
    read, files = read_sheet(book, folder)
    assert read.scheme.identity == "cn/songlan/enterprise/2026-03-01"
    assert folder / "cases" / "cases.yaml" in files
    assert check_folder(folder).diagnostics == ()
    assert [result.name for result in run_cases(folder) if not result.passed] == []


def test_the_example_is_the_filled_template(tmp_path: Path) -> None:
    for name, changes in (("songlan.xlsx", {}), ("songlan-misfilled.xlsx", MISFILLED)):
        write_template(tmp_path / name, "zh")
        fill(tmp_path / name, changes)
        assert _texts(EXAMPLES / name) == _texts(tmp_path / name)


def _texts(book: Path) -> dict[str, list[tuple[object, ...]]]:
    pages = openpyxl.load_workbook(book)
    return {page.title: list(page.iter_rows(values_only=True)) for page in pages if page.title not in ("代码", "可用名称")}


def test_every_mistake_is_told_with_its_cell(tmp_path: Path) -> None:
    with pytest.raises(SchemeError) as caught:
        read_workbook(EXAMPLES / "songlan-misfilled.xlsx")
    assert {found.places[0].sheet for found in caught.value.diagnostics} == set(MISFILLED)


@pytest.mark.parametrize(
    ("where", "typed", "code"),
    [
        ("cases!A5", "1", "S357"),
        ("cases!A5", None, "S356"),
        ("cases!B4", None, "S356"),
        ("cases!B5", "everything at once", "S160"),
        ("cases!C4", "fines", "S161"),
        ("cases!E4", "2026-02-30", "S034"),
        ("cases!G4", "many", "S365"),
        ("case_records!A5", "9", "S364"),
        ("case_records!C4", "fined", "S365"),
        ("case_records!C4", None, "S356"),
        ("case_records!D4", "zz", "S164"),
        ("case_expected!A5", None, "S356"),
        ("case_expected!B5", "perhaps", "S365"),
        ("case_expected!D5", "zz", "S164"),
        ("case_expected!E4", "five", "S1"),
    ],
)
def test_a_case_spoilt_in_one_cell(where: str, typed: str | None, code: str, tmp_path: Path) -> None:
    book = tmp_path / "scheme.xlsx"
    write_sheet(str(Path(__file__).parents[1] / "bad" / "scheme" / "good"), book, "en")
    workbook = openpyxl.load_workbook(book)
    sheet, cell = where.split("!")
    workbook[sheet][cell] = typed
    workbook.save(book)
    with pytest.raises(SchemeError) as caught:
        read_workbook(book)
    told = [(found.places[0].sheet, found.code) for found in caught.value.diagnostics]
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert [place for place, found in told if found.startswith(code) and place.startswith(f"{sheet}!") and place.endswith(row)], (
        told
    )


def test_terms_and_truth_values_are_understood(tmp_path: Path) -> None:
    """People write 扣分 for deduct, and a spreadsheet turns yes into TRUE."""
    book = tmp_path / "scheme.xlsx"
    write_sheet(str(Path(__file__).parents[1] / "bad" / "scheme" / "good"), book, "zh")
    workbook = openpyxl.load_workbook(book)
    workbook["计分规则"]["B4"] = "扣分"
    heads = {cell.value: cell.column for cell in workbook["算例记录"][HEAD_ROWS]}
    page = workbook["算例记录"]
    judged = next(row for row in range(4, page.max_row + 1) if str(page.cell(row, heads["kind"]).value).startswith("judgment"))
    page.cell(judged, heads["final"], True)
    workbook.save(book)
    found = read_workbook(book)
    assert found.scheme.rules["fine"].kind == "deduct"
    assert next(record for record in found.cases[0].records if record.kind == "judgment").values["final"] is True
