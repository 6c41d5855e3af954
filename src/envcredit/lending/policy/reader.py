"""A policy read whole: the file, its shape, the type of every condition and action; all problems at once, each with its
place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from envcredit.base.diagnostics import Diagnostic, Place, errors_in, problem
from envcredit.errors import InputError
from envcredit.lending.policy.exposures import SAMPLE, exposure_of
from envcredit.lending.policy.facts import names_of
from envcredit.lending.policy.library import POLICY_FILE, locate_policy, shown_name
from envcredit.lending.policy.model import Actions, Policy
from envcredit.scheme.conditions.parse import condition
from envcredit.scheme.conditions.problems import ConditionProblem, WordOf
from envcredit.scheme.files import yaml_files
from envcredit.scheme.shape import shaped
from envcredit.scheme.yaml_tree import LARGEST_BYTES, Places, Spot, other_shape, read_tree

_SAMPLE = "policy: sample/xuzhou"
MOST_RULES = 60
"""Which rules fire is kept in one whole number a loan."""


class PolicyReading(NamedTuple):
    """The policy unless it has errors, where everything stands, and every problem."""

    policy: Policy | None
    places: Places
    diagnostics: tuple[Diagnostic, ...]


def read_policy(path: str | Path, on: date | None = None) -> Policy:
    """A policy from its folder or ``policy.yaml``, or a sample by name (``sample/xuzhou``); see ``library.locate_policy``.

    Raises ``InputError`` with every problem of the file, or L302 when no version is in force on the day ``on``.
    """
    folder = locate_policy(path, on)
    policy, _, diagnostics = read_policy_folder(folder)
    if policy is None:
        raise InputError(errors_in(diagnostics))
    if on is not None and not (policy.in_force.first <= on <= (policy.in_force.last or date.max)):
        raise InputError([problem("L302", name=policy.policy, day=on, found=policy.identity)])
    return policy


def read_policy_folder(folder: Traversable) -> PolicyReading:
    """The policy of one version's folder, with places. Nothing is raised for what is wrong in the file."""
    shown = shown_name(folder)
    file = f"{shown}/{POLICY_FILE}"
    try:
        with folder.joinpath(POLICY_FILE).open("rb") as stream:
            tree = read_tree(stream.read(LARGEST_BYTES + 1), file, _SAMPLE)
    except OSError:
        return PolicyReading(None, Places(), (problem("S013", Place(file), found=WordOf("file.not_found")),))
    if not isinstance(tree.data, dict):
        found = tree.diagnostics or (other_shape(tree.data or "", file, dict, _SAMPLE),)
        return PolicyReading(None, tree.places, found)
    policy, problems = shaped(Policy, tree.data, tree.places)
    diagnostics = [*tree.diagnostics, *problems]
    if policy is not None:
        diagnostics += typed_problems(policy, tree.places)
        diagnostics += _folder_agrees(policy, folder, shown)
    ordered = tuple(sorted(diagnostics, key=lambda one: (one.places[:1], one.code)))
    return PolicyReading(None if errors_in(ordered) else policy, tree.places, ordered)


def case_files(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    """``cases/*.yaml`` by name: what messages call each, and its bytes."""
    shown = shown_name(folder)
    for file in yaml_files(folder, "cases"):
        with file.open("rb") as stream:
            yield f"{shown}/cases/{file.name}", stream.read(LARGEST_BYTES + 1)


def typed_problems(policy: Policy, places: Places) -> Iterator[Diagnostic]:
    """Every condition, exposure and term of a policy of good shape."""
    keys = [grade.key for grade in policy.grades]
    for at, key in enumerate(keys):
        if key in keys[:at]:
            yield problem("L306", places(("grades", at)), places(("grades", keys.index(key))), grade=key)
    if len(policy.rules) > MOST_RULES:
        yield problem("L307", places(("rules",)), count=len(policy.rules), most=MOST_RULES)
    names = names_of(policy)
    for key, rule in policy.rules.items():
        try:
            condition(rule.when, names)
        except ConditionProblem as found:
            for one in found.all:
                yield problem(one.code, places.inside(("rules", key, "when"), one.column), **one.values)
        yield from _actions(rule.actions, ("rules", key, "actions"), places)


def _actions(actions: Actions, spot: Spot, places: Places) -> Iterator[Diagnostic]:
    if actions.exposure is not None:
        try:
            exposure_of(actions.exposure)
        except (ValueError, OverflowError):
            yield problem("L308", places((*spot, "exposure")), found=actions.exposure, sample=SAMPLE)
    for name in ("tenor_cap", "monitor_every"):
        length = getattr(actions, name)
        if length is not None and (length.unit != "month" or not length.count):
            yield problem("L309", places((*spot, name)), key=name, found=length)


def _folder_agrees(policy: Policy, folder: Traversable, shown: str) -> Iterator[Diagnostic]:
    """L304 when a folder named after a day, or a sample's, says another day or name than the file in it."""
    first = policy.in_force.first.isoformat()
    dated = len(folder.name) == 10 and folder.name[:4].isdigit() and folder.name[4] == "-"
    expected = first if shown == str(folder) else policy.identity
    if dated and not shown.rstrip("/").endswith(expected):
        yield problem("L304", Place(f"{shown}/{POLICY_FILE}"), folder=shown, found=policy.identity)
