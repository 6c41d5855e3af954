"""The steps from score to final grade, each with the grade it led to, its clause and its record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from envcredit.rating.explanation import RecordNote, StepName, StepNote
from envcredit.rating.notes import both, provision
from envcredit.scheme.model import GradeRule, Scheme, ScopeRule

_AFTER: Mapping[str, str] = {"floor": "after_floor", "shift": "after_shift", "ceiling": "after_ceiling", "veto": "final"}


def grade_steps(grade: Mapping[str, Any], scheme: Scheme, records: Mapping[str, RecordNote]) -> tuple[StepNote, ...]:
    """Steps in the order in which they work; () for a unit without a grade. A refusal to take part stands alone."""
    if not grade["final"]:
        return ()
    refusal = _refusal(grade, scheme)
    return (refusal,) if refusal else tuple(_working(grade, scheme, records))


def _refusal(grade: Mapping[str, Any], scheme: Scheme) -> StepNote | None:
    """Refusing decides when the grade is not where the other steps lead; without a score a veto alone may lead there."""
    if _led_to(grade) == grade["final"]:
        return None
    for key, rule in scheme.of_kind(ScopeRule).items():
        if rule.refused and rule.refused.grade == grade["final"]:
            return StepNote("refusal", grade["final"], key, both(rule.words), provision(scheme, rule.clause))
    return None


def _led_to(grade: Mapping[str, Any]) -> str:
    vetoes = [step["to"] for step in json.loads(grade["steps"]) if step["step"] == "veto"]
    return str(grade["final"] if grade["final"] in vetoes else grade["after_ceiling"])


def _working(grade: Mapping[str, Any], scheme: Scheme, records: Mapping[str, RecordNote]) -> Iterator[StepNote]:
    for key, rule in scheme.of_kind(GradeRule).items() if grade["by_score"] else ():
        yield from _first(grade, key, rule, scheme, records)
    for step in json.loads(grade["steps"]):
        if step["step"] in _AFTER and (grade["by_score"] or step["step"] == "veto"):
            yield _note(step["step"], grade[_AFTER[step["step"]]], step, scheme, records)


def _first(
    grade: Mapping[str, Any], key: str, rule: GradeRule, scheme: Scheme, records: Mapping[str, RecordNote]
) -> Iterator[StepNote]:
    """The band of the score, or the rows that are the worst ones to hold."""
    name: StepName = "by_score" if rule.by == "score" else "worst_of"
    rows = [step for step in json.loads(grade["steps"]) if step["step"] == "row" and step["to"] == grade["by_score"]]
    if rows:
        yield from (_note(name, grade["by_score"], row, scheme, records) for row in rows)
    else:
        yield StepNote(name, grade["by_score"], key, both(rule.words), provision(scheme, rule.clause))


def _note(name: Any, to: str, step: Mapping[str, str], scheme: Scheme, records: Mapping[str, RecordNote]) -> StepNote:
    rule = scheme.rules[step["rule"]]
    return StepNote(name, to, step["rule"], both(rule.words), provision(scheme, step["clause"]), records.get(step["record_id"]))
