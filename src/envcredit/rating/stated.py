"""The facts of a finished run with all that their records state: found again where they lie, for the units that are asked about.

A run keeps which unit each party as written is (stage ``party``), not a copy of every record. Records are only ever added, so
the ones that a run rested on are still there; the manifest names their batches by digest.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from envcredit.base.locations import EMBEDDED
from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.engine import Keeper, open_engine
from envcredit.errors import InputError
from envcredit.rating.again import changed_batches, order_again, place_of
from envcredit.rating.attach import PARTY
from envcredit.rating.facts import AMENDED_BY, Heard, amended, amending, facts, heard_of, standing
from envcredit.rating.inputs import load_start
from envcredit.rating.order import attach_records, start_of
from envcredit.rating.run import Run
from envcredit.records.places import Table

FACT_KEY = ("unit_id", "record_id")
ORIGIN = ("source", "batch", "file", "sheet", "line", "recorded_at", "unit_name", "unit_code_raw")


def stated(keeper: Keeper, heard: Heard, vocabulary: Vocabulary) -> ir.Table:
    """One row a fact: its unit, how it was attached, its day, ORIGIN, every attribute of the vocabulary, and the states."""
    wide = (*ORIGIN, *vocabulary.attributes)
    states = amended(keeper, standing(heard, amending, AMENDED_BY, vocabulary))
    fact = facts(heard, states, lambda _row: ibis.literal(True), (), vocabulary)
    said = ibis.union(heard.record.select("record_id", *wide), heard.given.select("record_id", *wide))
    own = ("unit_id", "record_id", "kind", "by_member", "attached_by", "day", "document_key", "about_key")
    return fact.select(*own, *vocabulary.states).join(said, "record_id").select(*own, *wide, *vocabulary.states)


def facts_of(run: Run, units: Collection[str] | None = None, records: Path | str | None = None) -> pa.Table:
    """Facts of some units of a run (of all if none are named) as :func:`stated` gives them, sorted by unit and record.

    ``records``: where they lie now, if they were moved; a table is looked for in ``run.engine``. Raises ``InputError`` (T120)
    if they are not there or not the same.
    """
    vocabulary = read_vocabulary()
    place = place_of(run, records)
    order = order_again(run, place, run.engine if isinstance(place, Table) else EMBEDDED, units)
    start = start_of(order)
    real = {*order.units.column("unit_id").to_pylist(), *(member for _park, member in start.members)}
    with open_engine(order.engine) as engine:
        load_start(engine, start, order.scheme, vocabulary)
        if changed := changed_batches(run, attach_records(engine, order), order.records):
            raise InputError(changed)
        party = engine.load("party_known", _parties(run, real if units is not None else None))
        record = engine.table("record")
        found = record if units is None else engine.keep("found", record.semi_join(party, list(PARTY)))
        heard = heard_of(engine, found, party, engine.table("placement"), engine.table("given"))
        return stated(engine, heard, vocabulary).order_by(*FACT_KEY).to_pyarrow()


def _parties(run: Run, units: Collection[str] | None) -> pa.Table:
    every = run.stage("party") if units is None else run.rows("party", *sorted(units))
    return every.select([*PARTY, "unit_id", "attached_by"])
