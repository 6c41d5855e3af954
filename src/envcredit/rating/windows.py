"""From which day to which day a fact counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from envcredit.base.days import Term
from envcredit.rating.exact import later
from envcredit.rating.expression import moved
from envcredit.rating.program import Dating, FactProgram, Program
from envcredit.rating.rule_tables import FIXED
from envcredit.scheme.model import Calendar, TermTable, Window


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one scheme over rows that hold fact columns, ``window_no`` and the unit's clocks."""

    program: Program

    @property
    def calendar(self) -> Calendar:
        """The month-end and term-end rules of the scheme."""
        return self.program.scheme.calendar

    def with_days(self, pick: ir.Table, programs: Sequence[FactProgram]) -> ir.Table:
        """Adds ``since`` (the day the term is reckoned from), ``counts_from``, ``counts_to`` (null: open end) and ``untimed``.

        ``untimed``: the code that the term depends on is unknown; ``counts_to`` is then the end of the longest term.
        """
        used = [(n, dating) for n, dating in enumerate(self.program.datings) if any(p.dating == dating for p in programs)]
        untimed = [(pick.window_no == n, _code(pick, dating).isnull()) for n, dating in used if dating.term_code]
        return pick.mutate(
            since=_chosen(pick, used, lambda dating: pick[dating.window.first], pick.day),
            counts_from=_chosen(pick, used, lambda dating: self._first(pick, dating.window), pick.day),
            counts_to=_chosen(pick, used, lambda dating: self._last(pick, dating), None),
            untimed=ibis.cases(*untimed, else_=False) if untimed else ibis.literal(False),
        )

    def _first(self, row: ir.Table, window: Window) -> Any:
        day = row[window.first]
        return self._moved(day, window.after) if window.after else day

    def _last(self, row: ir.Table, dating: Dating) -> Any:
        window = dating.window
        first = self._first(row, window)
        ends = [self._term_end(row, first, dating)] if window.lasts else []
        ends += [row[window.until]] if window.until else []
        ends += [later(row[window.before], -1)] if window.before else []
        ends += self._period_end(row, window) if window.within else []
        if window.shortened:
            ends.append(ibis.cases((row[window.shortened.once] <= row.as_of, self._end(first, window.shortened.to))))
        if not ends:
            return None
        last: Any = reduce(ibis.least, ends)
        if not window.carry:
            return last
        # 未整改的结转: past its own window a fact goes on counting until the day before it was put right
        put_right = later(row.rectified_on, -1)
        return ibis.cases((row.rectified_on.isnull(), ibis.null("date")), else_=ibis.greatest(last, put_right))

    def _period_end(self, row: ir.Table, window: Window) -> list[Any]:
        period = self.program.scheme.period
        if period.kind == "rolling" and period.length:
            return [self._end(row[window.first], period.length)]
        return [] if period.kind == "snapshot" else [row.rated_end]

    def _term_end(self, row: ir.Table, first: Any, dating: Dating) -> Any:
        lasts = dating.window.lasts
        if not isinstance(lasts, TermTable):
            return self._end(first, lasts) if lasts else None
        ends = {code: self._end(first, term) for code, term in lasts.table.items()}
        stated = _code(row, dating)
        return ibis.cases(*((stated == code, end) for code, end in ends.items()), else_=reduce(ibis.greatest, ends.values()))

    def _end(self, first: Any, term: Term) -> Any:
        end = self._moved(first, term)
        return end if self.calendar.term_ends == "corresponding_day" else later(end, -1)

    def _moved(self, day: Any, term: Term) -> Any:
        return moved(day, term, 1, self.calendar.month_end)

    def before_period(self, pick: ir.Table) -> ir.BooleanValue:
        """Whether a fact that counts within the period lies before it, and is not carried over."""
        if self.program.scheme.period.kind in ("rolling", "snapshot"):
            return ibis.literal(False)
        over = pick.carried & (pick.rectified_on.isnull() | (pick.rectified_on > pick.as_of))
        return pick.in_period & (pick.since < pick.rated_from) & ~over


def _code(row: ir.Table, dating: Dating) -> Any:
    stated = row[dating.term_code]
    return stated if dating.assumed_code is None else ibis.coalesce(stated, str(dating.assumed_code))


def _chosen(pick: ir.Table, used: Sequence[tuple[int, Dating]], value: Callable[[Dating], Any], always: Any) -> Any:
    """``CASE window``: equal expressions share a branch; a rule without a window has the value ``always``."""
    branches: dict[Any, list[int]] = {}
    for number, dating in used:
        if (expression := value(dating)) is not None:
            branches.setdefault(expression.op(), []).append(number)
    if always is not None:
        branches.setdefault(always.op(), []).append(FIXED)
    cases = [(pick.window_no.isin(numbers), operation.to_expr()) for operation, numbers in branches.items()]
    return ibis.cases(*cases) if cases else ibis.null("date")
