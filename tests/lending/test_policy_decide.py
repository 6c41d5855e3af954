"""The decision on a whole table is the decision on each of its rows, whatever the conditions say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcredit.errors import InputError
from envcredit.lending.policy.columns import Columns
from envcredit.lending.policy.decide import DECISION, TYPES, decide
from envcredit.lending.policy.exposures import Exposure
from envcredit.lending.policy.facts import facts_schema, names_of, with_derived
from envcredit.lending.policy.merging import Decision
from envcredit.lending.policy.model import Actions, Merge, Policy, PolicyRule, RateByScore
from envcredit.lending.policy.reader import read_policy
from envcredit.lending.policy.rows import decide_row
from envcredit.lending.policy.rulebook import ACTIONS, rulebook
from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.parse import condition
from envcredit.scheme.conditions.truth import evaluate

SAMPLE = read_policy("sample/xuzhou")
NAMES = names_of(SAMPLE)
AS_OF = date(2026, 6, 30)
DAYS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 6, 30), date(2027, 2, 28), date(2024, 2, 29)]
WORDS = {"yes_no": ["yes", "no"], "integer": ["0", "1", "2", "90"], "amount": ["CNY 0", "CNY 1_000", "CNY 20_000.01"]}
WORDS |= {"share": ["0%", "50%", "99.9999%"], "number": ["4.35", "60", "0"], "text": ["'1'", "'C26'", "''"]}
VALUES: Mapping[str, list[Any]] = {
    "day": DAYS,
    "text": ["1", "C26", "", "1.2"],
    "yes_no": [True, False],
    "integer": [0, 1, 2, 90],
    "amount": [0, 100_000, 2_000_001],
    "share": [0, 500_000, 999_999],
    "number": [4_350_000, 60_000_000, 0],
}
ASKED = [name for name in NAMES.entries if name not in ("loan_id", "bank", "branch", "region", "scheme")]


def _written(names: Names, name: str) -> list[str]:
    type_ = names.lookup(name).type
    if type_.name == "day":
        return [day.isoformat() for day in DAYS]
    return list(names.vocabulary.codes(type_.list)) if type_.name == "code" else WORDS[type_.name]


@st.composite
def atoms(draw: st.DrawFn) -> str:
    """One comparison of a fact, with a written value or with another fact."""
    name = draw(st.sampled_from(ASKED))
    type_ = NAMES.lookup(name).type.name
    if draw(st.integers(0, 6)) == 0:
        return f"{name} is {draw(st.sampled_from(['known', 'unknown']))}"
    if type_ == "yes_no" and draw(st.booleans()):
        return name
    if type_ != "yes_no" and draw(st.booleans()):
        options = draw(st.lists(st.sampled_from(_written(NAMES, name)), min_size=1, max_size=3, unique=True))
        return f"{name} {draw(st.sampled_from(['in', 'not in']))} {{{', '.join(options)}}}"
    if type_ == "day" and draw(st.booleans()):
        term = draw(st.sampled_from(["1 month", "12 months", "30 days"]))
        return f"{name} {draw(st.sampled_from(['<', '>=', '=']))} as_of {draw(st.sampled_from('+-'))} {term}"
    op = draw(st.sampled_from(["=", "!="] if type_ in ("code", "yes_no", "text") else ["=", "!=", "<", "<=", ">", ">="]))
    return f"{name} {op} {draw(st.sampled_from(_written(NAMES, name)))}"


CONDITIONS = st.recursive(
    atoms(),
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda three: f"({three[0]}) {three[1]} ({three[2]})"),
    ),
    max_leaves=6,
)


def _values(name: str) -> st.SearchStrategy[Any]:
    type_ = NAMES.lookup(name).type
    choices = list(NAMES.vocabulary.codes(type_.list)) if type_.name == "code" else VALUES[type_.name]
    known = st.sampled_from(choices)
    return known if name in NAMES.never_unknown else st.one_of(st.none(), known)


OF_RESULT = (
    "grade",
    "grade_rank",
    "trend",
    "notches",
    "grade_from",
    "grade_until",
    "grade_age_days",
    "score",
    "veto",
    "completeness",
)
LOANS = st.fixed_dictionaries({name: _values(name) for name in NAMES.entries}).map(
    lambda loan: (
        loan | {"as_of": AS_OF} | (dict.fromkeys(OF_RESULT) if loan["state"] in ("unrated", "refused", "not_matched") else {})
    )
)
BOOKS = st.lists(LOANS, min_size=1, max_size=16)


def table_of(loans: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(loans, schema=facts_schema())


@settings(max_examples=60)
@given(text=CONDITIONS, loans=BOOKS, assumed=st.booleans())
def test_a_condition_over_columns_is_the_condition_on_each_row(text: str, loans: list[dict[str, Any]], assumed: bool) -> None:
    tree = condition(text, NAMES)
    given_ = {"remediation": True, "score": 60_000_000, "grade": "red"} if assumed else {}
    table = table_of(loans)
    columns = Columns({name: table.column(name).combine_chunks() for name in table.column_names}, len(loans))

    def on(loan: dict[str, Any]) -> bool | None:
        return evaluate(tree, lambda name: given_.get(name.written) if loan[name.written] is None else loan[name.written])

    assert columns.holds(tree, given_, TYPES).to_pylist() == [on(loan) for loan in loans]


MISSING = st.dictionaries(st.sampled_from(["grade", "remediation", "score", "five_class"]), st.sampled_from(["refuse", "skip"]))
RATES = st.one_of(
    st.none(),
    st.integers(-30, 60),
    st.builds(RateByScore, each_point=st.just(-1), above=st.just("60"), rounding=st.just("half_up"), floor=st.just(-20)),
)
ACTION_SETS = st.builds(
    lambda rate, rest: Actions.model_validate({"rate_bp": rate, **rest}),
    RATES,
    st.fixed_dictionaries(
        {},
        optional={
            "line_factor": st.sampled_from(["80%", "50%", "120%"]),
            "tenor_cap": st.sampled_from(["12 months", "3 years"]),
            "approval_level": st.integers(0, 2),
            "collateral": st.sampled_from(["light", "as_usual", "more", "full"]),
            "insurance_required": st.booleans(),
            "monitor_every": st.sampled_from(["1 month", "1 quarter"]),
            "new_loan": st.sampled_from(["allow", "remediation_only", "deny"]),
            "exposure": st.sampled_from(["hold", "shrink 10% a quarter", "exit by 2027-06-30", "exit within 12 months"]),
            "watch_list": st.booleans(),
        },
    ),
)
RULES = st.lists(st.tuples(CONDITIONS, MISSING, ACTION_SETS, st.integers(1, 3)), min_size=1, max_size=6)
MERGES = st.builds(
    Merge,
    rule=st.sampled_from(["most_restrictive", "priority"]),
    rate_bp=st.sampled_from(["highest", "add", "as_rule"]),
    rate_cap=st.just(70),
)


@settings(max_examples=35)
@given(rules=RULES, merge=MERGES, loans=BOOKS)
def test_a_decision_over_a_table_is_the_decision_on_each_row(rules: Any, merge: Merge, loans: list[dict[str, Any]]) -> None:
    words = SAMPLE.title
    made = {
        f"rule_{at}": PolicyRule(clause=f"bank/{at}", words=words, when=when, missing=missing, priority=priority, actions=actions)
        for at, (when, missing, actions, priority) in enumerate(rules)
    }
    policy = SAMPLE.model_copy(update={"rules": made, "merge": merge})
    found = decide(policy, table_of(loans))
    assert found.schema == DECISION
    book = rulebook(policy)
    assert found.to_pylist() == [_expected(decide_row(book, loan), loan) for loan in loans]


def _expected(decision: Decision, loan: dict[str, Any]) -> dict[str, Any]:
    """One row of the decision, written from the plain decision without the code under test."""
    row: dict[str, Any] = dict.fromkeys(DECISION.names)
    row |= {"loan_id": loan["loan_id"], "outcome": decision.outcome}
    row |= {"fired": ", ".join(decision.fired), "refused": ", ".join(decision.refused)}
    for action in ACTIONS:
        told = decision.actions.get(action)
        row |= {f"{action}_{part}": "" for part in ("rule", "clause", "lost")}
        if told is None:
            continue
        row[action] = told.answer
        if isinstance(told.answer, Exposure):
            row |= {"exposure": told.answer.kind, "shrink_a_quarter": told.answer.a_quarter, "exit_by": told.answer.exit_by}
        if action == "rate_bp":
            row["rate_bp_before_limits"] = told.before_limits
        row |= {f"{action}_rule": ", ".join(told.rules), f"{action}_clause": ", ".join(told.clauses)}
        row[f"{action}_lost"] = ", ".join(told.lost)
    return row


def loans_of(**facts: list[Any]) -> pa.Table:
    rows = len(next(iter(facts.values())))
    plain: dict[str, list[Any]] = {"as_of": [AS_OF] * rows, "loan_id": [f"L{n}" for n in range(rows)], "balance": [100] * rows}
    columns = plain | facts
    return pa.table({name: pa.array(values, TYPES[name]) for name, values in columns.items()})


def test_red_firms_get_no_new_loan_but_for_pollution_control() -> None:
    found = decide(SAMPLE, loans_of(state=["in_force"] * 3, grade=["red", "red", "green"], remediation=[False, True, None]))
    assert found.column("new_loan").to_pylist() == ["deny", "remediation_only", "allow"]
    assert found.column("new_loan_rule").to_pylist() == ["red_or_black_other_purpose", "red_or_black", "green_or_blue"]
    assert found.column("new_loan_clause").to_pylist() == ["bank/7", "bank/7", "bank/5"]
    assert found.column("new_loan_lost").to_pylist() == ["red_or_black", "", ""]
    assert found.column("watch_list").to_pylist() == [True, True, None]


def test_a_result_that_lacks_its_grade_is_refused_and_not_clean() -> None:
    found = decide(SAMPLE, loans_of(state=["in_force", "not_matched"], grade=[None, None]))
    assert found.column("outcome").to_pylist() == ["refused", "decided"]
    assert found.column("refused").to_pylist() == ["green_or_blue, yellow, red_or_black, red_or_black_other_purpose", ""]
    assert found.column("approval_level").to_pylist() == [None, 1]


def test_many_batches_and_an_empty_book(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = loans_of(state=["in_force"] * 7, grade=["red", "green", None, "blue", "black", "yellow", "red"])
    whole = decide(SAMPLE, facts)
    monkeypatch.setattr("envcredit.lending.policy.decide.BATCH", 2)
    assert decide(SAMPLE, facts).to_pylist() == whole.to_pylist()
    assert decide(SAMPLE, facts.slice(0, 0)).num_rows == 0
    assert decide(SAMPLE, pa.concat_tables([facts, facts])).to_pylist() == whole.to_pylist() * 2


def test_dictionary_encoded_and_large_strings_are_taken() -> None:
    facts = loans_of(state=["in_force", "stale"], grade=["red", "red"])
    other = facts.set_column(3, "state", facts.column("state").dictionary_encode())
    other = other.set_column(4, "grade", facts.column("grade").cast(pa.large_string()))
    assert decide(SAMPLE, other).to_pylist() == decide(SAMPLE, facts).to_pylist()


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("L340", {"grade": ["red"]}),
        ("L341", {"state": ["in_force"], "completeness": [1]}),
        ("L342", {"state": [None]}),
        ("L343", {"state": ["in_force"], "grade": ["trustworthy"]}),
        ("L344", {"state": ["in_force"], "as_of": [date(2025, 12, 31)]}),
        ("L345", {"state": ["not_matched"], "grade": ["red"]}),
    ],
)
def test_what_cannot_be_decided_on_is_told(code: str, facts: dict[str, list[Any]]) -> None:
    table = loans_of(**facts)
    if code == "L341":
        table = table.set_column(table.column_names.index("completeness"), "completeness", pa.array(["90%"]))
    with pytest.raises(InputError) as told:
        decide(SAMPLE, table)
    assert [one.code for one in told.value.diagnostics] == [code]


def test_facts_that_follow_from_others() -> None:
    loan = with_derived({"grade": "yellow", "catalogue_code": "2.1.3", "industry": "C2614"}, SAMPLE)
    assert (loan["grade_rank"], loan["catalogue_chapter"], loan["industry_section"]) == (3, "2", "C")
    assert with_derived({"grade": "yellow", "grade_rank": 9, "industry": "2614"}, SAMPLE)["grade_rank"] == 9
    assert isinstance(SAMPLE, Policy)
