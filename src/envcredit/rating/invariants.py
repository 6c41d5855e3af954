"""What must hold of every run, asked of the stages before anything is written and of every engine alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.errors import InvariantError
from envcredit.rating.program import Program
from envcredit.scheme.model import TierRule

Broken = Callable[[Mapping[str, ir.Table], ir.Table, Program], ir.Table]


def check(stages: Mapping[str, ir.Table], subject: ir.Table, program: Program) -> None:
    """Raises ``InvariantError`` (T901) that names each statement that does not hold, with how many rows break it."""
    found = [*_broken(stages, subject, program), *_clauses(stages["point"], program)]
    if found:
        raise InvariantError(found)


def _broken(stages: Mapping[str, ir.Table], subject: ir.Table, program: Program) -> Iterator[Diagnostic]:
    counts = {name: statement(stages, subject, program).count() for name, statement in STATEMENTS.items()}
    asked = ibis.memtable({"one": [1]}).select(**{name: count.as_scalar() for name, count in counts.items()})
    for name, rows in asked.to_pyarrow().to_pylist()[0].items():
        if rows:
            yield problem("T901", statement=name, rows=rows)


def one_score_each(stages: Mapping[str, ir.Table], subject: ir.Table, program: Program) -> ir.Table:
    """Each rated row has exactly one score."""
    counted = stages["score"].group_by("unit_id").agg(rows=_.count())
    joined = subject.select("unit_id").left_join(counted, "unit_id")
    return joined.filter(joined.rows.isnull() | (joined.rows != 1))


def one_grade_each(stages: Mapping[str, ir.Table], subject: ir.Table, program: Program) -> ir.Table:
    """Each rated row has exactly one row of the grade stage."""
    counted = stages["grade"].group_by("unit_id").agg(rows=_.count())
    joined = subject.select("unit_id").left_join(counted, "unit_id")
    return joined.filter(joined.rows.isnull() | (joined.rows != 1))


def points_add_up(stages: Mapping[str, ir.Table], subject: ir.Table, program: Program) -> ir.Table:
    """Start value and counted points are the score, unless a bound cut it; weighted tiers are summed apart."""
    tiers = list(program.scheme.of_kind(TierRule))
    point = stages["point"].filter(~_.rule.isin(tiers)) if tiers else stages["point"]
    summed = point.group_by("unit_id").agg(counted=_.counted.sum().cast("int64"))
    score = stages["score"].filter(_.score.notnull())
    joined = score.left_join(summed, "unit_id")
    counted = ibis.coalesce(joined.counted, 0)
    weighted = bool(program.scheme.score and program.scheme.score.weighted)
    sums = ibis.literal(False) if weighted else joined.change != counted
    uncut = (joined.clamped == "") & (joined.base + joined.change != joined.score)
    return joined.filter(sums | uncut)


def counted_or_ignored(stages: Mapping[str, ir.Table], subject: ir.Table, program: Program) -> ir.Table:
    """No fact is both counted and ignored by one rule."""
    return stages["point"].filter(_.record_id != "").semi_join(stages["ignored"], ["unit_id", "rule", "record_id"])


def grade_when_rated(stages: Mapping[str, ir.Table], subject: ir.Table, program: Program) -> ir.Table:
    """A unit has a grade exactly when it is rated."""
    grade = stages["grade"]
    return grade.filter((grade.status == "rated") != (grade.final != ""))


def points_have_facts(stages: Mapping[str, ir.Table], subject: ir.Table, program: Program) -> ir.Table:
    """Every point that names a record names a fact of its unit."""
    named = stages["point"].filter(_.record_id != "")
    return named.anti_join(stages["fact"], ["unit_id", "record_id"])


def _clauses(point: ir.Table, program: Program) -> Iterator[Diagnostic]:
    """Every point has exactly one clause, one that the scheme lists."""
    used = point.select("rule", "clause").distinct().order_by("rule", "clause").to_pyarrow().to_pylist()
    for row in used:
        if row["clause"] not in program.scheme.clauses:
            yield problem("T902", rule=row["rule"], clause=row["clause"])


STATEMENTS: Mapping[str, Broken] = {
    statement.__name__: statement
    for statement in (one_score_each, one_grade_each, points_add_up, counted_or_ignored, grade_when_rated, points_have_facts)
}
