"""``rate --since``: a run that rests on an earlier one and rates again only the units that something has touched since.

What it costs follows the number of these units: their records are found by the parties that the earlier run attached, and the
plan runs over them alone. Its digests are those that rating everything would give.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, reduce
from importlib.metadata import version
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import Engine, open_engine
from envcredit.errors import InputError
from envcredit.rating.attach import PARTY
from envcredit.rating.earlier import earlier_ratings
from envcredit.rating.facts import day_of
from envcredit.rating.inputs import Start, lookup_tables
from envcredit.rating.manifest import read_manifest
from envcredit.rating.order import Order, attach_records, start_of
from envcredit.rating.periods import every, rated_periods
from envcredit.rating.plan import columns_read
from envcredit.rating.run import CLOCKS, Run, located, read_run
from envcredit.rating.touched import Passed, changed_kinds, changed_units, days_decide_units, near_a_term
from envcredit.records.places import Held, Store
from envcredit.records.wide import wide_schema

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


def share_of(order: Order, stored: Sequence[Held], earlier: Run) -> Share | str:
    """What is to be rated again, or why everything must be: a key of the words ``rate.whole.*``.

    Raises ``InputError`` (T110 to T112, T122) when the run that the earlier one rests on is gone or no longer the same.
    """
    return whole_because(order, stored, earlier) or _found(order, stored, earlier)


def whole_because(order: Order, stored: Sequence[Held], earlier: Run) -> str:
    """Why everything must be rated, as far as the inputs tell; '' where single units may be enough."""
    then = earlier.manifest
    if then["envcredit"] != version("envcredit"):
        return "program"
    inputs, kept = then["inputs"], {batch.id: batch.digest for batch in stored}
    held: Mapping[str, Callable[[], bool]] = {
        "place": lambda: isinstance(order.records, Store),
        "results": lambda: order.results is None,
        "damaged": lambda: not earlier.damaged(),
        "park": lambda: order.members is None and inputs["members"] is None,
        "links": lambda: sorted(list(link) for link in order.links) == sorted(inputs["links"]),
        "history": lambda: _same_history(order, earlier),
        "inferred": lambda: order.without_inferred == then["without_inferred"],
        "batches": lambda: all(kept.get(batch["id"]) == batch["digest"] for batch in inputs["batches"]),
        "earlier": lambda: order.as_of >= _as_of(earlier) and order.known_at >= then["known_at"],
        "scheme": lambda: changed_kinds(earlier.scheme, order.scheme) is not None,
        "days": lambda: order.as_of == _as_of(earlier) or not days_decide_units(order.prepared.program, _passed(order, earlier)),
    }
    return next((name for name, holds in held.items() if not holds()), "")


def _same_history(order: Order, earlier: Run) -> bool:
    """Whether the same ratings are handed on, and what was handed on was known then already."""
    named = earlier.manifest["inputs"]["history"]
    try:
        then = [read_manifest(located(earlier, one["path"])) for one in named]
    except InputError:
        return False
    now = [read_manifest(path) for path in order.history]
    known_since = {manifest["known_at"] for manifest in now}
    came = any(earlier.manifest["known_at"] < moment <= order.known_at for moment in known_since)
    same = [_handed_on(one) for one in now] == [_handed_on(one) for one in then]
    return same and [one["result_digest"] for one in named] == [one["result_digest"] for one in now] and not came


def _handed_on(manifest: Mapping[str, Any]) -> Sequence[object]:
    scheme = manifest["scheme"]
    return manifest["result_digest"], manifest["as_of"], manifest["known_at"], scheme["identity"], scheme["rule_digest"]


def _as_of(run: Run) -> date:
    return date.fromisoformat(str(run.manifest["as_of"]))


def _passed(order: Order, earlier: Run) -> Passed:
    return Passed(_as_of(earlier), order.as_of)


def _found(order: Order, stored: Sequence[Held], earlier: Run) -> Share | str:
    """The share, or why there is none: units came, went or are called otherwise, or so many are touched that all are rated.

    The embedded engine looks for it in the files of the store, whatever engine rates it.
    """
    units = order.units.sort_by("unit_id")
    changed = changed_units(earlier.stage("unit").drop_columns(list(CLOCKS)), units)
    if changed is None:
        return "units"
    new = sorted({batch.id for batch in stored} - {batch["id"] for batch in earlier.manifest["inputs"]["batches"]})
    with open_engine() as engine:
        attach_records(engine, order)
        search = _Search(engine, order, earlier, units)
        replaced = search.replaced(new)
        by_fact = [changed, search.heard(), _other_period(units, order, earlier)]
        found = search.closed(_sorted(by_fact), search.touching(new, replaced), search.arrived(new))
    if found is None:
        return "many"
    some = units.filter(pc.is_in(units.column("unit_id"), found.touched))
    start = start_of(replace(order, units=some))
    lookup = units.filter(pc.is_in(units.column("unit_id"), _known_by(search.names, found.parties)))
    return Share(replace(start, lookup=lookup), _widened(found.rows, order.prepared.vocabulary), replaced)


@dataclass(frozen=True, slots=True)
class _Found:
    touched: pa.Array
    parties: pa.Table
    rows: pa.Table


@dataclass(frozen=True)
class _Search:
    """Looks for touched units among the records of ``engine``."""

    engine: Engine
    order: Order
    earlier: Run
    units: pa.Table

    @cached_property
    def names(self) -> tuple[pa.Table, pa.Table]:
        """How records find units."""
        return lookup_tables(self.units)

    @cached_property
    def record(self) -> ir.Table:
        """All records."""
        return self.engine.table("record")

    @cached_property
    def changed_kinds(self) -> list[str]:
        """Kinds of fact that changed rules look at."""
        return sorted(changed_kinds(self.earlier.scheme, self.order.scheme) or ())

    def replaced(self, new: Sequence[str]) -> pa.Array:
        """Ids of the records that new ones replace."""
        replacing = self.record.filter(self.record.batch.isin(new) & (self.record.replaces != ""))
        return replacing.replaces.to_pyarrow().combine_chunks().cast(pa.string())

    def touching(self, new: Sequence[str], replaced: pa.Array) -> pa.Table:
        """The parties of records that came in, that were replaced, or that something else says of."""
        arrived = self.record.batch.isin(new) | self.record.record_id.isin(replaced.to_pylist())
        return _parties(self.record.filter(arrived | self._concerned(self.record)))

    def arrived(self, new: Sequence[str]) -> pa.Table:
        """The parties of records that came in, or that are about a day that was still to come."""
        day = day_of(self.record, self.order.prepared.vocabulary.kinds)
        come_true = (day > _as_of(self.earlier)) & (day <= self.order.as_of)
        return _parties(self.record.filter(self.record.batch.isin(new) | come_true))

    def heard(self) -> pa.Array:
        """Units with an earlier rating that a changed rule looks at, or whose terms the passing days have touched."""
        given = [earlier_ratings(read_run(path)) for path in self.order.history]
        if not given:
            return pa.array([], pa.string())
        fact = self.engine.load("heard", pa.concat_tables(given))
        return fact.filter(self._concerned(fact)).select("real_id").to_pyarrow().column("real_id")

    def _concerned(self, fact: ir.Table) -> Any:
        """Facts that a changed rule looks at, or whose terms the passing days have touched."""
        prepared, asked = self.order.prepared, [ibis.literal(False)]
        if self.changed_kinds:
            asked.append(fact.kind.isin(self.changed_kinds))
        if self.order.as_of > _as_of(self.earlier):
            asked.append(near_a_term(fact, prepared.program, prepared.vocabulary, _passed(self.order, self.earlier)))
        return reduce(operator.or_, asked)

    def closed(self, touched: pa.Array, touching: pa.Table, arrived: pa.Table) -> _Found | None:
        """All records of touched units, and of units that a correction moved one of these to; nothing for too many units.

        What a unit no longer has, since another's record replaced it, can only be told with the other's records.
        """
        parties, more = _PARTY.empty_table(), pa.concat_tables([arrived, touching])
        needed = self.record.select(*columns_read(self.order.prepared.program, self.order.prepared.vocabulary))
        while True:
            unit_of = _attached(more, self.names, self.order)
            touched = _sorted([touched, unit_of.column("unit_id")])
            if len(touched) * _MOST > self.units.num_rows:
                return None
            if not len(touched) and self._to_come(arrived):  # the plan knows the day by the units that it rates
                touched = self.units.column("unit_id").combine_chunks()[:1]
            own = self.earlier.rows("party", *touched.to_pylist())
            parties = _together(parties, own, unit_of, arrived)
            rows = needed.semi_join(self.engine.load("touched_party", parties), list(PARTY)).to_pyarrow()
            more = self._replacing(rows).join(parties, list(PARTY), join_type="left anti")
            if not more.num_rows:
                return _Found(touched, parties, rows)
            arrived = more

    def _to_come(self, parties: pa.Table) -> bool:
        """Whether these have a record about a day after the rated one."""
        later = self.record.filter(day_of(self.record, self.order.prepared.vocabulary.kinds) > self.order.as_of)
        found = later.semi_join(self.engine.load("arrived", parties), list(PARTY))
        return bool(found.count().to_pyarrow().as_py())

    def _replacing(self, rows: pa.Table) -> pa.Table:
        """The parties of records that replace one of these."""
        ids = self.engine.load("loaded", rows.select(["record_id"]))
        later = self.record.filter(self.record.replaces != "")
        return _parties(later.semi_join(ids, later.replaces == ids.record_id))


def _together(*tables: pa.Table) -> pa.Table:
    return pa.concat_tables([table.select(PARTY).cast(_PARTY) for table in tables]).group_by(list(PARTY)).aggregate([])


def _parties(record: ir.Table) -> pa.Table:
    return record.select(*PARTY).distinct().to_pyarrow().cast(_PARTY)


def _other_period(units: pa.Table, order: Order, earlier: Run) -> pa.Array:
    """Units whose rated period is no longer the same one."""
    enrolled = units.column("enrolled_on") if "enrolled_on" in units.column_names else None
    days = (every(day, units.num_rows) for day in (_as_of(earlier), order.as_of))
    old, now = (rated_periods(order.scheme, column, enrolled) for column in days)
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
