"""Scaled amounts with named roundings, and the canonical digest."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.amounts import Rounding, exact, rounded, scaled, unscaled, written
from envcredit.base.digest import digest_of, digest_of_bytes, digest_of_file


@pytest.mark.parametrize(
    ("value", "half_up", "half_even", "down"),
    [("7.5", 8, 8, 7), ("8.5", 9, 8, 8), ("-7.5", -8, -8, -7), ("-8.5", -9, -8, -8), ("27.5", 28, 28, 27), ("0.49", 0, 0, 0)],
)
def test_three_named_roundings(value: str, half_up: int, half_even: int, down: int) -> None:
    number = Fraction(value)
    assert [rounded(number, name) for name in ("half_up", "half_even", "down")] == [half_up, half_even, down]


def test_published_percentages_come_out_exactly() -> None:
    assert rounded((Fraction("10.75") / 10 - 1) * 100, "half_up") == 8
    assert rounded((Fraction("12.75") / 10 - 1) * 100, "half_up") == 28


def test_without_a_named_rounding_a_value_must_fit() -> None:
    assert scaled(Decimal("52120.50"), 2) == 5_212_050
    with pytest.raises(ValueError, match="more than 2 decimal places"):
        scaled(Decimal("0.001"), 2)
    assert scaled(Decimal("0.001"), 2, "down") == 0


def test_what_does_not_fit_64_bits_is_refused() -> None:
    with pytest.raises(OverflowError):
        scaled(2**63, 0)


@given(st.fractions(), st.sampled_from(["half_up", "half_even", "down"]))
def test_rounding_is_near_and_odd(value: Fraction, name: Rounding) -> None:
    assert abs(rounded(value, name) - value) <= (1 if name == "down" else Fraction(1, 2))
    assert rounded(-value, name) == -rounded(value, name)


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.integers(0, 6))
def test_scaling_is_the_inverse_of_unscaling(whole: int, places: int) -> None:
    assert scaled(unscaled(whole, places), places) == whole
    assert scaled(exact(written(whole, places)), places) == whole


def test_plain_notation() -> None:
    assert [written(1200, 2), written(1250, 2), written(1200, 2, keep=1), written(-5, 2), written(7, 0, keep=1)] == [
        "12", "12.5", "12.0", "-0.05", "7.0",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1e", "１万"])
def test_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        exact(text)


def test_the_order_of_keys_does_not_change_a_digest() -> None:
    assert digest_of({"a": 1, "b": [2, "三"]}) == digest_of({"b": (2, "三"), "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": "1"})


def test_a_binary_float_has_no_digest() -> None:
    with pytest.raises(TypeError, match="binary float"):
        digest_of({"a": [0.1]})


def test_digest_of_a_file_is_the_digest_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"abc")
    assert digest_of_file(file) == digest_of_bytes([b"a", b"bc"]) == digest_of_bytes([b"abc"])
    assert digest_of_file(file).startswith("ba7816bf")  # FIPS 180-4, SHA-256 of "abc"
