"""The Excel template: looked into, filled, and imported back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from envcredit.base.labels import LANGUAGES, Language
from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import RecordsError
from envcredit.records.template import LISTS, write_template

if TYPE_CHECKING:
    from tests.records.conftest import Desk


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_form_imports_as_nothing(desk: Desk, language: Language) -> None:
    path = desk.folder / "form.xlsx"
    kinds = write_template(path, (), language)
    assert kinds == [name for name, kind in read_vocabulary().kinds.items() if not kind.derived]
    arrival = desk.take(path)
    assert arrival.rows == 0
    assert [found.code for found in arrival.notes] == ["R121", "R124"]


def test_one_sheet_a_kind_with_lists_notes_and_stars(tmp_path: Path) -> None:
    write_template(tmp_path / "form.xlsx", ["penalty", "monitoring"], "zh")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    assert book.sheetnames == ["说明", "行政处罚", "监测结果", LISTS]
    assert book[LISTS].sheet_state == "hidden"
    sheet = book["行政处罚"]
    heads = {cell.value: cell for cell in sheet[1]}
    assert {"单位名称*", "统一社会信用代码", "决定日期*", "罚款金额", "更正记录"} <= set(heads)
    assert all(cell.comment for cell in sheet[1])
    assert sheet.freeze_panes == "B2"
    lists = {str(rule.sqref).split(":")[0].rstrip("0123456789"): rule.formula1 for rule in sheet.data_validations.dataValidation}
    letter = heads["违法行为类型"].column_letter
    reference = lists[letter].rpartition("!")[2].replace("$", "")
    words = [row[0].value for row in book[LISTS][reference]]
    assert words == [codes["zh"] for codes in read_vocabulary().lists["behaviour"].values()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_form_imports(desk: Desk, language: Language) -> None:
    path = desk.folder / "form.xlsx"
    write_template(path, (), language)
    book = openpyxl.load_workbook(path)
    fill(
        book,
        "penalty",
        language,
        decided_on="2024年3月5日",
        fine="2万元",
        behaviour="water_exceedance",
        categories=("fine", "warning"),
    )
    fill(book, "monitoring", language, sampled_on=date(2024, 3, 6), pollutant="COD", value="119.5", compliant=False)
    fill(book, "permit", language, issued_on="2024/3/7", permit_class="key")
    book.save(path)
    arrival = desk.take(path)
    assert (arrival.accepted, arrival.quarantined) == (3, 0)
    rows = {row["kind"]: row for row in desk.rows()}
    assert (rows["penalty"]["fine"], rows["penalty"]["categories"]) == (2_000_000, "|warning|fine|")
    assert (rows["monitoring"]["value"], rows["monitoring"]["compliant"]) == (119_500_000, False)
    assert (rows["permit"]["permit_class"], rows["permit"]["issued_on"]) == ("key", date(2024, 3, 7))


def fill(book: openpyxl.Workbook, kind_name: str, language: Language, **values: object) -> None:
    """What a person does: choose the words of the list, type the rest."""
    vocabulary = read_vocabulary()
    kind = vocabulary.kinds[kind_name]
    sheet = book[kind.words[language]]
    sheet.cell(2, 1, "甲厂")
    for name, value in values.items():
        attribute = vocabulary.attributes[name]
        words = vocabulary.lists.get(attribute.list, {})
        chosen = value if isinstance(value, tuple) else (value,)
        shown = [words[word][language] if word in words else {True: "是", False: "否"}.get(word, word) for word in chosen]  # type: ignore[call-overload]
        sheet.cell(2, 3 + kind.attributes.index(name), "、".join(shown) if len(shown) > 1 else shown[0])


def test_two_templates_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, ["penalty"], "zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_kind_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="R306"):
        write_template(tmp_path / "a.xlsx", ["fine", "member"])
    assert not (tmp_path / "a.xlsx").exists()
