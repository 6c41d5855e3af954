"""From counted picks to points: escalation, one act once, what a repair leaves, and the caps.

Each step keeps its trace: a fact that gives way to another is ignored with the other's id; a point that a cap cuts says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.engine import Keeper
from envcredit.rating.exact import day_number, divided
from envcredit.rating.expression import moved
from envcredit.rating.picks import COUNTED, Reading
from envcredit.rating.program import steps_of
from envcredit.rating.repairs import WHOLE
from envcredit.scheme.model import PointRule, Scheme

SCORING = ["deduct", "award", "demerit"]
OCCURRED = [COUNTED, "lapsed", "outside_period"]


def scored(keeper: Keeper, pick: ir.Table, reading: Reading) -> ir.Table:
    """Counted picks of scoring rules with ``steps_raw``, ``steps_counted`` (without sign), ``why_less``, ``kept_instead``."""
    program = reading.program
    scheme = program.scheme
    rules = [(p, p.rule) for p in program.facts if isinstance(p.rule, PointRule)]
    taken = pick.filter(pick.effect.isin(SCORING))
    priced = taken.filter(taken.status == COUNTED)
    if any(r.repeat for _p, r in rules):
        priced = keeper.keep("paid", priced)
        priced = keeper.keep("escalated", _escalated(priced, taken, [(p.number, r) for p, r in rules if r.repeat], scheme))
    repaired = priced.repaired_from <= priced.as_of
    halved = priced.mutate(
        steps_counted=ibis.cases((repaired, divided(priced.steps_raw * priced.repair_share, WHOLE)), else_=priced.steps_raw),
        why_less=ibis.cases((repaired & (priced.repair_share < WHOLE), "repaired"), else_=""),
    )
    once = _one_act_once(halved, [(p.number, r.per) for p, r in rules if r.per])
    return keeper.keep("scored", _capped_by_rule(once) if any(r.cap for _p, r in rules) else once)


def _escalated(priced: ir.Table, taken: ir.Table, repeating: Sequence[tuple[int, PointRule]], scheme: Scheme) -> ir.Table:
    """The n-th occurrence costs more: multiplied or increased from ``repeat.from`` on.

    Within a stated term earlier facts are occurrences even if they have lapsed by themselves; without one, only facts that
    count today are. What was revoked, repaired or ended must not be used against the unit in any way.
    """
    occurred = taken.filter(taken.repeat_from.notnull() & taken.status.isin(OCCURRED))
    still = occurred.status == COUNTED
    other = occurred.select("unit_id", "rule_no", other_day="since", other_id="record_id", other_counts=still).view()
    pairs = priced.select("unit_id", "rule_no", "record_id", "since").join(other, ["unit_id", "rule_no"])
    earlier = (pairs.other_day < pairs.since) | ((pairs.other_day == pairs.since) & (pairs.other_id <= pairs.record_id))
    near = ibis.cases(*((pairs.rule_no == number, _near(pairs, rule, scheme)) for number, rule in repeating), else_=False)
    nth = pairs.filter(earlier & near).group_by("unit_id", "rule_no", "record_id").agg(nth=_.count())
    joined = priced.left_join(nth, ["unit_id", "rule_no", "record_id"]).select(priced, "nth")
    dearer = joined.steps_raw * joined.repeat_multiply + joined.repeat_add
    return joined.mutate(steps_raw=ibis.cases((joined.nth >= joined.repeat_from, dearer), else_=joined.steps_raw)).drop("nth")


def _near(pairs: ir.Table, rule: PointRule, scheme: Scheme) -> Any:
    assert rule.repeat is not None
    if rule.repeat.within is None:
        return pairs.other_counts
    return pairs.other_day > moved(pairs.since, rule.repeat.within, -1, scheme.calendar.month_end)


def _one_act_once(priced: ir.Table, grouped: Sequence[tuple[int, str | None]]) -> ir.Table:
    """``per: act, keep: highest``: of the picks of one act only the first by ``keep`` counts, across rules that go together."""
    if not grouped:
        return priced.mutate(kept_instead=ibis.literal(""))
    numbers: dict[str, list[int]] = {}
    for number, per in grouped:
        numbers.setdefault(str(per), []).append(number)
    own = ibis.literal("=") + priced.record_id
    keys = [(priced.rule_no.isin(found), _shared(priced, per, own)) for per, found in numbers.items()]
    keyed = priced.mutate(act_key=ibis.cases(*keys, else_=own + priced.rule_no.cast("string")))
    order = [*_order(keyed, keyed.keep_dearest, keyed.keep_latest), keyed.record_id, keyed.rule_no]
    window = ibis.window(group_by=["unit_id", "together", "act_key"], order_by=order)
    first = keyed.mutate(place=ibis.row_number().over(window), first_id=keyed.record_id.first().over(window))
    kept = first.mutate(kept_instead=ibis.cases((first.place > 0, first.first_id), else_=""))
    return kept.mutate(steps_counted=ibis.cases((kept.place > 0, 0), else_=kept.steps_counted)).drop(
        "place", "first_id", "act_key"
    )


def _shared(row: ir.Table, per: str, own: Any) -> Any:
    return ibis.literal("unit") if per == "unit" else ibis.coalesce(row[per].cast("string").nullif(""), own)


def _order(row: ir.Table, dearest: Any, latest: Any) -> list[Any]:
    """Sort keys by which the first is the one to keep: the dearest where asked, then the earliest, or the latest where asked."""
    age = day_number(row.since)
    return [ibis.ifelse(dearest, -row.steps_counted, 0), ibis.ifelse(latest, -age, age)]


def _capped_by_rule(once: ir.Table) -> ir.Table:
    order = [*_order(once, once.cap_dearest, once.cap_latest), once.record_id]
    return _filled(once, once.cap, ["unit_id", "rule_no"], order, "cap")


def capped_by_part(point: ir.Table, scheme: Scheme) -> ir.Table:
    """Point rows with the caps of parts: points on facts fill a part in the order of time, those on values come last.

    What adds and what takes away each have the part's cap to themselves.
    """
    caps = {name: steps_of(part.cap, scheme) for name, part in scheme.parts.items() if part.cap is not None}
    if not caps:
        return point
    named = point.mutate(
        steps_counted=point.counted.abs(),
        side=point.counted.sign().cast("int64"),
        part_cap=ibis.cases(*((point.part == name, steps) for name, steps in caps.items())),
        age=ibis.coalesce(point.counts_from, ibis.date(9999, 12, 31)),
    )
    order = [named.age, named.record_id, named["rule"], named.band]
    filled = _filled(named, named.part_cap, ["unit_id", "part", "side"], order, "part_cap")
    return filled.mutate(counted=filled.steps_counted * filled.side).select(*point.columns)


def _filled(row: ir.Table, cap: Any, group: list[str], order: list[Any], why: str) -> ir.Table:
    """Lets points in until the cap is full, as a running sum, so that each row keeps its share of it."""
    window = ibis.window(group_by=group, order_by=order, rows=(None, 0))
    run = row.mutate(cap_here=cap, so_far=row.steps_counted.sum().over(window))
    room = ibis.greatest(run.cap_here - (run.so_far - run.steps_counted), 0)
    let_in = ibis.cases((run.cap_here.isnull(), run.steps_counted), else_=ibis.least(room, run.steps_counted)).cast("int64")
    less = ibis.cases((let_in < run.steps_counted, why), else_=run.why_less)
    return run.mutate(why_less=less, steps_counted=let_in).drop("cap_here", "so_far")
