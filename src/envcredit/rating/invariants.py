"""What must hold of every run, asked of the stages before anything is written and of every engine alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.base.diagnostics import problem
from envcredit.errors import InvariantError
from envcredit.scheme.model import Scheme, TierRule


@dataclass(frozen=True, slots=True)
class Made:
    """What a run has made: its stages, the rows it rated, the facts that rules looked at, and the scheme."""

    stages: Mapping[str, ir.Table]
    subject: ir.Table
    fact: ir.Table
    scheme: Scheme


Broken = Callable[[Made], ir.Table]
"""The rows that break a statement."""


def broken(made: Made) -> ir.Table:
    """``statement, rows``: how many rows break each statement, for the plan to compute along with the stages."""
    counts = [
        statement(made).aggregate(rows=ibis._.count()).select(statement=ibis.literal(name), rows="rows")
        for name, statement in STATEMENTS.items()
    ]
    return ibis.union(*counts) if len(counts) > 1 else counts[0]


def cited(made: Made) -> ir.Table:
    """``rule, clause``: every clause that a point rests on."""
    return made.stages["point"].select("rule", "clause").distinct()


def check(stages: Mapping[str, ir.Table], scheme: Scheme) -> None:
    """Raises ``InvariantError`` (T901, T902) that names each statement that does not hold, with how many rows break it."""
    found = [
        problem("T901", statement=row["statement"], rows=row["rows"])
        for row in stages["broken"].to_pyarrow().sort_by("statement").to_pylist()
        if row["rows"]
    ]
    for row in stages["cited"].to_pyarrow().sort_by([("rule", "ascending"), ("clause", "ascending")]).to_pylist():
        if row["clause"] not in scheme.clauses:
            found.append(problem("T902", rule=row["rule"], clause=row["clause"]))
    if found:
        raise InvariantError(found)


def one_score_each(made: Made) -> ir.Table:
    """Each rated row has exactly one score."""
    counted = made.stages["score"].group_by("unit_id").agg(rows=_.count())
    joined = made.subject.select("unit_id").left_join(counted, "unit_id")
    return joined.filter(joined.rows.isnull() | (joined.rows != 1))


def one_grade_each(made: Made) -> ir.Table:
    """Each rated row has exactly one row of the grade stage."""
    counted = made.stages["grade"].group_by("unit_id").agg(rows=_.count())
    joined = made.subject.select("unit_id").left_join(counted, "unit_id")
    return joined.filter(joined.rows.isnull() | (joined.rows != 1))


def points_add_up(made: Made) -> ir.Table:
    """Start value and counted points are the score, unless a bound cut it; weighted tiers are summed apart."""
    tiers = list(made.scheme.of_kind(TierRule))
    point = made.stages["point"].filter(~_.rule.isin(tiers)) if tiers else made.stages["point"]
    summed = point.group_by("unit_id").agg(counted=_.counted.sum().cast("int64"))
    score = made.stages["score"].filter(_.score.notnull())
    joined = score.left_join(summed, "unit_id")
    counted = ibis.coalesce(joined.counted, 0)
    weighted = bool(made.scheme.score and made.scheme.score.weighted)
    sums = ibis.literal(False) if weighted else joined.change != counted
    uncut = (joined.clamped == "") & (joined.base + joined.change != joined.score)
    return joined.filter(sums | uncut)


def counted_or_ignored(made: Made) -> ir.Table:
    """No fact is both counted and ignored by one rule."""
    return made.stages["point"].filter(_.record_id != "").semi_join(made.stages["ignored"], ["unit_id", "rule", "record_id"])


def grade_when_rated(made: Made) -> ir.Table:
    """A unit has a grade exactly when it is rated."""
    grade = made.stages["grade"]
    return grade.filter((grade.status == "rated") != (grade.final != ""))


def points_have_facts(made: Made) -> ir.Table:
    """Every point that names a record names a fact of its unit."""
    named = made.stages["point"].filter(_.record_id != "")
    return named.anti_join(made.fact, ["unit_id", "record_id"])


STATEMENTS: Mapping[str, Broken] = {
    statement.__name__: statement
    for statement in (one_score_each, one_grade_each, points_add_up, counted_or_ignored, grade_when_rated, points_have_facts)
}
