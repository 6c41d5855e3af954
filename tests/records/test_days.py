"""A day is read in one sense or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.diagnostics import Diagnostic
from envcredit.records.cleaning.days import day


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.3.5",
        "20240305",
        "2024年3月5日",
        "2024 年 3 月 5 日",
        "２０２４－０３－０５",
        "二〇二四年三月五日",
        "2024-03-05 00:00:00",
        "2024-03-05T08:30:00Z",
        "45356",
        "45356.0",
    ],
)
def test_styles_of_one_day(text: str) -> None:
    assert day(text) == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("text", "expected"), [("二〇二五年十二月三十一日", date(2025, 12, 31)), ("二○二五年十月二十日", date(2025, 10, 20))]
)
def test_chinese_numerals(text: str, expected: date) -> None:
    assert day(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("03/05/2024", "R203"),
        ("24-3-5", "R203"),
        ("24年3月5日", "R203"),
        ("2024-02-30", "R204"),
        ("0024-03-05", "R204"),
        ("2204-03-05", "R204"),
        ("不详", "R202"),
        ("2024", "R202"),
        ("2024-3", "R202"),
        ("2024-3/5", "R202"),
        ("99999", "R204"),
        ("20241301", "R204"),
    ],
)
def test_no_guess(text: str, code: str) -> None:
    found = day(text)
    assert isinstance(found, Diagnostic)
    assert found.code == code


def test_a_source_names_the_order() -> None:
    assert day("03/05/2024", ["month_day_year"]) == date(2024, 3, 5)
    assert day("03/05/2024", ["day_month_year"]) == date(2024, 5, 3)
    assert isinstance(day("13/05/2024", ["month_day_year"]), Diagnostic)


@given(st.dates(date(1950, 1, 1), date(2149, 12, 31)))
def test_every_style_gives_the_day_back(on: date) -> None:
    serial = (on - date(1899, 12, 30)).days
    styles = [on.isoformat(), f"{on.year}/{on.month}/{on.day}", f"{on:%Y%m%d}", f"{on.year}年{on.month}月{on.day}日"]
    assert {day(text) for text in styles} == {on}
    assert serial < 10_000 or day(str(serial)) == on


@given(st.text(max_size=20))
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(day(text), (date, Diagnostic))
