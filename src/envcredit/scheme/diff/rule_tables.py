"""Tables of a rule side by side, row by row: points, tiers, thresholds, rows of a worst-of, reasons, what is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from envcredit.base.labels import word
from envcredit.scheme.conditions.tree import Type
from envcredit.scheme.diff.found import Both, quoted
from envcredit.scheme.field_words import field_words
from envcredit.scheme.model import Band, PointsTable
from envcredit.scheme.prose.steps import thresholds, told_row
from envcredit.scheme.prose.tables import band_rows
from envcredit.scheme.prose.voice import Voice

Rule = Any
Rows = Mapping[str, tuple[str, str]]
"""By what makes two rows the same one: what the row is about, and what it gives. A value that depends on nothing stands
under the empty text."""


def table_sentence(both: Both, key: str, rules: tuple[Rule, Rule], name: str) -> str | None:
    """The rows that differ, or ``None`` where all read the same."""
    old, new = rules
    make = table_of(new, name)
    assert make is not None
    before, after = make(both.old, key, old), make(both.new, key, new)
    parts = [*_dependence(both, key, rules, name), *_rows(both, before, after)]
    if not parts:
        return None
    what = field_words(type(new), name)[both.language]
    return both.say("table", what=what, rows=both.say("semicolon").join(parts))


def _dependence(both: Both, key: str, rules: tuple[Rule, Rule], name: str) -> Iterator[str]:
    tables = [getattr(rule, name) for rule in rules]
    if all(isinstance(table, PointsTable) for table in tables):
        voices = (both.old, both.new)
        was, now = (quoted(voice.operand(key, t.by)[0], both.language) for voice, t in zip(voices, tables, strict=True))
        if was != now:
            yield both.say("row.becomes", row=field_words(PointsTable, "by")[both.language], old=was, new=now)


def _rows(both: Both, old: Rows, new: Rows) -> Iterator[str]:
    if ("" in old) != ("" in new):
        yield both.say("row.whole", old=_whole(both.old, old), new=_whole(both.new, new))
        return
    for same, (row, value) in old.items():
        if same not in new:
            yield both.say("row.removed", row=row, value=value)
        elif value != new[same][1]:
            yield both.say("row.becomes" if same else "row.whole", row=new[same][0], old=value, new=new[same][1])
    for same, (row, value) in new.items():
        if same not in old:
            yield both.say("row.added", row=row, value=value)


def _whole(voice: Voice, rows: Rows) -> str:
    if "" in rows:
        return rows[""][1]
    told = (voice.say("window.row", code=row, term=value) for row, value in rows.values())
    return quoted(voice.say("list.semicolon").join(told), voice.language)


def table_words(voice: Voice, rows: Sequence[Any] | PointsTable | None) -> str | None:
    """The names that the rows of a table have."""
    listed: Sequence[Any] = rows.bands if isinstance(rows, PointsTable) else rows if isinstance(rows, tuple) else ()
    names = [voice.of(row.words) for row in listed if row.words is not None]
    return quoted(voice.say("list.semicolon").join(names), voice.language) if names else None


def _points(voice: Voice, key: str, rule: Rule) -> Rows:
    points = rule.points
    if isinstance(points, Decimal):
        return {"": ("", voice.points(points))}
    by, type_ = voice.operand(key, points.by)
    if points.each is not None:
        return {"": ("", word("diff.each", voice.language, by=by, points=voice.points(points.each)))}
    if points.table is not None:
        return {code: (voice.code(type_.list, code), voice.points(each)) for code, each in points.table.items()}
    return _bands(voice, points.bands, type_)


def _bands(voice: Voice, bands: Sequence[Band], type_: Type) -> Rows:
    return {ends: (ends, voice.points(band.points or Decimal(0))) for ends, band in band_rows(voice, bands, type_)}


def _measure(voice: Voice, key: str, rule: Rule) -> Rows:
    return _bands(voice, rule.bands, voice.operand(key, rule.by)[1])


def _thresholds(voice: Voice, _: str, rule: Rule) -> Rows:
    if not rule.bands:
        return {}
    ends_of = thresholds(voice, rule)
    named = {grade: voice.grade(grade) if grade else voice.say("grade.not_established") for grade in ends_of}
    return {grade or "?": (named[grade], quoted(voice.listed(ends), voice.language)) for grade, ends in ends_of.items()}


def _grade_rows(voice: Voice, key: str, rule: Rule) -> Rows:
    seen: Counter[str] = Counter()
    rows: dict[str, tuple[str, str]] = {}
    for row in rule.rows:
        seen[row.grade] += 1
        number, grade = seen[row.grade], voice.grade(row.grade)
        label = grade if number == 1 else word("diff.nth_row", voice.language, grade=grade, number=number)
        rows[f"{row.grade} {number}"] = (label, quoted(told_row(voice, key, row), voice.language))
    return rows


def _tiers(voice: Voice, key: str, rule: Rule) -> Rows:
    rows: dict[str, tuple[str, str]] = {}
    for tier in rule.tiers:
        label = voice.condition(key, tier.when) if tier.when else voice.say("tier.remaining")
        both = tier.points if isinstance(tier.points, tuple) else None
        ends = voice.say("tier.range", low=voice.number(both[0]), high=voice.number(both[1])) if both else ""
        rows[label] = (label, ends or voice.points(tier.points))
    return rows


def _not_rated(voice: Voice, key: str, rule: Rule) -> Rows:
    told = ((voice.of(row.words), voice.condition(key, row.when)) for row in rule.not_rated)
    return {words: (words, quoted(condition, voice.language)) for words, condition in told}


def _unknowns(voice: Voice, key: str, rule: Rule) -> Rows:
    names = voice.names(key)
    rows: dict[str, tuple[str, str]] = {}
    for written, answer in rule.missing.items():
        verb, _, assumed = answer.partition(" ")
        name = names.find(written)
        value = voice.assumed(assumed, name.type if name else None)
        label = names.words(name)[voice.language] if name else written
        rows[written] = (label, word(f"diff.unknown.{verb}", voice.language, value=value))
    return rows


_TABLES: Mapping[tuple[str, str], Callable[[Voice, str, Rule], Rows]] = {
    ("PointRule", "points"): _points,
    ("MeasureRule", "bands"): _measure,
    ("TierRule", "tiers"): _tiers,
    ("GradeRule", "bands"): _thresholds,
    ("GradeRule", "rows"): _grade_rows,
    ("ScopeRule", "not_rated"): _not_rated,
}


def table_of(rule: Rule, name: str) -> Callable[[Voice, str, Rule], Rows] | None:
    """How the rows of a field are found, where it is told row by row."""
    return _unknowns if name == "missing" else _TABLES.get((type(rule).__name__, name))
