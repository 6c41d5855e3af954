"""Repair of credit: from when a repaired record no longer counts, how much of it still does, and for which rules."""

from __future__ import annotations

from stories import Book, Story

REPAIRS = Book(
    """
    listed_repair: {kind: repair, of: [penalty, order], when: medium = noise, since: decided_on}
    serious_repair: {kind: repair, of: penalty, when: severity = serious, since: decided_on, waiting: 6 months, share: 50%}
    general_repair:
      kind: repair
      of: penalty
      when: severity = general
      since: decided_on
      waiting: 3 months
      ends_after: 12 months
      missing: {severity: assume minor}
    fined: {kind: deduct, from: penalty, counts: {from: decided_on, for: 24 months}, points: 5}
    ordered: {kind: deduct, from: order, counts: {from: decided_on, for: 24 months}, points: 3}
    crime_record: {kind: derive, from: penalty, counts: {from: decided_on, for: 24 months}, value: count}
    lasting: {kind: derive, from: penalty, counts: {from: decided_on, for: 24 months}, value: count, repair: none}
    watched:
      kind: shift
      from: penalty
      when: medium = water
      counts: {from: decided_on, for: 24 months}
      down: 1
      repair: none
      missing: {medium: assume air}
    """
)


def told(as_of: str, *, repaired: str = "", outcome: str = "accepted", **more: str) -> Story:
    """A penalty of 10 January 2026, and the decision on its repair."""
    said = "".join(f", {key}: {value}" for key, value in more.items())
    records = [f"{{id: a, kind: penalty, decided_on: 2026-01-10{said}}}"]
    if repaired:
        records.append(f"{{id: r, kind: repair, about: a, decided_on: {repaired}, outcome: {outcome}}}")
    return REPAIRS.story(*records, as_of=as_of)


FINED = ("fined", "a")


class TestWaiting:
    last = told("2026-04-09", repaired="2026-02-01", severity="general")
    first = told("2026-04-10", repaired="2026-02-01", severity="general")
    granted_later = told("2026-05-19", repaired="2026-05-20", severity="general")
    on_its_day = told("2026-05-20", repaired="2026-05-20", severity="general")

    def test_a_repair_works_from_the_end_of_the_waiting_period(self) -> None:
        assert self.last.counted == {FINED: -5}
        assert (self.first.counted, self.first.ignored) == ({}, {FINED: "repaired"})
        assert self.first.details == {FINED: "2026-04-10"}

    def test_the_last_day_is_known_before(self) -> None:
        assert [str(row["counts_to"]) for row in self.last.rows("point")] == ["2026-04-09"]

    def test_or_from_the_day_it_was_granted_if_that_is_later(self) -> None:
        assert self.granted_later.counted == {FINED: -5}
        assert self.on_its_day.ignored == {FINED: "repaired"}

    def test_the_clause_is_that_of_the_repair(self) -> None:
        assert [row["clause"] for row in self.first.rows("ignored")] == ["law/general_repair"]


class TestEnd:
    last = told("2027-01-10", severity="general")
    after = told("2027-01-11", severity="general")
    other = told("2027-01-11", severity="minor")

    def test_a_record_ends_by_itself_without_any_repair(self) -> None:
        assert self.last.counted == {FINED: -5}
        assert (self.after.counted, self.after.ignored) == ({}, {FINED: "ended"})
        assert [(row["clause"], row["detail"]) for row in self.after.rows("ignored")] == [("law/general_repair", "2027-01-10")]

    def test_one_of_another_severity_does_not(self) -> None:
        assert self.other.counted == {FINED: -5}


class TestShare:
    before = told("2026-07-09", repaired="2026-02-01", severity="serious")
    half = told("2026-07-10", repaired="2026-02-01", severity="serious")

    def test_what_still_counts_is_cut_to_the_step(self) -> None:
        assert (self.before.counted, self.before.point("why_less")) == ({FINED: -5}, {FINED: ""})
        # half of 5 points in steps of one point
        assert (self.half.counted, self.half.point("why_less")) == ({FINED: -2}, {FINED: "repaired"})
        assert self.half.point("raw") == {FINED: -5}
        assert self.half.score == 98


class TestWhichRule:
    first = told("2026-02-02", repaired="2026-02-01", medium="noise", severity="serious")
    unknown = told("2026-12-31", repaired="2026-02-01")
    order = REPAIRS.story(
        "{id: o, kind: order, decided_on: 2026-01-10, medium: noise}",
        "{id: p, kind: order, decided_on: 2026-01-10, medium: water}",
        "{id: q, kind: repair, about: o, decided_on: 2026-02-01, outcome: accepted}",
        "{id: r, kind: repair, about: p, decided_on: 2026-02-01, outcome: accepted}",
    )

    def test_the_first_repair_rule_that_holds_decides(self) -> None:
        assert self.first.ignored == {FINED: "repaired"}
        assert [row["clause"] for row in self.first.rows("ignored")] == ["law/listed_repair"]

    def test_where_none_holds_a_repair_changes_nothing(self) -> None:
        assert self.unknown.counted == {FINED: -5}
        assert self.order.counted == {("ordered", "p"): -3}
        assert self.order.ignored == {("ordered", "o"): "repaired"}


class TestRulesWithoutRepair:
    told = told("2026-12-31", repaired="2026-02-01", severity="general", medium="water")

    def test_a_rule_may_say_that_no_repair_concerns_it(self) -> None:
        assert self.told.ignored == {FINED: "repaired"}
        assert self.told.derived == {"crime_record": 0, "lasting": 1}
        assert self.told.point("steps") == {("watched", "a"): 1}
        assert self.told.grade == "blue"


class TestDecision:
    rejected = told("2026-12-31", repaired="2026-02-01", outcome="rejected", severity="general")
    pending = told("2026-12-31", repaired="2026-02-01", outcome="pending", severity="general")
    second = REPAIRS.story(
        "{id: a, kind: penalty, decided_on: 2026-01-10, severity: general}",
        "{id: r1, kind: repair, about: a, decided_on: 2026-05-01, outcome: rejected}",
        "{id: r2, kind: repair, about: a, decided_on: 2026-09-01, outcome: accepted}",
    )

    def test_a_repair_that_was_not_granted_is_none(self) -> None:
        assert [story.counted for story in (self.rejected, self.pending)] == [{FINED: -5}] * 2

    def test_the_day_of_the_one_that_was_granted_counts(self) -> None:
        assert self.second.details == {FINED: "2026-09-01"}
