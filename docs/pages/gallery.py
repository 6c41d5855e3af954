"""All built-in schemes side by side: how they count, whom they rate, their grades and thresholds, and how much is encoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from envcredit.base.labels import Language, word
from envcredit.scheme.coverage import BASES
from envcredit.scheme.coverage_totals import totals, totals_sentence, totals_tables
from envcredit.scheme.model import GradeRule, LimitRule, RepairRule, Scheme, ShiftRule, VetoRule
from envcredit.scheme.prose.steps import thresholds
from envcredit.scheme.prose.voice import Voice
from pages.gallery_text import COUNTRIES, FAMILIES, TEXT
from pages.library import Shown, library
from pages.markdown import table

WIDE = """```{raw} html
<style>
@media (min-width: 82em) { .content { width: min(80em, calc(100vw - 24em)); } }
td { vertical-align: top; }
</style>
```
"""
"""Tables of this page need more room than text that is read line by line."""


def pages(language: Language) -> dict[str, str]:
    """One page: the figures of the whole, and a table for each country of what counts and of what is known."""
    say = {key: row[language] for key, row in TEXT.items()}
    whole = totals(shown.coverage for shown in library())
    parts = [
        "---\nhide-toc: true\n---\n",
        f"# {say['title']}\n",
        WIDE,
        f"{say['introduction']}\n",
        f"{totals_sentence(whole, language)}\n",
    ]
    head, rows = next(iter(totals_tables(whole, language)))
    parts += [table(head, rows), f"{say['totals_note']}\n"]
    for country, group in groupby(library(), key=lambda shown: shown.scheme.scheme.partition("/")[0]):
        parts += [f"## {_country_name(country, language)}\n", *_country(tuple(group), language, say)]
    return {"gallery": "\n".join(parts)}


def _country_name(code: str, language: Language) -> str:
    return COUNTRIES[code][language] if code in COUNTRIES else code.upper()


def _country(group: Sequence[Shown], language: Language, say: dict[str, str]) -> Iterator[str]:
    head = [say[key] for key in ("scheme", "family", "rated", "score", "grades")]
    yield table(head, [_what_counts(shown, Voice(shown.scheme, language), say) for shown in group])
    head = [say[key] for key in ("scheme", "steps", "repair", "clauses", "bases", "cases", "beyond")]
    yield table(head, [_what_is_known(shown, Voice(shown.scheme, language), say) for shown in group])


def _what_counts(shown: Shown, voice: Voice, say: dict[str, str]) -> list[str]:
    scheme = shown.scheme
    types = voice.listed((voice.code("unit_type", each) for each in scheme.rates), "and")
    length = f" ({voice.term(scheme.period.length)})" if scheme.period.length else ""
    rated = f"{types}<br>{say[f'period.{scheme.period.kind}']}{length}"
    return [
        _link(shown, voice),
        FAMILIES[family(scheme)][voice.language],
        rated,
        _score(voice, say),
        "<br>".join(_grades(voice, say)),
    ]


def _what_is_known(shown: Shown, voice: Voice, say: dict[str, str]) -> list[str]:
    found = shown.coverage
    kinds = {"vetoes": VetoRule, "limits": LimitRule, "shifts": ShiftRule}
    counted = {key: len(shown.scheme.of_kind(kind)) for key, kind in kinds.items()}  # type: ignore[type-abstract]
    steps = "<br>".join(f"{say[key]} {count}" for key, count in counted.items() if count)
    encoded = found.count("encoded") + found.count("in_part")
    of_basis = {basis: sum(clause.basis == basis for clause in found.clauses) for basis in BASES}
    bases = "<br>".join(f"{word(f'basis.{basis}', voice.language)} {count}" for basis, count in of_basis.items() if count)
    clauses = say["encoded"].format(encoded=encoded, all=len(found.clauses), gaps=found.missing)
    return [_link(shown, voice), steps, _repair(voice, say), clauses, bases, str(found.cases), str(found.not_expressible)]


def _link(shown: Shown, voice: Voice) -> str:
    status = word(f"scheme.status.{shown.scheme.status}", voice.language)
    return f"[{shown.scheme.identity}](schemes/{shown.page}.md)<br>{voice.of(shown.scheme.title)}<br>**{status}**"


def family(scheme: Scheme) -> str:
    """The arithmetic of a scheme: a key of ``FAMILIES``."""
    rules = scheme.of_kind(GradeRule).values()
    if scheme.score is None:
        return "worst_of" if any(rule.by == "worst_of" for rule in rules) else "unknown"
    if scheme.score.weighted:
        return "weighted"
    if scheme.score.better == "lower":
        return "demerit"
    return "points"


def _score(voice: Voice, say: dict[str, str]) -> str:
    score = voice.scheme.score
    if score is None:
        return "–"
    lines = [] if score.weighted else [f"{say['start']} {voice.number(score.start) if score.start is not None else '?'}"]
    ends = (("floor", score.floor), ("ceiling", score.ceiling))
    return "<br>".join([*lines, *(f"{say[key]} {voice.number(end)}" for key, end in ends if end is not None)]) or "–"


def _grades(voice: Voice, say: dict[str, str]) -> Iterator[str]:
    ends: dict[str, list[str]] = {}
    for rule in voice.scheme.of_kind(GradeRule).values():
        ends |= thresholds(voice, rule) if rule.bands else {}
    for grade in voice.scheme.grades:
        colour = f'<span style="color:{grade.colour}">■</span> ' if grade.colour else ""
        told = voice.listed(ends.get(grade.key, []))
        yield f"{colour}{escape(voice.of(grade.words))}" + (f"{voice.say('colon')}{told}" if told else "")
    if "" in ends:
        yield f"? {say['unknown_grade']}{voice.say('colon')}{voice.say('list.semicolon').join(ends[''])}"


def _repair(voice: Voice, say: dict[str, str]) -> str:
    rules = voice.scheme.of_kind(RepairRule).values()
    waits = [voice.term(rule.waiting) for rule in rules if rule.waiting and rule.waiting.count]
    ends = [voice.term(rule.ends_after) for rule in rules if rule.ends_after]
    rows = (("waits", waits), ("ends", ends))
    told = [f"{say[key]} {voice.say('list.comma').join(dict.fromkeys(terms))}" for key, terms in rows if terms]
    return "<br>".join(told) or (say["at_once"] if rules else "–")
