"""Words of code lists."""

from __future__ import annotations

import pytest

from envcredit.base.diagnostics import Diagnostic
from envcredit.base.vocabulary import read_vocabulary
from envcredit.records.cleaning.words import code, codes, containing, spellings, yes_no

VOCABULARY = read_vocabulary()
CATEGORIES = VOCABULARY.codes("penalty_category")
KNOWN = spellings(VOCABULARY.lists["penalty_category"], {"罚钱": "fine"})


@pytest.mark.parametrize(
    "text", ["罚款、责令停产停业", "责令停产停业；罚款", "fine, suspension", "FINE|suspension", "罚钱 / suspension"]
)
def test_several_words_come_in_the_order_of_the_list(text: str) -> None:
    assert codes(text, KNOWN, CATEGORIES) == "|fine|suspension|"


def test_one_word_that_is_none_refuses_the_cell() -> None:
    found = codes("罚款、责令改正", KNOWN, CATEGORIES)
    assert isinstance(found, Diagnostic)
    assert (found.code, found.values["found"]) == ("R209", "责令改正")


def test_a_code_by_any_of_its_words() -> None:
    levels = spellings(VOCABULARY.lists["incident_level"], {})
    assert {code(text, levels) for text in ("较大", "较大（Ⅲ级）", "较大(Ⅲ级)", "considerable", "Considerable (III)")} == {
        "considerable"
    }


@pytest.mark.parametrize(
    ("text", "expected"), [("是", True), ("Yes", True), ("√", True), ("1", True), ("否", False), ("FALSE", False), ("0", False)]
)
def test_yes_no(text: str, expected: bool) -> None:
    assert yes_no(text) is expected


def test_neither_yes_nor_no() -> None:
    assert isinstance(yes_no("也许"), Diagnostic)


def test_all_parts_of_a_row_must_stand_in_the_text() -> None:
    table = {"废水+超标": "water_exceedance", "超标": "other"}
    assert containing("养殖废水经检测超标", table) == "water_exceedance"
    assert containing("废气超标", table) == "other"
    assert containing("废水直排", table) is None


def test_a_word_that_names_no_code_says_nothing() -> None:
    known = spellings(VOCABULARY.lists["penalty_category"], {"其他": ""})
    assert codes("罚款、其他", known, CATEGORIES) == "|fine|"
    assert codes("其他", known, CATEGORIES) is None
    assert code("其他", known) is None
