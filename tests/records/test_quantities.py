"""Amounts, shares and numbers are exact, or are refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.diagnostics import Diagnostic
from envcredit.records.cleaning.quantities import amount, count, number, share


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("0.2", "万元", 200_000),
        ("20,000", "元", 2_000_000),
        ("伍万贰仟壹佰贰拾元", "万元", 5_212_000),
        ("8.0（万元）", "元", 8_000_000),
        ("人民币叁万元整（￥30000)", "元", 3_000_000),
        ("1.5", "亿元", 15_000_000_000),
        ("0", "元", 0),
    ],
)
def test_amounts_in_their_unit(text: str, unit: str, fen: int) -> None:
    assert amount(text, unit) == fen


@pytest.mark.parametrize(
    ("text", "code"), [("-500", "B163"), ("五万左右", "B161"), ("0.123", "R206"), ("人民币叁万元整（￥3000）", "B162")]
)
def test_amounts_that_are_none(text: str, code: str) -> None:
    found = amount(text)
    assert isinstance(found, Diagnostic)
    assert found.code == code


def test_an_amount_that_needs_rounding_needs_a_named_one() -> None:
    assert amount("0.125", "元", "half_up") == 13
    assert amount("0.125", "元", "half_even") == 12


@pytest.mark.parametrize(
    ("text", "unit", "millionths"),
    [
        ("90%", "", 900_000),
        ("0.9", "", 900_000),
        ("90", "percent", 900_000),
        ("1.21倍", "", 1_210_000),
        ("２６１９", "percent", 26_190_000),
    ],
)
def test_shares(text: str, unit: str, millionths: int) -> None:
    assert share(text, unit) == millionths


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (number, "<5", "R205"),
        (number, "1e80", "R207"),
        (number, "99999999999999", "R207"),
        (number, "NaN", "R205"),
        (count, "2.5", "R206"),
        (count, "-1", "R208"),
        (share, "很高", "R205"),
    ],
)
def test_numbers_that_are_none(read: object, text: str, code: str) -> None:
    found = read(text)  # type: ignore[operator]
    assert isinstance(found, Diagnostic)
    assert found.code == code


@given(st.decimals(min_value=0, max_value=10**9, places=6))
def test_a_number_loses_nothing(value: Decimal) -> None:
    assert number(f"{value:f}") == int(value.scaleb(6))
