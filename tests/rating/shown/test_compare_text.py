"""A comparison in words and as JSON."""

from __future__ import annotations

import json
from datetime import date

import pytest

from envcredit.base.labels import LANGUAGES
from envcredit.engine import open_engine
from envcredit.rating.compare import Comparison, compare
from envcredit.rating.compare_text import area_name, as_plain, prose, why_words

FINE = {"unit_id": "u1", "rule": "fined", "record_id": "r1", "clause": "m/1", "raw": -5, "counted": -5}
PENALTY = {
    "unit_id": "u1",
    "record_id": "r1",
    "decided_on": date(2026, 3, 1),
    "document_number": "示环罚〔2026〕3号",
    "authority": "示例局",
}


@pytest.fixture
def comparison(make_run) -> Comparison:
    units = [{"unit_id": f"u{n}", "name": f"示例{n}厂", "grade": "green", "score": 100} for n in range(4)]
    worse = [
        {**units[0]},
        {**units[1], "grade": "blue", "score": 95},
        {**units[2], "grade": "", "score": None, "result": "refused", "reason": "fined:fine"},
    ]
    with open_engine() as engine:
        return compare(make_run(units), make_run(worse, facts=[PENALTY], points=[FINE], as_of="2027-12-31"), engine)


def test_the_text_names_unit_rule_clause_and_record(comparison):
    text = prose(comparison, "zh")
    assert "涉及 4 家：下降 1 家、上升 0 家、转为无等级 1 家、退出 1 家、不变 1 家。" in text
    assert "示例1厂（u1）：绿色 → 蓝色，得分 100 → 95" in text
    assert "受到罚款（第1条）：-5 分，新收到记录：行政处罚，示环罚〔2026〕3号，示例局，2026-03-01" in text
    assert "示例3厂（u3）：绿色 → 不在本次名单" in text
    assert "苏仙区 431003" in text
    assert "现在没有等级的原因" in text
    assert "## 按园区" not in text


def test_the_text_in_english(comparison):
    text = prose(comparison, "en")
    assert "fined (第1条): -5 points, a record has come in: penalty" in text
    assert "4 units: 1 worse" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_stops_at_the_limit_and_says_so(comparison, language):
    assert prose(comparison, language, limit=1).count("  - ") == 1
    assert "--limit 0" in prose(comparison, language, limit=1)
    assert "--limit 0" not in prose(comparison, language, limit=0)


def test_json_is_plain_and_leaves_out_who_stayed(comparison):
    plain = as_plain(comparison)
    assert json.loads(json.dumps(plain), parse_float=pytest.fail) == plain
    assert [u["unit_id"] for u in plain["units"]] == ["u1", "u2", "u3"]
    assert plain["rules"] == [{"rule": "fined", "gained": 1, "lost": 0, "changed": 0, "difference": -5, "units": 1, "moved": 1}]
    assert plain["causes"][0]["day"] == "2026-03-01"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", ["was_not_yet", "was_repaired", "lapsed", "new_rule", "no_rule", "value", "points", "now_holds"])
def test_every_reason_has_words(why, language):
    assert why_words(why, language)


def test_areas_are_named_where_a_table_knows_them():
    assert area_name("region", "431003", "zh") == "苏仙区 431003"
    assert area_name("region", "999999", "zh") == "999999"
    assert area_name("industry", "C26", "zh").endswith("C26")
    assert area_name("park", "<b>", "zh") == "<b>"
    assert area_name("park", "", "en") == "not stated"
