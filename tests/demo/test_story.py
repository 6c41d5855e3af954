"""The made-up city: the same seed tells the same story, nothing in it is real, and everything fits the vocabulary."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest

from envcredit.base.digest import digest_of
from envcredit.base.uscc import organisation_code, verdict
from envcredit.base.vocabulary import read_vocabulary
from envcredit.demo.city import LAST_YEAR, City, city
from envcredit.demo.statement import Office, Statement
from envcredit.demo.story import story

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


def test_names_are_given_once_and_parks_are_in_the_county_of_their_units(told: Story) -> None:
    made = told[0]
    assert len({unit.name for unit in made.units}) == UNITS
    county = {park.name: park.region for park in made.parks}
    inside = [unit for unit in made.units if unit.park]
    assert inside
    assert [unit.name for unit in inside if county[unit.park] != unit.region] == []


def test_more_units_than_brands_still_have_names_of_their_own() -> None:
    units = city(Random(1), 1300).units
    assert len({unit.name for unit in units}) == 1300


def test_every_kind_of_record_is_told(told: Story) -> None:
    kinds = {name for name, kind in read_vocabulary().kinds.items() if not kind.derived}
    missing = kinds - {statement.kind for statement in told[1]}
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
