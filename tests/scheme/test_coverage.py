"""Coverage counts each clause once, in the state that what cites it gives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from envcredit.base.labels import Language
from envcredit.scheme.checks.folder import coverage_of_folder
from envcredit.scheme.coverage import BASES, STATES, RuleCases, coverage, coverage_tables
from envcredit.scheme.coverage_totals import totals, totals_sentence, totals_tables
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
    assert found.unknown == ("discretion",)
    assert found.provisions == 4


def test_what_the_language_cannot_say_is_counted_once_a_clause() -> None:
    scheme = read_scheme(GOOD)
    row = scheme.not_modelled[0].model_copy(update={"reason": "language"})
    rows = tuple(row.model_copy(update={"clause": clause}) for clause in ("m/1", "m/1", "unknown"))
    one, none = coverage(scheme.model_copy(update={"not_modelled": rows})), coverage(scheme)
    assert (one.not_expressible, one.provisions) == (2, 4)
    assert (none.not_expressible, none.provisions) == (0, 3)
    assert str(totals([one, none]).not_expressible_percent) == "28.6"
    assert str(totals([]).not_expressible_percent) == "0.0"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_totals_add_up(lang: Language) -> None:
    _, found = coverage_of_folder(GOOD)
    whole = totals([found, found])
    (_, states), (head, schemes) = totals_tables(whole, lang)
    assert states[-1][-1] == 2 * len(found.clauses) == sum(int(str(row[-1])) for row in states[:-1])
    assert all(len(row) == len(head) for row in schemes)
    assert all(sum(map(int, map(str, row[2:7]))) == row[7] for row in schemes)
    assert whole.as_dict()["cases"] == 8
    assert str(len(found.clauses) * 2) in totals_sentence(whole, lang)


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
