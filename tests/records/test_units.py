"""A list of units is right as a whole, or every problem of it is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import RecordsError
from envcredit.records.units import read_units

CODE = "91430400WN0001077Y"


def listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "units.csv"
    path.write_text(text, "utf-8")
    return path


def wrong(path: Path) -> list[str]:
    with pytest.raises(RecordsError) as caught:
        read_units(path)
    return [found.code for found in caught.value.diagnostics]


def test_english_keys(tmp_path: Path) -> None:
    text = "unit_id,name,unit_type,uscc,permit_class,key_unit,base_charge,stopped_from\nu2,乙厂,park,,,,,\n"
    table, found = read_units(listed(tmp_path, text + f"u1,甲厂,企业,{CODE.lower()},重点管理,是,1.5万元,2024/3/5\n"))
    assert table.column_names == list(read_vocabulary().unit)
    first, second = table.to_pylist()
    assert (first["unit_id"], first["unit_type"], first["uscc"], first["permit_class"]) == ("u1", "enterprise", CODE, "key")
    assert (first["key_unit"], first["base_charge"], first["stopped_from"]) == (True, 1_500_000, date(2024, 3, 5))
    assert (second["unit_type"], second["permit_class"]) == ("park", None)
    assert [each.code for each in found] == ["R120"]


def test_chinese_terms_in_a_workbook(workbook: Callable[..., Path]) -> None:
    path = workbook(
        单位=[["2026年参评单位"], ["名称", "单位类型", "统一社会信用代码", "曾用名"], ["甲厂", "企业", CODE, "旧甲厂|老甲厂"]]
    )
    table, _ = read_units(path)
    assert table.to_pylist()[0]["unit_id"] == CODE
    assert table.to_pylist()[0]["former_names"] == "旧甲厂|老甲厂"


def test_parquet_gives_itself_back(tmp_path: Path) -> None:
    table, _ = read_units(listed(tmp_path, f"unit_id,name,unit_type,uscc,key_unit\nu1,甲厂,企业,{CODE},否\n"))
    pq.write_table(table, tmp_path / "units.parquet")
    assert read_units(tmp_path / "units.parquet")[0] == table


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("unit_id,name\nu1,甲厂\n", ["R401"]),
        ("name,unit_type\n甲厂,企业\n", ["R401"]),
        ("unit_id,name,unit_type\nu1,,企业\nu1,乙厂,工厂\n", ["R402", "R209", "R402", "R403"]),
        ("甲,乙\n1,2\n", ["R407"]),
        ("unit_id,name,unit_type\n", ["R407"]),
        ("unit_id,name,unit_type\nu1,甲厂,企业,多\n", ["R217"]),
        ("unit_id,name,unit_type,unit_id\nu1,甲厂,企业,u2\n", ["R109"]),
        ("unit_id,name,unit_type,key_unit\nu1,甲\ufffd厂,企业,是\nu2,乙厂,企业,也许\n", ["R216", "R210"]),
    ],
)
def test_every_problem_is_named(tmp_path: Path, text: str, codes: list[str]) -> None:
    assert sorted(wrong(listed(tmp_path, text))) == sorted(codes)


def test_codes_that_do_not_identify(tmp_path: Path) -> None:
    text = f"unit_id,name,unit_type,uscc\nu1,甲厂,企业,91430400WN0001077X\nu2,乙厂,企业,{CODE}\nu3,乙厂二期,企业,{CODE}\n"
    table, found = read_units(listed(tmp_path, text))
    assert [each.code for each in found] == ["R120", "R405", "R406"]
    assert table.column("uscc").to_pylist() == [None, CODE, CODE]
