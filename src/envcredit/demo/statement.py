"""One statement of the made-up city, before anybody has typed it badly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from envcredit.demo.city import Park, Unit, county_name
from envcredit.demo.words import Words, read_words

Value = str | int | bool | date | Decimal
"""Codes as in the vocabulary, money as yuan in ``Decimal``, shares and numbers as ``Decimal``."""


@dataclass(frozen=True, slots=True)
class Statement:
    """``kind`` and ``values`` in the vocabulary's keys; ``day`` the day of the kind, which decides the yearly file."""

    kind: str
    unit: Unit | Park
    day: date
    values: Mapping[str, Value]


class Office:
    """The county offices of the city: they decide by chance and number their documents one by one."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self._used: set[tuple[str, str, int, int]] = set()

    def number(self, region: str, series: str, day: date) -> str:
        """A number of a county's series, such as 郴环示桂罚决字〔2024〕12号; numbers of a year rise with the days."""
        serial = 2 * day.timetuple().tm_yday - 1
        while (region, series, day.year, serial) in self._used:
            serial += 1
        self._used.add((region, series, day.year, serial))
        return f"郴环示{words().county_signs[region]}{series}〔{day.year}〕{serial}号"

    def stamp(self, region: str, series: str, day: date) -> dict[str, Value]:
        """Authority and document number of a new document."""
        return {"authority": authority(region), "document_number": self.number(region, series, day)}


def words() -> Words:
    """The words that ship."""
    return read_words()


def authority(region: str) -> str:
    """The county office that acts in a county."""
    return f"郴州市生态环境局{county_name(region)}分局（示例）"


def day_in(chance: Random, year: int) -> date:
    """Any day of a year."""
    return date(year, 1, 1) + timedelta(days=chance.randrange(365))


def later(chance: Random, day: date, least: int, most: int) -> date:
    """A day between ``least`` and ``most`` days after another."""
    return day + timedelta(days=chance.randint(least, most))


def how_many(chance: Random, mean: float) -> int:
    """A count of rare things, ``mean`` on the average: most have none, some have several."""
    found = 0
    while chance.random() < mean / (1 + mean):
        found += 1
    return found
