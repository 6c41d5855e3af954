"""What others state: complaints, commendations, commitments, lists, entries by officers, and what is found in parks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from envcredit.demo.city import FIRST_YEAR, LAST_YEAR, RATED_YEARS, City, Park, Unit
from envcredit.demo.statement import Office, Statement, Value, authority, day_in, how_many, later, words

_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
_BUREAU = "郴州市生态环境局（示例）"
_MATTERS = (
    "sewage_not_all_treated",
    "vocs_not_controlled",
    "no_waste_supervision",
    "monitoring_capacity_short",
    "no_emergency_plan",
    "project_without_eia",
    "unverified_complaint_backlog",
    "sewage_plant_failed",
    "plan_changed_without_eia",
    "no_follow_up_eia",
    "no_air_warning_system",
    "no_self_monitoring",
    "smart_supervision_built",
)


def society(city: City, office: Office) -> Iterator[Statement]:
    """Everything that is stated by others than enforcement and ordinary management."""
    chance = office.chance
    for unit in city.units:
        yield from _merit(unit, office)
        for year in (year for year in _YEARS if unit.works_in(year)):
            yield from _complaints(unit, year, chance)
            yield from _lists(unit, year, office)
            yield from _entries(unit, year, chance)
        yield from _earlier_rating(unit, chance)
    for unit in city.strangers:
        yield from (each for year in _YEARS for each in _complaints(unit, year, chance))
    for park in city.parks:
        yield from _findings(park, office)


def _complaints(unit: Unit, year: int, chance: Random) -> Iterator[Statement]:
    for _ in range(how_many(chance, 0.13 * unit.hazard)):
        day = day_in(chance, year)
        medium = chance.choice(unit.trade.media)
        values: dict[str, Value] = {
            "received_on": day,
            "document_number": f"{day:%Y%m%d}{chance.randrange(10**5):05d}",
            "medium": medium,
            "channel": chance.choices(("phone", "wechat", "web", "letter", "other"), (55, 28, 10, 5, 2))[0],
            "facts": chance.choice(words().complaints[medium]),
        }
        if chance.random() < 0.96:
            values["verified"] = chance.random() < 0.25 + 0.35 * (1 - unit.care)
        if chance.random() < 0.97:
            values["closed_on"] = later(chance, day, 1, 45)
        yield Statement("complaint", unit, day, values)


def _merit(unit: Unit, office: Office) -> Iterator[Statement]:
    chance = office.chance
    worked = [year for year in _YEARS if unit.works_in(year)]
    if unit.care < 0.6 or unit.permit_class == "none" or not worked:
        return
    for year in (y for y in worked if chance.random() < 0.26 * unit.care):
        day = day_in(chance, year)
        signer = "head_of_unit" if chance.random() < 0.85 else "other"
        kept = chance.random() < 0.9 + 0.1 * unit.care
        signed: dict[str, Value] = {"signed_on": day, "signed_by": signer, "kept": kept, "title": "环保信用承诺书"}
        yield Statement("commitment", unit, day, signed)
    if chance.random() < 0.5 * unit.care:
        start = day_in(chance, chance.choice(worked))
        yield Statement(
            "certification",
            unit,
            start,
            {
                "certificate": chance.choices(
                    ("iso14001", "green_factory", "ultra_low_emission", "clean_production_leader", "deep_treatment"),
                    (62, 16, 6, 3, 13),
                )[0],
                "valid_from": start,
                "valid_to": start + timedelta(days=3 * 365),
                "level": chance.choice(("provincial", "city", "county")),
                "document_number": office.number(unit.region, "证字", start),
                "authority": _BUREAU,
            },
        )
    if chance.random() < 0.035:
        day = day_in(chance, chance.choice(worked))
        level = chance.choices(("national", "provincial", "city", "county"), (1, 5, 40, 54))[0]
        yield Statement(
            "commendation",
            unit,
            day,
            {
                "awarded_on": day,
                "authority": _BUREAU,
                "level": level,
                "title": "生态环境保护先进单位",
                "document_number": office.number(unit.region, "表字", day),
            },
        )


def _lists(unit: Unit, year: int, office: Office) -> Iterator[Statement]:
    chance = office.chance
    if unit.key_unit and year == FIRST_YEAR:
        yield _listed(unit, "key_unit", date(year, 3, 31), date(LAST_YEAR + 1, 3, 30), office)
    if unit.care > 0.75 and unit.permit_class in ("key", "simplified") and chance.random() < 0.25:
        yield _listed(unit, "positive_list", date(year, 2, 1), date(year + 1, 1, 31), office)
    if chance.random() < 0.0016 * unit.hazard:
        day = day_in(chance, year)
        number = office.number(unit.region, "拒评字", day)
        yield Statement(
            "refusal",
            unit,
            day,
            {
                "decided_on": day,
                "authority": authority(unit.region),
                "document_number": number,
                "reason": "逾期未提交自评材料，经催告仍不参加评价",
            },
        )
    if unit.permit_class in ("registered", "none") and not unit.key_unit and chance.random() < 0.35:
        day = date(year, 1, chance.randint(2, 28))
        yield Statement(
            "application",
            unit,
            day,
            {"applied_on": day, "title": "自愿参加环保信用评价", "document_number": f"申{year}{unit.code[10:16]}"},
        )


def _listed(unit: Unit, name: str, first: date, last: date, office: Office) -> Statement:
    return Statement(
        "listing",
        unit,
        first,
        {
            "list_name": name,
            "listed_on": first,
            "removed_on": last,
            "level": "city",
            "authority": _BUREAU,
            "document_number": office.number(unit.region, "名录字", first),
        },
    )


def _entries(unit: Unit, year: int, chance: Random) -> Iterator[Statement]:
    """What officers enter after a visit: the state of the ledger and the hazards that were not removed."""
    if unit.permit_class not in ("key", "simplified") or chance.random() > 0.04:
        return
    day = date(year, chance.choice((10, 11, 12)), chance.randint(1, 28))
    poor = 1 - unit.care
    for rule, most, reason in (("ledger_check", 3, "现场核查环境管理台账"), ("hazard_check", 5, "环境风险隐患排查未整改事项")):
        value = min(most, how_many(chance, 1.6 * poor))
        yield Statement(
            "officer_entry",
            unit,
            day,
            {
                "entered_on": day,
                "rule": rule,
                "entered_value": Decimal(value),
                "entered_by": chance.choice("甲乙丙丁") + "某",
                "reason": reason,
            },
        )


def _earlier_rating(unit: Unit, chance: Random) -> Iterator[Statement]:
    """The result of the year before the first rating, under the measures that applied then."""
    year = RATED_YEARS[0] - 1
    if unit.permit_class != "key" or unit.enrolled_on.year > year or not unit.works_in(year):
        return
    score = max(0, min(100, round(chance.gauss(62 + 30 * unit.care, 6))))
    grade = next(
        grade for least, grade in ((90, "green"), (70, "blue"), (50, "yellow"), (30, "red"), (0, "black")) if score >= least
    )
    yield Statement(
        "rating",
        unit,
        date(year, 12, 31),
        {
            "period_from": date(year, 1, 1),
            "period_to": date(year, 12, 31),
            "grade": grade,
            "score": Decimal(score),
            "published_on": date(year + 1, 4, 20),
            "authority": _BUREAU,
            "scheme": "原评价办法（示例）",
        },
    )


def _findings(park: Park, office: Office) -> Iterator[Statement]:
    chance = office.chance
    for year in _YEARS:
        for matter in _MATTERS:
            good = matter == "smart_supervision_built"
            if chance.random() > (0.25 * park.care if good else 0.24 * (1 - park.care)):
                continue
            day = day_in(chance, year)
            values: dict[str, Value] = {
                "found_on": day,
                "authority": _BUREAU,
                "document_number": office.number(park.region, "园查字", day),
                "park_matter": matter,
                "facts": "园区环境管理核查",
            }
            if matter == "sewage_not_all_treated":
                values["treatment_rate"] = Decimal(chance.randint(850, 999)) / 1000
            yield Statement("park_finding", park, day, values)
            done = later(chance, day, 30, 400)
            if not good and done.year <= LAST_YEAR and chance.random() < 0.4 + 0.5 * park.care:
                concerned: dict[str, Value] = {"about_authority": _BUREAU, "about_number": values["document_number"]}
                number = office.number(park.region, "园改字", done)
                finished: dict[str, Value] = {
                    "done_on": done,
                    "outcome": "accepted",
                    "authority": _BUREAU,
                    "document_number": number,
                }
                yield Statement("rectification", park, done, concerned | finished)
