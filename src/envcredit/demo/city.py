"""The units and parks of the made-up city. All chance comes from the generator that is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random

from envcredit.base.regions import built_in
from envcredit.base.uscc import check_character, organisation_check
from envcredit.demo.words import Trade, Words, read_words

FIRST_YEAR, LAST_YEAR = 2024, 2028
RATED_YEARS = tuple(range(LAST_YEAR - 2, LAST_YEAR + 1))
"""Years of a made-up future: the model schemes that are applied are in force from 2026."""
_CLASSES = ("key", "simplified", "registered", "none")
_FORMS = (("91", "有限公司"), ("91", "有限责任公司"), ("91", "股份有限公司"), ("91", "厂"), ("92", "厂（个体工商户）"))
_FARM_FORMS = (("91", "有限公司"), ("92", "场（个体工商户）"), ("93", "专业合作社"), ("N2", "农民合作社"))
_RISK = {"key": 2.2, "simplified": 1.2, "registered": 0.55, "none": 0.3}


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
    enrolled_on: date
    key_unit: bool
    care: float

    @property
    def hazard(self) -> float:
        """How readily something goes wrong here, around 1."""
        return _RISK[self.permit_class] * (0.2 + 12 * (1 - self.care) ** 2)

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
    """Everything that is rated."""

    units: tuple[Unit, ...]
    parks: tuple[Park, ...]


def city(chance: Random, units: int = 3000) -> City:
    """The city with so many units. The same generator state gives the same city."""
    words = read_words()
    serial = count(1)
    parks = tuple(_park(entry, next(serial), chance) for entry in words.parks)
    names = _names(words, chance)
    return City(tuple(_unit(words, parks, names, next(serial), chance) for _ in range(units)), parks)


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


def _park(entry: tuple[str, str, str], serial: int, chance: Random) -> Park:
    region, ordinal, _ = entry
    return Park(credit_code("12", region, serial), f"{stem(region)}示例第{ordinal}产业园区", region, chance.betavariate(5, 2))


def _names(words: Words, chance: Random) -> Iterator[str]:
    """Brands in shuffled order, none twice: a stem, a branch and a third sign."""
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
    status = chance.choices(("operating", "stopped", "under_construction", "moved", "closed"), (940, 25, 15, 6, 14))[0]
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
        permit_from=_day(chance, FIRST_YEAR - 3, FIRST_YEAR + 1),
        status=status,
        stopped_from=_day(chance, LAST_YEAR - 1, LAST_YEAR) if status == "stopped" else None,
        enrolled_on=date(FIRST_YEAR + chance.choice((-2, -1, 0, 0, 1, 3)), 1, 1),
        key_unit=permit_class == "key" or chance.random() < 0.03,
        care=chance.betavariate(5, 1.6),
    )


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
