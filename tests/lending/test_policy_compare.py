"""What another policy would change, and the interest of it, to the fen; how answers merge."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.amounts import Rounding
from envcredit.lending.policy.compare import CHANGE, PolicyComparison, compare, exact_sum, interest_of_a_year
from envcredit.lending.policy.decide import TYPES
from envcredit.lending.policy.merging import merged
from envcredit.lending.policy.model import Actions, Merge, Policy, PolicyRule
from envcredit.lending.policy.reader import read_policy
from envcredit.lending.policy.rulebook import rulebook

BEFORE = read_policy("sample/xuzhou")
YUAN = 100
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}


def with_rate(policy: Policy, rule: str, bp: int | None) -> Policy:
    changed = policy.rules[rule]
    actions = changed.actions.model_copy(update={"rate_bp": bp})
    merge = policy.merge.model_copy(update={"rate_floor": None, "rate_cap": None})
    return policy.model_copy(
        update={"rules": {**policy.rules, rule: changed.model_copy(update={"actions": actions})}, "merge": merge}
    )


def book(grades: list[str | None], balances: list[int]) -> pa.Table:
    rows = len(grades)
    columns = {
        "as_of": [date(2026, 6, 30)] * rows,
        "loan_id": [f"L{n}" for n in range(rows)],
        "state": ["in_force"] * rows,
        "grade": grades,
        "remediation": [False] * rows,
        "balance": balances,
    }
    return pa.table({name: pa.array(values, TYPES[name]) for name, values in columns.items()})


@pytest.mark.parametrize(
    ("yuan", "bp", "cost"), [(150_000_000, -89, -1_335_000), (15_000_000, -10, -15_000), (15_000_000, 10, 15_000)]
)
def test_published_interest(yuan: int, bp: int, cost: int) -> None:
    # Hulunbuir: RMB 150 m, 89 bp; Huangshi: RMB 15 m, 10 bp.
    found = compare(with_rate(BEFORE, "yellow", 0), with_rate(BEFORE, "yellow", bp), book(["yellow"], [yuan * YUAN]))
    assert found.interest.fen == cost * YUAN
    assert found.interest.exact == cost * YUAN * 10_000


def test_who_changes_by_action() -> None:
    facts = book(["yellow", "green", "red", None, "yellow"], [100_001, 200, 300, 400, 5])
    after = with_rate(BEFORE, "yellow", 15)
    found = compare(with_rate(BEFORE, "yellow", 10), after, facts)
    assert (found.loans, found.of) == (2, 5)
    assert [(one.action, one.loans, one.balance) for one in found.by_action] == [("rate_bp", 2, 100_006)]
    assert found.changes.schema == CHANGE
    assert found.changes.select(["loan_id", "action", "before", "after", "rule_after", "balance"]).to_pylist() == [
        {"loan_id": "L0", "action": "rate_bp", "before": "10", "after": "15", "rule_after": "yellow", "balance": 100_001},
        {"loan_id": "L4", "action": "rate_bp", "before": "10", "after": "15", "rule_after": "yellow", "balance": 5},
    ]
    assert found.interest.undecided.loans == 1
    assert found.interest.undecided.balance == 400
    assert (found.interest.up.loans, found.interest.down.loans) == (2, 0)
    assert found.interest.exact == 5 * 100_006
    assert found.interest.fen == 50  # 50.0005 and 0.0025 fen


def test_nothing_changes_under_the_same_policy_nor_in_an_empty_book() -> None:
    facts = book(["yellow", "black"], [1, 2])
    for table in (facts, facts.slice(0, 0)):
        found = compare(BEFORE, BEFORE, table)
        assert (found.loans, found.changes.num_rows, found.by_action, found.interest.fen) == (0, 0, (), 0)


def test_an_exposure_that_shrinks_faster_is_a_change_and_so_is_a_person_who_decides() -> None:
    def shrinking(text: str) -> Policy:
        rule = BEFORE.rules["red_or_black"]
        actions = rule.actions.model_copy(update={"exposure": text})
        return BEFORE.model_copy(update={"rules": {**BEFORE.rules, "red_or_black": rule.model_copy(update={"actions": actions})}})

    facts = book(["red"], [100])
    found = compare(shrinking("shrink 5% a quarter"), shrinking("shrink 10% a quarter"), facts)
    assert _told(found) == [("exposure", "shrink 50000", "shrink 100000")]
    assert _told(compare(BEFORE, shrinking("exit by 2027-06-30"), facts)) == [("exposure", "hold", "exit 2027-06-30")]
    rule = BEFORE.rules["red_or_black_other_purpose"].model_copy(update={"missing": {"grade": "refuse", "remediation": "refuse"}})
    careful = BEFORE.model_copy(update={"rules": {**BEFORE.rules, "red_or_black_other_purpose": rule}})
    unknown = facts.drop_columns(["remediation"])
    assert _told(compare(BEFORE, careful, unknown)) == [
        ("outcome", "decided", "refused"),
        ("new_loan", "deny", "remediation_only"),
    ]


def _told(found: PolicyComparison) -> list[tuple[str, str, str]]:
    return [(row["action"], row["before"], row["after"]) for row in found.changes.to_pylist()]


LOANS = st.lists(st.tuples(st.integers(0, 10**15), st.integers(-2_000, 2_000)), max_size=20)


@given(loans=LOANS, rounding=st.sampled_from(["half_up", "half_even", "down"]))
def test_interest_is_that_of_decimal_arithmetic(loans: list[tuple[int, int]], rounding: Rounding) -> None:
    balances, moves = (np.array([loan[at] for loan in loans], np.int64) for at in (0, 1))
    fen, exact = interest_of_a_year(balances, moves, rounding)
    each = [(Decimal(b) * m / 10_000).quantize(Decimal(1), MODES[rounding]) for b, m in loans]
    assert fen == sum(each)
    assert exact == sum(b * m for b, m in loans)


def test_a_sum_larger_than_64_bits() -> None:
    assert exact_sum(np.array([2**62] * 5 + [-1], np.int64)) == 5 * 2**62 - 1


MOST = Merge(rule="most_restrictive", rate_bp="highest")
STRICTER = [
    ("rate_bp", "-10", "5"),
    ("line_factor", "80%", "50%"),
    ("tenor_cap", "3 years", "12 months"),
    ("approval_level", "0", "1"),
    ("collateral", "light", "as_usual"),
    ("collateral", "more", "full"),
    ("insurance_required", "no", "yes"),
    ("monitor_every", "6 months", "1 quarter"),
    ("new_loan", "allow", "remediation_only"),
    ("new_loan", "remediation_only", "deny"),
    ("exposure", "hold", "shrink 1% a quarter"),
    ("exposure", "shrink 90% a quarter", "exit by 2030-01-01"),
    ("exposure", "exit within 12 months", "exit by 2027-06-29"),
    ("watch_list", "no", "yes"),
]


def rules_saying(**said: tuple[str, int]) -> Policy:
    plain = BEFORE.rules["yellow"]
    rules: dict[str, PolicyRule] = {}
    for key, (text, priority) in said.items():
        action, value = text.split("=")
        rules[key] = plain.model_copy(
            update={"actions": Actions.model_validate({action: value}), "priority": priority, "clause": f"bank/{key}"}
        )
    return BEFORE.model_copy(update={"rules": rules})


@pytest.mark.parametrize(("action", "milder", "stricter"), STRICTER)
def test_the_stricter_answer_stands_and_the_milder_lost(action: str, milder: str, stricter: str) -> None:
    book_ = rulebook(
        rules_saying(mild=(f"{action}={milder}", 1), strict=(f"{action}={stricter}", 2), again=(f"{action}={stricter}", 3))
    )
    told = merged(MOST, book_.rules, [], None, date(2026, 6, 30)).actions[action]
    assert (told.rules, told.clauses, told.lost) == (("strict", "again"), ("bank/strict", "bank/again"), ("mild",))
    by_priority = merged(Merge(rule="priority", rate_bp="as_rule"), book_.rules, [], None, date(2026, 6, 30)).actions[action]
    assert (by_priority.rules, by_priority.lost) == (("mild",), ("strict", "again"))
    assert told.answer != by_priority.answer


def test_rates_add_up_and_are_bounded_last() -> None:
    book_ = rulebook(rules_saying(one=("rate_bp=30", 2), two=("rate_bp=50", 2), three=("rate_bp=-5", 1)))
    day = date(2026, 6, 30)
    added = merged(Merge(rule="priority", rate_bp="add", rate_cap=60), book_.rules, [], None, day).actions["rate_bp"]
    assert (added.answer, added.before_limits, added.rules, added.lost) == (60, 75, ("one", "two", "three"), ())
    highest = merged(Merge(rule="priority", rate_bp="highest"), book_.rules, [], None, day).actions["rate_bp"]
    assert (highest.answer, highest.rules) == (50, ("two",))
    own = merged(Merge(rule="priority", rate_bp="as_rule", rate_floor=0), book_.rules, [], None, day).actions["rate_bp"]
    assert (own.answer, own.before_limits, own.rules) == (0, -5, ("three",))


def test_nothing_fired_is_not_the_same_as_decided() -> None:
    book_ = rulebook(rules_saying(one=("rate_bp=30", 1)))
    day = date(2026, 6, 30)
    assert merged(MOST, [], [], None, day).outcome == "no_rule"
    assert merged(MOST, book_.rules, [], None, day).outcome == "decided"
    assert merged(MOST, book_.rules, book_.rules, None, day).outcome == "refused"
