"""Measured values: figures, bounds, ranges, and what cannot be read."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.records.cleaning.measured import Measured, compliance, exceedance, limit_bounds, measured, qualified


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("119", Measured("equal", Decimal(119))),
        ("1.4×10^6", Measured("equal", Decimal("1.4E+6"))),
        ("1.4×10⁶", Measured("equal", Decimal("1.4E+6"))),
        ("2×10^-3", Measured("equal", Decimal("0.002"))),
        ("669×10", Measured("equal", Decimal(6690))),
        ("≥24000", Measured("above", Decimal(24000), inclusive=True)),
        (">24000", Measured("above", Decimal(24000))),
        ("<0.05", Measured("below", Decimal("0.05"))),
        ("0.05L", Measured("below", Decimal("0.05"))),
        ("0.0142–5030", Measured("range", Decimal(5030), lower=Decimal("0.0142"))),
        ("6~9", Measured("range", Decimal(9), lower=Decimal(6))),
        ("未检出", Measured("below")),
        ("未排放", Measured("no_discharge")),
        ("＜０．０５", Measured("below", Decimal("0.05"))),
    ],
)
def test_readable(text: str, expected: Measured) -> None:
    assert measured(text) == expected


@pytest.mark.parametrize("text", ["1.8×103", "1.8×100", "约20", "9-6", "<", "", "∞", "1.2.3", "10^"])
def test_unreadable_rather_than_guessed(text: str) -> None:
    assert measured(text).qualifier == "unreadable"
    assert measured(text).value is None


@given(st.text(max_size=15))
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(measured(text), Measured)


def test_a_qualifier_in_its_own_column() -> None:
    assert qualified(measured("5"), "below", inclusive=False) == Measured("below", Decimal(5))
    assert qualified(measured("<5"), "below", inclusive=False) == Measured("below", Decimal(5))
    assert qualified(measured("<5"), "above", inclusive=False).qualifier == "unreadable"
    assert qualified(measured("5"), "no_discharge", inclusive=False) == Measured("no_discharge")


@pytest.mark.parametrize(
    ("value", "limit", "kept"),
    [
        ("100", "100", True),
        ("100.01", "100", False),
        ("<50", "100", True),
        ("<100", "100", True),
        ("<120", "100", None),
        (">100", "100", False),
        ("≥100", "100", None),
        (">90", "100", None),
        ("6.5", "6~9", True),
        ("5.9", "6~9", False),
        ("9.1", "6~9", False),
        ("5.5", "≥6", False),
        ("6", "≥6", True),
        ("<6", "≥6", False),
        (">7", "≥6", True),
        (">5", "≥6", None),
        ("3-120", "100", False),
        ("3-90", "100", True),
        ("5-8", "6~9", False),
        ("未检出", "100", None),
        ("20", "", None),
    ],
)
def test_compliance_needs_a_decisive_bound(value: str, limit: str, kept: bool | None) -> None:
    bounds = limit_bounds(limit) if limit else (None, None)
    assert compliance(measured(value), *bounds) is kept


@pytest.mark.parametrize(
    ("value", "limit", "times"),
    [
        ("10.75", "10", Fraction(3, 40)),
        ("12.75", "10", Fraction(11, 40)),
        ("2680", "150", Fraction(253, 15)),
        ("9", "10", Fraction(0)),
        ("≥24000", "10000", Fraction(7, 5)),
        ("<120", "100", None),
        ("5", "0", None),
    ],
)
def test_exceedance_is_exact(value: str, limit: str, times: Fraction | None) -> None:
    assert exceedance(measured(value), Decimal(limit)) == times


def test_a_lower_limit_has_no_exceedance() -> None:
    assert exceedance(measured("5.5"), None) is None
