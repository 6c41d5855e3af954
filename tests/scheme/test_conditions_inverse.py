"""The printer of conditions is the inverse of the parser, over the whole vocabulary."""

from __future__ import annotations

import pytest
from conditions_drawn import ALL, IMPORTED, VOCABULARY, conditions, measures
from hypothesis import given

from envcredit.scheme.conditions.parse import condition, measure
from envcredit.scheme.conditions.printer import printed, printed_measure
from envcredit.scheme.conditions.tree import Compare, Condition, Holds, Known, Measure, Value


@given(conditions())
def test_what_is_printed_reads_as_it_was(case: tuple[str, Condition]) -> None:
    kind, tree = case
    text, usable = printed(tree), ALL[kind]
    assert condition(text, usable) == tree
    assert printed(condition(text, usable)) == text


@given(measures())
def test_a_printed_measure_reads_as_it_was(case: tuple[str, Measure]) -> None:
    kind, tree = case
    assert measure(printed_measure(tree), ALL[kind]) == tree


@pytest.mark.parametrize("kind", IMPORTED)
def test_every_name_and_every_code_of_the_vocabulary_can_be_written(kind: str) -> None:
    for name in ALL[kind].entries.values():
        for code in VOCABULARY.lists.get(name.type.list, {}):
            value = Value(code, name.type, code)
            tree = Holds(name, "any", (value,)) if name.type.name == "codes" else Compare("=", name, value)
            assert condition(printed(tree), ALL[kind]) == tree
        assert condition(f"{name.written} is known", ALL[kind]) == Known(name)
