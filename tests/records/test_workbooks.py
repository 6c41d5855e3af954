"""A city's workbook: sheets by kind, merged heads, formulas, dates as cells; and a store fed from several forms of file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from tests.records.conftest import Desk


def test_the_sheet_names_the_kind_and_a_column_goes_before_it(desk: Desk, workbook: Callable[..., Path]) -> None:
    path = workbook(
        行政处罚=[
            ["单位名称", "决定日期", "记录类别"],
            ["甲厂", date(2024, 3, 5), None],
            ["乙厂", datetime.fromisoformat("2024-03-06"), "责令改正"],
        ],
        信访投诉=[["单位名称", "受理日期", "是否查实"], ["丙厂", 45356, "是"]],
    )
    arrival = desk.take(path)
    assert dict(arrival.kinds) == {"penalty": 1, "order": 1, "complaint": 1}
    assert {(row["unit_name"], row["kind"], row["sheet"], row["line"]) for row in desk.rows()} == {
        ("甲厂", "penalty", "行政处罚", 2),
        ("乙厂", "order", "行政处罚", 3),
        ("丙厂", "complaint", "信访投诉", 2),
    }
    assert [(sheet.sheet, sheet.rows) for sheet in arrival.files[0].sheets] == [("行政处罚", 2), ("信访投诉", 1)]


def test_merged_heads_over_two_rows(desk: Desk) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "行政处罚"
    for row in (
        ["郴州市2024年处罚台账"],
        ["当事人情况", None, "决定日期", "文号"],
        ["单位名称", "统一社会信用代码", None, None],
        ["甲厂", "", "2024-03-05", "1号"],
    ):
        sheet.append(row)
    for merged in ("A1:D1", "A2:B2", "C2:C3", "D2:D3"):
        sheet.merge_cells(merged)
    book.save(desk.folder / "a.xlsx")
    arrival = desk.take(desk.folder / "a.xlsx")
    assert (arrival.rows, arrival.accepted) == (1, 1)
    assert (desk.row()["unit_name"], desk.row()["document_number"], desk.row()["line"]) == ("甲厂", "1号", 4)


def test_a_lost_result_is_not_taken_for_an_empty_cell(desk: Desk, workbook: Callable[..., Path]) -> None:
    path = workbook(行政处罚=[["单位名称", "决定日期", "罚款金额"], ["甲厂", "2024-03-05", "=1000*2"], ["乙厂", "2024-03-05", 5]])
    arrival = desk.take(path)
    assert (arrival.accepted, arrival.quarantined) == (1, 1)
    assert [(found.code, found.values["found"]) for found in arrival.reasons] == [("R215", "#FORMULA! =1000*2")]


@pytest.mark.parametrize("form", ["csv", "gb", "xlsx", "parquet", "jsonl"])
def test_one_statement_is_one_record_whatever_the_file(desk: Desk, workbook: Callable[..., Path], form: str) -> None:
    head, row = ["kind", "unit_name", "decided_on", "fine"], ["penalty", "甲厂", "2024-03-05", "20000"]
    files: dict[str, Callable[[], Path]] = {
        "csv": lambda: desk.file("a.csv", ",".join(head) + "\n" + ",".join(row) + "\n"),
        "gb": lambda: desk.file("a.csv", ",".join(head) + "\r\n" + ",".join(row) + "\r\n", "gb18030"),
        "xlsx": lambda: workbook(表=[head, ["penalty", "甲厂", date(2024, 3, 5), 20000]]),
        "parquet": lambda: parquet(
            desk.folder / "a.parquet", dict(zip(head, ["penalty", "甲厂", date(2024, 3, 5), 20000], strict=True))
        ),
        "jsonl": lambda: desk.file(
            "a.jsonl", '{"kind": "penalty", "unit_name": "甲厂", "decided_on": "2024-03-05", "fine": 20000}\n'
        ),
    }
    desk.take(files[form]())
    first = desk.row()
    assert desk.take_text(",".join(head) + "\n" + ",".join(row) + "\n", at=desk.second).duplicate == 1
    assert first["fine"] == 2_000_000


def parquet(path: Path, row: dict[str, object]) -> Path:
    pq.write_table(pa.Table.from_pylist([row]), path)
    return path
