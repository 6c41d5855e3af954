"""Conditions read: what they mean, and what is said of those that mean nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.days import Term
from envcredit.base.diagnostics import problem
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.conditions.names import Names, certain_names, names_of_clocks, names_of_facts, names_of_unit
from envcredit.scheme.conditions.parse import condition, measure, operand
from envcredit.scheme.conditions.problems import ConditionProblem
from envcredit.scheme.conditions.tree import (
    INTEGER,
    SHARE,
    Aggregate,
    Among,
    And,
    Compare,
    Grouped,
    Holds,
    Name,
    Not,
    Or,
    Quotient,
    Shifted,
    Since,
    Truth,
    Type,
    Value,
    type_of,
)


def names(*kinds: str) -> Names:
    vocabulary = read_vocabulary()
    entries = {
        **names_of_clocks(),
        "years_without": Name("value", "years_without", INTEGER),
        **names_of_unit(vocabulary),
        **names_of_facts(vocabulary, kinds),
    }
    words = {"years_without": {"zh": "连续未受处罚的整年数", "en": "full years without a penalty"}}
    return Names(entries, vocabulary, kinds, frozenset(certain_names(vocabulary, kinds)), words)


PENALTY = names("penalty")


def problems_of(text: str, usable: Names = PENALTY) -> list[tuple[str, int]]:
    with pytest.raises(ConditionProblem) as caught:
        condition(text, usable)
    for one in caught.value.all:  # every problem can be said in both languages
        for language in ("zh", "en"):
            assert problem(one.code, **one.values).render(language)
    return [(one.code, one.column) for one in caught.value.all]


def found_in(text: str) -> tuple[ConditionProblem, ...]:
    try:
        condition(text, PENALTY)
    except ConditionProblem as found:
        return found.all
    return ()


def fact(name: str, usable: Names = PENALTY) -> Name:
    return usable.lookup(name)


def test_money_is_fen_and_codes_are_of_the_list_of_the_other_side() -> None:
    assert condition("fine >= CNY 20_000.5", PENALTY) == Compare(
        ">=", fact("fine"), Value(2_000_050, Type("amount"), "CNY 20_000.5")
    )
    assert condition("medium = air", PENALTY) == Compare("=", fact("medium"), Value("air", Type("code", "medium"), "air"))


def test_and_binds_closer_than_or_and_not_closest() -> None:
    tree = condition("not performed and revoked or suspended", PENALTY)
    assert tree == Or((And((Not(Truth(fact("performed"))), Truth(fact("revoked")))), Truth(fact("suspended"))))


def test_brackets_around_the_same_word_mean_nothing() -> None:
    assert condition("(performed and revoked) and suspended", PENALTY) == condition(
        "performed and revoked and suspended", PENALTY
    )
    assert condition("not (not performed)", PENALTY) == Truth(fact("performed"))


def test_between_includes_both_ends() -> None:
    assert condition("fine between CNY 1 and CNY 2 and revoked", PENALTY) == condition(
        "fine >= CNY 1 and fine <= CNY 2 and revoked", PENALTY
    )


def test_a_set_of_codes_and_one_code_in_a_set() -> None:
    air, water = (Value(code, Type("code", "medium"), code) for code in ("air", "water"))
    assert condition("medium not in {air, water}", PENALTY) == Among(fact("medium"), (air, water), negated=True)
    warning = Value("warning", Type("codes", "penalty_category"), "warning")
    assert condition("categories has only {warning}", PENALTY) == Holds(fact("categories"), "only", (warning,))


def test_days_move_by_terms() -> None:
    tree = condition("rectified_on <= due_on + 1 year", PENALTY)
    assert tree == Compare("<=", fact("rectified_on"), Shifted(fact("due_on"), Term(12, "month"), 1))
    assert condition("decided_on = 2025-01-31", PENALTY) == Compare(
        "=", fact("decided_on"), Value(date(2025, 1, 31), Type("day"), "2025-01-31")
    )


def test_a_word_beside_a_code_is_a_code_even_where_a_keyword_has_the_same_letters() -> None:
    none = condition("unit.permit_class = none", PENALTY)
    assert none == Compare("=", PENALTY.lookup("unit.permit_class"), Value("none", Type("code", "permit_class"), "none"))


def test_attributes_of_several_kinds_are_those_that_all_have() -> None:
    both = names("penalty", "order")
    assert condition("behaviour = other", both)
    assert problems_of("fine > CNY 1", both) == [("S124", 1)]


def test_states_are_those_that_an_amendment_of_the_kind_can_make() -> None:
    assert condition("rectified", names("penalty"))
    assert problems_of("rectified", names("complaint")) == [("S124", 1)]


def test_an_attribute_hides_a_clock_of_its_name() -> None:
    assert names("rating").lookup("period_to").where == "fact"
    assert names("penalty").lookup("period_to").where == "clock"


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("fine ＞ CNY 5", "S101", 6),
        ("fine > CNY 5 fine", "S102", 14),
        ("fine >", "S103", 7),
        ("", "S103", 1),
        ("(performed", "S103", 11),
        ("fien > CNY 5", "S104", 1),
        ("medium = wter", "S105", 10),
        ("fine = damages", "S124", 8),
        ("decided_on < fine", "S106", 14),
        ("medium < air", "S107", 8),
        ("performed in {yes}", "S107", 1),
        ("categories = fine", "S107", 12),
        ("fine > 5", "S108", 8),
        ("fine > 5%", "S108", 8),
        ("act = abc", "S108", 7),
        ("decided_on > '2025-01-01'", "S108", 14),
        ("CNY 5 < fine", "S109", 1),
        ("fine > CNY 0.001", "S110", 8),
        ("fine > CNY 99999999999999999999", "S111", 8),
        ("x" * 2001, "S112", 1),
        ("(" * 21 + "performed" + ")" * 21, "S113", 21),
        ("decided_on > 2025-02-30", "S114", 14),
        ("decided_on > 2025-1-1", "S114", 14),
        ("fine", "S117", 1),
        ("decided_on > 24 months", "S118", 14),
        ("medium in {air, air}", "S119", 17),
        ("fine > USD 5", "S122", 8),
        ("fine + 3 days > decided_on", "S126", 1),
        ("medium has any {air}", "S127", 1),
        ("decided_on < due_on + 101 years", "S128", 23),
        ("status = closed", "S104", 1),
    ],
)
def test_what_is_wrong_and_where(text: str, code: str, column: int) -> None:
    assert problems_of(text) == [(code, column)]


@given(st.text("finemdu_ar.<>=!(){}',-+%0159 CNYotin", max_size=40))
def test_any_text_is_a_condition_or_a_problem(text: str) -> None:
    for one in found_in(text):
        assert 1 <= one.column <= len(text) + 1
        assert problem(one.code, **one.values).render("zh")


def test_all_problems_of_a_condition_at_once() -> None:
    assert problems_of("fine > 90% and medium = wter or not foo") == [("S108", 8), ("S105", 25), ("S104", 37)]


def test_a_near_name_is_offered() -> None:
    with pytest.raises(ConditionProblem) as caught:
        condition("behavour = other", PENALTY)
    one = caught.value
    assert "“behaviour”" in problem(one.code, **one.values).hint("zh")
    with pytest.raises(ConditionProblem) as caught:
        condition("status = closed", PENALTY)
    assert "unit.status" in problem(caught.value.code, **caught.value.values).hint("en")


MONITORING = names("monitoring")


@pytest.mark.parametrize(
    ("text", "tree", "type_name"),
    [
        ("count", Aggregate("count"), "integer"),
        ("count distinct outlet", Aggregate("count_distinct", MONITORING.lookup("outlet")), "integer"),
        ("largest exceedance", Aggregate("largest", MONITORING.lookup("exceedance")), "share"),
        ("latest sampled_on", Aggregate("latest", MONITORING.lookup("sampled_on")), "day"),
        ("share(compliant)", Aggregate("share", condition=Truth(MONITORING.lookup("compliant"))), "share"),
        ("streak(compliant)", Aggregate("streak", condition=Truth(MONITORING.lookup("compliant"))), "integer"),
        (
            "smallest share(compliant) by outlet",
            Grouped("smallest", Aggregate("share", condition=Truth(MONITORING.lookup("compliant"))), MONITORING.lookup("outlet")),
            "share",
        ),
        ("full_years_since latest sampled_on", Since("year", Aggregate("latest", MONITORING.lookup("sampled_on"))), "integer"),
        (
            "sum value / sum limit",
            Quotient(Aggregate("sum", MONITORING.lookup("value")), Aggregate("sum", MONITORING.lookup("limit"))),
            "share",
        ),
    ],
)
def test_measures(text: str, tree: object, type_name: str) -> None:
    found = measure(text, MONITORING)
    assert found == tree
    assert type_of(found).name == type_name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sum medium", "S115"),
        ("latest value", "S115"),
        ("largest sampled_on", "S115"),
        ("days_since latest value", "S115"),
        ("sum unit.base_charge", "S116"),
        ("sum years_without", "S116"),
        ("sum value / count", "S106"),
        ("sum valu", "S104"),
        ("total value", "S102"),
    ],
)
def test_measures_that_do_not_fit(text: str, code: str) -> None:
    with pytest.raises(ConditionProblem) as caught:
        measure(text, MONITORING)
    assert caught.value.code == code


def test_operands() -> None:
    assert operand("exceedance", MONITORING) == MONITORING.lookup("exceedance")
    assert type_of(operand("value / limit", MONITORING)) == SHARE
    with pytest.raises(ConditionProblem):
        operand("value / exceedance", MONITORING)
