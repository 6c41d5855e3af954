"""From records to facts: what is attached to a unit, as known at ``known_at`` and true on ``as_of``.

A record that another one replaces, or that was not yet recorded, is no fact. Rectifications, repairs, revocations and
suspensions are records of their own; here they become states of the document that they are about.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.base.vocabulary import Kind, Vocabulary
from envcredit.engine import Engine
from envcredit.rating.attach import PARTY

CLOCKS = ("as_of", "known_at", "rated_from", "rated_to", "rated_end")


def known_records(record: ir.Table) -> ir.Table:
    """Records with ``replaced_at``: the moment from which another record stands in their place (null: none does)."""
    later = record.filter(_.replaces != "").group_by("replaces").agg(replaced_at=_.recorded_at.min())
    return record.left_join(later, record.record_id == later.replaces).drop("replaces_right")


def facts(engine: Engine, record: ir.Table, party: ir.Table, given: ir.Table, placement: ir.Table, vocabulary: Vocabulary) -> ir.Table:
    """One row a record and rated row: the wide record, its clocks, and the states.

    ``placement`` says which rated row (``unit_id``) hears of which unit (``real_id``): itself, or for a park also each member
    (``by_member``); it carries CLOCKS and ``without``, a record that this row is to be rated without ('' for none).
    ``given`` are facts that come from earlier runs and already know their unit.
    """
    joined = party.filter(_.unit_id.notnull()).drop("reason").rename(real_id="unit_id")
    stated = known_records(record).join(joined, list(PARTY))
    stated = stated.mutate(day=day_of(stated, vocabulary.kinds))
    everything = ibis.union(stated, given.select(*stated.columns))
    placed = everything.join(placement, "real_id").drop("real_id")
    now_known = (placed.recorded_at <= placed.known_at) & (placed.replaced_at.isnull() | (placed.replaced_at > placed.known_at))
    true_then = (placed.day <= placed.as_of) & (placed.record_id != placed.without)
    base = engine.keep("fact_base", placed.filter(now_known & true_then).drop("without", "replaced_at"))
    return engine.keep("fact", with_states(base, vocabulary))


def day_of(table: ir.Table, kinds: Mapping[str, Kind]) -> ir.DateValue:
    """The day a record is about, by its kind."""
    return ibis.cases(*((table.kind == kind.name, table[kind.date]) for kind in kinds.values()))  # type: ignore[no-any-return]


def with_states(base: ir.Table, vocabulary: Vocabulary) -> ir.Table:
    """Facts with what later documents did to them, as of the unit's day."""
    states = _states(base, vocabulary.kinds)
    joined = base.left_join(states, (base.unit_id == states.state_unit) & (base.document_key == states.state_key))
    amended = {
        kind: joined.kind.isin(list(vocabulary.kinds[kind].amends)) for kind in ("rectification", "repair", "revocation", "suspension")
    }
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
    ).drop("state_unit", "state_key", "rectified_first", "repaired_first", "revoked_first", "suspended_last")


def _states(base: ir.Table, kinds: Mapping[str, Kind]) -> ir.Table:
    """One row a unit and document that is spoken of: the first day of each state, the last day of a suspension."""
    amending = [name for name, kind in kinds.items() if kind.amends]
    about = base.filter(_.kind.isin(amending) & (_.about_key != ""))
    granted = about.outcome.isnull() | (about.outcome == "accepted")
    running = about.suspended_to.isnull() | (about.suspended_to >= about.as_of)
    return about.group_by(state_unit="unit_id", state_key="about_key").agg(
        rectified_first=about.done_on.min(where=(about.kind == "rectification") & granted),
        repaired_first=about.decided_on.min(where=(about.kind == "repair") & granted),
        revoked_first=about.decided_on.min(where=about.kind == "revocation"),
        suspended_last=ibis.ifelse(about.suspended_to.isnull(), ibis.date(9999, 12, 31), about.suspended_to).max(
            where=(about.kind == "suspension") & running
        ),
    )
