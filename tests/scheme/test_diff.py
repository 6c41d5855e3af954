"""What changed between two schemes: every difference is told once, on the right side of the line between rules and texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import BaseModel

from envcredit.scheme import model
from envcredit.scheme.diff import Change, diff
from envcredit.scheme.digests import digest_of_field, rule_digest, text_digest
from envcredit.scheme.field_words import field_words, key_of
from envcredit.scheme.library import library
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_scheme

Write = Callable[..., Path]
SECOND = "  words: {zh: 罚款, en: Fines}\n"


def changed(write: Write, *changes: tuple[str, str]) -> tuple[Change, ...]:
    old = read_scheme(write())
    return diff(old, read_scheme(write(*changes)))


@pytest.mark.parametrize(
    ("old", "new", "effect", "spot", "zh", "en"),
    [
        (
            "start: 100",
            "start: 80",
            "rule",
            "score.start",
            "起评分由100分改为80分。",
            "Start value was 100 points, is now 80 points.",
        ),
        ("start: 100, ", "", "rule", "score.start", "取消起评分，原为100分。", "Start value is gone; it was 100 points."),
        (
            "floor: 0",
            "floor: 0, ceiling: 120",
            "rule",
            "score.ceiling",
            "新增最高分：120分。",
            "Ceiling of the score is new: 120 points.",
        ),
        (
            "points: 2}, {points: 5}",
            "points: 3}, {points: 5}",
            "rule",
            "rules.fine.points",
            "“罚款”（fine）〔第一条〕：分值有改动，不满2万元由2分改为3分。",
            "“Fines” (fine) [第一条]: points: for less than CNY 20,000, 2 points becomes 3 points.",
        ),
        (
            "points: {by: fine, bands: [{below: CNY 20_000, points: 2}, {points: 5}]}",
            "points: 4",
            "rule",
            "rules.fine.points",
            "“罚款”（fine）〔第一条〕：分值有改动，由“不满2万元，2分；2万元以上，5分”改为4分。",
            "“Fines” (fine) [第一条]: points: “less than CNY 20,000, 2 points; CNY 20,000 or more, 5 points” becomes 4 points.",
        ),
        (
            "has any {fine}",
            "has any {fine, warning}",
            "rule",
            "rules.fine.when",
            "“罚款”（fine）〔第一条〕：适用条件由“处罚种类含有罚款”改为“处罚种类含有罚款或者警告”。",
            (
                "“Fines” (fine) [第一条]: condition was “penalty categories include fine”, "
                "is now “penalty categories include fine or warning”."
            ),
        ),
        (
            "for: 12 months}\n  points",
            "for: 24 months}\n  points",
            "rule",
            "rules.fine.counts",
            "“罚款”（fine）〔第一条〕：计入期间由“自作出决定之日起，计1年”改为“自作出决定之日起，计2年”。",
            (
                "“Fines” (fine) [第一条]: window was “It counts from the day of the decision for 1 year”, "
                "is now “It counts from the day of the decision for 2 years”."
            ),
        ),
        (
            "missing: {fine: refuse,",
            "missing: {fine: assume CNY 0,",
            "rule",
            "rules.fine.missing",
            "“罚款”（fine）〔第一条〕：信息不明时的处理有改动，罚款金额由暂不评价改为按0元计。",
            (
                "“Fines” (fine) [第一条]: what happens when a value is not on record: "
                "for fine, “not rated yet” becomes “taken as CNY 0”."
            ),
        ),
        (
            "from: 90",
            "from: 85",
            "rule",
            "rules.plate.bands",
            "“等级”（plate）〔第一条〕：等级分数线有改动，绿由“90分以上”改为“85分以上”；红由“不满90分”改为“不满85分”。",
            (
                "“Grade” (plate) [第一条]: thresholds of the grades: for Green, “90 or more” becomes “85 or more”; "
                "for Red, “less than 90” becomes “less than 85”."
            ),
        ),
        (
            SECOND,
            SECOND + "  cap: {points: 10}\n",
            "rule",
            "rules.fine.cap",
            "“罚款”（fine）〔第一条〕：新增本项分值上限：“本项最多扣10分，先发生的先计”。",
            "“Fines” (fine) [第一条]: cap is new: “At most 10 points are lost under this item, the earliest records first”.",
        ),
        (
            SECOND,
            SECOND + "  per: act\n  keep: latest\n",
            "rule",
            "rules.fine.per",
            "“罚款”（fine）〔第一条〕：新增只计一次的范围：“同一违法行为有多件记录的，只计最近的一件”。",
            "“Fines” (fine) [第一条]: what counts once is new: “Of several records with the same act only the latest counts”.",
        ),
        (
            "rates: [enterprise]",
            "rates: [enterprise, institution]",
            "rule",
            "rates",
            "评价对象类型由企业改为企业和事业单位。",
            "Types of unit that are rated was enterprise, is now enterprise and public institution.",
        ),
        (
            SECOND,
            "  words: {zh: 罚款处罚, en: Fines}\n",
            "text",
            "rules.fine.words",
            "“罚款处罚”（fine）〔第一条〕：名称由“罚款”改为“罚款处罚”。",
            "“Fines” (fine) [第一条]: name (Chinese) was “罚款”, is now “罚款处罚”.",
        ),
        (
            "en: Red}",
            "en: Red plate}",
            "text",
            "grades.red.words",
            "等级“红”：等级名称（英文）由“Red”改为“Red plate”。",
            "Grade “Red”: official term of the grade was “Red”, is now “Red plate”.",
        ),
        (
            "article: 第一条, basis: model",
            "article: 第一条, basis: official",
            "text",
            "clauses.measures/1.basis",
            "条款“第一条”“罚款扣分”（本模型自定）：依据性质由本模型自定改为官方文本。",
            (
                "Clause “第一条” “Fines cost points” (our own model): "
                "on what authority the text is known was our own model, is now official text."
            ),
        ),
    ],
)
def test_one_change_is_one_sentence(write: Write, old: str, new: str, effect: str, spot: str, zh: str, en: str) -> None:
    (found,) = changed(write, (old, new))
    assert (found.effect, ".".join(found.spot)) == (effect, spot)
    assert found.sentence == {"zh": zh, "en": en}


def test_a_rule_under_a_new_key_is_renamed_only_if_all_else_is_equal(write: Write) -> None:
    (found,) = changed(write, ("fines_in_a_year:", "number_of_fines:"))
    assert (found.kind, found.spot) == ("renamed", ("rules", "number_of_fines"))
    assert found.sentence["zh"] == "规则“罚款次数”（number_of_fines）的代码由 fines_in_a_year 改为 number_of_fines，内容未变。"
    kinds = [c.kind for c in changed(write, ("fines_in_a_year:", "number_of_fines:"), ("value: count", "value: sum fine"))]
    assert kinds == ["removed", "added"]


def test_a_rule_that_is_added_or_gone_is_told_whole(write: Write) -> None:
    without = read_scheme(write()).model_copy(deep=True)
    rules = {key: rule for key, rule in without.rules.items() if key != "fine"}
    (gone,) = diff(without, without.model_copy(update={"rules": rules}))
    (come,) = diff(without.model_copy(update={"rules": rules}), without)
    assert come.sentence["zh"] == (
        "新增扣分规则“罚款”（fine）〔第一条〕：有行政处罚记录，且处罚种类含有罚款的，每件按罚款金额扣分：不满2万元，2；2万元以上，5。"
        "自作出决定之日起，计1年。罚款金额不明的，暂不评价。处罚种类不明的，不计。"
    )
    assert gone.sentence["zh"] == come.sentence["zh"].replace("新增", "删去", 1).replace("〕：", "〕，原规定：", 1)
    assert (gone.kind, come.kind) == ("removed", "added")


def test_a_rule_of_another_kind(write: Write) -> None:
    (found,) = changed(
        write,
        ("kind: deduct", "kind: veto\n  grade: red"),
        ("  points: {by: fine, bands: [{below: CNY 20_000, points: 2}, {points: 5}]}\n", ""),
    )
    assert found.spot == ("rules", "fine", "kind")
    assert found.sentence["zh"].startswith("“罚款”（fine）〔第一条〕：规则类别由扣分改为直接定级。现规定：")


def test_another_order_of_grades_can_change_a_result(write: Write) -> None:
    scheme = read_scheme(write())
    (found,) = diff(scheme, scheme.model_copy(update={"grades": scheme.grades[::-1]}))
    assert (found.effect, found.sentence["zh"]) == ("rule", "等级（由好到差）的次序有改动。")


@pytest.mark.parametrize("change", [("start: 100", "start: 100.0"), ("for: 12 months}\n  points", "for: 1 year}\n  points")])
def test_another_way_to_write_the_same_is_no_change(write: Write, change: tuple[str, str]) -> None:
    assert changed(write, change) == ()


VERSIONS = [(a.identity, b.identity) for a, b in pairwise(library()) if a.scheme == b.scheme]
STRANGERS = [("model/enterprise/2026-01-01", "model/park/2026-01-01"), ("uk/ea/ccs/2024-01-16", "model/enterprise/2026-01-01")]


@pytest.mark.parametrize(("one", "other"), [*VERSIONS, *STRANGERS], ids=str)
def test_a_change_can_change_a_result_exactly_when_the_rule_digests_differ(one: str, other: str) -> None:
    old, new = read_scheme(one), read_scheme(other)
    for before, after in ((old, new), (new, old)):
        found = diff(before, after)
        assert any(each.effect == "rule" for each in found) == (rule_digest(before) != rule_digest(after))
        assert bool(found) == ((rule_digest(before), text_digest(before)) != (rule_digest(after), text_digest(after)))


def without_each_optional_field(scheme: Scheme) -> Iterator[tuple[str, str, Scheme]]:
    for key, rule in scheme.rules.items():
        for name, field in type(rule).model_fields.items():
            empty = field.get_default(call_default_factory=True)
            if not field.is_required() and getattr(rule, name) != empty:
                spoiled = rule.model_copy(update={name: empty})
                yield key, name, scheme.model_copy(update={"rules": {**scheme.rules, key: spoiled}})


@pytest.mark.parametrize("name", ["model/enterprise/2026-01-01", "model/park/2026-01-01", "uk/ea/ccs/2024-01-16"])
def test_no_field_of_a_rule_goes_untold(name: str) -> None:
    scheme = read_scheme(name)
    assert diff(scheme, scheme) == ()
    told = 0
    for key, field, without in without_each_optional_field(scheme):
        found = diff(scheme, without)
        mark = digest_of_field(type(scheme.rules[key]).model_fields[field])
        assert mark in {each.effect for each in found}, (key, field)
        assert {each.spot[:2] for each in found} == {("rules", key)}, (key, field)
        told += 1
    assert told


PARTS = sorted((c for c in vars(model).values() if isinstance(c, type) and issubclass(c, model.Part)), key=lambda c: c.__name__)


@pytest.mark.parametrize("part", PARTS, ids=lambda c: c.__name__)
def test_every_key_has_a_name_in_both_languages(part: type[BaseModel]) -> None:
    for name in part.model_fields:
        assert set(field_words(part, name)) == {"zh", "en"}, key_of(part, name)
