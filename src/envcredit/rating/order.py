"""What is to be rated, on which day, with what was known, and what the plan starts from for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

import pyarrow as pa

from envcredit.base.digest import digest_of_file
from envcredit.base.vocabulary import Vocabulary
from envcredit.engine import Engine
from envcredit.rating.earlier import earlier_ratings, member_results
from envcredit.rating.inputs import Start, everyone
from envcredit.rating.prepared import Prepared
from envcredit.rating.run import read_run
from envcredit.records.store import RECORD, Batch, batches
from envcredit.records.wide import wide_schema
from envcredit.scheme.model import Scheme


@dataclass(frozen=True, slots=True)
class Order:
    """What to rate. ``units``: one row a unit (columns of the vocabulary's ``unit``). ``known_at``: ``YYYY-MM-DDTHH:MM:SSZ``.

    ``history``: runs whose grades count as earlier ratings. ``members``: for a park scheme, the run that rated the members.
    ``without_inferred``: the scheme in ``prepared`` is the one of the folder without what is only inferred.
    ``batches``: rate on these batches of the store alone (all of them unless given). ``since``: a run to rest on, so that only
    units are rated again that something has touched.
    """

    prepared: Prepared
    scheme_folder: Traversable
    units: pa.Table
    store: Path
    as_of: date
    known_at: str
    links: Sequence[tuple[str, str, str]] = ()
    history: Sequence[Path] = ()
    members: Path | None = None
    engine: str = "duckdb"
    accept_partial: bool = False
    without_inferred: bool = False
    batches: Sequence[str] | None = None
    since: Path | None = None

    @property
    def scheme(self) -> Scheme:
        """The scheme to rate by."""
        return self.prepared.scheme


def known_batches(order: Order) -> list[Batch]:
    """Batches that had been recorded by ``known_at``, so that what comes later leaves no trace in a run."""
    known = [batch for batch in batches(order.store) if batch.recorded_at <= order.known_at]
    return known if order.batches is None else [batch for batch in known if batch.id in order.batches]


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


def attach_records(engine: Engine, stored: Sequence[Batch], vocabulary: Vocabulary) -> None:
    """Puts the batches in place as ``record``, after a look at each file's digest."""
    for batch in stored:
        if digest_of_file(batch.folder / RECORD) != batch.file_digest:
            batch.table()
    if stored:
        engine.attach("record", [batch.folder / RECORD for batch in stored])
    else:
        engine.load("record", wide_schema(vocabulary).empty_table())
