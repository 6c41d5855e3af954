"""What is to be rated, on which day, with what was known, and what the plan starts from for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

import pyarrow as pa

from envcredit.base.locations import EMBEDDED
from envcredit.engine import Engine, open_engine
from envcredit.rating.delivery import ResultPlace
from envcredit.rating.earlier import earlier_ratings, member_results
from envcredit.rating.inputs import Start, everyone
from envcredit.rating.prepared import Prepared
from envcredit.rating.run import read_run
from envcredit.records.places import Asked, Held, RecordPlace, Store
from envcredit.scheme.model import Scheme


@dataclass(frozen=True, slots=True)
class Order:
    """What to rate. ``units``: one row a unit (columns of the vocabulary's ``unit``). ``known_at``: ``YYYY-MM-DDTHH:MM:SSZ``.

    ``history``: runs whose grades count as earlier ratings. ``members``: for a park scheme, the run that rated the members.
    ``without_inferred``: the scheme in ``prepared`` is the one of the folder without what is only inferred.
    ``batches``: rate on these batches of ``records`` alone (all of them unless given). ``since``: a run to rest on, so that only
    units are rated again that something has touched. ``results``: where the engine writes every stage, beside the run folder.
    """

    prepared: Prepared
    scheme_folder: Traversable
    units: pa.Table
    records: RecordPlace
    as_of: date
    known_at: str
    links: Sequence[tuple[str, str, str]] = ()
    history: Sequence[Path] = ()
    members: Path | None = None
    engine: str = EMBEDDED
    accept_partial: bool = False
    without_inferred: bool = False
    batches: Sequence[str] | None = None
    since: Path | None = None
    results: ResultPlace | None = None

    @property
    def scheme(self) -> Scheme:
        """The scheme to rate by."""
        return self.prepared.scheme


def asked_of(order: Order) -> Asked:
    """Records that had been told by ``known_at``, so that what comes later leaves no trace in a run.

    Where years are told apart, none that begins after ``as_of`` is looked into.
    """
    return Asked(order.known_at, order.batches, None, order.as_of.year)


def attach_records(engine: Engine, order: Order) -> list[Held]:
    """Puts the records of an order in place as ``record`` and says which batches they are, by time."""
    return order.records.attach(engine, asked_of(order), order.prepared.vocabulary)


def held_batches(order: Order) -> list[Held]:
    """The batches that an order would find. Of a store no record is read for it."""
    if isinstance(order.records, Store):
        return order.records.held(asked_of(order))
    with open_engine(order.engine) as engine:
        return attach_records(engine, order)


def start_of(order: Order) -> Start:
    """What the plan of an order starts from, but for the records."""
    units = order.units.sort_by("unit_id")
    asks = everyone(units, order.as_of, order.known_at)
    facts = [earlier_ratings(read_run(path)) for path in order.history]
    if order.members is None:
        return Start(units, asks, order.links, facts=pa.concat_tables(facts) if facts else None)
    heard = member_results(read_run(order.members), units)
    parks = units.select(heard.lookup.column_names)
    lookup = pa.concat_tables([parks, heard.lookup.cast(parks.schema)])
    return Start(units, asks, order.links, facts=pa.concat_tables([*facts, heard.facts]), members=heard.pairs, lookup=lookup)
