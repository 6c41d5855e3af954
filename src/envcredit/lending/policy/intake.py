"""The facts that come in: columns of the right type, values of their lists, nothing missing that must be known; derived
facts added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.errors import InputError
from envcredit.lending.policy.facts import DERIVED, KIND, OF_GRADE, WITHOUT_GRADE, column_type, vocabulary_of
from envcredit.lending.policy.model import Policy

_MOST_SHOWN = 5


def checked_facts(policy: Policy, facts: pa.Table) -> pa.Table:
    """The columns that a policy can look at, derived facts added. Raises ``InputError`` with every problem (L340 to L346).

    Text may come dictionary-encoded or as large strings; nothing else is converted.
    """
    columns, problems = {}, []
    vocabulary = vocabulary_of(policy)
    for name, attribute in vocabulary.attributes.items():
        if name not in facts.column_names:
            if name in vocabulary.kinds[KIND].required:
                problems.append(problem("L340", column=name))
            continue
        column = _as(column_type(attribute), facts.column(name))
        if column is None:
            problems.append(
                problem("L341", column=name, expected=str(column_type(attribute)), found=str(facts.schema.field(name).type))
            )
            continue
        columns[name] = column
        if name in vocabulary.kinds[KIND].required and column.null_count:
            problems.append(problem("L342", column=name, count=column.null_count))
        if attribute.list:
            problems += _foreign_codes(name, column, vocabulary.codes(attribute.list))
    if not problems:
        problems += [*_days_in_force(policy, columns["as_of"]), *_grades_without_result(columns)]
    if problems:
        raise InputError(problems)
    return _with_derived(policy, pa.table(columns))


def _as(type_: pa.DataType, column: Any) -> Any:
    """The column in its type, or ``None`` when it has another one."""
    found = column.type
    if found == type_:
        return column
    if pa.types.is_null(found):
        return pc.cast(column, type_)
    if pa.types.is_dictionary(found):
        found = found.value_type
    if pa.types.is_string(type_) and (pa.types.is_string(found) or pa.types.is_large_string(found)):
        return pc.cast(column, type_)
    return None


def _foreign_codes(name: str, column: Any, codes: tuple[str, ...]) -> Iterator[Diagnostic]:
    """L343: values that the list does not have."""
    outside = pc.invert(pc.is_in(column, value_set=pa.array([*codes, None], pa.string())))
    if not pc.any(outside, min_count=0).as_py():
        return
    wrong = column.filter(outside)
    shown = ", ".join(sorted(wrong.unique().to_pylist())[:_MOST_SHOWN])
    yield problem("L343", column=name, found=shown, count=len(wrong), usable=", ".join(codes))


def _days_in_force(policy: Policy, days: Any) -> Iterator[Diagnostic]:
    """L344: a policy decides on its own days only."""
    found = pc.min_max(days).as_py()
    first, last = policy.in_force.first, policy.in_force.last or date.max
    outside = [day for day in dict.fromkeys((found["min"], found["max"])) if day is not None and not first <= day <= last]
    for day in outside:
        yield problem("L344", policy=policy.identity, day=day, first=first, last=policy.in_force.last or "…")


def _grades_without_result(columns: dict[str, Any]) -> Iterator[Diagnostic]:
    """L345: a loan in a state without a grade must not carry one: somebody joined wrongly."""
    without = pc.is_in(columns["state"], value_set=pa.array(sorted(WITHOUT_GRADE), pa.string()))
    for name in sorted(OF_GRADE & columns.keys()):
        both = pc.and_(without, pc.is_valid(columns[name]))
        count = pc.sum(both, min_count=0).as_py()
        if count:
            yield problem("L345", column=name, count=count, states=", ".join(sorted(WITHOUT_GRADE)))


def _with_derived(policy: Policy, table: pa.Table) -> pa.Table:
    """Facts that follow from others, each text looked at once. A fact that is given is never changed."""
    types = {attribute.name: column_type(attribute) for attribute in vocabulary_of(policy).attributes.values()}
    for name, (of, derive) in DERIVED.items():
        if of not in table.column_names:
            continue
        known = pc.dictionary_encode(table.column(of).combine_chunks())
        values = pa.array([derive(text, policy) for text in known.dictionary.to_pylist()], types[name])
        found = pc.take(values, known.indices)
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, pc.coalesce(table.column(name), found))
        else:
            table = table.append_column(name, found)
    return table
