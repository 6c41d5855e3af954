"""Amounts in words and figures, read exactly or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.diagnostics import Diagnostic, Place
from envcredit.base.numerals import in_capitals, whole_number, yuan


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("伍万贰仟壹佰贰拾元", "52120"),
        ("壹万零捌拾元整", "10080"),
        ("人民币叁万元整（￥30000)", "30000"),
        ("人民币伍拾肆万元整", "540000"),
        ("8.0（万元）", "80000"),
        ("贰万元整", "20000"),
        ("廿万", "200000"),
        ("叁元零伍分", "3.05"),
        ("伍角", "0.5"),
        ("罚款人民币30,000元", "30000"),
        ("５．２万元", "52000"),
        ("5万2千元", "52000"),
        ("拾万元（大写）", "100000"),
        ("0", "0"),
    ],
)
def test_amounts_as_officials_write_them(text: str, amount: str) -> None:
    assert yuan(text) == Decimal(amount)


def test_a_figure_without_unit_takes_the_unit_of_its_column() -> None:
    assert yuan("0.2", bare=Decimal(10_000)) == 2000
    assert yuan("贰万元整", bare=Decimal(10_000)) == 20_000


@pytest.mark.parametrize(
    "text", ["三万五", "一二三", "30,00元", "", "元", "#N/A", "若干", "壹亿亿元", "贰拾伍角", "叁分伍角", "1.2.3"]
)
def test_what_can_be_read_two_ways_or_none_is_a_problem(text: str) -> None:
    found = yuan(text, Place("a.csv", 3))
    assert isinstance(found, Diagnostic)
    assert found.code == "B161"
    assert found.places == (Place("a.csv", 3),)


def test_words_without_a_unit_in_a_column_of_wan_yuan_are_a_problem() -> None:
    assert isinstance(yuan("伍拾肆", bare=Decimal(10_000)), Diagnostic)


def test_words_and_figures_that_disagree_are_a_conflict() -> None:
    found = yuan("人民币叁万元整（￥3000）")
    assert isinstance(found, Diagnostic)
    assert found.code == "B162"
    assert "30000元与3000元" in found.message("zh")


@pytest.mark.parametrize("text", ["-500", "－500元", "负伍佰元", "人民币-1元"])
def test_negative_amounts_are_a_problem(text: str) -> None:
    found = yuan(text)
    assert isinstance(found, Diagnostic)
    assert found.code == "B163"


@given(st.integers(0, 10**14))
def test_reading_is_the_inverse_of_writing(fen: int) -> None:
    assert yuan(in_capitals(fen)) == Decimal(fen) / 100


@given(st.integers(0, 10**12 - 1))
def test_words_and_figures_that_agree_are_one_amount(whole: int) -> None:
    assert yuan(f"人民币{in_capitals(whole * 100)}（¥{whole:,}）") == whole


@given(st.text(alphabet="零一二两三十百千万亿廿元角分整0123456789.,()（）￥ ", max_size=12))
def test_any_text_is_an_amount_or_a_problem(text: str) -> None:
    found = yuan(text)
    assert isinstance(found, Diagnostic) or found >= 0


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (5_212_000, "伍万贰仟壹佰贰拾元整"),
        (1_008_000, "壹万零捌拾元整"),
        (305, "叁元零伍分"),
        (50, "伍角整"),
        (5, "伍分"),
        (0, "零元整"),
    ],
)
def test_amounts_in_capitals(fen: int, words: str) -> None:
    assert in_capitals(fen) == words


def test_whole_numbers() -> None:
    assert [whole_number(text) for text in ("十二", "一百零五", "卅", "二亿零五十万", "两千")] == [12, 105, 30, 200_500_000, 2000]
    with pytest.raises(ValueError, match="五"):
        whole_number("三百五")
