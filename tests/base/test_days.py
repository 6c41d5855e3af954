"""Terms, month ends and working days."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.days import Term, add, add_months, full_months_between, last_day, term
from envcredit.base.diagnostics import Diagnostic, Place
from envcredit.base.working_days import WorkingCalendar, official, read_calendar
from envcredit.errors import InputError

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def test_one_month_after_31_march() -> None:
    assert add(date(2024, 3, 31), term("1 month"), "last_day") == date(2024, 4, 30)
    assert add(date(2024, 3, 31), term("1 month"), "first_of_next") == date(2024, 5, 1)
    assert add(date(2024, 2, 29), term("1 year"), "last_day") == date(2025, 2, 28)


def test_the_last_day_of_a_term() -> None:
    assert last_day(date(2024, 3, 10), term("24 months"), "last_day", "corresponding_day") == date(2026, 3, 10)
    assert last_day(date(2024, 3, 10), term("24 months"), "last_day", "day_before") == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("15 days", Term(15, "day")),
        ("2 weeks", Term(14, "day")),
        ("3 quarters", Term(9, "month")),
        ("2 years", Term(24, "month")),
    ],
)
def test_terms(text: str, length: Term) -> None:
    assert term(text) == length


@pytest.mark.parametrize("text", ["", "two years", "1.5 years", "-3 months", "3"])
def test_no_terms(text: str) -> None:
    with pytest.raises(ValueError, match="not a term"):
        term(text)


def test_leaving_the_calendar_is_said() -> None:
    with pytest.raises(OverflowError):
        add_months(date(9999, 12, 1), 1, "last_day")


@given(DAYS, st.integers(0, 600))
def test_a_month_never_passes_over_its_end(day: date, months: int) -> None:
    later = add_months(day, months, "last_day")
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
    assert full_months_between(day, later) == (months if later.day == day.day else months - 1)


@given(DAYS, st.integers(0, 400))
def test_the_two_rules_differ_by_at_most_a_day(day: date, months: int) -> None:
    difference = add_months(day, months, "first_of_next") - add_months(day, months, "last_day")
    assert difference in (timedelta(0), timedelta(days=1))


def test_spring_festival_and_its_working_saturday() -> None:
    calendar = official()
    assert [calendar.is_working(date(2026, 2, day)) for day in (13, 14, 16, 23, 24, 28)] == [True, True, False, False, True, True]


def test_seven_working_days_over_the_national_holiday() -> None:
    assert official().after(date(2026, 9, 28), 7) == date(2026, 10, 13)
    assert official().between(date(2026, 9, 28), date(2026, 10, 13)) == 7


def test_beyond_the_table_is_unknown_and_never_guessed() -> None:
    last = max(official().years)
    assert official().is_working(date(last + 1, 1, 4)) is None
    found = official().after(date(last, 12, 30), 10, Place("a.csv", 4))
    assert isinstance(found, Diagnostic)
    assert (found.code, found.places[0].line) == ("B151", 4)
    assert isinstance(official().between(date(last, 12, 30), date(last + 1, 2, 1)), Diagnostic)


def test_the_shipped_table_agrees_with_the_package() -> None:
    with as_file(files("envcredit.data").joinpath("holidays/cn_2026.csv")) as path:
        table = read_calendar(path)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [table.is_working(day) for day in days] == [official().is_working(day) for day in days]


def test_a_table_overrides_whole_years() -> None:
    other = WorkingCalendar(frozenset({2026, 2099}), frozenset({date(2099, 1, 1)}), frozenset())
    calendar = official().overridden(other)
    assert calendar.is_working(date(2026, 10, 1)) is True
    assert calendar.is_working(date(2099, 1, 1)) is False
    assert calendar.is_working(date(2025, 10, 1)) is False


def test_all_faults_of_a_holiday_table_at_once(tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text("day,kind\n2027-02-30,holiday\n2027-01-01,free\n2027-01-02,holiday\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_calendar(file)
    assert [(found.code, found.places[0].line) for found in caught.value.diagnostics] == [("B153", 2), ("B153", 3)]
    file.write_text("date,kind\n", "utf-8")
    with pytest.raises(InputError, match="B152"):
        read_calendar(file)


@given(st.dates(date(2020, 1, 1), date(2024, 12, 1)), st.integers(0, 200))
def test_counting_forward_and_counting_between_agree(day: date, count: int) -> None:
    later = official().after(day, count)
    assert isinstance(later, date)
    assert official().between(day, later) == count
