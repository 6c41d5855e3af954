"""Tree to sentence: conditions and measures in the official terms of the vocabulary, in zh and en.

All phrases stand in ``data/words/conditions.yaml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from envcredit.base.amounts import unscaled
from envcredit.base.days import Term
from envcredit.base.labels import Language, read_table, word
from envcredit.base.vocabulary import scale
from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.tree import (
    Aggregate,
    Among,
    And,
    Compare,
    Condition,
    Grouped,
    Holds,
    Known,
    Measure,
    Name,
    Not,
    Operator,
    Or,
    Quotient,
    Shifted,
    Since,
    Truth,
    Type,
    Value,
)

_OPPOSITE: dict[Operator, Operator] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TEN_THOUSAND_YUAN = 1_000_000


def told(condition: Condition, names: Names, language: Language) -> str:
    """A condition as a clause of a sentence, without a full stop: ``罚款金额不低于2万元且环境要素为大气``."""
    return _Teller(names, language).condition(condition)


def told_measure(measure: Measure | Name, names: Names, language: Language) -> str:
    """A measure or operand as a noun phrase: ``按排放口分别计算，取达标比例的最小值``."""
    return _Teller(names, language).measure(measure)


@dataclass(frozen=True, slots=True)
class _Teller:
    names: Names
    language: Language

    def say(self, key: str, **values: object) -> str:
        return word(f"condition.{key}", self.language, **values)

    def condition(self, part: Condition) -> str:
        match part:
            case And(parts=parts):
                return self.say("and").join(self._inside(one, Or) for one in parts)
            case Or(parts=parts):
                return self.say("or").join(self._inside(one, And) for one in parts)
            case Not(part=inner):
                return self._not(inner)
            case Truth(name=name):
                return self._truth(name, "yes")
            case Known(name=name, negated=negated):
                return self.say("unknown" if negated else "known", name=self.name(name))
            case Among():
                return self._among(part)
            case Holds(left=name, quantifier=quantifier, options=options):
                one = len(options) == 1 and quantifier in ("any", "all", "none")
                phrase = f"has.{'any' if one and quantifier == 'all' else quantifier}{'.one' if one else ''}"
                join = "list.and" if quantifier == "all" else "list.or"
                return self.say(phrase, name=self.name(name), options=self._listed(options, join))
            case Compare():
                return self._compare(part)

    def _inside(self, part: Condition, kind: type[And] | type[Or]) -> str:
        text = self.condition(part)
        return self.say("brackets", text=text) if isinstance(part, kind) else text

    def _not(self, part: Condition) -> str:
        match part:
            case Compare(op=op):
                return self.condition(replace(part, op=_OPPOSITE[op]))
            case Among(negated=negated) | Known(negated=negated):
                return self.condition(replace(part, negated=not negated))
            case Holds(quantifier="any"):
                return self.condition(replace(part, quantifier="none"))
            case Holds(quantifier="none"):
                return self.condition(replace(part, quantifier="any"))
            case Truth(name=name):
                return self._truth(name, "no")
        return self.say("not", text=self.condition(part))

    def _truth(self, name: Name, answer: Literal["yes", "no"]) -> str:
        key = f"condition.{answer}.{name.written}"
        if key in read_table("words"):
            return word(key, self.language)
        return self.say(f"truth.{answer}", name=self.name(name))

    def _among(self, part: Among) -> str:
        if len(part.options) == 1:
            return self._compare(Compare("!=" if part.negated else "=", part.left, part.options[0]))
        phrase = "not_among" if part.negated else "among"
        return self.say(phrase, name=self.name(part.left), options=self._listed(part.options, "list.or"))

    def _compare(self, part: Compare) -> str:
        type_ = part.left.type if isinstance(part.left, Name) else part.left.day.type
        family = "day" if type_.name == "day" else "quantity" if type_.is_quantity else "code"
        return self.say(f"{family}.{part.op}", left=self._side(part.left), right=self._side(part.right))

    def _side(self, side: Name | Shifted | Value) -> str:
        match side:
            case Name():
                return self.name(side)
            case Value():
                return self.value(side)
            case Shifted(day=day, length=length, sign=sign):
                return self.say("later" if sign == 1 else "earlier", day=self.name(day), length=self.length(length))

    def name(self, name: Name) -> str:
        """The official term; a column of the unit says so, and a day is set apart from the sentence."""
        term = self.names.words(name)[self.language]
        if name.where == "clock":
            return term
        if name.type.name == "day":
            term = self.say("day_name", name=term)
        says_so = term.startswith(self.say("unit"))
        return self.say("of_unit", name=term) if name.where == "unit" and not says_so else term

    def length(self, length: Term) -> str:
        """``30日``, ``1年``."""
        count, unit = length.count, str(length.unit)
        if unit == "month" and count % 12 == 0:
            count, unit = count // 12, "year"
        return self.say(f"length.{unit}.one" if count == 1 else f"length.{unit}", count=count)

    def value(self, value: Value) -> str:
        """A value as it is read aloud: ``2万元``, ``90%``, the official word of a code."""
        type_, whole = value.type, value.value
        if type_.name in ("code", "codes"):
            return self.names.vocabulary.lists[type_.list][str(whole)][self.language]
        if isinstance(whole, bool):
            return self.say("truth.word.yes" if whole else "truth.word.no")
        if type_.name == "text":
            return self.say("quoted", text=whole)
        if isinstance(whole, int):
            return self._quantity(whole, type_, value.text)
        return self.say("date", year=whole.year, month=whole.month, day=whole.day) if not isinstance(whole, str) else whole

    def _quantity(self, whole: int, type_: Type, text: str) -> str:
        if type_.name != "amount":
            return text.replace("_", ",")
        if self.language == "zh" and whole and whole % _TEN_THOUSAND_YUAN == 0:
            return self.say("money.large", amount=f"{whole // _TEN_THOUSAND_YUAN:,}")
        amount = f"{unscaled(whole, scale('amount')):,f}"
        return self.say("money", amount=amount.removesuffix(".00"))

    def _listed(self, options: Sequence[Value], join: str) -> str:
        words = [self.value(option) for option in options]
        if len(words) == 1:
            return words[0]
        return self.say(join, first=self.say("list.comma").join(words[:-1]), last=words[-1])

    def measure(self, measure: Measure | Name) -> str:
        match measure:
            case Name():
                return self.name(measure)
            case Aggregate():
                return self._aggregate(measure)
            case Grouped(function=function, inner=inner, by=by):
                outer = self.say(f"outer.{function}")
                return self.say("grouped", outer=outer, inner=self._aggregate(inner), by=self.name(by))
            case Since(unit=unit, inner=inner):
                return self.say(f"since.{unit}", day=self._aggregate(inner))
            case Quotient(over=over, under=under):
                return self.say("quotient", over=self.measure(over), under=self.measure(under))

    def _aggregate(self, part: Aggregate) -> str:
        of = self.name(part.name) if part.name else ""
        if part.condition is not None:
            of = self.condition(part.condition)
        return self.say(f"function.{part.function}", of=of)
