"""Conditions and measures drawn at random over the whole vocabulary."""

from __future__ import annotations

from datetime import date
from functools import cache

from hypothesis import strategies as st

from envcredit.base.days import Term
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.conditions.literals import value_of
from envcredit.scheme.conditions.names import Names, names_of_clocks, names_of_facts, names_of_unit
from envcredit.scheme.conditions.tree import (
    INTEGER,
    Aggregate,
    Among,
    And,
    Compare,
    Condition,
    Grouped,
    Holds,
    Known,
    Measure,
    Name,
    Not,
    Or,
    Shifted,
    Since,
    Truth,
    Type,
    Value,
)

VOCABULARY = read_vocabulary()
IMPORTED = tuple(VOCABULARY.kinds)


def names(kind: str) -> Names:
    values = {"years_without": Name("value", "years_without", INTEGER)}
    entries = {**names_of_clocks(), **values, **names_of_unit(VOCABULARY), **names_of_facts(VOCABULARY, (kind,))}
    return Names(entries, VOCABULARY, (kind,))


ALL = {kind: names(kind) for kind in IMPORTED}
WHOLE = st.integers(-(10**14), 10**14)
DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))
TERMS = st.builds(Term, st.integers(0, 1_200), st.sampled_from(["day", "month"]))
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


def values(type_: Type) -> st.SearchStrategy[Value]:
    plain: dict[str, st.SearchStrategy[object]] = {"day": DAYS, "text": TEXT, "yes_no": st.booleans()}
    if type_.list:
        return st.sampled_from(VOCABULARY.codes(type_.list)).map(lambda code: Value(code, type_, code))
    return plain.get(type_.name, WHOLE).map(lambda value: value_of(value, type_))


def comparisons(name: Name, usable: Names) -> st.SearchStrategy[Condition]:
    type_ = name.type
    if type_.name == "codes":
        options = st.lists(values(type_), min_size=1, unique=True).map(tuple)
        return st.builds(Holds, st.just(name), st.sampled_from(["any", "all", "only", "none"]), options)
    ways: list[st.SearchStrategy[Condition]] = [st.builds(Known, st.just(name), st.booleans())]
    operators = ["=", "!=", "<", "<=", ">", ">="] if type_.is_ordered else ["=", "!="]
    ways.append(st.builds(Compare, st.sampled_from(operators), st.just(name), values(type_)))
    if type_.name == "yes_no":
        ways.append(st.just(Truth(name)))
    else:
        options = st.lists(values(type_), min_size=1, max_size=5, unique=True).map(tuple)
        ways.append(st.builds(Among, st.just(name), options, st.booleans()))
    if type_.name == "day":
        others = st.sampled_from([n for n in usable.entries.values() if n.type == type_])
        shifted = st.builds(Shifted, others, TERMS, st.sampled_from([1, -1]))
        ways.append(st.builds(Compare, st.sampled_from(operators), st.one_of(st.just(name), shifted), st.one_of(others, shifted)))
    return st.one_of(ways)


def joined(join: type[And] | type[Or], parts: list[Condition]) -> Condition:
    return join(tuple(one for part in parts for one in (part.parts if isinstance(part, join) else (part,))))


def negated(part: Condition) -> Condition:
    return part.part if isinstance(part, Not) else Not(part)


@cache
def conditions_on(kind: str) -> st.SearchStrategy[tuple[str, Condition]]:
    usable = ALL[kind]
    leaves = st.one_of([comparisons(name, usable) for name in usable.entries.values()])
    joins: st.SearchStrategy[type[And] | type[Or]] = st.sampled_from([And, Or])
    whole = st.recursive(
        leaves,
        lambda parts: st.one_of(st.builds(joined, joins, st.lists(parts, min_size=2, max_size=4)), parts.map(negated)),
        max_leaves=6,
    )
    return whole.map(lambda tree: (kind, tree))


def conditions() -> st.SearchStrategy[tuple[str, Condition]]:
    return st.sampled_from(IMPORTED).flatmap(conditions_on)


@cache
def measures_on(kind: str) -> st.SearchStrategy[tuple[str, Measure]]:
    usable = ALL[kind]
    facts = [name for name in usable.entries.values() if name.where == "fact"]
    quantities = [name for name in facts if name.type.is_quantity]
    days = [name for name in facts if name.type.name == "day"]
    tested = st.one_of([comparisons(name, usable) for name in facts])
    of_quantities = st.sampled_from(["sum", "largest", "smallest", "median", "mean"])
    ways: list[st.SearchStrategy[Aggregate]] = [
        st.just(Aggregate("count")),
        st.builds(Aggregate, st.just("count_distinct"), st.sampled_from(facts)),
        st.builds(Aggregate, st.sampled_from(["share", "streak"]), st.none(), tested),
    ]
    if quantities:
        ways.append(st.builds(Aggregate, of_quantities, st.sampled_from(quantities)))
    of_day = st.builds(Aggregate, st.sampled_from(["latest", "earliest"]), st.sampled_from(days))
    since = st.builds(Since, st.sampled_from(["day", "month", "year"]), of_day)
    grouped = st.builds(Grouped, of_quantities, st.one_of(ways), st.sampled_from(facts))
    return st.one_of(*ways, of_day, since, grouped).map(lambda tree: (kind, tree))


def measures() -> st.SearchStrategy[tuple[str, Measure]]:
    return st.sampled_from(IMPORTED).flatmap(measures_on)
