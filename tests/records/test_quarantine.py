"""Rows kept out lose nothing, can be mended, and never run as a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.records.export import csv_bytes, neutralised, restored
from envcredit.records.headers import ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.records.conftest import Desk

HEAD = "kind,unit_name,decided_on,authority,document_number,fine,facts\n"


def quarantine(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(path).read_bytes().decode("utf-8-sig"), newline="")))


def mended(desk: Desk, path: str, **cells: str) -> Path:
    """What a person does in a spreadsheet: fill cells in, save."""
    rows = quarantine(path)
    for row in rows:
        row.update({name: cell for name, cell in cells.items() if name in row})
    target = desk.folder / "mended.csv"
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return target


def test_a_row_is_kept_with_its_place_and_reasons(desk: Desk) -> None:
    arrival = desk.take_text(HEAD + "penalty,甲厂,昨天,某局,1号,-5,外排\n")
    (row,) = quarantine(arrival.quarantine)
    assert list(row)[:7] == list(ORIGIN)
    assert (row["q_file"], row["q_line"], row["q_codes"]) == ("records.csv", "2", "R202 B163")
    assert "不是日期" in row["q_reason_zh"]
    assert "not a day" in row["q_reason_en"]
    assert [row[name] for name in HEAD.strip().split(",")] == ["penalty", "甲厂", "昨天", "某局", "1号", "'-5", "外排"]


def test_mended_rows_are_taken_and_the_rest_stays(desk: Desk) -> None:
    arrival = desk.take_text(HEAD + "penalty,甲厂,昨天,某局,1号,5,外排\npenalty,乙厂,前天,某局,2号,5,外排\n")
    again = desk.take(mended(desk, arrival.quarantine, decided_on="2024-03-05"), at=desk.second)
    assert (again.accepted, again.quarantined) == (2, 0)
    assert {(row["unit_name"], row["file"], row["line"]) for row in desk.rows()} == {
        ("甲厂", "mended.csv", 2),
        ("乙厂", "mended.csv", 3),
    }


def test_an_unmended_quarantine_file_changes_nothing(desk: Desk) -> None:
    arrival = desk.take_text(HEAD + "penalty,甲厂,昨天,某局,1号,5,=1+1\n")
    again = desk.take(Path(arrival.quarantine), at=desk.second)
    assert (again.rows, again.quarantined) == (1, 1)
    third = desk.take(Path(again.quarantine or arrival.quarantine), at=desk.third)
    assert third.batch == ""


def test_mending_gives_the_record_that_a_right_file_gives(desk: Desk) -> None:
    facts = "=cmd|' /C calc'!A0"
    arrival = desk.take_text(HEAD + f"penalty,@甲厂,昨天,某局,1号,5,{facts}\n")
    desk.take(mended(desk, arrival.quarantine, decided_on="2024-03-05"), at=desk.second)
    other = desk.beside("other")
    other.take_text(HEAD + f"penalty,@甲厂,2024-03-05,某局,1号,5,{facts}\n")
    assert other.row()["facts"] == facts
    assert other.row()["record_id"] in [row["record_id"] for row in desk.rows()]


def test_the_sheet_still_tells_the_kind(desk: Desk, workbook: Callable[..., Path]) -> None:
    path = workbook(
        行政处罚=[["单位名称", "决定日期"], ["甲厂", "昨天"]],
        责令改正=[["单位名称", "决定日期", "责令种类"], ["乙厂", "昨天", "责令限期改正"]],
    )
    arrival = desk.take(path)
    assert arrival.quarantined == 2
    again = desk.take(mended(desk, arrival.quarantine, 决定日期="2024-03-05"), at=desk.second)
    assert again.accepted == 2
    assert {(row["kind"], row["order_category"]) for row in desk.rows()} == {("penalty", None), ("order", "correct_by")}


def test_shifted_cells_are_kept_until_they_are_put_right(desk: Desk) -> None:
    arrival = desk.take_text("kind,unit_name,decided_on\npenalty,甲厂,有限公司,2024-03-05\n")
    (row,) = quarantine(arrival.quarantine)
    assert (row["decided_on"], row["q_more"]) == ("有限公司", '["2024-03-05"]')
    once = desk.take(mended(desk, arrival.quarantine, decided_on="2024-03-05"), at=desk.second)
    assert [found.code for found in once.reasons] == ["R227"]
    twice = desk.take(mended(desk, arrival.quarantine, decided_on="2024-03-05", q_more=""), at=desk.third)
    assert twice.accepted == 1


def test_a_json_line_that_cannot_be_read_is_kept_whole(desk: Desk) -> None:
    path = desk.file("a.jsonl", '{"kind": "penalty", "unit_name": "甲厂", "decided_on": "2024-03-05"}\n{"kind": "penal\n')
    arrival = desk.take(path)
    assert (arrival.accepted, arrival.quarantined) == (1, 1)
    assert quarantine(arrival.quarantine)[0]["q_more"] == '{"kind": "penal'


def test_a_sheet_without_a_header_loses_no_row(desk: Desk, workbook: Callable[..., Path]) -> None:
    arrival = desk.take(workbook(行政处罚=[["单位名称", "决定日期"], ["甲厂", "2024-03-05"]], 杂项=[["甲", "乙"], ["丙", "丁"]]))
    assert (arrival.rows, arrival.accepted, arrival.quarantined) == (3, 1, 2)
    assert [row["(1)"] for row in quarantine(arrival.quarantine)] == ["甲", "丙"]


def test_undecodable_bytes_are_shown(desk: Desk) -> None:
    path = desk.folder / "a.csv"
    path.write_bytes("kind,unit_name,decided_on\npenalty,甲厂,2024-03-05\n".encode() + b"penalty,\xff\xfe,2024-03-05\n")
    arrival = desk.take(path)
    assert (arrival.accepted, arrival.quarantined) == (1, 1)
    assert quarantine(arrival.quarantine)[0]["unit_name"] == "\\xFF\\xFE"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1", "''+1"])
def test_no_exported_cell_is_a_formula(cell: str) -> None:
    assert neutralised(cell) == f"'{cell}"
    assert restored(neutralised(cell)) == cell


@given(st.text(max_size=20))
def test_restored_is_the_inverse(cell: str) -> None:
    assert restored(neutralised(cell)) == cell
    assert neutralised(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=10), min_size=2, max_size=2)
)
def test_exported_files_read_back(cells: list[str]) -> None:
    text = csv_bytes(["a", "b"], [cells]).decode("utf-8-sig")
    assert [restored(cell) for cell in list(csv.reader(io.StringIO(text, newline="")))[1]] == cells
