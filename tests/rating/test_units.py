"""Who is rated at all, and rules on values of the unit alone: measures over values and ratios, weighted tiers."""

from __future__ import annotations

from stories import Book, Story

SCOPE = Book(
    """
    refusals: {kind: derive, from: refusal, counts: {from: decided_on, within: period}, value: count}
    fined: {kind: deduct, from: penalty, counts: {from: decided_on, within: period}, points: 10}
    scope:
      kind: scope
      rated: unit.permit_class in {key, simplified} or unit.key_unit
      not_rated:
        - {when: "unit.status in {closed, moved}", words: {zh: 已关闭, en: Closed}}
        - {when: unit.stopped_from <= period_from, words: {zh: 全年停产, en: Stopped all year}}
    """
)
FINED = "{id: a, kind: penalty, decided_on: 2026-03-10}"


def unit(columns: str) -> Story:
    return SCOPE.story(FINED, unit=f"{{{columns}}}")


def outcome(story: Story) -> tuple[str, str, int | None, str]:
    return story.result["status"], story.result["reason"], story.score, story.grade


class TestScope:
    rated = unit("permit_class: key")
    by_key_unit = unit("permit_class: registered, key_unit: yes")
    other_class = unit("permit_class: registered, key_unit: no")
    half_known = unit("permit_class: registered")
    known_enough = unit("permit_class: simplified")
    closed = unit("permit_class: key, status: closed")
    unheard = SCOPE.story("{id: c, kind: complaint, received_on: 2026-01-01}", unit="{permit_class: key, status: closed}")
    heard = SCOPE.story("{id: c, kind: complaint, received_on: 2026-01-01}", unit="{permit_class: key}")
    stopped = unit("permit_class: key, status: stopped, stopped_from: 2026-01-01")
    stopped_later = unit("permit_class: key, status: stopped, stopped_from: 2026-01-02")
    both = unit("permit_class: key, status: moved, stopped_from: 2025-01-01")
    park = unit("permit_class: key, unit_type: park")

    def test_who_is_in_scope_is_rated(self) -> None:
        assert [outcome(s) for s in (self.rated, self.by_key_unit, self.known_enough)] == [("rated", "", 90, "blue")] * 3

    def test_who_is_out_of_scope_is_not_and_the_rule_is_named(self) -> None:
        assert outcome(self.other_class) == ("not_rated", "scope", None, "")
        assert (self.other_class.counted, self.other_class.ignored) == ({}, {})

    def test_of_who_is_out_of_scope_nothing_is_said_of_facts_that_no_rule_looks_at(self) -> None:
        assert (self.heard.ignored, self.unheard.ignored) == ({("", "c"): "no_rule"}, {})

    def test_an_unknown_scope_refuses_and_names_the_rule(self) -> None:
        assert outcome(self.half_known) == ("refused", "scope", None, "")

    def test_the_first_reason_that_holds_is_given_by_its_place(self) -> None:
        assert outcome(self.closed) == ("not_rated", "scope#0", None, "")
        assert outcome(self.stopped) == ("not_rated", "scope#1", None, "")
        assert outcome(self.both) == ("not_rated", "scope#0", None, "")

    def test_a_day_later_is_not_the_whole_year(self) -> None:
        assert outcome(self.stopped_later) == ("rated", "", 90, "blue")

    def test_a_unit_of_another_type_is_none_of_the_schemes_business(self) -> None:
        assert outcome(self.park) == ("not_rated", "unit_type", None, "")


MEASURES = Book(
    """
    emitted: {kind: derive, from: discharge_total, counts: {from: period_to, within: period}, value: sum discharged}
    allowed: {kind: derive, from: discharge_total, counts: {from: period_to, within: period}, value: sum quota}
    samples: {kind: derive, from: monitoring, counts: {from: sampled_on, within: period}, value: count}
    against_quota:
      kind: measure
      effect: deduct
      by: emitted / allowed
      bands: [{to: 66.6667%, points: 0}, {below: 100%, points: 3}, {to: 110%, points: 5}, {points: 8}]
      missing: {emitted: refuse, allowed: skip}
    enough_samples:
      kind: measure
      effect: award
      when: unit.key_unit
      by: samples
      bands: [{below: 2, points: 0}, {from: 2, below: 4, points: 1}, {points: 2}]
      missing: {unit.key_unit: assume no}
    """
)


def total(discharged: str = "", quota: str = "") -> str:
    said = "".join(f", {key}: {value}" for key, value in (("discharged", discharged), ("quota", quota)) if value)
    return f"{{id: t, kind: discharge_total, period_to: 2026-12-31, pollutant: COD{said}}}"


def samples(count: int) -> list[str]:
    return [f"{{kind: monitoring, sampled_on: 2026-01-{n:02}, pollutant: COD}}" for n in range(1, count + 1)]


def ratio(discharged: str, quota: str) -> Story:
    return MEASURES.story(total(discharged, quota))


class TestMeasures:
    # 2/3 is below 66.6667 %. A ratio counts as any share does: what lies beyond the sixth decimal is cut, never rounded up.
    two_thirds = ratio("2", "3")
    on_first = ratio("0.666667", "1")
    just_over = ratio("0.666668", "1")
    hair_over = ratio("666667.999999", "1000000")
    just_below = ratio("2.999999", "3")
    on_quota = ratio("3", "3")
    on_last = ratio("3.3", "3")
    over_last = ratio("3.300003", "3")

    def test_a_ratio_is_held_against_its_bounds_without_rounding_up(self) -> None:
        assert [s.counted for s in (self.two_thirds, self.on_first, self.hair_over)] == [{}, {}, {}]
        over = [s.counted[("against_quota", "")] for s in (self.just_over, self.just_below, self.on_quota)]
        assert over == [-3, -3, -5]

    def test_to_takes_its_end_in(self) -> None:
        assert self.on_last.counted == {("against_quota", ""): -5}
        assert self.over_last.counted == {("against_quota", ""): -8}
        assert self.over_last.point("band") == {("against_quota", ""): 3}

    nothing = MEASURES.story()
    no_quota = MEASURES.story(total("3"))
    zero_quota = MEASURES.story(total("3", "0"))
    no_value = MEASURES.story(total(quota="3"))

    def test_what_must_be_known_refuses_and_is_named(self) -> None:
        found = [outcome(story) for story in (self.nothing, self.no_value)]
        assert found == [("refused", "against_quota:emitted", None, "")] * 2

    def test_what_may_be_unknown_is_skipped_and_so_is_a_quota_of_zero(self) -> None:
        assert [(s.counted, s.score) for s in (self.no_quota, self.zero_quota)] == [({}, 100)] * 2

    few = MEASURES.story(total("1", "3"), *samples(1), unit="{key_unit: yes}")
    some = MEASURES.story(total("1", "3"), *samples(2), unit="{key_unit: yes}")
    many = MEASURES.story(total("1", "3"), *samples(4), unit="{key_unit: yes}")
    others = MEASURES.story(total("1", "3"), *samples(4), unit="{key_unit: no}")
    unsaid = MEASURES.story(total("1", "3"), *samples(4))

    def test_bands_over_one_value_once_per_unit(self) -> None:
        assert [story.counted.get(("enough_samples", "")) for story in (self.few, self.some, self.many)] == [None, 1, 2]
        assert self.many.point("band") == {("enough_samples", ""): 2}
        assert self.many.point("clause") == {("enough_samples", ""): "law/enough_samples"}

    def test_a_measure_may_be_for_some_units_only(self) -> None:
        assert [story.counted for story in (self.others, self.unsaid)] == [{}, {}]


TIERS = Book(
    """
    samples: {kind: derive, from: monitoring, counts: {from: sampled_on, within: period}, value: count}
    rate: {kind: derive, from: monitoring, counts: {from: sampled_on, within: period}, value: share(compliant), none: 100%}
    rated_by_officer:
      kind: tier
      weight: 30%
      tiers:
        - {when: samples >= 4, points: 80 to 100}
        - {when: samples >= 1, points: 60}
        - {points: 0 to 20}
      inside_tier: officer
    best_end:
      kind: tier
      weight: 50%
      tiers: [{when: rate >= 75%, points: 70 to 90}, {points: 10 to 30}]
      inside_tier: highest
      missing: {rate: refuse}
    worst_end:
      kind: tier
      weight: 15%
      applies: unit.permit_class = key
      tiers: [{when: rate >= 75%, points: 75 to 90}, {points: 0}]
      inside_tier: lowest
      missing: {rate: refuse, unit.permit_class: assume registered}
    """,
    head="score: {start: 0, better: higher, step: 0.1, weighted: true, rounding: half_up, floor: 0, ceiling: 100}",
)
KEY = "{permit_class: key}"


def entry(value: str, name: str = "e", on: str = "2026-06-01") -> str:
    told = "entered_by: 王某, reason: 现场核查"
    return f"{{id: {name}, kind: officer_entry, entered_on: {on}, rule: rated_by_officer, entered_value: {value}, {told}}}"


def one_sample(compliant: str = "yes") -> str:
    return f"{{id: s, kind: monitoring, sampled_on: 2026-02-01, pollutant: COD, compliant: {compliant}}}"


class TestTiers:
    fixed = TIERS.story(one_sample(), unit=KEY)

    def test_fixed_values_and_both_ends_of_ranges(self) -> None:
        assert self.fixed.counted == {("rated_by_officer", ""): 600, ("best_end", ""): 900, ("worst_end", ""): 750}
        assert self.fixed.point("band") == {("rated_by_officer", ""): 1, ("best_end", ""): 0, ("worst_end", ""): 0}

    def test_the_weighted_score_is_rounded_at_the_step(self) -> None:
        # (60 × 30 + 90 × 50 + 75 × 15) / 95 = 78.157…
        assert self.fixed.score == 782
        assert {row["rule"]: row["weight"] for row in self.fixed.rows("item")} == {
            "rated_by_officer": 300_000,
            "best_end": 500_000,
            "worst_end": 150_000,
        }

    entered = TIERS.story(
        *samples(4), entry("80.4"), "{id: c, kind: monitoring, sampled_on: 2026-02-01, pollutant: COD, compliant: yes}"
    )
    without = TIERS.story(one_sample("no"), unit="{permit_class: simplified}")
    with_key = TIERS.story(one_sample("no"), unit=KEY)

    def test_where_a_tier_does_not_apply_the_other_weights_carry_the_score(self) -> None:
        # (60 × 30 + 30 × 50) / 80 = 41.25, half up 41.3; with the key tier at 0: (1800 + 1500) / 95 = 34.736…
        assert self.without.score == 413
        assert ("worst_end", "") not in self.without.counted
        assert self.with_key.score == 347

    def test_the_officers_value_is_taken_and_rests_on_the_entry(self) -> None:
        # (80.4 × 30 + 90 × 50) / 80 = 86.4
        assert self.entered.counted == {("rated_by_officer", "e"): 804, ("best_end", ""): 900}
        assert self.entered.score == 864

    lowest = TIERS.story(*samples(4), entry("80"), one_sample())
    highest = TIERS.story(*samples(4), entry("100"), one_sample())
    below = TIERS.story(*samples(4), entry("79.9"), one_sample())
    above = TIERS.story(*samples(4), entry("100.1"), one_sample())
    missing = TIERS.story(*samples(4), one_sample())
    last_year = TIERS.story(*samples(4), entry("90", on="2025-12-31"), one_sample())
    newest = TIERS.story(*samples(4), entry("90", "e1"), entry("85", "e2", "2026-07-01"), one_sample())
    future = TIERS.story(*samples(4), entry("90", "e1"), entry("85", "e2", "2026-07-01"), one_sample(), as_of="2026-06-30")
    bottom = TIERS.story(entry("20"))

    def test_both_ends_of_the_range_are_inside(self) -> None:
        found = [story.counted[("rated_by_officer", "e")] for story in (self.lowest, self.highest, self.bottom)]
        assert found == [800, 1000, 200]

    def test_a_value_outside_the_range_or_none_at_all_refuses(self) -> None:
        wanted = ("refused", "rated_by_officer:officer_entry", None, "")
        assert [outcome(s) for s in (self.below, self.above, self.missing, self.last_year)] == [wanted] * 4

    def test_the_newest_entry_of_the_period_known_on_the_day_counts(self) -> None:
        assert self.newest.counted[("rated_by_officer", "e2")] == 850
        assert self.future.counted[("rated_by_officer", "e1")] == 900

    unknown_rate = TIERS.story("{id: s, kind: monitoring, sampled_on: 2026-02-01, pollutant: COD}", unit=KEY)

    def test_an_unknown_value_is_not_the_last_tier(self) -> None:
        assert outcome(self.unknown_rate) == ("refused", "best_end:rate", None, "")
