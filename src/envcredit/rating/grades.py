"""From score to grade, one step after another, each with its clause.

Order: band of the score (or the worst row that holds) → floors (``at_least``) → shifts → ceilings (``at_most``) → vetoes.
So a bonus cannot lift a unit above a ceiling or a veto, and a floor does not shield from an event. A veto gives its grade
directly unless the unit stands lower already; one to the lowest grade also where a value or a provision is missing, since
nothing could make it worse. Refusing to take part decides alone. Grades are ranks here, 1 is best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.rating.scores import bands_holding
from envcredit.scheme.model import GradeRule, LimitRule, Scheme

ORDER: Mapping[str, int] = {"row": 1, "floor": 2, "shift": 3, "ceiling": 4, "veto": 5}


def grades(score: ir.Table, point: ir.Table, previous: ir.Table, scheme: Scheme) -> ir.Table:
    """One row a unit: the grade after each step and what each step rests on."""
    stepping = with_ranks(point, scheme)
    start = score.left_join(_worst_rows(stepping), "unit_id").drop("unit_id_right")
    joined = start.left_join(_sums(stepping), "unit_id").drop("unit_id_right")
    joined = joined.left_join(_texts(stepping), "unit_id").drop("unit_id_right")
    joined = joined.left_join(previous, "unit_id").drop("unit_id_right")
    by_score = joined.mutate(r1=_first_rank(joined, scheme))
    floored = by_score.mutate(r2=_if_ranked(by_score.r1, ibis.least(by_score.r1, by_score.floor_rank)))
    lowest = len(scheme.grades)
    moved = ibis.least(ibis.greatest(floored.r2 + ibis.coalesce(floored.shift, 0), 1), lowest)
    shifted = floored.mutate(r3=_if_ranked(floored.r1, moved))
    capped = shifted.mutate(r4=_if_ranked(shifted.r1, ibis.greatest(shifted.r3, shifted.ceiling_rank)))
    vetoed = capped.mutate(r5=_if_ranked(capped.r1, ibis.greatest(capped.r4, capped.veto_rank)))
    return _worded(vetoed.mutate(r5=_certain(vetoed, lowest)), scheme)


def _certain(row: ir.Table, lowest: int) -> Any:
    """Where a unit is refused for want of a value or of a provision, a veto to the lowest grade decides all the same."""
    certain = (row.status == "refused") & ~row.by_scope & (row.veto_rank == lowest)
    return ibis.cases((certain, lowest), else_=row.r5).cast("int64")


def _if_ranked(first: Any, rank: Any) -> Any:
    """``rank`` where a score gave a rank at all; the smallest and largest of engines pass over nulls."""
    return ibis.cases((first.notnull(), rank))


def with_ranks(point: ir.Table, scheme: Scheme) -> ir.Table:
    """Rows that decide the grade, with ``step`` (row, floor, shift, ceiling, veto) and ``to_rank``."""
    floors = [key for key, rule in scheme.of_kind(LimitRule).items() if rule.at_least]
    rows = point.filter(point.effect.isin(["row", "limit", "shift", "veto"]))
    limit = ibis.ifelse(rows.rule.isin(floors), "floor", "ceiling") if floors else ibis.literal("ceiling")
    ranks = [(rows.grade == g.key, rank) for rank, g in enumerate(scheme.grades, 1)]
    return rows.mutate(
        step=ibis.ifelse(rows.effect == "limit", limit, rows.effect),
        to_rank=_one_of(ranks, ibis.null("int64")).cast("int64"),
    )


def _sums(rows: ir.Table) -> ir.Table:
    return rows.group_by("unit_id").agg(
        floor_rank=rows.to_rank.min(where=rows.step == "floor"),
        shift=rows.steps.sum(where=rows.step == "shift").cast("int64"),
        ceiling_rank=rows.to_rank.max(where=rows.step == "ceiling"),
        veto_rank=rows.to_rank.max(where=rows.step == "veto"),
    )


def _worst_rows(rows: ir.Table) -> ir.Table:
    return rows.filter(rows.step == "row").group_by("unit_id").agg(row_rank=_.to_rank.max())


def _first_rank(joined: ir.Table, scheme: Scheme) -> Any:
    """The rank that the score, or the worst row that holds, gives; null while there is no score."""
    rule = next(iter(scheme.of_kind(GradeRule).values()), None)
    if rule is None:
        return ibis.null("int64")
    if rule.by == "worst_of":
        rest = [scheme.rank(row.grade) for row in rule.rows if not row.kinds and not row.when]
        found: Any = ibis.coalesce(joined.row_rank, rest[0] if rest else ibis.null("int64"))
        return ibis.cases((joined.status == "rated", found)).cast("int64")
    ranks = [(held, rule.bands[index].grade) for index, held in bands_holding(rule, scheme, joined.score)]
    return ibis.cases(*((held, scheme.rank(grade)) for held, grade in ranks if grade is not None)).cast("int64")


def _texts(rows: ir.Table) -> ir.Table:
    """The steps as JSON text, in the order in which they work."""
    order = ibis.cases(*((rows.step == name, place) for name, place in ORDER.items()))
    to = ibis.ifelse(rows.step == "shift", rows.steps.cast("string"), rows.grade)
    pairs = {"step": rows.step, "rule": rows.rule, "clause": rows.clause, "record_id": rows.record_id, "to": to}
    text: Any = ibis.literal("")
    for index, (key, value) in enumerate(pairs.items()):
        text = text + ibis.literal(("," if index else "{") + f'"{key}":"') + value + ibis.literal('"')
    written = rows.mutate(
        text=text + ibis.literal("}"), sort=order.cast("string") + rows.rule + ibis.literal("/") + rows.record_id
    )
    return written.group_by("unit_id").agg(texts=written.text.group_concat(",", order_by=written.sort))


def _worded(row: ir.Table, scheme: Scheme) -> ir.Table:
    """Ranks as grade keys; a unit that refuses to take part has that grade alone."""
    refusing = (row.refusal != "") & (row.status != "not_rated")
    ranked = refusing | row.r5.notnull()
    by_veto = row.r5.notnull() & (row.status == "refused")
    final = ibis.ifelse(refusing, row.refusal, _word(row.r5, scheme))
    return row.select(
        unit_id="unit_id",
        status=ibis.ifelse(refusing | by_veto, "rated", row.status),
        by_score=_word(row.r1, scheme),
        after_floor=_word(row.r2, scheme),
        after_shift=_word(row.r3, scheme),
        after_ceiling=_word(row.r4, scheme),
        final=ibis.ifelse(ranked, final, ""),
        rank=_one_of([(final == g.key, place) for place, g in enumerate(scheme.grades, 1)], ibis.literal(0)).cast("int64"),
        previous=ibis.coalesce(row.previous, ""),
        steps=ibis.literal("[") + ibis.coalesce(row.texts, "") + ibis.literal("]"),
    )


def _word(rank: Any, scheme: Scheme) -> ir.StringValue:
    return _one_of([(rank == place, g.key) for place, g in enumerate(scheme.grades, 1)], ibis.literal(""))


def _one_of(branches: Sequence[tuple[Any, Any]], otherwise: Any) -> Any:
    """The value of the first branch that holds. The grades of a skeleton may be unknown: then there is no branch at all."""
    return ibis.cases(*branches, else_=otherwise) if branches else otherwise


def previous_grades(fact: ir.Table, unit_ids: ir.Table) -> ir.Table:
    """The grade of the newest earlier rating that each unit has."""
    earlier = fact.filter((fact.kind == "rating") & (fact.by_member == "") & (fact.period_to < fact.rated_from))
    place = ibis.row_number().over(group_by="unit_id", order_by=[ibis.desc("period_to"), ibis.desc("record_id")])
    newest = earlier.mutate(place=place).filter(_.place == 0).select("unit_id", previous="grade")
    return unit_ids.select("unit_id").left_join(newest, "unit_id").drop("unit_id_right")
