"""From counted picks to points: escalation, one act once, what a repair leaves, and the caps.

Each step keeps its trace: a fact that gives way to another is ignored with the other's id; a point that a cap cuts says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.engine import Engine
from envcredit.rating.exact import divided
from envcredit.rating.expression import moved
from envcredit.rating.picks import COUNTED, Reading
from envcredit.rating.program import FactProgram, steps_of
from envcredit.rating.repairs import WHOLE
from envcredit.rating.tariffs import charged
from envcredit.scheme.model import PointRule, Scheme

ACT = "act_key"


def scored(engine: Engine, pick: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> ir.Table:
    """Counted picks of scoring rules with ``steps_raw``, ``steps_counted`` (without sign), ``why_less``, ``kept_instead``."""
    scheme = reading.program.scheme
    numbers = [p.number for p in programs]
    taken = pick.filter(pick.rule_no.isin(numbers))
    counted = taken.filter(taken.status == COUNTED)
    priced = counted.mutate(steps_raw=charged(counted, programs, reading))
    escalated = _escalated(engine, priced, taken, programs, scheme)
    halved = escalated.mutate(steps_counted=_after_repair(escalated), why_less=_why_repaired(escalated))
    once = _one_act_once(engine.keep("priced", halved), programs)
    return engine.keep("scored", _capped_by_rule(once, programs, scheme))


def _rules(programs: Iterable[FactProgram]) -> list[tuple[FactProgram, PointRule]]:
    return [(p, p.rule) for p in programs if isinstance(p.rule, PointRule)]


def _escalated(
    engine: Engine, priced: ir.Table, taken: ir.Table, programs: Sequence[FactProgram], scheme: Scheme
) -> ir.Table:
    """The n-th occurrence costs more: multiplied or increased from ``repeat.from`` on."""
    repeating = [(p, r) for p, r in _rules(programs) if r.repeat]
    if not repeating:
        return priced
    base = engine.keep("before_repeat", priced)
    occurred = taken.filter(taken.rule_no.isin([p.number for p, _r in repeating]) & ~taken.revoked & taken.since.notnull())
    other = occurred.select(unit_id="unit_id", rule_no="rule_no", other_day="since", other_id="record_id").view()
    pairs = base.select("unit_id", "rule_no", "record_id", "since").join(other, ["unit_id", "rule_no"])
    earlier = (pairs.other_day < pairs.since) | ((pairs.other_day == pairs.since) & (pairs.other_id <= pairs.record_id))
    near = ibis.cases(*((pairs.rule_no == p.number, _near(pairs, r, scheme)) for p, r in repeating), else_=False)
    nth = pairs.filter(earlier & near).group_by("unit_id", "rule_no", "record_id").agg(nth=_.count())
    joined = base.left_join(nth, ["unit_id", "rule_no", "record_id"]).select(base, "nth")
    dearer = [((joined.rule_no == p.number) & (joined.nth >= r.repeat.since), _dearer(joined, r, scheme)) for p, r in repeating if r.repeat]
    return joined.mutate(steps_raw=ibis.cases(*dearer, else_=joined.steps_raw)).drop("nth")


def _near(pairs: ir.Table, rule: PointRule, scheme: Scheme) -> ir.BooleanValue:
    assert rule.repeat is not None
    if rule.repeat.within is None:
        return ibis.literal(True)
    return pairs.other_day > moved(pairs.since, rule.repeat.within, -1, scheme.calendar.month_end)


def _dearer(row: ir.Table, rule: PointRule, scheme: Scheme) -> ir.IntegerValue:
    assert rule.repeat is not None
    if rule.repeat.multiply:
        return row.steps_raw * rule.repeat.multiply
    return row.steps_raw + steps_of(rule.repeat.add or 0, scheme)


def _after_repair(row: ir.Table) -> ir.IntegerValue:
    left = divided(row.steps_raw * row.repair_share, WHOLE)
    return ibis.cases((row.repaired_from <= row.as_of, left), else_=row.steps_raw).cast("int64")


def _why_repaired(row: ir.Table) -> ir.StringValue:
    return ibis.cases(((row.repaired_from <= row.as_of) & (row.repair_share < WHOLE), "repaired"), else_="")  # type: ignore[no-any-return]


def _one_act_once(priced: ir.Table, programs: Sequence[FactProgram]) -> ir.Table:
    """``per: act, keep: highest``: of the picks of one act only the first by ``keep`` counts, across rules that go together."""
    grouped = [(p, r) for p, r in _rules(programs) if r.per]
    if not grouped:
        return priced.mutate(kept_instead=ibis.literal(""))
    same = ibis.cases(*((priced.rule_no == p.number, _group_key(priced, p, r)) for p, r in grouped), else_=_own_key(priced))
    keyed = priced.mutate(**{ACT: same})
    order = _order(keyed, [(p.number, r.keep) for p, r in grouped])
    window = ibis.window(group_by=["unit_id", ACT], order_by=[*order, keyed.record_id, keyed.rule_no])
    first = keyed.mutate(place=ibis.row_number().over(window), first_id=keyed.record_id.first().over(window))
    return first.mutate(kept_instead=ibis.cases((first.place > 0, first.first_id), else_="")).drop("place", "first_id", ACT)


def _own_key(row: ir.Table) -> ir.StringValue:
    return ibis.literal("=") + row.record_id + ":" + row.rule_no.cast("string")  # type: ignore[no-any-return]


def _group_key(row: ir.Table, program: FactProgram, rule: PointRule) -> ir.StringValue:
    assert rule.per is not None
    together = rule.together or program.key
    if rule.per == "unit":
        return ibis.literal(f"{together}/")  # type: ignore[return-value]
    shared = row[rule.per].cast("string").nullif("")
    return ibis.literal(f"{together}/") + ibis.coalesce(shared, ibis.literal("=") + row.record_id)  # type: ignore[no-any-return]


def _order(row: ir.Table, keeps: Sequence[tuple[int, str]]) -> list[ir.Value]:
    """Sort keys by which the first of a group is the one to keep: dearest, else earliest, or latest when a rule says so."""
    dearest = [number for number, keep in keeps if keep == "highest"]
    latest = [number for number, keep in keeps if keep == "latest"]
    dear = ibis.cases((row.rule_no.isin(dearest), -row.steps_counted), else_=0) if dearest else ibis.literal(0)
    age = row.since.delta(ibis.date(1970, 1, 1), unit="day")
    return [dear, ibis.cases((row.rule_no.isin(latest), -age), else_=age) if latest else age]


def _capped_by_rule(once: ir.Table, programs: Sequence[FactProgram], scheme: Scheme) -> ir.Table:
    capped = [(p, steps_of(r.cap.points, scheme), r.cap.keep) for p, r in _rules(programs) if r.cap]
    counted = once.mutate(steps_counted=ibis.cases((once.kept_instead != "", 0), else_=once.steps_counted))
    if not capped:
        return counted
    order = _order(counted, [(p.number, keep) for p, _cap, keep in capped])
    cap = ibis.cases(*((counted.rule_no == p.number, steps) for p, steps, _keep in capped))
    return _filled(counted, cap, ["unit_id", "rule_no"], [*order, counted.record_id], "cap")


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


def _filled(row: ir.Table, cap: ir.IntegerValue, group: list[str], order: list[ir.Value], why: str) -> ir.Table:
    """Lets points in until the cap is full, as a running sum, so that each row keeps its share of it."""
    window = ibis.window(group_by=group, order_by=order, rows=(None, 0))
    run = row.mutate(cap_here=cap, so_far=row.steps_counted.sum().over(window))
    room = ibis.greatest(run.cap_here - (run.so_far - run.steps_counted), 0)
    let_in = ibis.cases((run.cap_here.isnull(), run.steps_counted), else_=ibis.least(room, run.steps_counted)).cast("int64")
    less = ibis.cases((let_in < run.steps_counted, why), else_=run.why_less)
    return run.mutate(why_less=less, steps_counted=let_in).drop("cap_here", "so_far")


def sign_of(effect: str, scheme: Scheme) -> int:
    """How an effect moves the score: ``award`` improves it, ``deduct`` and ``demerit`` make it worse."""
    better = scheme.score.better if scheme.score else "higher"
    return 1 if (effect == "award") == (better == "higher") else -1
