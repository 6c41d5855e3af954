"""From runs to publications: what is said of a unit, and how a repair that comes in as a record makes the publication forget."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from city import ROWS, UNITS, lay_out, plan_of_city, take_in
from publishing import FIRST, Office, texts

from envcredit.proof import layout
from envcredit.proof.feed import state_of
from envcredit.proof.result import result_of
from envcredit.proof.rules import rule_pack_of
from envcredit.proof.verify import verify_release
from envcredit.rating.order import Order
from envcredit.rating.rate import rate
from envcredit.rating.run import Run
from envcredit.records.places import Store
from envcredit.records.units import read_units
from envcredit.release.drafting import drafts_of, rule_pack
from envcredit.scheme.library import locate

SOLE = f"""{UNITS}U4,丁示例店,,92431000MA4Q8W3R9W,enterprise,simplified,operating
U5,戊示例厂,,,public_institution,simplified,operating
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("city"), ROWS, SOLE)


def run_at(city: Path, known_at: str, as_of: date = date(2026, 7, 31)) -> Run:
    units, _notes = read_units(city / "units.csv")
    order = Order(plan_of_city(), locate(city / "scheme" / "2020-01-01"), units, Store(city / "store"), as_of, known_at)
    return rate(order, city / f"run-{known_at[:10]}-{as_of}")


@pytest.fixture(scope="module")
def before(city: Path) -> Run:
    """July: the repair of August is known already, and is not true yet."""
    return run_at(city, "2027-01-10T00:00:00Z")


@pytest.fixture(scope="module")
def after(city: Path, before: Run) -> Run:
    """December: U2's warning was repaired in August. It would count until October without that."""
    return run_at(city, "2027-01-11T00:00:00Z", date(2026, 8, 31))


def test_what_is_said_of_each_unit(before: Run) -> None:
    said = {each.sub: each for each in drafts_of(before, 12)}
    assert sorted(said) == ["91350100M000100Y43", "92431000MA4Q8W3R9W", "U2", "U3", "U5"]
    first = said["91350100M000100Y43"].said
    assert first["unit"] == {
        "id": "U1",
        "code": "91350100M000100Y43",
        "name": "甲示例厂",
        "former_names": ["旧甲示例厂"],
        "unit_type": "enterprise",
    }
    assert (first["rated"], first["score"], first["grade"], first["publish_until"]) == ("rated", "93", "blue", "2027-07-31")
    (reason,) = first["reasons"]
    assert (reason["rule"], reason["facts"], reason["points"], reason["until"]) == ("fined", 2, "-7", "2027-05-01")
    assert len(said["91350100M000100Y43"].records) == 2
    assert said["U2"].said["reasons"][0]["rule"] == "warned"


def test_a_sole_trader_is_not_named_and_who_is_not_rated_is_published_as_such(before: Run) -> None:
    said = {each.sub: each.said for each in drafts_of(before, 12)}
    assert "name" not in said["92431000MA4Q8W3R9W"]["unit"]
    assert (said["U5"]["rated"], said["U5"]["why"]) == ("not_rated", "unit_type")
    assert "grade" not in said["U5"]


def test_the_rule_pack_has_words_clauses_and_files(before: Run) -> None:
    pack = rule_pack_of(rule_pack(before).data)
    assert pack.rank("blue") == 2
    assert pack.rules["fined"].clause in pack.clauses
    assert "scheme.yaml" in pack.files
    assert pack.rule == f"sha256:{before.manifest['scheme']['rule_digest']}"


def test_a_repair_that_came_in_as_a_record_is_forgotten(before: Run, after: Run, tmp_path: Path) -> None:
    office = Office(tmp_path).set_up()

    def release(run: Run, day: int) -> None:
        with office.publisher() as publisher:
            publisher.publish(drafts_of(run, 12), [rule_pack(run)], FIRST + day * 86_400, office.random)

    release(before, 0)
    old = state_of(office.fetch(layout.full_file(1)), "full")
    release(after, 1)
    new = state_of(office.fetch(layout.full_file(2)), "full")
    with office.publisher() as publisher:
        states = {row.sub: row.state for row in publisher._ledger.rows("version = 1")}
    assert states == {"91350100M000100Y43": 3, "92431000MA4Q8W3R9W": 3, "U2": 12, "U3": 3, "U5": 3}
    forgotten, replaced = old["U2"].jws.split(".")[1].encode(), old["U3"].jws.split(".")[1].encode()
    assert forgotten not in texts(office.out)
    assert forgotten not in texts(office.ledger)
    assert replaced in texts(office.ledger)
    verdict, found = verify_release(office.fetch, office.trust(), FIRST + 86_400)
    assert verdict.holds
    assert found is not None
    assert not found.results["U2"].reasons
    assert {result_of(found.results[sub].payload()).seq for sub in new} == {2}


def test_only_the_published_half_of_a_record_is_told(city: Path, tmp_path: Path) -> None:
    """A refusal names the record that lacks something; its id is not published."""
    take_in(city, "more.csv", ["penalty,丙示例厂,,2026-07-01,,示例局,示罚〔2026〕9号,fine,,,,"], "2027-02-01T00:00:00Z")
    run = run_at(city, "2027-02-02T00:00:00Z")
    (draft,) = [each for each in drafts_of(run, 12) if each.sub == "U3"]
    assert (draft.said["rated"], draft.said["why"]) == ("refused", "fined:fine")
