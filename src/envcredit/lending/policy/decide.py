"""The decision on every loan of a table.

Conditions are answered column by column. Loans for which the same rules fire, with the same score where a rule prices by it and
the same day, have the same decision: each such pattern is merged once, by the plain function of :mod:`merging`, and handed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from envcredit.lending.policy.columns import Column, Columns
from envcredit.lending.policy.exposures import Exposure
from envcredit.lending.policy.facts import facts_schema
from envcredit.lending.policy.intake import checked_facts
from envcredit.lending.policy.merging import Decision, merged
from envcredit.lending.policy.model import Policy
from envcredit.lending.policy.rulebook import ACTIONS, ReadRule, Rulebook, rulebook

BATCH = 500_000
"""Loans answered at a time; bounds the memory that half-done answers take."""
Mask = npt.NDArray[np.int64]
TYPES: Mapping[str, pa.DataType] = {field.name: field.type for field in facts_schema()}

_WORD = pa.dictionary(pa.int32(), pa.string())
_VALUES: Mapping[str, pa.DataType] = {
    "rate_bp": pa.int64(),
    "line_factor": pa.int64(),
    "tenor_cap": pa.int64(),
    "approval_level": pa.int64(),
    "collateral": _WORD,
    "insurance_required": pa.bool_(),
    "monitor_every": pa.int64(),
    "new_loan": _WORD,
    "exposure": _WORD,
    "watch_list": pa.bool_(),
}
DECISION = pa.schema(
    [
        ("loan_id", pa.string()),
        ("outcome", _WORD),
        ("fired", _WORD),
        ("refused", _WORD),
        *((action, type_) for action, type_ in _VALUES.items()),
        ("rate_bp_before_limits", pa.int64()),
        ("shrink_a_quarter", pa.int64()),
        ("exit_by", pa.date32()),
        *((f"{action}_{part}", _WORD) for action in ACTIONS for part in ("rule", "clause", "lost")),
    ]
)
"""One row a loan, in the order of the facts. ``outcome``: ``decided``, ``no_rule`` or ``refused``. An action that no rule
speaks of is
null. ``fired``, ``refused``, ``…_rule``, ``…_clause`` and ``…_lost`` hold keys joined by ``", "``, empty where there are
none. Rates in basis points,
``line_factor`` and ``shrink_a_quarter`` in millionths, ``tenor_cap`` and ``monitor_every`` in months."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What decisions depend on: which rules fire and refuse (bits), the score in millionths, the day."""

    fired: int
    refused: int
    score: int | None
    as_of: date


def decide(policy: Policy, facts: pa.Table) -> pa.Table:
    """One row of :data:`DECISION` a loan. ``facts`` has ``loan_id``, ``state``, ``as_of``, ``balance`` and what the rules
    ask for.

    Columns are those of ``facts_schema()``; a column that is absent is unknown for every loan. Raises ``InputError`` (L340
    to L346)
    when a column has another type or a value that its list does not have, or the policy is not in force on a day.
    """
    table = checked_facts(policy, facts)
    codes, rows = answers(policy, table)
    columns = [
        handed_out([row.get(field.name) for row in rows], field.type, codes) for field in DECISION if field.name != "loan_id"
    ]
    return pa.table([table.column("loan_id"), *columns], schema=DECISION)


def answers(policy: Policy, facts: pa.Table) -> tuple[Column, list[Mapping[str, Any]]]:
    """For each loan of checked facts the number of its answer, and the answers, each a row of :data:`DECISION` without the
    loan."""
    book = rulebook(policy)
    codes, patterns = _patterns(book, facts)
    return codes, [_row(_merged(book, pattern)) for pattern in patterns]


def _merged(book: Rulebook, pattern: _Pattern) -> Decision:
    def chosen(bits: int) -> list[ReadRule]:
        return [rule for at, rule in enumerate(book.rules) if bits >> at & 1]

    return merged(book.policy.merge, chosen(pattern.fired), chosen(pattern.refused), pattern.score, pattern.as_of)


def _patterns(book: Rulebook, facts: pa.Table) -> tuple[Column, list[_Pattern]]:
    """For each loan the number of its pattern, and the patterns."""
    masks = [masks_of(book, batch) for batch in _batches(facts)]
    keys: dict[str, Column] = {
        "fired": pa.chunked_array([pa.array(fired) for fired, _ in masks], pa.int64()),
        "refused": pa.chunked_array([pa.array(refused) for _, refused in masks], pa.int64()),
    }
    if book.by_score and "score" in facts.column_names:
        keys["score"] = facts.column("score")
    keys["as_of"] = facts.column("as_of")
    codes, rows = numbered(keys)
    return codes, [_Pattern(row["fired"], row["refused"], row.get("score"), row["as_of"]) for row in rows]


def _batches(facts: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, facts.num_rows, BATCH):
        yield facts.slice(start, BATCH)


def masks_of(book: Rulebook, facts: pa.Table) -> tuple[Mask, Mask]:
    """Which rules fire and which refuse for each row, one bit a rule in the order of the policy."""
    columns = Columns({name: _one_array(facts.column(name)) for name in book.asked if name in facts.column_names}, facts.num_rows)
    fired, refused = np.zeros(facts.num_rows, np.int64), np.zeros(facts.num_rows, np.int64)
    for at, rule in enumerate(book.rules):
        yes, lacking = _answered(rule, columns)
        fired |= yes.astype(np.int64) << at
        refused |= lacking.astype(np.int64) << at
    return fired, refused


def _answered(rule: ReadRule, columns: Columns) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Where the rule fires, and where it refuses; see ``rows.fires_for``."""
    holds = columns.holds(rule.when, rule.assumed, TYPES)
    yes = _plain(pc.fill_null(holds, pa.scalar(False)))
    open_ = _plain(pc.is_null(holds))
    if rule.prices_by_score and "score" not in rule.assumed:
        priceless = _lacking(columns, {"score"})
        yes, open_ = yes & ~priceless, open_ | (yes & priceless)
    skips = _lacking(columns, rule.skipped) & ~_lacking(columns, rule.refused)
    return yes, open_ & ~skips


def _lacking(columns: Columns, names: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Where one of the facts is unknown."""
    found = np.zeros(columns.rows, np.bool_)
    for name in names:
        found |= _plain(pc.is_null(columns.array(name, TYPES[name])))
    return found


def _plain(column: Column) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = column.to_numpy(zero_copy_only=False)
    return found


def _one_array(column: Column) -> Column:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def numbered(keys: Mapping[str, Column]) -> tuple[Column, list[dict[str, Any]]]:
    """For each row the number of its combination of values (int32), and the combinations by number."""
    codes, values = None, [{}]  # type: tuple[Any, list[dict[str, Any]]]
    for name, column in keys.items():
        own = pc.dictionary_encode(_one_array(column), null_encoding="encode")
        own = _one_array(own)
        spread = own.dictionary.to_pylist()
        if codes is None:
            codes, values = own.indices, [{name: value} for value in spread]
            continue
        wide = pc.add(pc.multiply(pc.cast(codes, pa.int64()), pa.scalar(len(spread))), pc.cast(own.indices, pa.int64()))
        both = pc.dictionary_encode(wide)
        values = [values[n // len(spread)] | {name: spread[n % len(spread)]} for n in both.dictionary.to_pylist()]
        codes = both.indices
    return codes, values


def _row(decision: Decision) -> dict[str, Any]:
    """One decision in the columns of :data:`DECISION`."""
    found: dict[str, Any] = {
        "outcome": decision.outcome,
        "fired": ", ".join(decision.fired),
        "refused": ", ".join(decision.refused),
    }
    for action in ACTIONS:
        told = decision.actions.get(action)
        answer = told.answer if told else None
        found[action] = answer.kind if isinstance(answer, Exposure) else answer
        if isinstance(answer, Exposure):
            found |= {"shrink_a_quarter": answer.a_quarter, "exit_by": answer.exit_by}
        if told and told.before_limits is not None:
            found["rate_bp_before_limits"] = told.before_limits
        for part, keys in (("rule", told and told.rules), ("clause", told and told.clauses), ("lost", told and told.lost)):
            found[f"{action}_{part}"] = ", ".join(keys or ())
    return found


def handed_out(values: Sequence[Any], type_: pa.DataType, codes: Column) -> Column:
    """A column from one value for each number, and the numbers of the rows."""
    if not pa.types.is_dictionary(type_):
        return pc.take(pa.array(values, type_), codes)
    words = list(dict.fromkeys(value for value in values if value is not None))
    places = {word: at for at, word in enumerate(words)}
    of_pattern = pa.array([None if value is None else places[value] for value in values], pa.int32())
    return pa.DictionaryArray.from_arrays(pc.take(of_pattern, codes), pa.array(words, pa.string()))
