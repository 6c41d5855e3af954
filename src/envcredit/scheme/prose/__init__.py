"""A scheme as a document that people can read, in zh and en, made from its data alone."""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.base.labels import Language
from envcredit.scheme.model import Scheme
from envcredit.scheme.prose import annexes, chapters
from envcredit.scheme.prose.voice import Voice

_CHAPTERS: tuple[tuple[str, chapters.Chapter], ...] = (
    ("scope", chapters.scope),
    ("reckoning", chapters.reckoning),
    ("indicators", chapters.indicators),
    ("grades", chapters.grades),
    ("vetoes", chapters.vetoes),
    ("limits", chapters.limits),
    ("shifts", chapters.shifts),
    ("repair", chapters.repair),
    ("consequences", annexes.consequences),
    ("procedure", annexes.procedure),
    ("values", chapters.values),
    ("not_modelled", annexes.not_modelled),
    ("missing", annexes.missing),
    ("sources", annexes.sources),
)


def prose(scheme: Scheme, language: Language) -> str:
    """The scheme as Markdown, ending in a line feed.

    Raises ``ConditionProblem`` for a condition that is not well formed: read and check a scheme before it is told.
    """
    voice = Voice(scheme, language)
    return _tidy([*_head(voice), *_body(voice)])


def _head(voice: Voice) -> Iterator[str]:
    scheme = voice.scheme
    yield f"# {voice.of(scheme.title)}"
    yield ""
    last = scheme.in_force.last
    days = voice.say("in_force.ended", first=voice.date(scheme.in_force.first), last=voice.date(last)) if last else None
    rows = {
        "authority": voice.of(scheme.authority),
        "in_force": days or voice.say("in_force", first=voice.date(scheme.in_force.first)),
        "status": voice.say(f"status.{scheme.status}"),
        "identity": f"`{scheme.identity}`",
    }
    for key, value in rows.items():
        yield f"- {voice.say(f'head.{key}')}{voice.say('colon')}{value}"
    yield ""
    yield voice.of(scheme.summary)
    yield ""
    if scheme.clauses:
        yield voice.say("main_source", title=voice.document(voice.main_source))
        yield ""


def _body(voice: Voice) -> Iterator[str]:
    number = 0
    for key, chapter in _CHAPTERS:
        lines = list(chapter(voice))
        if lines:
            number += 1
            yield f"## {voice.chapter(number, voice.say(f'chapter.{key}'))}"
            yield ""
            yield from lines
            yield ""


def _tidy(lines: list[str]) -> str:
    kept: list[str] = []
    for line in "\n".join(lines).split("\n"):
        if line or (kept and kept[-1]):
            kept.append(line.rstrip())
    return "\n".join(kept).strip() + "\n"
