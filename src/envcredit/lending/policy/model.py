"""What a lending policy is: one frozen class a construct, filled by the reader, never by hand.

A policy speaks of loans as :mod:`envcredit.lending.policy.facts` describes them. Rules say *when* (a condition), and *what*
(actions); every
action names by its rule the clause of the bank's own document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from envcredit.base.amounts import Rounding
from envcredit.scheme.model import Clause, InForce, Source
from envcredit.scheme.scalars import RULE, TEXT, Key, Length, Missing, Number, Part, Path, Percent, Words

NewLoan = Literal["allow", "remediation_only", "deny"]
Collateral = Literal["light", "as_usual", "more", "full"]
MergeRule = Literal["most_restrictive", "priority"]
RateMerge = Literal["highest", "add", "as_rule"]


def _whole(value: object) -> object:
    """A whole number as it is written. Raises ``ValueError`` for anything else."""
    if isinstance(value, str) and not value.removeprefix("-").removeprefix("+").isdecimal():
        raise ValueError(f"valid integer expected: {value!r}")
    return int(value) if isinstance(value, str) else value


Whole = Annotated[int, BeforeValidator(_whole), Field(ge=-100_000, le=100_000)]


class PolicyClause(Clause):
    """A provision of the bank's own document, or of one it rests on. ``modelled_on``: keys of public sources that a sample
    follows."""

    modelled_on: Annotated[tuple[Key, ...], TEXT] = ()


class GradeOfScheme(Part):
    """One grade of the scheme that the policy speaks of, as releases write it. Listed from best to worst."""

    key: Annotated[Key, RULE, Field(alias="grade")]
    words: Annotated[Words, TEXT]


class Merge(Part):
    """How rules that fire together become one answer for each action; see :mod:`.merging`.

    ``rate_bp`` may follow a rule of its own: ``add`` sums what the rules say, ``highest`` takes the dearest, ``as_rule``
    follows ``rule``.
    ``rate_floor`` and ``rate_cap`` bound the merged change of the rate, in basis points.
    """

    rule: Annotated[MergeRule, RULE]
    rate_bp: Annotated[RateMerge, RULE]
    rate_floor: Annotated[Whole | None, RULE] = None
    rate_cap: Annotated[Whole | None, RULE] = None


class RateByScore(Part):
    """Basis points for each whole point of the score above (below: negative) a base, rounded by name, then bounded."""

    each_point: Annotated[Whole, RULE]
    above: Annotated[Number, RULE]
    rounding: Annotated[Rounding, RULE]
    floor: Annotated[Whole | None, RULE] = None
    cap: Annotated[Whole | None, RULE] = None


class Actions(Part):
    """What a rule says to do; what it does not mention it leaves to other rules. Orders stand in ``merging.SEVERITY``.

    ``exposure`` is ``hold``, ``shrink 10% a quarter``, ``exit by 2027-06-30`` or ``exit within 12 months`` (of the day of
    the decision).
    """

    rate_bp: Annotated[Whole | RateByScore | None, RULE] = None
    line_factor: Annotated[Percent | None, RULE] = None
    tenor_cap: Annotated[Length | None, RULE] = None
    approval_level: Annotated[Whole | None, RULE] = None
    collateral: Annotated[Collateral | None, RULE] = None
    insurance_required: Annotated[bool | None, RULE] = None
    monitor_every: Annotated[Length | None, RULE] = None
    new_loan: Annotated[NewLoan | None, RULE] = None
    exposure: Annotated[str | None, RULE] = None
    watch_list: Annotated[bool | None, RULE] = None


class PolicyRule(Part):
    """When, and what. ``missing`` says for each fact that may be unknown: ``refuse`` (a person decides), ``skip`` or
    ``assume V``.

    ``priority``: 1 goes before 2; only under ``merge.rule: priority``.
    """

    clause: Annotated[str, RULE]
    words: Annotated[Words, TEXT]
    when: Annotated[str, RULE]
    missing: Annotated[Mapping[str, Missing], RULE] = Field(default_factory=dict)
    priority: Annotated[int | None, RULE, Field(ge=1, le=1_000)] = None
    actions: Annotated[Actions, RULE]


class Policy(Part):
    """One dated version of a bank's policy. ``status: sample`` is an illustration of this project, neither law nor a bank's
    rule."""

    policy: Annotated[Path, RULE]
    title: Annotated[Words, TEXT]
    bank: Annotated[Words, TEXT]
    status: Annotated[Literal["sample", "adopted"], TEXT]
    summary: Annotated[Words, TEXT]
    in_force: Annotated[InForce, RULE]
    scheme: Annotated[Path, RULE]
    grades: Annotated[tuple[GradeOfScheme, ...], RULE, Field(min_length=1)]
    merge: Annotated[Merge, RULE]
    sources: Annotated[Mapping[Key, Source], TEXT]
    clauses: Annotated[Mapping[str, PolicyClause], TEXT]
    rules: Annotated[Mapping[Key, PolicyRule], RULE, Field(min_length=1)]

    @property
    def identity(self) -> str:
        """``sample/xuzhou/2026-01-01``."""
        return f"{self.policy}/{self.in_force.first.isoformat()}"
