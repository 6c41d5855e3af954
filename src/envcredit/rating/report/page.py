"""The report as one HTML page: figures and charts set into a template, style and script inside, nothing loaded from outside.

The page forbids itself every request by a content security policy that names its own style and script by digest. All text
is escaped by the template; unit data is JSON whose ``<``, ``>`` and ``&`` are written as escapes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from envcredit.base.labels import Language, word
from envcredit.rating.compare_text import area_name, rule_words, standing_words
from envcredit.rating.distribution import Area, Share
from envcredit.rating.notes import both, grouped, incomplete, points_text, titled
from envcredit.rating.report.charts import Bar, Drawing, Segment, lengths, stacks, tones
from envcredit.rating.report.figures import WITHOUT, Cost, Row, figures
from envcredit.rating.report.units import unit_data
from envcredit.rating.results import Results, name_of, step_of

CHART_ROWS = 24
COSTLIEST = 15
TONES_WITHOUT = {"refused": "#8a8f98", "not_rated": "#c3cbd1"}
RULE_COLOUR = "#2f6f8f"
LANGUAGE_TAGS: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a chart for reading: a head and rows; the first column holds names."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One chart with its heading, what it shows in words, and its numbers; without a chart the numbers stand open."""

    key: str
    title: str
    note: str
    drawing: Drawing | None
    table: Table | None
    legend: bool = False


@dataclass(frozen=True, slots=True)
class Tone:
    """A standing with its words and its colour, as legend and labels show it."""

    number: int
    words: str
    colour: str


def write_report(run: Results, path: Path, language: Language, others: Sequence[Results] = ()) -> int:
    """Writes the page for one run to ``path`` and returns its size in bytes. ``others`` are runs for the trend.

    Raises ``InputError`` (T801) when the optional part ``report`` is not installed, ``OSError`` when it cannot be written.
    """
    page = html(run, language, others).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(page)


def html(run: Results, language: Language, others: Sequence[Results] = ()) -> str:
    """The whole page as text; the same run gives the same text."""
    return _Page(run, language, others).render()


@cache
def _environment() -> Environment:
    def source(name: str) -> str:
        return files("envcredit.data").joinpath("report", name).read_text("utf-8")

    return Environment(
        autoescape=True, loader=FunctionLoader(source), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _part(name: str) -> str:
    return files("envcredit.data").joinpath("report", name).read_text("utf-8")


def _source_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def as_script_data(value: object) -> Markup:
    """JSON that can stand inside a ``script`` element whatever text it carries."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    escapes: dict[str, str | int | None] = {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
    return Markup(text.translate(str.maketrans(escapes)))  # noqa: S704  every character that markup knows is escaped above


class _Page:
    """Everything the template asks for, in one language."""

    def __init__(self, run: Results, language: Language, others: Sequence[Results]) -> None:
        self.run = run
        self.language: Language = language
        self.others = others
        self.figures = figures(run, others)
        self.colours = tones([g.colour or "" for g in run.scheme.grades])

    def say(self, key: str, **values: object) -> str:
        return word(f"report.{key}", self.language, **values)

    def render(self) -> str:
        style = f"{_part('page.css')}\n{self.tone_rules()}"
        script = _part("page.js")
        name = name_of(self.run)
        sources = f"style-src {_source_of(style)}; script-src {_source_of(script)}"
        policy = f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"
        return _environment().get_template("page.html.j2").render(
            say=self.say,
            tag=LANGUAGE_TAGS[self.language],
            policy=policy,
            style=Markup(style),  # noqa: S704  our own file and checked colours
            script=Markup(script),  # noqa: S704  our own file
            data=as_script_data(unit_data(self.run, self.language, self.earlier())),
            name=name,
            title=titled(both(self.run.scheme.title)[self.language], self.language),
            authority=both(self.run.scheme.authority)[self.language],
            incomplete=(incomplete(self.run.scheme) or {}).get(self.language, ""),
            facts=self.key_facts(),
            tones=self.tones(),
            grades=len(self.colours),
            sections=self.sections(),
            with_parks=bool(self.figures.parks),
            version=str(self.run.manifest.get("envcredit", "")),
        )  # fmt: skip

    def earlier(self) -> list[Results]:
        grades = [g.key for g in self.run.scheme.grades]
        mine = (name_of(self.run).as_of, name_of(self.run).known_at)
        alike = [o for o in self.others if [g.key for g in o.scheme.grades] == grades]
        dated = [((name_of(o).as_of, name_of(o).known_at), o) for o in alike]
        return [o for when, o in sorted(dated, key=lambda pair: pair[0]) if when < mine]

    def tones(self) -> list[Tone]:
        keys = [g.key for g in self.run.scheme.grades]
        colours = [*self.colours, *(TONES_WITHOUT[w] for w in WITHOUT)]
        words = [standing_words([self.run.scheme], key, self.language) for key in (*keys, *WITHOUT)]
        return [Tone(i, w, c) for i, (w, c) in enumerate(zip(words, colours, strict=True))]

    def tone_rules(self) -> str:
        return "\n".join(f".tone-{t.number}{{background:{t.colour}}}" for t in self.tones())

    def key_facts(self) -> list[tuple[str, str]]:
        found = self.figures
        listed = found.distribution.rated + sum(found.without.values())
        numbers = [("enrolled", listed), ("rated", found.distribution.rated)]
        numbers += [(key, count) for key, count in found.without.items() if count]
        return [(self.say(key), grouped(count, 0)) for key, count in numbers]

    def sections(self) -> list[Section]:
        areas = (self.area("region", self.figures.regions), self.area("park", self.figures.parks))
        found = (self.distribution(), self.trend(), *areas, self.costs(), self.direct(), self.unattached())
        return [section for section in found if section is not None]

    def distribution(self) -> Section:
        shares = self.figures.distribution.shares
        bars = [Bar(t.words, (Segment(s.count, t.colour),), self.counted(s)) for t, s in zip(self.tones(), shares, strict=False)]
        head = tuple(self.say(f"column.{c}") for c in ("standing", "count", "percent"))
        rows = tuple((b.label, str(s.count), self.percent(s)) for b, s in zip(bars, shares, strict=True))
        note = self.say("distribution.note", rated=self.figures.distribution.rated)
        return Section("distribution", self.say("distribution"), note, lengths(bars), Table(head, rows))

    def trend(self) -> Section | None:
        omitted = self.figures.omitted
        if not self.figures.trend:
            return None
        note = self.say("trend.note") + (self.say("trend.omitted", count=omitted) if omitted else "")
        table = self.shares(self.figures.trend, self.say("column.as_of"))
        return Section("trend", self.say("trend"), note, self.stacked(self.figures.trend), table, legend=True)

    def area(self, area: Area, rows: Sequence[Row]) -> Section | None:
        if not rows:
            return None
        drawn = [Row(area_name(area, r.label, self.language, coded=False), r.counts) for r in rows[:CHART_ROWS]]
        named = [Row(area_name(area, r.label, self.language), r.counts) for r in rows]
        note = self.say("areas.note")
        if len(rows) > CHART_ROWS:
            note += self.say("areas.more", shown=CHART_ROWS, more=len(rows) - CHART_ROWS)
        table = self.shares(named, self.say("column.area"))
        return Section(area, self.say(area), note, self.stacked(drawn), table, legend=True)

    def costs(self) -> Section:
        heaviest = self.figures.costs[:COSTLIEST]
        step = step_of(self.run)
        bars = [Bar(self.rule(c), (Segment(c.points, RULE_COLOUR),), points_text(c.points, step)) for c in heaviest]
        rows = tuple((*self.rule_cells(c), points_text(c.points, step), grouped(c.units, 0)) for c in self.figures.costs)
        head = tuple(self.say(f"column.{c}") for c in ("rule", "clause", "points", "units"))
        if not bars:
            return Section("rules", self.say("rules"), self.say("rules.none"), None, None)
        note = self.say("rules.lost", shown=len(heaviest))
        return Section("rules", self.say("rules"), note, lengths(bars), Table(head, rows))

    def direct(self) -> Section | None:
        rows = tuple((*self.rule_cells(c), grouped(c.units, 0)) for c in self.figures.direct)
        head = tuple(self.say(f"column.{c}") for c in ("rule", "clause", "units"))
        return Section("direct", self.say("direct"), self.say("direct.note"), None, Table(head, rows)) if rows else None

    def unattached(self) -> Section | None:
        rows = tuple((word(f"unattached.{reason}", self.language), grouped(n, 0)) for reason, n in self.figures.unattached)
        head = (self.say("column.reason"), self.say("column.records"))
        note = self.say("unattached.note")
        return Section("unattached", self.say("unattached"), note, None, Table(head, rows)) if rows else None

    def rule(self, cost: Cost) -> str:
        return rule_words([self.run.scheme], cost.rule, self.language)

    def rule_cells(self, cost: Cost) -> tuple[str, str]:
        clause: Any = self.run.scheme.clauses.get(cost.clause)
        return self.rule(cost), clause.article if clause else cost.clause

    def stacked(self, rows: Sequence[Row]) -> Drawing:
        bars = []
        for row in rows:
            segments = tuple(Segment(n, c) for n, c in zip(row.counts, self.colours, strict=True))
            bars.append(Bar(row.label, segments, grouped(row.rated, 0)))
        return stacks(bars)

    def shares(self, rows: Sequence[Row], first: str) -> Table:
        head = (first, *(t.words for t in self.tones()[: len(self.colours)]), self.say("column.rated"))
        body = tuple((r.label, *(self.counted(s) for s in r.shares), str(r.rated)) for r in rows)
        return Table(head, body)

    def counted(self, share: Share) -> str:
        return f"{grouped(share.count, 0)} · {self.percent(share)}" if share.percent else str(share.count)

    def percent(self, share: Share) -> str:
        return f"{share.percent}%" if share.percent else "—"
