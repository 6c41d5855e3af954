"""From which day to which day a fact counts, under both month-end rules and both rules for the end of a term."""

from __future__ import annotations

import pytest
from stories import Book, Story

TERMS = """
    term: {kind: deduct, from: order, counts: {from: decided_on, for: 1 month}, points: 1}
    later: {kind: deduct, from: interview, counts: {from: occurred_on, after: 1 month, for: 10 days}, points: 1}
"""
CIVIL_CODE = Book(
    TERMS
    + """
    by_severity:
      kind: deduct
      from: penalty
      counts: {from: decided_on, for: {by: severity, table: {minor: 3 months, general: 12 months, serious: 36 months}}}
      points: 1
      missing: {severity: skip}
    shortened:
      kind: deduct
      from: judgment
      counts: {from: final_on, for: 24 months, shortened: {once: rectified_on, to: 12 months}}
      points: 1
    on_the_list: {kind: deduct, from: listing, counts: {from: listed_on, before: removed_on}, points: 1}
    insured: {kind: award, from: insurance, counts: {from: valid_from, until: valid_to}, points: 1}
    this_year: {kind: deduct, from: complaint, counts: {from: received_on, within: period}, points: 1}
    carried:
      kind: deduct
      from: incident
      counts: {from: occurred_on, within: period, carry: while not rectified}
      points: 1
    carried_for_a_term:
      kind: deduct
      from: breach
      counts: {from: found_on, for: 3 months, carry: while not rectified}
      points: 1
    earliest_end:
      kind: award
      from: certification
      counts: {from: valid_from, for: 24 months, until: valid_to, within: period}
      points: 1
    """
)
OTHER_RULES = Book(TERMS, head="calendar: {month_end: first_of_next, term_ends: day_before}")


def days(story: Story, record: str = "a") -> tuple[str, str]:
    (row,) = [row for row in story.rows("point") if row["record_id"] == record]
    return tuple(str(row[name] or "open") for name in ("counts_from", "counts_to"))  # type: ignore[return-value]


def order(decided_on: str) -> str:
    return f"{{id: a, kind: order, decided_on: {decided_on}}}"


ENDS = {
    ("civil code", "2026-01-15"): ("2026-02-15", "2026-02-16"),
    ("other rules", "2026-01-15"): ("2026-02-14", "2026-02-15"),
    **{(rules, "2026-01-31"): ("2026-02-28", "2026-03-01") for rules in ("civil code", "other rules")},
    **{(rules, "2024-01-30"): ("2024-02-29", "2024-03-01") for rules in ("civil code", "other rules")},
    **{(rules, "2026-03-31"): ("2026-04-30", "2026-05-01") for rules in ("civil code", "other rules")},
}
BOOKS = {"civil code": CIVIL_CODE, "other rules": OTHER_RULES}
ONE_MONTH = {
    (rules, first): (last, *(BOOKS[rules].story(order(first), as_of=on) for on in (last, after)))
    for (rules, first), (last, after) in ENDS.items()
}


class TestTerms:
    @pytest.mark.parametrize(("rules", "first"), ONE_MONTH)
    def test_a_fact_counts_on_the_last_day_and_not_on_the_next(self, rules: str, first: str) -> None:
        last, on_last, after = ONE_MONTH[rules, first]
        assert days(on_last) == (first, last)
        assert after.counted == {}
        assert after.ignored == {("term", "a"): "lapsed"}
        assert after.details == {("term", "a"): last}

    same_end = CIVIL_CODE.story("{id: a, kind: interview, occurred_on: 2026-01-31}", as_of="2026-03-01")
    next_month = OTHER_RULES.story("{id: a, kind: interview, occurred_on: 2026-01-31}", as_of="2026-03-01")
    not_yet = OTHER_RULES.story("{id: a, kind: interview, occurred_on: 2026-01-31}", as_of="2026-02-28")

    def test_after_moves_the_first_day_by_the_month_end_rule(self) -> None:
        assert days(self.same_end) == ("2026-02-28", "2026-03-10")
        assert days(self.next_month) == ("2026-03-01", "2026-03-10")
        assert self.not_yet.ignored == {("later", "a"): "not_yet"}
        assert self.not_yet.details == {("later", "a"): "2026-03-01"}

    severities = CIVIL_CODE.story(
        "{id: minor, kind: penalty, decided_on: 2026-10-31, severity: minor}",
        "{id: general, kind: penalty, decided_on: 2026-02-28, severity: general}",
        "{id: serious, kind: penalty, decided_on: 2024-02-29, severity: serious}",
        "{id: unknown, kind: penalty, decided_on: 2026-09-30}",
    )

    def test_the_term_may_depend_on_a_code(self) -> None:
        ends = {record: days(self.severities, record)[1] for record in ("minor", "general", "serious")}
        assert ends == {"minor": "2027-01-31", "general": "2027-02-28", "serious": "2027-02-28"}

    def test_a_term_by_a_code_that_is_unknown_does_not_run_for_ever(self) -> None:
        assert self.severities.ignored == {("by_severity", "unknown"): "unknown_value"}
        assert self.severities.details == {("by_severity", "unknown"): "severity"}


class TestOtherEnds:
    judged = "{id: j, kind: judgment, final_on: 2025-03-10}"
    put_right = "{id: r, kind: rectification, about: j, done_on: 2026-02-01}"
    still_long = CIVIL_CODE.story(judged, put_right, as_of="2026-01-31")
    shorter = CIVIL_CODE.story(judged, put_right, as_of="2026-02-01")
    over = CIVIL_CODE.story(judged, put_right, as_of="2026-03-11")

    def test_the_term_is_shorter_from_the_day_it_happened(self) -> None:
        assert days(self.still_long, "j") == ("2025-03-10", "2027-03-10")
        assert days(self.shorter, "j") == ("2025-03-10", "2026-03-10")
        assert self.over.ignored == {("shortened", "j"): "lapsed"}

    listed = CIVIL_CODE.story(
        "{id: still, kind: listing, list_name: supervised_case, listed_on: 2020-01-01}",
        "{id: last_day, kind: listing, list_name: supervised_case, listed_on: 2020-01-01, removed_on: 2027-01-01}",
        "{id: removed, kind: listing, list_name: supervised_case, listed_on: 2020-01-01, removed_on: 2026-12-31}",
    )

    def test_before_is_the_first_day_that_no_longer_counts(self) -> None:
        assert days(self.listed, "still") == ("2020-01-01", "open")
        assert days(self.listed, "last_day") == ("2020-01-01", "2026-12-31")
        assert self.listed.ignored == {("on_the_list", "removed"): "lapsed"}

    insured = CIVIL_CODE.story(
        "{id: a, kind: insurance, valid_from: 2026-01-01, valid_to: 2026-12-31}",
        "{id: b, kind: insurance, valid_from: 2026-01-01, valid_to: 2026-12-30}",
        "{id: c, kind: certification, certificate: iso14001, valid_from: 2026-06-01, valid_to: 2027-03-01}",
        "{id: d, kind: certification, certificate: iso14001, valid_from: 2026-06-01, valid_to: 2026-12-31}",
    )

    def test_until_is_itself_the_last_day_and_the_earliest_end_decides(self) -> None:
        assert days(self.insured, "a") == ("2026-01-01", "2026-12-31")
        assert self.insured.ignored == {("insured", "b"): "lapsed"}
        assert days(self.insured, "c") == ("2026-06-01", "2026-12-31")


class TestThePeriod:
    years = CIVIL_CODE.story(
        "{id: before, kind: complaint, received_on: 2025-12-31}",
        "{id: first, kind: complaint, received_on: 2026-01-01}",
        "{id: today, kind: complaint, received_on: 2026-06-30}",
        "{id: tomorrow, kind: complaint, received_on: 2026-07-01}",
        as_of="2026-06-30",
    )

    def test_within_the_period_from_its_first_day_to_as_of(self) -> None:
        assert self.years.counted == {("this_year", "first"): -1, ("this_year", "today"): -1}
        assert days(self.years, "first") == ("2026-01-01", "2026-12-31")
        assert self.years.ignored == {("this_year", "before"): "outside_period"}
        assert self.years.details == {("this_year", "before"): "2025-12-31"}

    def test_what_happens_after_as_of_is_no_fact_yet(self) -> None:
        assert [row["record_id"] for row in self.years.rows("fact")] == ["before", "first", "today"]

    old = "{id: i, kind: incident, occurred_on: 2024-05-01, document_number: 7, authority: B}"
    carried_over = CIVIL_CODE.story(old, "{id: n, kind: incident, occurred_on: 2026-05-01}")
    righted_later = CIVIL_CODE.story(old, "{id: r, kind: rectification, about: i, done_on: 2026-12-31}", as_of="2026-12-30")
    righted = CIVIL_CODE.story(old, "{id: r, kind: rectification, about: i, done_on: 2026-12-31}")

    def test_what_was_not_put_right_is_carried_over(self) -> None:
        assert self.carried_over.counted == {("carried", "i"): -1, ("carried", "n"): -1}
        assert days(self.carried_over, "i") == ("2024-05-01", "open")
        assert self.righted_later.counted == {("carried", "i"): -1}
        assert self.righted.ignored == {("carried", "i"): "outside_period"}

    breach = "{id: b, kind: breach, found_on: 2026-01-10, breach_category: c3}"
    soon = CIVIL_CODE.story(breach, "{id: r, kind: rectification, about: b, done_on: 2026-02-01}", as_of="2026-04-10")
    soon_over = CIVIL_CODE.story(breach, "{id: r, kind: rectification, about: b, done_on: 2026-02-01}", as_of="2026-04-11")
    late = CIVIL_CODE.story(breach, "{id: r, kind: rectification, about: b, done_on: 2026-06-01}", as_of="2026-05-31")
    late_over = CIVIL_CODE.story(breach, "{id: r, kind: rectification, about: b, done_on: 2026-06-01}", as_of="2026-06-01")

    def test_carried_for_a_term_counts_to_its_end_or_to_the_day_before_it_was_put_right(self) -> None:
        assert days(self.soon, "b") == ("2026-01-10", "2026-04-10")
        assert self.soon_over.ignored == {("carried_for_a_term", "b"): "lapsed"}
        # On 31 May the rectification of 1 June has not happened yet, so the end is open.
        assert days(self.late, "b") == ("2026-01-10", "open")
        assert self.late_over.ignored == {("carried_for_a_term", "b"): "lapsed"}
        assert self.late_over.details == {("carried_for_a_term", "b"): "2026-05-31"}


COUNTED_IN_PERIOD = """
    this_period: {kind: deduct, from: complaint, counts: {from: received_on, within: period}, points: 1}
    plates: {kind: grade, by: score, bands: [{grade: green, from: 100}, {grade: red}]}
"""
TWO_GRADES = "grades: [{grade: green, words: {zh: 绿, en: g}}, {grade: red, words: {zh: 红, en: r}}]"
ROLLING = Book(
    COUNTED_IN_PERIOD,
    head="period: {kind: rolling, length: 12 months}\n" + TWO_GRADES,
)
ANNIVERSARY = Book(
    COUNTED_IN_PERIOD,
    head="period: {kind: anniversary_year}\n" + TWO_GRADES,
)


class TestOtherPeriods:
    rolling = ROLLING.story(
        "{id: a, kind: complaint, received_on: 2025-06-30}",
        "{id: b, kind: complaint, received_on: 2025-06-29}",
        as_of="2026-06-30",
    )

    def test_a_rolling_period_ends_for_each_fact_with_its_own_term(self) -> None:
        assert days(self.rolling) == ("2025-06-30", "2026-06-30")
        assert self.rolling.ignored == {("this_period", "b"): "lapsed"}

    facts = ("{id: a, kind: complaint, received_on: 2025-08-14}", "{id: b, kind: complaint, received_on: 2025-08-15}")
    enrolled = ANNIVERSARY.story(*facts, unit="{enrolled_on: 2019-08-15}", as_of="2026-06-30")
    on_the_day = ANNIVERSARY.story(*facts, unit="{enrolled_on: 2019-08-15}", as_of="2026-08-15")
    unknown = ANNIVERSARY.story(*facts, as_of="2025-12-31")

    def test_a_year_of_its_own_runs_from_the_day_it_was_enrolled(self) -> None:
        assert self.enrolled.counted == {("this_period", "b"): -1}
        assert days(self.enrolled, "b") == ("2025-08-15", "2026-08-14")
        assert self.on_the_day.counted == {}
        assert self.unknown.counted == {("this_period", "a"): -1, ("this_period", "b"): -1}
