"""Files as they come: encodings, delimiters, worksheets, Parquet, JSON Lines; and files that must not be read."""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from envcredit.errors import RecordsError
from envcredit.records.limits import STANDARD, Limits
from envcredit.records.readers import read_content
from envcredit.records.readers.archive import inspected
from envcredit.records.sheets import Row

TABLE = "单位名称,决定日期\n甲厂,2024-03-05\n乙厂,2024-03-06\n"
SMALL = Limits(
    file_bytes=10_000,
    unpacked_bytes=2**21,
    unpacked_ratio=20,
    rows=5,
    columns=6,
    grid_cells=25,
    line_characters=200,
    cell_characters=50,
)


def refused(path: Path, limits: Limits = SMALL) -> str:
    with pytest.raises(RecordsError) as caught:
        read_content(path, limits)
    (found,) = caught.value.diagnostics
    assert found.places[0].file == path.name
    assert all(found.message(language) for language in ("zh", "en"))
    return found.code


def cells(path: Path, limits: Limits = STANDARD) -> list[tuple[str, ...]]:
    (sheet,) = read_content(path, limits).sheets
    return [row.cells for row in sheet.rows]


class TestDelimited:
    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (TABLE.encode(), "UTF-8"),
            (codecs.BOM_UTF8 + TABLE.encode(), "UTF-8 (BOM)"),
            (TABLE.encode("gb18030"), "GB18030"),
            (TABLE.encode("utf-16"), "UTF-16"),
        ],
    )
    def test_encoding_is_found_and_stated(self, tmp_path: Path, data: bytes, name: str) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(data)
        content = read_content(path)
        assert content.encoding == name
        assert content.notes[0].code == "R120"
        assert name in content.notes[0].message("zh")
        assert [row.cells[0] for row in content.sheets[0].rows] == ["单位名称", "甲厂", "乙厂"]

    def test_lines_are_counted_as_an_editor_counts_them(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text('a,b\n\n"x\ny",1\n,\nz,2', "utf-8")
        (sheet,) = read_content(path).sheets
        assert [(row.line, row.cells) for row in sheet.rows] == [(1, ("a", "b")), (3, ("x\ny", "1")), (6, ("z", "2"))]

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_another_delimiter_is_stated(self, tmp_path: Path, delimiter: str) -> None:
        path = tmp_path / "a.csv"
        path.write_text(TABLE.replace(",", delimiter), "utf-8")
        assert cells(path)[1] == ("甲厂", "2024-03-05")
        assert [note.code for note in read_content(path).notes] == ["R120", "R127"]

    def test_bytes_of_no_encoding_stay_in_their_row(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes("甲厂,1\n".encode() + b"\xff\xfe\xff,2\n" + "丙厂,3\n".encode() * 3)
        found = cells(path)
        assert found[0] == ("甲厂", "1")
        assert found[1] == ("\udcff\udcfe\udcff", "2")

    def test_an_open_quotation_is_a_fault_of_its_row(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text('a,b\n甲厂,1\n"乙厂,2\n丙厂,3\n', "utf-8")
        (sheet,) = read_content(path).sheets
        assert [row.fault is None for row in sheet.rows] == [True, True, False]
        assert sheet.rows[2] == Row(3, ("乙厂,2\n丙厂,3\n",), sheet.rows[2].fault)
        assert sheet.rows[2].fault is not None
        assert sheet.rows[2].fault.code == "R226"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "R102"),
            ("a,b\n" + "1,2\n" * 9, "R111"),
            (",".join("abcdefg") + "\n", "R105"),
            ("x" * 201, "R110"),
            ("x" * 20_000, "R104"),
        ],
    )
    def test_limits(self, tmp_path: Path, text: str, code: str) -> None:
        path = tmp_path / "a.csv"
        path.write_text(text, "utf-8")
        assert refused(path) == code

    def test_ten_million_columns(self, tmp_path: Path) -> None:
        path = tmp_path / "wide.csv"
        path.write_bytes(b"," * 10_000_000)
        assert refused(path, Limits()) == "R110"

    def test_a_cell_of_a_quarter_megabyte(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text('a,b\n"' + "x" * 250_000 + '",1\n', "utf-8")
        assert refused(path, Limits()) == "R114"


class TestNoFile:
    def test_missing(self, tmp_path: Path) -> None:
        assert refused(tmp_path / "none.csv") == "R101"

    def test_folder(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        assert refused(tmp_path / "folder") == "R101"

    def test_old_or_protected_workbook(self, tmp_path: Path) -> None:
        (tmp_path / "old.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100))
        assert refused(tmp_path / "old.xls") == "R103"


class TestWorkbook:
    def test_cells_as_a_person_sees_them(self, workbook: Callable[..., Path]) -> None:
        path = workbook(
            s=[
                ["a", "b"],
                [1, 2.5],
                [0.1 + 0.2, True],
                [date(2024, 3, 5), datetime.fromisoformat("2024-03-05T08:30")],
                [123456789012345, "007"],
            ]
        )
        assert cells(path)[1:] == [
            ("1", "2.5"),
            ("0.3", "yes"),
            ("2024-03-05", "2024-03-05 08:30:00"),
            ("123456789012345", "007"),
        ]

    def test_several_sheets_and_a_hidden_one(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.title = "行政处罚"
        book.active.append(["a"])
        book.create_sheet("空表")
        hidden = book.create_sheet("旧数据")
        hidden.append(["x"])
        hidden.sheet_state = "hidden"
        book.save(tmp_path / "b.xlsx")
        content = read_content(tmp_path / "b.xlsx")
        assert [(sheet.name, len(sheet.rows)) for sheet in content.sheets] == [("行政处罚", 1), ("空表", 0)]
        assert [(note.code, note.places[0].sheet) for note in content.notes] == [("R121", "旧数据")]

    def test_merged_cells_count_for_each_row(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        for row in (["台账", None], ["单位名称", "金额"], ["甲厂", 1], [None, 2], ["乙厂", 3]):
            book.active.append(row)
        book.active.merge_cells("A1:B1")
        book.active.merge_cells("A3:A4")
        book.save(tmp_path / "b.xlsx")
        assert cells(tmp_path / "b.xlsx")[2:] == [("甲厂", "1"), ("甲厂", "2"), ("乙厂", "3")]
        assert [(note.code, note.values["count"]) for note in read_content(tmp_path / "b.xlsx").notes] == [("R122", 1)]

    def test_errors_and_formulas_without_a_result_are_not_lost(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.append(["a", "b", "c"])
        book.active.append(["x", "#N/A", "=A2&1"])
        book.active.append(["y", None, "=1/0"])
        book.active["B2"].data_type = "e"
        book.save(tmp_path / "b.xlsx")
        assert cells(tmp_path / "b.xlsx")[1:] == [("x", "#N/A", "#FORMULA! =A2&1"), ("y", "", "#FORMULA! =1/0")]

    def test_a_zip_bomb_is_not_unpacked(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50 * 2**20)
        assert path.stat().st_size < 60_000
        assert refused(path, Limits(unpacked_bytes=2**25)) == "R106"
        assert refused(path, Limits()) == "R106"

    def test_a_bomb_that_lies_about_its_size(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"0" * 5 * 2**20)
        honest = (5 * 2**20).to_bytes(4, "little")
        path.write_bytes(path.read_bytes().replace(honest, (100).to_bytes(4, "little")))
        assert refused(path, Limits()) == "R107"

    def test_a_cell_at_the_far_end(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active["A1"] = "a"
        book.active["XFD1048576"] = "far"
        book.save(tmp_path / "far.xlsx")
        assert refused(tmp_path / "far.xlsx", Limits()) in ("R105", "R111")
        book.active.delete_rows(1048576)
        book.active["CV1048576"] = "far"
        book.save(tmp_path / "far.xlsx")
        assert refused(tmp_path / "far.xlsx", Limits()) in ("R105", "R111")

    @pytest.mark.parametrize(
        "cell",
        ["<c r='XFD1048576'><v>1</v></c>", '<x:c r="XFD1048576"><x:v>1</x:v></x:c>', '<c s="1"\nr="A99999999"><v>1</v></c>'],
    )
    @pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/other/Sheet.XML"])
    def test_a_far_cell_in_disguise(self, tmp_path: Path, cell: str, part: str) -> None:
        path = tmp_path / "far.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="s" r:id="r1"/></sheets></workbook>')
            archive.writestr(
                "xl/_rels/workbook.xml.rels", f'<Relationships><Relationship Id="r1" Target="/{part}"/></Relationships>'
            )
            archive.writestr(part, f"<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>")
        assert refused(path, Limits()) in ("R105", "R111")

    def test_a_part_that_stands_twice(self, tmp_path: Path) -> None:
        path = tmp_path / "twice.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
            archive.writestr("XL/workbook.xml", "<workbook/>")
        assert refused(path, Limits()) == "R107"

    @pytest.mark.parametrize("piece", ["<c ", '<c r="A1">', "<row ", "<f ", "<x:"])
    def test_no_part_takes_long_to_look_at(self, tmp_path: Path, piece: str) -> None:
        path = tmp_path / "slow.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
            archive.writestr("xl/worksheets/sheet1.xml", '<c r="A1" t="e">' + piece * 200_000)
        assert inspected(path, Limits()) == {}

    def test_the_name_does_not_choose_the_reader(self, workbook: Callable[..., Path]) -> None:
        path = workbook(s=[["a"], ["b"]])
        assert cells(path.rename(path.with_suffix(".ods"))) == [("a",), ("b",)]

    @pytest.mark.parametrize("cut", [30, 400, 2000])
    def test_a_broken_archive(self, workbook: Callable[..., Path], cut: int) -> None:
        path = workbook(s=[["a"], ["b"]])
        path.write_bytes(path.read_bytes()[:cut])
        assert refused(path, Limits()) == "R107"

    def test_a_zip_that_is_no_workbook(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "x")
        assert refused(path, Limits()) == "R107"

    def test_too_many_columns(self, workbook: Callable[..., Path]) -> None:
        assert refused(workbook(s=[list(range(7))]), Limits(columns=6)) in ("R105", "R106")


class TestJsonLines:
    def test_figures_are_taken_as_written(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        path.write_text('{"a": 0.10, "b": null, "c": true}\n\n{"a": 12345678901234567890, "d": ["x", "y"]}\n', "utf-8")
        (sheet,) = read_content(path).sheets
        assert sheet.header == ("a", "b", "c", "d")
        assert sheet.rows == [Row(1, ("0.10", "", "yes", "")), Row(3, ("12345678901234567890", "", "", "x|y"))]

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ('{"a": ', "R219"),
            ("[1]", "R219"),
            ('{"a": 1, "a": 2}', "R219"),
            ('{"a": {"b": 1}}', "R220"),
            ('{"a": [[1]]}', "R220"),
        ],
    )
    def test_a_bad_line_keeps_its_text(self, tmp_path: Path, line: str, code: str) -> None:
        path = tmp_path / "a.jsonl"
        path.write_text(f'{{"a": "good"}}\n{line}\n', "utf-8")
        (sheet,) = read_content(path).sheets
        fault = sheet.rows[1].fault
        assert fault is not None
        assert (fault.code, sheet.rows[1].cells) == (code, ("", line))

    def test_depth(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        path.write_text("[" * 100_000 + "\n", "utf-8")
        (sheet,) = read_content(path).sheets
        assert sheet.rows[0].fault is not None
        assert sheet.rows[0].fault.code == "R219"

    def test_limits(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        path.write_text("\n".join(f'{{"k{i}": 1}}' for i in range(9)), "utf-8")
        assert refused(path) in ("R105", "R111")


class TestParquet:
    def test_typed_columns_as_text(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        columns = {
            "day": [date(2024, 3, 5), None],
            "fine": [Decimal("5.20"), Decimal("0.10")],
            "share": [0.3, None],
            "yes": [True, False],
            "codes": [["fine", "warning"], []],
        }
        pq.write_table(pa.table(columns), path)
        (sheet,) = read_content(path).sheets
        assert sheet.header == tuple(columns)
        assert sheet.rows == [Row(1, ("2024-03-05", "5.20", "0.3", "yes", "fine|warning")), Row(2, ("", "0.10", "", "no", ""))]

    def test_damaged(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        path.write_bytes(b"PAR1" + bytes(50) + b"PAR1")
        assert refused(path) == "R113"

    def test_limits(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        pq.write_table(pa.table({"a": list(range(9))}), path)
        assert refused(path) == "R111"
        pq.write_table(pa.table({f"c{i}": [1] for i in range(9)}), path)
        assert refused(path) == "R105"
