"""An engine's answer to a condition is the one that the language defines, unknown values included."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa
from conditions_drawn import ALL, VOCABULARY, conditions, values
from hypothesis import given, settings
from hypothesis import strategies as st

from envcredit.rating.expression import Expression
from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.parse import condition
from envcredit.scheme.conditions.tree import Condition, Name, Type, names_in
from envcredit.scheme.conditions.truth import evaluate

ARROW = {"day": pa.date32(), "text": pa.string(), "code": pa.string(), "codes": pa.string(), "yes_no": pa.bool_()}
Row = dict[Name, Any]


def scalars(type_: Type) -> st.SearchStrategy[Any]:
    if type_.name == "codes":
        codes = VOCABULARY.codes(type_.list)
        some = st.sets(st.sampled_from(codes), min_size=1, max_size=3)
        return some.map(lambda found: "|" + "|".join(code for code in codes if code in found) + "|")
    return values(type_).map(lambda value: value.value)


@st.composite
def told(draw: st.DrawFn) -> tuple[str, Condition, list[Row]]:
    kind, tree = draw(conditions())
    names = sorted(set(names_in(tree)), key=lambda name: name.written)
    row = st.fixed_dictionaries({name: st.one_of(st.none(), scalars(name.type)) for name in names})
    return kind, tree, draw(st.lists(row, min_size=1, max_size=6))


def answers(tree: Condition, rows: list[Row]) -> list[bool | None]:
    names = list(rows[0])
    columns = {f"c{i}": pa.array([row[n] for row in rows], ARROW.get(n.type.name, pa.int64())) for i, n in enumerate(names)}
    table = ibis.memtable(pa.table({"place": pa.array(range(len(rows))), **columns}))
    resolve = {name: table[f"c{i}"] for i, name in enumerate(names)}
    answer = Expression(resolve.__getitem__, VOCABULARY, "last_day").of(tree)
    found = table.select("place", answer=answer).order_by("place").to_pyarrow()
    return found.column("answer").to_pylist()  # type: ignore[no-any-return]


@settings(max_examples=80)
@given(told())
def test_duckdb_answers_as_the_language_says(case: tuple[str, Condition, list[Row]]) -> None:
    _, tree, rows = case
    assert answers(tree, rows) == [evaluate(tree, row.__getitem__) for row in rows]


def say(text: str, kind: str, **known: Any) -> bool | None:
    names: Names = ALL[kind]
    tree = condition(text, names)
    return answers(tree, [{name: known.get(name.name) for name in set(names_in(tree))}])[0]


def test_a_set_of_all_codes() -> None:
    every = ", ".join(VOCABULARY.codes("penalty_category"))
    assert say(f"categories has only {{{every}}}", "penalty", categories="|fine|") is True
    assert say(f"categories has only {{{every}}}", "penalty", categories=None) is None


def test_codes_that_begin_alike_are_told_apart() -> None:
    assert say("categories has any {permit_suspended}", "penalty", categories="|suspension|") is False
