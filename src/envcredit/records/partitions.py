"""Records laid out by kind and year, so that a rating opens only what can matter to it.

``year`` is the first year of which a rating may have to know a record: the year of the day that it is about, or of the day of the
record that it replaces, if that is earlier (between the two days the other one has to be known as replaced); 0 where it states no
day. ``kind`` can be a part of paths only while no record replaces one of another kind, for it would not be found with that one.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from envcredit.base.vocabulary import Vocabulary

EVERYTHING = "9999-12-31T23:59:59Z"
"""A moment by which everything has been told."""


def with_year(record: ir.Table, vocabulary: Vocabulary) -> ir.Table:
    """Records with ``year``."""
    day = ibis.cases(*((record.kind == kind.name, record[kind.date]) for kind in vocabulary.kinds.values()))
    stated = record.mutate(own_year=day.year().cast("int64").fill_null(0))
    other = stated.select(other_id="record_id", other_year="own_year")
    joined = stated.left_join(other, stated.replaces == other.other_id)
    year = ibis.least(joined.own_year, joined.other_year.fill_null(joined.own_year))
    return joined.mutate(year=year).drop("own_year", "other_id", "other_year")


def partition_columns(record: ir.Table) -> tuple[str, ...]:
    """``kind`` and ``year``, or ``year`` alone."""
    other = record.select(other_id="record_id", other_kind="kind")
    across = record.join(other, record.replaces == other.other_id).filter(lambda both: both.kind != both.other_kind)
    return ("year",) if across.count().to_pyarrow().as_py() else ("kind", "year")
