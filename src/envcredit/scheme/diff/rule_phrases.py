"""The fields of a rule as phrases: conditions, windows, caps and grades in the words of the prose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from envcredit.base.labels import word
from envcredit.scheme.diff.fields import plain, where
from envcredit.scheme.diff.found import quoted
from envcredit.scheme.prose.chapters import told_rule
from envcredit.scheme.prose.points import cap, escalation, once
from envcredit.scheme.prose.voice import Voice
from envcredit.scheme.prose.windows import window_sentences

Rule = Any
"""Some rule that has the field in question; the fields are looked up by name."""

TOGETHER: Mapping[str, str] = {"per": "per", "keep": "per", "together": "per"}
"""Fields that one sentence tells together, by the one under which it stands."""


def phrase(voice: Voice, key: str, rule: Rule, name: str) -> str | None:
    """What a field says, or ``None`` where it says nothing."""
    if getattr(rule, name) is None and name not in TOGETHER:
        return None
    told = _PHRASES.get(name)
    return (told(voice, key, rule) if told else plain(voice, getattr(rule, name))) or None


def brief(voice: Voice, key: str) -> str:
    """A whole rule as it stands in the prose, its tables run together into lines of text."""
    return voice.sentences(_in_one_line(voice, told_rule(voice, key)))


def _in_one_line(voice: Voice, lines: Iterable[str]) -> Iterator[str]:
    rows: list[str] = []
    for line in [*(part for text in lines for part in text.split("\n")), ""]:
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if cells:
            rows.append(voice.say("window.row", code=voice.say("list.comma_wide").join(cells[:-1]), term=cells[-1]))
        elif rows and line:
            yield _run(voice, rows)
            rows = []
        if line and not cells:
            yield line
    if rows:
        yield _run(voice, rows)


def _run(voice: Voice, rows: list[str]) -> str:
    """Rows of a table without its head."""
    return word("diff.rows", voice.language, rows=voice.say("list.semicolon").join(rows[2:]))


def _condition(name: str) -> Callable[[Voice, str, Rule], str]:
    return lambda voice, key, rule: quoted(voice.condition(key, getattr(rule, name)), voice.language)


def _said(name: str, prefix: str) -> Callable[[Voice, str, Rule], str]:
    return lambda voice, _, rule: quoted(word(f"{prefix}.{getattr(rule, name)}", voice.language), voice.language)


def _part(voice: Voice, _: str, rule: Rule) -> str:
    return quoted(voice.of(voice.scheme.parts[rule.part].words), voice.language)


def _kinds(name: str) -> Callable[[Voice, str, Rule], str]:
    return lambda voice, _, rule: quoted(voice.kinds(getattr(rule, name)), voice.language) if getattr(rule, name) else ""


def _of(voice: Voice, key: str, rule: Rule) -> str:
    return _kinds("of")(voice, key, rule) if isinstance(rule.of, tuple) else _said("of", "diff.of")(voice, key, rule)


def _grade(name: str) -> Callable[[Voice, str, Rule], str]:
    return lambda voice, _, rule: quoted(voice.grade(getattr(rule, name)), voice.language)


def _steps(name: str) -> Callable[[Voice, str, Rule], str]:
    return lambda voice, _, rule: voice.steps(getattr(rule, name))


def _sentences(parts: Callable[[Voice, str, Rule], Iterable[str]]) -> Callable[[Voice, str, Rule], str]:
    def told(voice: Voice, key: str, rule: Rule) -> str:
        text = voice.sentences(parts(voice, key, rule))
        return quoted(text, voice.language) if text else ""

    return told


def _refused(voice: Voice, key: str, rule: Rule) -> str:
    condition = voice.condition(key, rule.refused.when)
    return quoted(voice.say("scope.refused", condition=condition, grade=voice.grade(rule.refused.grade)), voice.language)


def _by(voice: Voice, key: str, rule: Rule) -> str:
    if rule.kind == "grade":
        return _said("by", "diff.by")(voice, key, rule)
    return quoted(voice.operand(key, rule.by)[0], voice.language)


def _assumed(voice: Voice, _: str, rule: Rule) -> str:
    return voice.assumed(rule.none)


_PHRASES: Mapping[str, Callable[[Voice, str, Rule], str]] = {
    "kind": _said("kind", "coverage.kind"),
    "clause": lambda voice, _, rule: where(voice, rule.clause),
    "kinds": _kinds("kinds"),
    "of": _of,
    "when": _condition("when"),
    "unless": _condition("unless"),
    "rated": _condition("rated"),
    "applies": _condition("applies"),
    "counts": _sentences(lambda voice, _, rule: window_sentences(voice, rule.counts)),
    "repair": _said("repair", "diff.repair"),
    "part": _part,
    "per": _sentences(once),
    "repeat": _sentences(lambda voice, _, rule: escalation(voice, rule)),
    "cap": _sentences(lambda voice, _, rule: cap(voice, rule)),
    "weight": lambda voice, _, rule: voice.percent(rule.weight),
    "share": lambda voice, _, rule: voice.percent(rule.share),
    "inside_tier": _said("inside_tier", "prose.tier.inside"),
    "effect": _said("effect", "coverage.kind"),
    "by": _by,
    "value": lambda voice, key, rule: quoted(voice.measure(key, rule.value), voice.language),
    "none": _assumed,
    "grade": _grade("grade"),
    "at_most": _grade("at_most"),
    "at_least": _grade("at_least"),
    "down": _steps("down"),
    "up": _steps("up"),
    "since": lambda voice, _, rule: voice.day(rule.since),
    "refused": _refused,
}
