"""Schemes that are not complete: where they give no score and no grade, and what decides all the same."""

from __future__ import annotations

from stories import Book, Story

HEAD = "status: partial\nmissing: {rows: {zh: 其余指标, en: other rows}}\nscore: {score}"
WEIGHTED = "{start: 0, better: higher, step: 0.1, weighted: true, floor: 0, ceiling: 100}"
CRIME = "{kind: judgment, final_on: 2026-02-01, final: yes, id: crime}"
SITED = "{kind: indicator_result, assessed_on: 2026-03-01, indicator: siting, result: met}"
RULES = """
    sited:
      kind: derive
      from: indicator_result
      when: result is known
      counts: {from: assessed_on, within: period}
      value: share(result = met)
    siting: {kind: tier, weight: WEIGHT, tiers: [{when: sited = 100%, points: 90}, {points: 10}], missing: {sited: refuse}}
    crime:
      {kind: veto, from: judgment, when: final, counts: {from: final_on, within: period}, missing: {final: skip}, grade: black}
    """


def book(weight: str) -> Book:
    return Book(RULES.replace("WEIGHT", weight), head=HEAD.replace("{score}", WEIGHTED))


def outcome(story: Story) -> tuple[str, str, int | None, str]:
    return story.result["rated"], story.result["reason"], story.score, story.grade


class TestWeightsThatDoNotAddUp:
    some = book("31%")
    known = some.story(SITED)
    unknown = some.story()
    criminal = some.story(CRIME, SITED)
    unknown_criminal = some.story(CRIME)
    all_rows = book("100%")
    whole = all_rows.story(SITED)

    def test_no_score_is_made_of_some_indicators(self) -> None:
        assert outcome(self.known) == ("refused", "not_established#weights", None, "")
        assert self.known.counted == {("siting", ""): 900}
        assert outcome(self.whole) == ("rated", "", 900, "blue")

    def test_nobody_is_asked_for_a_value_that_would_not_help(self) -> None:
        assert outcome(self.unknown) == ("refused", "not_established#weights", None, "")

    def test_a_veto_to_the_lowest_grade_decides_even_where_a_value_is_missing(self) -> None:
        assert [(s.result["rated"], s.grade) for s in (self.criminal, self.unknown_criminal)] == [("rated", "black")] * 2
