"""What follows from a breach: rectification, repair, review, and in grave cases police, courts and lists; and incidents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from envcredit.demo.city import FIRST_YEAR, LAST_YEAR, Unit
from envcredit.demo.enforcement import LAST_DAY, Act, Sanction, acts, order, penalty
from envcredit.demo.statement import Office, Statement, Value, authority, day_in, later

_SERIES = {"rectification": "整改字", "repair": "修复字", "revocation": "撤销字", "suspension": "暂缓字"}


def enforcement(units: tuple[Unit, ...], office: Office) -> Iterator[Statement]:
    """Everything that enforcement states about the units, up to the last day of the story."""
    for act in acts(units, office):
        yield from (statement for statement in _case(act) if statement.day <= LAST_DAY)
    for unit in units:
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            if unit.works_in(year) and office.chance.random() < 0.0022 * unit.hazard:
                yield _incident(unit, day_in(office.chance, year), office)


def _case(act: Act) -> Iterator[Statement]:
    chance = act.office.chance
    ordered = order(act)
    if ordered:
        yield ordered
        if chance.random() < 0.5 + 0.3 * act.unit.care:
            yield _amending("rectification", act, later(chance, ordered.day, 5, 55), ordered, outcome="accepted")
    decided = later(chance, act.found_on, 25, 150)
    if act.behaviour.grave or chance.random() < (0.62 if ordered else 0.9):
        yield from _punished(act, decided)
    elif chance.random() < 0.2:
        yield act.document("exemption", decided, "不罚字")


def _punished(act: Act, decided: date) -> Iterator[Statement]:
    chance = act.office.chance
    statement, sanction = penalty(act, decided)
    yield statement
    if chance.random() < 0.2 + 0.4 * act.unit.care:
        yield _amending("rectification", act, later(chance, decided, 10, 120), statement, outcome="accepted")
    yield from _review(act, statement, sanction)
    if chance.random() < (0.3 if act.behaviour.grave else 0.05):
        stamp = act.office.stamp(act.unit.region, "约谈字", decided)
        about: dict[str, Value] = {"occurred_on": decided, "facts": act.behaviour.facts}
        yield Statement("interview", act.unit, decided, about | stamp)
    if act.behaviour.grave:
        yield from _grave(act, decided, sanction)


def _review(act: Act, about: Statement, sanction: Sanction) -> Iterator[Statement]:
    """Repair after the waiting period of its class, revocation on review, suspension while a lawsuit runs."""
    chance = act.office.chance
    if chance.random() < 0.1 + 0.25 * act.unit.care:
        wait = {"minor": 5, "general": 95, "serious": 370}[sanction.severity]
        day = later(chance, about.day, wait, wait + 120)
        outcome = chance.choices(("accepted", "rejected", "pending"), (88, 8, 4))[0]
        yield _amending("repair", act, day, about, applied_on=day - timedelta(days=5), outcome=outcome)
    if chance.random() < 0.012:
        yield _amending("revocation", act, later(chance, about.day, 40, 150), about, reason="行政复议决定撤销")
    elif chance.random() < 0.008:
        day = later(chance, about.day, 10, 40)
        yield _amending("suspension", act, day, about, suspended_to=later(chance, day, 60, 400), reason="行政诉讼期间停止执行")


def _grave(act: Act, decided: date, sanction: Sanction) -> Iterator[Statement]:
    chance = act.office.chance
    if chance.random() < 0.3:
        yield act.document("detention", later(chance, decided, 5, 60), "拘字", persons=1)
    if act.behaviour.key != "obstruction" and chance.random() < 0.14:
        yield _judgment(act, later(chance, decided, 120, 420), sanction)
    if chance.random() < 0.12:
        yield _listing(act, later(chance, decided, 30, 90))


def _judgment(act: Act, day: date, sanction: Sanction) -> Statement:
    offence = act.office.chance.choice(("environmental_pollution", "environmental_pollution", "civil_damage"))
    values: dict[str, Value] = {
        "final_on": day,
        "authority": "示例人民法院",
        "document_number": act.office.number(act.unit.region, "刑判字", day),
        "act": act.number,
        "offence": offence,
        "final": True,
        "facts": act.behaviour.facts,
    }
    damages: dict[str, Value] = {"damages": Decimal(sanction.fine * 3)} if offence == "civil_damage" else {}
    return Statement("judgment", act.unit, day, values | damages)


def _listing(act: Act, day: date) -> Statement:
    chance = act.office.chance
    name = chance.choice(("supervised_case", "supervised_case", "serious_dishonesty", "environmental_blacklist"))
    values: dict[str, Value] = {"list_name": name, "listed_on": day, "level": "city"}
    removed: dict[str, Value] = {"removed_on": later(chance, day, 180, 500)} if chance.random() < 0.6 else {}
    return Statement("listing", act.unit, day, values | removed | act.office.stamp(act.unit.region, "列字", day))


def _incident(unit: Unit, day: date, office: Office) -> Statement:
    level = office.chance.choices(("ordinary", "considerable", "major"), (93, 6, 1))[0]
    values: dict[str, Value] = {
        "occurred_on": day,
        "incident_level": level,
        "responsible": office.chance.random() < 0.7,
        "facts": "生产废水意外溢流进入附近水体",
    }
    return Statement("incident", unit, day, values | office.stamp(unit.region, "应急字", day))


def _amending(kind: str, act: Act, day: date, about: Statement, **values: Value) -> Statement:
    """A record about another document of the same office."""
    date_name = "done_on" if kind == "rectification" else "decided_on"
    concerned: dict[str, Value] = {
        date_name: day,
        "about_authority": authority(act.unit.region),
        "about_number": about.values["document_number"],
    }
    return Statement(kind, act.unit, day, concerned | act.office.stamp(act.unit.region, _SERIES[kind], day) | values)
