"""Small stories beside a policy, ``cases/*.yaml``, that run as tests: one loan in, the expected decision out.

.. code-block:: yaml

    - case: 红色企业申请流动资金贷款，不予新增
      of: [red_or_black]
      loan: {state: in_force, grade: red, remediation: no}
      expect: {outcome: decided, fired: [red_or_black], actions: {new_loan: deny}}

A loan that does not say its ``as_of`` is decided on the first day of the policy. Values are written as in conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

from pydantic import Field

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.lending.policy.exposures import Exposure
from envcredit.lending.policy.merging import Decision
from envcredit.lending.policy.model import Actions
from envcredit.lending.policy.reader import case_files
from envcredit.lending.policy.rows import decide_row
from envcredit.lending.policy.rulebook import Rulebook, said
from envcredit.lending.policy.values import value_written
from envcredit.scheme.conditions.problems import ConditionProblem, DidYouMean, nearest
from envcredit.scheme.conditions.tree import Scalar
from envcredit.scheme.scalars import Key, Part
from envcredit.scheme.shape import shaped
from envcredit.scheme.yaml_tree import Places, Spot, other_shape, read_tree

_SAMPLE = "- {case: …, of: […], loan: {state: in_force, …}, expect: {…}}"


class ExpectedDecision(Part):
    """What stands under ``expect``; what it does not mention may be anything.

    ``actions``: the merged answers, written as in rules. ``none``: actions that no rule may speak of. ``decided_by`` and
    ``lost``: rules by action.
    """

    outcome: Literal["decided", "no_rule", "refused"] | None = None
    fired: tuple[Key, ...] | None = None
    refused: tuple[Key, ...] | None = None
    actions: Actions = Field(default_factory=Actions)
    none: tuple[Key, ...] = ()
    decided_by: Mapping[Key, tuple[Key, ...]] = Field(default_factory=dict)
    lost: Mapping[Key, tuple[Key, ...]] = Field(default_factory=dict)


class WrittenPolicyCase(Part):
    """One case as it is written. ``of``: the rules it is about."""

    case: str
    of: Annotated[tuple[Key, ...], Field(min_length=1)]
    loan: Mapping[str, str]
    expect: ExpectedDecision


@dataclass(frozen=True, slots=True)
class PolicyCase:
    """One case with its loan typed."""

    name: str
    of: tuple[str, ...]
    loan: Mapping[str, Scalar]
    expect: ExpectedDecision
    place: Place


def read_policy_cases(folder: Traversable, book: Rulebook) -> tuple[tuple[PolicyCase, ...], tuple[Diagnostic, ...]]:
    """All cases beside a policy, and what is wrong with them."""
    cases: list[PolicyCase] = []
    problems: list[Diagnostic] = []
    for file, raw in case_files(folder):
        tree = read_tree(raw, file, _SAMPLE)
        problems += tree.diagnostics
        if tree.data is not None and not isinstance(tree.data, list):
            problems.append(other_shape(tree.data, file, list, _SAMPLE))
            continue
        for at, item in enumerate(tree.data or ()):
            written, found = shaped(WrittenPolicyCase, item, tree.places, (at,))
            problems += found
            if written is not None:
                case, found = _case(written, (at,), tree.places, book)
                problems += found
                cases += [] if found else [case]
    return tuple(cases), (*problems, *_named_twice(cases))


def _case(written: WrittenPolicyCase, spot: Spot, places: Places, book: Rulebook) -> tuple[PolicyCase, tuple[Diagnostic, ...]]:
    problems = [*_rules_exist(written, spot, places, book)]
    loan: dict[str, Scalar] = {"as_of": book.policy.in_force.first, "loan_id": "1"}
    for name, text in written.loan.items():
        known = book.names.find(name)
        if known is None:
            usable = ", ".join(sorted(book.names.entries))
            near = DidYouMean(nearest(name, book.names.entries))
            problems.append(problem("S163", places.key((*spot, "loan", name)), kind="loan", found=name, near=near, usable=usable))
            continue
        try:
            loan[name] = value_written(text, known, book.names)
        except ConditionProblem as found:
            problems += [problem(found.code, places((*spot, "loan", name)), **found.values)]
    for name in sorted((set(book.asked) & book.names.never_unknown | {"state"}) - loan.keys()):
        problems.append(problem("L331", places((*spot, "loan")), fact=name))
    try:
        said(written.expect.actions)
    except (ValueError, OverflowError) as found:
        problems.append(problem("L332", places((*spot, "expect", "actions")), found=str(found)))
    return PolicyCase(written.case, written.of, loan, written.expect, places(spot)), tuple(problems)


def _rules_exist(written: WrittenPolicyCase, spot: Spot, places: Places, book: Rulebook) -> Iterator[Diagnostic]:
    expect, known = written.expect, [rule.key for rule in book.rules]
    by_action = [rule for rules in (*expect.decided_by.values(), *expect.lost.values()) for rule in rules]
    for rule in dict.fromkeys((*written.of, *(expect.fired or ()), *(expect.refused or ()), *by_action)):
        if rule not in known:
            yield problem(
                "L330", places((*spot, "of")), found=rule, near=DidYouMean(nearest(rule, known)), usable=", ".join(known)
            )


def _named_twice(cases: list[PolicyCase]) -> Iterator[Diagnostic]:
    first: dict[str, Place] = {}
    for case in cases:
        if case.name in first:
            yield problem("S160", case.place, first[case.name], name=case.name)
        first.setdefault(case.name, case.place)


def run_cases(book: Rulebook, cases: tuple[PolicyCase, ...]) -> Iterator[Diagnostic]:
    """L333 for every expectation that the policy does not meet."""
    for case in cases:
        decision = decide_row(book, case.loan)
        for what, expected, found in _differences(case.expect, decision, case):
            yield problem("L333", case.place, case=case.name, what=what, expected=expected, found=found)


def _differences(expect: ExpectedDecision, decision: Decision, case: PolicyCase) -> Iterator[tuple[str, str, str]]:
    plain: list[tuple[str, object, object]] = [
        ("outcome", expect.outcome, decision.outcome),
        ("fired", None if expect.fired is None else set(expect.fired), set(decision.fired)),
        ("refused", None if expect.refused is None else set(expect.refused), set(decision.refused)),
    ]
    for action, wanted in said(expect.actions).items():
        told = decision.actions.get(action)
        plain.append((action, _on(wanted, case), told.answer if told else "—"))
    for action in expect.none:
        plain.append((action, "—", decision.actions[action].answer if action in decision.actions else "—"))
    for part, by_action in (("rules", expect.decided_by), ("lost", expect.lost)):
        for action, rules in by_action.items():
            told = decision.actions.get(action)
            plain.append((f"{action} {part}", set(rules), set(getattr(told, part)) if told else set()))
    for what, expected, found in plain:
        if expected is not None and expected != found:
            yield what, _shown(expected), _shown(found)


def _on(wanted: object, case: PolicyCase) -> object:
    as_of = case.loan["as_of"]
    return wanted.on(as_of) if isinstance(wanted, Exposure) else wanted  # type: ignore[arg-type]  # as_of is a day


def _shown(value: object) -> str:
    if isinstance(value, set):
        return ", ".join(sorted(value)) or "—"
    if isinstance(value, Exposure):
        return f"{value.kind} {value.exit_by or value.a_quarter or ''}".strip()
    return str(value)


def rules_without_cases(book: Rulebook, cases: tuple[PolicyCase, ...], place: Mapping[str, Place]) -> Iterator[Diagnostic]:
    """L334 and L335: each rule has a case of it in which it fires, and one in which it does not."""
    fired = {case.name: decide_row(book, case.loan).fired for case in cases}
    for rule in book.rules:
        about = [rule.key in fired[case.name] for case in cases if rule.key in case.of]
        if True not in about:
            yield problem("L334", place[rule.key], rule=rule.key)
        if False not in about:
            yield problem("L335", place[rule.key], rule=rule.key)
