"""Which records are passed over before they are joined to a unit: never one that a rule would take up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from stories import prepared_of

from envcredit.engine import open_engine
from envcredit.rating import plan
from envcredit.rating.cases import start_of
from envcredit.rating.picks import Reading
from envcredit.rating.prepared import Prepared, prepare
from envcredit.rating.program import FactProgram
from envcredit.rating.wanted import wanted
from envcredit.records.wide import wide_schema
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.library import locate
from envcredit.scheme.reader import read_scheme

RULES = """
fined:
  kind: deduct
  from: penalty
  when: categories has any {fine} and fine >= CNY 10_000 and not repaired
  counts: {from: decided_on, for: 12 months}
  points: 2
  missing: {fine: refuse, categories: skip}
deliberate:
  kind: deduct
  from: penalty
  when: deliberate
  counts: {from: decided_on, for: 12 months}
  points: 1
  missing: {deliberate: assume no}
polluted:
  kind: veto
  from: incident
  when: responsible and unit.permit_class = key
  unless: incident_level = ordinary
  counts: {from: occurred_on, for: 12 months}
  grade: red
  missing: {responsible: skip, unit.permit_class: skip, incident_level: skip}
praised: {kind: award, from: commendation, counts: {from: awarded_on, for: 24 months}, points: 3}
praised_by_a_ministry:
  kind: award
  from: commendation
  when: level = national
  counts: {from: awarded_on, for: 24 months}
  points: 3
  missing: {level: skip}
ordered: {kind: derive, from: order, when: as_of > decided_on, counts: {from: decided_on, for: 9 months}, value: count, none: 0}
"""
RECORDS = {
    "a fine that is high enough": {"kind": "penalty", "categories": "|fine|", "fine": 1_000_000},
    "a fine that is too low": {"kind": "penalty", "categories": "|fine|", "fine": 999_999},
    "a fine of unknown height": {"kind": "penalty", "categories": "|fine|"},
    "a warning with a high fine": {"kind": "penalty", "categories": "|warning|", "fine": 1_000_000},
    "a penalty of unknown kind": {"kind": "penalty", "fine": 1_000_000},
    "a warning for what was deliberate": {"kind": "penalty", "categories": "|warning|", "deliberate": True},
    "an incident of the unit": {"kind": "incident", "responsible": True},
    "an incident that relieves": {"kind": "incident", "responsible": True, "incident_level": "ordinary"},
    "an incident of someone else": {"kind": "incident", "responsible": False},
    "an incident of who knows whom": {"kind": "incident"},
    "a commendation that one of two rules asks nothing of": {"kind": "commendation", "level": "city"},
    "an order, of which only the day is asked": {"kind": "order"},
    "a complaint": {"kind": "complaint"},
}
PASSED_OVER = {
    "a fine that is too low",
    "a warning with a high fine",
    "an incident of someone else",
    "a complaint",
}


def test_what_a_record_states_is_enough_to_pass_it_over() -> None:
    prepared = prepared_of(RULES)
    rows = [{"record_id": told, **stated} for told, stated in RECORDS.items()]
    with open_engine() as engine:
        record = engine.load("record", pa.Table.from_pylist(rows, schema=wide_schema(prepared.vocabulary)))
        reading = Reading(prepared.program, prepared.vocabulary)
        kept = record.filter(wanted(record, prepared.program.facts, reading)).record_id.to_pyarrow().to_pylist()
    assert RECORDS.keys() - set(kept) == PASSED_OVER


def test_without_rules_every_record_is_passed_over() -> None:
    prepared = prepared_of("")
    with open_engine() as engine:
        record = engine.load("record", pa.Table.from_pylist([{"kind": "penalty"}], schema=wide_schema(prepared.vocabulary)))
        assert record.filter(wanted(record, [], Reading(prepared.program, prepared.vocabulary))).count().to_pyarrow().as_py() == 0


def of_its_kind(row: ir.Table, programs: Sequence[FactProgram], _reading: Reading) -> ir.BooleanValue:
    """Every record of a kind that some rule looks at."""
    return row.kind.isin(sorted({kind for program in programs for kind in program.kinds}))


def rated(prepared: Prepared, name: str) -> Mapping[str, pa.Table]:
    """The cases of a scheme, all in one go."""
    cases, problems = read_cases(locate(name), prepared.scheme, prepared.vocabulary)
    assert cases
    assert not problems
    with open_engine() as engine:
        engine.load("record", wide_schema(prepared.vocabulary).empty_table())
        made = prepared.rated(
            engine, start_of(prepared.scheme, cases, prepared.vocabulary), ("point", "ignored", "derived", "score", "grade")
        )
        return {stage: table.order_by(table.columns).to_pyarrow() for stage, table in made.items()}


@pytest.mark.parametrize(
    "name",
    [
        "cn/ningxia/enterprise/2025-02-01",
        "us/echo/discharge-compliance/2007-01-01",
    ],
)
def test_the_cases_of_a_scheme_come_out_as_if_no_record_were_passed_over(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = read_scheme(locate(name))
    passing = rated(prepare(scheme), name)
    monkeypatch.setattr(plan, "wanted", of_its_kind)
    assert passing["point"].num_rows + passing["derived"].num_rows
    assert rated(prepare(scheme), name) == passing
