"""What a case expects against what came out, told in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from envcredit.base.labels import LANGUAGES, word
from envcredit.rating.notes import points_text
from envcredit.scheme.cases import Case, ExpectedIgnored, ExpectedPoint
from envcredit.scheme.model import Scheme

_STEPS = ("counted", "raw")
_COLUMNS = {"last_day": "counts_to"}
_OF_POINT = ("counted", "raw", "last_day", "why_less", "grade", "steps", "part", "clause")


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one case in each stage."""

    unit_id: str
    stages: Mapping[str, Sequence[Mapping[str, Any]]]

    def record(self, record_id: str) -> str:
        """The name of a record inside its case."""
        return record_id.removeprefix(f"{self.unit_id}/")


def differences(case: Case, found: Found, scheme: Scheme) -> Iterator[Mapping[str, str]]:
    """One sentence for everything that is not as the case expects."""
    expect = case.expect
    if expect.points is not None:
        yield from _points(expect.points, found, scheme)
    for row in expect.ignored:
        if not any(_is_ignored(row, one, found) for one in found.stages["ignored"]):
            yield _told(
                "ignored", rule=row.rule or "—", record=row.record or "—", reason=row.reason or "—", found=_listed_ignored(found)
            )
    yield from _derived(expect.derived, found)
    yield from _result(case, found, scheme)


def _points(expected: Sequence[ExpectedPoint], found: Found, scheme: Scheme) -> Iterator[Mapping[str, str]]:
    """Each expected row takes one row that came out; what is left on either side differs."""
    left = list(found.stages["point"])
    for row in expected:
        match = next((one for one in left if _fits(row, one, found)), None)
        if match is None:
            yield _told("point.missing", expected=_written(row, scheme), found=_near(row, left, found, scheme))
        else:
            left.remove(match)
    for one in left:
        yield _told("point.extra", found=_row(one, found, scheme))


def _fits(row: ExpectedPoint, one: Mapping[str, Any], found: Found) -> bool:
    if row.rule != one["rule"] or (row.record is not None and row.record != found.record(one["record_id"])):
        return False
    wanted = ((name, getattr(row, name)) for name in _OF_POINT)
    return all(value is None or one[_COLUMNS.get(name, name)] == value for name, value in wanted)


def _written(row: ExpectedPoint, scheme: Scheme) -> str:
    parts = [row.rule, row.record or ""]
    parts += [f"{name} {_value(name, getattr(row, name), scheme)}" for name in _OF_POINT if getattr(row, name) is not None]
    return " ".join(filter(None, parts))


def _row(one: Mapping[str, Any], found: Found, scheme: Scheme) -> str:
    shown = [name for name in _OF_POINT[:6] if one[_COLUMNS.get(name, name)] not in (None, "", 0)]
    values = [f"{name} {_value(name, one[_COLUMNS.get(name, name)], scheme)}" for name in shown]
    return " ".join([one["rule"], found.record(one["record_id"]), *values]).replace("  ", " ")


def _near(row: ExpectedPoint, left: Sequence[Mapping[str, Any]], found: Found, scheme: Scheme) -> str:
    near = [_row(one, found, scheme) for one in left if one["rule"] == row.rule]
    return "; ".join(near) or "—"


def _value(name: str, value: Any, scheme: Scheme) -> str:
    if name in _STEPS and scheme.score is not None:
        return points_text(int(value), scheme.score.step, signed=True)
    return str(value)


def _is_ignored(row: ExpectedIgnored, one: Mapping[str, Any], found: Found) -> bool:
    if row.rule != one["rule"] or (row.record is not None and row.record != found.record(one["record_id"])):
        return False
    return row.reason is None or row.reason == one["reason"]


def _listed_ignored(found: Found) -> str:
    rows = (f"{one['rule'] or '—'} {found.record(one['record_id'])} {one['reason']}" for one in found.stages["ignored"])
    return "; ".join(rows) or "—"


def _derived(expected: Mapping[str, int | None], found: Found) -> Iterator[Mapping[str, str]]:
    values = {row["name"]: row["value"] for row in found.stages["derived"]}
    for name, value in expected.items():
        if values.get(name) != value:
            yield _told("derived", name=name, expected="—" if value is None else value, found=_or_dash(values.get(name)))


def _result(case: Case, found: Found, scheme: Scheme) -> Iterator[Mapping[str, str]]:
    score, grade = found.stages["score"][0], found.stages["grade"][0]
    expect = case.expect
    if expect.score is not None and score["score"] != expect.score:
        came = "—" if score["score"] is None else _value("raw", score["score"], scheme)
        yield _told("score", expected=_value("raw", expect.score, scheme), found=f"{came} {score['reason']}".strip())
    if expect.grade is not None and grade["final"] != expect.grade:
        yield _told("grade", expected=expect.grade, found=f"{_or_dash(grade['final'])} {grade['steps']}")
    if expect.status is not None and grade["status"] != expect.status:
        yield _told("status", expected=expect.status, found=f"{grade['status']} {score['reason']}".strip())


def _or_dash(value: Any) -> str:
    return "—" if value in (None, "") else str(value)


def _told(key: str, **values: object) -> Mapping[str, str]:
    return {language: word(f"case.{key}", language, **values) for language in LANGUAGES}
