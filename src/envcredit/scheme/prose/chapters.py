"""The chapters of a told scheme, each a function from a voice to lines; a chapter without lines is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from envcredit.scheme.model import (
    DeriveRule,
    GradeRule,
    GroupRule,
    LimitRule,
    MeasureRule,
    PointRule,
    RepairRule,
    Rule,
    Scheme,
    ScopeRule,
    ShiftRule,
    TierRule,
    VetoRule,
)
from envcredit.scheme.prose.points import told_measure_rule, told_points, told_tier
from envcredit.scheme.prose.steps import told_grades, told_repair, told_step
from envcredit.scheme.prose.subjects import relief, subject, unknowns
from envcredit.scheme.prose.voice import Voice
from envcredit.scheme.prose.windows import window_sentences

Chapter = Callable[[Voice], Iterable[str]]
INITIAL_SCORE = "initial_score"
"""The gap that a scheme names which counts points, or may do so, in a way that is not known."""


def _item(voice: Voice, number: int, rule: Rule, lines: Iterable[str]) -> Iterator[str]:
    yield f"**{number}. {voice.of(rule.words)}**{voice.clause(rule.clause)}"
    yield ""
    yield from lines
    yield from _duty_and_note(voice, rule)
    yield ""


def _duty_and_note(voice: Voice, rule: Rule) -> Iterator[str]:
    for key, words in (("duty", rule.duty), ("note", rule.note)):
        if words:
            yield ""
            yield voice.say(key, **{key: voice.of(words)})


def scope(voice: Voice) -> Iterator[str]:
    """Who is rated, who is not and why, and what refusing leads to."""
    types = voice.listed((voice.code("unit_type", each) for each in voice.scheme.rates), "and")
    scopes = voice.scheme.of_kind(ScopeRule)
    if not any(rule.rated for rule in scopes.values()):
        yield voice.say("scope.all", types=types)
        yield ""
    for key, rule in scopes.items():
        yield from _told_scope(voice, key, rule)
        yield from _duty_and_note(voice, rule)
        yield ""


def _told_scope(voice: Voice, key: str, rule: ScopeRule) -> Iterator[str]:
    types = voice.listed((voice.code("unit_type", each) for each in voice.scheme.rates), "and")
    if rule.rated:
        condition = voice.condition(key, rule.rated)
        yield voice.say("scope.rated", types=types, condition=condition, clause=voice.clause(rule.clause))
        yield ""
    if rule.not_rated:
        yield voice.say("scope.not_rated")
        yield ""
        for number, reason in enumerate(rule.not_rated, 1):
            condition = voice.condition(key, reason.when)
            yield f"{number}. " + voice.say("scope.reason", reason=voice.of(reason.words), condition=condition)
        yield ""
    if rule.refused:
        condition = voice.condition(key, rule.refused.when)
        yield voice.say("scope.refused", condition=condition, grade=voice.grade(rule.refused.grade))


def reckoning(voice: Voice) -> Iterator[str]:
    """Period, how terms are reckoned, start value, bounds and direction."""
    scheme = voice.scheme
    length = voice.term(scheme.period.length) if scheme.period.length else ""
    yield voice.say(f"period.{scheme.period.kind}", length=length)
    yield ""
    yield voice.sentences(
        [voice.say(f"month_end.{scheme.calendar.month_end}"), voice.say(f"term_ends.{scheme.calendar.term_ends}")]
    )
    yield ""
    if scheme.score is None:
        yield voice.say("score.open" if INITIAL_SCORE in scheme.missing else "score.none")
    else:
        yield voice.sentences(told_score(voice))
    yield ""


def told_score(voice: Voice) -> Iterator[str]:
    """Start value, bounds, direction and step of a scheme that has a score."""
    score = voice.scheme.score
    assert score is not None
    if score.weighted:
        yield voice.say("score.weighted", rounding=voice.say(f"rounding.{score.rounding}"))
    elif score.start is None:
        yield voice.say("score.no_start")
    else:
        yield voice.say("score.start", start=voice.points(score.start))
    yield voice.say(f"score.better.{score.better}")
    if score.ceiling is not None:
        yield voice.say("score.ceiling", points=voice.points(score.ceiling))
    if score.floor is not None:
        yield voice.say("score.floor", points=voice.points(score.floor))
    yield voice.say("score.step", step=voice.points(score.step))


def indicators(voice: Voice) -> Iterator[str]:
    """Rules that change the score, by part."""
    rules = {key: rule for key, rule in voice.scheme.rules.items() if isinstance(rule, PointRule | TierRule | MeasureRule)}
    for at, part in enumerate([*voice.scheme.parts, None], 1):
        inside = {key: rule for key, rule in rules.items() if rule.part == part}
        if inside and voice.scheme.parts:
            yield voice.heading(at, _part_title(voice, part))
            yield ""
        for key, rule in inside.items():
            yield from _item(voice, voice.items[key], rule, _told_indicator(voice, key, rule))


def _part_title(voice: Voice, part: str | None) -> str:
    if part is None:
        return voice.say("part.other")
    found = voice.scheme.parts[part]
    if found.cap is None:
        return voice.of(found.words)
    return voice.say("part.capped", part=voice.of(found.words), points=voice.points(found.cap))


def _told_indicator(voice: Voice, key: str, rule: PointRule | TierRule | MeasureRule) -> Iterable[str]:
    match rule:
        case PointRule():
            return told_points(voice, key, rule)
        case TierRule():
            return told_tier(voice, key, rule)
    return told_measure_rule(voice, key, rule)


def grades(voice: Voice) -> Iterator[str]:
    """How a unit comes by its grade, and in which order the rules on grades are applied."""
    for key, rule in voice.scheme.of_kind(GradeRule).items():
        yield from told_grades(voice, key, rule)
        yield from _duty_and_note(voice, rule)
        yield ""
    yield from _grades_without_a_way(voice)
    used = [voice.say(f"order.{step}") for step in _steps_used(voice.scheme)]
    if len(used) > 1:
        scope = [voice.say("order.scope")] if voice.scheme.of_kind(ScopeRule) else []
        yield voice.sentences([voice.say("order", steps=voice.say("list.then").join(used)), *scope])
        yield ""


def _grades_without_a_way(voice: Voice) -> Iterator[str]:
    """Grades that no rule on grades leads to; a table over the score lists every grade."""
    rules = voice.scheme.of_kind(GradeRule).values()
    if any(rule.by == "score" for rule in rules):
        return
    led_to = {row.grade for rule in rules for row in rule.rows}
    left = [voice.of(grade.words) for grade in voice.scheme.grades if grade.key not in led_to]
    if left:
        yield voice.say("grade.no_way", grades=voice.say("list.comma").join(left))
        yield ""


def _steps_used(scheme: Scheme) -> Iterator[str]:
    """The steps from the score to the final grade that a scheme takes, in the order in which they are taken."""
    limits = scheme.of_kind(LimitRule).values()
    taken = {
        "score": scheme.of_kind(GradeRule),
        "at_least": [rule for rule in limits if rule.at_least],
        "shift": scheme.of_kind(ShiftRule),
        "at_most": [rule for rule in limits if rule.at_most],
        "veto": scheme.of_kind(VetoRule),
    }
    yield from (step for step, rules in taken.items() if rules)


def _steps(kind: type[VetoRule] | type[LimitRule] | type[ShiftRule]) -> Chapter:
    def lines(voice: Voice) -> Iterator[str]:
        for number, (key, rule) in enumerate(voice.scheme.of_kind(kind).items(), 1):
            yield from _item(voice, number, rule, told_step(voice, key, rule))

    return lines


vetoes, limits, shifts = _steps(VetoRule), _steps(LimitRule), _steps(ShiftRule)


def repair(voice: Voice) -> Iterator[str]:
    """When a record stops counting or counts for less."""
    for number, (key, rule) in enumerate(voice.scheme.of_kind(RepairRule).items(), 1):
        yield from _item(voice, number, rule, [voice.sentences(told_repair(voice, key, rule))])


def values(voice: Voice) -> Iterator[str]:
    """Derived values, as definitions."""
    for key, rule in voice.scheme.of_kind(DeriveRule).items():
        yield "- " + _told_derived(voice, key, rule)
    for key, group in voice.scheme.of_kind(GroupRule).items():
        yield "- " + _told_group(voice, key, group)


def _told_derived(voice: Voice, key: str, rule: DeriveRule) -> str:
    over = voice.say("value.over", who=subject(voice, key, rule, "over"))
    none = [voice.say("value.none", value=voice.assumed(rule.none))] if rule.none is not None else []
    rest = [*window_sentences(voice, rule.counts), *relief(voice, key, rule), *none]
    return voice.sentences([_definition(voice, key, rule), over, *rest, *unknowns(voice, key, rule.missing)])


def _told_group(voice: Voice, key: str, rule: GroupRule) -> str:
    members = [voice.say("value.members_where", condition=voice.condition(key, rule.when))] if rule.when else []
    enough = [voice.say("value.enough", count=rule.enough)] if rule.enough > 1 else []
    return voice.sentences([_definition(voice, key, rule), *members, *enough])


def _definition(voice: Voice, key: str, rule: DeriveRule | GroupRule) -> str:
    value = voice.measure(key, rule.value)
    return voice.say("value", name=voice.of(rule.words), value=value, clause=voice.clause(rule.clause))


def told_rule(voice: Voice, key: str) -> Iterator[str]:
    """One rule alone, as its chapter tells it, without its heading."""
    match voice.scheme.rules[key]:
        case PointRule() | TierRule() | MeasureRule() as rule:
            yield from _told_indicator(voice, key, rule)
        case VetoRule() | LimitRule() | ShiftRule() as rule:
            yield from told_step(voice, key, rule)
        case GradeRule() as rule:
            yield from told_grades(voice, key, rule)
        case RepairRule() as rule:
            yield from told_repair(voice, key, rule)
        case DeriveRule() as rule:
            yield _told_derived(voice, key, rule)
        case GroupRule() as rule:
            yield _told_group(voice, key, rule)
        case ScopeRule() as rule:
            yield from _told_scope(voice, key, rule)
