"""Checks of windows: the days they start from and end on, and the terms in between."""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.base.days import Term
from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground, type_word
from envcredit.scheme.checks.texts import Spot
from envcredit.scheme.model import FactRule, GradeRow, GradeRule, GradeStepRule, Scheme, TermTable, Window

Looking = FactRule | GradeStepRule | GradeRow


def looking_rules(scheme: Scheme) -> Iterator[tuple[Spot, Looking]]:
    """Everything that may look at facts: fact rules, grade steps and rows of a worst-of grade."""
    for key, rule in scheme.rules.items():
        if isinstance(rule, FactRule | GradeStepRule):
            yield ("rules", key), rule
        elif isinstance(rule, GradeRule):
            yield from ((("rules", key, "rows", at), row) for at, row in enumerate(rule.rows))


def windows(scheme: Scheme) -> Iterator[tuple[Spot, Looking, Window]]:
    """Every window with the rule that it belongs to."""
    for way, rule in looking_rules(scheme):
        if rule.counts is not None:
            yield (*way, "counts"), rule, rule.counts


def facts_have_windows(ground: Ground) -> Iterator[Diagnostic]:
    """A rule that looks at facts says how long they count, and a rule without facts has no window."""
    for way, rule in looking_rules(ground.scheme):
        if rule.kinds and rule.counts is None:
            yield ground.found("S240", (*way, "from"), rule=way[1], kinds=", ".join(rule.kinds))
        if rule.counts is not None and not rule.kinds:
            yield ground.found("S241", (*way, "counts"), rule=way[1])


def window_days(window: Window) -> Iterator[tuple[str, str]]:
    """The attributes that a window names as days, with the word they stand under."""
    yield "from", window.first
    if window.until:
        yield "until", window.until
    if window.before:
        yield "before", window.before
    if window.shortened:
        yield "shortened", window.shortened.once


def windows_name_days(ground: Ground) -> Iterator[Diagnostic]:
    """A window starts from, ends on and is shortened by days that every record kind of the rule has."""
    for way, rule, window in windows(ground.scheme):
        for end, name in window_days(window):
            spot = (*way, end, "once") if end == "shortened" else (*way, end)
            found = ground.attribute(name, rule.kinds)
            if found is None:
                yield ground.found("S242", spot, rule=way[1], end=end, name=name, kinds=", ".join(rule.kinds))
            elif found.type != "day":
                yield ground.found("S243", spot, rule=way[1], end=end, name=name, type=type_word(found.type))


def term_tables_fit(ground: Ground) -> Iterator[Diagnostic]:
    """A term that depends on a code names a code of the record kinds and has a term for each word of its list."""
    for way, rule, window in windows(ground.scheme):
        if not isinstance(window.lasts, TermTable):
            continue
        found = ground.attribute(window.lasts.by, rule.kinds)
        if found is None or found.type != "code":
            yield ground.found("S244", (*way, "for", "by"), rule=way[1], name=window.lasts.by)
            continue
        codes = ground.vocabulary.codes(found.list)
        for code in window.lasts.table:
            if code not in codes:
                yield ground.found("S245", (*way, "for", "table", code), rule=way[1], word=code, known=", ".join(codes))
        left = [code for code in codes if code not in window.lasts.table]
        if left:
            yield ground.found("S246", (*way, "for", "table"), rule=way[1], name=found.name, codes=", ".join(left))


def shortened_is_shorter(ground: Ground) -> Iterator[Diagnostic]:
    """A shortened term has a term to shorten, and is shorter than it."""
    for way, _, window in windows(ground.scheme):
        if window.shortened is None:
            continue
        if window.lasts is None:
            yield ground.found("S247", (*way, "shortened"), rule=way[1])
            continue
        terms = window.lasts.table.values() if isinstance(window.lasts, TermTable) else [window.lasts]
        if not any(_shorter(window.shortened.to, full) for full in terms):
            longest = max(terms, key=lambda each: (each.unit, each.count))
            yield ground.found("S248", (*way, "shortened", "to"), rule=way[1], to=window.shortened.to, full=longest)


def _shorter(one: Term, other: Term) -> bool:
    days = {"day": 1, "month": 31}
    return one.count * days[one.unit] < other.count * days[other.unit]


def period_has_days(ground: Ground) -> Iterator[Diagnostic]:
    """``within: period`` needs a period that has a first day; a snapshot is one day."""
    if ground.scheme.period.kind != "snapshot":
        return
    for way, _, window in windows(ground.scheme):
        if window.within:
            yield ground.found("S249", (*way, "within"), ("period",), rule=way[1])


def carried_facts_can_be_rectified(ground: Ground) -> Iterator[Diagnostic]:
    """``carry: while not rectified`` looks at records that a rectification can refer to."""
    amended = ground.vocabulary.kinds["rectification"].amends
    for way, rule, window in windows(ground.scheme):
        others = [kind for kind in rule.kinds if kind not in amended]
        if window.carry and others:
            yield ground.found("S239", (*way, "carry"), rule=way[1], kinds=", ".join(others), amended=", ".join(amended))


CHECKS = (
    facts_have_windows,
    windows_name_days,
    term_tables_fit,
    shortened_is_shorter,
    period_has_days,
    carried_facts_can_be_rectified,
)
