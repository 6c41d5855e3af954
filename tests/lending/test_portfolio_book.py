"""Concentration, exposure, vintages, discrimination, warnings and expected loss on books small enough to work out by hand.

Oracle 8b (the Gini of S&P's credit ratings) is a figure to compare with, not one that can be computed here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.lending.portfolio import concentration as c
from envcredit.lending.portfolio.concentration import Holding
from envcredit.lending.portfolio.discrimination import Outcome, discrimination, discrimination_bootstrap, outcomes
from envcredit.lending.portfolio.expected_loss import Exposed, NotchShift, OddsMultiplier, loss_shift, overlaid
from envcredit.lending.portfolio.exposure import Position, exposure_at_grade
from envcredit.lending.portfolio.lead_time import lead_time
from envcredit.lending.portfolio.vintage import Granted, vintages

INCOMES = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]
"""The ten incomes of the published test: deciles that the R package ineq has in its manual."""

# ---- concentration


def test_published_indices() -> None:
    equal, three = [7] * 10, [1, 2, 1]
    assert c.normalised_hhi(equal) == 0
    assert c.gini(equal) == 0
    assert c.hhi(equal) == Fraction(1, 10)
    assert c.hhi(three) == Fraction(3, 8)
    assert c.renyi(three, 2) == pytest.approx(0.980829253, abs=5e-10)
    assert c.comprehensive(three) == Fraction(71875, 100000)
    assert c.atkinson(INCOMES, Fraction(1, 2)) == pytest.approx(0.1796591, abs=5e-8)
    assert c.atkinson(INCOMES, Fraction(1)) == pytest.approx(0.3518251, abs=5e-8)


def test_indices_at_their_ends() -> None:
    alone = [0, 0, 0, 9]
    assert c.gini(alone) == Fraction(3, 4)
    assert c.hhi(alone) == c.normalised_hhi(alone) == c.normalised_hhi([5]) == c.comprehensive(alone) == 1
    assert c.atkinson(alone, Fraction(1)) == c.atkinson(alone, Fraction(2)) == 1
    assert c.atkinson([4, 4], Fraction(2)) == pytest.approx(0)
    assert c.renyi([1, 1, 1, 1, 0], 1) == pytest.approx(log(4))
    assert c.renyi([1, 1, 0], 0) == pytest.approx(log(2))
    for wrong in ([], [0], [3, -1]):
        with pytest.raises(ValueError, match="shares need"):
            c.hhi(wrong)
    for call in (lambda: c.renyi([1], -1), lambda: c.top_share([1], 0), lambda: c.atkinson([1], Fraction(0))):
        with pytest.raises(ValueError):
            call()


def test_one_view_of_a_book() -> None:
    book = [Holding("a", "2631", 50), Holding("b", "2631", 10), Holding("b", "1711", 30), Holding("c", "3011", 10)]
    view = c.concentration([*book, Holding("d", "0", 0)], tops=(1, 2, 9))
    assert list(view.by_key.items()) == [("2631", 60), ("1711", 30), ("3011", 10)]
    assert view.hhi == pytest.approx(0.46)
    assert view.effective_number == pytest.approx(1 / 0.46)
    assert view.normalised_hhi == pytest.approx((0.46 - 1 / 3) / (2 / 3))
    assert view.gini == pytest.approx((2 * 60 - 2 * 10) / 300)
    assert view.top == {1: 0.6, 2: 0.9, 9: 1}
    with pytest.raises(ValueError, match="never negative"):
        c.totals([Holding("a", "x", -1)])


def test_hunans_worst_two_of_four_by_year() -> None:
    years = {2012: (29, 832, 84, 46), 2013: (32, 920, 123, 103), 2014: (30, 915, 144, 93)}
    grades = ("诚信", "合格", "风险", "不良")
    found = [c.worst_share(dict(zip(grades, counts, strict=True)), ("风险", "不良")) for counts in years.values()]
    assert [round(float(share) * 100, 1) for share in found] == [13.1, 19.2, 20.1]
    with_unrated = dict(zip((*grades, "unrated"), (*years[2012], 1483 - 991), strict=True))
    assert c.worst_share(with_unrated, ("风险", "不良"), leave_out=("unrated",)) == found[0]
    assert c.worst_share(with_unrated, ("风险", "不良")) == Fraction(130, 1483)


def test_intervals_draw_borrowers() -> None:
    book = [Holding(f"{n}", "red" if n % 5 == 0 else "green", 100) for n in range(200)]
    worst = c.worst_share_bootstrap(book, ["red"], rounds=300, seed=2)
    assert 0.2 in worst
    assert worst.low == pytest.approx(0.2 - 1.96 * sqrt(0.16 / 200), abs=0.015)
    assert worst.high == pytest.approx(0.2 + 1.96 * sqrt(0.16 / 200), abs=0.015)
    several = [replace(h, borrower=str(int(h.borrower) // 20)) for h in book]
    assert c.worst_share_bootstrap(several, ["red"], rounds=50, seed=2).high == 0.2, "each borrower has the same mix"
    assert c.worst_share_bootstrap(book, ["red"], ["green"], rounds=50, seed=2).low == 1
    index = c.concentration_bootstrap(book, c.hhi, rounds=100, seed=2)
    assert 0.68 in index
    assert index == c.concentration_bootstrap(list(reversed(book)), c.hhi, rounds=100, seed=2)


@given(st.lists(st.integers(1, 10**12), min_size=2, max_size=30), st.integers(2, 5))
def test_indices_know_neither_order_nor_currency(amounts: list[int], times: int) -> None:
    for index in (c.hhi, c.normalised_hhi, c.gini, c.comprehensive):
        assert index(amounts) == index([times * a for a in reversed(amounts)])
        assert 0 <= index(amounts) <= 1
    assert c.gini(amounts) == Fraction(sum(abs(a - b) for a, b in product(amounts, amounts)), 2 * len(amounts) * sum(amounts))
    assert Fraction(1, len(amounts)) <= c.hhi(amounts) <= c.comprehensive(amounts)


# ---- exposure


def test_exposure_at_grade_sums_to_the_book() -> None:
    march, june = date(2026, 3, 31), date(2026, 6, 30)
    book = [Position(march, "a", "green", 600), Position(march, "a", "green", 200), Position(march, "b", "unrated", 200)]
    book += [Position(june, "a", "red", 300), Position(june, "b", "unrated", 0)]
    rows = exposure_at_grade(reversed(book), ("green", "red", "unrated"))
    assert [(r.day.month, r.grade, r.borrowers, r.loans, r.amount_fen) for r in rows] == [
        (3, "green", 1, 2, 800),
        (3, "red", 0, 0, 0),
        (3, "unrated", 1, 1, 200),
        (6, "green", 0, 0, 0),
        (6, "red", 1, 1, 300),
        (6, "unrated", 1, 1, 0),
    ]
    assert [(r.share_of_borrowers, r.share_of_amount) for r in rows[:3]] == [(0.5, 0.8), (0, 0), (0.5, 0.2)]
    with pytest.raises(ValueError, match="two grades"):
        exposure_at_grade([Position(march, "a", "green", 1), Position(march, "a", "red", 1)], ("green", "red"))
    with pytest.raises(ValueError, match="no such grade"):
        exposure_at_grade([Position(march, "a", "blue", 1)], ("green", "red"))
    assert exposure_at_grade([Position(march, "a", "green", 0)], ("green",))[0].share_of_amount == 0


# ---- vintages


def test_vintages_by_quarter_and_grade_at_origination() -> None:
    """12 months have not passed, nor 6 for the second quarter. Bad on the day of the sixth month counts, the day after not."""
    loans = [Granted(date(2025, 1, 31), "green", 100)] * 29
    loans += [Granted(date(2025, 3, 1), "green", 1100, bad_on=date(2025, 9, 1))]
    loans += [Granted(date(2025, 2, 1), "red", 7, bad_on=date(2025, 8, 2)), Granted(date(2025, 4, 1), "green", 5)]
    cells = vintages(loans, ("green", "red"), (12, 6), seen_until=date(2025, 9, 30))
    assert [(v.quarter, v.grade, v.months, v.loans, v.bad_loans, v.thin) for v in cells] == [
        ("2025Q1", "green", 6, 30, 1, False),
        ("2025Q1", "red", 6, 1, 0, True),
    ]
    assert cells[0].rate == 1 / 30
    assert cells[0].rate_by_amount == 1100 / 4000
    assert not vintages(loans, ("green", "red"), (6,), seen_until=date(2025, 9, 29))
    assert vintages([Granted(date(2025, 12, 1), "red", 0)], ["red"], [1], date(2026, 2, 1))[0].rate_by_amount == 0
    for wrong in (Granted(date(2025, 1, 1), "blue", 1), Granted(date(2025, 1, 2), "red", 1, date(2025, 1, 1))):
        with pytest.raises(ValueError, match="no such grade"):
            vintages([wrong], ["red"], [1], date(2026, 1, 1))


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 800)), max_size=20))
def test_a_cumulative_rate_never_falls(loans: list[tuple[int, int]]) -> None:
    start = date(2024, 1, 1).toordinal()
    book = [Granted(date.fromordinal(start + d), "red", 1, date.fromordinal(start + d + b)) for d, b in loans]
    cells = vintages(book, ["red"], (3, 6, 12, 24), date(2030, 1, 1))
    for quarter in {v.quarter for v in cells}:
        rates = [v.rate for v in cells if v.quarter == quarter]
        assert rates == sorted(rates)
        assert len(rates) == 4


# ---- discrimination


def firms(grade: str, bad: int, good: int, amount: int = 1) -> list[Outcome]:
    return [Outcome(f"{grade}{n}", grade, n < bad, amount) for n in range(bad + good)]


def test_gini_and_ks_of_three_grades() -> None:
    """Events 1, 2, 3 and none 5, 3, 0 from best to worst: of 48 pairs 34 in order, 3 out of order, 11 tied."""
    seen = firms("green", 1, 5) + firms("yellow", 2, 3) + firms("red", 3, 0)
    found = discrimination(seen, ("green", "yellow", "red"), "credit")
    assert (found.with_event, found.without) == ((1, 2, 3), (5, 3, 0))
    assert found.gini == pytest.approx((34 - 3) / 48)
    assert found.ks == 1 - 3 / 6, "after yellow; after green it is 5/8 - 1/6"
    assert found.event == "credit"


def test_gini_at_its_ends_and_what_cannot_be_told() -> None:
    grades = ("green", "red")
    assert discrimination(firms("green", 0, 3) + firms("red", 2, 0), grades, "credit").gini == 1
    assert discrimination(firms("green", 2, 0) + firms("red", 0, 3), grades, "credit").gini == -1
    nothing = discrimination(firms("green", 2, 4) + firms("red", 1, 2), grades, "credit")
    assert (nothing.gini, nothing.ks) == (0, 0)
    assert discrimination(firms("green", 0, 3) + firms("red", 1, 0), grades, "credit").interval is None
    with pytest.raises(ValueError, match="with the event and"):
        discrimination(firms("green", 0, 3), grades, "credit")
    with pytest.raises(ValueError):
        discrimination(firms("blue", 1, 3), grades, "credit")


def test_delong_by_its_definition_and_beside_the_bootstrap() -> None:
    grades = ("A", "B", "C", "D")
    seen = firms("A", 2, 40) + firms("B", 5, 40) + firms("C", 8, 20) + firms("D", 10, 5)
    found = discrimination(seen, grades, "environmental")
    ranks = {g: n for n, g in enumerate(grades)}
    bad, good = ([ranks[o.grade] for o in seen if o.event is event] for event in (True, False))
    order = np.sign(np.subtract.outer(bad, good))
    assert found.gini == pytest.approx(order.mean())
    error = sqrt(order.mean(axis=1).var(ddof=1) / len(bad) + order.mean(axis=0).var(ddof=1) / len(good))
    assert found.interval is not None
    ends = [found.gini - 1.959964 * error, found.gini + 1.959964 * error]
    assert [found.interval.low, found.interval.high] == pytest.approx(ends)
    drawn = discrimination_bootstrap(seen, grades, rounds=400, seed=4)
    assert abs(drawn.low - found.interval.low) < 0.05
    assert abs(drawn.high - found.interval.high) < 0.05


def test_by_amount_large_firms_weigh_more() -> None:
    seen = [*firms("green", 0, 2, amount=10), *firms("red", 1, 1, amount=40), Outcome("x", "green", True, 60)]
    by_count = discrimination(seen, ("green", "red"), "credit")
    by_amount = discrimination(seen, ("green", "red"), "credit", by_amount=True)
    assert by_count.gini == pytest.approx((2 - 1) / 6)
    assert by_amount.gini == pytest.approx((40 * 20 - 60 * 40) / (100 * 60))
    assert by_amount.interval is None
    assert discrimination_bootstrap(seen, ("green", "red"), rounds=50, seed=1, by_amount=True).low < by_amount.gini


def test_outcomes_are_of_the_time_after_the_day() -> None:
    day, events = date(2025, 6, 30), [("on the day", date(2025, 6, 30)), ("last", date(2026, 6, 30)), ("late", date(2026, 7, 1))]
    grades = dict.fromkeys(("on the day", "last", "late", "none"), "red")
    assert [o.firm for o in outcomes(grades, [*events, ("stranger", date(2025, 9, 1))], day) if o.event] == ["last"]
    assert outcomes({"a": "red"}, [], day, amounts={"a": 5}) == [Outcome("a", "red", False, 5)]


# ---- warnings


def test_lead_time_hits_and_false_alarms() -> None:
    """Ten clients, seen to day 1000, window 365.

    a: warned 100 and 200, drops 300: lead 200. b: warned on the day: missed. c: warned 400 days before: in vain. d: drops, no
    warning. e: warned at 500, nothing: in vain. f: warned at 900: undecided. g: warned after its drop: nothing. h: lead 50,
    its second drop ignored.
    """
    warnings = [("a", 100), ("a", 200), ("b", 300), ("c", 100), ("e", 500), ("f", 900), ("g", 700), ("h", 450)]
    drops = [("a", 300), ("b", 300), ("c", 500), ("d", 400), ("g", 600), ("h", 500), ("h", 700)]
    found = lead_time("downgrade", "abcdefghij", warnings, drops, window_days=365, seen_until=1000)
    assert found.days == (50, 200)
    assert (found.drops, found.hits, found.false_alarms, found.undecided) == (6, 2, 2, 1)
    assert found.hit_rate == pytest.approx(2 / 6)
    assert found.false_alarms_per_100 == 20
    assert found.median_days == 125
    assert found.quartile_days == (87.5, 162.5)
    baseline = lead_time("penalty only", "abcdefghij", [("a", 290)], drops, window_days=365, seen_until=1000)
    assert (baseline.days, baseline.quartile_days, baseline.warning) == ((10,), None, "penalty only")


def test_lead_time_of_nothing_and_of_strangers() -> None:
    empty = lead_time("downgrade", "a", [], [], window_days=365, seen_until=0)
    assert (empty.hit_rate, empty.median_days, empty.quartile_days, empty.false_alarms_per_100) == (None, None, None, 0)
    cases = [("a", [("b", 1)], []), ("a", [], [("b", 1)]), ("", [], []), ("a", [("a", 9)], []), ("a", [], [("a", 9)])]
    for clients, warnings, drops in cases:
        with pytest.raises(ValueError):
            lead_time("downgrade", clients, warnings, drops, window_days=365, seen_until=5)


# ---- expected loss

SCALE = tuple(Fraction(n, 10_000) for n in (10, 50, 200, 1000, 10_000))
OURS = "assumed for this test, on no evidence"


def test_a_notch_shift_to_the_fen() -> None:
    book = [Exposed("red", 1_000_000, Fraction(45, 100), 1), Exposed("red", 1_000_000, Fraction(45, 100), 4)]
    book += [Exposed("green", 333, Fraction(1, 2), 0), Exposed("yellow", 100, Fraction(1), 2)]
    found = loss_shift(book, SCALE, NotchShift(OURS, {"green": -1, "yellow": 0, "red": 1}))
    green, yellow, red = found.by_grade
    assert (red.base_fen, red.overlay_fen, red.held) == (2250 + 450_000, 9000 + 450_000, 1)
    assert (green.exposures, green.ead_fen, green.shift_fen, green.held) == (1, 333, 0, 1)
    assert yellow.shift_fen == 0
    assert (found.shift_fen, found.base_fen) == (6750, 452_250 + 0 + 2)
    assert found.assumption == OURS


def test_an_odds_multiplier_leaves_probabilities_probabilities() -> None:
    overlay = OddsMultiplier(OURS, {"red": Fraction(3), "green": Fraction(1, 2)})
    assert overlaid(3, "red", SCALE, overlay) == (Fraction(3, 12), False), "odds 1:9 become 3:9"
    assert overlaid(4, "red", SCALE, overlay)[0] == 1
    assert overlaid(3, "green", SCALE, overlay)[0] == Fraction(1, 19)
    assert loss_shift([Exposed("red", 1200, Fraction(1), 3)], SCALE, overlay).shift_fen == 300 - 120


def test_no_overlay_without_its_assumption_nor_a_grade_without_its_word() -> None:
    one = [Exposed("red", 100, Fraction(1), 0)]
    for overlay in (NotchShift(" ", {"red": 1}), NotchShift(OURS, {"green": 1}), OddsMultiplier(OURS, {"red": Fraction(0)})):
        with pytest.raises(ValueError):
            loss_shift(one, SCALE, overlay)
    for scale in ((), (Fraction(1, 2), Fraction(1, 4)), (Fraction(-1),), (Fraction(2),)):
        with pytest.raises(ValueError, match="scale"):
            loss_shift(one, scale, NotchShift(OURS, {"red": 1}))
    for wrong in (replace(one[0], lgd=Fraction(2)), replace(one[0], ead_fen=-1), replace(one[0], notch=5)):
        with pytest.raises(ValueError, match="not an exposure"):
            loss_shift([wrong], SCALE, NotchShift(OURS, {"red": 1}))
