"""Every case of every scheme in the box, and what a case says when it is not met."""

from __future__ import annotations

from pathlib import Path

import pytest
from kept_plans import PLANS
from stories import write_scheme

from envcredit.rating.cases import run_cases
from envcredit.scheme.library import locate, names

EXAMPLES = Path(__file__).parents[2] / "examples" / "schemes" / "example"


@pytest.mark.parametrize("name", names())
def test_every_case_of_a_shipped_scheme_holds(name: str) -> None:
    results = run_cases(locate(name), PLANS)
    assert results
    assert not [f"{r.place}: {r.name}: {r.differences}" for r in results if not r.passed]


@pytest.mark.parametrize("folder", sorted(f for f in EXAMPLES.glob("*/*") if f.is_dir()), ids=lambda f: f.parent.name)
def test_every_case_of_an_example_holds(folder: Path) -> None:
    results = run_cases(locate(folder))
    assert results
    assert not [f"{r.name}: {r.differences}" for r in results if not r.passed]


FINED = "fined: {kind: deduct, from: penalty, counts: {from: decided_on, for: 12 months}, points: 2}"


def differences(tmp_path: Path, expect: str) -> tuple[str, ...]:
    case = f"- case: one penalty\n  of: [fined]\n  as_of: 2026-12-31\n  expect: {expect}\n"
    case += "  records: [{id: a, kind: penalty, decided_on: 2026-03-10}]\n"
    (result,) = run_cases(write_scheme(tmp_path, FINED, cases=case))
    assert result.passed == (not result.differences)
    return tuple(one["en"] for one in result.differences)


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{points: [{rule: fined, record: a, counted: -2, raw: -2}], score: 98, grade: green}", ()),
        ("{score: 97}", ("score: expected +97, found +98",)),
        ("{grade: red}", ("grade: expected red, found green []",)),
        ("{status: refused}", ("status: expected refused, found rated",)),
        ("{points: []}", ("unexpected point: fined a counted -2 raw -2 last_day 2027-03-10",)),
        (
            "{points: [{rule: fined, record: a, counted: -3}]}",
            (
                "expected point: fined a counted -3; found under the rule: fined a counted -2 raw -2 last_day 2027-03-10",
                "unexpected point: fined a counted -2 raw -2 last_day 2027-03-10",
            ),
        ),
        (
            "{ignored: [{rule: fined, record: a, reason: lapsed}]}",
            ("expected ignored: rule fined, record a, reason lapsed; found: —",),
        ),
    ],
)
def test_a_case_says_what_differs(tmp_path: Path, expect: str, told: tuple[str, ...]) -> None:
    assert differences(tmp_path, expect) == told
