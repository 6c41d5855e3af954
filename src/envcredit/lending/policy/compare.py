"""What another policy would change, before it is adopted: who, by action, and what it costs or brings in interest a year.

Interest of a loan for a year is its balance times the change of its rate; ``fen`` is rounded a loan by the rounding that the
caller names, ``exact`` is the sum before rounding, in ten-thousandths of a fen. All arithmetic is on whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from envcredit.base.amounts import Rounding
from envcredit.lending.policy.decide import answers, handed_out, numbered
from envcredit.lending.policy.intake import checked_facts
from envcredit.lending.policy.model import Policy
from envcredit.lending.policy.rulebook import ACTIONS

BASIS_POINTS = 10_000
Whole = npt.NDArray[np.int64]
_WORD = pa.dictionary(pa.int32(), pa.string())
CHANGE = pa.schema(
    [
        ("loan_id", pa.string()),
        ("action", _WORD),
        ("before", _WORD),
        ("after", _WORD),
        ("rule_before", _WORD),
        ("rule_after", _WORD),
        ("balance", pa.int64()),
    ]
)
"""One row for each loan and action that differ. ``before`` and ``after`` as text, null where no rule speaks of the action."""
_PARTS = {"exposure": ("exposure", "shrink_a_quarter", "exit_by")}
"""Actions whose answer stands in several columns."""
Pair = tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ActionChange:
    """One action, or ``outcome``: how many loans change, and their balance in fen."""

    action: str
    loans: int
    balance: int


@dataclass(frozen=True, slots=True)
class InterestChange:
    """Interest of a year under the second policy less that under the first: what borrowers pay more.

    ``fen``: loans rounded one by one by ``rounding``. ``exact``: before rounding, in ten-thousandths of a fen. ``up`` and
    ``down``: the loans
    that pay more and less, and their balances in fen. ``undecided``: loans that one of the policies leaves to a person; they
    are in none of these.
    """

    fen: int
    exact: int
    rounding: Rounding
    up: ActionChange
    down: ActionChange
    undecided: ActionChange


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """``changes``: :data:`CHANGE`. ``by_action`` counts them; ``loans``: how many loans differ in anything, of ``of``."""

    changes: pa.Table
    by_action: tuple[ActionChange, ...]
    loans: int
    of: int
    interest: InterestChange


def compare(before: Policy, after: Policy, facts: pa.Table, rounding: Rounding = "half_up") -> PolicyComparison:
    """Two policies over one book. ``facts`` as for :func:`decide`, under both. Raises ``InputError`` as :func:`decide` does."""
    known = [checked_facts(policy, facts) for policy in (before, after)]
    (ones, first), (others, second) = (answers(policy, table) for policy, table in zip((before, after), known, strict=True))
    codes, numbers = numbered({"one": ones, "other": others})
    pairs: list[Pair] = [(first[each["one"]], second[each["other"]]) for each in numbers]
    changed = {action: _changed(pairs, codes.to_numpy(), action) for action in ("outcome", *ACTIONS)}
    changed = {action: rows for action, rows in changed.items() if len(rows)}
    balance = facts.column("balance").to_numpy()
    tables = [_told_rows(action, rows, codes, pairs, known[0]) for action, rows in changed.items()]
    differs = np.zeros(facts.num_rows, np.bool_)
    for rows in changed.values():
        differs[rows] = True
    return PolicyComparison(
        pa.concat_tables(tables).unify_dictionaries() if tables else CHANGE.empty_table(),
        tuple(ActionChange(action, len(rows), exact_sum(balance[rows])) for action, rows in changed.items()),
        int(differs.sum()),
        facts.num_rows,
        _interest(pairs, codes.to_numpy(), balance, rounding),
    )


def _interest(pairs: list[Pair], codes: Whole, balance: Whole, rounding: Rounding) -> InterestChange:
    """A rate that no rule speaks of does not change; what a policy leaves to a person has no price yet."""
    moves = np.array([(other.get("rate_bp") or 0) - (one.get("rate_bp") or 0) for one, other in pairs] or [0], np.int64)[codes]
    open_ = np.array(["refused" in (one["outcome"], other["outcome"]) for one, other in pairs] or [False], np.bool_)[codes]
    priced = np.flatnonzero((moves != 0) & ~open_)
    move, owed = moves[priced], balance[priced]
    fen, exact = interest_of_a_year(owed, move, rounding)
    return InterestChange(
        fen=fen,
        exact=exact,
        rounding=rounding,
        up=ActionChange("rate_bp", int((move > 0).sum()), exact_sum(owed[move > 0])),
        down=ActionChange("rate_bp", int((move < 0).sum()), exact_sum(owed[move < 0])),
        undecided=ActionChange("rate_bp", int(open_.sum()), exact_sum(balance[open_])),
    )


def interest_of_a_year(balances: Whole, moves: Whole, rounding: Rounding) -> tuple[int, int]:
    """Balances in fen times moves in basis points: the sum of whole fen rounded loan by loan, and the exact sum in 1/10 000
    fen."""
    # balance = 10 000 a + b: a x move is whole fen, and b x move is small; neither leaves 64 bits.
    whole, rest = np.divmod(balances, BASIS_POINTS)
    fen = exact_sum(whole * moves) + exact_sum(_divided(rest * moves, rounding))
    return fen, exact_sum(whole * moves) * BASIS_POINTS + exact_sum(rest * moves)


def _divided(parts: Whole, rounding: Rounding) -> Whole:
    """Ten-thousandths of a fen as whole fen, each rounded by name."""
    whole, rest = np.divmod(np.abs(parts), BASIS_POINTS)
    twice = 2 * rest - BASIS_POINTS
    up = {"down": twice > BASIS_POINTS, "half_up": twice >= 0, "half_even": (twice > 0) | ((twice == 0) & (whole % 2 == 1))}
    found: Whole = np.sign(parts) * (whole + up[rounding].astype(np.int64))
    return found


def exact_sum(numbers: Whole) -> int:
    """The sum as a whole number of any size: two halves are added apart, so that neither leaves 64 bits."""
    high, low = np.divmod(numbers, 1 << 32)
    return (int(high.sum()) << 32) + int(low.sum())


def _changed(pairs: list[Pair], codes: Whole, action: str) -> Whole:
    """The rows in which the answer to an action differs."""
    parts = _PARTS.get(action, (action,))
    differs = [any(one.get(part) != other.get(part) for part in parts) for one, other in pairs]
    return np.flatnonzero(np.array(differs or [False], np.bool_)[codes])


def _told_rows(action: str, rows: Whole, codes: Any, pairs: list[Pair], facts: pa.Table) -> pa.Table:
    """The rows of :data:`CHANGE` for one action."""
    picked = pa.array(rows)
    own = codes.take(picked)
    rule = "fired" if action == "outcome" else f"{action}_rule"
    columns = [facts.column("loan_id").take(picked), handed_out([action] * len(pairs), _WORD, own)]
    columns += [handed_out([_told(pair[side], action) for pair in pairs], _WORD, own) for side in (0, 1)]
    columns += [handed_out([pair[side].get(rule) for pair in pairs], _WORD, own) for side in (0, 1)]
    return pa.table([*columns, facts.column("balance").take(picked)], schema=CHANGE)


def _told(row: Mapping[str, Any], action: str) -> str | None:
    """An answer as text: ``shrink 100000``, ``exit 2027-06-30``; null where no rule speaks of the action."""
    parts = [row.get(part) for part in _PARTS.get(action, (action,))]
    if parts[0] is None:
        return None
    return " ".join(_plain(part) for part in parts if part is not None)


def _plain(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
