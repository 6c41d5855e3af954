"""An explanation as a letter to the unit: prose, lists and tables in zh or en, and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from envcredit.base.amounts import written
from envcredit.base.labels import Language, word
from envcredit.rating.explanation import (
    Arithmetic,
    Explanation,
    Lapse,
    PointNote,
    Provision,
    RecordNote,
    StepNote,
    WhatIf,
)
from envcredit.rating.left_out import left_out, record_text
from envcredit.rating.letter import Block, Entry, Grid, Heading, Listing, Paragraph, as_text
from envcredit.rating.notes import points_text, titled

SHARE_OF_WHOLE = 4
"""Places by which a weight in millionths becomes per cent."""


def prose(explanation: Explanation, language: Language) -> str:
    """The whole letter as plain text (valid Markdown)."""
    return as_text(letter(explanation, language))


def letter(explanation: Explanation, language: Language) -> tuple[Block, ...]:
    """The whole letter as blocks: result, arithmetic, grade, points, what was left out, lapses, what would lift it."""
    return tuple(_Letter(explanation, language).blocks())


def as_plain(value: Any) -> Any:
    """An explanation (or a part of one) as JSON values: days and decimals as text, both languages of every label."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (date, Decimal)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): as_plain(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_plain(v) for v in value]
    return value


def day_text(day: date, language: Language) -> str:
    """A day as letters write it."""
    return word("explain.day", language, year=day.year, month=day.month, day=day.day)


def cited(clause: Provision, language: Language) -> str:
    """``《title》（number）article：“words”〔basis〕``."""
    number = word("explain.cited_number", language, number=clause.number) if clause.number else ""
    return word(
        "explain.cited",
        language,
        title=titled(clause.title[language], language),
        number=number,
        article=clause.article,
        words=clause.words[language],
        basis=word(f"basis.{clause.basis}", language),
    )


def effect_text(point: PointNote, explanation: Explanation, language: Language) -> str:
    """What a point does: ``扣 5 分``, ``grade set to “black”``, ``2 grade(s) down``."""
    if point.effect == "shift" and point.steps:
        return word("explain.effect.down" if point.steps > 0 else "explain.effect.up", language, steps=abs(point.steps))
    if point.effect in ("veto", "limit", "row"):
        return word(f"explain.effect.{point.effect}", language, grade=grade_text(explanation, point.grade, language))
    sums = explanation.arithmetic
    if point.counted == 0 or sums is None:
        return word("explain.effect.zero", language)
    if point.effect == "tier":
        key = "tier"
    elif sums.better == "lower":
        key = "demerit" if point.counted > 0 else "relief"
    else:
        key = "plus" if point.counted > 0 else "minus"
    return word(f"explain.effect.{key}", language, points=points_text(abs(point.counted), sums.step))


def grade_text(explanation: Explanation, key: str, language: Language) -> str:
    """The official word of a grade; the key itself when the scheme does not know it (an earlier scheme's grade)."""
    note = explanation.grade_note(key)
    return note.words[language] if note else key


def _weight(point: PointNote) -> tuple[bool, int]:
    """What decides the grade by itself first, then what counts most; the order of rules within."""
    return point.effect not in ("veto", "limit", "row", "shift"), -abs(point.counted)


class _Letter:
    """Puts the letter together in one language."""

    def __init__(self, explanation: Explanation, language: Language) -> None:
        self.about = explanation
        self.language: Language = language

    def say(self, key: str, **values: object) -> str:
        return word(f"explain.{key}", self.language, **values)

    def blocks(self) -> Iterator[Block]:
        about = self.about
        yield Heading(self.say("title", name=about.unit_name), 1)
        yield Paragraph(tuple(self.head()))
        yield Paragraph(tuple(self.result()))
        if about.arithmetic is not None and about.arithmetic.score is not None:
            yield Heading(self.say("heading.score"))
            yield from self.score(about.arithmetic)
        if about.steps:
            yield Heading(self.say("heading.grade"))
            yield Listing(tuple(dict.fromkeys(self.step(s) for s in about.steps)), numbered=True)
        yield from self.facts()
        if about.status == "rated":
            yield from self.future()
        yield Paragraph((self.say("closing"),))

    def head(self) -> Iterator[str]:
        about = self.about
        yield self.say("unit", name=about.unit_name, id=about.unit_id)
        yield self.say("scheme", title=titled(about.title[self.language], self.language), identity=about.scheme)
        yield self.say("authority", authority=about.authority[self.language])
        yield self.say("clocks", as_of=day_text(about.as_of, self.language), known_at=about.known_at)
        if about.period:
            start, end = (day_text(d, self.language) for d in about.period)
            yield self.say("period", start=start, end=end)
        if about.incomplete:
            yield about.incomplete[self.language]

    def result(self) -> Iterator[str]:
        about = self.about
        if about.status != "rated":
            reason = about.reason[self.language] if about.reason else self.say("no_reason")
            yield self.say("open" if about.scheme_open else about.status, reason=reason)
        note = about.grade_note(about.grade)
        if note:
            values = {"grade": note.words[self.language], "rank": note.rank, "of": len(about.grades)}
            sums = about.arithmetic
            if sums is not None and sums.score is not None:
                yield self.say("result_with_score", score=points_text(sums.score, sums.step), **values)
            else:
                yield self.say("result", **values)
            if note.meaning:
                yield self.say("meaning", meaning=note.meaning[self.language])
        if about.previous:
            yield self.say("previous", grade=grade_text(about, about.previous, self.language))

    def score(self, sums: Arithmetic) -> Iterator[Block]:
        def text(steps: int, *, signed: bool = False) -> str:
            return points_text(steps, sums.step, signed=signed)

        assert sums.score is not None
        raw = sums.start + sums.change
        key = "sum_weighted" if sums.weighted else "sum"
        lines = [self.say(key, start=text(sums.start), change=text(sums.change, signed=True), score=text(sums.score))]
        if sums.clamped:
            lines.append(self.say(sums.clamped, raw=text(raw), score=text(sums.score)))
        yield Paragraph(tuple(lines))
        if self.about.items:
            yield self.items(sums)

    def items(self, sums: Arithmetic) -> Grid:
        names = ["rule", "part", "facts", "raw", "counted", "weight" if sums.weighted else "cap"]
        rows = []
        for item in self.about.items:
            if not item.raw and not item.counted and item.weight is None:
                continue
            cap = "" if item.cap is None else points_text(item.cap, sums.step)
            weight = "" if item.weight is None else f"{written(item.weight, SHARE_OF_WHOLE)}%"
            part = item.part[self.language] if item.part else ""
            due, counted = (points_text(n, sums.step, signed=True) for n in (item.raw, item.counted))
            rows.append((item.words[self.language], part, str(item.facts), due, counted, weight if sums.weighted else cap))
        return Grid(tuple(self.say(f"column.{n}") for n in names), tuple(rows), frozenset({2, 3, 4, 5}))

    def step(self, step: StepNote) -> Entry:
        effect = self.say(f"step.{step.step}", grade=grade_text(self.about, step.to, self.language))
        if not step.words:
            return Entry(effect)
        words = step.words[self.language]
        if not step.clause:
            return Entry(self.say("point", words=words, effect=effect))
        return Entry(self.say("step.at", words=words, article=step.clause.article, effect=effect))

    def facts(self) -> Iterator[Block]:
        yield Heading(self.say("heading.points"))
        if self.about.points:
            yield Listing(tuple(self.point(p) for p in sorted(self.about.points, key=_weight)), numbered=True)
        else:
            yield Paragraph((self.say("no_points"),))
        if self.about.ignored:
            yield Heading(self.say("heading.ignored"))
            yield from left_out(self.about, self.language)

    def point(self, point: PointNote) -> Entry:
        effect = effect_text(point, self.about, self.language)
        text = self.say("point", words=point.words[self.language], effect=effect)
        return Entry(text, tuple(self.grounds(point)))

    def grounds(self, point: PointNote) -> Iterator[str]:
        yield self.say("clause", clause=cited(point.clause, self.language))
        if point.duty:
            yield self.say("duty", duty=point.duty[self.language])
        if point.record is None:
            yield self.say("record", record=self.say("value"))
        else:
            yield self.say("record", record=record_text(point.record, self.language))
            yield from self.details(point.record)
        if point.band:
            yield self.say("band", band=point.band[self.language])
        sums = self.about.arithmetic
        why = word(f"why_less.{point.why_less}", self.language) if point.why_less else ""
        if why and sums and point.raw != point.counted:
            raw, counted = (points_text(abs(n), sums.step) for n in (point.raw, point.counted))
            yield self.say("less", raw=raw, counted=counted, why=why)
        elif why:
            yield self.say("less_only", why=why)
        yield from self.term(point)

    def details(self, record: RecordNote) -> Iterator[str]:
        told = [self.say("detail", label=d.label[self.language], value=d.value[self.language]) for d in record.details]
        if told:
            yield self.say("states", details=self.say("semicolon").join(told))

    def term(self, point: PointNote) -> Iterator[str]:
        first = day_text(point.first_day, self.language) if point.first_day else ""
        last = day_text(point.last_day, self.language) if point.last_day else ""
        if first and last:
            yield self.say("term", first=first, last=last)
        elif first and point.record:
            yield self.say("term_open", first=first)
        elif last:
            yield self.say("term_last", last=last)

    def future(self) -> Iterator[Block]:
        yield Heading(self.say("heading.lapses"))
        if self.about.lapses:
            yield Listing(tuple(Entry(self.lapse(x)) for x in self.about.lapses))
        else:
            yield Paragraph((self.say("no_lapses"),))
        yield Heading(self.say("heading.what_ifs"))
        if self.about.what_ifs:
            yield Listing(tuple(self.what_if(w) for w in self.about.what_ifs))
        else:
            yield Paragraph((self.say("no_what_ifs"),))

    def lapse(self, lapse: Lapse) -> str:
        what = self.say("semicolon").join(self.lapsing(p) for p in lapse.points)
        return self.say(
            "lapse", day=day_text(lapse.day, self.language), what=what, outcome=self.outcome(lapse.score, lapse.grade)
        )

    def lapsing(self, point: PointNote) -> str:
        number = f" {point.record.number}" if point.record and point.record.number else ""
        return f"{point.words[self.language]}{number}"

    def what_if(self, case: WhatIf) -> Entry:
        values = {"record": record_text(case.record, self.language), "day": day_text(case.earliest, self.language)}
        text = self.say(case.action, outcome=self.outcome(case.score, case.grade), **values)
        return Entry(text, (self.say("clause", clause=cited(case.clause, self.language)),) if case.clause else ())

    def outcome(self, score: int | None, grade: str) -> str:
        if not grade:
            return self.say("outcome_none")
        name = grade_text(self.about, grade, self.language)
        sums = self.about.arithmetic
        if score is None or sums is None:
            text = self.say("outcome", grade=name)
        else:
            text = self.say("outcome_score", score=points_text(score, sums.step), grade=name)
        return self.say("unchanged", outcome=text) if grade == self.about.grade else text
