"""Notices: what a unit is told and on which clause, no law without a source, text that stays text, the same PDF always."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from datetime import date

import pytest

from envcredit.errors import InputError
from envcredit.proof.result import SOLE_TRADER
from envcredit.proof.statuslist import State
from envcredit.release.exports import Stated
from envcredit.release.notices import FORMATS, Term, public_notice, repair_rights, unit_notice

BUREAU = Stated(authority="示例市生态环境局", contact="示例路1号", period="2026年度", number="示环信告〔2026〕1号")
HOSTILE = '#panic("x") $x$ *甲* \\ </p><script>alert(1)</script> `${y}` @ref <label> // 行\u202e尾'


def text_of(data: bytes) -> str:
    """The words of a page, without its style."""
    body = data.decode().partition("<body>")[2]
    return html.unescape(re.sub(r"<[^>]*>", " ", body))


def told(published, unit: str, **more) -> str:
    return text_of(unit_notice(published, unit, "html", BUREAU, **more))


def pdf_text(data: bytes, path) -> str:
    reader = shutil.which("pdftotext")
    if not reader:
        pytest.skip("no pdftotext on this machine to read the PDF with")
    path.write_bytes(data)
    done = subprocess.run([reader, "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_unit_is_told_its_points_with_their_clauses(published):
    text = told(published, "示例化工有限公司")
    assert "你单位得90分，环境信用评价等级为“蓝牌（环保合格）”（共3级，由优到劣第2级）。" in text
    assert "《示例市环境信用评价办法》（示环规〔2026〕1号）第十二条：受到罚款处罚的，每次扣5分。〔本模型自定〕" in text
    row = " ".join(text[text.index("受到罚款处罚") :].split())
    assert row.startswith("受到罚款处罚 第十二条 2 扣 10 分 2028-03-01")
    assert "以2026年6月30日为基准日" in text
    assert "2026年7月1日8时00分" in text
    assert "公示至：2027年6月30日" in text
    assert "示例市生态环境局" in text
    assert "2026年11月18日" in text


def test_a_veto_and_a_suspension_are_named(published):
    text = told(published, "示例冶炼有限公司")
    assert "直接定为“红牌（环保不良）”" in text
    assert "暂停使用" in text
    assert "暂停使用" not in told(published, "示例化工有限公司")


def test_no_grade_is_explained_and_held_against_nobody(published):
    text = told(published, "示例铸造有限公司")
    assert "指标“受到罚款处罚”需要“罚款金额”，目前没有。未评定等级不表示有或者没有不良记录。" in text
    assert "没有记录计入本次评价。" in text
    assert "r-77" not in text


def test_a_term_of_objection_is_never_assumed(published):
    assert "之日起" not in told(published, "示例化工有限公司")
    assert "自收到本告知书之日起7个工作日内" in told(published, "示例化工有限公司", objection=Term(7, working=True))
    assert "自收到本告知书之日起15日内" in told(published, "示例化工有限公司", objection=Term(15))


def test_the_law_of_repair_is_that_of_the_day_and_of_the_country():
    assert repair_rights("cn", "2026-03-31", "zh") == []
    (order,) = repair_rights("cn", "2026-08-14", "zh")
    assert "第36号" in order
    assert "第五十四条" in repair_rights("cn", "2026-08-15", "zh")[0]
    assert repair_rights("gh", "2026-08-15", "en") == []


def test_an_incomplete_scheme_gives_no_official_notice(standing, publish, pack):
    partial = pack.model_copy(update={"status": "partial", "missing": (pack.title,)})
    text = told(publish(standing(1, "甲", grade="blue", pack=partial)), "甲")
    assert "本结果不能作为正式评价结果。尚缺：示例市环境信用评价办法。" in text


def test_a_sole_trader_is_not_named(published):
    (trader,) = [s.result for s in published.standings if s.result.sub.startswith(SOLE_TRADER)]
    assert "个体工商户（名称不公开）" in told(published, trader.sub)


def test_the_public_notice_lists_by_grade_and_adds_up(published):
    text = " ".join(text_of(public_notice(published, "html", BUREAU, days=(date(2026, 11, 18), date(2026, 11, 26)))).split())
    assert "本机关对6家单位的环境信用进行了评价" in text
    assert "公示期：2026年11月18日至2026年11月26日。" in text
    assert "绿牌（环保诚信） 2 50.0 蓝牌（环保合格） 1 25.0 红牌（环保不良） 1 25.0" in text
    order = [text.index(name) for name in ("示例水务有限公司", "示例化工有限公司", "示例冶炼有限公司", "示例监测站")]
    assert order == sorted(order)
    assert not any(gone in text for gone in ("示例修复", "示例撤回", "示例到期"))
    assert "公示期" not in text_of(public_notice(published, "html"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pdf_says_what_the_page_says_and_is_always_the_same(published, tmp_path, language):
    made = [unit_notice(published, "示例化工有限公司", "pdf", BUREAU, language=language) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF-")
    assert set(re.findall(rb"D:[0-9]{14}Z", made[0])) == {b"D:20261118110640Z"}
    assert {name.partition(b"+")[2] for name in re.findall(rb"/BaseFont ?/([A-Za-z0-9+-]+)", made[0])} == {b"NotoSansCJKsc-Thin"}
    assert "91431003MB0000019L" in pdf_text(made[0], tmp_path / "a.pdf")


def test_hostile_text_stays_text_in_both(standing, publish, tmp_path):
    hostile = publish(standing(1, HOSTILE, grade="blue"))
    page = public_notice(hostile, "html", Stated(authority=HOSTILE))
    assert b"<script" not in page
    assert "\u202e" not in page.decode()
    assert "#panic" in text_of(page)
    shown = pdf_text(public_notice(hostile, "pdf", Stated(authority=HOSTILE)), tmp_path / "a.pdf")
    assert '#panic("x")' in " ".join(shown.split())
    assert "<script>" in shown
    assert "行\ufffd尾" in "".join(shown.split())


def test_a_result_that_is_not_shown_gets_no_notice(published):
    with pytest.raises(InputError) as refused:
        unit_notice(published, "示例修复有限公司", "pdf")
    assert refused.value.diagnostics[0].message("zh") == "单位“示例修复有限公司”目前的结果已修复，不再出具告知书"


def test_unknown_units_and_formats_are_refused(published):
    with pytest.raises(InputError, match="P115"):
        unit_notice(published, "无此单位", "pdf")
    with pytest.raises(InputError, match="P206"):
        public_notice(published, "docx")


def test_without_the_optional_part_pdf_says_what_to_install(published, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match="P205"):
        public_notice(published, "pdf")
    assert public_notice(published, "html")


def test_an_empty_release_has_its_notice(standing, publish):
    gone = publish(standing(1, "示例修复有限公司", State.REPAIRED, grade="red"))
    assert all(public_notice(gone, file_format) for file_format in FORMATS)
    assert "示例修复" not in text_of(public_notice(gone, "html"))
