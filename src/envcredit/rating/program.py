"""A scheme made ready to run: its rules numbered, their conditions parsed and typed, every number a scaled integer.

The engine sees nothing of YAML; it sees these small tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from envcredit.base.amounts import SHARE_PLACES, scaled
from envcredit.base.vocabulary import Vocabulary
from envcredit.scheme.bands import Interval, normalised
from envcredit.scheme.conditions.parse import condition, measure, operand
from envcredit.scheme.conditions.tree import Condition, Measure, Name, Quotient, Scalar, Type, names_in, type_of
from envcredit.scheme.conditions.typing import Names, bound, names_for, value_types
from envcredit.scheme.model import (
    Band,
    DeriveRule,
    GradeRow,
    GradeRule,
    GradeStepRule,
    GroupRule,
    MeasureRule,
    PointRule,
    PointsTable,
    RepairRule,
    Scheme,
    ScopeRule,
    TermTable,
    TierRule,
    Window,
)

MEMBER = "member"


def rule_of(key: str) -> str:
    """The rule of a program: the rows of a worst-of grade are programs of their own, ``grade#0``, ``grade#1``, …"""
    return key.partition("#")[0]


@dataclass(frozen=True, slots=True)
class Tariff:
    """Points by value: ``by`` is looked up in half-open ``intervals`` or among ``codes``; ``each`` multiplies it.

    ``points`` holds steps of the score, one entry per interval or code, and a single one for fixed points.
    """

    points: tuple[int, ...]
    by: Name | Quotient | None = None
    intervals: tuple[Interval, ...] = ()
    codes: tuple[str | int, ...] = ()
    each: int = 0


@dataclass(frozen=True, slots=True)
class Dating:
    """A window, and the code that stands in where the one that its term depends on is unknown (none: nothing stands in)."""

    window: Window
    assumed_code: Scalar | None = None

    @property
    def term_code(self) -> str:
        """The attribute that the length of the term depends on, or ''."""
        return self.window.lasts.by if isinstance(self.window.lasts, TermTable) else ""


@dataclass(frozen=True, slots=True)
class FactProgram:
    """One rule that looks at facts. ``number`` is its place, from 1; ``level`` the pass in which its values are known."""

    number: int
    key: str
    clause: str
    level: int
    kinds: tuple[str, ...]
    of_members: bool
    when: Condition | None
    unless: Condition | None
    dating: Dating | None
    dated_by: tuple[Name, ...]
    missing: Mapping[str, str]
    assumed: Mapping[str, Scalar]
    repairable: bool
    tariff: Tariff | None
    value: Measure | None
    none: Scalar | None
    enough: int
    rule: PointRule | DeriveRule | GroupRule | GradeStepRule | GradeRow

    def names(self) -> frozenset[Name]:
        """Every name that decides whether, from when, how long and how much a fact counts."""
        by = self.tariff.by if self.tariff else None
        parts: list[Condition | Measure | Name | None] = [self.when, self.unless, self.value, by, *self.dated_by]
        return frozenset(name for part in parts if part is not None for name in names_in(part))


@dataclass(frozen=True, slots=True)
class UnitProgram:
    """One rule that looks at values of the unit alone: a measure, a tier, or a step of the grade without facts."""

    number: int
    key: str
    clause: str
    when: Condition | None
    missing: Mapping[str, str]
    assumed: Mapping[str, Scalar]
    tariff: Tariff | None
    tiers: tuple[Condition | None, ...]
    rule: MeasureRule | TierRule | GradeStepRule | GradeRow

    def names(self) -> frozenset[Name]:
        """Every name that decides this rule."""
        parts: list[Condition | Measure | Name | None] = [self.when, self.tariff.by if self.tariff else None, *self.tiers]
        return frozenset(name for part in parts if part is not None for name in names_in(part))


@dataclass(frozen=True, slots=True)
class RepairProgram:
    """One repair rule."""

    key: str
    kinds: tuple[str, ...]
    when: Condition | None
    assumed: Mapping[str, Scalar]
    share: int
    rule: RepairRule


@dataclass(frozen=True, slots=True)
class ScopeProgram:
    """One scope rule."""

    key: str
    rated: Condition | None
    not_rated: tuple[Condition, ...]
    refused: Condition | None
    rule: ScopeRule


@dataclass(frozen=True, slots=True)
class Program:
    """All of a scheme, ready to run. ``values`` names every derived value with its type."""

    scheme: Scheme
    facts: tuple[FactProgram, ...]
    units: tuple[UnitProgram, ...]
    repairs: tuple[RepairProgram, ...]
    scopes: tuple[ScopeProgram, ...]
    values: Mapping[str, Type]

    def names(self) -> frozenset[Name]:
        """Every name that any condition of the scheme uses."""
        repairs = [name for r in self.repairs if r.when for name in names_in(r.when)]
        scopes = [name for s in self.scopes for c in (s.rated, s.refused, *s.not_rated) if c for name in names_in(c)]
        facts = [name for program in self.facts for name in program.names()]
        return frozenset([*repairs, *scopes, *facts, *(name for program in self.units for name in program.names())])

    def attributes(self) -> frozenset[str]:
        """Every attribute and state of a fact that the scheme looks at, and what tiers and earlier grades need."""
        named = {n.name for n in self.names() if n.where == "fact"}
        for program in self.facts:
            named |= window_attributes(program.dating)
            if isinstance(program.rule, PointRule) and program.rule.per not in (None, "unit"):
                named.add(str(program.rule.per))
        return frozenset(named | {repair.rule.since for repair in self.repairs})

    @property
    def datings(self) -> tuple[Dating, ...]:
        """The distinct windows, in the order in which rules first use them."""
        found: list[Dating] = []
        for program in self.facts:
            if program.dating and program.dating not in found:
                found.append(program.dating)
        return tuple(found)

    @property
    def levels(self) -> tuple[int, ...]:
        """Passes in order: a rule is asked in the first one in which every value that it names is known."""
        return tuple(sorted({p.level for p in self.facts}))


def window_attributes(dating: Dating | None) -> set[str]:
    """The attributes of a fact that decide from when to when it counts."""
    if dating is None:
        return set()
    window = dating.window
    once = window.shortened.once if window.shortened else None
    return {name for name in (window.first, window.until, window.before, dating.term_code, once) if name}


def steps_of(points: Decimal | Fraction | int, scheme: Scheme) -> int:
    """Points as whole steps of the score. Raises ``ValueError`` when they are not a multiple (checked before)."""
    step = Fraction(scheme.score.step) if scheme.score else Fraction(1)
    return scaled(Fraction(points) / step, 0)


class Compiler:
    """Reads the conditions of one scheme against one vocabulary."""

    def __init__(self, scheme: Scheme, vocabulary: Vocabulary) -> None:
        self._scheme = scheme
        self._vocabulary = vocabulary

    def program(self) -> Program:
        """The scheme as numbered programs, in the order of its files."""
        return Program(
            scheme=self._scheme,
            facts=tuple(self._fact_programs()),
            units=tuple(self._unit_programs()),
            repairs=tuple(self._repair(key, rule) for key, rule in self._scheme.of_kind(RepairRule).items()),
            scopes=tuple(self._scope(key, rule) for key, rule in self._scheme.of_kind(ScopeRule).items()),
            values=value_types(self._scheme, self._vocabulary),
        )

    def _names(self, key: str, kinds: tuple[str, ...] | None = None) -> Names:
        return names_for(self._scheme, self._vocabulary, key, kinds)

    def _fact_programs(self) -> Iterator[FactProgram]:
        levels = levels_of(self._scheme, self._vocabulary)
        for number, (key, rule) in enumerate(fact_rules(self._scheme), start=1):
            program = self._fact_program(number, key, rule)
            needs = [levels[name.name] for name in program.names() if name.where == "value"]
            yield replace(program, level=max(needs, default=-1) + 1)

    def _fact_program(
        self, number: int, key: str, rule: PointRule | DeriveRule | GroupRule | GradeStepRule | GradeRow
    ) -> FactProgram:
        kinds = (MEMBER,) if isinstance(rule, GroupRule) else rule.kinds
        names = self._names(rule_of(key), kinds)
        value = measure(rule.value, names) if isinstance(rule, DeriveRule | GroupRule) else None
        assumed = _assumed(getattr(rule, "missing", {}), names)
        dating = _dating(getattr(rule, "counts", None), assumed)
        dated_by = (names.find(name) for name in (dating.window.first, dating.term_code)) if dating else ()
        return FactProgram(
            number=number,
            key=key,
            clause=self._clause(key, rule),
            level=0,
            kinds=kinds,
            of_members=getattr(rule, "of", "own") == "members",
            when=_parsed(rule.when, names),
            unless=_parsed(getattr(rule, "unless", None), names),
            dating=dating,
            dated_by=tuple(name for name in dated_by if name),
            missing=getattr(rule, "missing", {}),
            assumed=assumed,
            repairable=getattr(rule, "repair", "none") == "applies",
            tariff=self._tariff(rule, names) if isinstance(rule, PointRule) else None,
            value=value,
            none=_none_value(rule, type_of(value)) if value is not None else None,
            enough=getattr(rule, "enough", 0),
            rule=rule,
        )

    def _clause(self, key: str, rule: object) -> str:
        own = getattr(rule, "clause", None)
        return str(own or self._scheme.rules[rule_of(key)].clause)

    def _tariff(self, rule: PointRule, names: Names) -> Tariff:
        points = rule.points
        if not isinstance(points, PointsTable):
            return Tariff((self._steps(points),))
        by = operand(points.by, names)
        if points.each is not None:
            return Tariff((), by, each=self._steps(points.each))
        if points.table is not None:
            codes = tuple(bound(code, type_of(by)) for code in points.table)
            return Tariff(tuple(self._steps(p) for p in points.table.values()), by, codes=codes)
        return self._banded(points.bands, by)

    def _banded(self, bands: tuple[Band, ...], by: Name | Quotient) -> Tariff:
        points = tuple(self._steps(band.points or Decimal(0)) for band in bands)
        return Tariff(points, by, normalised(bands, type_of(by)))

    def _steps(self, points: Decimal) -> int:
        return steps_of(points, self._scheme)

    def _unit_programs(self) -> Iterator[UnitProgram]:
        for number, (key, rule) in enumerate(unit_rules(self._scheme), start=1):
            names = self._names(rule_of(key), ())
            tiers = rule.tiers if isinstance(rule, TierRule) else ()
            when = rule.applies if isinstance(rule, TierRule) else rule.when
            tariff = self._banded(rule.bands, operand(rule.by, names)) if isinstance(rule, MeasureRule) else None
            yield UnitProgram(
                number=number,
                key=key,
                clause=self._clause(key, rule),
                when=_parsed(when, names),
                missing=rule.missing,
                assumed=_assumed(rule.missing, names),
                tariff=tariff,
                tiers=tuple(_parsed(tier.when, names) for tier in tiers),
                rule=rule,
            )

    def _repair(self, key: str, rule: RepairRule) -> RepairProgram:
        names = self._names(key, rule.of)
        share = scaled(rule.share, SHARE_PLACES)
        return RepairProgram(key, rule.of, _parsed(self._in_force(rule), names), _assumed(rule.missing, names), share, rule)

    def _in_force(self, rule: RepairRule) -> str | None:
        """The condition of a repair rule, and that its clause is in force on the day of the rating."""
        clause = self._scheme.clauses[rule.clause]
        parts = [f"({rule.when})"] if rule.when else []
        parts += [f"as_of >= {clause.valid_from}"] if clause.valid_from else []
        parts += [f"as_of <= {clause.valid_to}"] if clause.valid_to else []
        return " and ".join(parts) or None

    def _scope(self, key: str, rule: ScopeRule) -> ScopeProgram:
        names = self._names(key, ())
        refused = condition(rule.refused.when, names) if rule.refused else None
        reasons = tuple(condition(row.when, names) for row in rule.not_rated)
        return ScopeProgram(key, _parsed(rule.rated, names), reasons, refused, rule)


def fact_rules(scheme: Scheme) -> Iterator[tuple[str, PointRule | DeriveRule | GroupRule | GradeStepRule | GradeRow]]:
    """Every rule (and every row of a worst-of grade, as ``key#index``) that looks at facts."""
    for key, rule in scheme.rules.items():
        if isinstance(rule, PointRule | DeriveRule | GroupRule) or (isinstance(rule, GradeStepRule) and rule.kinds):
            yield key, rule
        elif isinstance(rule, GradeRule):
            yield from ((f"{key}#{i}", row) for i, row in enumerate(rule.rows) if row.kinds)


def unit_rules(scheme: Scheme) -> Iterator[tuple[str, MeasureRule | TierRule | GradeStepRule | GradeRow]]:
    """Every rule that looks at values of the unit alone."""
    for key, rule in scheme.rules.items():
        if isinstance(rule, MeasureRule | TierRule) or (isinstance(rule, GradeStepRule) and not rule.kinds):
            yield key, rule
        elif isinstance(rule, GradeRule):
            yield from ((f"{key}#{i}", row) for i, row in enumerate(rule.rows) if not row.kinds and row.when)


def levels_of(scheme: Scheme, vocabulary: Vocabulary) -> dict[str, int]:
    """The pass in which each derived value can be computed: 0 for values of facts alone, else one more than its own needs.

    Raises ``ValueError`` on a cycle, which the checks report before.
    """
    rules: dict[str, DeriveRule | GroupRule] = {**scheme.of_kind(DeriveRule), **scheme.of_kind(GroupRule)}
    needs = {key: {n.name for n in _names_of(scheme, vocabulary, key, rule) if n.where == "value"} for key, rule in rules.items()}
    levels: dict[str, int] = {}
    while len(levels) < len(needs):
        ready = {k for k, wanted in needs.items() if k not in levels and wanted <= levels.keys()}
        if not ready:
            raise ValueError(f"derived values need each other: {sorted(needs.keys() - levels.keys())}")
        for key in sorted(ready):
            levels[key] = max((levels[n] + 1 for n in needs[key]), default=0)
    return levels


def _names_of(scheme: Scheme, vocabulary: Vocabulary, key: str, rule: DeriveRule | GroupRule) -> Iterator[Name]:
    kinds = (MEMBER,) if isinstance(rule, GroupRule) else rule.kinds
    names = names_for(scheme, vocabulary, key, kinds)
    for text in (rule.when, getattr(rule, "unless", None)):
        if text:
            yield from names_in(condition(text, names))
    yield from names_in(measure(rule.value, names))


def _parsed(text: str | None, names: Names) -> Condition | None:
    return condition(text, names) if text else None


def _dating(window: Window | None, assumed: Mapping[str, Scalar]) -> Dating | None:
    if window is None:
        return None
    return Dating(window, assumed.get(Dating(window).term_code))


def _assumed(missing: Mapping[str, str], names: Names) -> dict[str, Scalar]:
    """Values that stand in for an unknown one (``missing: {fine: assume CNY 0}``)."""
    pairs = ((name, text.removeprefix("assume ")) for name, text in missing.items() if text.startswith("assume "))
    return {name: _literal(text, names.lookup(name).type) for name, text in pairs}


def _none_value(rule: object, kind: Type) -> Scalar | None:
    text = getattr(rule, "none", None)
    return None if text is None else _literal(text, kind)


def _literal(text: str, kind: Type) -> Scalar:
    value = bound(text, kind)
    return date(1970, 1, 1) + timedelta(days=int(value)) if kind.name == "day" else value
