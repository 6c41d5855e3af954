"""Three truth values: Kleene's tables for every operator, and which unknown values can matter."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.conditions.names import Names, certain_names, names_of_clocks, names_of_facts, names_of_unit
from envcredit.scheme.conditions.parse import condition, measure
from envcredit.scheme.conditions.tree import Scalar
from envcredit.scheme.conditions.truth import evaluate, unhandled_unknowns

VOCABULARY = read_vocabulary()
KINDS = ("penalty",)
NAMES = Names(
    {**names_of_clocks(), **names_of_unit(VOCABULARY), **names_of_facts(VOCABULARY, KINDS)},
    VOCABULARY,
    KINDS,
    frozenset(certain_names(VOCABULARY, KINDS)),
)


def truth(text: str, **values: Scalar | None) -> bool | None:
    return evaluate(condition(text, NAMES), lambda name: values.get(name.name))


YES, NO, UNKNOWN = True, False, None


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (YES, YES, YES, YES),
        (YES, NO, NO, YES),
        (YES, UNKNOWN, UNKNOWN, YES),
        (NO, YES, NO, YES),
        (NO, NO, NO, NO),
        (NO, UNKNOWN, NO, UNKNOWN),
        (UNKNOWN, YES, UNKNOWN, YES),
        (UNKNOWN, NO, NO, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_and_or(left: bool | None, right: bool | None, both: bool | None, either: bool | None) -> None:
    assert truth("performed and revoked", performed=left, revoked=right) is both
    assert truth("performed or revoked", performed=left, revoked=right) is either


def test_not_and_known() -> None:
    assert [truth("not performed", performed=v) for v in (YES, NO, UNKNOWN)] == [NO, YES, UNKNOWN]
    assert [truth("performed is known", performed=v) for v in (YES, NO, UNKNOWN)] == [YES, YES, NO]
    assert [truth("performed is unknown", performed=v) for v in (YES, NO, UNKNOWN)] == [NO, NO, YES]


@pytest.mark.parametrize(
    ("op", "below", "same", "over"),
    [
        ("=", NO, YES, NO),
        ("!=", YES, NO, YES),
        ("<", YES, NO, NO),
        ("<=", YES, YES, NO),
        (">", NO, NO, YES),
        (">=", NO, YES, YES),
    ],
)
def test_comparisons_of_quantities_days_and_terms(op: str, below: bool, same: bool, over: bool) -> None:
    assert [truth(f"fine {op} CNY 10", fine=v) for v in (999, 1000, 1001, None)] == [below, same, over, UNKNOWN]
    days = (date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 1), None)
    assert [truth(f"decided_on {op} 2025-02-28", decided_on=v) for v in days] == [below, same, over, UNKNOWN]
    moved = [truth(f"decided_on {op} due_on + 1 month", decided_on=v, due_on=date(2025, 1, 31)) for v in days]
    assert moved == [below, same, over, UNKNOWN]
    assert truth(f"decided_on {op} due_on + 1 month", decided_on=days[0]) is UNKNOWN


def test_ordered_codes_compare_by_their_place_in_the_list() -> None:
    incident = Names(names_of_facts(VOCABULARY, ("incident",)), VOCABULARY, ("incident",))
    tree = condition("incident_level >= considerable", incident)
    levels = ("ordinary", "considerable", "especially_major", None)
    assert [evaluate(tree, lambda _, v=v: v) for v in levels] == [NO, YES, YES, UNKNOWN]


@pytest.mark.parametrize(
    ("quantifier", "one", "two", "other"),
    [("any", YES, YES, NO), ("all", NO, YES, NO), ("only", YES, YES, NO), ("none", NO, NO, YES)],
)
def test_several_codes(quantifier: str, one: bool, two: bool, other: bool) -> None:
    text = f"categories has {quantifier} {{fine, warning}}"
    values = ("|fine|", "|warning|fine|", "|closure|", None)
    assert [truth(text, categories=v) for v in values] == [one, two, other, UNKNOWN]


def test_in_a_set() -> None:
    assert [truth("medium in {air, water}", medium=v) for v in ("air", "soil", None)] == [YES, NO, UNKNOWN]
    assert [truth("medium not in {air, water}", medium=v) for v in ("air", "soil", None)] == [NO, YES, UNKNOWN]


@pytest.mark.parametrize(
    ("text", "may_matter"),
    [
        ("fine > CNY 5", {"fine"}),
        ("fine is known and fine > CNY 5", set()),
        ("fine is unknown or fine > CNY 5", set()),
        ("not (fine is unknown or fine > CNY 5)", set()),
        ("fine is known or fine > CNY 5", {"fine"}),
        ("fine is known and medium = air", {"medium"}),
        ("rectified and rectified_on <= decided_on + 30 days", set()),
        ("not rectified or rectified_on <= decided_on", set()),
        ("rectified_on <= decided_on", {"rectified_on"}),
        ("suspended and suspended_until > as_of", {"suspended_until"}),
        ("decided_on < as_of and not revoked", set()),
        ("unit.unit_type = park and unit.status = closed", {"unit.status"}),
        ("(fine is known and fine > CNY 5) or medium = air", {"medium"}),
    ],
)
def test_which_unknown_values_can_matter(text: str, may_matter: set[str]) -> None:
    assert unhandled_unknowns(condition(text, NAMES), NAMES) == may_matter


def test_an_aggregated_value_can_be_unknown() -> None:
    assert unhandled_unknowns(measure("sum fine", NAMES), NAMES) == {"fine"}
    assert unhandled_unknowns(measure("count", NAMES), NAMES) == frozenset()


ATOMS = ["performed", "performed is known", "performed is unknown", "fine > CNY 5", "fine is known", "fine is unknown"]
TEXTS = st.recursive(
    st.sampled_from(ATOMS),
    lambda parts: st.one_of(
        st.lists(parts, min_size=2, max_size=3).map(lambda p: "(" + " and ".join(p) + ")"),
        st.lists(parts, min_size=2, max_size=3).map(lambda p: "(" + " or ".join(p) + ")"),
        parts.map(lambda p: f"not ({p})"),
    ),
    max_leaves=6,
)


@given(TEXTS)
def test_a_name_that_is_not_told_can_never_leave_the_condition_unknown(text: str) -> None:
    tree = condition(text, NAMES)
    told = unhandled_unknowns(tree, NAMES)
    for performed, fine in product((True, False, None), (100, 1000, None)):
        values: dict[str, Scalar | None] = {"performed": performed, "fine": fine}
        unknown = {name for name, value in values.items() if value is None}
        if len(unknown) < 2 and not unknown & told:
            assert truth(text, **values) is not None
