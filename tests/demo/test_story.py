"""The made-up city: the same seed tells the same story, nothing in it is real, and everything fits the vocabulary."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest

from envcredit.base.digest import digest_of
from envcredit.base.uscc import organisation_code, verdict
from envcredit.base.vocabulary import read_vocabulary
from envcredit.demo.city import LAST_YEAR, City, Unit, city
from envcredit.demo.statement import Office, Statement
from envcredit.demo.story import story
from envcredit.scheme.reader import read_scheme

UNITS = 700
Story = tuple[City, list[Statement]]


@pytest.fixture(scope="module")
def told() -> Story:
    return story(Random(7), UNITS)


def digest(statements: list[Statement]) -> str:
    return digest_of(
        [[s.kind, s.unit.code, str(s.day), {name: str(value) for name, value in s.values.items()}] for s in statements]
    )


def test_the_same_seed_tells_the_same_story() -> None:
    first, again, other = (story(Random(seed), 60)[1] for seed in (1, 1, 2))
    assert digest(first) == digest(again) != digest(other)


def test_codes_are_valid_made_up_and_given_once(told: Story) -> None:
    codes = [party.code for party in (*told[0].units, *told[0].parks)]
    assert [code for code in codes if verdict(code).status != "valid"] == []
    assert len(set(codes)) == len(codes) == UNITS + 14
    assert all(organisation_code(code).startswith("WN") for code in codes)


def test_names_are_given_once_or_in_two_counties_and_parks_are_in_the_county_of_their_units(told: Story) -> None:
    made = told[0]
    shared = Counter(unit.name for unit in made.units) - Counter({unit.name for unit in made.units})
    assert set(shared.values()) == {1}
    assert {len({unit.region for unit in made.units if unit.name == name}) for name in shared} == {2}
    county = {park.name: park.region for park in made.parks}
    inside = [unit for unit in made.units if unit.park]
    assert inside
    assert [unit.name for unit in inside if county[unit.park] != unit.region] == []


def test_more_units_than_brands_still_have_names_of_their_own() -> None:
    names = Counter(unit.name for unit in city(Random(1), 4500).units)
    assert {name[:2] for name, count in names.items() if count > 1} == {"示例"}
    assert any("第2" in name for name in names)


def test_the_list_of_units_is_what_a_bureau_sends(told: Story) -> None:
    units = told[0].units
    duty = [unit for unit in units if unit.permit_class in ("key", "simplified") or unit.unit_type == "service_body"]
    working = [unit for unit in duty if unit.status == "operating" and unit.enrolled_on.year <= LAST_YEAR]
    assert 0.8 < len(working) / UNITS < 0.95
    assert {unit.status for unit in units} == set(read_vocabulary().lists["unit_status"]) - {"converted"}  # asked for elsewhere
    assert {unit.permit_class for unit in units} == set(read_vocabulary().lists["permit_class"])
    assert max(unit.enrolled_on for unit in units) > date(LAST_YEAR, 12, 31)


def test_who_does_not_work_does_nothing(told: Story) -> None:
    idle = [s for s in told[1] if isinstance(s.unit, Unit) and not s.unit.works_in(s.day.year)]
    follow = {"penalty", "order", "exemption", "interview", "detention", "judgment", "listing"}  # from what was found before
    amend = {name for name, kind in read_vocabulary().kinds.items() if kind.amends}
    assert {s.kind for s in idle} <= follow | amend
    assert not [s for s in idle if s.unit.status == "under_construction"]


def test_some_fines_are_left_out_and_some_records_are_about_strangers(told: Story) -> None:
    fined = [s for s in told[1] if s.kind == "penalty" and "fine" in str(s.values["categories"])]
    assert 0 < sum("fine" not in s.values for s in fined) < len(fined) / 20
    listed = {unit.code for unit in told[0].units} | {park.code for park in told[0].parks}
    strange = [s for s in told[1] if s.unit.code not in listed]
    assert 0 < len(strange) < 0.03 * len(told[1])


def test_every_kind_of_record_that_its_schemes_ask_for_is_told(told: Story) -> None:
    vocabulary = read_vocabulary()
    rules = [rule for name in ("model/enterprise", "model/park") for rule in read_scheme(name).rules.values()]
    asked = {kind for rule in rules for kind in getattr(rule, "kinds", ())}
    wanted = asked | {name for name, kind in vocabulary.kinds.items() if kind.amends}
    missing = {name for name in wanted if not vocabulary.kinds[name].derived} - {statement.kind for statement in told[1]}
    assert missing <= {"suspension", "judgment"}  # so rare that a small city may have none
    assert "suspension" in {statement.kind for statement in story(Random(20260101), 3000)[1]}


def test_about_fourteen_records_a_unit(told: Story) -> None:
    assert 11 < len(told[1]) / UNITS < 18


def test_statements_fit_the_vocabulary(told: Story) -> None:
    kinds = read_vocabulary().kinds
    for statement in told[1]:
        kind = kinds[statement.kind]
        assert set(statement.values) <= set(kind.attributes), statement
        assert set(kind.required) <= set(statement.values), statement
        assert statement.values[kind.date] == statement.day, statement
        assert statement.day <= date(LAST_YEAR, 12, 31), statement


def test_what_is_said_about_a_document_comes_after_it(told: Story) -> None:
    documents = {(s.unit.code, s.values["document_number"]): s for s in told[1] if "document_number" in s.values}
    amending = [s for s in told[1] if "about_number" in s.values]
    assert amending
    for statement in amending:
        about = documents[statement.unit.code, statement.values["about_number"]]
        assert about.kind in read_vocabulary().kinds[statement.kind].amends, statement
        assert about.day <= statement.day, statement


def test_document_numbers_are_given_once_and_rise_with_the_days(told: Story) -> None:
    numbers = Counter(str(s.values["document_number"]) for s in told[1] if s.kind == "penalty")
    assert set(numbers.values()) == {1}
    office = Office(Random(1))
    days = (date(2024, 1, 2), date(2024, 1, 2), date(2024, 5, 6))
    assert [office.number("431021", "罚决字", day) for day in days] == [
        "郴环示桂罚决字〔2024〕3号", "郴环示桂罚决字〔2024〕4号", "郴环示桂罚决字〔2024〕253号",
    ]  # fmt: skip


def test_careless_units_are_found_out_more_often(told: Story) -> None:
    penalised = {s.unit.code for s in told[1] if s.kind == "penalty"}
    halves = sorted(told[0].units, key=lambda unit: unit.care)
    careless, careful = (
        [unit.code in penalised for unit in part].count(True) for part in (halves[: UNITS // 2], halves[UNITS // 2 :])
    )
    assert careless > 2 * careful
