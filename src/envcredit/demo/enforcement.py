"""What enforcement finds and decides in the made-up city: breaches, orders and penalties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from envcredit.demo.city import FIRST_YEAR, LAST_YEAR, Unit
from envcredit.demo.statement import Office, Statement, Value, day_in, how_many, later, words
from envcredit.demo.words import Behaviour

LAST_DAY = date(LAST_YEAR, 12, 31)
_TREND = (1.1, 1.05, 1.0, 1.0, 0.9)
_CODE_IN_FORCE = date(2026, 8, 15)  # 生态环境法典第一千二百四十二条
_ORDERS = {
    "correct": 50,
    "correct_by": 38,
    "restrict_production": 4,
    "stop_construction": 3,
    "stop_production": 2,
    "seize": 2,
    "restore": 1,
}
_SANCTIONS = {"fine": 82, "light": 9, "gains": 4, "heavy": 4, "closing": 0.4}
_HEAVY = ("suspension", "suspension", "operations_restricted", "permit_suspended", "qualification_lowered")


@dataclass(frozen=True, slots=True)
class Act:
    """One breach that was found on one inspection, and the office that deals with it."""

    unit: Unit
    behaviour: Behaviour
    medium: str
    found_on: date
    number: str
    office: Office

    def document(self, kind: str, day: date, series: str, **values: Value) -> Statement:
        """A new document about this act, decided on ``day``."""
        about: dict[str, Value] = {
            "decided_on": day,
            "act": self.number,
            "behaviour": self.behaviour.key,
            "facts": self.behaviour.facts,
        }
        where: dict[str, Value] = {"medium": self.medium} if self.medium != "service" and kind != "detention" else {}
        stamp = self.office.stamp(self.unit.region, series, day)
        return Statement(kind, self.unit, day, about | where | stamp | values)


@dataclass(frozen=True, slots=True)
class Sanction:
    """What a penalty consists of: categories, class of dishonesty information, and yuan (0: no fine)."""

    categories: str
    severity: str
    fine: int
    gains: int


def acts(units: tuple[Unit, ...], office: Office) -> Iterator[Act]:
    """Every breach that is found in the five years."""
    chance = office.chance
    serial = 0
    for unit in units:
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            for _ in range(how_many(chance, 0.28 * unit.hazard * _TREND[year - FIRST_YEAR]) if unit.works_in(year) else 0):
                serial += 1
                behaviour = _behaviour(unit, chance)
                medium = chance.choice([m for m in behaviour.media if m in unit.trade.media] or behaviour.media)
                yield Act(unit, behaviour, medium, day_in(chance, year), f"A{serial:05d}", office)


def order(act: Act) -> Statement | None:
    """The order to correct that follows in most cases within a fortnight."""
    chance = act.office.chance
    decided = later(chance, act.found_on, 0, 15)
    kind = chance.choices(list(_ORDERS), list(_ORDERS.values()))[0]
    due = decided + timedelta(days=chance.choice((15, 30, 30, 60)))
    if chance.random() > 0.7 or decided > LAST_DAY:
        return None
    performed = chance.random() < 0.95
    return act.document(
        "order", decided, "责改字",
        inspected_on=act.found_on, order_category=kind, due_on=due, performed=performed,
        law_violated=cited(act.behaviour.law, decided),
    )  # fmt: skip


def penalty(act: Act, decided: date) -> tuple[Statement, Sanction]:
    """The penalty for an act, and what it consists of."""
    chance = act.office.chance
    sanction = _sanction(act, chance)
    published = {"minor": 90, "general": 365, "serious": 3 * 365}[sanction.severity]
    stated = sanction.fine and chance.random() > 0.013  # now and then an office leaves the amount out
    money: dict[str, Value] = {"fine": Decimal(sanction.fine)} if stated else {}
    money |= {"confiscated": Decimal(sanction.gains)} if sanction.gains else {}
    return act.document(
        "penalty", decided, "罚决字",
        inspected_on=act.found_on, categories=sanction.categories, severity=sanction.severity,
        law_violated=cited(act.behaviour.law, decided), law_basis=cited(act.behaviour.basis, decided),
        due_on=decided + timedelta(days=15), performed=chance.random() < 0.965,
        publish_until=decided + timedelta(days=published), **money,
    ), sanction  # fmt: skip


def cited(article: str, day: date) -> str:
    """The article as cited on a day. The Code of 2026 takes the place of laws, not of regulations; which article of it takes
    the place of which is not established, so none is named.
    """
    return "《生态环境法典》有关条款" if "法》" in article and day >= _CODE_IN_FORCE else article


def _behaviour(unit: Unit, chance: Random) -> Behaviour:
    own = {*unit.trade.media, *(["service"] if unit.trade.service else []), "radiation"}
    fitting = [behaviour for behaviour in words().behaviours if own & set(behaviour.media)]
    return chance.choices(fitting, [_often(behaviour, unit) for behaviour in fitting])[0]


def _often(behaviour: Behaviour, unit: Unit) -> float:
    if behaviour.key == "livestock":
        return 60 if unit.trade.industry.startswith("A03") else 0
    return behaviour.often * (0.8 * (1 - unit.care) if behaviour.grave else 1)


def _sanction(act: Act, chance: Random) -> Sanction:
    fine = _fine(act, chance)
    drawn = chance.choices(list(_SANCTIONS), list(_SANCTIONS.values()))[0]
    if drawn == "light":
        return Sanction(chance.choice(("warning", "warning", "public_criticism")), "minor", 0, 0)
    added = {
        "fine": "",
        "gains": "|confiscation_of_gains",
        "heavy": "|" + chance.choice(_HEAVY),
        "closing": "|" + chance.choice(("permit_revoked", "closure", "practice_barred")),
    }[drawn]
    serious = drawn in ("heavy", "closing") or act.behaviour.grave or fine >= 200_000
    gains = max(500, fine // 3 // 100 * 100) if drawn == "gains" else 0
    return Sanction(f"fine{added}", "serious" if serious else "general", fine, gains)


def _fine(act: Act, chance: Random) -> int:
    """Yuan, in whole hundreds."""
    scale = 120_000 if act.behaviour.grave else 62_000
    return max(2000, min(1_000_000, round(scale * chance.lognormvariate(0, 0.9) / 100) * 100))
