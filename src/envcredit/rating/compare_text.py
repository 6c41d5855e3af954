"""A comparison in words: a summary, a matrix, the rules behind it, the areas, and the units that moved with their causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base import industries, regions
from envcredit.base.labels import LANGUAGES, Language, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.rating.compare import DIRECTIONS, MOVED, Comparison, standings
from envcredit.rating.distribution import Area, moves
from envcredit.rating.letter import Block, Entry, Grid, Heading, Listing, Paragraph, as_text
from envcredit.rating.notes import points_text
from envcredit.rating.reasons import reason_of
from envcredit.rating.results import Name
from envcredit.scheme.diff import diff
from envcredit.scheme.model import Scheme

AREAS: tuple[Area, ...] = ("region", "industry", "park")


def prose(comparison: Comparison, language: Language, limit: int = 50) -> str:
    """The comparison as plain text (valid Markdown); ``limit`` units that moved are listed, 0 for all."""
    return as_text(_Text(comparison, language, limit).blocks())


def as_plain(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison as JSON values: every unit that is not ``same``, every cause; points as whole ``step``\\ s."""
    units = [row for row in comparison.units.to_pylist() if row["direction"] != "same"]
    causes = comparison.causes.to_pylist()
    for cause in causes:
        cause["day"] = cause["day"].isoformat() if cause["day"] else None
    sides = {side: _name(getattr(comparison, side)) for side in ("before", "after")}
    matrix = [{"before": b, "after": a, "units": n} for (b, a), n in comparison.matrix().items()]
    areas = {by: [{"area": m.area, **m.counts} for m in moves(comparison, by)] for by in AREAS}
    return {
        **sides,
        "step": str(comparison.step),
        "counts": comparison.counts(),
        "matrix": matrix,
        "rules": rules(comparison),
        "moves": areas,
        "units": units,
        "causes": causes,
    }


def rules(comparison: Comparison) -> list[dict[str, Any]]:
    """Per rule: points ``gained``, ``lost`` and ``changed``, net ``difference``, ``units``, and how many of them ``moved``.

    Most moved units first, then most units, then by the rule's name.
    """
    causes = comparison.causes
    directions = comparison.units.filter(pc.is_in(comparison.units["direction"], pa.array(MOVED)))
    moved = pc.is_in(causes["unit_id"], directions["unit_id"].combine_chunks())
    table = pa.table({"rule": causes["rule"], "unit_id": causes["unit_id"], "difference": causes["difference"]})
    totals = table.group_by("rule").aggregate([("difference", "sum"), ("unit_id", "count_distinct")])
    of_moved = table.filter(moved).group_by("rule").aggregate([("unit_id", "count_distinct")])
    counts = causes.select(["rule", "change"]).group_by(["rule", "change"]).aggregate([([], "count_all")])
    by_change = {(r["rule"], r["change"]): r["count_all"] for r in counts.to_pylist()}
    by_rule = {r["rule"]: r["unit_id_count_distinct"] for r in of_moved.to_pylist()}
    rows = [
        {
            "rule": r["rule"],
            **{change: by_change.get((r["rule"], change), 0) for change in ("gained", "lost", "changed")},
            "difference": r["difference_sum"],
            "units": r["unit_id_count_distinct"],
            "moved": by_rule.get(r["rule"], 0),
        }
        for r in totals.to_pylist()
    ]
    return sorted(rows, key=lambda r: (-r["moved"], -r["units"], r["rule"]))


def area_name(area: Area, key: str, language: Language, *, coded: bool = True) -> str:
    """The name of a division or an industry where one is known, with its code unless told not to; else the key as written."""
    if not key:
        return word("compare.no_area", language)
    if area == "park":
        return key
    entry = regions.built_in().find(key) if area == "region" else industries.built_in().division(key)
    if entry is None:
        return key
    return f"{entry.name(language)} {key}" if coded else entry.name(language)


def standing_words(schemes: Sequence[Scheme], key: str, language: Language) -> str:
    """A grade's official word in the first scheme that has it; the words for having none; else the key."""
    for scheme in schemes:
        for grade in scheme.grades:
            if grade.key == key:
                return grade.words.zh if language == "zh" else grade.words.en
    return word(f"status.{key}", language) if key in ("refused", "not_rated", "absent") else key


def rule_words(schemes: Sequence[Scheme], key: str, language: Language) -> str:
    """The words of a rule in the first scheme that has it. ``grade#2`` is a row of the rule ``grade``."""
    for scheme in schemes:
        rule = scheme.rules.get(key.partition("#")[0])
        if rule is not None:
            return rule.words.zh if language == "zh" else rule.words.en
    return key


def _name(name: Name) -> dict[str, Any]:
    return {
        "scheme": name.scheme,
        "as_of": name.as_of,
        "known_at": name.known_at,
        "result_digest": name.digest,
        "incomplete": name.incomplete,
    }


class _Text:
    """Puts the text together in one language. The later scheme's words come first."""

    def __init__(self, comparison: Comparison, language: Language, limit: int) -> None:
        self.about = comparison
        self.language: Language = language
        self.limit = limit
        self.schemes = tuple(reversed(comparison.schemes))

    def say(self, key: str, **values: object) -> str:
        return word(f"compare.{key}", self.language, **values)

    def blocks(self) -> Iterator[Block]:
        yield Heading(self.say("title"), 1)
        yield Paragraph(tuple(self.head()))
        yield Heading(self.say("heading.matrix"))
        yield self.matrix()
        if self.about.causes.num_rows:
            yield Heading(self.say("heading.rules"))
            yield from self.rules()
        for area in AREAS:
            if any(pc.unique(self.about.units[area].fill_null("")).to_pylist()):
                yield Heading(self.say(f"heading.{area}"))
                yield self.area(area)
        yield Heading(self.say("heading.units"))
        yield from self.movers()

    def head(self) -> Iterator[str]:
        for side, name in (("before", self.about.before), ("after", self.about.after)):
            yield self.say(f"side.{side}", scheme=name.scheme, as_of=name.as_of, known_at=name.known_at)
            if name.incomplete:
                yield name.incomplete[self.language]
        if self.about.before.digest and self.about.before.digest == self.about.after.digest:
            yield self.say("same_result")
        counts = self.about.counts()
        told = [
            self.say("count", direction=word(f"direction.{d}", self.language), count=n)
            for d, n in counts.items()
            if n or d in ("worse", "better")
        ]
        yield self.say("counts", total=sum(counts.values()), parts=word("explain.and", self.language).join(told))

    def standing(self, key: str) -> str:
        return standing_words(self.schemes, key, self.language)

    def matrix(self) -> Grid:
        found = self.about.matrix()
        before = [s for s in standings(self.about.schemes[0]) if any(b == s for b, _ in found)]
        after = [s for s in standings(self.about.schemes[1]) if any(a == s for _, a in found)]
        rows = tuple((self.standing(b), *(str(found.get((b, a), "")) for a in after)) for b in before)
        return Grid((self.say("column.before"), *map(self.standing, after)), rows, frozenset(range(1, len(after) + 1)))

    def rules(self) -> Iterator[Block]:
        """Rules behind moves; those that only changed scores are counted, unless there are no others."""
        every = rules(self.about)
        shown = [row for row in every if row["moved"]] or every
        names = ("gained", "lost", "changed", "difference", "units", "moved")
        rows = []
        for row in shown:
            numbers = [self.points(row[n]) if n == "difference" else str(row[n]) for n in names]
            rows.append((rule_words(self.schemes, row["rule"], self.language), *numbers))
        head = (self.say("column.rule"), *(self.say(f"column.{n}") for n in names))
        yield Grid(head, tuple(rows), frozenset(range(1, 7)))
        if len(every) > len(shown):
            yield Paragraph((self.say("other_rules", count=len(every) - len(shown)),))

    def area(self, area: Area) -> Grid:
        found = moves(self.about, area)
        used = [d for d in DIRECTIONS if d in ("better", "worse", "same") or any(m.counts[d] for m in found)]
        rows = tuple((area_name(area, m.area, self.language), *(str(m.counts[d]) for d in used)) for m in found)
        head = (self.say("column.area"), *(word(f"direction.{d}", self.language) for d in used))
        return Grid(head, rows, frozenset(range(1, len(used) + 1)))

    def movers(self) -> Iterator[Block]:
        moved = self.about.units.filter(pc.is_in(self.about.units["direction"], pa.array(MOVED)))
        shown = moved.slice(0, self.limit or moved.num_rows)
        if not shown.num_rows:
            yield Paragraph((self.say("no_moves"),))
            return
        wanted = pc.is_in(self.about.causes["unit_id"], shown["unit_id"].combine_chunks())
        causes: dict[str, list[str]] = {}
        for row in self.about.causes.filter(wanted).to_pylist():
            causes.setdefault(row["unit_id"], []).append(self.cause(row))
        for unit in shown.to_pylist():
            own = [*self.reasons(unit), *causes.get(unit["unit_id"], ())]
            causes[unit["unit_id"]] = own or self.by_the_scheme
        entries = (Entry(self.mover(u), tuple(causes[u["unit_id"]])) for u in shown.to_pylist())
        yield Listing(tuple(entries))
        if moved.num_rows > shown.num_rows:
            yield Paragraph((self.say("more", count=moved.num_rows - shown.num_rows),))

    @cached_property
    def by_the_scheme(self) -> list[str]:
        """What moved a unit none of whose points differ: another start value, other bounds, other thresholds."""
        found = (each for each in diff(*self.about.schemes) if each.effect == "rule" and self.decides_alone(each.spot))
        return [self.say("by_the_scheme", change=each.sentence[self.language]) for each in found]

    def decides_alone(self, spot: Sequence[str]) -> bool:
        """Whether a change can move a unit without changing a point."""
        rules = [scheme.rules[spot[1]].kind for scheme in self.schemes if spot[0] == "rules" and spot[1] in scheme.rules]
        return spot[0] in ("score", "grades", "parts", "period") or bool({"grade", "scope", "tier"} & set(rules))

    def mover(self, unit: Mapping[str, Any]) -> str:
        values = {"name": unit["name"], "id": unit["unit_id"]}
        values |= {side: self.standing(unit[f"standing_{side}"]) for side in ("before", "after")}
        if unit["score_before"] is None or unit["score_after"] is None:
            return self.say("unit", **values)
        scores = {f"score_{side}": points_text(unit[f"score_{side}"], self.about.step) for side in ("before", "after")}
        return self.say("unit_score", **values, **scores)

    def reasons(self, unit: Mapping[str, Any]) -> Iterator[str]:
        """Why there was, or is, no grade."""
        for side, scheme in zip(("before", "after"), self.about.schemes, strict=True):
            if unit[f"reason_{side}"]:
                words = reason_of(unit[f"reason_{side}"], scheme, read_vocabulary(), {})
                yield self.say(f"reason.{side}", reason=words[self.language])

    def cause(self, row: Mapping[str, Any]) -> str:
        effect = self.say("effect.points", difference=self.points(row["difference"]))
        return self.say(
            "cause",
            rule=rule_words(self.schemes, row["rule"], self.language),
            clause=self.article(row["clause_after"] or row["clause_before"] or ""),
            effect=effect if row["difference"] else self.say(f"effect.{row['change']}"),
            why=why_words(row["why"], self.language),
            record=self.document(row),
        )

    def article(self, key: str) -> str:
        return next((s.clauses[key].article for s in self.schemes if key in s.clauses), key)

    def document(self, row: Mapping[str, Any]) -> str:
        if not row["kind"]:
            return ""
        kind = read_vocabulary().kinds[row["kind"]].words[self.language]
        day = row["day"].isoformat() if row["day"] else ""
        parts = [kind, row["document_number"], row["authority"], day]
        return self.say("record", record=("，" if self.language == "zh" else ", ").join(p for p in parts if p))

    def points(self, steps: int) -> str:
        return points_text(steps, Decimal(self.about.step), signed=True)


def why_words(why: str, language: Language) -> str:
    """The reason of a cause in words; see :func:`envcredit.rating.causes.causes`."""
    assert language in LANGUAGES
    if why.startswith("was_"):
        return word("compare.why.was", language, reason=word(f"reason.{why.removeprefix('was_')}", language))
    own = ("new_rule", "no_rule", "value", "new_record", "record_gone", "now_holds", "no_longer_holds", "points")
    return word(f"compare.why.{why}" if why in own else f"reason.{why}", language)
