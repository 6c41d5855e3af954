"""What counts as a fact: what was known, what was corrected since, and what later documents did to a document."""

from __future__ import annotations

from typing import Any

import pytest
from stories import Book, Story

COUNTS = "counts: {from: decided_on, for: 36 months}, points: 1}"
PRAISED = "praised: {kind: award, from: commendation, counts: {from: awarded_on, for: 36 months}, points: 1}"
PLAIN = Book(f"fined: {{kind: deduct, from: penalty, {COUNTS}\n{PRAISED}")
ENTERED, CORRECTED, AGAIN = "2026-04-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-08-01T00:00:00Z"


def penalty(name: str = "a", **more: str) -> str:
    return f"{{id: {name}, kind: penalty, decided_on: 2026-03-10{''.join(f', {key}: {text}' for key, text in more.items())}}}"


def records(story: Story) -> set[str]:
    return {row["record_id"] for row in story.rows("fact")}


def fact(story: Story, name: str = "a") -> dict[str, Any]:
    (row,) = [row for row in story.rows("fact") if row["record_id"] == name]
    return row


CHAIN = (
    penalty("first", recorded_at=ENTERED),
    penalty("second", recorded_at=CORRECTED, replaces="first"),
    penalty("third", recorded_at=AGAIN, replaces="second"),
)
KNOWN = {
    "2026-03-31T23:59:59Z": set(),
    ENTERED: {"first"},
    "2026-05-31T23:59:59Z": {"first"},
    CORRECTED: {"second"},
    AGAIN: {"third"},
    "2027-01-10T00:00:00Z": {"third"},
}
ASKED = {moment: PLAIN.story(*CHAIN, known_at=moment) for moment in KNOWN}


class TestWhatWasKnown:
    @pytest.mark.parametrize("moment", KNOWN)
    def test_a_correction_stands_from_the_moment_it_was_recorded(self, moment: str) -> None:
        assert records(ASKED[moment]) == KNOWN[moment]
        assert ASKED[moment].counted == {("fined", name): -1 for name in KNOWN[moment]}

    late_repeal = tuple(
        PLAIN.story(
            penalty(),
            f"{{id: r, kind: revocation, about: a, decided_on: 2026-05-01, recorded_at: {CORRECTED}}}",
            known_at=moment,
        )
        for moment in ("2026-05-31T23:59:59Z", CORRECTED)
    )

    def test_a_document_that_is_not_yet_recorded_does_nothing(self) -> None:
        before, after = self.late_repeal
        assert (before.counted, before.ignored) == ({("fined", "a"): -1}, {})
        assert (after.counted, after.ignored) == ({}, {("fined", "a"): "revoked"})

    corrected_repeal = PLAIN.story(
        penalty(),
        penalty("b"),
        f"{{id: wrong, kind: revocation, about: a, decided_on: 2026-05-01, recorded_at: {ENTERED}}}",
        f"{{id: right, kind: revocation, about: b, decided_on: 2026-05-01, recorded_at: {CORRECTED}, replaces: wrong}}",
        known_at=AGAIN,
    )

    def test_a_corrected_amendment_lets_go_of_what_it_spoke_of_by_mistake(self) -> None:
        assert self.corrected_repeal.counted == {("fined", "a"): -1}
        assert self.corrected_repeal.ignored == {("fined", "b"): "revoked"}


class TestTheDayOfRating:
    on_the_day = PLAIN.story(penalty(), as_of="2026-03-10")
    day_before = PLAIN.story(penalty(), as_of="2026-03-09")

    def test_what_happens_after_the_day_is_no_fact_yet(self) -> None:
        assert (records(self.on_the_day), records(self.day_before)) == ({"a"}, set())
        assert self.day_before.score == 100

    repealed = "{id: r, kind: revocation, about: a, decided_on: 2026-06-01}"
    not_yet = PLAIN.story(penalty(), repealed, as_of="2026-05-31")
    by_then = PLAIN.story(penalty(), repealed, as_of="2026-06-01")

    def test_a_revocation_works_from_its_own_day(self) -> None:
        assert (self.not_yet.counted, fact(self.not_yet)["revoked"]) == ({("fined", "a"): -1}, False)
        assert (self.by_then.counted, fact(self.by_then)["revoked"]) == ({}, True)


class TestStates:
    twice = PLAIN.story(
        penalty(),
        penalty("b"),
        "{id: r2, kind: rectification, about: a, done_on: 2026-05-02}",
        "{id: r1, kind: rectification, about: a, done_on: 2026-05-01}",
    )

    def test_the_first_rectification_counts_and_no_other_record_is_touched(self) -> None:
        assert (str(fact(self.twice)["rectified_on"]), fact(self.twice)["rectified"]) == ("2026-05-01", True)
        assert (fact(self.twice, "b")["rectified_on"], fact(self.twice, "b")["rectified"]) == (None, False)

    refused = PLAIN.story(
        penalty(),
        "{id: r, kind: rectification, about: a, done_on: 2026-05-01, outcome: rejected}",
        "{id: p, kind: repair, about: a, decided_on: 2026-05-01, outcome: rejected}",
        "{id: w, kind: repair, about: a, decided_on: 2026-05-02, outcome: pending}",
    )

    def test_what_was_not_accepted_is_neither_rectified_nor_repaired(self) -> None:
        found = fact(self.refused)
        assert (found["rectified"], found["repaired"], found["repaired_on"]) == (False, False, None)

    of_another_kind = PLAIN.story(
        "{id: c, kind: commendation, awarded_on: 2026-03-10}",
        "{id: p, kind: repair, about: c, decided_on: 2026-05-01, outcome: accepted}",
        "{id: r, kind: revocation, about: c, decided_on: 2026-05-01}",
    )

    def test_a_document_is_amended_only_by_what_may_amend_its_kind(self) -> None:
        found = fact(self.of_another_kind, "c")
        assert (found["repaired"], found["revoked"]) == (False, True)
        assert self.of_another_kind.ignored == {("praised", "c"): "revoked"}


def suspended(to: str, as_of: str) -> Story:
    until = f", suspended_to: {to}" if to else ""
    return PLAIN.story(penalty(), f"{{id: s, kind: suspension, about: a, decided_on: 2026-05-01{until}}}", as_of=as_of)


class TestSuspension:
    last_day = suspended("2026-09-30", "2026-09-30")
    day_after = suspended("2026-09-30", "2026-10-01")
    day_before = suspended("2026-09-30", "2026-04-30")
    open_end = suspended("", "2026-12-31")

    def test_a_suspended_record_does_not_count_up_to_the_last_day(self) -> None:
        assert (self.last_day.counted, self.last_day.ignored) == ({}, {("fined", "a"): "suspended"})
        assert str(fact(self.last_day)["suspended_until"]) == "2026-09-30"

    def test_before_and_after_it_counts(self) -> None:
        assert self.day_before.counted == self.day_after.counted == {("fined", "a"): -1}
        assert (fact(self.day_after)["suspended"], fact(self.day_after)["suspended_until"]) == (False, None)

    def test_without_a_last_day_it_goes_on(self) -> None:
        assert self.open_end.ignored == {("fined", "a"): "suspended"}
        assert str(fact(self.open_end)["suspended_until"]) == "9999-12-31"


NUMBERED = Book(f"fined: {{kind: deduct, from: penalty, {COUNTS}")


class TestDocumentNumbers:
    same_number = NUMBERED.story(
        penalty("a", authority="甲示例局", document_number="'示环罚〔2026〕7号'"),
        penalty("b", authority="乙示例局", document_number="'示环罚〔2026〕7号'"),
        penalty("c", authority="甲示例局", document_number="'示环罚〔2026〕8号'"),
        penalty("d", document_number="'示环罚〔2026〕7号'"),
        "{id: r, kind: revocation, about: a, decided_on: 2026-05-01}",
    )

    def test_the_same_number_of_another_authority_is_another_document(self) -> None:
        assert self.same_number.ignored == {("fined", "a"): "revoked"}
        assert set(self.same_number.counted) == {("fined", "b"), ("fined", "c"), ("fined", "d")}

    written_otherwise = NUMBERED.story(
        penalty("a", authority="甲示例局", document_number="'示环罚〔2026〕7号'"),
        penalty("b", authority="甲示例局", document_number="'示环罚[2026]第007号'"),
        "{id: r, kind: revocation, about: a, decided_on: 2026-05-01}",
    )

    def test_a_number_written_otherwise_is_the_same_document(self) -> None:
        assert self.written_otherwise.ignored == {("fined", "a"): "revoked", ("fined", "b"): "revoked"}

    first_unit = NUMBERED.story(
        penalty("a", authority="丙示例局", document_number="'示环罚〔2026〕9号'"),
        "{id: r, kind: revocation, about: a, decided_on: 2026-05-01}",
    )
    other_unit = NUMBERED.story(penalty("a", authority="丙示例局", document_number="'示环罚〔2026〕9号'"))

    def test_what_is_said_of_one_unit_touches_no_other(self) -> None:
        assert self.first_unit.counted == {}
        assert self.other_unit.counted == {("fined", "a"): -1}


REPAIRED = Book(
    f"""
    fined: {{kind: deduct, from: penalty, {COUNTS}
    strict: {{kind: deduct, from: penalty, repair: none, {COUNTS}
    ordered: {{kind: deduct, from: order, counts: {{from: decided_on, for: 36 months}}, points: 4}}
    repaired_penalty: {{kind: repair, of: penalty, since: decided_on, waiting: 3 months, ends_after: 30 months}}
    repaired_order: {{kind: repair, of: order, since: decided_on, share: 50%}}
    """
)


def repaired(on: str, as_of: str) -> Story:
    return REPAIRED.story(penalty(), f"{{id: p, kind: repair, about: a, decided_on: {on}, outcome: accepted}}", as_of=as_of)


class TestRepair:
    waiting, over = repaired("2026-04-01", "2026-06-09"), repaired("2026-04-01", "2026-06-10")
    day_before, from_then = repaired("2026-09-01", "2026-08-31"), repaired("2026-09-01", "2026-09-01")

    def test_a_repair_waits_until_the_term_is_over(self) -> None:
        assert self.waiting.counted == {("fined", "a"): -1, ("strict", "a"): -1}
        assert (self.over.counted, self.over.ignored) == ({("strict", "a"): -1}, {("fined", "a"): "repaired"})

    def test_after_the_term_a_repair_works_from_its_own_day(self) -> None:
        assert ("fined", "a") in self.day_before.counted
        assert self.from_then.ignored == {("fined", "a"): "repaired"}

    last_day, ended = (REPAIRED.story(penalty(), as_of=day) for day in ("2028-09-10", "2028-09-11"))

    def test_a_record_ends_by_itself_where_repair_applies(self) -> None:
        assert set(self.last_day.counted) == {("fined", "a"), ("strict", "a")}
        assert (set(self.ended.counted), self.ended.ignored) == ({("strict", "a")}, {("fined", "a"): "ended"})

    by_half = REPAIRED.story(
        "{id: a, kind: order, decided_on: 2026-03-10}",
        "{id: p, kind: repair, about: a, decided_on: 2026-05-01, outcome: accepted}",
    )

    def test_a_repair_may_leave_a_share(self) -> None:
        assert (self.by_half.point("raw"), self.by_half.counted) == ({("ordered", "a"): -4}, {("ordered", "a"): -2})
        assert self.by_half.point("why_less") == {("ordered", "a"): "repaired"}
