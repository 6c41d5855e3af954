"""Rules that make and move a grade, told: bands, worst-of rows, vetoes, limits, shifts; and repair."""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.scheme.conditions.typing import points_type
from envcredit.scheme.model import GradeRow, GradeRule, GradeStepRule, LimitRule, RepairRule, Scheme, ShiftRule, VetoRule
from envcredit.scheme.prose.subjects import phrase, relief, subject, unknowns
from envcredit.scheme.prose.tables import band_rows, table
from envcredit.scheme.prose.voice import Voice
from envcredit.scheme.prose.windows import window_sentences


def told_step(voice: Voice, key: str, rule: GradeStepRule) -> Iterator[str]:
    """A veto, a limit or a shift."""
    effect = _effect(voice, rule, subject(voice, key, rule, "if"))
    rest = [*(window_sentences(voice, rule.counts) if rule.counts else ()), *relief(voice, key, rule)]
    yield voice.sentences([effect, *rest, *unknowns(voice, key, rule.missing)])


def _effect(voice: Voice, rule: GradeStepRule, who: str) -> str:
    match rule:
        case VetoRule():
            return voice.say("veto", who=who, grade=voice.grade(rule.grade))
        case LimitRule() if rule.at_most:
            return voice.say("limit.at_most", who=who, grade=voice.grade(rule.at_most))
        case LimitRule():
            return voice.say("limit.at_least", who=who, grade=voice.grade(rule.at_least or ""))
        case ShiftRule():
            way = "down" if rule.down else "up"
            each = "_each" if rule.per_fact else ""
            return voice.say(f"shift.{way}{each}", who=who, steps=voice.steps(rule.down or rule.up or 0))
    raise TypeError(rule.kind)


def told_grades(voice: Voice, key: str, rule: GradeRule) -> Iterator[str]:
    """How the score, or the worst kind of information, becomes a grade."""
    if rule.by == "score":
        yield voice.say("grade.by_score", clause=voice.clause(rule.clause))
        yield from _score_table(voice, rule)
        return
    yield voice.say("grade.worst_of", clause=voice.clause(rule.clause))
    yield ""
    for number, row in enumerate(rule.rows, 1):
        yield f"{number}. {told_row(voice, key, row)}"


def thresholds(voice: Voice, rule: GradeRule) -> dict[str, list[str]]:
    """The ranges of the score that lead to each grade; under the empty text those whose grade is not established."""
    rows: dict[str, list[str]] = {}
    for ends, band in band_rows(voice, rule.bands, points_type(voice.scheme), _least(voice.scheme)):
        rows.setdefault(band.grade or "", []).append(ends)
    return rows


def _score_table(voice: Voice, rule: GradeRule) -> list[str]:
    rows = thresholds(voice, rule)
    with_meaning = any(grade.meaning for grade in voice.scheme.grades)
    head = [voice.say(f"grade.{column}") for column in ("column", "score", *(["meaning"] if with_meaning else []))]
    lines = []
    for grade in voice.scheme.grades:
        ends = voice.listed(rows.get(grade.key, [])) or voice.say("grade.not_by_score")
        meaning = [voice.of(grade.meaning) if grade.meaning else "–"] if with_meaning else []
        lines.append([voice.of(grade.words), ends, *meaning])
    if "" in rows:
        lines.append(
            [voice.say("grade.not_established"), voice.say("list.semicolon").join(rows[""]), *(["–"] if with_meaning else [])]
        )
    return table(head, lines)


def _least(scheme: Scheme) -> int | None:
    """The lowest score there can be, in steps, where nothing lowers it below the start value."""
    score = scheme.score
    if (
        score is None
        or score.start is None
        or score.better != "lower"
        or any(rule.kind == "award" for rule in scheme.rules.values())
    ):
        return None
    return int(score.start / score.step)


def told_row(voice: Voice, key: str, row: GradeRow) -> str:
    """One row of a worst-of."""
    grade = voice.grade(row.grade)
    clause = voice.clause(row.clause) if row.clause else ""
    name = voice.of(row.words) + voice.say("colon") if row.words else ""
    if not row.kinds and row.when is None:
        return name + voice.say("grade.remaining", grade=grade, clause=clause)
    when = voice.condition(key, row.when, row.kinds) if row.when else ""
    who = phrase(voice, "if", "own", voice.kinds(row.kinds), when)
    rest = [
        *(window_sentences(voice, row.counts) if row.counts else ()),
        *unknowns(voice, key, row.missing, row.kinds),
    ]
    return voice.sentences([name + voice.say("grade.row", who=who, grade=grade, clause=clause), *rest])


def told_repair(voice: Voice, key: str, rule: RepairRule) -> Iterator[str]:
    """What a repair does to a record, after which time, and when the record ends by itself."""
    who = voice.say("repair.of", kinds=voice.kinds(rule.of))
    if rule.when:
        who = voice.say("repair.of_where", kinds=voice.kinds(rule.of), condition=voice.condition(key, rule.when))
    effect = voice.say("repair.gone") if not rule.share else voice.say("repair.share", share=voice.percent(rule.share))
    since = voice.day(rule.since)
    if rule.waiting and rule.waiting.count:
        yield voice.say("repair.waiting", who=who, since=since, term=voice.term(rule.waiting), effect=effect)
    else:
        yield voice.say("repair.at_once", who=who, effect=effect)
    clause = voice.scheme.clauses[rule.clause]
    if clause.valid_from or clause.valid_to:
        ends = {"first": clause.valid_from, "last": clause.valid_to}
        given = {name: voice.date(day) for name, day in ends.items() if day}
        yield voice.say("repair.dated." + "_".join(given), **given)
    if rule.ends_after:
        yield voice.say("repair.ends", since=since, term=voice.term(rule.ends_after))
    yield from unknowns(voice, key, rule.missing, say="repair.missing")
