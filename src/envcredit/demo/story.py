"""Everything at once: the city and all that is stated about it, from one generator."""

from __future__ import annotations

from random import Random

from envcredit.demo.aftermath import enforcement
from envcredit.demo.city import City, city
from envcredit.demo.routine import routine
from envcredit.demo.society import society
from envcredit.demo.statement import Office, Statement


def story(chance: Random, units: int = 3000) -> tuple[City, list[Statement]]:
    """A city with so many units and the statements about them, five years of about 40,000 for 3,000 units."""
    made = city(chance, units)
    office = Office(chance)
    statements = [
        *enforcement((*made.units, *made.strangers), office),
        *routine(made.units, office),
        *society(made, office),
    ]
    return made, statements
