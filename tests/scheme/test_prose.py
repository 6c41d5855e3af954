"""A scheme told as a document: whole sentences in both languages, nothing of the scheme left out, nothing of the code let in."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from envcredit.base.days import term
from envcredit.base.labels import LANGUAGES, Language
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.library import names
from envcredit.scheme.model import GradeRule, Scheme, ScopeRule
from envcredit.scheme.prose import prose
from envcredit.scheme.prose.figures import chinese_numeral, quantity_text, runs_of
from envcredit.scheme.prose.voice import Voice
from envcredit.scheme.reader import read_scheme

GOOD = Path(__file__).parents[1] / "bad" / "scheme" / "good"


@pytest.fixture(scope="module")
def county() -> Scheme:
    return read_scheme(GOOD)


def item(text: str, title: str) -> str:
    """The item of a rule, without its heading."""
    return text.split(f"**{title}**", 1)[1].split("\n**", 1)[0].split("\n## ", 1)[0]


def test_a_rule_with_a_band_table_in_chinese(county: Scheme) -> None:
    told = item(prose(county, "zh"), "1. 罚款")
    assert told.startswith("〔第一条〕\n\n有行政处罚记录，且罚款金额有记载的，每件按罚款金额扣分：\n")
    assert "| 不满2万元 | 2 |\n| 2万元以上 | 6 |" in told
    assert "自作出决定之日起，计1年。信用修复后，缩短为6个月。" in told
    assert "同一违法行为有多件记录的，与第2项合并计算，只计分值最高的一件。" in told
    assert "第二次起，分值乘以2。本项最多扣24分，先发生的先计。" in told


def test_a_rule_with_a_band_table_in_english(county: Scheme) -> None:
    told = item(prose(county, "en"), "1. Fine")
    assert "| less than CNY 20,000 | 2 |\n| CNY 20,000 or more | 6 |" in told
    assert "It counts from the day of the decision for 1 year. Once repaired, this becomes 6 months." in told
    assert "Of several records with the same act, here and under item 2, only the highest counts." in told


def test_grades_and_what_moves_them(county: Scheme) -> None:
    text = prose(county, "zh")
    assert "| 黄牌 | 60分以上不满90分 |" in text
    assert "有司法裁判记录，且已生效的，直接评为黑牌。" in text
    assert "有突发环境事件记录的，等级不得高于黄牌。" in text
    assert "期限为：一般（Ⅳ级），6个月；较大（Ⅲ级），1年；" in text
    assert (
        "定级的先后：先定基本等级，再适用升降级，再适用等级上限，再适用直接定级（取最差）。不予评价和拒不参加评价的规定优先。"
        in text
    )
    assert "行政处罚记录，自作出决定之日起满3个月方可修复，修复后不再计入。未修复的，自作出决定之日起满1年也不再计入。" in text


def test_what_is_not_known_of_points_is_not_told_as_their_absence() -> None:
    assert "如何计分尚未确认，不能计算得分。" in prose(read_scheme("cn/hunan/enterprise/2023-01-01"), "zh")
    assert "No points are counted" in prose(read_scheme("cn/hunan/blacklist"), "en")


def test_an_assumed_code_is_told_in_words(county: Scheme) -> None:
    assert "级别不明的，按县级计。" in prose(county, "zh")
    assert "Where level is not on record, county is assumed." in prose(county, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_nothing_of_a_shipped_scheme_is_left_out(name: str, language: Language) -> None:
    scheme = read_scheme(name)
    text, voice = prose(scheme, language), Voice(scheme, language)
    rules = [rule for rule in scheme.rules.values() if not isinstance(rule, GradeRule | ScopeRule)]
    for part in (*rules, *scheme.clauses.values(), *scheme.grades, *scheme.consequences.values()):
        assert voice.bare(part.words) in text or voice.of(part.words).replace("|", "\\|") in text
    for source in scheme.sources:
        assert voice.document(source) in text
    assert scheme.identity in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_nothing_of_the_language_is_let_in(name: str, language: Language) -> None:
    text = prose(read_scheme(name), language)
    assert not re.search(r"\{\w+\}", text)
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", re.sub(r"`[^`]*`|“[^”]*”|https?://\S+", "", text))
    assert "  " not in text.replace("\n  ", "\n").strip()
    assert "。。" not in text
    if language == "zh":
        assert not re.search(r"[。；，]\s+[一-龥]", text.replace("\n", "¶").replace("¶", "#"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_can_be_reckoned_from(county: Scheme, language: Language) -> None:
    vocabulary, voice = read_vocabulary(), Voice(county, language)
    days = [a.name for a in (*vocabulary.attributes.values(), *vocabulary.states.values()) if a.type == "day"]
    told = [voice.day(day) for day in days]
    assert all(told)


def test_terms_points_and_shares(county: Scheme) -> None:
    zh, en = Voice(county, "zh"), Voice(county, "en")
    assert [en.term(term(t)) for t in ("1 day", "15 days", "1 month", "18 months", "1 year", "36 months")] == [
        "1 day",
        "15 days",
        "1 month",
        "18 months",
        "1 year",
        "3 years",
    ]
    assert zh.term(term("24 months")) == "2年"
    assert (en.points(Decimal(1)), en.points(Decimal("0.5")), zh.points(Decimal(60))) == ("1 point", "0.5 points", "60分")
    assert zh.percent(Decimal("0.125")) == "12.5%"


def test_figures() -> None:
    assert [chinese_numeral(n) for n in (1, 10, 11, 20, 34)] == ["一", "十", "十一", "二十", "三十四"]
    with pytest.raises(ValueError, match="100"):
        chinese_numeral(100)
    assert quantity_text("CNY 20_000", "zh") == "2万元"
    assert quantity_text("CNY 20_500", "zh") == "20,500元"
    assert quantity_text("CNY 1_234.50", "en") == "CNY 1,234.50"
    assert quantity_text("90%", "zh") == "90%"
    assert runs_of([1, 3, 4, 5, 9]) == [[1], [3, 4, 5], [9]]
