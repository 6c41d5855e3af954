"""Normal forms of names, document numbers and permit numbers: equal means equal, and nothing is guessed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.document_numbers import document_key, hint, number_key
from envcredit.base.names import name_key
from envcredit.base.permit_number import read_permit_number


def test_width_blanks_brackets_and_dots_do_not_make_another_name() -> None:
    assert name_key("甲（郴州） 有限公司\u200b") == name_key("甲(郴州)有限公司") == name_key("甲〔郴州〕有限公司")
    assert name_key("甲•乙厂") == name_key("甲·乙厂")


def test_a_legal_form_or_a_place_does() -> None:
    assert name_key("甲公司") != name_key("甲有限公司")
    assert name_key("资兴市甲公司") != name_key("郴州市甲公司")


@given(st.text())
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)
    assert number_key(number_key(text)) == number_key(text)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("德环罚字【2019】0013号", "德环罚字〔2019〕13号"),
        ("惠环罚决字〔2019〕第045号", "惠环罚决字〔2019〕45号"),
        ("济环罚字〔2020〕TQ第Q-4008号", "济环罚字〔2020〕TQ第Q-4008号"),
        ("株环罚字2024Z-6", "株环罚字2024Z-6"),
        ("豫0721环罚决字〔2026〕6号", "豫0721环罚决字〔2026〕6号"),
        ("娄环罚决字(冷)(2024)1号", "娄环罚决字〔冷〕〔2024〕1号"),
        ("津市环罚字［２０２３］１４６ 号", "津市环罚字〔2023〕146号"),
        ("-", ""),
    ],
)
def test_document_numbers(written: str, key: str) -> None:
    assert number_key(written) == key


def test_the_same_number_of_two_authorities_is_two_documents() -> None:
    assert document_key("常宁分局", "常环罚字〔2023〕1号") != document_key("常德市局", "常环罚字〔2023〕1号")
    assert document_key("常德市局", "") == ""
    assert document_key("", "常环罚字【2023】01号") == "|常环罚字〔2023〕1号"


def test_orders_and_notices_are_no_penalties(shared_data: Path) -> None:
    with (shared_data / "cn_penalties_anonymised.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            assert (hint(row["decision_no"]) == "order") == (row["kind"] == "责令改正")
    assert hint("常环罚告字〔2025〕11号") == "notice"
    assert hint("衡环法清责改字〔2022〕13号") == "order"


@pytest.mark.parametrize(
    ("written", "form", "sequence"),
    [
        ("91130200699229617X001P", "standard", "001"),
        ("91130200699229617x002p", "standard", "002"),
        ("91520198MAAMOWECXQ001V", "standard_code_invalid", "001"),
        ("H9640200000000001F001P", "trial_2016", ""),
        ("G1064012200412550V001P", "trial_2016", ""),
        ("湘环许2016-3", "other", ""),
        ("", "absent", ""),
    ],
)
def test_permit_numbers_are_kept_as_written(written: str, form: str, sequence: str) -> None:
    number = read_permit_number(written)
    assert (number.written, number.form, number.sequence) == (written, form, sequence)
    assert bool(number.holder) == (form == "standard")
