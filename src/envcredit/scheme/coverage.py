"""How much of the law a scheme carries out: each clause with its state and basis, rules and cases counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from envcredit.base.labels import Language, word
from envcredit.scheme.checks.clauses import NOT_ESTABLISHED, citations
from envcredit.scheme.model import Gap, Scheme
from envcredit.scheme.scalars import Basis

State = Literal["encoded", "in_part", "stated", "not_modelled", "open"]
STATES: tuple[State, ...] = get_args(State)
"""``encoded``: a rule carries the clause out · ``in_part``: a rule does, and a part is left out · ``stated``: only a consequence
or a step of the procedure cites it · ``not_modelled``: left out with a reason · ``open``: nothing speaks of it."""
BASES: tuple[Basis, ...] = get_args(Basis)


LANGUAGE = "language"
"""The reason of what the language of schemes cannot say."""


@dataclass(frozen=True, slots=True)
class ClauseState:
    """One clause: its state, on what authority its text is known, and what cites it."""

    key: str
    article: str
    basis: Basis
    state: State
    cited_by: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleCases:
    """How many cases of a rule expect it to take effect, and how many expect it not to (where it can be without effect)."""

    firing: int
    quiet: int
    can_be_quiet: bool = True


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of one scheme. ``gaps`` is what it says it lacks, by name.

    ``unknown`` holds the reason of each provision left out whose very clause is not known.
    """

    identity: str
    status: str
    clauses: tuple[ClauseState, ...]
    unknown: tuple[str, ...]
    rules: Mapping[str, int]
    cases: int
    by_rule: Mapping[str, RuleCases]
    gaps: Mapping[str, Gap]

    def count(self, state: State, basis: Basis | None = None) -> int:
        """Clauses in a state, of one basis or of all."""
        return sum(clause.state == state and basis in (None, clause.basis) for clause in self.clauses)

    @property
    def left_out(self) -> Mapping[str, int]:
        """Reasons for leaving clauses out, counted, in alphabetical order."""
        return dict(sorted(Counter(reason for clause in self.clauses for reason in clause.reasons).items()))

    @property
    def missing(self) -> int:
        """How many things the scheme says it lacks."""
        return len(self.gaps)

    @property
    def provisions(self) -> int:
        """Clauses, and what is left out without its clause being known."""
        return len(self.clauses) + len(self.unknown)

    @property
    def not_expressible(self) -> int:
        """Provisions left out, whole or in part, because the language cannot say them."""
        return sum(LANGUAGE in clause.reasons for clause in self.clauses) + self.unknown.count(LANGUAGE)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            "scheme": self.identity,
            "status": self.status,
            "clauses": [_clause_as_dict(clause) for clause in self.clauses],
            "states": {state: {basis: self.count(state, basis) for basis in BASES} for state in STATES},
            "reasons": self.left_out,
            "clause_unknown": len(self.unknown),
            "not_expressible": self.not_expressible,
            "provisions": self.provisions,
            "rules": dict(self.rules),
            "cases": self.cases,
            "cases_by_rule": {key: {"firing": each.firing, "quiet": each.quiet} for key, each in self.by_rule.items()},
            "missing": {key: gap.model_dump(exclude_none=True) for key, gap in self.gaps.items()},
        }


def _clause_as_dict(clause: ClauseState) -> dict[str, object]:
    return {
        "clause": clause.key,
        "article": clause.article,
        "basis": clause.basis,
        "state": clause.state,
        "cited_by": list(clause.cited_by),
        "reasons": list(clause.reasons),
    }


def coverage(scheme: Scheme, cases: int = 0, by_rule: Mapping[str, RuleCases] | None = None) -> Coverage:
    """The coverage of a scheme that reads well. ``cases`` and ``by_rule`` come from the scheme's cases."""
    counted = by_rule or {}
    return Coverage(
        identity=scheme.identity,
        status=scheme.status,
        clauses=tuple(_clauses(scheme)),
        unknown=tuple(row.reason for row in scheme.not_modelled if row.clause == NOT_ESTABLISHED),
        rules=dict(sorted(Counter(rule.kind for rule in scheme.rules.values()).items())),
        cases=cases,
        by_rule={key: counted.get(key, RuleCases(0, 0)) for key in scheme.rules},
        gaps=scheme.missing,
    )


def _clauses(scheme: Scheme) -> Iterator[ClauseState]:
    cited: dict[str, dict[str, None]] = {key: {} for key in scheme.clauses}
    by_rule: set[str] = set()
    for spot, what, used in citations(scheme):
        cited.setdefault(used, {})[str(spot[1])] = None
        by_rule.update([used] if what == "rule" else [])
    for key, clause in scheme.clauses.items():
        reasons = tuple(row.reason for row in scheme.not_modelled if row.clause == key)
        state = _state(key in by_rule, bool(cited[key]), bool(reasons))
        yield ClauseState(key, clause.article, clause.basis, state, tuple(cited[key]), reasons)


def _state(by_rule: bool, cited: bool, left_out: bool) -> State:
    if by_rule:
        return "in_part" if left_out else "encoded"
    if left_out:
        return "not_modelled"
    return "stated" if cited else "open"


Lines = Iterable[tuple[Sequence[str], Sequence[Sequence[object]]]]


def coverage_tables(found: Coverage, language: Language) -> Lines:
    """Head and rows of three tables: clauses by state and basis, clauses not encoded, rules by kind."""

    def say(key: str) -> str:
        return word(f"coverage.{key}", language)

    bases = [word(f"basis.{basis}", language) for basis in BASES]
    states = [[say(f"state.{s}"), *(found.count(s, basis) for basis in BASES), found.count(s)] for s in STATES]
    totals = [sum(clause.basis == basis for clause in found.clauses) for basis in BASES]
    yield [say("state"), *bases, say("all")], [*states, [say("all"), *totals, len(found.clauses)]]
    rest = [clause for clause in found.clauses if clause.state not in ("encoded", "stated")]
    if rest:
        head = [say("clause"), say("article"), say("state"), say("reason")]
        yield head, [[c.key, c.article, say(f"state.{c.state}"), _why(c, language)] for c in rest]
    yield [say("rule_kind"), say("count")], [[say(f"kind.{kind}"), count] for kind, count in found.rules.items()]


def _why(clause: ClauseState, language: Language) -> str:
    return ", ".join(word(f"prose.reason.{reason}", language) for reason in clause.reasons)
