"""The vocabulary as shipped, and that it refuses to contradict itself."""

from __future__ import annotations

import copy
from importlib.resources import files
from typing import Any

import pytest
from ruamel.yaml import YAML

from envcredit.base.vocabulary import read_vocabulary, scale, vocabulary_from


@pytest.fixture
def rows() -> dict[str, Any]:
    text = files("envcredit.data").joinpath("vocabulary.yaml").read_text("utf-8")
    return copy.deepcopy(YAML(typ="safe", pure=True).load(text))  # type: ignore[no-any-return]


def test_an_order_is_not_a_penalty() -> None:
    vocabulary = read_vocabulary()
    assert "correct" in vocabulary.lists["order_category"]
    assert "correct" not in vocabulary.lists["penalty_category"]
    assert vocabulary.kinds["order"].words["zh"] == "责令改正"


def test_order_of_a_list_is_the_order_of_the_file() -> None:
    vocabulary = read_vocabulary()
    assert vocabulary.rank("incident_level", "ordinary") < vocabulary.rank("incident_level", "major")
    assert vocabulary.codes("severity") == ("minor", "general", "serious")


def test_scales() -> None:
    assert [scale(t) for t in ("integer", "amount", "share", "number")] == [0, 2, 6, 6]
    with pytest.raises(KeyError):
        scale("text")


def test_states_name_the_kind_that_makes_them() -> None:
    assert read_vocabulary().states["repaired_on"].made_by == "repair"


def test_vocabulary_is_read_once() -> None:
    assert read_vocabulary() is read_vocabulary()


def test_all_contradictions_are_told_at_once(rows: dict[str, Any]) -> None:
    rows["attributes"]["fine"]["type"] = "money"
    rows["attributes"]["medium"]["list"] = "media"
    rows["kinds"]["penalty"]["attributes"].remove("decided_on")
    rows["kinds"]["order"]["attributes"].append("colour")
    rows["kinds"]["repair"]["amends"].append("fines")
    rows["states"]["rectified"]["from"] = "mending"
    rows["attributes"]["indicator"]["zh"] = rows["attributes"]["rule"]["zh"]
    with pytest.raises(ValueError) as caught:
        vocabulary_from(rows)
    text = str(caught.value)
    for part in (
        "'money'",
        "'media'",
        "kinds.penalty: 'decided_on'",
        "'colour'",
        "'fines'",
        "'mending'",
        "attributes.indicator: its term '指标' is that of 'rule'",
    ):
        assert part in text


def test_a_label_with_an_unquoted_comma_is_found(rows: dict[str, Any]) -> None:
    rows["lists"]["behaviour"]["other"] = {"zh": "其他", "en": "other", "or unknown": None}
    with pytest.raises(ValueError, match=r"lists\.behaviour\.other: unknown key 'or unknown'"):
        vocabulary_from(rows)


def test_further_official_names_belong_to_one_code(rows: dict[str, Any]) -> None:
    assert read_vocabulary().also["grade_word"]["环保绿牌单位"] == "green"
    assert read_vocabulary().also["medium"] == {}
    rows["lists"]["grade_word"]["blue"]["also"] = ["绿牌", "红"]
    with pytest.raises(ValueError) as caught:
        vocabulary_from(rows)
    assert "lists.grade_word: '绿牌' names more than one code: blue, green" in str(caught.value)
    assert "'红' names more than one code: blue, red" in str(caught.value)
