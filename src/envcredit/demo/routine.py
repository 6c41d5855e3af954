"""What a year of ordinary management states about a unit: permits, measurements, reports, checks, insurance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from envcredit.demo.city import FIRST_YEAR, LAST_YEAR, Unit
from envcredit.demo.statement import Office, Statement, Value, authority, day_in, later, words

_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def routine(units: tuple[Unit, ...], office: Office) -> Iterator[Statement]:
    """Everything that ordinary management states."""
    for unit in units:
        yield from _permit(unit, office)
        for year in _YEARS:
            if unit.works_in(year):
                yield from _year(unit, year, office)


def _year(unit: Unit, year: int, office: Office) -> Iterator[Statement]:
    chance = office.chance
    if unit.permit_class in ("key", "simplified"):
        yield from _official_monitoring(unit, year, office)
        yield from _self_monitoring(unit, year, office)
        yield from _breaches(unit, year, office)
    if unit.key_unit:
        if chance.random() < 0.7:
            yield from _disclosure(unit, year, chance)
        if chance.random() < 0.3:
            yield from _discharge(unit, year, chance)
        yield from _own_series(unit, year, chance)
    if unit.trade.waste and unit.permit_class in ("key", "simplified"):
        yield from _hazardous_waste(unit, year, office)
        yield from _insurance(unit, year, chance)
    if unit.permit_class == "key" and chance.random() < 0.1:
        yield _cleaner_production(unit, year, office)


def _permit(unit: Unit, office: Office) -> Iterator[Statement]:
    chance = office.chance
    if unit.permit_class not in ("key", "simplified", "registered"):
        return
    start, event = unit.permit_from, "issued"
    while start <= date(LAST_YEAR, 12, 31) and unit.works_in(start.year):
        end = start.replace(year=start.year + 5, day=min(start.day, 28)) - timedelta(days=1)
        yield Statement(
            "permit",
            unit,
            start,
            {
                "issued_on": start,
                **office.stamp(unit.region, "许字", start),
                "permit_number": unit.permit_number,
                "permit_class": unit.permit_class,
                "permit_event": event,
                "valid_from": start,
                "valid_to": end,
            },
        )
        if chance.random() > 0.9 + 0.1 * unit.care:
            return
        event = "renewed"
        start = end + timedelta(days=1 if chance.random() < 0.9 else chance.randint(20, 150))


def _official_monitoring(unit: Unit, year: int, office: Office) -> Iterator[Statement]:
    """One visit a year or more to key units, now and then to the others; two pollutants a visit."""
    chance = office.chance
    visits = 1 + (chance.random() < 0.08) if unit.permit_class == "key" else int(chance.random() < 0.06)
    media = [medium for medium in unit.trade.media if medium in words().pollutants]
    for _ in range(visits if media else 0):
        medium = chance.choice(media)
        day = day_in(chance, year)
        number = office.number(unit.region, "监字", day)
        table = words().pollutants[medium]
        for pollutant in chance.sample(table, min(2, len(table))):
            limit = Decimal(pollutant.limit)
            over = chance.random() < 0.075 * (1 - unit.care)
            ratio = Decimal(chance.randint(104, 360)) / 100 if over else Decimal(chance.randint(8, 96)) / 100
            yield Statement(
                "monitoring",
                unit,
                day,
                {
                    "sampled_on": day,
                    "authority": authority(unit.region),
                    "document_number": number,
                    "outlet": _outlet(medium, 1),
                    "pollutant": pollutant.name,
                    "medium": medium,
                    "measured_in": pollutant.measured_in,
                    "limit": limit,
                    "monitoring_type": chance.choice(("enforcement", "supervisory")),
                    "value": _measured(limit * ratio, limit),
                },
            )


def _own_series(unit: Unit, year: int, chance: Random) -> Iterator[Statement]:
    """A result of its own that a key unit reports for its first outlet, in every second year or so."""
    media = [medium for medium in unit.trade.media if medium in words().pollutants]
    if not media or chance.random() < 0.5:
        return
    pollutant = words().pollutants[media[0]][0]
    limit = Decimal(pollutant.limit)
    for month in (6,):
        ratio = Decimal(chance.randint(102, 150) if chance.random() < 0.06 * (1 - unit.care) else chance.randint(10, 92)) / 100
        day = date(year, month, chance.randint(1, 28))
        yield Statement(
            "monitoring",
            unit,
            day,
            {
                "sampled_on": day,
                "outlet": _outlet(media[0], 1),
                "pollutant": pollutant.name,
                "medium": media[0],
                "measured_in": pollutant.measured_in,
                "limit": limit,
                "monitoring_type": "self",
                "value": _measured(limit * ratio, limit),
            },
        )


def _self_monitoring(unit: Unit, year: int, office: Office) -> Iterator[Statement]:
    chance = office.chance
    if chance.random() > (0.6 if unit.permit_class == "key" else 0.03):
        return
    planned = 12 if unit.permit_class == "key" else 4
    missed = chance.randint(1, planned // 2) if chance.random() < 0.25 * (1 - unit.care) + 0.01 else 0
    day = date(year, chance.choice((11, 12)), chance.randint(1, 28))
    values: dict[str, Value] = {
        "checked_on": day,
        **office.stamp(unit.region, "自测字", day),
        "planned": planned,
        "done": planned - missed,
        "falsified": chance.random() < 0.002 * (1 - unit.care),
    }
    if unit.permit_class == "key":
        transmission = (
            Decimal(chance.randint(930, 1000) if chance.random() < 0.7 + 0.3 * unit.care else chance.randint(700, 930)) / 1000
        )
        values |= {"networked": chance.random() < 0.93 + 0.07 * unit.care, "transmission": transmission}
    yield Statement("self_monitoring", unit, day, values)


def _breaches(unit: Unit, year: int, office: Office) -> Iterator[Statement]:
    """Small departures from permit conditions, noted on a visit and graded after the example of the Environment Agency."""
    chance = office.chance
    if chance.random() < 0.02 * unit.hazard:
        day = day_in(chance, year)
        yield Statement(
            "breach",
            unit,
            day,
            {
                "found_on": day,
                **office.stamp(unit.region, "证查字", day),
                "breach_category": chance.choices(("c2", "c3", "c4"), (5, 45, 50))[0],
                "condition": "环境管理台账记录要求",
            },
        )


def _disclosure(unit: Unit, year: int, chance: Random) -> Iterator[Statement]:
    """The yearly report due on 15 March (企业环境信息依法披露管理办法)."""
    due = date(year, 3, 15)
    values: dict[str, Value] = {
        "due_on": due,
        "title": f"{year - 1}年度环境信息依法披露报告",
        "complete": chance.random() < 0.9 + 0.1 * unit.care,
    }
    if chance.random() < 0.9 + 0.095 * unit.care:
        late = chance.random() < 0.12 * (1 - unit.care)
        values["filed_on"] = later(chance, due, 1, 60) if late else due - timedelta(days=chance.randint(0, 30))
    yield Statement("disclosure", unit, due, values)


def _discharge(unit: Unit, year: int, chance: Random) -> Iterator[Statement]:
    names = [name for medium, name in (("water", "化学需氧量"), ("air", "二氧化硫")) if medium in unit.trade.media]
    for name in names[:1]:
        quota = Decimal(chance.randint(20, 4000)) / 10
        over = chance.random() < 0.03 * (1 - unit.care)
        used = Decimal(chance.randint(101, 125) if over else chance.randint(25, 97)) / 100
        yield Statement(
            "discharge_total",
            unit,
            date(year, 12, 31),
            {
                "period_from": date(year, 1, 1),
                "period_to": date(year, 12, 31),
                "pollutant": name,
                "discharged": round(quota * used, 2),
                "quota": quota,
                "measured_in": "t/a",
            },
        )


def _hazardous_waste(unit: Unit, year: int, office: Office) -> Iterator[Statement]:
    chance = office.chance
    if chance.random() < 0.16:
        day = day_in(chance, year)
        poor = 1 - unit.care
        result = chance.choices(("standard", "basic", "failed"), (1 + 8 * unit.care, 3 * poor, 0.9 * poor))[0]
        yield Statement(
            "hazardous_waste_check",
            unit,
            day,
            {
                "checked_on": day,
                "waste_check_result": result,
                **office.stamp(unit.region, "危评字", day),
            },
        )


def _insurance(unit: Unit, year: int, chance: Random) -> Iterator[Statement]:
    mandatory = unit.permit_class == "key"
    if chance.random() < (0.88 + 0.11 * unit.care if mandatory else 0.06):
        start = date(year, 1, chance.randint(1, 20)) if mandatory else day_in(chance, year)
        yield Statement(
            "insurance",
            unit,
            start,
            {
                "valid_from": start,
                "valid_to": start + timedelta(days=364 if not mandatory else 375),
                "insurer": chance.choice(words().insurers),
                "cover": Decimal(chance.choice((50, 100, 200, 500)) * 10_000),
                "mandatory": mandatory,
            },
        )


def _cleaner_production(unit: Unit, year: int, office: Office) -> Statement:
    chance = office.chance
    due = date(year, chance.choice((6, 9, 11)), 30)
    values: dict[str, Value] = {
        "due_on": due,
        "mandatory": chance.random() < 0.8,
        **office.stamp(unit.region, "清审字", due),
    }
    if chance.random() < 0.8 + 0.2 * unit.care:
        values |= {"accepted_on": due - timedelta(days=chance.randint(0, 120)), "outcome": "accepted"}
    else:
        values["outcome"] = "pending"
    return Statement("cleaner_production_audit", unit, due, values)


def _outlet(medium: str, number: int) -> str:
    return {"water": f"DW{number:03d}", "air": f"DA{number:03d}"}.get(medium, f"厂界{number}号点")


def _measured(value: Decimal, limit: Decimal) -> Decimal:
    """As many digits as a laboratory gives."""
    return value.quantize(Decimal("0.001") if limit < 10 else Decimal("0.1"))
