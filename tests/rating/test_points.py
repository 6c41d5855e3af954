"""From counted facts to points: tables, one act once, escalation, caps, what is unknown and what relieves."""

from __future__ import annotations

from stories import Book, day

TABLES = Book(
    """
    fixed: {kind: deduct, from: order, counts: {from: decided_on, for: 12 months}, points: 1.5}
    by_fine:
      kind: deduct
      from: penalty
      counts: {from: decided_on, for: 24 months}
      points: {by: fine, bands: [{below: CNY 20_000, points: 2}, {below: CNY 100_000, points: 5}, {points: 9}]}
      missing: {fine: skip}
    by_level:
      kind: deduct
      from: incident
      when: responsible
      counts: {from: occurred_on, for: 36 months}
      points: {by: incident_level, table: {ordinary: 10, considerable: 20, major: 30, especially_major: 40}}
      missing: {responsible: skip, incident_level: refuse}
    each_person:
      kind: deduct
      from: detention
      counts: {from: decided_on, for: 12 months}
      points: {by: persons, each: 3}
      missing: {persons: assume 1}
    each_exceedance:
      kind: deduct
      from: monitoring
      when: not compliant
      counts: {from: sampled_on, for: 12 months}
      points: {by: exceedance, each: 2.5}
      missing: {compliant: skip, exceedance: skip}
    praise: {kind: award, from: commendation, counts: {from: awarded_on, within: period}, points: 3}
    """,
    head="score: {start: 100, better: higher, step: 0.5, floor: 0, ceiling: 110}",
)


def fine(name: str, amount: str = "") -> str:
    written = f", fine: CNY {amount}" if amount else ""
    return f"{{id: {name}, kind: penalty, decided_on: 2026-03-10{written}}}"


class TestTables:
    bands = TABLES.story(
        *(fine(f"f{i}", amount) for i, amount in enumerate(("0", "19_999.99", "20_000", "99_999.99", "100_000", "1_000_000_000")))
    )

    def test_an_end_that_is_left_out_belongs_to_the_next_band(self) -> None:
        found = {record: (row["band"], row["counted"]) for row in self.bands.rows("point") for record in [row["record_id"]]}
        assert found == {"f0": (0, -4), "f1": (0, -4), "f2": (1, -10), "f3": (1, -10), "f4": (2, -18), "f5": (2, -18)}

    def test_steps_of_half_a_point_add_up_to_the_score(self) -> None:
        assert self.bands.result["base"] == 200
        assert self.bands.result["change"] == -64
        assert self.bands.score == 136

    by_code = TABLES.story(
        "{id: a, kind: incident, occurred_on: 2026-01-01, incident_level: considerable, responsible: yes}",
        "{id: b, kind: incident, occurred_on: 2026-01-02, incident_level: major, responsible: no}",
        "{id: c, kind: incident, occurred_on: 2026-01-03, incident_level: major}",
    )

    def test_a_table_by_code_and_a_fact_that_is_none_of_the_rules_business(self) -> None:
        assert self.by_code.point("band") == {("by_level", "a"): 1}
        assert self.by_code.counted == {("by_level", "a"): -40}
        assert self.by_code.ignored == {("", "b"): "no_rule", ("by_level", "c"): "unknown_value"}

    each = TABLES.story(
        "{id: a, kind: detention, decided_on: 2026-02-01, persons: 3}",
        "{id: b, kind: detention, decided_on: 2026-02-02}",
        "{id: c, kind: monitoring, sampled_on: 2026-02-03, pollutant: COD, compliant: no, exceedance: 139%}",
        "{id: d, kind: monitoring, sampled_on: 2026-02-04, pollutant: COD, compliant: no, exceedance: 9%}",
    )

    def test_points_for_each_are_cut_to_the_step_of_the_scheme(self) -> None:
        # 139 % × 2.5 points = 3.475 points: 6 half points and a rest that no step holds
        assert self.each.counted == {
            ("each_person", "a"): -18,
            ("each_person", "b"): -6,
            ("each_exceedance", "c"): -6,
            ("each_exceedance", "d"): 0,
        }

    unknown = TABLES.story(fine("known", "5_000"), fine("unknown"))

    def test_what_is_unknown_and_skipped_is_ignored_and_named(self) -> None:
        assert self.unknown.counted == {("by_fine", "known"): -4}
        assert self.unknown.ignored == {("by_fine", "unknown"): "unknown_value"}
        assert self.unknown.details == {("by_fine", "unknown"): "fine"}

    refused = TABLES.story("{id: a, kind: incident, occurred_on: 2026-01-01, responsible: yes}", fine("b", "5_000"))

    def test_what_is_unknown_and_refused_leaves_no_score_at_all(self) -> None:
        assert (self.refused.result["status"], self.refused.score, self.refused.grade) == ("refused", None, "")
        assert self.refused.result["reason"] == f"by_level:incident_level:{self.refused.unit_id}/a"
        assert self.refused.counted == {("by_fine", "b"): -4}

    lapsed_unknown = TABLES.story("{id: a, kind: incident, occurred_on: 2020-01-01, responsible: yes}")

    def test_an_unknown_value_of_a_fact_that_has_lapsed_refuses_nothing(self) -> None:
        assert self.lapsed_unknown.ignored == {("by_level", "a"): "lapsed"}
        assert self.lapsed_unknown.score == 200

    bounds = TABLES.story(*(f"{{kind: commendation, awarded_on: 2026-05-0{n}}}" for n in range(1, 6)))
    bottom = TABLES.story(
        *(f"{{kind: incident, occurred_on: 2026-05-0{n}, incident_level: major, responsible: yes}}" for n in range(1, 5))
    )

    def test_the_score_is_held_between_floor_and_ceiling_and_says_so(self) -> None:
        assert (self.bounds.result["change"], self.bounds.score, self.bounds.result["clamped"]) == (30, 220, "ceiling")
        assert (self.bottom.result["change"], self.bottom.score, self.bottom.result["clamped"]) == (-240, 0, "floor")
        assert self.bottom.grade == "black"


ACTS = Book(
    """
    fined:
      kind: deduct
      from: penalty
      when: categories has any {fine}
      counts: {from: decided_on, for: 24 months}
      points: {by: fine, bands: [{below: CNY 20_000, points: 2}, {points: 5}]}
      per: act
      together: act
      missing: {fine: skip, categories: skip}
    suspended_work:
      kind: deduct
      from: penalty
      when: categories has any {suspension}
      counts: {from: decided_on, for: 24 months}
      points: 8
      per: act
      together: act
      missing: {categories: skip}
    ordered_earliest: {kind: deduct, from: order, counts: {from: decided_on, for: 12 months}, points: 1, per: act, keep: earliest}
    ordered_latest: {kind: deduct, from: order, counts: {from: decided_on, for: 12 months}, points: 1, per: act, keep: latest}
    talked_to: {kind: deduct, from: interview, counts: {from: occurred_on, for: 12 months}, points: 1, per: unit}
    """
)


class TestOneActOnce:
    one_act = ACTS.story(
        "{id: small, kind: penalty, decided_on: 2026-01-10, act: A1, categories: [fine], fine: CNY 5_000}",
        "{id: large, kind: penalty, decided_on: 2026-02-10, act: A1, categories: [fine], fine: CNY 50_000}",
        "{id: both, kind: penalty, decided_on: 2026-03-10, act: A1, categories: [fine, suspension], fine: CNY 5_000}",
        "{id: other, kind: penalty, decided_on: 2026-04-10, act: A2, categories: [fine], fine: CNY 5_000}",
        "{id: none1, kind: penalty, decided_on: 2026-05-10, categories: [fine], fine: CNY 5_000}",
        "{id: none2, kind: penalty, decided_on: 2026-05-10, categories: [fine], fine: CNY 5_000}",
    )

    def test_the_highest_counts_across_rules_that_stand_together(self) -> None:
        assert self.one_act.counted == {
            ("suspended_work", "both"): -8,
            ("fined", "other"): -2,
            ("fined", "none1"): -2,
            ("fined", "none2"): -2,
        }

    def test_what_gives_way_names_the_record_that_counts_instead(self) -> None:
        kept = f"{self.one_act.unit_id}/both"
        assert self.one_act.details == {("fined", "small"): kept, ("fined", "large"): kept, ("fined", "both"): kept}
        assert set(self.one_act.ignored.values()) == {"same_act"}

    orders = ACTS.story(
        "{id: first, kind: order, decided_on: 2026-01-10, act: B}",
        "{id: second, kind: order, decided_on: 2026-01-11, act: B}",
        "{id: same_day, kind: order, decided_on: 2026-01-11, act: B}",
    )

    def test_the_earliest_or_the_latest_may_be_kept(self) -> None:
        assert self.orders.counted == {("ordered_earliest", "first"): -1, ("ordered_latest", "same_day"): -1}

    talks = ACTS.story("{id: b, kind: interview, occurred_on: 2026-02-01}", "{id: a, kind: interview, occurred_on: 2026-01-01}")

    def test_once_for_the_whole_unit(self) -> None:
        assert self.talks.counted == {("talked_to", "a"): -1}

    revoked = ACTS.story(
        "{id: large, kind: penalty, decided_on: 2026-01-10, act: A1, categories: [fine], fine: CNY 50_000}",
        "{id: small, kind: penalty, decided_on: 2026-02-10, act: A1, categories: [fine], fine: CNY 5_000}",
        "{id: r, kind: revocation, about: large, decided_on: 2026-06-01}",
    )

    def test_a_revoked_record_does_not_keep_another_of_its_act_from_counting(self) -> None:
        assert self.revoked.counted == {("fined", "small"): -2}
        assert self.revoked.ignored == {("fined", "large"): "revoked"}


REPEATED = Book(
    """
    complained:
      kind: deduct
      from: complaint
      when: verified
      counts: {from: received_on, within: period}
      points: 1
      repeat: {from: 3, multiply: 2}
      missing: {verified: skip}
    fined:
      kind: deduct
      from: penalty
      counts: {from: decided_on, within: period}
      points: 2
      repeat: {from: 2, within: 12 months, add: 3}
    """
)


def complaint(number: int, verified: str = "yes") -> str:
    return f"{{id: c{number}, kind: complaint, received_on: 2026-0{number}-15, verified: {verified}}}"


class TestRepetition:
    third = REPEATED.story(complaint(1), complaint(2), complaint(3, "no"), complaint(4), complaint(5))

    def test_from_the_third_on_points_are_doubled(self) -> None:
        found = self.third.counted
        assert found == {("complained", f"c{n}"): points for n, points in ((1, -1), (2, -1), (4, -2), (5, -2))}

    same_day = REPEATED.story(*(f"{{id: {n}, kind: complaint, received_on: 2026-05-01, verified: yes}}" for n in "zxy"))

    def test_on_one_day_the_order_of_record_ids_decides(self) -> None:
        assert self.same_day.counted == {("complained", "x"): -1, ("complained", "y"): -1, ("complained", "z"): -2}

    within = REPEATED.story(
        "{id: long_ago, kind: penalty, decided_on: 2025-03-10}",
        "{id: just_outside, kind: penalty, decided_on: 2026-03-10}",
        "{id: second, kind: penalty, decided_on: 2026-11-10}",
    )
    day_before = REPEATED.story(
        "{id: long_ago, kind: penalty, decided_on: 2025-03-11}", "{id: just_inside, kind: penalty, decided_on: 2026-03-10}"
    )

    def test_only_within_the_term_and_across_the_turn_of_the_year(self) -> None:
        assert self.within.counted == {("fined", "just_outside"): -2, ("fined", "second"): -5}
        assert self.within.ignored == {("fined", "long_ago"): "outside_period"}
        assert self.day_before.counted == {("fined", "just_inside"): -5}


CAPPED = Book(
    """
    first_come: {kind: deduct, part: law, from: order, counts: {from: decided_on, for: 12 months}, points: 2, cap: {points: 5}}
    dearest:
      kind: deduct
      from: penalty
      counts: {from: decided_on, for: 12 months}
      points: {by: fine, bands: [{below: CNY 20_000, points: 2}, {points: 5}]}
      cap: {points: 6, keep: highest}
      missing: {fine: skip}
    newest:
      kind: deduct
      from: interview
      counts: {from: occurred_on, for: 12 months}
      points: 2
      cap: {points: 3, keep: latest}
    listed: {kind: deduct, part: law, from: complaint, counts: {from: received_on, for: 12 months}, points: 4}
    praised: {kind: award, part: law, from: commendation, counts: {from: awarded_on, for: 12 months}, points: 7}
    certified: {kind: award, part: law, from: certification, counts: {from: valid_from, for: 12 months}, points: 7}
    """,
    head="parts: {law: {words: {zh: 执法, en: Enforcement}, cap: 10}}",
)


def orders(*months: int) -> list[str]:
    return [f"{{id: o{month}, kind: order, decided_on: 2026-{month:02}-01}}" for month in months]


class TestCaps:
    first_come = CAPPED.story(*orders(4, 1, 3, 2))

    def test_the_earliest_fill_the_cap_of_a_rule(self) -> None:
        assert self.first_come.counted == {("first_come", f"o{n}"): p for n, p in ((1, -2), (2, -2), (3, -1), (4, 0))}
        assert self.first_come.point("raw") == {("first_come", f"o{n}"): -2 for n in (1, 2, 3, 4)}
        assert self.first_come.point("why_less") == {
            ("first_come", f"o{n}"): w for n, w in ((1, ""), (2, ""), (3, "cap"), (4, "cap"))
        }

    def test_the_item_says_what_was_taken_of_how_much(self) -> None:
        (item,) = self.first_come.rows("item")
        assert (item["raw"], item["counted"], item["cap"], item["facts"], item["part"]) == (-8, -5, 5, 4, "law")

    dearest = CAPPED.story(fine("f1", "5_000"), fine("f2", "50_000"), fine("f3", "5_000"))

    def test_the_dearest_fill_the_cap_where_asked(self) -> None:
        assert self.dearest.counted == {("dearest", "f2"): -5, ("dearest", "f1"): -1, ("dearest", "f3"): 0}

    newest = CAPPED.story(
        "{id: a, kind: interview, occurred_on: 2026-01-01}", "{id: b, kind: interview, occurred_on: 2026-02-01}"
    )

    def test_the_latest_fill_the_cap_where_asked(self) -> None:
        assert self.newest.counted == {("newest", "b"): -2, ("newest", "a"): -1}

    part = CAPPED.story(
        *orders(1, 2, 3),
        "{id: c1, kind: complaint, received_on: 2026-01-15}",
        "{id: c2, kind: complaint, received_on: 2026-05-01}",
        "{id: p, kind: commendation, awarded_on: 2026-06-01}",
        "{id: q, kind: certification, certificate: iso14001, valid_from: 2026-07-01}",
    )

    def test_the_cap_of_a_part_runs_over_its_rules_in_the_order_of_time(self) -> None:
        assert self.part.counted == {
            ("first_come", "o1"): -2,
            ("listed", "c1"): -4,
            ("first_come", "o2"): -2,
            ("first_come", "o3"): -1,
            ("listed", "c2"): -1,
            ("praised", "p"): 7,
            ("certified", "q"): 3,
        }

    def test_each_row_says_which_cap_cut_it(self) -> None:
        less = {key: why for key, why in self.part.point("why_less").items() if why}
        assert less == {("first_come", "o3"): "cap", ("listed", "c2"): "part_cap", ("certified", "q"): "part_cap"}
        assert self.part.score == 100 - 10 + 10


RELIEVED = Book(
    """
    fined:
      kind: deduct
      from: penalty
      unless: performed and fine < CNY 5_000
      counts: {from: decided_on, for: 12 months}
      points: 4
      missing: {performed: assume no, fine: refuse}
    """
)


class TestRelief:
    told = RELIEVED.story(
        "{id: paid, kind: penalty, decided_on: 2026-03-10, performed: yes, fine: CNY 4_000}",
        "{id: unpaid, kind: penalty, decided_on: 2026-03-10, performed: no, fine: CNY 4_000}",
        "{id: silent, kind: penalty, decided_on: 2026-03-10}",
    )
    unclear = RELIEVED.story("{id: a, kind: penalty, decided_on: 2026-03-10, performed: yes}")

    def test_a_relieved_fact_is_shown_as_ignored(self) -> None:
        assert self.told.ignored == {("fined", "paid"): "relieved"}
        # An assumed “no” settles it, whatever the fine: nothing needs to be refused.
        assert self.told.counted == {("fined", "unpaid"): -4, ("fined", "silent"): -4}

    def test_a_relief_that_cannot_be_judged_refuses(self) -> None:
        assert self.unclear.result["status"] == "refused"
        assert self.unclear.ignored == {("fined", "a"): "unknown_value"}


UPWARD = Book(
    """
    fined: {kind: demerit, from: penalty, counts: {from: decided_on, within: period}, points: 2}
    praised: {kind: award, from: commendation, counts: {from: awarded_on, within: period}, points: 1}
    plates: {kind: grade, by: score, bands: [{grade: green, below: 1}, {grade: blue, below: 3}, {grade: red}]}
    """,
    head="score: {start: 0, better: lower, step: 1, floor: 0}",
)


class TestWhereLowerIsBetter:
    told = UPWARD.story("{id: a, kind: penalty, decided_on: 2026-03-10}", "{id: p, kind: commendation, awarded_on: 2026-03-10}")

    def test_demerits_add_and_awards_take_away(self) -> None:
        assert self.told.counted == {("fined", "a"): 2, ("praised", "p"): -1}
        assert (self.told.score, self.told.grade) == (1, "blue")


def test_a_point_says_from_when_to_when_it_counts() -> None:
    (row,) = [row for row in TestTables.bands.rows("point") if row["record_id"] == "f0"]
    assert (row["counts_from"], row["counts_to"]) == (day("2026-03-10"), day("2028-03-10"))
    assert (row["effect"], row["part"], row["clause"], row["grade"], row["steps"]) == ("deduct", "", "law/by_fine", "", 0)
