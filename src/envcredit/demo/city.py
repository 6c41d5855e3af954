"""The units and parks of the made-up city. All chance comes from the generator that is handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import TypeVar

from envcredit.base.regions import built_in
from envcredit.base.uscc import check_character, organisation_check
from envcredit.demo.words import Trade, Words, read_words

FIRST_YEAR, LAST_YEAR = 2024, 2028
RATED_YEARS = tuple(range(LAST_YEAR - 2, LAST_YEAR + 1))
"""Years of a made-up future: the model schemes that are applied are in force from 2026."""
_CLASSES = ("key", "simplified", "registered", "none")
_FORMS = (("91", "有限公司"), ("91", "有限责任公司"), ("91", "股份有限公司"), ("91", "厂"), ("92", "厂（个体工商户）"))
_FARM_FORMS = (("91", "有限公司"), ("92", "场（个体工商户）"), ("93", "专业合作社"), ("N2", "农民合作社"))
_T = TypeVar("_T")
_RISK = {"key": 1.7, "simplified": 0.6, "registered": 0.4, "none": 0.3}
_STATUSES = {"operating": 930, "stopped": 25, "under_construction": 14, "moved": 10, "closed": 21}
_ENROLLED = {FIRST_YEAR - 1: 400, FIRST_YEAR: 400, FIRST_YEAR + 1: 145, LAST_YEAR - 1: 15, LAST_YEAR: 15, LAST_YEAR + 1: 12}
_STRANGERS = 15  # one unit that is not on the list for so many that are


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as the bureau's register has it, and what nobody knows: ``care``, from 0 (none) to 1."""

    code: str
    name: str
    former_name: str
    renamed_on: date
    unit_type: str
    region: str
    trade: Trade
    park: str
    permit_class: str
    permit_number: str
    permit_from: date
    status: str
    stopped_from: date | None
    left_on: date | None
    enrolled_on: date
    key_unit: bool
    care: float

    @property
    def hazard(self) -> float:
        """How readily something goes wrong here, around 1."""
        return _RISK[self.permit_class] * (0.1 + 14 * (1 - self.care) ** 2)

    def works_in(self, year: int) -> bool:
        """Whether it worked in a year, for part of it at least."""
        ended = self.stopped_from or self.left_on
        return self.status != "under_construction" and (ended is None or year <= ended.year)

    def name_on(self, day: date) -> str:
        """What it was called on a day."""
        return self.former_name if self.former_name and day < self.renamed_on else self.name


@dataclass(frozen=True, slots=True)
class Park:
    """One industrial park: the unit that answers for it, and its county."""

    code: str
    name: str
    region: str
    care: float


@dataclass(frozen=True, slots=True)
class City:
    """Everything that is rated, and ``strangers``: units that records speak of though they are not on the bureau's list."""

    units: tuple[Unit, ...]
    parks: tuple[Park, ...]
    strangers: tuple[Unit, ...]


def city(chance: Random, units: int = 3000) -> City:
    """The city with so many units. The same generator state gives the same city."""
    words = read_words()
    serial = count(1)
    parks = tuple(_parks(words, serial, chance))
    names = _names(words, chance)
    listed = [_unit(words, parks, names, next(serial), chance) for _ in range(units)]
    strangers = tuple(_unit(words, (), names, next(serial), chance) for _ in range(units // _STRANGERS))
    return City(tuple(_with_homonyms(listed, words)), parks, strangers)


def credit_code(head: str, region: str, serial: int) -> str:
    """A code whose organisation part is visibly made up (``WN`` and a number) and whose check characters hold."""
    organisation = f"WN{serial:06d}"
    body = head + region + organisation + organisation_check(organisation)
    return body + check_character(body)


def county_name(region: str) -> str:
    """The name of a county of the city."""
    found = built_in().find(region)
    assert found is not None, region
    return found.zh


def stem(region: str) -> str:
    """A county's name as company names use it: 桂阳, 资兴."""
    return county_name(region).rstrip("县市区")


def _parks(words: Words, serial: Iterator[int], chance: Random) -> Iterator[Park]:
    """They differ evenly in care, for there are few of them."""
    last = len(words.parks) - 1
    cares = [0.5 + 0.5 * place / last for place in range(last + 1)]
    chance.shuffle(cares)
    for (region, ordinal, _), care in zip(words.parks, cares, strict=True):
        yield Park(credit_code("12", region, next(serial)), f"{stem(region)}示例第{ordinal}产业园区", region, care)


def _names(words: Words, chance: Random) -> Iterator[str]:
    """Brands in shuffled order, none twice: a stem, a branch and a third sign; beyond them, numbered."""
    brands = [words.stems[n % 10] + words.branches[n % 12] + third for n in range(60) for third in words.thirds]
    chance.shuffle(brands)
    yield from brands
    for second in count(2):
        yield from (f"{brand}第{second}" for brand in brands)


def _unit(words: Words, parks: tuple[Park, ...], names: Iterator[str], serial: int, chance: Random) -> Unit:
    trade = chance.choices(words.trades, [trade.share for trade in words.trades])[0]
    region = chance.choices(list(words.counties), list(words.counties.values()))[0]
    head, form = _form(trade, chance)
    brand = next(names)
    registered = words.abolished[region] if chance.random() < 0.04 else region
    code = credit_code(head, registered, serial)
    permit_class = chance.choices(_CLASSES, trade.classes)[0]
    near = [park.name for park in parks if park.region == region]
    works = trade.industry[0] == "C" or trade.service
    status = _drawn(_STATUSES, chance)
    renamed = chance.random() < 0.04
    return Unit(
        code=code,
        name=_named(region, brand, trade, form, chance),
        former_name=_named(region, brand, trade, "厂" if "公司" in form else form, chance) if renamed else "",
        renamed_on=_day(chance, FIRST_YEAR + 1, LAST_YEAR - 1),
        unit_type="institution" if trade.institution else "service_body" if trade.service else "enterprise",
        region=region,
        trade=trade,
        park=chance.choice(near) if near and chance.random() < (0.55 if works else 0.05) else "",
        permit_class=permit_class,
        permit_number=f"{code}001{'P' if permit_class in ('key', 'simplified') else 'W'}" if permit_class != "none" else "",
        permit_from=_day(chance, FIRST_YEAR - 1, FIRST_YEAR + 1),
        status=status,
        stopped_from=_day(chance, RATED_YEARS[0], LAST_YEAR) if status == "stopped" else None,
        left_on=_day(chance, FIRST_YEAR, FIRST_YEAR + 1) if status in ("moved", "closed") else None,
        enrolled_on=date(_drawn(_ENROLLED, chance), 1, 1),
        key_unit=permit_class == "key" or chance.random() < 0.03,
        care=chance.betavariate(5, 1.6),
    )


def _with_homonyms(units: list[Unit], words: Words) -> Iterator[Unit]:
    """Some names are borne twice, in different counties: without a code nobody can tell which of the two is meant."""
    waiting = {industry: [name for name in found for _ in range(2)] for industry, found in words.homonyms.items()}
    last = ("", "")
    for unit in units:
        names = waiting.get(unit.trade.industry)
        if names and not unit.former_name and last != (names[0], unit.region):
            last = (names.pop(0), unit.region)
            yield replace(unit, name=last[0])
        else:
            yield unit


def _drawn(weights: Mapping[_T, int], chance: Random) -> _T:
    return chance.choices(list(weights), list(weights.values()))[0]


def _form(trade: Trade, chance: Random) -> tuple[str, str]:
    """The first two characters of the code and the form of organisation that the name ends in."""
    if trade.institution:
        return "12", ""
    if trade.industry[:3] == "A03":
        return chance.choices(_FARM_FORMS, (40, 30, 27, 3))[0]
    return chance.choices(_FORMS, (66, 14, 3, 9, 8))[0]


def _named(region: str, brand: str, trade: Trade, form: str, chance: Random) -> str:
    word = chance.choice(trade.words)
    if form and chance.random() < 0.06:
        return f"{brand}{word}（{stem(region)}）{form}"
    return f"{stem(region)}{brand}{word}{form}"


def _day(chance: Random, first: int, last: int) -> date:
    return date(first, 1, 1) + timedelta(days=chance.randrange(365 * (last - first + 1)))
