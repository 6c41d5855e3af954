"""Values per unit: every function, what nothing and the unknown come to, and values that rest on values."""

from __future__ import annotations

from stories import Book, Story, day


def values(kind: str, counts: str, **measures: str) -> str:
    """Derive rules over one kind of record; a measure may be followed by ``, none: …``."""
    return "".join(f"{key}: {{kind: derive, from: {kind}, counts: {counts}, value: {text}}}\n" for key, text in measures.items())


FINES = Book(
    values(
        "penalty",
        "{from: decided_on, for: 60 months}",
        fined="count",
        acts="count distinct act",
        total="sum fine",
        total_or_nothing="sum fine, none: CNY 0",
        largest_fine="largest fine",
        smallest_fine="smallest fine",
        median_fine="median fine, none: CNY 1",
        mean_fine="mean fine",
        last_on="latest decided_on, none: 2000-01-01",
        first_on="earliest decided_on",
        small="share(fine < CNY 20_000)",
        ratio="sum confiscated / sum fine",
        days="days_since latest decided_on",
        months="full_months_since latest decided_on",
        years="full_years_since latest decided_on, none: 9",
    )
)


def fine(name: str, on: str, **more: str) -> str:
    return f"{{id: {name}, kind: penalty, decided_on: {on}{''.join(f', {key}: {text}' for key, text in more.items())}}}"


class TestOverFacts:
    told = FINES.story(
        fine("a", "2024-12-30", act="A1", fine="CNY 10_000", confiscated="CNY 5_000"),
        fine("b", "2025-03-10", act="A1", fine="CNY 20_000"),
        fine("c", "2025-12-31", act="A2", fine="CNY 40_000", confiscated="CNY 20_000"),
        fine("d", "2021-12-30", act="A3", fine="CNY 900_000"),
    )

    def test_facts_and_different_values_are_counted(self) -> None:
        assert (self.told.derived["fined"], self.told.derived["acts"]) == (3, 2)

    def test_sums_and_extremes_are_in_fen(self) -> None:
        found = self.told.derived
        assert (found["total"], found["largest_fine"], found["smallest_fine"]) == (7_000_000, 4_000_000, 1_000_000)

    def test_the_middle_one_of_three_is_the_median(self) -> None:
        assert self.told.derived["median_fine"] == 2_000_000

    def test_a_mean_is_rounded_down(self) -> None:
        assert self.told.derived["mean_fine"] == 2_333_333

    def test_days_are_numbered_from_1970(self) -> None:
        assert self.told.derived["last_on"] == (day("2025-12-31") - day("1970-01-01")).days
        assert self.told.derived["first_on"] == (day("2024-12-30") - day("1970-01-01")).days

    def test_a_share_is_cut_after_six_decimals(self) -> None:
        assert self.told.derived["small"] == 333_333

    def test_a_ratio_of_sums(self) -> None:
        assert self.told.derived["ratio"] == 357_142

    def test_time_since_the_latest_on_the_day_itself(self) -> None:
        assert [self.told.derived[name] for name in ("days", "months", "years")] == [365, 12, 1]

    def test_each_value_says_on_how_many_facts_it_rests(self) -> None:
        assert {row["facts"] for row in self.told.rows("derived")} == {3}

    even = FINES.story(
        fine("a", "2026-01-01", fine="CNY 10"),
        fine("b", "2026-01-02", fine="CNY 0.03"),
        fine("c", "2026-01-03", fine="CNY 0.10"),
        fine("d", "2026-01-04", fine="CNY 0.01"),
    )

    def test_of_four_the_median_is_half_the_sum_of_the_middle_two_and_cut(self) -> None:
        # 1, 3, 10 and 1000 fen: (3 + 10) / 2 = 6.5
        assert self.even.derived["median_fine"] == 6
        assert self.even.derived["mean_fine"] == 253

    nearly = FINES.story(fine("a", "2025-03-31"), as_of="2026-03-30")

    def test_a_month_or_year_is_full_on_its_corresponding_day_only(self) -> None:
        assert [self.nearly.derived[name] for name in ("days", "months", "years")] == [364, 11, 0]


class TestNothingAndTheUnknown:
    nothing = FINES.story()
    unknown = FINES.story(fine("a", "2026-01-01"))
    partly = FINES.story(fine("a", "2026-01-01"), fine("b", "2026-01-02", fine="CNY 30_000"))

    def test_without_facts_a_count_is_zero_and_the_rest_is_unknown(self) -> None:
        found = self.nothing.derived
        assert (found["fined"], found["acts"]) == (0, 0)
        rest = ("total", "largest_fine", "smallest_fine", "mean_fine", "first_on", "small", "ratio", "days", "months")
        assert {found[name] for name in rest} == {None}

    def test_without_facts_none_is_the_value(self) -> None:
        found = self.nothing.derived
        assert (found["total_or_nothing"], found["median_fine"], found["years"]) == (0, 100, 9)
        assert found["last_on"] == (day("2000-01-01") - day("1970-01-01")).days

    def test_none_is_no_stand_in_for_what_is_unknown(self) -> None:
        found = self.unknown.derived
        assert (found["fined"], found["acts"]) == (1, 0)
        assert [found[name] for name in ("total", "total_or_nothing", "largest_fine", "median_fine", "mean_fine", "small")] == [
            None
        ] * 6

    def test_what_is_known_makes_the_value_and_all_facts_are_named(self) -> None:
        found = self.partly.derived
        assert [found[name] for name in ("largest_fine", "smallest_fine", "median_fine", "mean_fine")] == [3_000_000] * 4
        assert (found["small"], found["fined"]) == (0, 2)


ROWS = Book(
    """
    paid_in_a_row: {kind: derive, from: penalty, counts: {from: decided_on, for: 60 months}, value: streak(performed)}
    good_years: {kind: derive, from: rating, counts: {from: period_to, for: 60 months}, value: "streak(grade in {green, blue})"}
    """
)


def paid(*answers: str) -> list[str]:
    """Penalties of January, February, … with whether each was paid; nothing said for ''."""
    return [
        fine(f"p{month}", f"2026-{month:02}-01", **({"performed": answer} if answer else {}))
        for month, answer in enumerate(answers, 1)
    ]


def years(*grades: str) -> str:
    """Earlier ratings of the years up to 2025, oldest first; nothing for ''."""
    rated = [(2025 - back, grade) for back, grade in enumerate(reversed(grades)) if grade]
    return "[" + ", ".join(f"{{period_to: {year}-12-31, grade: {grade}}}" for year, grade in rated) + "]"


class TestStreaks:
    broken = ROWS.story(*paid("yes", "no", "yes", "yes"), history=years("green", "red", "blue", "green"))
    unknown = ROWS.story(*paid("yes", "", "yes"))
    newest_no = ROWS.story(*paid("yes", "yes", "no"), history=years("green", "yellow"))
    unbroken = ROWS.story(*paid("yes", "yes", "yes"), history=years("green", "", "blue"))
    same_day = ROWS.story(fine("z", "2026-01-01", performed="yes"), fine("a", "2026-01-01", performed="no"))
    never = ROWS.story()

    def test_only_the_latest_in_unbroken_order(self) -> None:
        assert self.broken.derived["paid_in_a_row"] == 2
        assert self.broken.derived["good_years"] == 2

    def test_the_unknown_breaks_the_row(self) -> None:
        assert self.unknown.derived["paid_in_a_row"] == 1

    def test_a_row_that_ends_in_a_no_is_none(self) -> None:
        assert (self.newest_no.derived["paid_in_a_row"], self.newest_no.derived["good_years"]) == (0, 0)

    def test_a_year_without_a_rating_does_not_break_the_row_of_facts(self) -> None:
        assert (self.unbroken.derived["paid_in_a_row"], self.unbroken.derived["good_years"]) == (3, 2)

    def test_a_no_of_the_same_day_breaks_it_whatever_the_record_ids(self) -> None:
        assert self.same_day.derived["paid_in_a_row"] == 0

    def test_no_facts_are_a_row_of_none(self) -> None:
        assert (self.never.derived["paid_in_a_row"], self.never.derived["good_years"]) == (0, 0)


OUTLETS = Book(
    values(
        "monitoring",
        "{from: sampled_on, within: period}",
        worst_rate="smallest share(compliant) by outlet",
        worst_or_all="smallest share(compliant) by outlet, none: 100%",
        most_samples="largest count by outlet, none: 0",
        peak="largest mean exceedance by outlet",
        typical="median largest exceedance by outlet",
        longest="largest streak(compliant) by outlet",
    )
)


def sample(outlet: str, number: int, **more: str) -> str:
    said = "".join(f", {key}: {text}" for key, text in more.items())
    return f"{{id: {outlet}{number}, kind: monitoring, sampled_on: 2026-01-{number:02}, pollutant: COD, outlet: {outlet}{said}}}"


class TestByOutlet:
    told = OUTLETS.story(
        *(sample("W1", n, compliant=answer) for n, answer in enumerate(("yes", "no", "yes", "yes"), 1)),
        *(sample("W2", n, compliant=answer, exceedance="10%") for n, answer in enumerate(("yes", "no", "no"), 1)),
        sample("W3", 1, exceedance="40%"),
        sample("W3", 2, exceedance="5%"),
        sample("W4", 1, exceedance="-20%"),
    )
    nothing = OUTLETS.story()
    unknown = OUTLETS.story(sample("W1", 1), sample("W2", 1))

    def test_the_worst_outlet_decides_and_one_of_which_nothing_is_known_does_not(self) -> None:
        assert self.told.derived["worst_rate"] == 333_333

    def test_the_outer_function_goes_over_the_inner_values(self) -> None:
        assert self.told.derived["most_samples"] == 4
        assert self.told.derived["peak"] == 225_000
        assert self.told.derived["typical"] == 100_000
        assert self.told.derived["longest"] == 2

    def test_without_an_outlet_there_is_no_value_but_that_of_none(self) -> None:
        found = {name: value for name, value in self.nothing.derived.items() if value is not None}
        assert found == {"most_samples": 0, "worst_or_all": 1_000_000}

    def test_none_is_no_stand_in_where_nothing_is_known_of_any_outlet(self) -> None:
        assert self.unknown.derived["worst_or_all"] is None
        assert self.unknown.derived["most_samples"] == 1


CHAINED = Book(
    """
    typical: {kind: derive, from: penalty, counts: {from: decided_on, within: period}, value: median fine}
    heavy:
      kind: derive
      from: penalty
      when: fine > typical
      counts: {from: decided_on, within: period}
      value: count
      missing: {fine: skip, typical: skip}
    reports: {kind: derive, from: disclosure, when: heavy >= 1, counts: {from: due_on, within: period}, value: count}
    charged:
      kind: deduct
      from: penalty
      when: fine > typical and reports = 0
      counts: {from: decided_on, within: period}
      points: 10
      missing: {fine: skip, typical: skip}
    """
)


def chained(*records: str) -> Story:
    return CHAINED.story(*(fine(f"f{n}", "2026-05-01", fine=f"CNY {n}_000") for n in (1, 2, 3)), *records)


class TestValuesOnValues:
    silent = chained()
    filed = chained("{id: r, kind: disclosure, due_on: 2026-04-30}")
    unknown = CHAINED.story(fine("a", "2026-05-01"))

    def test_each_value_sees_those_it_names(self) -> None:
        assert self.silent.derived == {"typical": 200_000, "heavy": 1, "reports": 0}
        assert self.filed.derived == {"typical": 200_000, "heavy": 1, "reports": 1}

    def test_and_so_do_the_rules_that_score(self) -> None:
        assert self.silent.counted == {("charged", "f3"): -10}
        assert self.filed.counted == {}

    def test_what_is_asked_of_an_unknown_value_is_unknown(self) -> None:
        assert self.unknown.derived == {"typical": None, "heavy": 0, "reports": 0}
        assert self.unknown.ignored == {("charged", "a"): "unknown_value"}


NEEDED = Book(
    """
    total: {kind: derive, from: penalty, counts: {from: decided_on, within: period}, value: sum fine, missing: {fine: refuse}}
    paid:
      kind: derive
      from: order
      counts: {from: decided_on, within: period}
      value: share(performed or medium = noise)
      missing: {performed: refuse, medium: skip}
    """
)


class TestWhatMustBeKnown:
    unknown = NEEDED.story(fine("a", "2026-03-01"), fine("b", "2026-03-02", fine="CNY 5_000"))
    known = NEEDED.story(fine("b", "2026-03-02", fine="CNY 5_000"))
    long_ago = NEEDED.story(fine("a", "2025-12-31"), fine("b", "2026-03-02", fine="CNY 5_000"))
    settled = NEEDED.story("{id: a, kind: order, decided_on: 2026-03-01, medium: noise}")
    unsettled = NEEDED.story("{id: a, kind: order, decided_on: 2026-03-01, medium: water}")

    def test_a_sum_over_an_unknown_amount_is_refused_where_the_rule_says_so(self) -> None:
        assert self.unknown.result["reason"] == f"total:fine:{self.unknown.unit_id}/a"
        assert (self.unknown.result["status"], self.unknown.score) == ("refused", None)
        assert (self.known.result["status"], self.known.derived["total"]) == ("rated", 500_000)

    def test_but_not_for_a_fact_that_does_not_count(self) -> None:
        assert (self.long_ago.result["status"], self.long_ago.derived["total"]) == ("rated", 500_000)

    def test_nor_where_the_condition_is_settled_without_it(self) -> None:
        assert (self.settled.result["status"], self.settled.derived["paid"]) == ("rated", 1_000_000)
        assert self.unsettled.result["reason"] == f"paid:performed:{self.unsettled.unit_id}/a"
