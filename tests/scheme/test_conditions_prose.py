"""Conditions as officials and people read them."""

from __future__ import annotations

import pytest

from envcredit.base.labels import Language, read_table
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.conditions.names import Names, names_of_clocks, names_of_facts, names_of_unit
from envcredit.scheme.conditions.parse import condition, measure
from envcredit.scheme.conditions.prose import told, told_measure

VOCABULARY = read_vocabulary()


def names(kind: str) -> Names:
    return Names({**names_of_clocks(), **names_of_unit(VOCABULARY), **names_of_facts(VOCABULARY, (kind,))}, VOCABULARY, (kind,))


def say(text: str, language: Language, kind: str = "penalty") -> str:
    return told(condition(text, names(kind)), names(kind), language)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (
            "fine >= CNY 20_000 and medium = air",
            "罚款金额不低于2万元且环境要素为大气",
            "fine is at least CNY 20,000 and medium is air",
        ),
        ("fine < CNY 15_000.50", "罚款金额低于15,000.50元", "fine is below CNY 15,000.50"),
        ("not performed", "未履行", "it has not been carried out"),
        ("not revoked or suspended", "未撤销，或者暂缓计分", "it has not been revoked or its scoring is suspended"),
        ("not fine > CNY 5", "罚款金额不超过5元", "fine is at most CNY 5"),
        ("medium in {air}", "环境要素为大气", "medium is air"),
        ("medium not in {air, water}", "环境要素不属于大气或者水", "medium is none of air or water"),
        ("categories has any {fine}", "处罚种类含有罚款", "penalty categories include fine"),
        ("not categories has any {fine}", "处罚种类不含罚款", "penalty categories do not include fine"),
        ("fine is unknown", "罚款金额无记载", "fine is not on record"),
        ("unit.key_unit", "单位属于环境监管重点单位", "the unit is a key regulated unit"),
        ("unit.status = closed", "单位的生产状态为关闭或注销", "the unit's status is closed"),
        ("due_on + 30 days < as_of", "应办期限后30日早于评价基准日", "30 days after “due on” is before the day of the rating"),
        ("decided_on >= 2025-03-01", "决定日期不早于2025年3月1日", "“decided on” is on or after 2025-03-01"),
        (
            "revoked and (performed or suspended)",
            "已撤销且（已履行，或者暂缓计分）",
            "it has been revoked and (it has been carried out or its scoring is suspended)",
        ),
    ],
)
def test_a_condition_as_a_sentence(text: str, zh: str, en: str) -> None:
    assert say(text, "zh") == zh
    assert say(text, "en") == en


def test_a_measure_as_a_noun() -> None:
    tree = measure("smallest share(compliant) by outlet", names("monitoring"))
    assert told_measure(tree, names("monitoring"), "zh") == "按排放口分别计算“达标”所占比例，取最小值"
    years = measure("full_years_since latest decided_on", names("penalty"))
    assert told_measure(years, names("penalty"), "en") == "the full years from the latest “decided on” to the day of the rating"


def test_every_yes_or_no_of_the_vocabulary_has_words_for_both_answers() -> None:
    known = {**VOCABULARY.attributes, **VOCABULARY.states}
    written = [a.name for a in known.values() if a.type == "yes_no"]
    written += [f"unit.{a.name}" for a in VOCABULARY.unit.values() if a.type == "yes_no"]
    missing = [
        f"{answer}.{name}"
        for name in written
        for answer in ("yes", "no")
        if f"condition.{answer}.{name}" not in read_table("words")
    ]
    assert missing == []
