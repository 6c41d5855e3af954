"""Cases read: values in their types, links, and what is wrong with a story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from envcredit.base.diagnostics import Diagnostic
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.cases import Case
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.library import locate, names
from envcredit.scheme.reader import read_scheme

Write = Callable[..., Path]


def cases(folder: Path) -> tuple[tuple[Case, ...], tuple[Diagnostic, ...]]:
    return read_cases(folder, read_scheme(folder), read_vocabulary())


def test_values_are_scaled_in_the_type_of_their_attribute(write: Write) -> None:
    (case,), problems = cases(write())
    assert problems == ()
    assert case.as_of == date(2026, 12, 31)
    assert case.records[0].values == {"decided_on": date(2026, 3, 10), "categories": "|fine|", "fine": 1_500_000}
    assert case.expect.points is not None
    assert (case.expect.points[0].rule, case.expect.points[0].counted) == ("fine", -4), "in steps of 0.5"
    assert (case.expect.score, case.expect.derived, case.expect.grade) == (196, {"fines_in_a_year": 1}, "green")


def test_several_codes_stand_in_the_order_of_their_list(write: Write) -> None:
    (case,), _ = cases(write(("categories: [fine],", "categories: [fine, warning, fine],")))
    assert case.records[0].values["categories"] == "|warning|fine|"


def test_links_members_history_and_unit(write: Write) -> None:
    story = """\
- case: links
  of: [fine]
  as_of: 2026-12-31
  known_at: 2027-01-10T00:00:00Z
  unit: {permit_class: key, region: "431002", enrolled_on: 2020-01-01, key_unit: yes}
  members: [{grade: black, period_to: 2026-12-31}]
  history: [{period_to: 2025-12-31, grade: red}]
  records:
    - {kind: penalty, id: a, decided_on: 2026-03-10, recorded_at: "2026-04-01T00:00:00Z"}
    - {kind: rectification, about: a, done_on: 2026-05-01, member: 1}
  expect: {points: [], ignored: [{rule: fine, record: a, reason: lapsed}], derived: {fines_in_a_year: unknown}, status: refused}
"""
    found, problems = cases(write(cases__links=story))
    assert [one.render("en") for one in problems] == []
    case = next(one for one in found if one.name == "links")
    assert case.unit == {"permit_class": "key", "region": "431002", "enrolled_on": date(2020, 1, 1), "key_unit": True}
    assert case.members == ({"grade": "black", "period_to": date(2026, 12, 31)},)
    assert case.history == ({"period_to": date(2025, 12, 31), "grade": "red"},)
    assert [(one.id, one.about, one.member) for one in case.records] == [("a", "", 0), ("r2", "a", 1)]
    assert case.expect.derived == {"fines_in_a_year": None}
    assert case.expect.points == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("of: [fine]", "of: [fien]", "S161", 8),
        ("as_of: 2026-12-31\n", "as_of: 31.12.2026\n", "S034", 10),
        ("as_of: 2026-12-31\n", "as_of: 2026-12-31\n  known_at: 2027-01-10\n", "S034", 13),
        ("  expect:", "  expects:", "S030", 3),
        ("kind: penalty,", "kind: penalti,", "S062", 21),
        ("kind: penalty, ", "", "S031", 7),
        ("decided_on: 2026-03-10", "decided_on: 2026-02-30", "S114", 42),
        ("decided_on: 2026-03-10, ", "", "S166", 7),
        ("categories: [fine], fine", "categories: [fines], fine", "S105", 54),
        ("fine: CNY 15_000}", "fine: 15000}", "S108", 80),
        ("fine: CNY 15_000}", "fnie: CNY 15_000}", "S163", 74),
        ("fine: CNY 15_000}", "fine: [CNY 15_000]}", "S168", 74),
        ("fine: CNY 15_000}", "fine: CNY 15_000, about: b}", "S164", 99),
        ("fine: CNY 15_000}", "fine: CNY 15_000, member: 1}", "S167", 100),
        ("record: a,", "record: b,", "S164", 35),
        ("counted: -2", "counted: -2.2", "S140", 47),
        ("{fines_in_a_year: 1}", "{fines: 1}", "S161", 22),
        ("grade: green\n", "grade: blue\n", "S162", 12),
    ],
)
def test_what_is_wrong_with_a_story(write: Write, old: str, new: str, code: str, column: int) -> None:
    folder = write()
    file = folder / "cases" / "fines.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    found, problems = cases(folder)
    assert found == (), "a case with a problem is left out"
    assert code in [one.code for one in problems]
    one = next(one for one in problems if one.code == code)
    assert one.places[0].column == column
    assert one.render("zh") != one.render("en")


def test_the_same_id_and_the_same_name_twice(write: Write) -> None:
    row = "    - {id: a, kind: penalty, decided_on: 2026-03-10, categories: [fine], fine: CNY 15_000}\n"
    _, problems = cases(write((row, row + row)))
    assert [one.code for one in problems] == ["S165"]
    folder = write()
    (folder / "cases" / "again.yaml").write_text((folder / "cases" / "fines.yaml").read_text("utf-8"), encoding="utf-8")
    assert [one.code for one in cases(folder)[1]] == ["S160"]


def test_a_file_of_cases_is_a_list(write: Write) -> None:
    _, problems = cases(write(cases__wrong="case: x\n"))
    assert [one.code for one in problems] == ["S010"]


@pytest.mark.parametrize("name", names())
def test_every_case_that_ships_can_be_read(name: str) -> None:
    found, problems = read_cases(locate(name), read_scheme(name), read_vocabulary())
    assert [one.render("en") for one in problems] == []
    assert found
