"""Checks of the law a scheme rests on: clauses, the documents they stand in, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.base.diagnostics import Diagnostic
from envcredit.scheme.checks.ground import Ground
from envcredit.scheme.checks.texts import Spot
from envcredit.scheme.model import Clause, GradeRule, RepairRule, Scheme

NOT_ESTABLISHED = "unknown"
"""What ``not_modelled`` may cite where even the clause is not known."""


def citations(scheme: Scheme) -> Iterator[tuple[Spot, str, str]]:
    """Every place that cites a clause: the way to it, what cites (``rule``, ``consequence``, ``step``), and the clause."""
    for key, rule in scheme.rules.items():
        yield ("rules", key, "clause"), "rule", rule.clause
        if isinstance(rule, GradeRule):
            for at, row in enumerate(rule.rows):
                if row.clause is not None:
                    yield ("rules", key, "rows", at, "clause"), "rule", row.clause
    for key, consequence in scheme.consequences.items():
        yield ("consequences", key, "clause"), "consequence", consequence.clause
    for key, step in scheme.procedure.items():
        if step.clause is not None:
            yield ("procedure", key, "clause"), "step", step.clause


def clauses_exist(ground: Ground) -> Iterator[Diagnostic]:
    """Whatever cites a clause cites one that the scheme lists."""
    for spot, _, clause in citations(ground.scheme):
        if clause not in ground.scheme.clauses:
            yield ground.found("S201", spot, user=spot[1], clause=clause)


def clauses_in_force(ground: Ground) -> Iterator[Diagnostic]:
    """A clause that a rule cites is in force on every day on which the scheme is, but for rules on repair."""
    days = ground.scheme.in_force
    for key, clause in ground.scheme.clauses.items():
        users = list(_lasting_users(ground.scheme, key))
        late = clause.valid_from is not None and clause.valid_from > days.first
        early = clause.valid_to is not None and (days.last is None or clause.valid_to < days.last)
        if users and (late or early) and not _upside_down(clause):
            yield ground.found(
                "S202",
                ("clauses", key),
                *users,
                clause=key,
                first=clause.valid_from or "…",
                last=clause.valid_to or "…",
                scheme_first=days.first,
                scheme_last=days.last or "…",
            )


def _lasting_users(scheme: Scheme, clause: str) -> Iterator[Spot]:
    """The rules that cite a clause, without those on repair: these work on the days of their clause alone."""
    for spot, what, cited in citations(scheme):
        if what == "rule" and cited == clause and not isinstance(scheme.rules[str(spot[1])], RepairRule):
            yield spot


def _upside_down(clause: Clause) -> bool:
    return clause.valid_from is not None and clause.valid_to is not None and clause.valid_to < clause.valid_from


def sources_fit(ground: Ground) -> Iterator[Diagnostic]:
    """Every clause stands in a listed document, and was looked up no earlier than the document is dated."""
    for key, clause in ground.scheme.clauses.items():
        source = ground.scheme.sources.get(clause.source)
        if source is None:
            yield ground.found("S203", ("clauses", key, "source"), clause=key, source=clause.source)
        elif source.dated is not None and clause.checked_on < source.dated:
            yield ground.found(
                "S207",
                ("clauses", key, "checked_on"),
                ("sources", clause.source, "dated"),
                clause=key,
                checked_on=clause.checked_on,
                dated=source.dated,
            )


def sources_are_used(ground: Ground) -> Iterator[Diagnostic]:
    """Every listed document has a clause of the scheme in it."""
    used = {clause.source for clause in ground.scheme.clauses.values()}
    for key in ground.scheme.sources:
        if key not in used:
            yield ground.found("S208", ("sources", key), source=key)


def nothing_left_unsaid(ground: Ground) -> Iterator[Diagnostic]:
    """Every clause is carried out by something, or stands in ``not_modelled`` with its reason."""
    cited = {clause for _, _, clause in citations(ground.scheme)}
    left_out = {row.clause for row in ground.scheme.not_modelled}
    for key in ground.scheme.clauses:
        if key not in cited | left_out:
            yield ground.found("S204", ("clauses", key), clause=key)


def left_out_clauses_exist(ground: Ground) -> Iterator[Diagnostic]:
    """``not_modelled`` names clauses that the scheme lists, or says that the clause is unknown."""
    for at, row in enumerate(ground.scheme.not_modelled):
        if row.clause not in ground.scheme.clauses and row.clause != NOT_ESTABLISHED:
            yield ground.found("S206", ("not_modelled", at, "clause"), clause=row.clause, unknown=NOT_ESTABLISHED)


CHECKS = (clauses_exist, clauses_in_force, sources_fit, sources_are_used, nothing_left_unsaid, left_out_clauses_exist)
