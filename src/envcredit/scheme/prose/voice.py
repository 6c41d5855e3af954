"""How a scheme is spoken of in one language: numbers, terms, days, lists, clauses and conditions as words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from envcredit.base.days import Term
from envcredit.base.labels import Language, read_table, word
from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.scheme.conditions.parse import condition, measure, operand
from envcredit.scheme.conditions.prose import told, told_measure
from envcredit.scheme.conditions.tree import Type, type_of
from envcredit.scheme.conditions.typing import Names, names_for
from envcredit.scheme.model import MeasureRule, PointRule, Scheme, TierRule
from envcredit.scheme.prose.figures import chinese_numeral, quantity_text, runs_of
from envcredit.scheme.scalars import Words

_FOLD = re.compile(r"(?<=[，。；：、）”]) +")
"""The space that YAML leaves where a Chinese sentence was folded."""


@dataclass(frozen=True)
class Voice:
    """One scheme told in one language. Conditions must be well formed: a scheme is checked before it is told."""

    scheme: Scheme
    language: Language
    vocabulary: Vocabulary = field(default_factory=read_vocabulary)

    def say(self, key: str, **values: object) -> str:
        """A phrase of the words file."""
        return word(f"prose.{key}", self.language, **values)

    def of(self, words: Words) -> str:
        """A label or sentence that the scheme itself gives in both languages."""
        return _FOLD.sub("", words.zh) if self.language == "zh" else words.en

    def listed(self, parts: Iterable[str], join: str = "or") -> str:
        """``a, b or c``."""
        items = list(parts)
        if len(items) < 2:
            return "".join(items)
        return self.say(f"list.{join}", first=self.say("list.comma").join(items[:-1]), last=items[-1])

    def sentences(self, parts: Iterable[str]) -> str:
        """Sentences one after the other; Chinese sets no space between them."""
        return ("" if self.language == "zh" else " ").join(part for part in parts if part)

    def number(self, value: Decimal | int) -> str:
        """Plain notation with thousands marked."""
        return f"{Decimal(value):,f}"

    def points(self, value: Decimal) -> str:
        """``5 points``, ``1 point``, ``5分``."""
        return self.say("points.one" if value == 1 else "points", points=self.number(value))

    def percent(self, share: Decimal) -> str:
        """``15%``."""
        return f"{(share * 100).normalize():f}%"

    def term(self, length: Term) -> str:
        """Whole years as years, everything else as months or days."""
        count, unit = length.count, str(length.unit)
        if unit == "month" and count % 12 == 0:
            count, unit = count // 12, "year"
        return self.say(f"term.{unit}" if count != 1 else f"term.{unit}.one", count=count)

    def date(self, day: date) -> str:
        """``2025年2月1日``, ``1 February 2025``."""
        month = self.say("months").split()[day.month - 1]
        return self.say("date", year=day.year, month=month, day=day.day)

    def day(self, attribute: str) -> str:
        """A day attribute as a day one can reckon from: ``决定之日``, ``the day of the decision``."""
        return self.say(f"day.{attribute}")

    def once(self, attribute: str) -> str:
        """After a day has come: ``完成信用修复后``, ``once it has been repaired``."""
        known = f"prose.once.{attribute}" in read_table("words")
        return self.say(f"once.{attribute}") if known else self.say("once", day=self.day(attribute))

    def attribute(self, name: str) -> str:
        """The official term of an attribute or state."""
        return {**self.vocabulary.attributes, **self.vocabulary.states}[name].words[self.language]

    def assumed(self, text: str, type_: Type | None = None) -> str:
        """A value as it is assumed: codes, money and yes or no as words, everything else as written."""
        if text and type_ and type_.list:
            return self.code(type_.list, text)
        if text in ("yes", "no"):
            return self.say(text)
        return quantity_text(text, self.language)

    def nth(self, number: int) -> str:
        """``第3次``, ``third``."""
        names = self.say("nth").split()
        return names[number - 1] if number <= len(names) else self.say("nth.other", number=number)

    def steps(self, count: int) -> str:
        """``一级``, ``one grade``."""
        return self.say("steps.one") if count == 1 else self.say("steps", count=count)

    def heading(self, number: int, title: str) -> str:
        """A heading inside a chapter: ``### （一）…``."""
        return "### " + self.say("heading", number=self.ordinal(number), title=title)

    def chapter(self, number: int, title: str) -> str:
        """``一、…``, ``1. …``."""
        return self.say("chapter", number=self.ordinal(number), title=title)

    def ordinal(self, number: int) -> str:
        """Chapter numbers: Chinese numerals or figures."""
        return chinese_numeral(number) if self.language == "zh" else str(number)

    def bare(self, words: Words) -> str:
        """A sentence without its full stop, to be continued."""
        return self.of(words).rstrip("。.")

    def kinds(self, kinds: tuple[str, ...]) -> str:
        """Record kinds, joined."""
        return self.listed(self.vocabulary.kinds[kind].words[self.language] for kind in kinds)

    def code(self, list_name: str, code: str) -> str:
        """One word of a code list."""
        return self.vocabulary.lists[list_name][code][self.language]

    def grade(self, key: str) -> str:
        """The official term of a grade."""
        return next(self.of(grade.words) for grade in self.scheme.grades if grade.key == key)

    @cached_property
    def main_source(self) -> str:
        """The scheme's own text, cited by the article alone: the document that is listed first."""
        return next(iter(self.scheme.sources), "")

    @cached_property
    def items(self) -> Mapping[str, int]:
        """The numbers under which indicators are told: part by part, then those of no part."""
        rules = {k: rule for k, rule in self.scheme.rules.items() if isinstance(rule, PointRule | TierRule | MeasureRule)}
        told = [key for part in (*self.scheme.parts, None) for key, rule in rules.items() if rule.part == part]
        return {key: number for number, key in enumerate(told, 1)}

    def item_numbers(self, keys: Iterable[str]) -> str:
        """``第8、9、20至25项``, ``items 8, 9, 20 to 25``."""
        numbers = sorted(self.items[key] for key in keys)
        runs = [
            self.say("items.run", first=run[0], last=run[-1]) if len(run) > 2 else self.say("list.comma").join(map(str, run))
            for run in runs_of(numbers)
        ]
        return self.say("items.one" if len(numbers) == 1 else "items", numbers=self.say("list.comma").join(runs))

    def document(self, key: str) -> str:
        """A document by its title."""
        title = self.of(self.scheme.sources[key].title)
        return title if title.startswith("《") else self.say("title", title=title)

    def clause(self, key: str) -> str:
        """A clause as it is cited, with a mark where it is less certain than its document."""
        clause = self.scheme.clauses[key]
        source = self.scheme.sources[clause.source]
        where = clause.article
        if clause.source != self.main_source:
            where = self.say("clause.of", title=self.document(clause.source), article=clause.article)
        doubt = self.say("clause.doubt", basis=self.basis(clause.basis)) if clause.basis != source.basis else ""
        return self.say("clause", where=where + doubt)

    def basis(self, basis: str) -> str:
        """On what authority a text is known."""
        return word(f"basis.{basis}", self.language)

    def names(self, rule: str, kinds: tuple[str, ...] | None = None) -> Names:
        """The names that the texts of a rule may use."""
        return names_for(self.scheme, self.vocabulary, rule, kinds=kinds)

    def condition(self, rule: str, text: str, kinds: tuple[str, ...] | None = None) -> str:
        """A condition as a clause of a sentence."""
        names = self.names(rule, kinds)
        return told(condition(text, names), names, self.language)

    def operand(self, rule: str, text: str) -> tuple[str, Type]:
        """What points depend on, with its type."""
        names = self.names(rule)
        tree = operand(text, names)
        return told_measure(tree, names, self.language), type_of(tree)

    def measure(self, rule: str, text: str) -> str:
        """What a derived value is."""
        names = self.names(rule)
        return told_measure(measure(text, names), names, self.language)
