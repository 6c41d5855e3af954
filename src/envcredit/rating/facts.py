"""From records to facts: what is attached to a unit, as known at ``known_at`` and true on ``as_of``.

A record that another one replaces, or that was not yet recorded, is no fact. Rectifications, repairs, revocations and
suspensions are records of their own; here they become states of the document that they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
_ALWAYS = (
    "done_on",
    "decided_on",
    "outcome",
    "suspended_to",
    "period_to",
    "grade",
    "entered_on",
    "entered_value",
    "rule",
    "member",
)


def needed(vocabulary: Vocabulary, attributes: Iterable[str]) -> list[str]:
    """Attributes that facts must carry: those a scheme looks at, those that states and earlier results rest on, and days."""
    wanted = {*attributes, *_ALWAYS, *(kind.date for kind in vocabulary.kinds.values())}
    return [name for name in vocabulary.attributes if name in wanted]


def known_records(record: ir.Table) -> ir.Table:
    """Records with ``replaced_at``: the moment from which another record stands in their place (null: none does)."""
    later = record.filter(_.replaces != "").group_by(record_id="replaces").agg(replaced_at=_.recorded_at.min())
    return record.left_join(later, "record_id").drop("record_id_right")


@dataclass(frozen=True, slots=True)
class Heard:
    """What facts are made from. ``party``: which unit each party as written is. ``placement``: which rated row (``unit_id``)
    hears of which unit (``real_id``), itself or for a park also each member (``by_member``), with CLOCKS and ``without``, a
    record that this row is to be rated without ('' for none). ``given``: facts of earlier runs, which know their unit.
    """

    record: ir.Table
    party: ir.Table
    placement: ir.Table
    given: ir.Table


def facts(keeper: Keeper, heard: Heard, attributes: Iterable[str], vocabulary: Vocabulary) -> ir.Table:
    """One row a record and rated row: HEAD without the record's own clocks, its attributes, day and clocks, and the states.

    Only what amends other records is kept on the way; the rows themselves are wide, and whoever asks keeps them once.
    """
    columns = needed(vocabulary, attributes)
    joined = heard.party.filter(_.unit_id.notnull()).drop("reason").rename(real_id="unit_id")
    stated = known_records(heard.record.select(*HEAD, *PARTY, *columns)).join(joined, list(PARTY)).drop(*PARTY)
    stated = stated.mutate(day=day_of(stated, vocabulary.kinds))
    everything = ibis.union(stated, heard.given.select(*stated.columns))
    placed = everything.join(heard.placement, "real_id").drop("real_id")
    now_known = (placed.recorded_at <= placed.known_at) & (placed.replaced_at.isnull() | (placed.replaced_at > placed.known_at))
    true_then = (placed.day <= placed.as_of) & (placed.record_id != placed.without)
    base = placed.filter(now_known & true_then).drop("without", "replaced_at", "recorded_at", "replaces")
    return with_states(base, keeper.keep("amended", _states(base)), vocabulary)


def day_of(table: ir.Table, kinds: Mapping[str, Kind]) -> ir.DateValue:
    """The day a record is about, by its kind."""
    return ibis.cases(*((table.kind == kind.name, table[kind.date]) for kind in kinds.values()))


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
    """One row a unit, member and document that is spoken of: the first day of each state, the last day of a suspension."""
    about = base.filter(_.kind.isin(list(AMENDING)) & (_.about_key != ""))
    granted = about.outcome.isnull() | (about.outcome == "accepted")
    running = about.suspended_to.isnull() | (about.suspended_to >= about.as_of)
    return about.group_by(state_unit="unit_id", state_member="by_member", state_key="about_key").agg(
        rectified_first=about.done_on.min(where=(about.kind == "rectification") & granted),
        repaired_first=about.decided_on.min(where=(about.kind == "repair") & granted),
        revoked_first=about.decided_on.min(where=about.kind == "revocation"),
        suspended_last=ibis.ifelse(about.suspended_to.isnull(), ibis.date(9999, 12, 31), about.suspended_to).max(
            where=(about.kind == "suspension") & running
        ),
    )
