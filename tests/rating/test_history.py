"""Earlier ratings as facts: streaks, bars for years, the grade of last time, and what an earlier run hands on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import cast

import pyarrow as pa
import pytest
from city import RULES, lay_out, quick_run
from stories import Book, prepared_of

from envcredit.rating.earlier import earlier_ratings, scheme_of
from envcredit.rating.order import Order
from envcredit.rating.prepared import Prepared
from envcredit.rating.rate import rate
from envcredit.rating.run import Run, read_run
from envcredit.rating.stated import facts_of
from envcredit.records.places import Store
from envcredit.records.units import read_units
from envcredit.scheme.library import locate

YEARS = Book(
    """
    bad_years:
      kind: derive
      from: rating
      counts: {from: period_to, for: 36 months}
      value: streak(grade in {red, black})
      none: 0
    good_years:
      kind: derive
      from: rating
      counts: {from: period_to, for: 36 months}
      value: streak(grade = green)
      none: 0
    barred: {kind: limit, when: bad_years >= 2, at_most: yellow}
    was_black: {kind: limit, from: rating, when: grade = black, counts: {from: period_to, for: 12 months}, at_most: blue}
    steady: {kind: measure, effect: award, by: good_years, bands: [{below: 2, points: 0}, {points: 2}]}
    """
)

FINES = Book("fined: {kind: deduct, from: penalty, counts: {from: decided_on, for: 12 months}, points: 2}")


def rated(*grades: str, last: int = 2025) -> str:
    """The grades of consecutive years, the newest last."""
    years = range(last + 1 - len(grades), last + 1)
    return "[" + ", ".join(f"{{period_to: {y}-12-31, grade: {g}}}" for y, g in zip(years, grades, strict=True)) + "]"


class TestStreaks:
    two = YEARS.story(history=rated("red", "black"))
    broken = YEARS.story(history=rated("red", "black", "blue"))
    interrupted = YEARS.story(history=rated("red", "blue", "red"))
    long_ago = YEARS.story(history=rated("red", "red", last=2022))
    never = YEARS.story()

    def test_two_bad_years_in_a_row_bar_the_better_grades(self) -> None:
        assert (self.two.derived["bad_years"], self.two.score, self.two.grade) == (2, 100, "yellow")

    def test_a_better_year_since_ends_the_streak(self) -> None:
        assert (self.broken.derived["bad_years"], self.broken.grade) == (0, "green")

    def test_only_the_newest_years_in_a_row_count(self) -> None:
        assert (self.interrupted.derived["bad_years"], self.interrupted.grade) == (1, "green")

    def test_what_has_lapsed_is_no_part_of_a_streak(self) -> None:
        assert (self.long_ago.derived["bad_years"], self.long_ago.grade) == (0, "green")

    def test_a_unit_without_history_has_the_value_of_nothing(self) -> None:
        assert self.never.derived == {"bad_years": 0, "good_years": 0}
        assert (self.never.result["previous"], self.never.grade) == ("", "green")

    good = YEARS.story(history=rated("green", "green"))
    once = YEARS.story(history=rated("red", "green"))

    def test_a_run_of_good_years_is_rewarded_once(self) -> None:
        assert (self.good.counted["steady", ""], self.good.score) == (2, 102)
        assert (self.once.derived["good_years"], self.once.score) == (1, 100)


class TestLastTime:
    newest = YEARS.story(history="[{period_to: 2025-12-31, grade: blue}, {period_to: 2024-12-31, grade: red}]")
    this_year = YEARS.story(history="[{period_to: 2026-12-31, grade: red}, {period_to: 2025-12-31, grade: blue}]")
    to_come = YEARS.story(history="[{period_to: 2027-12-31, grade: black}, {period_to: 2025-12-31, grade: blue}]")

    def test_the_newest_rating_is_the_one_before(self) -> None:
        assert self.newest.result["previous"] == "blue"

    def test_a_rating_of_the_same_period_is_not_the_one_before(self) -> None:
        assert self.this_year.result["previous"] == "blue"

    def test_a_rating_of_a_later_period_is_no_fact(self) -> None:
        assert (self.to_come.result["previous"], self.to_come.grade) == ("blue", "green")
        assert {row["record_id"] for row in self.to_come.rows("fact")} == {"h2"}

    black = YEARS.story(history=rated("black"))
    year_later = YEARS.story(history=rated("black", last=2024), as_of="2026-01-01")
    last_day = YEARS.story(history=rated("black", last=2024), as_of="2025-12-31")

    def test_one_rating_bars_for_its_term_and_is_named(self) -> None:
        assert (self.black.grade, self.last_day.grade, self.year_later.grade) == ("blue", "blue", "green")
        assert ("was_black", "h1") in self.black.point("grade")

    unheard = FINES.story("{id: c, kind: complaint, received_on: 2026-01-01}", history=rated("red"))

    def test_an_earlier_rating_that_no_rule_asks_for_is_no_news(self) -> None:
        assert (self.unheard.ignored, self.unheard.result["previous"]) == ({("", "c"): "no_rule"}, "red")


@pytest.fixture(scope="module")
def plan() -> Prepared:
    return prepared_of(RULES)


def next_year(plan: Prepared, folder: Path, out: str, known_at: str) -> Run:
    """The city rated a year after the run that it rests on."""
    units, _notes = read_units(folder / "units.csv")
    rules, history = locate(folder / "scheme" / "2020-01-01"), (folder / "run",)
    return rate(Order(plan, rules, units, Store(folder / "store"), date(2027, 12, 31), known_at, history=history), folder / out)


@pytest.fixture(scope="module")
def city(plan: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay_out(tmp_path_factory.mktemp("history"))
    quick_run(folder)
    next_year(plan, folder, "next", "2028-01-10T00:00:00Z")
    return folder


class Handed:
    """What of a run is handed on, written down by hand."""

    manifest = MappingProxyType(
        {
            "scheme": {"identity": "invented/small/2020-01-01", "step": "0.5"},
            "known_at": "2026-01-10T00:00:00Z",
            "result_digest": "0" * 64,
        }
    )

    def stage(self, name: str) -> pa.Table:
        first, last = date(2025, 1, 1), date(2025, 12, 31)
        rows = {
            "unit": [{"unit_id": unit, "period_from": first, "period_to": last} for unit in ("U1", "U2", "U3")],
            "grade": [{"unit_id": unit, "final": grade} for unit, grade in (("U1", ""), ("U2", "red"), ("U3", "blue"))],
            "score": [{"unit_id": unit, "score": score} for unit, score in (("U1", 7), ("U2", None), ("U3", 181))],
        }
        return pa.Table.from_pylist(rows[name])


class TestRuns:
    def test_a_unit_without_a_grade_hands_on_nothing_and_a_grade_needs_no_score(self) -> None:
        given = earlier_ratings(cast("Run", Handed())).to_pylist()
        assert [(one["real_id"], one["grade"], one["score"]) for one in given] == [
            ("U2", "red", None),
            ("U3", "blue", 90_500_000),
        ]

    def test_a_run_hands_on_one_rating_for_each_unit(self, city: Path) -> None:
        run = read_run(city / "run")
        given = {one["real_id"]: one for one in earlier_ratings(run).to_pylist()}
        grades = {unit: (one["grade"], one["score"]) for unit, one in given.items()}
        assert grades == {"U1": ("blue", 93_000_000), "U2": ("green", 100_000_000), "U3": ("green", 103_000_000)}
        assert {(one["kind"], one["day"], one["recorded_at"], one["replaced_at"]) for one in given.values()} == {
            ("rating", date(2026, 12, 31), "2027-01-10T00:00:00Z", None)
        }
        assert scheme_of(run) == "invented/small"

    def test_the_next_run_names_the_run_it_rests_on(self, city: Path) -> None:
        first, later = read_run(city / "run"), read_run(city / "next")
        (named,) = later.manifest["inputs"]["history"]
        assert named == {"path": "../run", "result_digest": first.manifest["result_digest"]}
        heard = [row for row in later.facts(["U1", "U2", "U3"]).to_pylist() if row["kind"] == "rating"]
        assert {(row["unit_id"], row["grade"], row["attached_by"]) for row in heard} == {
            ("U1", "blue", "run"),
            ("U2", "green", "run"),
            ("U3", "green", "run"),
        }
        assert all(row["record_id"].startswith(f"run:{first.manifest['result_digest'][:16]}:") for row in heard)

    def test_what_is_heard_of_one_unit_is_found_again_as_that_of_all(self, city: Path) -> None:
        later = read_run(city / "next")
        every = facts_of(later).to_pylist()
        assert facts_of(later, ["U2"]).to_pylist() == [row for row in every if row["unit_id"] == "U2"]

    def test_a_run_not_yet_known_at_the_time_is_not_heard(self, plan: Prepared, city: Path) -> None:
        made = next_year(plan, city, "unheard", "2027-01-09T00:00:00Z")
        assert set(made.stage("grade").column("previous").to_pylist()) == {""}
