"""Rules that change a score, told: points fixed or by table, what counts once, escalation and caps; tiers; measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from envcredit.scheme.conditions.tree import Type
from envcredit.scheme.model import Band, MeasureRule, PointRule, PointsTable, Tier, TierRule
from envcredit.scheme.prose.subjects import relief, subject, unknowns
from envcredit.scheme.prose.tables import band_rows, table
from envcredit.scheme.prose.voice import Voice
from envcredit.scheme.prose.windows import window_sentences


def told_points(voice: Voice, key: str, rule: PointRule) -> Iterator[str]:
    """A deduction, award or demerit."""
    who = subject(voice, key, rule, "each")
    first = []
    if isinstance(rule.points, Decimal):
        first = [voice.say(f"{rule.kind}.fixed", who=who, points=voice.points(rule.points))]
    else:
        yield from _by_table(voice, key, rule, who, rule.points)
    yield voice.sentences(
        [
            *first,
            *window_sentences(voice, rule.counts),
            *relief(voice, key, rule),
            *once(voice, key, rule),
            *escalation(voice, rule),
            *cap(voice, rule),
            *unknowns(voice, key, rule.missing),
        ]
    )


def _by_table(voice: Voice, key: str, rule: PointRule, who: str, points: PointsTable) -> Iterator[str]:
    by, type_ = voice.operand(key, points.by)
    if points.each is not None:
        yield voice.say(f"{rule.kind}.each", who=who, by=by, points=voice.points(points.each))
        return
    yield voice.say(f"{rule.kind}.table", who=who, by=by)
    head = [by, voice.say(f"{rule.kind}.column")]
    if points.table is not None:
        rows = [[voice.code(type_.list, code), voice.number(each)] for code, each in points.table.items()]
    else:
        rows = _band_rows(voice, points.bands, type_)
    yield from table(head, rows)


def _band_rows(voice: Voice, bands: Sequence[Band], type_: Type) -> list[list[str]]:
    rows = []
    for ends, band in band_rows(voice, bands, type_):
        named = voice.say("band.named", name=voice.of(band.words), ends=ends) if band.words else ends
        rows.append([named, voice.number(band.points or Decimal(0))])
    return rows


def once(voice: Voice, key: str, rule: PointRule) -> Iterator[str]:
    """What counts once, and which of several records does."""
    if rule.per is None:
        return
    keep = voice.say(f"keep.{rule.keep}")
    others = [other for other, each in voice.scheme.of_kind(PointRule).items() if other != key and each.together == rule.together]
    what = voice.say(f"per.{rule.per}") if rule.per in ("act", "unit") else voice.say("per", name=voice.attribute(rule.per))
    if rule.together is not None and others:
        yield voice.say("once.together", what=what, keep=keep, rules=voice.item_numbers(others))
    else:
        yield voice.say("once.alone", what=what, keep=keep)


def escalation(voice: Voice, rule: PointRule) -> Iterator[str]:
    """Points that grow from the n-th occurrence on."""
    if rule.repeat is None:
        return
    repeat = rule.repeat
    since = voice.say("repeat.since", nth=voice.nth(repeat.since))
    if repeat.within:
        since = voice.say("repeat.since_within", nth=voice.nth(repeat.since), term=voice.term(repeat.within))
    if repeat.multiply is not None:
        yield voice.say("repeat.multiply", since=since, times=repeat.multiply)
    elif repeat.add is not None:
        yield voice.say("repeat.add", since=since, points=voice.points(repeat.add))


def cap(voice: Voice, rule: PointRule) -> Iterator[str]:
    """The most that a rule may take or give."""
    if rule.cap:
        keep = voice.say(f"fill.{rule.cap.keep}")
        yield voice.say(f"{rule.kind}.cap", points=voice.points(rule.cap.points), keep=keep)


def told_tier(voice: Voice, key: str, rule: TierRule) -> Iterator[str]:
    """A weighted indicator."""
    yield voice.say("tier", weight=voice.percent(rule.weight))
    if rule.applies:
        yield voice.say("tier.applies", condition=voice.condition(key, rule.applies))
    yield from table([voice.say("tier.when"), voice.say("tier.points")], [_tier_row(voice, key, tier) for tier in rule.tiers])
    if any(isinstance(tier.points, tuple) for tier in rule.tiers):
        yield voice.say(f"tier.inside.{rule.inside_tier}")
    yield from unknowns(voice, key, rule.missing)


def _tier_row(voice: Voice, key: str, tier: Tier) -> list[str]:
    when = voice.condition(key, tier.when) if tier.when else voice.say("tier.remaining")
    words = f"{voice.of(tier.words)}{voice.say('colon')}{when}" if tier.words else when
    if isinstance(tier.points, tuple):
        return [words, voice.say("tier.range", low=voice.number(tier.points[0]), high=voice.number(tier.points[1]))]
    return [words, voice.number(tier.points)]


def told_measure_rule(voice: Voice, key: str, rule: MeasureRule) -> Iterator[str]:
    """Points once per unit, from one value."""
    by, type_ = voice.operand(key, rule.by)
    if rule.when:
        yield voice.say(f"{rule.effect}.measure_where", by=by, condition=voice.condition(key, rule.when))
    else:
        yield voice.say(f"{rule.effect}.measure", by=by)
    yield from table([by, voice.say(f"{rule.effect}.column")], _band_rows(voice, rule.bands, type_))
    yield from unknowns(voice, key, rule.missing)
