"""Coverage added up over several schemes, such as the library: clauses by state and basis, cases, gaps, what cannot be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from envcredit.base.labels import Language, word
from envcredit.scheme.coverage import BASES, STATES, Coverage, Lines, State
from envcredit.scheme.scalars import Basis


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over schemes. A regulation that several schemes use counts in each of them, as do versions of one scheme."""

    schemes: tuple[Coverage, ...]
    statuses: Mapping[str, int]

    def count(self, state: State | None = None, basis: Basis | None = None) -> int:
        """Clauses in a state and of a basis, or in all."""
        each = (clause for scheme in self.schemes for clause in scheme.clauses)
        return sum(state in (None, clause.state) and basis in (None, clause.basis) for clause in each)

    def of(self, name: str) -> int:
        """The sum of a whole number that each scheme has: ``cases``, ``missing``, ``provisions``, ``not_expressible``."""
        return sum(getattr(scheme, name) for scheme in self.schemes)

    @property
    def not_expressible_percent(self) -> Decimal:
        """Provisions that the language cannot say, of all provisions, in percent to one place, rounded half up."""
        share = Decimal(100 * self.of("not_expressible")) / Decimal(self.of("provisions") or 1)
        return share.quantize(Decimal("0.1"), ROUND_HALF_UP)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON, the share as text."""
        return {
            "schemes": [scheme.as_dict() for scheme in self.schemes],
            "statuses": dict(self.statuses),
            "states": {state: {basis: self.count(state, basis) for basis in BASES} for state in STATES},
            "clauses": self.count(),
            "clause_unknown": self.of("provisions") - self.count(),
            "cases": self.of("cases"),
            "missing": self.of("missing"),
            "provisions": self.of("provisions"),
            "not_expressible": self.of("not_expressible"),
            "not_expressible_percent": str(self.not_expressible_percent),
        }


def totals(schemes: Iterable[Coverage]) -> Totals:
    """The coverage of several schemes added up."""
    listed = tuple(schemes)
    return Totals(listed, dict(sorted(Counter(scheme.status for scheme in listed).items())))


def totals_tables(found: Totals, language: Language) -> Lines:
    """Head and rows of two tables: clauses by state and basis, and one row a scheme."""

    def say(key: str) -> str:
        return word(f"coverage.{key}", language)

    bases = [word(f"basis.{basis}", language) for basis in BASES]
    states = [[say(f"state.{s}"), *(found.count(s, basis) for basis in BASES), found.count(s)] for s in STATES]
    last = [say("all"), *(found.count(None, basis) for basis in BASES), found.count()]
    yield [say("state"), *bases, say("all")], [*states, last]
    head = [say("scheme"), say("status"), *(say(f"state.{s}") for s in STATES), say("all"), say("case_count"), say("gaps")]
    yield [*head, say("beyond_language")], [_row(each, language) for each in found.schemes]


def _row(found: Coverage, language: Language) -> list[object]:
    counts = (found.count(state) for state in STATES)
    status = word(f"scheme.status.{found.status}", language)
    return [found.identity, status, *counts, len(found.clauses), found.cases, found.missing, found.not_expressible]


def totals_sentence(found: Totals, language: Language) -> str:
    """The figures of the whole, in words."""
    unknown = found.of("provisions") - found.count()
    return word(
        "coverage.totals_unknown" if unknown else "coverage.totals",
        language,
        schemes=len(found.schemes),
        **{status: found.statuses.get(status, 0) for status in ("complete", "partial", "skeleton")},
        clauses=found.count(),
        unknown=unknown,
        cases=found.of("cases"),
        gaps=found.of("missing"),
        provisions=found.of("provisions"),
        beyond=found.of("not_expressible"),
        percent=found.not_expressible_percent,
    )
