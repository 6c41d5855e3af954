"""``cases/*.yaml`` of a scheme: shape, then every value in the type of its attribute, all problems with their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.vocabulary import Vocabulary
from envcredit.scheme.case_shape import WrittenCase, WrittenExpectation
from envcredit.scheme.case_values import CaseTypes, Told, Written
from envcredit.scheme.cases import Case, CaseRecord, Expectation, ExpectedIgnored, ExpectedPoint
from envcredit.scheme.conditions.problems import WordOf
from envcredit.scheme.files import SchemeFile, cases_of, shown_name
from envcredit.scheme.model import Scheme
from envcredit.scheme.shape import shaped
from envcredit.scheme.yaml_tree import Places, Plain, Spot, other_shape, read_tree

_SAMPLE = "- {case: …, of: [air_penalty], as_of: 2026-12-31, expect: {score: 98}}"
_Row = Mapping[str, Written]
_OF_RECORD = ("id", "kind", "about", "replaces", "recorded_at", "member")


def read_cases(folder: Traversable, scheme: Scheme, vocabulary: Vocabulary) -> tuple[tuple[Case, ...], tuple[Diagnostic, ...]]:
    """The cases of a scheme folder in the order of its files, and every problem. A case with a problem is left out."""
    files, diagnostics = cases_of(folder, shown_name(folder))
    types = CaseTypes(scheme, vocabulary)
    found = list(diagnostics)
    cases = tuple(case for file in files for case in _cases_of_file(file, types, found))
    return cases, (*found, *_double_names(cases))


def typed_cases(
    items: Sequence[Plain], places: Places, scheme: Scheme, vocabulary: Vocabulary
) -> tuple[tuple[Case, ...], tuple[Diagnostic, ...]]:
    """Cases from their plain form, and every problem. Spots in ``places`` begin with the number of the case, from 0."""
    found: list[Diagnostic] = []
    cases = tuple(_typed(items, places, CaseTypes(scheme, vocabulary), found))
    return cases, (*found, *_double_names(cases))


def _double_names(cases: tuple[Case, ...]) -> Iterator[Diagnostic]:
    first: dict[str, Place] = {}
    for case in cases:
        if case.name in first:
            yield problem("S160", case.place, first[case.name], name=case.name)
        first.setdefault(case.name, case.place)


def _cases_of_file(file: SchemeFile, types: CaseTypes, found: list[Diagnostic]) -> Iterator[Case]:
    tree = read_tree(file.raw, file.shown, _SAMPLE)
    found += tree.diagnostics
    if tree.data is None:
        return
    if not isinstance(tree.data, list):
        found.append(other_shape(tree.data, file.shown, list, _SAMPLE))
        return
    yield from _typed(tree.data, tree.places, types, found)


def _typed(items: Sequence[Plain], places: Places, types: CaseTypes, found: list[Diagnostic]) -> Iterator[Case]:
    for at, item in enumerate(items):
        written, problems = shaped(WrittenCase, item, places, (at,))
        told = Told(places, list(problems))
        case = _case(written, (at,), types, told) if written else None
        found += told.problems
        if case and not told.problems:
            yield case


def _case(written: WrittenCase, spot: Spot, types: CaseTypes, told: Told) -> Case:
    for at, rule in enumerate(written.of):
        types.check_rule(rule, (*spot, "of", at), told)
    if written.source and written.source not in types.scheme.sources:
        known = ", ".join(types.scheme.sources)
        told.add("S169", (*spot, "source"), source=written.source, known=known)
    records = _records(written, spot, types, told)
    ids = frozenset(record.id for record in records)
    return Case(
        name=written.case,
        of=written.of,
        as_of=written.as_of,
        place=told.place(spot),
        expect=_expectation(written.expect, ids, (*spot, "expect"), types, told),
        known_at=written.known_at or "",
        source=written.source or "",
        unit=types.values_of_unit(written.unit, (*spot, "unit"), told),
        members=tuple(
            types.values_of_kind("member", row, (*spot, "members", at), told) for at, row in enumerate(written.members)
        ),
        history=tuple(
            types.values_of_kind("rating", row, (*spot, "history", at), told) for at, row in enumerate(written.history)
        ),
        records=records,
    )


def _records(written: WrittenCase, spot: Spot, types: CaseTypes, told: Told) -> tuple[CaseRecord, ...]:
    found: dict[str, CaseRecord] = {}
    for at, row in enumerate(written.records):
        here: Spot = (*spot, "records", at)
        name = str(row.get("id", f"r{at + 1}"))
        if name in found:
            told.add("S165", (*here, "id"), found=name)
        if "kind" not in row:
            told.add("S031", here, key="kind", where=f"records.{at}")
            continue
        kind = str(row["kind"])
        if types.check_kind(kind, here, told):
            found[name] = _record((name, kind), row, here, types, told)
    _check_links(tuple(found.values()), spot, len(written.members), told, written)
    return tuple(found.values())


def _record(called: tuple[str, str], row: _Row, here: Spot, types: CaseTypes, told: Told) -> CaseRecord:
    name, kind = called
    own = {key: str(row[key]) for key in _OF_RECORD if key in row}
    attributes = {key: value for key, value in row.items() if key not in _OF_RECORD}
    values = types.values_of_kind(kind, attributes, here, told)
    types.check_required(kind, values, "about" in own, here, told)
    member = own.get("member", "0")
    if not member.isdecimal():
        told.add("S034", (*here, "member"), key="member", expected=WordOf("field.integer"), found=member, sample="1")
    return CaseRecord(
        id=name,
        kind=kind,
        values=values,
        place=told.place(here),
        about=own.get("about", ""),
        replaces=own.get("replaces", ""),
        recorded_at=own.get("recorded_at", ""),
        member=int(member) if member.isdecimal() else 0,
    )


def _check_links(records: tuple[CaseRecord, ...], spot: Spot, members: int, told: Told, written: WrittenCase) -> None:
    ids = {record.id for record in records}
    numbers = {str(row.get("id", f"r{at + 1}")): at for at, row in enumerate(written.records)}
    for record in records:
        here: Spot = (*spot, "records", numbers[record.id])
        for key, link in (("about", record.about), ("replaces", record.replaces)):
            if link and link not in ids:
                told.add("S164", (*here, key), found=link, usable=", ".join(sorted(ids)))
        if record.member > members:
            told.add("S167", (*here, "member"), found=record.member, members=members)


def _expectation(written: WrittenExpectation, ids: frozenset[str], spot: Spot, types: CaseTypes, told: Told) -> Expectation:
    if written.grade is not None:
        types.check_grade(written.grade, (*spot, "grade"), told)
    return Expectation(
        points=None if written.points is None else _points(written, ids, (*spot, "points"), types, told),
        ignored=_ignored(written, ids, (*spot, "ignored"), types, told),
        derived={key: types.derived(key, text, (*spot, "derived", key), told) for key, text in written.derived.items()},
        score=types.points(written.score, (*spot, "score"), told),
        grade=written.grade,
        status=written.status,
    )


def _points(
    written: WrittenExpectation, ids: frozenset[str], spot: Spot, types: CaseTypes, told: Told
) -> tuple[ExpectedPoint, ...]:
    found = []
    for at, row in enumerate(written.points or ()):
        here: Spot = (*spot, at)
        types.check_rule(row.rule, (*here, "rule"), told)
        _check_record(row.record, ids, (*here, "record"), told)
        if row.grade:
            types.check_grade(row.grade, (*here, "grade"), told)
        counted, raw = types.points(row.counted, (*here, "counted"), told), types.points(row.raw, (*here, "raw"), told)
        plain = row.model_dump(include={"rule", "record", "last_day", "why_less", "grade", "steps", "part", "clause"})
        found.append(ExpectedPoint(place=told.place(here), counted=counted, raw=raw, **plain))
    return tuple(found)


def _ignored(
    written: WrittenExpectation, ids: frozenset[str], spot: Spot, types: CaseTypes, told: Told
) -> tuple[ExpectedIgnored, ...]:
    found = []
    for at, row in enumerate(written.ignored):
        here: Spot = (*spot, at)
        if row.rule:
            types.check_rule(row.rule, (*here, "rule"), told)
        _check_record(row.record, ids, (*here, "record"), told)
        found.append(ExpectedIgnored(row.rule, told.place(here), row.record, row.reason))
    return tuple(found)


def _check_record(record: str | None, ids: frozenset[str], spot: Spot, told: Told) -> None:
    if record and record not in ids:
        told.add("S164", spot, found=record, usable=", ".join(sorted(ids)))
