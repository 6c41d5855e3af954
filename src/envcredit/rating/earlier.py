"""What earlier runs supply as facts: a unit's earlier ratings, and for a park the results of its members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.amounts import NUMBER_PLACES, scaled
from envcredit.base.names import name_key
from envcredit.base.vocabulary import read_vocabulary
from envcredit.rating.inputs import given_columns, rows_of

if TYPE_CHECKING:
    from envcredit.rating.run import Run

LOOKUP = ("unit_id", "name", "former_names", "uscc")


@dataclass(frozen=True, slots=True)
class Heard:
    """Member results: the facts, the pairs of park and member, and the units that records may belong to.

    These are all units of the run, so that a record of a unit outside the parks is known for what it is and not called lost.
    """

    facts: pa.Table
    pairs: Sequence[tuple[str, str]]
    lookup: pa.Table


def earlier_ratings(run: Run) -> pa.Table:
    """One fact of kind ``rating`` for each unit that the run gave a grade, in the columns of ``given_schema``."""
    results = _results(run)
    results = results.filter(pc.not_equal(results.column("grade"), ""))
    periods = rows_of(results.column("unit_id"), run.stage("unit").select(["unit_id", "period_from", "period_to"]))
    stated = {name: periods.column(name) for name in ("period_from", "period_to")}
    return _facts(run, "rating", results, {"real_id": results.column("unit_id"), "day": stated["period_to"], **stated})


def member_results(run: Run, parks: pa.Table) -> Heard:
    """Members are the run's units whose ``park`` is a park's id or its exact name; unrated ones are heard of without a grade."""
    units = run.stage("unit").select([*LOOKUP, "park"])
    results = _results(run)
    parked = results.append_column("park", _parks_of(rows_of(results.column("unit_id"), units).column("park"), parks))
    parked = parked.filter(pc.is_valid(parked.column("park")))
    grade, member, park = (parked.column(name) for name in ("grade", "unit_id", "park"))
    day = pa.repeat(pa.scalar(date.fromisoformat(str(run.manifest["as_of"])), pa.date32()), parked.num_rows)
    known = pc.if_else(pc.equal(grade, ""), None, grade)
    stated = {"real_id": park, "day": day, "period_to": day, "member": member, "grade": known}
    pairs = list(zip(park.to_pylist(), member.to_pylist(), strict=True))
    return Heard(_facts(run, "member", parked, stated), pairs, units.select(LOOKUP))


def scheme_of(run: Run) -> str:
    """The scheme of a run without its version, from the manifest."""
    return str(run.manifest["scheme"]["identity"]).rpartition("/")[0]


def _parks_of(written: pa.ChunkedArray, parks: pa.Table) -> Any:
    """The id of the park that each unit says it is in; null for one that is not among the parks."""
    by_name = {name_key(row["name"]): row["unit_id"] for row in parks.select(["unit_id", "name"]).to_pylist()}
    by_name |= {unit_id: unit_id for unit_id in parks.column("unit_id").to_pylist()}
    coded = pc.fill_null(written, "").combine_chunks().dictionary_encode()
    ids = [by_name.get(text, by_name.get(name_key(text))) for text in coded.dictionary.to_pylist()]
    return pa.array(ids, pa.string()).take(coded.indices)


def _results(run: Run) -> pa.Table:
    """``unit_id``, ``grade`` ('' for none) and ``score`` (null for none) of each unit."""
    grades = run.stage("grade").select(["unit_id", "final"])
    scores = rows_of(grades.column("unit_id"), run.stage("score").select(["unit_id", "score"]))
    micro = scaled(Decimal(run.manifest["scheme"]["step"] or "1"), NUMBER_PLACES)
    points = pc.multiply_checked(scores.column("score"), pa.scalar(micro, pa.int64()))
    return pa.table({"unit_id": grades.column("unit_id"), "grade": grades.column("final"), "score": points})


def _facts(run: Run, kind: str, results: pa.Table, stated: Mapping[str, Any]) -> pa.Table:
    """The results as facts. Ids are no digests of a statement: they name the run's result, and through it all it rests on."""
    always = {
        "kind": kind,
        "recorded_at": str(run.manifest["known_at"]),
        "attached_by": "run",
        "scheme": scheme_of(run),
    }
    columns = {name: pa.repeat(text, results.num_rows) for name, text in always.items()}
    named = f"run:{str(run.manifest['result_digest'])[:16]}:"
    columns["record_id"] = pc.binary_join_element_wise(named, results.column("unit_id"), "")
    columns |= {name: results.column(name) for name in ("grade", "score")}
    return given_columns({**columns, **stated}, read_vocabulary())
