"""Migration against what others published or can be worked out by hand: cohorts, durations, Aalen–Johansen, mobility.

Not run here, because the input is another project's file or a publisher's table that is not ours to pass on: the full
matrices of 8 states (oracles 2b, 3b, 4b), the exact one of 5,003 firms (4), Jarrow–Lando–Turnbull (7), monthly against yearly
(7b) and S&P 1981–2016 (8). What they test is tested on small cases made up for it: round trips through states, tables whose
logarithm is no generator, row sums.
"""

from __future__ import annotations

from fractions import Fraction
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcredit.lending.portfolio.aalen_johansen import aalen_johansen, aalen_johansen_bootstrap, cumulative_incidence
from envcredit.lending.portfolio.cohort import Migration, Seen, cohort_bootstrap, cohorts, pooled, shares, without_unrated
from envcredit.lending.portfolio.duration import (
    Durations,
    Regularisation,
    compounded,
    duration_bootstrap,
    durations,
    embedded_generator,
    matrix_logarithm,
    probabilities,
    regularised,
)
from envcredit.lending.portfolio.histories import Spell, spells_of, within
from envcredit.lending.portfolio.intervals import draws, goodman, wilson
from envcredit.lending.portfolio.mobility import shorrocks, svd_mobility

ABD = ("A", "B", "D")
CLOSE = {"rtol": 0, "atol": 5e-6}


@pytest.fixture
def scipy() -> None:
    pytest.importorskip("scipy.linalg", reason="scipy is not yet in the lock: see decision 0020")


def toy(firms: int, up_down: tuple[int, int, int]) -> list[Spell]:
    """Lando and Skødeberg's example: A to B, B to A and B to D after so many months of twelve."""
    fall, rise, default = up_down
    changes = [(f"{grade}{n}", 0, grade) for grade in "AB" for n in range(firms)]
    changes += [("A0", fall, "B"), ("B0", rise, "A"), ("B1", default, "D")]
    return spells_of(changes, {firm: 12 for firm, time, _ in changes if time == 0}, absorbing=frozenset("D"))


# ---- cohorts


def test_lando_and_skodeberg_by_cohort() -> None:
    ends = {spell.firm: spell.to or spell.state for spell in toy(10, (1, 2, 6))}
    seen = [Seen(firm, period, firm[0] if period == 0 else end) for firm, end in ends.items() for period in (0, 1)]
    (year,) = cohorts(seen, [*ABD, "unrated"], "unrated")
    matrix = year.by_count.rated_only()
    assert matrix.starts.tolist() == [10, 10, 0]
    np.testing.assert_allclose(matrix.probabilities[:2], [[0.9, 0.1, 0], [0.1, 0.8, 0.1]])
    assert np.isnan(matrix.probabilities[2]).all(), "nobody began in D: no share, not a share of zero"


def test_mathworks_cohort_totals() -> None:
    counts = np.array([[4721, 80, 7], [193, 1347, 32], [0, 0, 1145]])
    matrix = Migration(("IG", "SG", "D"), counts)
    assert matrix.starts.tolist() == [4808, 1572, 1145]
    expected = [[98.1905, 1.6639, 0.1456], [12.2774, 85.6870, 2.0356], [0, 0, 100]]
    np.testing.assert_allclose(matrix.probabilities * 100, expected, rtol=0, atol=5e-5)


def test_ten_thousand_firms_in_three_states() -> None:
    counts = np.array([[9109, 1684, 565], [1065, 7531, 2158], [0, 0, 17888]])
    expected = [[0.80199, 0.148266, 0.049745], [0.099033, 0.700298, 0.200670], [0, 0, 1]]
    np.testing.assert_allclose(shares(counts), expected, rtol=0, atol=1e-6)


def test_a_published_row_without_the_unrated() -> None:
    published = np.array([[0.8937, 0.0666, 0.0397]])
    np.testing.assert_allclose(without_unrated(published, 2), [[0.9306, 0.0694]], rtol=0, atol=5e-5)
    square = np.array([[0.5, 0.3, 0.2], [0, 0.9, 0.1], [0.4, 0.4, 0.2]])
    np.testing.assert_allclose(without_unrated(square, 2), [[0.625, 0.375], [0, 1]])


def test_unrated_is_a_state_with_its_balance_and_the_view_without_it_stands_beside() -> None:
    seen = [Seen("stays", p, "green", 100) for p in (1, 2, 3)]
    seen += [Seen("leaves", 1, "green", 30), Seen("leaves", 3, "red", 50), Seen("comes", 2, "red", 7), Seen("comes", 3, "red", 9)]
    seen += [Seen("is gone", 1, "red", 4)]
    states = ("green", "red", "unrated")
    first, second = cohorts(seen, states, "unrated")
    assert first.by_count.counts.tolist() == [[1, 0, 1], [0, 0, 1], [0, 0, 0]]
    assert second.by_count.counts.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert second.by_amount.counts.tolist() == [[100, 0, 0], [0, 7, 0], [0, 30, 4]], "fen at the start of the period"
    both = pooled([first, second])
    assert both.by_count.counts.tolist() == [[2, 0, 1], [0, 1, 1], [0, 1, 1]]
    assert both.by_count.rated_only().counts.tolist() == [[2, 0], [0, 1]]
    assert both.by_count.probabilities[0].tolist() == [2 / 3, 0, 1 / 3]
    assert both.by_amount.rated_only().states == ("green", "red")


def test_a_firm_seen_twice_or_in_a_state_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        cohorts([Seen("a", 1, "A"), Seen("a", 1, "B")], [*ABD, "U"], "U")
    with pytest.raises(ValueError, match="no such state: X"):
        cohorts([Seen("a", 1, "X")], [*ABD, "U"], "U")
    with pytest.raises(ValueError, match="no such state: U"):
        cohorts([Seen("a", 1, "A")], ABD, "U")
    with pytest.raises(ValueError, match="no period"):
        pooled([])


# ---- intervals


def test_wilson_and_goodman_solve_their_equations() -> None:
    """Both ends p satisfy (x/n - p)² = z² p(1 - p)/n; z is 1.959964 for one cell, 2.393980 for three at once (0.05/3)."""
    counts = np.array([8, 2, 0])
    for ends, z in ((wilson(counts), 1.959964), (goodman(counts), 2.393980)):
        for x, (low, high) in zip(counts, ends, strict=True):
            for p in (low, high):
                assert (x / 10 - p) ** 2 == pytest.approx(z**2 * p * (1 - p) / 10, abs=1e-6)
            assert low <= x / 10 <= high
    assert (goodman(counts)[:, 1] > wilson(counts)[:, 1]).all()
    assert wilson(np.array([81, 182]))[0] == pytest.approx([0.2553, 0.3662], abs=5e-5), "Newcombe 1998, table I, 81/263"


def test_intervals_of_nothing_and_of_nonsense() -> None:
    assert np.isnan(wilson(np.zeros((1, 3), dtype=np.int64))).all()
    with pytest.raises(ValueError, match="never negative"):
        wilson(np.array([1, -1]))
    with pytest.raises(ValueError, match="between 0 and 1"):
        goodman(np.array([1, 1]), level=1)


def test_draws_come_again_from_their_seed_and_draw_every_firm_alike() -> None:
    one, again, other = draws(50, 400, seed=7), draws(50, 400, seed=7), draws(50, 400, seed=8)
    assert (one == again).all()
    assert (one != other).any()
    assert (one.sum(axis=1) == 50).all()
    assert abs(one.mean(axis=0) - 1).max() < 5 * sqrt(1 / 400)
    assert draws(5, 2, seed=1).tolist() == [[1, 1, 1, 0, 2], [1, 0, 3, 0, 1]], "these figures stand in reports: never change them"
    with pytest.raises(ValueError, match="bootstrap"):
        draws(0, 2, seed=1)


# ---- durations


@pytest.mark.parametrize(
    ("firms", "months", "years", "expected"),
    [
        (10, (1, 2, 6), (9.916667, 9.583333), [[0.90867, 0.08657, 0.00475], [0.08959, 0.81607, 0.09434], [0, 0, 1]]),
        (15, (3, 6, 9), (14.75, 15), [[0.93652, 0.06137, 0.00211], [0.06034, 0.87720, 0.06246], [0, 0, 1]]),
    ],
)
def test_lando_and_skodeberg_by_duration(
    scipy: None, firms: int, months: tuple[int, int, int], years: object, expected: object
) -> None:
    seen = durations(toy(firms, months), ABD, per_year=12)
    np.testing.assert_allclose(seen.years[:2], years, rtol=0, atol=1e-6)
    np.testing.assert_allclose(probabilities(seen.generator), expected, **CLOSE)
    if firms == 10:
        np.testing.assert_allclose(seen.generator[:2], [[-0.10084, 0.10084, 0], [0.10435, -0.20870, 0.10435]], **CLOSE)


def test_mathworks_duration_totals(scipy: None) -> None:
    moves = np.array([[0, 89, 7], [202, 0, 32], [0, 0, 0]])
    seen = Durations(("IG", "SG", "D"), moves, np.array([485909, 150336, 116205]), per_year=100)
    expected = [[98.1591, 1.6798, 0.1611], [12.3229, 85.6960, 1.9811], [0, 0, 100]]
    np.testing.assert_allclose(probabilities(seen.generator) * 100, expected, rtol=0, atol=5e-5)


def test_monthly_to_yearly_and_back(scipy: None) -> None:
    monthly = np.array([[0.993, 0.006, 0.001], [0.01, 0.97, 0.02], [0, 0, 1]])
    yearly = compounded(monthly, 12)
    np.testing.assert_allclose(yearly, probabilities(matrix_logarithm(monthly), 12), atol=1e-12)
    np.testing.assert_allclose(compounded(monthly, 0), np.eye(3))
    np.testing.assert_allclose(compounded(monthly * 1.0001, 12), yearly * 1.0001**12, atol=1e-12)
    np.testing.assert_allclose(matrix_logarithm(monthly * 1.0001), matrix_logarithm(monthly), atol=1e-12)
    with pytest.raises(ValueError, match="sums to"):
        compounded(monthly * 1.01, 12)
    with pytest.raises(ValueError, match="square"):
        compounded(monthly[:2], 12)


ROUNDED = np.array([[0.90, 0.10, 0, 0], [0.02, 0.88, 0.10, 0], [0, 0.10, 0.80, 0.10], [0, 0, 0, 1]])


def test_a_table_whose_logarithm_is_no_generator_gets_one(scipy: None) -> None:
    rates = matrix_logarithm(ROUNDED)
    outside = rates[~np.eye(4, dtype=bool)]
    assert (outside < -1e-4).sum() >= 2, "the logarithm has negative rates"
    far = {}
    for method in ("diagonal", "weighted", "nearest"):
        mended = embedded_generator(ROUNDED, method)
        np.testing.assert_allclose(mended.sum(axis=1), 0, atol=1e-12)
        assert (mended[~np.eye(4, dtype=bool)] >= 0).all()
        assert np.abs(probabilities(mended) - ROUNDED).max() < 0.01
        far[method] = ((mended - rates) ** 2).sum(axis=1)
    assert (far["nearest"] <= far["diagonal"] + 1e-12).all()
    assert (far["nearest"] <= far["weighted"] + 1e-12).all()
    with pytest.raises(ValueError, match="no such method"):
        embedded_generator(ROUNDED, "best")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "expected"),
    [("diagonal", [-0.4, 0.4, 0]), ("weighted", [-0.3 - 0.1 * 3 / 7, 0.4 - 0.1 * 4 / 7, 0]), ("nearest", [-0.35, 0.35, 0])],
)
def test_a_row_mended_by_hand(method: Regularisation, expected: list[float]) -> None:
    np.testing.assert_allclose(regularised(np.array([-0.3, 0.4, -0.1]), 0, method), expected, atol=1e-12)


def test_a_generator_stays_as_it_is(scipy: None) -> None:
    rates = np.array([[-0.2, 0.15, 0.05], [0.1, -0.4, 0.3], [0, 0, 0]])
    for method in ("diagonal", "weighted", "nearest"):
        np.testing.assert_allclose(embedded_generator(probabilities(rates), method), rates, atol=1e-10)


def test_a_matrix_without_a_real_logarithm_is_refused(scipy: None) -> None:
    with pytest.raises(ValueError, match="no real logarithm"):
        matrix_logarithm(np.array([[0.1, 0.9], [0.9, 0.1]]))


def test_durations_weighed_by_balance() -> None:
    spells = [Spell("large", 0, 2, "A", "B", weight=900), Spell("small", 0, 5, "A", weight=100)]
    seen = durations(spells, ("A", "B"), per_year=1)
    assert (seen.moves.tolist(), seen.time.tolist()) == ([[0, 900], [0, 0]], [2300, 0])


def test_moves_out_of_a_state_without_time_in_it_are_refused() -> None:
    with pytest.raises(ValueError, match="no time"):
        _ = Durations(("A", "B"), np.array([[0, 1], [0, 0]]), np.array([0, 3]), 1).generator
    with pytest.raises(ValueError, match="units"):
        durations([], ABD, per_year=0)


def test_mobility() -> None:
    still, apart = np.eye(3), np.full((3, 3), 1 / 3)
    assert svd_mobility(still) == 0
    assert shorrocks(still) == 0
    assert shorrocks(apart) == pytest.approx(1)
    assert svd_mobility(np.array([[0.9, 0.1], [0.3, 0.7]])) == pytest.approx(sqrt(0.2) / 2), (
        "P - I has rank 1, its norm is √(2·.01 + 2·.09)"
    )
    with pytest.raises(ValueError, match="two states"):
        shorrocks(np.eye(1))


# ---- Aalen–Johansen


def test_the_risk_set_is_counted_before_the_move() -> None:
    spells = [Spell(f"{n}", 0, n, "0", "1") for n in (1, 2, 3)] + [Spell("4", 0, 5, "0")]
    curve = aalen_johansen(spells, ("0", "1"))
    assert [curve.at(t)[0, 0] for t in (0, 1, 2, 3, 5)] == pytest.approx([1, 0.75, 0.5, 0.25, 0.25], abs=1e-15)
    assert curve.at_risk[:, 0].tolist() == [4, 3, 2]


ILLNESS = [(1, 1, 5), (1, 0, 1), (6, 1, 9), (6, 1, 7), (8, 0, 8), (9, 1, 12)]


def test_illness_and_death_of_six() -> None:
    """Therneau and Grambsch, E1: time of illness (or death without it), whether ill, time of death."""
    spells = []
    for number, (ill_at, ill, dead_at) in enumerate(ILLNESS):
        spells.append(Spell(f"{number}", 0, ill_at, "well", "ill" if ill else "dead"))
        if ill:
            spells.append(Spell(f"{number}", ill_at, dead_at, "ill", "dead"))
    curve = aalen_johansen(spells, ("well", "ill", "dead"))
    expected = {1: (4, 1, 1), 5: (4, 0, 2), 6: (2, 2, 2), 7: (2, 1, 3), 8: (1, 1, 4), 9: (0, 1, 5), 12: (0, 0, 6)}
    for time, sixths in expected.items():
        np.testing.assert_allclose(curve.at(time)[0], np.array(sixths) / 6, atol=1e-12, err_msg=f"t = {time}")


def test_competing_risks() -> None:
    causes = {0: None, 1: "one", 2: "two"}
    curve = cumulative_incidence([(t, causes[e]) for t, e in zip(range(1, 7), (0, 1, 1, 2, 2, 0), strict=True)], ("one", "two"))
    assert curve.at(6)[0, 2] == pytest.approx(0.4, abs=1e-15)
    assert curve.at(6)[0, 1] == pytest.approx(0.4, abs=1e-15)


def test_moves_of_one_day_are_one_factor_whatever_their_order() -> None:
    """4 in A, 2 in B; on day 3 one goes A to B and one B to A: neither was at risk in the state it came to."""
    spells = [Spell(f"a{n}", 0, 6, "A") for n in range(3)] + [Spell("b1", 0, 6, "B")]
    spells += [Spell("a3", 0, 3, "A", "B"), Spell("a3", 3, 6, "B"), Spell("b0", 0, 3, "B", "A"), Spell("b0", 3, 6, "A")]
    expected = [[0.75, 0.25], [0.5, 0.5]]
    np.testing.assert_allclose(aalen_johansen(spells, ("A", "B")).at(3), expected)
    np.testing.assert_allclose(aalen_johansen(reversed(spells), ("A", "B")).at(6), expected)


def test_late_entry_and_censoring_count_only_while_seen() -> None:
    """At t = 5 three are at risk: one entered at 4; not the one who enters at 5, nor the one last seen at 4; the one seen to
    5 is."""
    spells = [Spell("a", 0, 5, "A", "B"), Spell("late", 4, 9, "A"), Spell("too late", 5, 9, "A")]
    spells += [Spell("gone", 0, 4, "A"), Spell("just", 0, 5, "A")]
    curve = aalen_johansen(spells, ("A", "B"))
    assert curve.at_risk[:, 0].tolist() == [3]
    assert curve.at(5)[0].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_greenwood_of_two_states_is_greenwoods() -> None:
    """S² Σ d / (Y(Y - d)) with d, Y = (1, 5), (2, 3): a Kaplan–Meier curve with a censored subject between."""
    spells = [Spell("a", 0, 1, "0", "1"), Spell("b", 0, 2, "0"), Spell("c", 0, 3, "0", "1"), Spell("d", 0, 3, "0", "1")]
    curve = aalen_johansen([*spells, Spell("e", 0, 4, "0")], ("0", "1"))
    survival = Fraction(4, 5) * Fraction(1, 3)
    variance = survival**2 * (Fraction(1, 5 * 4) + Fraction(2, 3 * 1))
    assert curve.at(4)[0, 0] == pytest.approx(float(survival))
    assert curve.standard_errors(4)[0] == pytest.approx([sqrt(variance)] * 2)
    found = curve.interval(4, "0", "0")
    spread = 1.959964 * sqrt(variance) / abs(float(survival) * log(survival))
    assert [found.low, found.high] == pytest.approx([float(survival) ** np.exp(spread), float(survival) ** np.exp(-spread)])
    assert float(survival) in found
    assert curve.interval(0, "0", "0").low == 1
    assert curve.standard_errors(0).tolist() == [[0, 0], [0, 0]]
    with pytest.raises(ValueError, match="before the origin"):
        curve.at(-1)


def test_greenwood_with_three_states_and_no_censoring_is_multinomial() -> None:
    """Without censoring the estimate is a share of n, so its covariance is (diag p - p pᵀ) / n, whatever path led there."""
    curve = aalen_johansen(_from_one_state(), ABD)
    p = curve.at(9)[0]
    assert p.tolist() == pytest.approx([0.5, 0.2, 0.3])
    np.testing.assert_allclose(curve.covariance[-1, 0], (np.diag(p) - np.outer(p, p)) / 10, atol=1e-12)  # type: ignore[index]


def _from_one_state() -> list[Spell]:
    """Ten in A; 2 to B at day 3 and 2 at 5, of whom two go on to D at 7 and 9; one from A to D at 9."""
    changes = [(f"{n}", 0, "A") for n in range(10)]
    changes += [("0", 3, "B"), ("1", 3, "B"), ("2", 5, "B"), ("3", 5, "B"), ("0", 7, "D"), ("2", 9, "D"), ("4", 9, "D")]
    return spells_of(changes, {f"{n}": 12 for n in range(10)}, absorbing=frozenset("D"))


def test_by_amount_there_is_no_greenwood_but_a_bootstrap() -> None:
    spells = [Spell(f"{n}", 0, 4, "A", "B", weight=100 * n) for n in (1, 2)] + [Spell("3", 0, 9, "A", weight=700)]
    curve = aalen_johansen(spells, ("A", "B"))
    assert curve.at(4)[0].tolist() == pytest.approx([0.7, 0.3])
    with pytest.raises(ValueError, match="bootstrap"):
        curve.interval(4, "A", "B")
    with pytest.raises(ValueError, match="bootstrap"):
        curve.standard_errors(4)
    low, high = aalen_johansen_bootstrap(spells, ("A", "B"), 4, rounds=60, seed=3)[0, 1]
    assert 0 <= low < 0.3 < high <= 1


def test_bootstraps_hold_the_estimate_and_come_near_greenwood(scipy: None) -> None:
    spells = [Spell(f"{n:03}", 0, 10 + n % 7, "A", "B" if n % 4 == 0 else None) for n in range(200)]
    curve = aalen_johansen(spells, ("A", "B"))
    low, high = aalen_johansen_bootstrap(spells, ("A", "B"), 16, rounds=200, seed=1)[0, 1]
    greenwood = curve.interval(16, "A", "B")
    assert abs(low - greenwood.low) < 0.04
    assert abs(high - greenwood.high) < 0.04
    again = aalen_johansen_bootstrap(spells, ("A", "B"), 16, rounds=200, seed=1)[0, 1]
    assert [low, high] == again.tolist()
    rate = durations(spells, ("A", "B"), 365)
    ends = duration_bootstrap(spells, ("A", "B"), 365, rounds=50, seed=1, years=16 / 365)
    assert ends[0, 1, 0] < probabilities(rate.generator, 16 / 365)[0, 1] < ends[0, 1, 1]
    assert ends[1, 1].tolist() == [1, 1]


def test_cohort_bootstrap_draws_whole_firms() -> None:
    """A firm that moves each year moves in every draw that holds it: wider than Wilson, which takes years for independent."""
    seen = [Seen(f"{n}", p, "A" if (p % 2 == 0 or n >= 6) else "B", 10) for n in range(30) for p in range(9)]
    drawn = cohort_bootstrap(seen, ("A", "B", "U"), "U", rounds=200, seed=5)
    matrix = pooled(cohorts(seen, ("A", "B", "U"), "U")).by_count
    alone = matrix.wilson()
    assert drawn[0, 1, 0] < matrix.probabilities[0, 1] < drawn[0, 1, 1]
    assert np.ptp(drawn[0, 1]) > 1.2 * np.ptp(alone[0, 1])
    assert (cohort_bootstrap(seen, ("A", "B", "U"), "U", rounds=200, seed=5, by_amount=True)[0, 1] == drawn[0, 1]).all()
    assert np.isnan(drawn[2]).all()


# ---- histories


def test_spells_of_dated_grades() -> None:
    changes = [("a", 1, "A"), ("a", 4, "B"), ("a", 4, "D"), ("a", 6, "D"), ("b", 2, "A"), ("b", 5, "D")]
    spells = spells_of(changes, {"a": 9, "b": 9}, absorbing=frozenset({"C"}))
    assert spells == [
        Spell("a", 1, 4, "A", "D"),
        Spell("a", 4, 9, "D"),
        Spell("b", 2, 5, "A", "D"),
        Spell("b", 5, 9, "D"),
    ], "the last grade of a day counts, and a grade given again is no move"
    assert spells_of(changes, {"a": 9, "b": 9}, absorbing=frozenset({"D"})) == [spells[0], spells[2]], "nothing follows a D"
    assert within(spells, 3, 5) == [Spell("a", 3, 4, "A", "D"), Spell("a", 4, 5, "D"), Spell("b", 3, 5, "A", "D")]
    assert within(spells, 2, 4)[-1] == Spell("b", 2, 4, "A"), "a move after the window is not seen"
    with pytest.raises(ValueError, match="after it was last seen"):
        spells_of([("a", 5, "A")], {"a": 4})


@pytest.mark.parametrize(
    ("spells", "message"),
    [
        ([Spell("a", 0, 3, "X")], "no such state"),
        ([Spell("a", 3, 3, "A")], "ends after it starts"),
        ([Spell("a", 0, 3, "A", "A")], "leads to another"),
        ([Spell("a", 0, 3, "A", weight=-1)], "never negative"),
        ([Spell("a", 0, 3, "A"), Spell("a", 2, 4, "A")], "two spells at once"),
        ([Spell("a", 0, 3, "A", "B"), Spell("a", 3, 4, "A")], "left for B"),
        ([], "nothing was seen"),
    ],
)
def test_histories_that_cannot_be(spells: list[Spell], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        aalen_johansen(spells, ABD)


# ---- what must hold for any history


@st.composite
def histories(draw: st.DrawFn, censored: bool = True) -> list[Spell]:
    changes, seen = [], {}
    for number in range(draw(st.integers(2, 8))):
        entry = draw(st.integers(0, 5)) if censored else 0
        moves = draw(st.lists(st.tuples(st.integers(entry + 1, 19), st.sampled_from(ABD)), max_size=4))
        changes += [(f"{number}", entry, draw(st.sampled_from(ABD))), *((f"{number}", t, s) for t, s in moves)]
        last = max([entry, *(t for t, _ in moves)])
        seen[f"{number}"] = draw(st.integers(last + 1, 20)) if censored else 20
    return spells_of(changes, seen)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_rows_sum_to_one_and_covariances_to_zero(spells: list[Spell]) -> None:
    curve = aalen_johansen(spells, ABD)
    assert (curve.steps >= -1e-12).all()
    np.testing.assert_allclose(curve.steps.sum(axis=2), 1, atol=1e-9)
    assert curve.covariance is not None
    np.testing.assert_allclose(curve.covariance.sum(axis=3), 0, atol=1e-9)
    assert (curve.moves.sum(axis=2) <= curve.at_risk).all()


@settings(max_examples=40, deadline=None)
@given(histories())
def test_generator_rows_sum_to_zero_and_time_is_kept(spells: list[Spell]) -> None:
    seen = durations(spells, ABD, per_year=1)
    np.testing.assert_allclose(seen.generator.sum(axis=1), 0, atol=1e-12)
    assert int(seen.time.sum()) == sum(s.end - s.start for s in spells)
    halves = durations([*within(spells, 0, 9), *within(spells, 9, 20)], ABD, per_year=1)
    assert (halves.moves == seen.moves).all()
    assert (halves.time == seen.time).all()


@settings(max_examples=40, deadline=None)
@given(histories(censored=False))
def test_without_censoring_aalen_johansen_is_the_cohort(spells: list[Spell]) -> None:
    ends = {s.firm: s.to or s.state for s in sorted(spells)}
    starts = {s.firm: s.state for s in sorted(spells, reverse=True)}
    seen = [Seen(f, p, at[f]) for p, at in ((0, starts), (1, ends)) for f in ends]
    (period,) = cohorts(seen, [*ABD, "U"], "U")
    n, shared = period.by_count.starts[:3], period.by_count.probabilities[:3, :3]
    forecast = (n / n.sum()) @ aalen_johansen(spells, ABD).at(20)
    np.testing.assert_allclose(forecast, period.by_count.counts[:3, :3].sum(axis=0) / n.sum(), atol=1e-9)
    only = [s for s in spells if s.firm in {f for f, state in starts.items() if state == starts[spells[0].firm]}]
    row = ABD.index(starts[spells[0].firm])
    np.testing.assert_allclose(aalen_johansen(only, ABD).at(20)[row], shared[row], atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=15))
def test_with_two_states_it_is_kaplan_meier(subjects: list[tuple[int, bool]]) -> None:
    curve = cumulative_incidence([(t, "dead" if died else None) for t, died in subjects], ["dead"])
    survival = Fraction(1)
    for t in range(1, 10):
        at_risk = sum(time >= t for time, _ in subjects)
        survival *= 1 - Fraction(sum(died and time == t for time, died in subjects), at_risk or 1)
        assert curve.at(t)[0, 0] == pytest.approx(float(survival), abs=1e-12)
