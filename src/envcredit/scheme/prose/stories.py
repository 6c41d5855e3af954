"""The cases of a scheme as short stories: what is on record, and what must come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from envcredit.base.labels import word
from envcredit.base.vocabulary import Attribute
from envcredit.scheme.cases import Case, CaseRecord, Expectation, ExpectedPoint, Values
from envcredit.scheme.conditions.literals import spelled
from envcredit.scheme.conditions.names import type_of_attribute
from envcredit.scheme.conditions.tree import Scalar, Type
from envcredit.scheme.conditions.typing import points_type, value_types
from envcredit.scheme.prose.figures import quantity_text
from envcredit.scheme.prose.voice import Voice

FIRST_DAY = date(1970, 1, 1)
"""Days among values are counted from here."""


def stories(voice: Voice, cases: Sequence[Case]) -> Iterator[str]:
    """One paragraph a case, in the order of the files."""
    for number, case in enumerate(cases, 1):
        yield f"{number}. **{case.name}**{_origin(voice, case)}"
        yield ""
        yield "   " + voice.sentences(_told(voice, case))
        yield ""


def _origin(voice: Voice, case: Case) -> str:
    return voice.say("story.published", title=voice.document(case.source)) if case.source else ""


def _told(voice: Voice, case: Case) -> Iterator[str]:
    unit = _values(voice, case.unit, voice.vocabulary.unit)
    yield voice.say("story.day", day=voice.date(case.as_of))
    if case.known_at:
        yield voice.say("story.known_at", moment=case.known_at)
    if unit:
        yield voice.say("story.unit", values=unit)
    for key, rows in (("members", case.members), ("history", case.history)):
        if rows:
            told = (_values(voice, row, voice.vocabulary.attributes) for row in rows)
            yield voice.say(f"story.{key}", rows=voice.say("list.semicolon").join(told))
    records = voice.say("list.semicolon").join(_record(voice, record) for record in case.records)
    yield voice.say("story.records", records=records) if records else voice.say("story.no_records")
    yield voice.say("story.result", results=voice.say("list.semicolon").join(_results(voice, case.expect)))


def _record(voice: Voice, record: CaseRecord) -> str:
    values = _values(voice, record.values, voice.vocabulary.attributes)
    links = {"about": record.about, "replaces": record.replaces, "recorded_at": record.recorded_at, "member": record.member}
    said = [voice.say(f"story.{key}", value=value) for key, value in links.items() if value]
    facts = voice.say("list.comma_wide").join([*filter(None, [values]), *said])
    return voice.say("story.record", id=record.id, kind=voice.kinds((record.kind,)), facts=facts)


def _values(voice: Voice, values: Values, attributes: Mapping[str, Attribute]) -> str:
    told = (
        voice.say("story.value", name=attributes[name].words[voice.language], value=_scalar(voice, value, attributes[name]))
        for name, value in values.items()
    )
    return voice.say("list.comma_wide").join(told)


def _scalar(voice: Voice, value: Scalar, attribute: Attribute) -> str:
    if attribute.type == "day":
        return voice.date(value)  # type: ignore[arg-type]
    if attribute.list:
        codes = str(value).strip("|").split("|")
        return voice.say("list.comma").join(voice.code(attribute.list, code) for code in codes)
    if attribute.type == "text":
        return str(value)
    return _quantity(voice, value, type_of_attribute(attribute))


def _quantity(voice: Voice, value: Scalar, type_: Type) -> str:
    if type_.name == "day" and isinstance(value, int):
        return voice.date(FIRST_DAY + timedelta(days=value))
    if isinstance(value, bool):
        return voice.say("yes" if value else "no")
    return quantity_text(spelled(value, type_), voice.language)


def _results(voice: Voice, expect: Expectation) -> Iterator[str]:
    if expect.points is not None and not expect.points:
        yield voice.say("story.no_points")
    for point in expect.points or ():
        yield _point(voice, point)
    for row in expect.ignored:
        rule = voice.of(voice.scheme.rules[row.rule].words) if row.rule else voice.say("story.any_rule")
        reason = word(f"reason.{row.reason}", voice.language) if row.reason else ""
        yield voice.say("story.ignored", record=row.record or "", rule=rule, reason=reason)
    types = value_types(voice.scheme, voice.vocabulary)
    for key, value in expect.derived.items():
        told = voice.say("story.unknown") if value is None else _quantity(voice, value, types[key])
        yield voice.say("story.value", name=voice.of(voice.scheme.rules[key].words), value=told)
    if expect.score is not None:
        yield voice.say("story.score", score=_points(voice, expect.score))
    if expect.grade:
        yield voice.say("story.grade", grade=voice.grade(expect.grade))
    if expect.status:
        yield word(f"status.{expect.status}", voice.language)


def _points(voice: Voice, steps: int) -> str:
    return spelled(steps, points_type(voice.scheme)).replace("_", ",")


def _point(voice: Voice, point: ExpectedPoint) -> str:
    facts = []
    if point.counted is not None:
        facts.append(voice.say("story.minus" if point.counted < 0 else "story.plus", points=_points(voice, abs(point.counted))))
    if point.raw is not None and point.raw != point.counted:
        facts.append(voice.say("story.raw", points=_points(voice, abs(point.raw))))
    if point.grade:
        facts.append(voice.grade(point.grade))
    if point.steps:
        facts.append(voice.say("story.down" if point.steps > 0 else "story.up", steps=voice.steps(abs(point.steps))))
    if point.last_day:
        facts.append(voice.say("story.last_day", day=voice.date(point.last_day)))
    if point.why_less:
        facts.append(word(f"why_less.{point.why_less}", voice.language))
    what = voice.say("story.point", record=point.record) if point.record else ""
    told = voice.say("list.comma_wide").join(facts) or voice.say("story.applies")
    return voice.say("story.row", what=what, rule=voice.of(voice.scheme.rules[point.rule].words), facts=told)
