"""Parks: values over members' results, rules on members' facts, and a run of parks that rests on a run of their members."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest
from city import lay_out, run_of
from stories import Book, Story, write_scheme

from envcredit.rating.replay import replay
from envcredit.rating.run import Run
from envcredit.rating.stated import facts_of

RULES = """
black_members: {kind: group, when: grade = black, value: count, enough: 0}
bad_share: {kind: group, when: grade is known, value: "share(grade in {red, black})", enough: 3}
mean_score: {kind: group, when: score is known, value: mean score, enough: 2, none: 1}
lowest: {kind: group, when: score is known, value: smallest score}
by_share:
  kind: measure
  effect: deduct
  by: bad_share
  bands: [{below: 40%, points: 1}, {points: 7}]
  missing: {bad_share: skip}
no_black: {kind: limit, when: black_members >= 1, at_most: blue}
member_fined: {kind: deduct, from: penalty, of: members, counts: {from: decided_on, within: period}, points: 2}
park_fined: {kind: deduct, from: penalty, counts: {from: decided_on, within: period}, points: 10}
member_incident:
  kind: veto
  from: incident
  of: members
  when: responsible
  counts: {from: occurred_on, within: period}
  grade: red
  missing: {responsible: skip}
"""
PARKS = Book(RULES, head="rates: [park]")


def members(*results: str) -> str:
    return "[" + ", ".join("{" + one + "}" for one in results) + "]"


def good(count: int) -> tuple[str, ...]:
    return ("grade: green, score: 100",) * count


class TestValuesOverMembers:
    mixed = PARKS.story(members=members("grade: red, score: 40", "grade: blue, score: 85.5", "grade: green, score: 100"))

    def test_shares_means_and_extremes(self) -> None:
        assert self.mixed.derived == {"black_members": 0, "bad_share": 333_333, "mean_score": 75_166_666, "lowest": 40_000_000}

    def test_a_value_makes_points(self) -> None:
        assert (self.mixed.counted["by_share", ""], self.mixed.score) == (-1, 99)

    def test_every_member_is_listed(self) -> None:
        found = [(row["member_id"][-8:], row["status"], row["grade"]) for row in self.mixed.rows("group")]
        assert found == [("member-1", "rated", "red"), ("member-2", "rated", "blue"), ("member-3", "rated", "green")]

    with_black = PARKS.story(members=members("grade: black, score: 10", *good(5)))

    def test_a_value_limits_the_grade(self) -> None:
        assert (self.with_black.derived["black_members"], self.with_black.score, self.with_black.grade) == (1, 99, "blue")


class TestEnough:
    two = PARKS.story(members=members("grade: red, score: 40", "grade: red, score: 40"))
    two_of_three = PARKS.story(members=members("grade: red, score: 40", "grade: red, score: 40", ""))
    three = PARKS.story(members=members(*["grade: red, score: 40"] * 3))
    alone = PARKS.story(members=members("grade: red, score: 40"))
    none = PARKS.story()

    def test_too_few_members_give_no_value_and_no_points(self) -> None:
        assert (self.two.derived["bad_share"], self.two.derived["mean_score"]) == (None, 40_000_000)
        assert self.two.counted == {}
        assert (self.alone.derived["mean_score"], self.alone.derived["lowest"]) == (None, 40_000_000)

    def test_a_member_without_a_grade_is_listed_and_is_not_one_of_enough(self) -> None:
        assert [row["status"] for row in self.two_of_three.rows("group")] == ["rated", "rated", "not_rated"]
        assert self.two_of_three.derived["bad_share"] is None

    def test_just_enough(self) -> None:
        assert (self.three.derived["bad_share"], self.three.counted["by_share", ""]) == (1_000_000, -7)

    def test_a_park_without_members(self) -> None:
        assert (self.none.derived["black_members"], self.none.derived["bad_share"], self.none.derived["lowest"]) == (
            0,
            None,
            None,
        )
        assert (self.none.rows("group"), self.none.score, self.none.grade) == ([], 100, "green")


class TestFactsOfMembers:
    told = PARKS.story(
        "{id: own, kind: penalty, decided_on: 2026-03-10}",
        "{id: first, kind: penalty, decided_on: 2026-03-10, member: 1}",
        "{id: second, kind: penalty, decided_on: 2026-03-11, member: 2}",
        members=members(*good(2)),
    )

    def test_rules_on_members_and_rules_on_the_park_do_not_mix(self) -> None:
        expected = {("park_fined", "own"): -10, ("member_fined", "first"): -2, ("member_fined", "second"): -2}
        assert self.told.counted == expected
        assert self.told.score == 86

    def test_a_fact_says_whose_it_is(self) -> None:
        whose = {row["record_id"]: row["by_member"][-8:] for row in self.told.rows("fact") if row["kind"] == "penalty"}
        assert whose == {"own": "", "first": "member-1", "second": "member-2"}

    incident = PARKS.story(
        "{id: a, kind: incident, occurred_on: 2026-03-10, responsible: yes, member: 1}", members=members(*good(1))
    )
    own_incident = PARKS.story("{id: a, kind: incident, occurred_on: 2026-03-10, responsible: yes}", members=members(*good(1)))

    def test_a_members_fact_decides_the_grade_directly(self) -> None:
        assert (self.incident.score, self.incident.grade) == (100, "red")
        assert (self.own_incident.grade, self.own_incident.ignored) == ("green", {("", "a"): "no_rule"})

    @staticmethod
    def fined(name: str, member: int) -> str:
        number = "authority: 甲示例局, document_number: '示罚〔2026〕1号'"
        return f"{{id: {name}, kind: penalty, decided_on: 2026-03-10, member: {member}, {number}}}"

    one_document = PARKS.story(
        fined("first", 1),
        fined("second", 2),
        "{id: r, kind: revocation, about: first, decided_on: 2026-05-01, member: 1}",
        members=members(*good(2)),
    )

    def test_what_is_revoked_for_one_member_stands_for_another(self) -> None:
        assert self.one_document.ignored == {("member_fined", "first"): "revoked"}
        assert self.one_document.counted == {("member_fined", "second"): -2}


UNITS = """unit_id,name,former_names,uscc,unit_type,park,status
U1,甲示例厂,,,enterprise,P1,operating
U2,乙示例厂,,,enterprise,示例（一）园区,operating
U3,丙示例厂,,,enterprise,P2,operating
U4,丁示例厂,,,enterprise,,operating
U5,戊示例厂,,,park,P1,operating
"""
PARK_UNITS = """unit_id,name,former_names,uscc,unit_type,status
P1,示例(一)园区,,,park,operating
P2,示例二园区,,,park,operating
"""


@pytest.fixture(scope="module")
def parks(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("parks")
    fined = (
        (unit, f"2026-0{n}-01")
        for n, unit in enumerate(("甲示例厂", "乙示例厂", "丙示例厂", "丁示例厂", "示例二园区", "己示例厂"), 1)
    )
    lay_out(folder, [f"penalty,{unit},,{day},,示例局,示罚〔2026〕{day[6]}号,fine,30000,,," for unit, day in fined], UNITS)
    run_of(folder, "members")
    (folder / "parks.csv").write_text(PARK_UNITS, "utf-8")
    scheme = write_scheme(folder / "park_scheme", RULES, "rates: [park]")
    return run_of(folder, "parks", scheme=str(scheme), units=folder / "parks.csv", members=folder / "members")


def rows(run: Run, stage: str, *columns: str) -> set[tuple[object, ...]]:
    return {tuple(row[column] for column in columns) for row in run.stage(stage).to_pylist()}


class TestRunOfParks:
    def test_members_are_found_by_the_parks_id_or_its_exact_name(self, parks: Run) -> None:
        found = rows(parks, "group", "unit_id", "member_id", "status", "grade")
        assert found == {
            ("P1", "U1", "rated", "green"),
            ("P1", "U2", "rated", "green"),
            ("P1", "U5", "not_rated", ""),
            ("P2", "U3", "rated", "green"),
        }

    def test_each_park_hears_of_its_own_members_alone(self, parks: Run) -> None:
        heard = {row for row in rows(parks, "point", "unit_id", "rule", "counted") if row[1] != "by_share"}
        assert heard == {("P1", "member_fined", -2), ("P2", "member_fined", -2), ("P2", "park_fined", -10)}
        assert rows(parks, "score", "unit_id", "score") == {("P1", 96), ("P2", 88)}

    def test_a_record_of_a_unit_outside_the_parks_is_known_for_what_it_is(self, parks: Run) -> None:
        assert rows(parks, "unattached", "unit_name", "reason") == {("己示例厂", "no_such_name")}

    def test_facts_of_one_park_are_found_again_as_those_of_all(self, parks: Run) -> None:
        every = facts_of(parks)
        told = {(row["unit_id"], row["by_member"], row["attached_by"]) for row in every.to_pylist() if row["kind"] == "penalty"}
        assert told == {("P1", "U1", "name"), ("P1", "U2", "name"), ("P2", "U3", "name"), ("P2", "", "name")}
        for park in ("P1", "P2"):
            assert facts_of(parks, [park]).equals(every.filter(pc.equal(every["unit_id"], park)))

    def test_the_run_names_its_members_run_and_can_be_replayed(self, parks: Run) -> None:
        assert parks.manifest["inputs"]["members"]["path"] == "../members"
        assert replay(parks.folder).equal


def test_stories_of_parks_do_not_hear_of_each_others_members() -> None:
    story: Story = TestFactsOfMembers.incident
    assert {row["record_id"] for row in story.rows("fact")} == {"a", "m1"}
