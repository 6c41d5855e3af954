"""Why two runs differ: every point that was gained, lost or changed, with its rule, its record and the reason."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from envcredit.engine import Engine
from envcredit.rating.results import Results
from envcredit.scheme.model import Scheme

KEY = ("unit_id", "rule", "record_id")
ROW = (*KEY, "row")
"""What makes two points the same one. ``row`` tells the rows of a worst-of grade apart; elsewhere a band may change."""

_POINT = ("effect", "clause", "counted", "why_less", "grade", "steps")
_DOCUMENT = ("kind", "document_number", "authority", "day")
_TEXTS = ("unit_id", "record_id", "kind", "document_number", "authority")
_NO_FACTS = pa.schema([*((name, pa.string()) for name in _TEXTS), ("day", pa.date32())]).empty_table()


def causes(before: Results, after: Results, engine: Engine, units: ir.Table, factors: tuple[int, int]) -> pa.Table:
    """One row a point that differs, of the given ``units``, sorted by unit, rule and record.

    Columns: ``unit_id, rule, record_id, change`` (gained, lost, changed), ``why``; effect, clause, counted, why_less, grade
    and steps ``_before`` and ``_after``; ``difference`` in steps; the record's kind, document_number, authority and day.

    ``why`` of a gained point: ``new_rule``, ``new_record``, ``was_<reason>`` (ignored before, and why), ``now_holds``; of a
    lost one: ``no_rule``, ``record_gone``, the reason it is ignored for now, ``no_longer_holds``; of a value: ``value``; else
    ``points``.
    """
    old, new = _points(before, engine, "before", factors[0]), _points(after, engine, "after", factors[1])
    differing = _differing(old, new).semi_join(units, "unit_id")
    dated = _with_documents(differing, engine, before, after)
    rows = _with_reasons(dated, engine, before, after)
    columns = [f"{name}_{side}" for side in ("before", "after") for name in _POINT]
    return rows.select(*ROW, "change", "why", *columns, "difference", *_DOCUMENT).order_by(*ROW).drop("row").to_pyarrow()


def _points(run: Results, engine: Engine, side: str, factor: int) -> ir.Table:
    table = engine.load(f"point_{side}", run.stage("point").select([*KEY, "band", *_POINT]))
    rows = table.mutate(counted=(_.counted * factor).cast("int64"), row=ibis.ifelse(_.effect == "row", _.band, -1)).drop("band")
    return rows.rename({f"{name}_{side}": name for name in (*ROW, *_POINT)})


def _differing(old: ir.Table, new: ir.Table) -> ir.Table:
    joined = old.outer_join(new, [old[f"{k}_before"] == new[f"{k}_after"] for k in ROW])
    keys = {k: ibis.coalesce(joined[f"{k}_after"], joined[f"{k}_before"]) for k in ROW}
    told = ("effect", "counted", "grade", "steps")
    change = ibis.cases(
        (joined.rule_before.isnull(), "gained"),
        (joined.rule_after.isnull(), "lost"),
        *((~joined[f"{name}_before"].identical_to(joined[f"{name}_after"]), "changed") for name in told),
        else_="",
    )
    difference = joined.counted_after.fill_null(0) - joined.counted_before.fill_null(0)
    points = [f"{name}_{side}" for side in ("before", "after") for name in _POINT]
    return joined.select(**keys, change=change, difference=difference, **{p: joined[p] for p in points}).filter(_.change != "")


def _with_documents(rows: ir.Table, engine: Engine, before: Results, after: Results) -> ir.Table:
    """Rows with the document that each rests on, found again for the units that differ, and in which run it is a fact."""
    differing = engine.keep("differing", rows)
    units = differing.select("unit_id").distinct().order_by("unit_id").to_pyarrow().column("unit_id").to_pylist()
    old, new = _documents(before, engine, "before", units), _documents(after, engine, "after", units)
    here = [f"fact_unit_{side}" for side in ("before", "after")]
    rows = differing.left_join(old, [differing.unit_id == old[here[0]], differing.record_id == old.fact_before])
    rows = rows.left_join(new, [rows.unit_id == new[here[1]], rows.record_id == new.fact_after])
    return rows.mutate(**{name: ibis.coalesce(_[f"{name}_of_after"], _[f"{name}_of_before"]) for name in _DOCUMENT})


def _documents(run: Results, engine: Engine, side: str, units: Sequence[str]) -> ir.Table:
    facts = run.facts(units).select(["unit_id", "record_id", *_DOCUMENT]) if units else _NO_FACTS
    fact = engine.load(f"fact_{side}", facts)
    named = {f"{name}_of_{side}": fact[name] for name in _DOCUMENT}
    # A member's fact may reach a park by several members; the document is the same.
    return fact.select(**{f"fact_unit_{side}": fact.unit_id, f"fact_{side}": fact.record_id}, **named).distinct()


def _with_reasons(rows: ir.Table, engine: Engine, before: Results, after: Results) -> ir.Table:
    for run, side in ((before, "before"), (after, "after")):
        table = engine.load(f"ignored_{side}", run.stage("ignored").select([*KEY, "reason"]))
        by_rule = table.select(**{f"of_{k}_{side}": _[k] for k in KEY}, **{f"reason_{side}": _.reason})
        rows = rows.left_join(by_rule, [rows[k] == by_rule[f"of_{k}_{side}"] for k in KEY])
    return rows.mutate(why=_why(rows, before.scheme, after.scheme))


def _why(rows: ir.Table, before: Scheme, after: Scheme) -> ir.StringValue:
    gained, lost, value = rows.change == "gained", rows.change == "lost", rows.record_id == ""
    was, now = rows.reason_before, rows.reason_after
    chosen: ir.StringValue = ibis.cases(
        (gained & ~rows.rule.isin(sorted(before.rules)), "new_rule"),
        (lost & ~rows.rule.isin(sorted(after.rules)), "no_rule"),
        (value, "value"),
        (gained & rows.fact_before.isnull(), "new_record"),
        (lost & rows.fact_after.isnull(), "record_gone"),
        (gained & was.notnull(), ibis.literal("was_").concat(was)),
        (gained, "now_holds"),
        (lost & now.notnull(), now),
        (lost, "no_longer_holds"),
        else_="points",
    )
    return chosen
