"""The cases of a scheme, run as tests: every story is a unit of its own, and all of them are rated in one plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

import pyarrow as pa

from envcredit.base.diagnostics import Place
from envcredit.base.document_numbers import document_key
from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.engine import open_engine
from envcredit.errors import SchemeError
from envcredit.rating.expectations import Found, differences
from envcredit.rating.inputs import Ask, Given, Start, asked
from envcredit.rating.invariants import check
from envcredit.rating.prepared import Prepared, Shelf, prepare
from envcredit.records.wide import TYPES, wide_schema
from envcredit.scheme.cases import Case, CaseRecord
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_folder

SHOWN = ("point", "ignored", "derived", "score", "grade")
ALWAYS, NEVER = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case went. ``differences``: what was expected and what came out, one sentence each in zh and en."""

    name: str
    place: Place
    passed: bool
    differences: tuple[Mapping[str, str], ...]


def run_cases(folder: Traversable, shelf: Shelf | None = None) -> list[CaseResult]:
    """Runs every case of a scheme folder, in the order of its files. Raises ``SchemeError`` if scheme or cases cannot be read."""
    scheme, _places, problems, _shared = read_folder(folder)
    vocabulary = read_vocabulary()
    if scheme is None:
        raise SchemeError(problems)
    cases, found = read_cases(folder, scheme, vocabulary)
    if found:
        raise SchemeError(found)
    return results_of(prepare(scheme, shelf), cases)


def results_of(prepared: Prepared, cases: Sequence[Case]) -> list[CaseResult]:
    """The result of each case. Raises ``InvariantError`` when the stages contradict themselves."""
    if not cases:
        return []
    rows = _rated(prepared, cases)
    results = []
    for number, case in enumerate(cases):
        unit_id = _unit_id(number)
        found = Found(unit_id, {stage: by_unit.get(unit_id, []) for stage, by_unit in rows.items()})
        differing = tuple(differences(case, found, prepared.scheme))
        results.append(CaseResult(case.name, case.place, not differing, differing))
    return results


def _rated(prepared: Prepared, cases: Sequence[Case]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    scheme, vocabulary = prepared.scheme, prepared.vocabulary
    with open_engine() as engine:
        engine.load("record", wide_schema(vocabulary).empty_table())
        made = prepared.rated(engine, start_of(scheme, cases, vocabulary), ("broken", "cited", "unheeded", *SHOWN))
        check(made, scheme)
        tables = {name: made[name].to_pyarrow() for name in SHOWN}
        tables["ignored"] = pa.concat_tables([tables["ignored"], made["unheeded"].to_pyarrow()])
    return {name: _by_unit(table) for name, table in tables.items()}


def _by_unit(table: pa.Table) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        found.setdefault(row["unit_id"], []).append(row)
    return found


def _unit_id(number: int) -> str:
    return f"case-{number}"


def start_of(scheme: Scheme, cases: Sequence[Case], vocabulary: Vocabulary) -> Start:
    """What a plan starts from when each case is a unit: ``case-0``, ``case-1``, … in the order given."""
    given = [one for number, case in enumerate(cases) for one in _given(number, case, vocabulary)]
    asks = [Ask(_unit_id(n), _unit_id(n), case.as_of, case.known_at or NEVER) for n, case in enumerate(cases)]
    members = [(_unit_id(n), _member_id(n, m)) for n, case in enumerate(cases) for m in _members_of(case)]
    return Start(_units(scheme, cases, vocabulary), asked(asks), given=given, members=members)


def _members_of(case: Case) -> list[int]:
    named = {record.member for record in case.records if record.member}
    return sorted(named | set(range(1, len(case.members) + 1)))


def _member_id(number: int, member: int) -> str:
    return f"{_unit_id(number)}-member-{member}"


def _units(scheme: Scheme, cases: Sequence[Case], vocabulary: Vocabulary) -> pa.Table:
    schema = pa.schema({name: TYPES.get(attribute.type, pa.int64()) for name, attribute in vocabulary.unit.items()})
    rows = []
    for number, case in enumerate(cases):
        always = {"unit_type": scheme.rates[0], "name": case.name, "unit_id": _unit_id(number)}
        rows.append({**dict.fromkeys(schema.names), **always, **case.unit, "unit_id": _unit_id(number)})
    return pa.Table.from_pylist(rows, schema=schema)


def _given(number: int, case: Case, vocabulary: Vocabulary) -> Iterator[Given]:
    records = {record.id: record for record in case.records}
    replaced = {record.replaces: record.recorded_at or ALWAYS for record in case.records if record.replaces}
    for record in case.records:
        owner = _member_id(number, record.member) if record.member else _unit_id(number)
        day = record.values[vocabulary.kinds[record.kind].date]
        assert isinstance(day, date)
        values = {**record.values, "document_key": _key(number, record), "replaced_at": replaced.get(record.id)}
        if record.about:
            values["about_key"] = _key(number, records[record.about])
        yield Given(owner, record.kind, f"{_unit_id(number)}/{record.id}", day, record.recorded_at or ALWAYS, values)
    yield from _results(number, case)


def _key(number: int, record: CaseRecord) -> str:
    stated = str(record.values.get("document_number", ""))
    if stated:
        return document_key(str(record.values.get("authority", "")), stated)
    return f"{_unit_id(number)}/{record.id}"


def _results(number: int, case: Case) -> Iterator[Given]:
    """Earlier ratings (``h1``, ``h2``, …) and results of members (``m1``, …)."""
    for place, values in enumerate(case.history, 1):
        day = values["period_to"]
        assert isinstance(day, date)
        yield Given(_unit_id(number), "rating", f"{_unit_id(number)}/h{place}", day, ALWAYS, dict(values))
    for place, values in enumerate(case.members, 1):
        result = {"member": _member_id(number, place), "period_to": case.as_of, **values}
        yield Given(_unit_id(number), "member", f"{_unit_id(number)}/m{place}", case.as_of, ALWAYS, result)
