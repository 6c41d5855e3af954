"""Grades of an earlier rating under all the names that have been official, each the grade of its own version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcredit.base.vocabulary import read_vocabulary
from envcredit.records.cleaning.words import code, spellings
from envcredit.scheme.library import names
from envcredit.scheme.reader import read_scheme

if TYPE_CHECKING:
    from tests.records.conftest import Desk

HUNAN_2012 = {"环境诚信企业": "trustworthy", "环境合格企业": "qualified", "环境风险企业": "at_risk", "环境不良企业": "bad"}
HUNAN_2020 = {
    "环保诚信单位": "trustworthy",
    "环保合格单位": "qualified",
    "环保风险单位": "at_risk",
    "环保不良单位": "bad",
    "环保黑名单": "blacklisted",
}
HUNAN_2023 = {
    "环保绿牌单位": "green",
    "环保蓝牌单位": "blue",
    "环保黄牌单位": "yellow",
    "环保红牌单位": "red",
    "环保黑牌单位": "black",
}
ALL = HUNAN_2012 | HUNAN_2020 | HUNAN_2023 | {"绿牌": "green", "环保诚信园区": "trustworthy", "环保良好企业": "good"}


def test_three_vocabularies_of_hunan_and_more_are_imported(desk: Desk) -> None:
    lines = [f"第{at}号测试厂,2022-12-31,{name}" for at, name in enumerate(ALL)]
    arrival = desk.take_text("kind,unit_name,period_to,等级\n" + "\n".join(f"既往评价结果,{line}" for line in lines) + "\n")
    assert (arrival.accepted, arrival.quarantined) == (len(ALL), 0)
    found = {row["unit_name"]: row["grade"] for row in desk.rows()}
    assert found == {f"第{at}号测试厂": grade for at, grade in enumerate(ALL.values())}


def test_a_grade_that_no_version_has_is_put_aside(desk: Desk) -> None:
    arrival = desk.take_text("kind,unit_name,period_to,等级\n既往评价结果,甲测试厂,2022-12-31,环保优秀单位\n")
    assert (arrival.accepted, arrival.quarantined) == (0, 1)


def test_a_source_may_read_a_further_name_in_its_own_way(desk: Desk) -> None:
    mapping = desk.folder / "mine.yaml"
    mapping.write_text(
        "source: mine\ntitle: {zh: 甲, en: a}\nabout: {zh: 甲, en: a}\nbasis: ours\nkind: {value: rating}\n"
        "unit:\n  name: {columns: [party]}\n"
        "attributes:\n  period_to: {columns: [day]}\n  grade: {columns: [plate], words: {绿牌: trustworthy}}\n",
        "utf-8",
    )
    desk.take_text("party,day,plate\n甲测试厂,2022-12-31,绿牌\n", source=mapping)
    assert desk.row()["grade"] == "trustworthy"


@pytest.mark.parametrize("name", [name for name in names() if name.startswith(("cn/", "model/"))])
def test_a_grade_is_read_back_as_a_chinese_scheme_writes_it(name: str) -> None:
    vocabulary = read_vocabulary()
    known = spellings(vocabulary.lists["grade_word"], vocabulary.also["grade_word"])
    grades = [grade for grade in read_scheme(name).grades if grade.key in vocabulary.lists["grade_word"]]
    assert {grade.words.zh: code(grade.words.zh, known) for grade in grades} == {grade.words.zh: grade.key for grade in grades}


@pytest.mark.parametrize("name", [name for name, also in read_vocabulary().also.items() if also])
def test_a_further_name_takes_no_word_from_another_code(name: str) -> None:
    vocabulary = read_vocabulary()
    alone = spellings(vocabulary.lists[name], {})
    together = spellings(vocabulary.lists[name], vocabulary.also[name])
    assert together | alone == together
    assert {further: code(further, together) for further in vocabulary.also[name]} == vocabulary.also[name]
