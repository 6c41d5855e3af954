"""From score to grade, step by step: what comes first, what wins, and what each step is written down as."""

from __future__ import annotations

from stories import Book, Story

STEPS = Book(
    """
    fined: {kind: deduct, from: penalty, counts: {from: decided_on, within: period}, points: 10}
    listed_good:
      kind: limit
      from: listing
      when: list_name = positive_list
      counts: {from: listed_on, within: period}
      at_least: blue
    incident_once: {kind: shift, from: incident, counts: {from: occurred_on, within: period}, down: 1}
    breach_each: {kind: shift, from: breach, counts: {from: found_on, within: period}, down: 1, per_fact: true}
    praised: {kind: shift, from: commendation, counts: {from: awarded_on, within: period}, up: 1, per_fact: true}
    promises: {kind: derive, from: commitment, counts: {from: signed_on, within: period}, value: count}
    never_green: {kind: limit, when: promises = 1, at_most: blue}
    never_blue: {kind: limit, from: interview, counts: {from: occurred_on, within: period}, at_most: yellow}
    supervised:
      kind: veto
      from: listing
      when: list_name = supervised_case
      unless: rectified
      counts: {from: listed_on, within: period}
      grade: red
    crime: {kind: veto, from: judgment, counts: {from: final_on, within: period}, grade: black}
    refusals: {kind: derive, from: refusal, counts: {from: decided_on, within: period}, value: count}
    scope:
      kind: scope
      not_rated: [{when: unit.status = closed, words: {zh: 已关闭, en: Closed}}]
      refused: {when: refusals > 0, grade: red}
    """
)


def fines(count: int) -> list[str]:
    return [f"{{id: f{n}, kind: penalty, decided_on: 2026-01-{n + 1:02}}}" for n in range(count)]


def told(count: int, *records: str, **more: str) -> Story:
    """A story of so many fines of 10 points each, and of other records."""
    return STEPS.story(*fines(count), *records, **more)


def listing(name: str, which: str) -> str:
    return f"{{id: {name}, kind: listing, list_name: {which}, listed_on: 2026-02-01}}"


GOOD = listing("good", "positive_list")
WATCHED = listing("watched", "supervised_case")
PUT_RIGHT = "{id: right, kind: rectification, about: watched, done_on: 2026-06-01, outcome: accepted}"
CRIME = "{id: crime, kind: judgment, final_on: 2026-03-01}"
TALK = "{id: talk, kind: interview, occurred_on: 2026-03-01}"
PROMISE = "{id: promise, kind: commitment, signed_on: 2026-03-01}"
PRAISE = "{id: praise, kind: commendation, awarded_on: 2026-03-01}"
REFUSAL = "{id: no, kind: refusal, decided_on: 2026-03-01}"


def incident(number: int) -> str:
    return f"{{id: i{number}, kind: incident, occurred_on: 2026-03-{number:02}}}"


def breach(number: int) -> str:
    return f"{{id: b{number}, kind: breach, found_on: 2026-03-{number:02}, breach_category: c3}}"


def path(story: Story) -> list[str]:
    """The grade after each step."""
    return [story.result[name] for name in ("by_score", "after_floor", "after_shift", "after_ceiling", "final")]


class TestOrder:
    whole = told(7, GOOD, incident(1), TALK, WATCHED)

    def test_band_then_floor_then_shift_then_ceiling_then_veto(self) -> None:
        assert path(self.whole) == ["black", "blue", "yellow", "yellow", "red"]
        assert self.whole.result["rank"] == 4

    def test_every_step_is_written_in_this_order_with_rule_clause_and_record(self) -> None:
        unit = self.whole.unit_id
        assert self.whole.result["steps"] == [
            ("floor", "listed_good", "law/listed_good", f"{unit}/good", "blue"),
            ("shift", "incident_once", "law/incident_once", f"{unit}/i1", "1"),
            ("ceiling", "never_blue", "law/never_blue", f"{unit}/talk", "yellow"),
            ("veto", "supervised", "law/supervised", f"{unit}/watched", "red"),
        ]

    plain = told(0)

    def test_without_steps_the_band_is_the_grade(self) -> None:
        assert (path(self.plain), self.plain.result["steps"], self.plain.result["rank"]) == (["green"] * 5, [], 1)

    shifted_floor = told(5, GOOD, incident(1))

    def test_a_floor_does_not_shield_from_a_shift(self) -> None:
        assert path(self.shifted_floor) == ["red", "blue", "yellow", "yellow", "yellow"]

    better_than_floor = told(0, GOOD)

    def test_a_floor_takes_nothing_from_who_stands_higher(self) -> None:
        assert path(self.better_than_floor) == ["green"] * 5

    lifted = told(2, PRAISE, PROMISE)
    lifted_freely = told(2, PRAISE)

    def test_a_bonus_lifts_nobody_above_a_ceiling(self) -> None:
        assert path(self.lifted) == ["blue", "blue", "green", "blue", "blue"]
        assert path(self.lifted_freely) == ["blue", "blue", "green", "green", "green"]

    def test_a_ceiling_on_values_rests_on_no_record(self) -> None:
        assert self.lifted.result["steps"][-1] == ("ceiling", "never_green", "law/never_green", "", "blue")

    below_ceiling = told(5, TALK, PROMISE)
    both_ceilings = told(0, TALK, PROMISE)

    def test_the_lowest_ceiling_holds_and_none_lifts(self) -> None:
        assert path(self.below_ceiling) == ["red"] * 5
        assert path(self.both_ceilings) == ["green", "green", "green", "yellow", "yellow"]

    vetoed_bonus = told(0, PRAISE, WATCHED, GOOD)

    def test_neither_bonus_nor_floor_shields_from_a_veto(self) -> None:
        assert path(self.vetoed_bonus) == ["green"] * 4 + ["red"]


class TestVetoes:
    worst = told(0, WATCHED, CRIME)
    lower_already = told(7, WATCHED)

    def test_the_worst_of_several_decides_and_all_are_named(self) -> None:
        assert path(self.worst) == ["green"] * 4 + ["black"]
        assert [(step[1], step[4]) for step in self.worst.result["steps"]] == [("crime", "black"), ("supervised", "red")]

    def test_a_veto_lifts_nobody(self) -> None:
        assert path(self.lower_already) == ["black"] * 5

    relieved = told(0, WATCHED, PUT_RIGHT)
    too_early = told(0, WATCHED, PUT_RIGHT, as_of="2026-05-31")

    def test_what_relieves_a_veto_leaves_it_among_the_ignored(self) -> None:
        assert (self.relieved.grade, self.relieved.result["steps"]) == ("green", [])
        assert self.relieved.ignored == {("supervised", "watched"): "relieved"}

    def test_before_the_day_of_relief_the_veto_stands(self) -> None:
        assert self.too_early.grade == "red"


class TestShifts:
    once = told(0, incident(2), incident(1))
    each = told(0, breach(1), breach(2))
    far = told(0, *(breach(n) for n in range(1, 8)))
    up = told(0, PRAISE)
    both = told(2, breach(1), PRAISE)

    def test_a_shift_moves_once_and_its_other_facts_say_so(self) -> None:
        assert path(self.once)[2] == "blue"
        assert self.once.point("steps") == {("incident_once", "i1"): 1, ("incident_once", "i2"): 0}
        assert self.once.point("why_less") == {("incident_once", "i1"): "", ("incident_once", "i2"): "once"}

    def test_per_fact_moves_with_each(self) -> None:
        assert path(self.each)[2] == "yellow"
        assert [step[4] for step in self.each.result["steps"]] == ["1", "1"]

    def test_no_shift_leads_past_either_end(self) -> None:
        assert (self.far.grade, self.up.grade) == ("black", "green")

    def test_up_and_down_make_one_sum(self) -> None:
        assert path(self.both) == ["blue"] * 5
        assert [(step[1], step[4]) for step in self.both.result["steps"]] == [("breach_each", "1"), ("praised", "-1")]


class TestRefusal:
    best = told(0, REFUSAL)
    worst = told(0, REFUSAL, CRIME)
    closed = told(0, REFUSAL, unit="{status: closed}")

    def test_refusing_to_take_part_decides_alone_for_better_or_worse(self) -> None:
        assert [(s.grade, s.result["rank"], s.result["rated"]) for s in (self.best, self.worst)] == [("red", 4, "rated")] * 2
        assert path(self.worst)[:4] == ["green"] * 4

    def test_but_only_for_who_is_rated_at_all(self) -> None:
        assert (self.closed.grade, self.closed.result["rank"], self.closed.result["rated"]) == ("", 0, "not_rated")


UNKNOWN = Book(
    """
    fined:
      kind: deduct
      from: penalty
      counts: {from: decided_on, within: period}
      points: {by: fine, bands: [{below: CNY 20_000, points: 2}, {points: 5}]}
      missing: {fine: refuse}
    talked: {kind: veto, from: interview, counts: {from: occurred_on, within: period}, grade: red}
    crime: {kind: veto, from: judgment, counts: {from: final_on, within: period}, grade: black}
    promises: {kind: derive, from: commitment, counts: {from: signed_on, within: period}, value: count}
    refusals: {kind: derive, from: refusal, counts: {from: decided_on, within: period}, value: count}
    scope: {kind: scope, refused: {when: refusals > 0, grade: red}}
    """
)


class TestWithoutScore:
    silent = UNKNOWN.story("{id: a, kind: penalty, decided_on: 2026-03-01}", TALK)
    criminal = UNKNOWN.story("{id: a, kind: penalty, decided_on: 2026-03-01}", CRIME)
    refusing = UNKNOWN.story("{id: a, kind: penalty, decided_on: 2026-03-01}", REFUSAL)

    def test_no_step_gives_a_grade_to_who_has_no_score(self) -> None:
        assert path(self.silent) == [""] * 5
        assert (self.silent.result["rated"], self.silent.result["rank"]) == ("refused", 0)

    def test_but_a_veto_to_the_lowest_one_which_nothing_could_make_worse(self) -> None:
        assert path(self.criminal) == ["", "", "", "", "black"]
        assert (self.criminal.score, self.criminal.result["rated"]) == (None, "rated")

    def test_refusing_to_take_part_gives_its_grade_even_so(self) -> None:
        assert (self.refusing.grade, self.refusing.score, self.refusing.result["rated"]) == ("red", None, "rated")


ROWS = Book(
    """
    plates:
      kind: grade
      by: worst_of
      rows:
        - grade: black
          clause: law/list
          from: listing
          when: list_name = serious_dishonesty
          counts: {from: listed_on, before: removed_on}
        - {grade: red, clause: law/many, when: fines >= 3}
        - {grade: yellow, from: penalty, counts: {from: decided_on, within: period}}
        - {grade: green}
    fines: {kind: derive, from: penalty, counts: {from: decided_on, within: period}, value: count}
    praised: {kind: shift, from: commendation, counts: {from: awarded_on, within: period}, up: 1}
    """
)
DISHONEST = "{id: listed, kind: listing, list_name: serious_dishonesty, listed_on: 2024-02-01, removed_on: 2026-12-31}"


class TestWorstOf:
    none = ROWS.story()
    one = ROWS.story(*fines(1))
    three = ROWS.story(*fines(3), PRAISE)
    listed = ROWS.story(*fines(1), DISHONEST, as_of="2026-12-30")
    removed = ROWS.story(*fines(1), DISHONEST)

    def test_the_row_without_conditions_remains(self) -> None:
        assert (path(self.none), self.none.result["steps"]) == (["green"] * 5, [])

    def test_a_row_without_a_clause_rests_on_that_of_the_rule(self) -> None:
        assert path(self.one) == ["yellow"] * 5
        assert self.one.result["steps"] == [("row", "plates", "law/plates", f"{self.one.unit_id}/f0", "yellow")]

    def test_the_worst_row_decides_and_later_steps_follow(self) -> None:
        assert path(self.three) == ["red", "red", "yellow", "yellow", "yellow"]
        assert self.three.result["steps"][0] == ("row", "plates", "law/many", "", "red")
        assert [(step[0], step[4]) for step in self.three.result["steps"]] == [
            ("row", "red"),
            *[("row", "yellow")] * 3,
            ("shift", "-1"),
        ]

    def test_the_first_day_off_the_list_is_the_first_on_which_it_no_longer_counts(self) -> None:
        assert (self.listed.grade, self.removed.grade) == ("black", "yellow")


BY_MEDIUM = Book(
    """
    plates:
      kind: grade
      by: worst_of
      rows:
        - {grade: red, from: penalty, when: medium = water, counts: {from: decided_on, within: period}, missing: {medium: skip}}
        - {grade: yellow, from: penalty, when: medium is unknown, counts: {from: decided_on, within: period}}
        - grade: blue
          from: penalty
          when: medium = water and fine is unknown
          counts: {from: decided_on, within: period}
          missing: {medium: skip}
        - {grade: green}
    """
)


class TestRowsOfOneRule:
    unknown = BY_MEDIUM.story("{id: a, kind: penalty, decided_on: 2026-03-10}")
    air = BY_MEDIUM.story("{id: a, kind: penalty, decided_on: 2026-03-10, medium: air}")
    before = BY_MEDIUM.story("{id: a, kind: penalty, decided_on: 2025-03-10, medium: water}")

    def test_what_one_row_takes_is_not_among_the_ignored_of_another(self) -> None:
        assert (self.unknown.grade, self.unknown.ignored) == ("yellow", {})

    def test_what_several_rows_pass_over_for_one_reason_is_ignored_once(self) -> None:
        assert [row["reason"] for row in self.before.rows("ignored")] == ["outside_period"]

    def test_what_no_row_takes_leaves_the_last(self) -> None:
        assert self.air.grade == "green"
