"""Checks of grades: each named grade exists, each grade can be reached, and the rules that move a grade can move it."""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground
from envcredit.scheme.checks.texts import Spot
from envcredit.scheme.model import GradeRule, LimitRule, Scheme, ScopeRule, ShiftRule, VetoRule


def named_grades(scheme: Scheme) -> Iterator[tuple[Spot, str, bool]]:
    """Every place that names a grade: the way to it, the grade, and whether a unit can come out with it because of this."""
    for key, rule in scheme.rules.items():
        way: Spot = ("rules", key)
        match rule:
            case GradeRule():
                yield from (((*way, "bands", n, "grade"), band.grade, True) for n, band in enumerate(rule.bands) if band.grade)
                yield from (((*way, "rows", n, "grade"), row.grade, True) for n, row in enumerate(rule.rows))
            case VetoRule():
                yield (*way, "grade"), rule.grade, True
            case LimitRule():
                yield from (((*way, end), grade, True) for end in ("at_most", "at_least") if (grade := getattr(rule, end)))
            case ScopeRule() if rule.refused:
                yield (*way, "refused", "grade"), rule.refused.grade, True
            case _:
                pass
    for key, consequence in scheme.consequences.items():
        yield from ((("consequences", key, "grades", n), grade, False) for n, grade in enumerate(consequence.grades))
        for table in ("share_of_base", "surcharge"):
            yield from ((("consequences", key, table, grade), grade, False) for grade in getattr(consequence, table) or ())


def grades_stand_once(ground: Ground) -> Iterator[Diagnostic]:
    """No grade is listed twice."""
    seen: dict[str, int] = {}
    for at, grade in enumerate(ground.scheme.grades):
        if grade.key in seen:
            yield ground.found("S220", ("grades", at), ("grades", seen[grade.key]), grade=grade.key)
        seen.setdefault(grade.key, at)


def grades_exist(ground: Ground) -> Iterator[Diagnostic]:
    """Whatever names a grade names one of the scheme."""
    known = [grade.key for grade in ground.scheme.grades]
    for spot, grade, _ in named_grades(ground.scheme):
        if grade not in known:
            yield ground.found("S221", spot, user=spot[1], grade=grade, known=", ".join(known))


def grades_are_reached(ground: Ground) -> Iterator[Diagnostic]:
    """In a complete scheme something leads to every grade: a band, row, veto, limit, refusal, or a shift from a neighbour."""
    rules = ground.scheme.rules.values()
    if ground.scheme.status != "complete" or not any(isinstance(rule, GradeRule) for rule in rules):
        return
    reached = {grade for _, grade, leads in named_grades(ground.scheme) if leads}
    keys = [grade.key for grade in ground.scheme.grades]
    for shift in (rule for rule in rules if isinstance(rule, ShiftRule)):
        reached |= set(_shifted(keys, reached, shift))
    for at, key in enumerate(keys):
        if key not in reached:
            yield ground.found("S222", ("grades", at), grade=key)


def _shifted(keys: list[str], reached: set[str], shift: ShiftRule) -> Iterator[str]:
    step = (shift.down or 0) - (shift.up or 0)
    for at, key in enumerate(keys):
        if key in reached:
            yield keys[min(max(at + step, 0), len(keys) - 1)]


def one_grade_rule(ground: Ground) -> Iterator[Diagnostic]:
    """A complete scheme has one rule that says which grade a unit gets, and no scheme has two."""
    keys = [key for key, rule in ground.scheme.rules.items() if isinstance(rule, GradeRule)]
    if not keys and ground.scheme.status == "complete":
        yield ground.found("S223", ("rules",), status=ground.scheme.status)
    if len(keys) > 1:
        yield ground.found("S224", *(("rules", key) for key in keys), rules=", ".join(keys))


def grade_rule_is_whole(ground: Ground) -> Iterator[Diagnostic]:
    """A grade by score has a score and bands with a grade; a worst-of grade has rows, the last of which remains."""
    for key, rule in ground.scheme.of_kind(GradeRule).items():
        way: Spot = ("rules", key)
        if rule.by == "score" and ground.scheme.score is None:
            yield ground.found("S225", (*way, "by"), rule=key)
        wanted, other = ("bands", "rows") if rule.by == "score" else ("rows", "bands")
        if getattr(rule, other) or not getattr(rule, wanted):
            yield ground.found("S226", way, rule=key, by=rule.by, wanted=wanted, other=other)
        for at, band in enumerate(rule.bands):
            unsaid = band.grade is None and ground.scheme.status == "complete"
            if unsaid or band.points is not None:
                yield ground.found("S227", (*way, "bands", at), rule=key, row=at + 1)
        remaining = [at for at, row in enumerate(rule.rows) if not row.kinds and row.when is None]
        if rule.rows and remaining != [len(rule.rows) - 1]:
            yield ground.found("S232", (*way, "rows", remaining[0] if remaining else len(rule.rows) - 1), rule=key)


def limits_have_one_end(ground: Ground) -> Iterator[Diagnostic]:
    """A limit is a ceiling or a floor, and forbids at least one grade."""
    keys = [grade.key for grade in ground.scheme.grades]
    for key, rule in ground.scheme.of_kind(LimitRule).items():
        if (rule.at_most is None) == (rule.at_least is None):
            yield ground.found("S228", ("rules", key), rule=key)
        for end, harmless in (("at_most", keys[0]), ("at_least", keys[-1])):
            if getattr(rule, end) == harmless:
                yield ground.found("S229", ("rules", key, end), rule=key, end=end, grade=harmless)


def shifts_have_one_way(ground: Ground) -> Iterator[Diagnostic]:
    """A shift goes down or up, by fewer steps than there are grades."""
    most = len(ground.scheme.grades) - 1
    for key, rule in ground.scheme.of_kind(ShiftRule).items():
        if (rule.down is None) == (rule.up is None):
            yield ground.found("S230", ("rules", key), rule=key)
        for way in ("down", "up"):
            if (getattr(rule, way) or 0) > most:
                yield ground.found("S231", ("rules", key, way), rule=key, steps=getattr(rule, way), most=most)


def multipliers_cover_grades(ground: Ground) -> Iterator[Diagnostic]:
    """A table of multipliers has a row for every grade; a surcharge may leave grades out."""
    for key, consequence in ground.scheme.consequences.items():
        if consequence.share_of_base is None:
            continue
        left = [grade.key for grade in ground.scheme.grades if grade.key not in consequence.share_of_base]
        if left:
            yield ground.found("S234", ("consequences", key, "share_of_base"), consequence=key, grades=", ".join(left))


CHECKS = (
    grades_stand_once,
    grades_exist,
    grades_are_reached,
    one_grade_rule,
    grade_rule_is_whole,
    limits_have_one_end,
    shifts_have_one_way,
    multipliers_cover_grades,
)
