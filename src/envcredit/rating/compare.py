"""Two runs side by side: who moved, by which rule, by which record; who entered, left, or has no result any more.

The runs may differ in the day, in what was known, or in the scheme. Everything is computed as sets by an engine; rows
come in a fixed order. Points of schemes with different steps are brought to the largest step that both are multiples of.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from envcredit.engine import Engine
from envcredit.rating.causes import causes
from envcredit.rating.results import Name, Results, name_of, step_of
from envcredit.scheme.model import Scheme

DIRECTIONS = ("worse", "better", "changed", "refused", "rated", "entered", "left", "score", "same")
"""What can become of a unit between two runs, in the order in which it is told."""

MOVED = DIRECTIONS[:7]
_UNIT = ("name", "region", "industry", "park")
_RESULT = ("status", "grade", "rank", "score", "reason")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference of two runs. ``step`` is the unit of every number of points in it.

    ``units``: one row a unit of either run: ``unit_id``, name, region, industry, park, then status, grade, rank, score
    and reason ``_before`` and ``_after``, ``direction`` and ``score_change``; by direction, the farthest move first, then unit.
    ``causes``: one row a point that differs, of units in both runs; see :func:`envcredit.rating.causes.causes`.
    """

    before: Name
    after: Name
    step: Decimal
    schemes: tuple[Scheme, Scheme]
    units: pa.Table
    causes: pa.Table

    def counts(self) -> dict[str, int]:
        """How many units went which way, every direction named, in the order of :data:`DIRECTIONS`."""
        found = {row["values"]: row["counts"] for row in pc.value_counts(self.units["direction"]).to_pylist()}
        return {direction: found.get(direction, 0) for direction in DIRECTIONS}

    def matrix(self) -> dict[tuple[str, str], int]:
        """Units by (standing before, standing after), where a standing is a grade, ``refused``, ``not_rated`` or ``absent``."""
        pairs = self.units.group_by(["standing_before", "standing_after"]).aggregate([("unit_id", "count")])
        found = {(r["standing_before"], r["standing_after"]): r["unit_id_count"] for r in pairs.to_pylist()}
        before, after = (standings(scheme) for scheme in self.schemes)
        return {(b, a): found[b, a] for b in before for a in after if (b, a) in found}


def standings(scheme: Scheme) -> tuple[str, ...]:
    """Every standing a unit can have: the grades from best to worst, then the ways of having none."""
    return (*(g.key for g in scheme.grades), "refused", "not_rated", "absent")


def compare(before: Results, after: Results, engine: Engine) -> Comparison:
    """Sets ``after`` against ``before``. Neither run is changed; 300,000 units a side take seconds."""
    step, factors = common_step(step_of(before), step_of(after))
    units = _units(before, after, engine, factors)
    kept = engine.keep("compared_unit", units)
    both = kept.filter((_.standing_before != "absent") & (_.standing_after != "absent")).select("unit_id")
    return Comparison(
        name_of(before),
        name_of(after),
        step,
        (before.scheme, after.scheme),
        _in_order(kept),
        causes(before, after, engine, both, factors),
    )


def common_step(before: Decimal, after: Decimal) -> tuple[Decimal, tuple[int, int]]:
    """The largest step both are whole multiples of, and how many of it make one step of each: 1 and 0.5 give 0.5, (2, 1)."""
    a, b = Fraction(before), Fraction(after)
    common = Fraction(gcd(a.numerator * b.denominator, b.numerator * a.denominator), lcm(a.denominator * b.denominator))
    step = Decimal(common.numerator) / Decimal(common.denominator)
    return step, (int(a / common), int(b / common))


def _units(before: Results, after: Results, engine: Engine, factors: tuple[int, int]) -> ir.Table:
    comparable = [g.key for g in before.scheme.grades] == [g.key for g in after.scheme.grades]
    old = _side(before, engine, "before", factors[0])
    new = _side(after, engine, "after", factors[1])
    joined = old.outer_join(new, old.unit_before == new.unit_after)
    shared = {name: ibis.coalesce(joined[f"{name}_after"], joined[f"{name}_before"]) for name in _UNIT}
    rows = joined.mutate(
        unit_id=ibis.coalesce(joined.unit_after, joined.unit_before),
        standing_before=joined.standing_before.fill_null("absent"),
        standing_after=joined.standing_after.fill_null("absent"),
        **shared,
    )
    rows = rows.mutate(direction=_direction(rows, comparable), score_change=_.score_after - _.score_before)
    results = [f"{name}_{side}" for side in ("before", "after") for name in (*_RESULT, "standing")]
    return rows.select("unit_id", *_UNIT, *results, "direction", "score_change")


def _side(run: Results, engine: Engine, side: str, factor: int) -> ir.Table:
    unit = engine.load(f"unit_{side}", run.stage("unit").select(["unit_id", *_UNIT]))
    grade = engine.load(f"grade_{side}", run.stage("grade").select(["unit_id", "status", "final", "rank"]))
    score = engine.load(f"score_{side}", run.stage("score").select(["unit_id", "score", "reason"]))
    rows = unit.left_join(grade, "unit_id").select(*unit.columns, "status", "final", "rank")
    rows = rows.left_join(score, "unit_id").select(*rows.columns, "reason", score=_.score * factor)
    standing = ibis.cases((_.final != "", _.final), (_.status == "refused", "refused"), else_="not_rated")
    named = {f"{name}_{side}": _[name] for name in (*_UNIT, "status", "rank", "score", "reason")}
    return rows.select(**{f"unit_{side}": _.unit_id, f"grade_{side}": _.final, f"standing_{side}": standing}, **named)


def _direction(rows: ir.Table, comparable: bool) -> ir.StringValue:
    old, new = rows.standing_before, rows.standing_after
    graded_before, graded_after = (rows[f"grade_{side}"].fill_null("") != "" for side in ("before", "after"))
    ranked = [(rows.rank_after > rows.rank_before, "worse"), (rows.rank_after < rows.rank_before, "better")]
    renamed = [(old != new, "changed")]
    chosen: ir.StringValue = ibis.cases(
        (old == "absent", "entered"),
        (new == "absent", "left"),
        (graded_before & ~graded_after, "refused"),
        (~graded_before & graded_after, "rated"),
        (~graded_before & ~graded_after, "same"),
        *(ranked if comparable else renamed),
        (rows.score_before.fill_null(0) != rows.score_after.fill_null(0), "score"),
        else_="same",
    )
    return chosen


def _in_order(units: ir.Table) -> pa.Table:
    place = ibis.cases(*((_.direction == name, at) for at, name in enumerate(DIRECTIONS)), else_=len(DIRECTIONS))
    far = (_.rank_after - _.rank_before).abs().fill_null(0)
    return units.order_by(place, ibis.desc(far), _.unit_id).to_pyarrow()
