"""A policy as a document that people can read, in zh and en, made from its data alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from envcredit.base.amounts import SHARE_PLACES, written
from envcredit.base.labels import Language, word
from envcredit.lending.policy.digests import policy_rule_digest
from envcredit.lending.policy.exposures import Exposure
from envcredit.lending.policy.facts import names_of
from envcredit.lending.policy.model import Policy, PolicyClause, PolicyRule, RateByScore
from envcredit.lending.policy.rulebook import said
from envcredit.scheme.conditions.parse import condition
from envcredit.scheme.conditions.prose import told
from envcredit.scheme.model import Source
from envcredit.scheme.scalars import Words


def policy_prose(policy: Policy, language: Language) -> str:
    """The policy as Markdown, ending in a line feed. Raises ``ConditionProblem`` for one that did not pass its reading."""
    teller = _Teller(policy, language)
    chapters: Mapping[str, Callable[[], Iterator[str]]] = {
        "rules": teller.rules,
        "merge": teller.merging,
        "clauses": teller.clauses,
        "sources": teller.sources,
    }
    lines = [*teller.head()]
    for name, chapter in chapters.items():
        lines += [f"## {teller.say(f'prose.chapter.{name}')}", "", *chapter()]
    return "\n".join(lines).rstrip("\n") + "\n"


class _Teller:
    def __init__(self, policy: Policy, language: Language) -> None:
        self.policy = policy
        self.language: Language = language
        self.names = names_of(policy)

    def say(self, key: str, **values: object) -> str:
        return word(f"policy.{key}", self.language, **values)

    def of(self, words: Words) -> str:
        return words.zh if self.language == "zh" else words.en

    def item(self, text: str) -> str:
        return self.say("prose.item", text=text[:1].upper() + text[1:])

    def day(self, day: date) -> str:
        return word("condition.date", self.language, year=day.year, month=day.month, day=day.day)

    def head(self) -> Iterator[str]:
        policy, days = self.policy, self.policy.in_force
        first = self.day(days.first)
        in_force = self.say("prose.from_to", first=first, last=self.day(days.last)) if days.last else None
        yield from (f"# {self.of(policy.title)}", "")
        if policy.status == "sample":
            yield from (f"> {self.say('prose.sample')}", "")
        rows = {
            "bank": self.of(policy.bank),
            "in_force": in_force or self.say("prose.from", first=first),
            "scheme": f"`{policy.scheme}`",
            "grades": self.say("prose.comma").join(self.of(grade.words) for grade in policy.grades),
            "identity": f"`{policy.identity}`",
            "digest": f"`{policy_rule_digest(policy)}`",
        }
        yield from (f"- {self.say(f'prose.{key}')}{self.say('prose.colon')}{value}" for key, value in rows.items())
        yield from ("", self.of(policy.summary), "")

    def rules(self) -> Iterator[str]:
        for rule in self.policy.rules.values():
            clause = self.policy.clauses[rule.clause].article
            yield from ("### " + self.say("prose.rule", words=self.of(rule.words), clause=clause), "")
            yield from (self.say("prose.when", condition=told(condition(rule.when, self.names), self.names, self.language)), "")
            yield from (self.item(text) for text in self._of_rule(rule))
            yield ""

    def _of_rule(self, rule: PolicyRule) -> Iterator[str]:
        yield from (self.action(name, value) for name, value in said(rule.actions).items())
        for name, answer in rule.missing.items():
            term = self.names.words(self.names.lookup(name))[self.language]
            way, _, value = answer.partition(" ")
            yield self.say(f"missing.{way}", name=term, value=self._assumed(name, value.strip()))
        if rule.priority is not None:
            yield self.say("prose.priority", number=rule.priority)

    def _assumed(self, name: str, text: str) -> str:
        list_ = self.names.lookup(name).type.list
        if list_ and text:
            return self.names.vocabulary.lists[list_][text][self.language]
        return self.say(f"value.{text}") if text in ("yes", "no") else text

    def action(self, name: str, value: Any) -> str:
        """One action as a clause of a sentence. ``value`` as in the rulebook."""
        match name:
            case "rate_bp":
                return self._rate(value)
            case "line_factor":
                return self.say("action.line_factor", percent=_percent(value))
            case "approval_level":
                way = "none" if value == 0 else "up" if value > 0 else "down"
                return self.say(f"action.approval_level.{way}", levels=abs(value))
            case "tenor_cap" | "monitor_every":
                one = ".one" if value == 1 and name == "monitor_every" else ""
                return self.say(f"action.{name}{one}", months=value)
            case "exposure":
                return self._exposure(value)
            case "collateral" | "new_loan":
                return self.say(f"action.{name}.{value}")
        return self.say(f"action.{name}.{'yes' if value else 'no'}")

    def _rate(self, rate: int | RateByScore) -> str:
        if isinstance(rate, RateByScore):
            way = self.say("way.up" if rate.each_point > 0 else "way.down")
            rounding, above = self.say(f"rounding.{rate.rounding}"), f"{Decimal(rate.above).normalize():f}"
            bounds = self._bounds(rate.floor, rate.cap)
            values = {"above": above, "way": way, "bp": abs(rate.each_point), "rounding": rounding, "bounds": bounds}
            return self.say("action.rate_bp.score", **values)
        way = "none" if rate == 0 else "up" if rate > 0 else "down"
        return self.say(f"action.rate_bp.{way}", bp=abs(rate))

    def _bounds(self, floor: int | None, cap: int | None) -> str:
        low = "" if floor is None else self.say("bounds.floor", floor=_signed(floor))
        return low + ("" if cap is None else self.say("bounds.cap", cap=_signed(cap)))

    def _exposure(self, exposure: Exposure) -> str:
        if exposure.kind == "hold":
            return self.say("action.exposure.hold")
        if exposure.a_quarter is not None:
            return self.say("action.exposure.shrink", percent=_percent(exposure.a_quarter))
        if exposure.exit_by is not None:
            return self.say("action.exposure.exit_by", day=self.day(exposure.exit_by))
        assert exposure.within is not None
        if exposure.within.unit == "day":
            return self.say("action.exposure.exit_within_days", days=exposure.within.count)
        return self.say("action.exposure.exit_within", months=exposure.within.count)

    def merging(self) -> Iterator[str]:
        merge = self.policy.merge
        texts = [self.say(f"merge.{merge.rule}"), self.say(f"merge.rate.{merge.rate_bp}")]
        bounds = self._bounds(merge.rate_floor, merge.rate_cap)
        texts += [self.say("merge.bounds", bounds=bounds)] if bounds else []
        texts += [self.say("merge.refused"), self.say("merge.no_rule")]
        yield from (self.item(text) for text in texts)
        yield ""

    def clauses(self) -> Iterator[str]:
        yield from (self._clause(clause) for clause in self.policy.clauses.values())
        yield ""

    def _clause(self, clause: PolicyClause) -> str:
        sources = (self.policy.sources[key] for key in clause.modelled_on)
        titles = self.say("prose.comma").join(self.say("prose.title", title=self.of(source.title)) for source in sources)
        follows = self.say("prose.follows", titles=titles) if titles else ""
        basis = word(f"basis.{clause.basis}", self.language)
        words = self.of(clause.words).rstrip("。")
        return self.say("prose.clause", article=clause.article, words=words, basis=basis, follows=follows)

    def sources(self) -> Iterator[str]:
        yield from (self._source(source) for source in self.policy.sources.values())

    def _source(self, source: Source) -> str:
        issuer = self.say("prose.issuer", issuer=self.of(source.issuer)) if source.issuer else ""
        note = self.say("prose.note", note=self.of(source.note)) if source.note else ""
        basis = word(f"basis.{source.basis}", self.language)
        return self.say("prose.source", title=self.of(source.title), issuer=issuer, basis=basis, note=note)


def _signed(bp: int) -> str:
    return f"{bp:+d}" if bp else "0"


def _percent(millionths: int) -> str:
    return f"{written(millionths, SHARE_PLACES - 2)}%"
