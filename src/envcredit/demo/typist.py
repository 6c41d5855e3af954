"""The person who types a statement into a sheet: habits, slips, and the dirt that real files carry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from envcredit.base.numerals import in_capitals
from envcredit.base.vocabulary import Attribute, read_vocabulary
from envcredit.demo.city import Park, Unit, stem
from envcredit.demo.statement import Value

Cell = str | int | date | Decimal
_WIDE = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})
_BRACKETS = (("〔", "〕"), ("〔", "〕"), ("〔", "〕"), ("[", "]"), ("(", ")"), ("【", "】"), ("（", "）"))


class Typist:
    """Types cells. ``tidy`` is how often a cell is typed the expected way, from 0 to 1."""

    def __init__(self, chance: Random, *, tidy: float = 0.9, dates_as_text: bool = False) -> None:
        self._chance = chance
        self._tidy = tidy
        self._dates_as_text = dates_as_text
        self._vocabulary = read_vocabulary()

    def name(self, party: Unit | Park, day: date) -> str:
        """The name on that day, now and then with other brackets or blanks, or without the county before it."""
        name = party.name_on(day) if isinstance(party, Unit) else party.name
        if self._slips(0.12):
            name = name.removeprefix(stem(party.region))
        if self._slips(0.3):
            name = name.replace("（", "(").replace("）", ")")
        if self._slips(0.15):
            name = self._chance.choice((f"{name} ", f"{name[:2]} {name[2:]}", f"{name}\u200b"))
        return name

    def code(self, code: str) -> str:
        """The credit code: mostly clean, else in another width or case, masked, with a slip, or left out."""
        if not self._slips(0.9):
            return code
        drawn = self._chance.choices(
            ("lower", "wide", "blank", "hyphen", "mask", "slip", "none", "suffix"), (22, 12, 20, 8, 14, 8, 12, 4)
        )[0]
        return {
            "lower": code.lower(),
            "wide": code.translate(_WIDE),
            "blank": f"{code[:8]}\u00a0{code[8:]} ",
            "hyphen": f"{code[:8]}-{code[8:17]}-{code[17]}",
            "mask": code[:8] + "*" * 10,
            "slip": code.replace("0", "O"),
            "none": self._chance.choice(("", "-", "无")),
            "suffix": f"{code}（1）",
        }[drawn]

    def cell(self, name: str, value: Value) -> Cell:
        """The value of an attribute, as this person writes it."""
        if name in ("document_number", "about_number"):
            return self._number(str(value))
        attribute = self._vocabulary.attributes[name]
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, Decimal):
            return self._quantity(attribute, value)
        return self._words(attribute, value) if isinstance(value, str) else value

    def _slips(self, weight: float) -> bool:
        return self._chance.random() < weight * (1 - self._tidy)

    def _day(self, day: date) -> Cell:
        if not self._dates_as_text and not self._slips(1):
            return day
        if self._dates_as_text and not self._slips(2):
            return day.isoformat()
        plain = (f"{day.year}/{day.month}/{day.day}", f"{day:%Y%m%d}", f"{day.year}.{day.month}.{day.day}")
        return self._chance.choice((*plain, f"{day.year}年{day.month}月{day.day}日", f"{day.isoformat()} 00:00:00"))

    def _quantity(self, attribute: Attribute, value: Decimal) -> Cell:
        if attribute.type == "share":
            return f"{value * 100:f}%" if self._chance.random() < 0.8 else value
        if attribute.type == "amount" and self._slips(2):
            fen = int(value * 100)
            return self._chance.choice(
                (f"{value / 10000:f}万元", f"{value:,}元", in_capitals(fen), f"人民币{in_capitals(fen)}（¥{value:,}）")
            )
        return value

    def _words(self, attribute: Attribute, value: str) -> str:
        if attribute.type not in ("code", "codes"):
            return value
        table = self._vocabulary.lists[attribute.list]
        return "、".join(table[code]["zh"] for code in value.split("|"))

    def _number(self, number: str) -> str:
        if self._slips(1.5):
            opening, closing = self._chance.choice(_BRACKETS)
            number = number.replace("〔", opening).replace("〕", closing)
        if self._slips(0.4):
            head, close, serial = number.rpartition("〕")
            number = f"{head}{close}{serial.zfill(5)}" if close else number
        return number.translate(_WIDE) if self._slips(0.1) else number
