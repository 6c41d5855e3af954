"""From records to facts: what is attached to a unit, as known at ``known_at`` and true on ``as_of``.

A record that another one replaces, or that was not yet recorded, is no fact. Rectifications, repairs, revocations and
suspensions are records of their own; here they become states of the document that they are about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.base.vocabulary import Kind, Vocabulary
from envcredit.engine import Keeper
from envcredit.rating.attach import PARTY

CLOCKS = ("as_of", "known_at", "rated_from", "rated_to", "rated_end")


HEAD = ("record_id", "kind", "recorded_at", "replaces", "document_key", "about_key")
AMENDING = ("rectification", "repair", "revocation", "suspension")
AMENDED_BY = ("done_on", "decided_on", "outcome", "suspended_to")


def carried(vocabulary: Vocabulary, attributes: Iterable[str]) -> list[str]:
    """Those of some names that are attributes of records (not states), in the order of the vocabulary."""
    named = set(attributes)
    return [name for name in vocabulary.attributes if name in named]


def known_records(record: ir.Table, every: ir.Table) -> ir.Table:
    """Some records with ``replaced_at``: the moment from which one of ``every`` record stands in their place (null: none)."""
    later = every.filter(_.replaces != "").group_by(record_id="replaces").agg(replaced_at=_.recorded_at.min())
    return record.left_join(later, "record_id").drop("record_id_right")


@dataclass(frozen=True, slots=True)
class Heard:
    """What facts are made from. ``record``: what sources said. ``party``: for each party as written the rated rows
    (``unit_id``) that hear of its unit (``real_id``), themselves or for a park as a member (``by_member``), with CLOCKS and
    ``without``, a record that this row is to be rated without ('' for none). ``given``: facts of earlier runs, placed likewise.
    """

    record: ir.Table
    party: ir.Table
    given: ir.Table


def heard_of(keeper: Keeper, record: ir.Table, party: ir.Table, placement: ir.Table, given: ir.Table) -> Heard:
    """Records and facts of earlier runs, as rated rows hear of them. Parties are placed once, before the records are read."""
    attached = party.filter(party.unit_id.notnull()).select(*PARTY, "attached_by", real_id="unit_id")
    placed = keeper.keep("party_placed", attached.join(placement, "real_id"))
    return Heard(record, placed, given.join(placement, "real_id"))


Which = Callable[[ir.Table], ir.BooleanValue]
"""Picks records by what they state themselves."""


def amending(row: ir.Table) -> ir.BooleanValue:
    """Records that say what became of the document of another."""
    return row.kind.isin(list(AMENDING)) & (row.about_key != "")


def amended(keeper: Keeper, standing_amending: ir.Table) -> ir.Table:
    """One row a rated row, member and document that another document amends: what became of it, as known and true then."""
    return keeper.keep("amended", _states(standing_amending))


def facts(heard: Heard, states: ir.Table, which: Which, attributes: Iterable[str], vocabulary: Vocabulary) -> ir.Table:
    """One row a record and rated row: HEAD without the record's own clocks, the attributes, day and clocks, and the states."""
    return with_states(standing(heard, which, attributes, vocabulary), states, vocabulary)


def standing(heard: Heard, which: Which, attributes: Iterable[str], vocabulary: Vocabulary) -> ir.Table:
    """Records of those that ``which`` picks that were known at ``known_at``, not replaced by then, and true on ``as_of``."""
    some = heard.record.filter(which(heard.record))
    dated = some.select(*HEAD, *PARTY, *attributes, day=day_of(some, vocabulary.kinds))
    stated = known_records(dated, heard.record).join(heard.party, list(PARTY)).drop(*PARTY, "real_id")
    placed = ibis.union(stated, heard.given.filter(which(heard.given)).select(*stated.columns))
    now_known = (placed.recorded_at <= placed.known_at) & (placed.replaced_at.isnull() | (placed.replaced_at > placed.known_at))
    true_then = (placed.day <= placed.as_of) & (placed.record_id != placed.without)
    return placed.filter(now_known & true_then).drop("without", "replaced_at", "recorded_at", "replaces")


def day_of(table: ir.Table, kinds: Mapping[str, Kind]) -> ir.DateValue:
    """The day a record is about, by its kind."""
    named: dict[str, list[str]] = {}
    for kind in kinds.values():
        named.setdefault(kind.date, []).append(kind.name)
    return ibis.cases(*((table.kind.isin(of), table[column]) for column, of in named.items()))


def with_states(base: ir.Table, states: ir.Table, vocabulary: Vocabulary) -> ir.Table:
    """Facts with what later documents did to them, as of the unit's day."""
    same = (base.unit_id == states.state_unit) & (base.by_member == states.state_member) & (base.document_key == states.state_key)
    joined = base.left_join(states, same)
    amended = {kind: joined.kind.isin(list(vocabulary.kinds[kind].amends)) for kind in AMENDING}
    dated = joined.mutate(
        rectified_on=ibis.cases((amended["rectification"], joined.rectified_first)),
        repaired_on=ibis.cases((amended["repair"], joined.repaired_first)),
        revoked_on=ibis.cases((amended["revocation"], joined.revoked_first)),
        suspended_until=ibis.cases((amended["suspension"], joined.suspended_last)),
    )
    return dated.mutate(
        rectified=_.rectified_on.notnull(),
        repaired=_.repaired_on.notnull(),
        revoked=_.revoked_on.notnull(),
        suspended=_.suspended_until.notnull(),
    ).drop(*states.columns)


def _states(base: ir.Table) -> ir.Table:
    """The first day of each state, the last day of a suspension."""
    granted = base.outcome.isnull() | (base.outcome == "accepted")
    running = base.suspended_to.isnull() | (base.suspended_to >= base.as_of)
    return base.group_by(state_unit="unit_id", state_member="by_member", state_key="about_key").agg(
        rectified_first=base.done_on.min(where=(base.kind == "rectification") & granted),
        repaired_first=base.decided_on.min(where=(base.kind == "repair") & granted),
        revoked_first=base.decided_on.min(where=base.kind == "revocation"),
        suspended_last=ibis.ifelse(base.suspended_to.isnull(), ibis.date(9999, 12, 31), base.suspended_to).max(
            where=(base.kind == "suspension") & running
        ),
    )
