"""``rate --since``: a run that rests on an earlier one and rates again only the units that something has touched since.

What it costs follows the number of these units: their records are found by the parties that the earlier run attached, and the
plan runs over them alone. Its digests are those that rating everything would give.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import open_engine
from envcredit.rating.attach import PARTY
from envcredit.rating.inputs import Start, lookup_tables
from envcredit.rating.order import Order, attach_records, start_of
from envcredit.rating.periods import rated_periods
from envcredit.rating.plan import columns_read
from envcredit.rating.run import CLOCKS, Run, read_run
from envcredit.rating.touched import Passed, changed_kinds, changed_units, days_decide_units, near_a_term
from envcredit.records.store import Batch
from envcredit.records.wide import wide_schema
from envcredit.scheme.model import TierRule

_PARTY = pa.schema(dict.fromkeys(PARTY, pa.string()))
_MOST = 4
"""Where more than a quarter of the units is touched, rating all of them is no slower."""


@dataclass(frozen=True, slots=True)
class Share:
    """What is to be rated again: ``start`` of the touched units, and all records of every party that is or may be theirs.

    ``replaced``: ids of records that new ones replace.
    """

    start: Start
    record: pa.Table
    replaced: pa.Array


def whole_because(order: Order, stored: Sequence[Batch], earlier: Run) -> str:
    """Why everything must be rated: a key of the words ``rate.whole.*``; '' where single units may be enough."""
    then, inputs = earlier.manifest, earlier.manifest["inputs"]
    kept = {batch.id: batch.digest for batch in stored}
    history = [read_run(path).manifest["result_digest"] for path in order.history]
    holds = {
        "park": order.members is None and inputs["members"] is None,
        "links": sorted(list(link) for link in order.links) == sorted(inputs["links"]),
        "history": history == [named["result_digest"] for named in inputs["history"]],
        "inferred": order.without_inferred == then["without_inferred"],
        "batches": all(kept.get(batch["id"]) == batch["digest"] for batch in inputs["batches"]),
        "earlier": order.as_of >= _as_of(earlier) and order.known_at >= then["known_at"],
        "scheme": changed_kinds(earlier.scheme, order.scheme) is not None,
        "days": order.as_of == _as_of(earlier) or _days_touch_single_units(order, _passed(order, earlier)),
    }
    return next((name for name, held in holds.items() if not held), "")


def _as_of(run: Run) -> date:
    return date.fromisoformat(str(run.manifest["as_of"]))


def _passed(order: Order, earlier: Run) -> Passed:
    return Passed(_as_of(earlier), order.as_of)


def _days_touch_single_units(order: Order, passed: Passed) -> bool:
    """A period that rolls on moves past earlier ratings and entries, which no record's own days tell."""
    entered = any(rule.inside_tier == "officer" for rule in order.scheme.of_kind(TierRule).values())
    rolls = order.scheme.period.kind == "rolling" and (entered or bool(order.history))
    return not rolls and not days_decide_units(order.prepared.program, passed)


def share_of(order: Order, stored: Sequence[Batch], earlier: Run) -> Share | None:
    """What is to be rated again; nothing when units came, went or are called otherwise, or so many are touched that all are.

    The embedded engine looks for it in the files of the store, whatever engine rates it.
    """
    units = order.units.sort_by("unit_id")
    changed = changed_units(earlier.stage("unit").drop_columns(list(CLOCKS)), units)
    if changed is None:
        return None
    new = sorted({batch.id for batch in stored} - {batch["id"] for batch in earlier.manifest["inputs"]["batches"]})
    with open_engine() as engine:
        attach_records(engine, stored, order.prepared.vocabulary)
        record = engine.table("record")
        came = record.filter(record.batch.isin(new))
        replaced = came.filter(came.replaces != "").select(record_id="replaces").to_pyarrow().column("record_id").combine_chunks()
        touching = _parties(record.filter(_touching(record, new, replaced, order, earlier)))
        names = lookup_tables(units)
        unit_of = _attached(touching, names, order)
        touched = _sorted([changed, unit_of.column("unit_id"), _other_period(units, order, earlier)])
        if len(touched) * _MOST > units.num_rows:
            return None
        own = earlier.rows("party", *touched.to_pylist())
        arrived = _parties(came)
        written = [table.select(PARTY).cast(_PARTY) for table in (own, unit_of, arrived)]
        parties = pa.concat_tables(written).group_by(list(PARTY)).aggregate([])
        needed = record.select(*columns_read(order.prepared.program, order.prepared.vocabulary))
        rows = needed.semi_join(engine.load("touched_party", parties), list(PARTY)).to_pyarrow()
    some = units.filter(pc.is_in(units.column("unit_id"), touched))
    start = start_of(replace(order, units=some))
    lookup = units.filter(pc.is_in(units.column("unit_id"), _known_by(names, parties)))
    return Share(replace(start, lookup=lookup), _widened(rows, order.prepared.vocabulary), replaced)


def _touching(record: ir.Table, new: Sequence[str], replaced: pa.Array, order: Order, earlier: Run) -> Any:
    """Records that came in, that were replaced, that a changed rule looks at, or whose terms the passing days have touched."""
    prepared = order.prepared
    asked: list[Any] = [record.batch.isin(new), record.record_id.isin(replaced.to_pylist())]
    if kinds := changed_kinds(earlier.scheme, order.scheme):
        asked.append(record.kind.isin(sorted(kinds)))
    if order.as_of > _as_of(earlier):
        asked.append(near_a_term(record, prepared.program, prepared.vocabulary, _passed(order, earlier)))
    return reduce(operator.or_, asked)


def _parties(record: ir.Table) -> pa.Table:
    return record.select(*PARTY).distinct().to_pyarrow()


def _other_period(units: pa.Table, order: Order, earlier: Run) -> pa.Array:
    """Units whose rated period is no longer the same one."""
    enrolled = units.column("enrolled_on") if "enrolled_on" in units.column_names else None
    old, now = (rated_periods(order.scheme, day, enrolled, units.num_rows) for day in (_as_of(earlier), order.as_of))
    moved = pc.or_(*(pc.not_equal(old[name], now[name]) for name in ("period_from", "period_end")))
    fixed = order.scheme.period.kind not in ("rolling", "snapshot")
    return units.column("unit_id").filter(moved) if fixed else pa.array([], pa.string())


def _attached(parties: pa.Table, names: tuple[pa.Table, pa.Table], order: Order) -> pa.Table:
    """PARTY and ``unit_id`` of those parties that are some unit's."""
    known = _known_by(names, parties)
    codes, keys = (table.filter(pc.is_in(table.column("unit_id"), known)) for table in names)
    found = order.prepared.attached(parties, (codes, keys), order.links)
    return found.filter(pc.is_valid(found.column("unit_id")))


def _known_by(names: tuple[pa.Table, pa.Table], parties: pa.Table) -> pa.Array:
    """Units that a code or name of these parties may mean."""
    codes, keys = names
    uscc = codes.column("uscc")
    by_code = pc.is_in(uscc, parties.column("unit_code").combine_chunks())
    by_organisation = pc.is_in(pc.utf8_slice_codeunits(uscc, 8, 17), parties.column("unit_org_code").combine_chunks())
    by_name = keys.filter(pc.is_in(keys.column("name_key"), parties.column("unit_name_key").combine_chunks()))
    return _sorted([codes.column("unit_id").filter(pc.or_(by_code, by_organisation)), by_name.column("unit_id")])


def _widened(rows: pa.Table, vocabulary: Vocabulary) -> pa.Table:
    """Records with all their columns; null in those that no rule reads."""
    columns = {field.name: field.type for field in wide_schema(vocabulary)}
    return pa.table({n: rows.column(n) if n in rows.column_names else pa.nulls(rows.num_rows, k) for n, k in columns.items()})


def _sorted(parts: Collection[Any]) -> pa.Array:
    """The different ids of some columns, in order."""
    arrays = [part.combine_chunks() if isinstance(part, pa.ChunkedArray) else part for part in parts]
    found = pc.unique(pa.concat_arrays([array.cast(pa.string()) for array in arrays]))
    return found.take(pc.sort_indices(found))
