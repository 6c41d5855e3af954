"""Schemes that are not complete: what they can still say, what they refuse, and the note that every result carries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from city import RULES, lay_out, run_of
from stories import Book, Story, loaded, read, write_scheme

from envcredit.base.diagnostics import errors_in
from envcredit.base.labels import Language
from envcredit.cli.rate import told
from envcredit.engine import open_engine
from envcredit.rating import compare_text, explain_text
from envcredit.rating.compare import compare
from envcredit.rating.explain import explain
from envcredit.rating.notes import incomplete
from envcredit.rating.replay import replay
from envcredit.rating.report.page import html
from envcredit.rating.run import read_run
from envcredit.scheme.assumptions import inferred_rules, without_inferred
from envcredit.scheme.checks import check
from envcredit.scheme.library import names
from envcredit.scheme.reader import read_scheme

PARTIAL = "status: partial\nmissing: {points: {zh: 分值表, en: the table of points}}\n"
FINE = "fined: {kind: deduct, from: penalty, counts: {from: decided_on, for: 12 months}, points: 30}\n"
CRIME = "crime: {kind: veto, from: judgment, counts: {from: final_on, for: 36 months}, grade: black}\n"
WARNED = "warned: {kind: veto, from: interview, counts: {from: occurred_on, for: 36 months}, grade: yellow}\n"
PENALTY, JUDGMENT = "{id: a, kind: penalty, decided_on: 2026-03-10}", "{id: j, kind: judgment, final_on: 2026-03-10}"
INTERVIEW = "{id: i, kind: interview, occurred_on: 2026-03-10}"
NO_START = PARTIAL + "score: {better: higher, step: 1}\n"
"""A start value that nobody has established."""
OPEN_BAND = "plates: {kind: grade, by: score, bands: [{grade: green, from: 90}, {from: 40}, {grade: black}]}\n"


def standing(told: Story) -> tuple[str, str]:
    return told.result["rated"], told.grade


def test_without_a_start_value_points_are_traced_but_nobody_has_a_score() -> None:
    told = Book(FINE + CRIME, NO_START).story(PENALTY)
    assert told.counted == {("fined", "a"): -30}
    assert standing(told) == ("refused", "")
    assert (told.result["status"], told.result["reason"], told.score) == ("refused", "not_established#start", None)


def test_a_veto_to_the_lowest_grade_decides_all_the_same() -> None:
    told = Book(FINE + CRIME, NO_START).story(PENALTY, JUDGMENT)
    assert standing(told) == ("rated", "black")


def test_a_veto_to_another_grade_leaves_it_open_whether_the_unit_stands_lower() -> None:
    told = Book(FINE + WARNED, NO_START).story(INTERVIEW)
    assert standing(told) == ("refused", "")


@pytest.mark.parametrize(("penalties", "expected"), [(0, ("rated", "green")), (1, ("refused", "")), (3, ("rated", "black"))])
def test_a_band_without_a_grade_refuses_the_scores_inside_it(penalties: int, expected: tuple[str, str]) -> None:
    facts = [PENALTY.replace("id: a", f"id: {'abc'[n]}") for n in range(penalties)]
    told = Book(FINE + OPEN_BAND, PARTIAL).story(*facts)
    assert standing(told) == expected
    assert told.score == 100 - 30 * penalties, "the score itself is known"
    assert told.result["reason"] == ("" if told.grade else "not_established#band")


@pytest.fixture(scope="module")
def partial_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city rated by a scheme that is not complete."""
    folder = lay_out(tmp_path_factory.mktemp("city"))
    write_scheme(folder / "scheme", RULES, PARTIAL)
    run_of(folder, accept_partial="invented/small")
    return folder


@pytest.mark.parametrize(("language", "note"), [("zh", "尚缺：分值表"), ("en", "Missing: the table of points")])
def test_every_text_of_a_result_says_what_the_scheme_lacks(partial_city: Path, language: Language, note: str) -> None:
    run = read_run(partial_city / "run")
    explanation = explain(run, "U1")
    assert note in explain_text.prose(explanation, language)
    assert note in explain_text.as_plain(explanation)["incomplete"][language]
    assert note in "\n".join(told(run, language))
    assert note in html(run, language)
    with open_engine() as engine:
        comparison = compare(run, run, engine)
    assert compare_text.prose(comparison, language).count(note) == 2
    assert note in compare_text.as_plain(comparison)["before"]["incomplete"][language]


ASSUMED = """
fined: {kind: deduct, clause: law/read, from: penalty, counts: {from: decided_on, for: 12 months}, points: 30}
fines: {kind: derive, clause: law/read, from: penalty, counts: {from: decided_on, for: 12 months}, value: count}
barred: {kind: limit, when: fines > 0, at_most: red}
praised: {kind: award, from: commendation, counts: {from: awarded_on, for: 24 months}, points: 3}
"""


def inferring(folder: Path) -> Path:
    """The folder of a scheme, one clause of which is only inferred."""
    dated = write_scheme(folder, ASSUMED)
    whole = loaded((dated / "scheme.yaml").read_text("utf-8"))
    whole["clauses"]["law/read"]["basis"] = "inferred"
    (dated / "scheme.yaml").write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
    return dated


def test_without_inferred_clauses_go_their_rules_and_what_needs_them(tmp_path: Path) -> None:
    scheme = read_scheme(inferring(tmp_path))
    assert inferred_rules(scheme) == ("fined", "fines", "barred")
    less = without_inferred(scheme)
    assert list(less.rules) == ["praised", "plates"]
    assert (less.status, list(less.missing)) == ("partial", ["fined", "fines", "barred"])


def test_a_scheme_that_infers_nothing_stays_as_it_is() -> None:
    scheme = read(FINE)
    assert without_inferred(scheme) is scheme


def test_a_run_without_inferred_clauses_is_replayed_without_them(tmp_path: Path) -> None:
    city = lay_out(tmp_path / "city")
    scheme = str(inferring(tmp_path / "inferring"))
    wanted = {"scheme": scheme, "accept_partial": scheme}
    whole, less = run_of(city, "whole", **wanted), run_of(city, "less", without_inferred=True, **wanted)
    assert {run.stage("score")["score"].to_pylist()[0] for run in (whole, less)} == {100 - 60, 100}
    assert read_run(less.folder).scheme.status == "partial"
    assert replay(less.folder).equal


def test_every_shipped_scheme_still_checks_without_what_is_inferred() -> None:
    for scheme in map(read_scheme, names()):
        assert not errors_in(check(without_inferred(scheme))), scheme.identity


def test_gaps_are_listed_without_their_full_stops() -> None:
    said = incomplete(read_scheme("uk/ea/epa/2022-01-01"))
    assert said is not None
    assert not [text for text in said.values() for twice in (".;", "。；", "..", "。。") if twice in text]
    assert incomplete(read_scheme("uk/ea/ccs")) is None
