"""Source mappings: the language is closed, every mistake has its place, and each shipped form does its own cleaning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import RecordsError
from envcredit.records import read_source, source_names

if TYPE_CHECKING:
    from tests.records.conftest import Desk

GOOD = """\
source: mine
title: {zh: 甲, en: a}
about: {zh: 甲, en: a}
basis: ours
kind: {value: penalty}
unit:
  name: {columns: [party]}
attributes:
  decided_on: {columns: [day]}
"""


def wrong(tmp_path: Path, text: str) -> list[tuple[str, int, int]]:
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(RecordsError) as caught:
        read_source(path)
    assert all(found.message("zh") and found.message("en") for found in caught.value.diagnostics)
    return [(found.code, found.places[0].line, found.places[0].column) for found in caught.value.diagnostics]


@pytest.mark.parametrize("name", source_names())
def test_shipped_mappings_hold(name: str) -> None:
    source = read_source(name)
    assert source.source == name
    assert set(source.attributes) <= set(read_vocabulary().attributes)


def test_the_mappings_that_ship() -> None:
    assert source_names() == [
        "cn/double-publicity-penalty-2015",
        "cn/double-publicity-penalty-2018",
        "cn/monitoring-table",
        "examples/decisions",
        "native",
        "us/echo-dmr",
    ]


def test_a_mapping_of_ones_own(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, "utf-8")
    assert desk.take_text("party,day\n甲厂,2024-03-05\n", source=path).accepted == 1
    assert desk.row()["source"] == "mine"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("{columns: [day]}", "{column: [day]}", [("R303", 9, 16)]),
        ("basis: ours", "basis: own", [("R304", 4, 1)]),
        ("decided_on:", "decided:", [("R305", 9, 3)]),
        ("value: penalty", "value: fine", [("R306", 5, 8)]),
        ("value: penalty", "value: member", [("R306", 5, 8)]),
        ("[day]}", "[day], in: 万元}", [("R304", 9, 32)]),
        ("{columns: [day]}", "{columns: [day], value: x}", [("R304", 9, 3)]),
        ("  decided_on", "  medium: {columns: [m], words: {气: gas}}\n  decided_on", [("R307", 9, 34)]),
        ("attributes:\n", "attributes: [\n", [("R302", 10, 1)]),
        ("source: mine", "source: mine\nextra: 1", [("R303", 2, 1)]),
        ("kind: {value: penalty}\n", "kind: {}\n", [("R304", 5, 1)]),
        ("[day]}", "[2024]}", [("R304", 9, 26)]),
    ],
)
def test_every_mistake_has_its_place(tmp_path: Path, old: str, new: str, found: list[tuple[str, int, int]]) -> None:
    assert old in GOOD
    places = wrong(tmp_path, GOOD.replace(old, new))
    assert sorted(code for code, _, _ in places) == sorted(code for code, _, _ in found)
    assert found[0] in places


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("value: penalty", "value: fine").replace("decided_on", "decided").replace("title:", "title:")
    assert [code for code, _, _ in wrong(tmp_path, text)] == ["R306", "R305"]


def test_an_unknown_source_names_the_known_ones() -> None:
    with pytest.raises(RecordsError) as caught:
        read_source("cn/none")
    assert "native" in caught.value.diagnostics[0].message("zh")


class TestDoublePublicity:
    def test_the_form_of_2018_counts_in_ten_thousand_yuan(self, desk: Desk) -> None:
        arrival = desk.take_text(
            "CF_XDR_MC,CF_XDR_SHXYM,CF_WSH,CF_WFXW,CF_CFLB,CF_NR,CF_NR_FK,CF_NR_WFFF,CF_JDRQ,CF_CFJG,CF_BZ\n"
            "甲厂,91430400WN0001077Y,郴环罚〔2024〕1号,废水超标排放,罚款、没收违法所得,罚款2000元,0.2,1.5,2024/3/5,郴州市生态环境局,\n"
            "乙厂,,郴环罚〔2024〕2号,某种未列明的行为,警告,警告,,,20240306,郴州市生态环境局,\n"
            "丙厂,,郴环罚〔2024〕3号,x,罚款、通告,,1,,20240306,郴州市生态环境局,\n",
            source="cn/double-publicity-penalty-2018",
        )
        assert (arrival.accepted, arrival.quarantined) == (2, 1)
        assert [found.code for found in arrival.reasons] == ["R209"]
        first, second = sorted(desk.rows(), key=lambda row: str(row["document_number"]))
        assert (first["fine"], first["confiscated"], first["categories"]) == (200_000, 1_500_000, "|fine|confiscation_of_gains|")
        assert (first["behaviour"], first["unit_code"]) == ("water_exceedance", "91430400WN0001077Y")
        assert (second["fine"], second["behaviour"], second["categories"]) == (None, None, "|warning|")
        assert str(second["facts"]).startswith("某种未列明的行为")

    def test_without_the_prefix_and_by_full_names(self, desk: Desk) -> None:
        desk.take_text("XDR_MC,WSH,NR_FK,JDRQ\n甲厂,1号,0.2,2024-03-05\n", source="cn/double-publicity-penalty-2018")
        other = desk.beside("other")
        heads = "行政相对人名称,行政处罚决定书文号,罚款金额（万元）,处罚决定日期\n"
        other.take_text(heads + "甲厂,1号,0.2,2024-03-05\n", source="cn/double-publicity-penalty-2018")
        assert desk.row()["record_id"] == other.row()["record_id"]
        assert desk.row()["fine"] == 200_000

    def test_a_head_in_yuan_goes_before_the_form(self, desk: Desk) -> None:
        desk.take_text("XDR_MC,罚款金额（元）,JDRQ\n甲厂,2000,2024-03-05\n", source="cn/double-publicity-penalty-2018")
        assert desk.row()["fine"] == 200_000

    def test_the_form_of_2015_knows_no_amount(self, desk: Desk) -> None:
        desk.take_text(
            "CF_WSH,CF_CFMC,CF_CFLB1,CF_SY,CF_XDR_MC,CF_XDR_ZDM,CF_JG,CF_JDRQ,CF_XZJG,DFBM,SJC\n"
            "郴环罚〔2016〕1号,超标案,罚款,超标,甲厂,99990001-1,罚款2万元,2016/3/5,郴州市环境保护局,431000,2016/3/6\n",
            source="cn/double-publicity-penalty-2015",
        )
        row = desk.row()
        assert (row["fine"], row["categories"], row["unit_org_code"]) == (None, "|fine|", "999900011")
        assert row["facts"] == "超标案；超标；罚款2万元"


class TestMonitoringTable:
    HEAD = "单位名称,采样日期,排放口,监测项目,监测值,单位,限值,限值单位\n"

    def rows(self, desk: Desk, *rows: str) -> list[dict[str, object]]:
        lines = "".join(f"甲厂,2024-03-05,DW{i:03d},{row}\n" for i, row in enumerate(rows))
        arrival = desk.take_text(self.HEAD + lines, source="cn/monitoring-table")
        assert arrival.accepted == len(rows)
        return sorted(desk.rows(), key=lambda row: str(row["outlet"]))

    def test_values_bounds_and_multiples(self, desk: Desk) -> None:
        rows = self.rows(
            desk, "悬浮物,2680,mg/L,150,", "化学需氧量,669×10,mg/L,400,", "总磷,<0.05,mg/L,0.5,", "氨氮,1.8×103,mg/L,80,"
        )
        seen = [(row["value"], row["qualifier"], row["exceedance"], row["compliant"]) for row in rows]
        assert seen == [
            (2_680_000_000, "equal", 16_866_667, False),
            (6_690_000_000, "equal", 15_725_000, False),
            (50_000, "below", 0, True),
            (None, "unreadable", None, None),
        ]
        assert rows[3]["value_text"] == "1.8×103"

    def test_a_count_per_litre_is_not_compared_with_one_per_100_ml(self, desk: Desk) -> None:
        (row,) = self.rows(desk, "粪大肠菌群,≥24000,个/L,1000,个/100mL")
        assert (row["value"], row["qualifier"], row["exceedance"], row["compliant"]) == (24_000_000_000, "above", None, None)
        assert (row["value_text"], row["measured_in"]) == ("≥24000", "个/L")

    def test_a_range_as_limit_has_no_multiple(self, desk: Desk) -> None:
        rows = self.rows(desk, "pH,5.9,无量纲,6~9,", "pH,7,无量纲,6~9,", "pH,9.5,无量纲,6~9,")
        assert [(row["compliant"], row["limit"]) for row in rows] == [(False, None), (True, None), (False, None)]

    def test_what_cannot_be_read_is_told(self, desk: Desk) -> None:
        rows = ["总磷,1.8×103,mg/L,8,", "总磷,1,mg/L,约8,", "铅,5,µg/L,1,mg/L"]
        lines = "".join(f"甲厂,2024-03-05,DW{i:03d},{row}\n" for i, row in enumerate(rows))
        arrival = desk.take_text(self.HEAD + lines, source="cn/monitoring-table")
        assert [found.code for found in arrival.warnings] == ["R243", "R245", "R244"]

    def test_a_value_lost_to_a_spreadsheet_is_no_measurement(self, desk: Desk) -> None:
        arrival = desk.take_text(self.HEAD + "甲厂,2024-03-05,DW001,总磷,#VALUE!,mg/L,8,\n", source="cn/monitoring-table")
        assert [found.code for found in arrival.reasons] == ["R215"]
