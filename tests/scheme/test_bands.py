"""Band tables: which value falls where, and tables that leave a value without a row or with two."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.diagnostics import problem
from envcredit.scheme.bands import BandsProblem, normalised
from envcredit.scheme.conditions.tree import INTEGER, SHARE, Type
from envcredit.scheme.model import Band

AMOUNT = Type("amount")
SCORE = Type("points", step=Decimal("0.1"))


def bands(*rows: dict[str, str]) -> tuple[Band, ...]:
    return tuple(Band.model_validate(row) for row in rows)


def row_of(value: int, table: tuple[Band, ...], type_: Type) -> int:
    found = [
        i for i in normalised(table, type_) if (i.lower is None or i.lower <= value) and (i.upper is None or value < i.upper)
    ]
    assert len(found) == 1, "every value is in exactly one band"
    return found[0].index


def problems(table: tuple[Band, ...], type_: Type) -> list[tuple[str, int]]:
    with pytest.raises(BandsProblem) as caught:
        normalised(table, type_)
    for one in caught.value.problems:
        assert problem(one.code, **one.values).render("zh")
        assert problem(one.code, **one.values).render("en")
    return [(one.code, one.row) for one in caught.value.problems]


def test_each_row_gives_its_upper_end_and_the_next_one_goes_on() -> None:
    fines = bands({"below": "CNY 20_000"}, {"below": "CNY 100_000"}, {})
    assert [row_of(v, fines, AMOUNT) for v in (0, 1_999_999, 2_000_000, 9_999_999, 10_000_000)] == [0, 0, 1, 1, 2]


def test_from_high_to_low_each_row_gives_its_lower_end() -> None:
    grades = bands({"from": "11"}, {"from": "6"}, {"from": "3"}, {})
    assert [row_of(v, grades, INTEGER) for v in (12, 11, 10, 6, 5, 3, 2, -4)] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_from_low_to_high_with_lower_ends() -> None:
    assert [row_of(v, bands({}, {"from": "3"}, {"above": "6"}), INTEGER) for v in (2, 3, 6, 7)] == [0, 1, 1, 2]


def test_the_british_bands_leave_no_gap_between_10_and_10_point_1() -> None:
    table = bands({"to": "0"}, {"to": "10"}, {"to": "30"}, {"to": "60"}, {"below": "150"}, {})
    totals = {0: 0, 1: 1, 100: 1, 101: 2, 300: 2, 301: 3, 600: 3, 601: 4, 1499: 4, 1500: 5}
    assert {total: row_of(total, table, SCORE) for total in totals} == totals


def test_two_rows_need_only_one_end() -> None:
    assert normalised(bands({"below": "90%"}, {}), SHARE) == normalised(bands({}, {"from": "90%"}), SHARE)
    assert [row_of(v, bands({"from": "90%"}, {}), SHARE) for v in (900_000, 899_999)] == [0, 1]
    assert [row_of(v, bands({}, {"below": "90%"}), SHARE) for v in (900_000, 899_999)] == [0, 1]


def test_one_row_without_ends_takes_every_value() -> None:
    assert [(i.lower, i.upper) for i in normalised(bands({}), INTEGER)] == [(None, None)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([{"below": "5"}, {"from": "6"}], [("S130", 1)]),
        ([{"to": "5"}, {"from": "5"}], [("S131", 1)]),
        ([{"below": "5"}, {"from": "5", "below": "5"}, {}], [("S132", 1)]),
        ([{"below": "5"}, {}, {}], [("S133", 1)]),
        ([{"from": "1", "above": "2"}, {}], [("S134", 0)]),
        ([{"below": "5"}, {"below": "3"}, {"below": "9"}], [("S135", 0)]),
        ([], [("S136", 0)]),
        ([{"from": "1", "below": "2"}, {"from": "2"}], [("S138", 0)]),
        ([{"below": "2"}, {"below": "9"}], [("S139", 1)]),
        ([{"below": "5%"}, {"below": "x"}, {}], [("S108", 0), ("S102", 1)]),
        ([{"below": "2.5"}, {}], [("S110", 0)]),
    ],
)
def test_tables_that_do_not_hold(rows: list[dict[str, str]], found: list[tuple[str, int]]) -> None:
    assert problems(bands(*rows), INTEGER) == found


def test_bands_of_a_score_are_whole_steps_and_codes_have_none() -> None:
    assert problems(bands({"to": "0.05"}, {}), SCORE) == [("S140", 0)]
    assert problems(bands({}), Type("code", "medium")) == [("S137", 0)]


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=6, unique=True), st.integers(-1100, 1100), st.booleans())
def test_every_value_is_in_the_one_band_that_an_exhaustive_reading_gives(ends: list[int], value: int, down: bool) -> None:
    ends = sorted(ends)
    table = bands(*({"below": str(end)} for end in ends), {})
    expected = sum(end <= value for end in ends)
    if down:
        table, expected = table[::-1], len(ends) - expected
    assert row_of(value, table, INTEGER) == expected
