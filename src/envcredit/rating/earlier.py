"""What earlier runs supply as facts: a unit's earlier ratings, and for a park the results of its members."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from envcredit.base.amounts import NUMBER_PLACES, scaled
from envcredit.base.names import name_key
from envcredit.rating.inputs import Given

if TYPE_CHECKING:
    from envcredit.rating.run import Run

LOOKUP = ("unit_id", "name", "former_names", "uscc")


@dataclass(frozen=True, slots=True)
class Heard:
    """Member results: the facts, the pairs of park and member, and the units that records may belong to.

    These are all units of the run, so that a record of a unit outside the parks is known for what it is and not called lost.
    """

    given: list[Given]
    pairs: Sequence[tuple[str, str]]
    lookup: pa.Table


def earlier_ratings(run: Run) -> Iterator[Given]:
    """One fact of kind ``rating`` for each unit that the run gave a grade."""
    periods = {row["unit_id"]: row for row in run.stage("unit").select(["unit_id", "period_from", "period_to"]).to_pylist()}
    for unit_id, result in _results(run):
        if result["grade"]:
            period = periods[unit_id]
            values = {
                "scheme": scheme_of(run),
                "period_from": period["period_from"],
                "period_to": period["period_to"],
                **result,
            }
            yield Given(unit_id, "rating", _record_id(run, unit_id), period["period_to"], str(run.manifest["known_at"]), values)


def member_results(run: Run, parks: pa.Table) -> Heard:
    """Members are the run's units whose ``park`` is a park's id or its exact name; unrated ones are heard of without a grade."""
    by_name = {name_key(row["name"]): row["unit_id"] for row in parks.select(["unit_id", "name"]).to_pylist()}
    by_name |= {unit_id: unit_id for unit_id in parks.column("unit_id").to_pylist()}
    units = run.stage("unit")
    park_of = {
        row["unit_id"]: by_name.get(row["park"] or "", by_name.get(name_key(row["park"] or ""))) for row in units.to_pylist()
    }
    day = date.fromisoformat(str(run.manifest["as_of"]))
    given, pairs = [], []
    for unit_id, result in _results(run):
        if (park := park_of.get(unit_id)) is not None:
            pairs.append((park, unit_id))
            values = {
                "member": unit_id,
                "period_to": day,
                "scheme": scheme_of(run),
                **result,
                "grade": result["grade"] or None,
            }
            given.append(Given(park, "member", _record_id(run, unit_id), day, str(run.manifest["known_at"]), values))
    return Heard(given, pairs, units.select(list(LOOKUP)))


def scheme_of(run: Run) -> str:
    """The scheme of a run without its version, from the manifest."""
    return str(run.manifest["scheme"]["identity"]).rpartition("/")[0]


def _results(run: Run) -> Iterator[tuple[str, dict[str, Any]]]:
    micro = scaled(Decimal(run.manifest["scheme"]["step"] or "1"), NUMBER_PLACES)
    scores = dict(zip(*(run.stage("score").column(c).to_pylist() for c in ("unit_id", "score")), strict=True))
    for row in run.stage("grade").select(["unit_id", "final"]).to_pylist():
        points = scores[row["unit_id"]]
        score = None if points is None else points * micro
        yield row["unit_id"], {"grade": row["final"], "score": score}


def _record_id(run: Run, unit_id: str) -> str:
    """Not a digest of a statement: it names the run's result, and through it everything the run rests on."""
    return f"run:{str(run.manifest['result_digest'])[:16]}:{unit_id}"
