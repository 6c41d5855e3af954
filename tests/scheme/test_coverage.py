"""Coverage counts each clause once, in the state that what cites it gives it."""

from __future__ import annotations

from pathlib import Path

from envcredit.scheme.checks.folder import coverage_of_folder
from envcredit.scheme.coverage import BASES, STATES, RuleCases, coverage, coverage_tables
from envcredit.scheme.model import NotModelled
from envcredit.scheme.reader import read_scheme

GOOD = Path(__file__).parents[1] / "bad" / "scheme" / "good"


def test_states_of_clauses() -> None:
    scheme, found = coverage_of_folder(GOOD)
    assert {clause.key: clause.state for clause in found.clauses} == {"m/1": "encoded", "m/2": "encoded", "m/3": "not_modelled"}
    assert {clause.key: clause.cited_by for clause in found.clauses}["m/1"] == (
        "fine",
        "order",
        "listed",
        "complaints",
        "many_complaints",
    )
    assert sum(found.count(state) for state in STATES) == len(scheme.clauses)
    assert sum(found.count(state, basis) for state in STATES for basis in BASES) == len(scheme.clauses)
    assert found.left_out == {"discretion": 1}


def test_a_clause_may_be_encoded_in_part_stated_or_open() -> None:
    scheme = read_scheme(GOOD)
    row = scheme.not_modelled[0]
    left_out: tuple[NotModelled, ...] = (row.model_copy(update={"clause": "m/1"}), row.model_copy(update={"clause": "unknown"}))
    rules = {key: rule for key, rule in scheme.rules.items() if rule.clause != "m/2"}
    found = coverage(scheme.model_copy(update={"not_modelled": left_out, "rules": rules}))
    assert [clause.state for clause in found.clauses] == ["in_part", "stated", "open"]
    assert found.unknown == 1


def test_cases_are_counted_by_what_they_expect() -> None:
    _, found = coverage_of_folder(GOOD)
    assert found.cases == 4
    assert found.by_rule["fine"] == RuleCases(firing=1, quiet=1)
    assert found.by_rule["complaints"] == RuleCases(firing=1, quiet=0, can_be_quiet=False)
    assert found.by_rule["scope"] == RuleCases(firing=1, quiet=2)


def test_tables_add_up() -> None:
    _, found = coverage_of_folder(GOOD)
    (head, states), (_, rest), (_, kinds) = coverage_tables(found, "zh")
    assert head[-1] == "合计"
    assert all(sum(int(str(n)) for n in row[1:-1]) == row[-1] for row in states)
    assert [row[0] for row in rest] == ["m/3"]
    assert sum(int(str(row[1])) for row in kinds) == len(found.by_rule)
