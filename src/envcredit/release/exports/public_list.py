"""The public list: units by grade with counts and percentages, and apart from them units without a grade, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from envcredit.base.labels import Language, word
from envcredit.proof.rules import RulePack
from envcredit.proof.statuslist import State
from envcredit.rating.notes import titled
from envcredit.release.exports.markup import colours, render
from envcredit.release.exports.spoken import SHOWN, china_day, state_words, unit_code, unit_name, why_words
from envcredit.release.exports.stated import NOTHING, Stated
from envcredit.release.exports.table import Table
from envcredit.release.standing import Published, Standing

_WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Group:
    """Units that share a grade, or a reason for having none. ``percent``: of the graded units, none for those without a grade."""

    words: str
    units: tuple[Standing, ...]
    percent: str = ""

    @property
    def count(self) -> int:
        """How many they are, the suspended ones among them."""
        return len(self.units)


@dataclass(frozen=True, slots=True)
class Section:
    """The units of one scheme in one version. ``groups`` lie from the best grade to the worst, also those that nobody has."""

    pack: RulePack
    groups: tuple[Group, ...]
    without: tuple[Group, ...]

    @property
    def graded(self) -> int:
        """Units with a grade."""
        return sum(group.count for group in self.groups)

    @property
    def ungraded(self) -> int:
        """Units without one."""
        return sum(group.count for group in self.without)

    @property
    def suspended(self) -> int:
        """Units, with a grade or without, whose result is suspended."""
        return sum(u.state == State.SUSPENDED for group in (*self.groups, *self.without) for u in group.units)


def shares(counts: Sequence[int]) -> tuple[str, ...]:
    """Each count in per cent of their sum at one place, by largest remainders (the earlier first), so that they make 100.0.

    Empty texts when the sum is 0.
    """
    total = sum(counts)
    if not total:
        return ("",) * len(counts)
    tenths = [count * _WHOLE // total for count in counts]
    order = sorted(range(len(counts)), key=lambda at: (-(counts[at] * _WHOLE % total), at))
    for at in order[: _WHOLE - sum(tenths)]:
        tenths[at] += 1
    return tuple(f"{each // 10}.{each % 10}" for each in tenths)


def sections(published: Published, language: Language) -> tuple[Section, ...]:
    """The list, one section a scheme and version. Only results in force and suspended ones are in it."""
    packs = {s.pack.rule: s.pack for s in published.standings if s.state in SHOWN}
    ordered = sorted(packs.values(), key=lambda pack: (pack.scheme, pack.rule))
    return tuple(_section(pack, [s for s in published.standings if s.pack.rule == pack.rule], language) for pack in ordered)


def _section(pack: RulePack, units: Iterable[Standing], language: Language) -> Section:
    shown = sorted((s for s in units if s.state in SHOWN), key=lambda s: s.result.sub)
    by_grade = [tuple(s for s in shown if s.result.grade == grade.grade) for grade in pack.grades]
    percents = shares([len(each) for each in by_grade])
    groups = zip((grade.words[language] for grade in pack.grades), by_grade, percents, strict=True)
    reasons: dict[str, list[Standing]] = {}
    for standing in shown:
        if standing.grade is None:
            reasons.setdefault(why_words(standing, language), []).append(standing)
    without = sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return Section(pack, tuple(Group(*group) for group in groups), tuple(Group(why, tuple(each)) for why, each in without))


def public_list(published: Published, language: Language = "zh") -> Table:
    """The list as one table: a row for every grade and reason with its count and percentage, then a row for every unit."""
    rows: list[tuple[str | int, ...]] = []
    for section in sections(published, language):
        rows += [(word("publication.list.sum", language), *row, "", "", "", "", "") for row in _sums(section, language)]
        rows += [(word("publication.list.unit", language), *row) for row in _units(section, language)]
    return Table(word("publication.list.sheet", language), _head(("kind", "scheme", *_SUM, *_UNIT), language), tuple(rows))


_SUM, _UNIT = ("grade", "count", "percent", "why"), ("name", "code", "region", "as_of", "state")


def public_list_sheets(published: Published, language: Language = "zh") -> tuple[Table, Table]:
    """The same as two tables for a workbook: the sums, and the units."""
    found = sections(published, language)
    sums = tuple(row for section in found for row in _sums(section, language))
    units = tuple((row[0], row[1], *row[4:]) for section in found for row in _units(section, language))
    return (
        Table(word("publication.list.sums", language), _head(("scheme", *_SUM), language), sums),
        Table(word("publication.list.sheet", language), _head(("scheme", "grade", "why", *_UNIT), language), units),
    )


def _head(names: Iterable[str], language: Language) -> tuple[str, ...]:
    return tuple(word(f"publication.column.{name}", language) for name in names)


def _sums(section: Section, language: Language) -> list[tuple[str | int, ...]]:
    title = section.pack.title[language]
    rows: list[tuple[str | int, ...]] = [(title, g.words, g.count, g.percent, "") for g in section.groups]
    none = word("publication.list.no_grade", language)
    return rows + [(title, none, g.count, "", g.words) for g in section.without]


def _units(section: Section, language: Language) -> list[tuple[str | int, ...]]:
    title, none = section.pack.title[language], word("publication.list.no_grade", language)
    found: list[tuple[str | int, ...]] = []
    for group in (*section.groups, *section.without):
        for unit in group.units:
            grade, why = (group.words, "") if unit.grade else (none, group.words)
            found.append((title, grade, "", "", why, *unit_cells(unit, language)))
    return found


def unit_cells(unit: Standing, language: Language) -> tuple[str, ...]:
    """Name, unified code or id, division code, the day it is as of, and the state."""
    result = unit.result
    code = unit_code(result) or result.unit.id
    return unit_name(result, language), code, result.unit.region or "", result.as_of, state_words(unit.state, language)


def public_list_html(published: Published, stated: Stated = NOTHING, language: Language = "zh") -> bytes:
    """The same as one page that loads nothing."""
    found = sections(published, language)
    return render(
        "list.html.j2",
        language,
        colours(found),
        title=word("publication.list.title", language, period=stated.period),
        authority=stated.authority or published.issuer,
        sections=found,
        day=china_day(published.moment),
        version=published.version,
        titled=titled,
        cells=unit_cells,
    )
