"""Exports: the right columns and rows, percentages that add up, no formula, the same bytes, nothing of a repaired result."""

from __future__ import annotations

import csv
import io
from fractions import Fraction

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.errors import InputError
from envcredit.proof.statuslist import State
from envcredit.release.exports import FORMATS, Ended, Stated, export
from envcredit.release.exports.mapping import VALUES, mapping_of, shipped
from envcredit.release.exports.public_list import sections, shares
from envcredit.release.exports.spoken import why_words

BUREAU = Stated(authority="示例市生态环境局", authority_code="11431000006287034X", previous={"站-8": "绿牌"})
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]
DISCLOSURE_FIELDS = """
    XDR_MC XDR_LB XDR_SHXYM XDR_GSZC XDR_ZZJG XDR_SWDJ XDR_SYDW XDR_SHZZ FRDB FR_ZJLX FR_ZJHM XDR_ZJLX XDR_ZJHM WSH WFXW SY YJ
    CFLB NR NR_FK NR_WFFF NR_ZKDX JDRQ YXQ GSJZQ CFJG CFJGDM SJLY SJLYDM BZ
"""


def rows_of(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def named(rows: list[dict[str, str]], column: str, value: str) -> dict[str, str]:
    (found,) = [row for row in rows if row[column] == value]
    return found


def test_the_platform_gets_every_unit_with_what_any_record_needs(published):
    rows = rows_of(export(published, "credit-platform", "csv", BUREAU))
    assert len(rows) == len(published.standings)
    row = named(rows, "单位名称", "示例化工有限公司")
    said = [row[c] for c in ("行政区划代码", "评价年度", "评价基准日", "评价等级", "得分", "状态", "评价日期", "公示截止日期")]
    assert said == ["431003", "2026", "2026-06-30", "蓝牌（环保合格）", "90", "有效", "2026-11-18", "2027-06-30"]
    assert (row["评价机关"], row["评价办法标识"]) == ("示例市生态环境局", "cn/example/enterprise")
    assert row["评价办法版本"].startswith("sha256:")
    assert len(row["统一社会信用代码"]) == 18
    without = named(rows, "单位名称", "示例监测站")
    assert (without["统一社会信用代码"], without["上次评价等级"], without["评价等级"]) == ("", "绿牌", "")
    assert without["未评级原因"] == "单位类型不属于本办法的评价对象"


def test_of_a_result_that_may_not_be_shown_the_platform_hears_the_state_alone(published):
    ended = Stated(previous={s.result.sub: "蓝牌" for s in published.standings})
    rows = rows_of(export(published, "credit-platform", "csv", ended))
    for name, state in (("示例修复有限公司", "已修复"), ("示例撤回有限公司", "已撤回"), ("示例到期有限公司", "公示期届满")):
        row = named(rows, "单位名称", name)
        assert row["状态"] == state
        assert not any(row[c] for c in ("评价等级", "得分", "上次评价等级", "未评级原因"))
    assert named(rows, "状态", "暂停使用")["评价等级"] == "红牌（环保不良）"


def test_without_a_stated_office_the_issuer_stands_and_nothing_is_made_up(published):
    row = rows_of(export(published, "credit-platform", "csv"))[0]
    assert row["评价机关"] == row["发布方标识"] == "https://rating.example.gov.cn"
    assert row["上次评价等级"] == ""


def test_the_year_is_not_guessed_for_a_scheme_that_rates_no_calendar_years(standing, publish, pack):
    other = pack.model_copy(update={"files": {"scheme.yaml": "period: {kind: rolling}\n"}})
    found = publish(standing(1, "甲", grade="blue", pack=other))
    found = type(found)(7, found.moment, found.issuer, found.standings, {other.rule: other})
    assert rows_of(export(found, "credit-platform", "csv"))[0]["评价年度"] == ""
    assert rows_of(export(found, "credit-platform", "csv", Stated(period="2025年度")))[0]["评价年度"] == "2025年度"


def test_every_field_of_the_disclosure_is_filled_or_left_out_with_a_reason():
    mapping = shipped("penalty_disclosure")
    fields = [c.field for c in mapping.columns] + [f for row in mapping.left_out for f in row.fields]
    assert sorted(fields) == sorted(DISCLOSURE_FIELDS.split())
    assert not any(field.startswith("CF_") for field in fields)


def test_the_disclosure_has_graded_units_alone_and_no_empty_column(published):
    rows = rows_of(export(published, "penalty-disclosure", "csv"))
    assert sorted(row["行政相对人名称"] for row in rows) == ["", "示例冶炼有限公司", "示例化工有限公司", "示例水务有限公司"]
    assert named(rows, "行政相对人名称", "")["行政相对人类别"] == "个体工商户"
    assert "数据来源单位统一社会信用代码" not in rows[0]
    assert "数据来源单位统一社会信用代码" in rows_of(export(published, "penalty-disclosure", "csv", BUREAU))[0]
    assert "蓝牌（环保合格）" in named(rows, "行政相对人名称", "示例化工有限公司")["备注"]


def test_the_list_shows_nothing_that_was_repaired_withdrawn_or_is_over(published):
    for file_format in ("csv", "html"):
        text = export(published, "public-list", file_format).decode()
        assert "示例化工有限公司" in text
        for gone in ("示例修复", "示例撤回", "示例到期", "r-77"):
            assert gone not in text
    rows = rows_of(export(published, "public-list", "csv"))
    assert named(rows, "单位名称", "示例冶炼有限公司")["状态"] == "暂停使用"
    assert named(rows, "单位名称", "个体工商户（名称不公开）")["评价等级"] == "绿牌（环保诚信）"


def test_units_without_a_grade_are_counted_apart_with_the_reason(published):
    (section,) = sections(published, "zh")
    assert [(g.words, g.count, g.percent) for g in section.groups] == [
        ("绿牌（环保诚信）", 2, "50.0"), ("蓝牌（环保合格）", 1, "25.0"), ("红牌（环保不良）", 1, "25.0"),
    ]  # fmt: skip
    reasons = {"单位类型不属于本办法的评价对象": 1, "指标“受到罚款处罚”需要“罚款金额”，目前没有": 1}
    assert {g.words: g.count for g in section.without} == reasons
    assert (section.graded, section.ungraded, section.suspended) == (4, 2, 1)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=8))
def test_percentages_make_a_hundred_and_none_is_a_tenth_off(counts):
    found = shares(counts)
    if not sum(counts):
        assert set(found) == {""}
        return
    exact = [Fraction(count * 100, sum(counts)) for count in counts]
    assert sum(map(Fraction, found)) == 100
    assert all(abs(Fraction(f) - e) < Fraction(1, 10) for f, e in zip(found, exact, strict=True))


def test_the_larger_remainder_gets_the_tenth():
    assert shares([1, 1, 1]) == ("33.4", "33.3", "33.3")
    assert shares([1, 2, 3]) == ("16.7", "33.3", "50.0")
    assert shares([29, 832, 84, 46]) == ("2.9", "84.0", "8.5", "4.6")


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("name", FORMATS)
def test_no_cell_is_a_formula(standing, publish, name, text):
    found = publish(standing(1, text, grade="blue", unit={"park": text}))
    for row in rows_of(export(found, name, "csv")):
        assert not any(cell.startswith(tuple("=+-@\t\r＝")) for cell in row.values())
    book = openpyxl.load_workbook(io.BytesIO(export(found, name, "xlsx")))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    (shown,) = [cell for cell in cells if cell.value == text.replace("\r", "_x000D_") or cell.value == text][:1]
    assert shown.quotePrefix


@pytest.mark.parametrize(("name", "file_format"), [(n, f) for n, formats in FORMATS.items() for f in formats])
def test_the_same_release_gives_the_same_bytes(published, name, file_format):
    assert export(published, name, file_format, BUREAU) == export(published, name, file_format, BUREAU)


def test_the_workbook_of_an_export_says_what_each_column_rests_on(published):
    book = openpyxl.load_workbook(io.BytesIO(export(published, "penalty-disclosure", "xlsx")))
    assert book.sheetnames == ["评价结果", "字段说明"]
    told = [[cell.value for cell in row] for row in book["字段说明"].iter_rows()]
    assert any(row[1] and "WSH" in row[1] and row[2] == "未列入" for row in told)
    assert str(book.properties.created) == "2026-11-18 11:06:40"


def test_an_office_writes_its_own_columns_and_codes(published):
    mapping = mapping_of(
        """
title: {zh: 模板, en: template}
about: {zh: 某局模板, en: of some office}
sheet: 上传
columns:
  - {header: QYMC, value: name}
  - {header: ZT, value: state, codes: {in_force: "1", suspended: "2"}}
  - {header: DJ, value: grade, codes: {green: A, blue: B, red: D}}
""".encode(),
        "own.yaml",
    )
    rows = rows_of(export(published, "credit-platform", "csv", mapping=mapping))
    assert named(rows, "QYMC", "示例冶炼有限公司") == {"QYMC": "示例冶炼有限公司", "ZT": "2", "DJ": "D"}
    assert named(rows, "QYMC", "示例修复有限公司") == {"QYMC": "示例修复有限公司", "ZT": "已修复", "DJ": ""}


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ("  - {header: A, value: nome}", "P202", "own.yaml:5:24"),
        ("  - {header: A, value: name, colour: red}", "P201", "own.yaml:5:30"),
        ("  - {value: name}", "P202", "own.yaml:5:5"),
    ],
)
def test_a_mistake_in_a_mapping_is_shown_where_it_stands(line, code, place):
    text = f"title: {{zh: 甲, en: a}}\nabout: {{zh: 甲, en: a}}\nsheet: S\ncolumns:\n{line}\n"
    with pytest.raises(InputError) as refused:
        mapping_of(text.encode(), "own.yaml")
    (found,) = refused.value.diagnostics
    assert (found.code, str(found.places[0])) == (code, place)


def test_an_unknown_export_or_format_is_refused(published):
    for name, file_format in (("credit-platform", "html"), ("leaflet", "csv")):
        with pytest.raises(InputError, match="P203"):
            export(published, name, file_format)


def test_a_release_with_nothing_to_show_has_its_files(standing, publish):
    gone = publish(standing(1, "示例修复有限公司", State.REPAIRED, grade="red"))
    assert "目前没有可以公布的结果" in export(gone, "public-list", "html").decode()
    assert rows_of(export(gone, "public-list", "csv")) == []
    assert len(rows_of(export(gone, "credit-platform", "csv"))) == 1
    assert set(VALUES) == {c.value for c in shipped("credit_platform").columns} | {
        "unit_type", "party_class", "industry", "park", "known_at", "remark", "published_on", "authority_code", "sequence",
    }  # fmt: skip


def test_the_platform_hears_of_results_that_left_the_release(published):
    one, other = published.standings[0].result.sub, "站-9"
    ended = (Ended(one, "urn:envrating:90", State.REPAIRED), Ended(other, "urn:envrating:91", State.TERM_OVER))
    rows = rows_of(export(published, "credit-platform", "csv", Stated(authority="示例市生态环境局", ended=ended)))
    assert len(rows) == len(published.standings) + 2
    row = {column: text for column, text in named(rows, "结果编号", "urn:envrating:90").items() if text}
    kept = {"统一社会信用代码": one, "状态": "已修复", "结果编号": "urn:envrating:90", "评价机关": "示例市生态环境局"}
    assert row == kept | {"发布方标识": "https://rating.example.gov.cn"}
    assert named(rows, "单位标识", other)["状态"] == "公示期届满"
    assert "urn:envrating:90" not in export(published, "public-list", "csv", Stated(ended=ended)).decode()


def test_who_is_not_rated_by_a_rule_is_said_not_to_be_among_the_rated(standing):
    assert why_words(standing(1, "示例停产有限公司", why="fined"), "zh") == "不属于本办法的评价对象"
    assert why_words(standing(1, "示例停产有限公司", rated="refused", why="fined"), "zh") != "不属于本办法的评价对象"
