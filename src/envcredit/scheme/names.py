"""The values of a scheme (``derive`` and ``group`` rules): their names, what each needs, and in which order to compute them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.vocabulary import Vocabulary
from envcredit.scheme.conditions.names import CLOCKS
from envcredit.scheme.conditions.parse import condition, measure
from envcredit.scheme.conditions.problems import ConditionProblem, WordOf
from envcredit.scheme.conditions.tree import names_in
from envcredit.scheme.conditions.typing import names_for
from envcredit.scheme.model import DeriveRule, GroupRule, Scheme
from envcredit.scheme.yaml_tree import Places

RESERVED = frozenset({"and", "or", "not", "in", "is", "has", "between", "yes", "no"})


def value_rules(scheme: Scheme) -> Mapping[str, DeriveRule | GroupRule]:
    """The rules that give a value, in the order of the files."""
    return {key: rule for key, rule in scheme.rules.items() if isinstance(rule, DeriveRule | GroupRule)}


def needs_of_values(scheme: Scheme, vocabulary: Vocabulary) -> Mapping[str, frozenset[str]]:
    """Which other values each value is computed from. Texts that cannot be read need nothing here; they are told elsewhere."""
    return {key: frozenset(_needs(scheme, vocabulary, key, rule)) for key, rule in value_rules(scheme).items()}


def _needs(scheme: Scheme, vocabulary: Vocabulary, key: str, rule: DeriveRule | GroupRule) -> Iterator[str]:
    names = names_for(scheme, vocabulary, key)
    texts = [(condition, rule.when), (condition, getattr(rule, "unless", None)), (measure, rule.value)]
    for read, text in texts:
        if text is None:
            continue
        try:
            tree = read(text, names)
        except ConditionProblem:
            continue
        yield from (name.name for name in names_in(tree) if name.where == "value")


def circle_of_values(scheme: Scheme, places: Places, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """S060 when values need each other in a circle, so that none of them can be computed first."""
    needs = dict(needs_of_values(scheme, vocabulary))
    while ready := [key for key, wanted in needs.items() if not wanted & needs.keys()]:
        for key in ready:
            del needs[key]
    if needs:
        circle = _circle(needs)
        spots = [places.key(("rules", key)) for key in circle]
        yield problem("S060", *spots, cycle=" → ".join([*circle, circle[0]]))


def _circle(needs: Mapping[str, frozenset[str]]) -> list[str]:
    """One circle among values that all wait for another one."""
    way = [min(needs)]
    while True:
        following = min(needs[way[-1]] & needs.keys())
        if following in way:
            return way[way.index(following) :]
        way.append(following)


def clashing_values(scheme: Scheme, places: Places, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """S061 for a value whose name a condition could also read as something else."""
    for key in value_rules(scheme):
        other = _other_meaning(key, vocabulary)
        if other:
            yield problem("S061", places.key(("rules", key)), key=key, other=WordOf(other))


def _other_meaning(key: str, vocabulary: Vocabulary) -> str:
    if key in RESERVED:
        return "name.keyword"
    if key in CLOCKS:
        return "name.clock"
    if key in vocabulary.states:
        return "name.state"
    return "name.attribute" if key in vocabulary.attributes else ""
