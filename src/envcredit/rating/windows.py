"""From which day to which day a fact counts, and why it does not count on the day of the rating."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from envcredit.base.days import Term
from envcredit.rating.exact import later
from envcredit.rating.expression import moved
from envcredit.rating.program import FactProgram, Program
from envcredit.scheme.model import Calendar, Period, TermTable, Window


def chosen(pick: ir.Table, programs: Iterable[FactProgram], value: Callable[[FactProgram], tuple[object, ir.Value | None]]) -> ir.Value | None:
    """``CASE rule``: one branch for each distinct key that ``value`` gives, null where it gives no expression."""
    branches: dict[object, tuple[ir.Value, list[int]]] = {}
    for program in programs:
        key, expression = value(program)
        if expression is not None:
            branches.setdefault(key, (expression, []))[1].append(program.number)
    if not branches:
        return None
    return ibis.cases(*((pick.rule_no.isin(numbers), expression) for expression, numbers in branches.values()))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one scheme over rows that hold fact columns and the unit's clocks."""

    program: Program

    @property
    def calendar(self) -> Calendar:
        """The month-end and term-end rules of the scheme."""
        return self.program.scheme.calendar

    def with_days(self, pick: ir.Table, programs: Sequence[FactProgram]) -> ir.Table:
        """Adds ``since`` (the day the term is reckoned from), ``counts_from`` and ``counts_to`` (null: open end)."""
        none = ibis.null("date")
        since = chosen(pick, programs, lambda p: (_since_key(p), pick[p.window.first] if p.window else None))
        first = chosen(pick, programs, lambda p: (_first_key(p), self._first(pick, p.window) if p.window else None))
        last = chosen(pick, programs, lambda p: (_window_key(p), self._last(pick, p.window) if p.window else None))
        always = pick.rule_no.isin([p.number for p in programs if p.window is None])
        return pick.mutate(
            since=ibis.ifelse(always, pick.day, none if since is None else since),
            counts_from=ibis.ifelse(always, pick.day, none if first is None else first),
            counts_to=none if last is None else last,
        )

    def _first(self, row: ir.Table, window: Window) -> ir.DateValue:
        day = row[window.first]
        return self._moved(day, window.after) if window.after else day  # type: ignore[return-value,arg-type]

    def _last(self, row: ir.Table, window: Window) -> ir.DateValue | None:
        first = self._first(row, window)
        ends = [self._term_end(row, first, window.lasts)] if window.lasts else []
        ends += [row[window.until]] if window.until else []
        ends += [later(row[window.before], -1)] if window.before else []  # type: ignore[arg-type]
        ends += self._period_end(row, window) if window.within else []
        if window.shortened:
            shorter = self._end(first, window.shortened.to)
            ends.append(ibis.cases((row[window.shortened.once] <= row.as_of, shorter)))
        if not ends:
            return None
        last = reduce(ibis.least, ends)
        # 未整改的结转: past its own window a fact goes on counting until the day before it was put right
        return ibis.cases((row.rectified_on.isnull(), ibis.null("date")), else_=ibis.greatest(last, later(row.rectified_on, -1))) if window.carry else last  # type: ignore[no-any-return]

    def _period_end(self, row: ir.Table, window: Window) -> list[ir.DateValue]:
        period: Period = self.program.scheme.period
        if period.kind == "rolling" and period.length:
            return [self._end(row[window.first], period.length)]  # type: ignore[arg-type]
        return [] if period.kind == "snapshot" else [row.rated_end]

    def _term_end(self, row: ir.Table, first: ir.DateValue, lasts: Term | TermTable) -> ir.DateValue:
        if isinstance(lasts, Term):
            return self._end(first, lasts)
        return ibis.cases(*((row[lasts.by] == code, self._end(first, term)) for code, term in lasts.table.items()))  # type: ignore[no-any-return]

    def _end(self, first: ir.DateValue, term: Term) -> ir.DateValue:
        end = self._moved(first, term)
        return end if self.calendar.term_ends == "corresponding_day" else later(end, -1)

    def _moved(self, day: ir.DateValue, term: Term) -> ir.DateValue:
        return moved(day, term, 1, self.calendar.month_end)

    def before_period(self, pick: ir.Table, programs: Sequence[FactProgram]) -> ir.BooleanValue:
        """Whether a fact that counts within the period lies before it, and is not carried over."""
        if self.program.scheme.period.kind in ("rolling", "snapshot"):
            return ibis.literal(False)
        bound = [p.number for p in programs if p.window and p.window.within]
        carried = [p.number for p in programs if p.window and p.window.carry]
        over = pick.rule_no.isin(carried) & (pick.rectified_on.isnull() | (pick.rectified_on > pick.as_of))
        return pick.rule_no.isin(bound) & (pick.since < pick.rated_from) & ~over


def _since_key(program: FactProgram) -> object:
    return program.window.first if program.window else None


def _first_key(program: FactProgram) -> object:
    return (program.window.first, str(program.window.after)) if program.window else None


def _window_key(program: FactProgram) -> object:
    return program.window.model_dump_json() if program.window else None
