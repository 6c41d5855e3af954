"""The closing chapters of a told scheme: consequences, procedure, what is left out, what is missing, and the law it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.scheme.model import Consequence, Step
from envcredit.scheme.prose.tables import table
from envcredit.scheme.prose.voice import Voice


def consequences(voice: Voice) -> Iterator[str]:
    """What a grade leads to."""
    for consequence in voice.scheme.consequences.values():
        yield from _consequence(voice, consequence)


def _consequence(voice: Voice, consequence: Consequence) -> Iterator[str]:
    what = voice.of(consequence.words)
    if consequence.grades:
        grades = voice.listed((voice.grade(grade) for grade in consequence.grades), "and")
        what = voice.say("consequence.grades", grades=grades, what=what)
    applies = voice.say("consequence.applies", applies=voice.of(consequence.applies)) if consequence.applies else ""
    yield "- " + what + voice.clause(consequence.clause) + applies
    shares = {grade: voice.percent(share) for grade, share in (consequence.share_of_base or {}).items()}
    for rows, column in ((shares, "share"), (dict(consequence.surcharge or {}), "surcharge")):
        if rows:
            head = [voice.say("grade.column"), voice.say(f"consequence.{column}")]
            yield from table(head, [[voice.grade(grade), value] for grade, value in rows.items()])


def procedure(voice: Voice) -> Iterator[str]:
    """The steps of the procedure with their deadlines."""
    for number, step in enumerate(voice.scheme.procedure.values(), 1):
        yield f"{number}. {voice.of(step.words)}{_deadline(voice, step)}{voice.clause(step.clause) if step.clause else ''}"


def _deadline(voice: Voice, step: Step) -> str:
    for unit in ("working_days", "days", "months"):
        count = getattr(step, unit)
        if count is not None:
            return voice.say(f"step.{unit}", count=count)
    return ""


def not_modelled(voice: Voice) -> Iterator[str]:
    """Clauses left out, why, and who accepted that."""
    for row in voice.scheme.not_modelled:
        clause = voice.clause(row.clause) if row.clause in voice.scheme.clauses else ""
        note = voice.of(row.note) if row.note else ""
        reason = voice.say(f"reason.{row.reason}")
        yield "- " + voice.say("left_out", words=voice.bare(row.words), clause=clause, reason=reason, by=row.accepted_by)
        if note:
            yield f"  {note}"


def missing(voice: Voice) -> Iterator[str]:
    """What the scheme lacks."""
    for gap in voice.scheme.missing.values():
        count = voice.say("missing.count", count=gap.count) if gap.count else ""
        yield f"- {voice.of(gap)}{count}"


def sources(voice: Voice) -> Iterator[str]:
    """The documents, and every clause with what it says, how we know it and when it was checked."""
    for key, source in voice.scheme.sources.items():
        facts = [
            voice.of(source.issuer) if source.issuer else "",
            source.number or "",
            voice.date(source.dated) if source.dated else "",
            voice.basis(source.basis),
            source.link or "",
        ]
        yield f"- {voice.document(key)}{voice.say('colon')}" + voice.say("list.comma_wide").join(fact for fact in facts if fact)
        if source.note:
            yield f"  {voice.of(source.note)}"
    head = [voice.say(f"clauses.{column}") for column in ("clause", "words", "basis", "checked_on")]
    yield from table(head, [_clause_row(voice, key) for key in voice.scheme.clauses])


def _clause_row(voice: Voice, key: str) -> list[str]:
    clause = voice.scheme.clauses[key]
    days = [
        voice.say("clauses.from", day=voice.date(clause.valid_from)) if clause.valid_from else "",
        voice.say("clauses.to", day=voice.date(clause.valid_to)) if clause.valid_to else "",
    ]
    where = clause.article if clause.source == voice.main_source else f"{voice.document(clause.source)} {clause.article}"
    return [
        where,
        " ".join(filter(None, [voice.of(clause.words), *days])),
        voice.basis(clause.basis),
        voice.date(clause.checked_on),
    ]
