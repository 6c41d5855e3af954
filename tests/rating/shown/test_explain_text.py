"""An explanation as a letter."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.labels import LANGUAGES
from envcredit.base.vocabulary import read_vocabulary
from envcredit.rating.explain_text import as_plain, letter, prose
from envcredit.rating.explanation import Arithmetic, Explanation, IgnoredNote, ItemNote, Lapse, PointNote, StepNote, WhatIf
from envcredit.rating.letter import Grid, Listing, as_text, columns, harmless
from envcredit.rating.notes import both, grade_notes, grouped, points_text, provision, record_note


@pytest.fixture
def record():
    row = {
        "record_id": "r1", "kind": "penalty", "decided_on": date(2026, 3, 10), "document_number": "示环罚〔2026〕12号",
        "authority": "示例市生态环境局", "fine": 5212000, "categories": "|warning|fine|", "behaviour": "air_exceedance",
        "performed": True, "facts": None, "rectified_on": date(2026, 5, 1), "rectified": True,
    }  # fmt: skip
    return record_note(row, read_vocabulary())


@pytest.fixture
def explanation(make_scheme, record) -> Explanation:
    scheme = make_scheme()
    words = both(scheme.rules["fined"].words)
    clause = provision(scheme, "m/1")
    point = PointNote(
        "fined", words, "deduct", clause, record, raw=-9, counted=-5, why_less="cap",
        first_day=date(2026, 3, 10), last_day=date(2028, 3, 10),
    )  # fmt: skip
    return Explanation(
        unit_id="91430000TEST00001X", unit_name="湘南示例化工有限公司", scheme=scheme.identity, title=both(scheme.title),
        authority=both(scheme.authority), incomplete=None, as_of=date(2026, 12, 31), known_at="2027-01-10T00:00:00Z",
        status="rated", period=(date(2026, 1, 1), date(2026, 12, 31)), grades=grade_notes(scheme), grade="blue", previous="green",
        arithmetic=Arithmetic(Decimal(1), "higher", 100, -5, 95),
        steps=(StepNote("by_score", "blue", "grade", both(scheme.rules["grade"].words), provision(scheme, "m/4")),),
        items=(ItemNote("fined", words, both(scheme.parts["law"].words), -9, -5, cap=5, facts=1),),
        points=(point,),
        ignored=(IgnoredNote("warned", both(scheme.rules["warned"].words), record, "lapsed", provision(scheme, "m/2")),),
        lapses=(Lapse(date(2028, 3, 10), (point,), 100, "green"),),
        what_ifs=(WhatIf(record, "repair", date(2027, 3, 10), 100, "green"),),
    )  # fmt: skip


def test_the_letter_in_chinese(explanation):
    text = prose(explanation, "zh")
    for part in (
        "# 关于湘南示例化工有限公司环境信用评价结果的说明",
        "贵单位得 95 分，评价等级为“蓝色”（共5级，由优到劣第2级）。",
        "上一次评价等级为“绿色”。",
        "起始 100 分，各项合计 -5 分，得 95 分。",
        "1. 受到罚款：扣 5 分",
        "《示例办法》（示〔2025〕1号）第1条：“第1条的文字”〔本模型自定〕",
        "记录：行政处罚，示环罚〔2026〕12号，示例市生态环境局，2026-03-10",
        "罚款金额 52,120元",
        "处罚种类 警告、罚款",
        "整改完成日 2026-05-01",
        "应计 9 分，实计 5 分：已到该项指标上限",
        "计分期间：2026年3月10日至2028年3月10日（含当日）",
        "计分期已满：受到警告 1 份。",
        "2028年3月10日为最后计分日：受到罚款 示环罚〔2026〕12号。此后若无新的记录，得分 100 分，等级为“绿色”。",
        "申请并获准信用修复：行政处罚",
    ):
        assert part in text


def test_the_letter_in_english(explanation):
    text = prose(explanation, "en")
    for part in (
        "Your score is 95",
        "fined: 5 deducted",
        "fine CNY 52,120",
        "the cap of the rule is reached",
        "the grade “green”",
    ):
        assert part in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", ["refused", "not_rated"])
def test_without_a_grade_the_reason_stands_first_and_nothing_is_promised(explanation, language, status):
    from dataclasses import replace

    reason = {"zh": "罚款金额不明", "en": "the fine is unknown"}
    without = replace(explanation, status=status, grade="", reason=reason, arithmetic=None, steps=(), items=(), points=())
    text = prose(without, language)
    assert reason[language] in text
    assert "95" not in text
    assert ("自行失效" if language == "zh" else "lapse by themselves") not in text


@pytest.mark.parametrize("effect", ["veto", "limit", "row", "shift", "tier", "measure"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_effect_has_words(explanation, effect, language):
    from dataclasses import replace

    point = replace(explanation.points[0], effect=effect, grade="black", steps=2, record=None, first_day=None, last_day=None)
    assert prose(replace(explanation, points=(point,)), language)


@pytest.mark.parametrize(
    ("reason", "detail", "part"),
    [
        ("repaired", "2026-05-01", "已完成信用修复，自 2026-05-01 起不再计分（指标：受到警告、受到罚款）"),
        ("unknown_value", "due_on", "关键信息不明，未予计分（应办期限）"),
        ("same_act", "r1", "同一违法行为已由其他记录计分（行政处罚，示环罚〔2026〕12号，示例市生态环境局，2026-03-10）"),
        ("suspended", "9999-12-31", "暂缓计分（指标"),
        ("revoked", "2026-06-01", "决定已被撤销，2026-06-01 撤销"),
        ("relieved", "", "符合免除情形（指标"),
    ],
)
def test_a_record_that_did_not_count_stands_once_with_all_rules(explanation, reason, detail, part):
    from dataclasses import replace

    (note,) = explanation.ignored
    other = replace(note, rule="fined", words=explanation.points[0].words)
    notes = tuple(replace(n, reason=reason, detail=detail) for n in (note, other))
    text = prose(replace(explanation, ignored=notes), "zh")
    assert text.count(part) == 1


def test_records_that_are_merely_past_are_summed(explanation):
    from dataclasses import replace

    (note,) = explanation.ignored
    unwanted = replace(note, rule="", words=None, clause=None, reason="no_rule")
    text = prose(replace(explanation, ignored=(note, note, unwanted)), "zh")
    assert "计分期已满：受到警告 2 份。" in text
    assert "评价办法没有对应的指标：行政处罚 1 份。" in text


def test_json_carries_both_languages_and_no_float(explanation):
    plain = as_plain(explanation)
    assert plain["points"][0]["words"] == {"zh": "受到罚款", "en": "fined"}
    assert plain["points"][0]["last_day"] == "2028-03-10"
    assert plain["arithmetic"]["step"] == "1"
    assert json.loads(json.dumps(plain), parse_float=pytest.fail) == plain


def test_a_table_lines_up_in_columns_of_the_terminal():
    grid = Grid(("指标", "n"), (("废气", "1"), ("a|b", "100")), frozenset({1}))
    lines = as_text([grid]).splitlines()
    assert len({columns(line) for line in lines}) == 1
    assert "a\\|b" in lines[3]


@given(st.text())
def test_a_hostile_name_stays_on_its_line_and_commands_nothing(text):
    clean = harmless(text)
    assert len(clean.splitlines()) <= 1
    assert "\x1b" not in clean
    assert "\u202e" not in clean


def test_entries_are_counted(explanation):
    listings = [b for b in letter(explanation, "zh") if isinstance(b, Listing)]
    assert [len(b.entries) for b in listings] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("steps", "step", "signed", "text"),
    [
        (-15, "0.1", False, "-1.5"),
        (5, "1", True, "+5"),
        (0, "0.1", True, "0"),
        (200, "0.5", False, "100"),
        (10, "10", False, "100"),
    ],
)
def test_points_are_written_plainly(steps, step, signed, text):
    assert points_text(steps, Decimal(step), signed=signed) == text


@pytest.mark.parametrize(
    ("whole", "text"), [(123456789, "1,234,567.89"), (0, "0"), (-50, "-0.5"), (-123400, "-1,234"), (10, "0.1")]
)
def test_money_is_grouped(whole, text):
    assert grouped(whole, 2) == text
