"""The scheme as variables of OpenFisca-core: records are its persons, units and acts its groups; all of it vectorised.

Facts come joined and in order (unit, day, record), since OpenFisca reads no files. What is asked of one record is a variable of
the record; caps are variables of the unit. It gives sums under caps, not which record a cap cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.taxscales import SingleAmountTaxScale
from openfisca_core.variables import Variable

from bench.given import ANSWER, Answer, Given, first_day
from bench.peers.facts import facts_and_units

RECORD = Entity("record", "records", "A record", "")
UNIT = GroupEntity("unit", "units", "A unit", "", roles=[{"key": "member"}])
ACT = GroupEntity("act", "acts", "Records of one act", "", roles=[{"key": "member"}])
NEVER = np.datetime64("1900-01-01")
CODES = {
    "kind": "penalty order listing judgment interview monitoring discharge_total hazardous_waste_check disclosure "
    "self_monitoring commitment complaint cleaner_production_audit commendation certification incident detention",
    "order_category": "correct correct_by restore restrict_production seize stop_construction stop_production",
    "behaviour": "hidden_pipe hazardous_waste_dumping no_permit",
    "offence": "civil_damage environmental_pollution illegal_waste_import false_certification",
    "medium": "water air noise",
    "waste_check_result": "basic failed",
    "signed_by": "head_of_unit",
    "level": "national provincial city county",
    "certificate": "iso14001 green_factory ultra_low_emission deep_treatment",
    "list_name": "supervised_case positive_list serious_dishonesty environmental_blacklist",
    "incident_level": "ordinary considerable major especially_major",
}
ENUMS = {name: Enum(name, {code: code for code in ("other", *codes.split())}) for name, codes in CODES.items()}
DAYS = ("day", "rectified_on", "removed_on", "valid_to", "filed_on", "accepted_on")
YES_NO = ("final", "complete", "networked", "falsified", "kept", "verified", "responsible")
WHOLES = {"fine": 1, "damages": 1, "exceedance": 1, "discharged": 10**6, "quota": 10**6, "planned": 1, "done": 1}
CATEGORIES = {
    "is_light": r"^\|(warning\||public_criticism\|)+$",
    "is_fined": r"\|fine\|",
    "is_confiscated": r"\|confiscation_of_(gains|property)\|",
    "is_stopped": r"\|(permit_suspended|qualification_lowered|operations_restricted|suspension)\|",
}
ACTS = ("warning", "fine_points", "confiscation", "business_restricted", "order_to_correct", "order_to_stop")
PARTS = {  # cap of the part, caps of its rules (0: none)
    "enforcement": (
        0,
        {"fine_points": 24, "order_to_correct": 4, "interview": 4, "supervised_case": 0, "damage_liability": 0}
        | {"warning": 0, "confiscation": 0, "business_restricted": 0, "order_to_stop": 0},
    ),
    "pollution": (
        12,
        {"water_over_limit": 8, "air_over_limit": 8, "noise_over_limit": 6, "quota_exceeded": 0, "waste_check_failed": 6},
    ),
    "management": (
        8,
        {"disclosed_late": 3, "not_disclosed": 6, "disclosed_incompletely": 3, "not_networked": 3, "few_measurements": 3}
        | {"commitment_broken": 6, "verified_complaint": 2, "cleaner_production_overdue": 4},
    ),
    "merit": (
        6,
        {"commendation": 6, "management_system": 2, "green_factory": 5, "deep_treatment": 3, "commitment_kept": 2}
        | {"positive_list": 2},
    ),
}
GRADES = np.array(["green", "blue", "yellow", "red", "black"])


def _scale(*brackets: tuple[int, int]) -> SingleAmountTaxScale:
    scale = SingleAmountTaxScale()
    for threshold, amount in brackets:
        scale.add_bracket(threshold, amount)
    return scale


FINE = _scale((0, 1), (10**6, 2), (2 * 10**6, 3), (5 * 10**6, 5), (10**7, 8), (2 * 10**7, 12), (5 * 10**7, 16), (10**8, 20))
LIMIT = _scale((0, 1), (100_000, 2), (500_000, 3), (1_000_000, 4), (2_000_000, 6), (5_000_000, 8))
DAMAGES = _scale((0, 6), (50_000_000, 9), (200_000_000, 12))


class Asked:
    """The inputs of all records on one day, by name; codes are compared with their words."""

    def __init__(self, record: Any, period: Any) -> None:
        self._record, self._period = record, period
        self.as_of = period.start.date

    def __getattr__(self, name: str) -> Any:
        return self._record(name, self._period)

    def among(self, name: str, *codes: str) -> Any:
        """Whether a code is one of some."""
        held = getattr(self, name)
        return np.logical_or.reduce([held == ENUMS[name][code] for code in codes])

    def priced(self, name: str, prices: dict[str, int]) -> Any:
        """Points by a code."""
        held = getattr(self, name)
        return sum((held == ENUMS[name][code]) * points for code, points in prices.items())

    def within(self, months: int) -> Any:
        """Whether a term from the record's day still runs."""
        return (self.day <= np.datetime64(self.as_of)) & (self.day >= np.datetime64(first_day(self.as_of, months)))

    def shortened(self, months: int, to: int) -> Any:
        """Whether a term runs that is shorter once the matter was put right."""
        return np.where(self.rectified_on == NEVER, self.within(months), self.within(to))

    def until(self, last: str, days: int) -> Any:
        """Whether ``as_of`` lies in the open time from the record's day to ``days`` before the day ``last``."""
        end, now = getattr(self, last), np.datetime64(self.as_of)
        return (self.day <= now) & ((end == NEVER) | (end - days >= now))


Formula = Callable[[Asked], Any]


def _points() -> Iterator[tuple[str, Formula]]:
    """Points of one record by rule."""
    levels = {"national": 15, "provincial": 10, "city": 6, "county": 4}
    stops = {"restore": 3, "restrict_production": 6, "seize": 6, "stop_construction": 8, "stop_production": 12}
    yield "warning", lambda r: r.among("kind", "penalty") * r.is_light * r.within(12) * 1
    yield "fine_points", lambda r: r.among("kind", "penalty") * r.is_fined * r.shortened(24, 12) * FINE.calc(r.fine)
    yield "confiscation", lambda r: r.among("kind", "penalty") * r.is_confiscated * r.within(12) * 6
    yield "business_restricted", lambda r: r.among("kind", "penalty") * r.is_stopped * r.shortened(24, 12) * 20
    yield "order_to_correct", lambda r: r.among("order_category", "correct", "correct_by") * r.within(12) * 2
    yield "order_to_stop", lambda r: r.priced("order_category", stops) * r.shortened(12, 6)
    yield (
        "supervised_case",
        lambda r: r.among("list_name", "supervised_case") * r.priced("level", levels) * r.until("removed_on", 1),
    )
    yield "damage_liability", lambda r: r.among("offence", "civil_damage") * r.final * r.within(24) * DAMAGES.calc(r.damages)
    yield "interview", lambda r: r.among("kind", "interview") * r.within(6) * 2
    yield from _pollution()
    yield from _management()
    yield from _merit()


def _pollution() -> Iterator[tuple[str, Formula]]:
    yield "water_over_limit", lambda r: r.among("medium", "water") * (r.exceedance >= 0) * r.within(12) * LIMIT.calc(r.exceedance)
    yield "air_over_limit", lambda r: r.among("medium", "air") * (r.exceedance >= 0) * r.within(12) * LIMIT.calc(r.exceedance)
    yield "noise_over_limit", lambda r: r.among("medium", "noise") * r.within(12) * 2
    yield (
        "quota_exceeded",
        lambda r: (
            r.among("kind", "discharge_total")
            * (r.discharged > r.quota)
            * (r.quota > 0)
            * r.within(12)
            * np.select([r.discharged * 100 < r.quota * 110, r.discharged * 100 < r.quota * 150], [4, 6], 8)
        ),
    )
    yield "waste_check_failed", lambda r: r.priced("waste_check_result", {"basic": 2, "failed": 6}) * r.within(12)


def _management() -> Iterator[tuple[str, Formula]]:
    yield "disclosed_late", lambda r: r.among("kind", "disclosure") * (r.filed_on > r.day) * r.within(12) * 1
    yield (
        "not_disclosed",
        lambda r: (
            r.among("kind", "disclosure") * (r.filed_on == NEVER) * (r.day + 30 < np.datetime64(r.as_of)) * r.within(12) * 3
        ),
    )
    yield (
        "disclosed_incompletely",
        lambda r: r.among("kind", "disclosure") * (r.filed_on != NEVER) * ~r.complete * r.within(12) * 1,
    )
    yield "not_networked", lambda r: r.among("kind", "self_monitoring") * ~r.networked * r.within(12) * 3
    yield "few_measurements", lambda r: r.among("kind", "self_monitoring") * (r.done < r.planned) * r.within(12) * 1
    yield "commitment_broken", lambda r: r.among("kind", "commitment") * ~r.kept * r.within(24) * 3
    yield "verified_complaint", lambda r: r.among("kind", "complaint") * r.verified * r.within(12) * 1
    yield (
        "cleaner_production_overdue",
        lambda r: r.among("kind", "cleaner_production_audit") * (r.day < np.datetime64(r.as_of)) * r.until("accepted_on", 1) * 4,
    )


def _merit() -> Iterator[tuple[str, Formula]]:
    praised, factory = (
        {"national": 6, "provincial": 4, "city": 2, "county": 1},
        {"national": 5, "provincial": 3, "city": 2, "county": 1},
    )
    yield "commendation", lambda r: r.among("kind", "commendation") * r.priced("level", praised) * r.within(12)
    yield "management_system", lambda r: r.among("certificate", "iso14001") * r.until("valid_to", 0) * 2
    yield "green_factory", lambda r: r.among("certificate", "green_factory") * r.priced("level", factory) * r.until("valid_to", 0)
    yield "deep_treatment", lambda r: r.among("certificate", "ultra_low_emission", "deep_treatment") * r.until("valid_to", 0) * 3
    yield (
        "commitment_kept",
        lambda r: r.among("kind", "commitment") * r.kept * r.among("signed_by", "head_of_unit") * r.within(24) * 2,
    )
    yield "positive_list", lambda r: r.among("list_name", "positive_list") * r.until("removed_on", 1) * 2


def _rank(r: Asked) -> Any:
    """The grade, 0 for green, that a veto or a limit on this record leads to."""
    crime = r.among("offence", "environmental_pollution", "illegal_waste_import", "false_certification") * r.final * r.within(36)
    incident = r.among("incident_level", "considerable", "major", "especially_major") * r.responsible * r.within(36)
    listed = r.among("list_name", "serious_dishonesty", "environmental_blacklist") * r.until("removed_on", 1)
    penalty = r.among("kind", "penalty")
    pipe = r.among("behaviour", "hidden_pipe") * r.within(12) | r.among("behaviour", "hazardous_waste_dumping") * r.within(24)
    black = crime | incident | listed | penalty * pipe | r.falsified * r.within(24)
    late = (r.rectified_on == NEVER) | (r.rectified_on > r.day + 90)
    red = penalty * r.among("behaviour", "no_permit") * late * r.within(12) | r.among("kind", "detention") * r.within(12)
    yellow = r.among("waste_check_result", "failed") * r.within(12)
    blue = penalty * r.is_fined * (r.fine >= 50_000_000) * r.within(24)
    return np.select([black, red, yellow, blue], [4, 3, 2, 1], 0)


def _act_rule(record: Any, period: Any, _parameters: Any = None) -> Any:
    """The rule of ACTS, from 1, under which a record counts as the dearest of its act; 0 for none."""
    points = np.stack([record(name, period) for name in ACTS])
    dearest = points.max(axis=0)
    # the dearest first, then the earliest: records come in the order of their days
    key = np.where(dearest > 0, np.arange(len(dearest)) - dearest * 2.0**27, np.inf)
    return np.where((dearest > 0) & (key == record.act.min(key)), points.argmax(axis=0) + 1, 0)


def _score(unit: Any, period: Any, _parameters: Any = None) -> Any:
    counted = unit.members("act_rule", period)
    change = -np.select([unit("often", period) >= 5, unit("often", period) >= 3], [8, 4], 0)
    for part, (part_cap, rules) in PARTS.items():
        total = 0
        for rule, cap in rules.items():
            points = unit.members(rule, period)
            points = points * (counted == ACTS.index(rule) + 1) if rule in ACTS else points
            total = total + (np.minimum(unit.sum(points), cap) if cap else unit.sum(points))
        total = np.minimum(total, part_cap) if part_cap else total
        change = change + total if part == "merit" else change - total
    return np.clip(80 + change, 0, 100)


def _often(unit: Any, period: Any, _parameters: Any = None) -> Any:
    asked = Asked(unit.members, period)
    return unit.sum(asked.among("kind", "penalty") & ~asked.is_light & asked.within(12))


def _final_rank(unit: Any, period: Any, _parameters: Any = None) -> Any:
    ranks, score = unit.members("rank", period), unit("unit_score", period)
    by_score = np.select([score >= 82, score >= 72, score >= 60, score >= 40], [0, 1, 2, 3], 4)
    steps = np.select([unit.any(ranks == rank) for rank in (4, 3, 2, 1)], [4, 3, 2, 1], 0)
    return np.maximum(np.maximum(by_score, steps), np.where(unit("often", period) >= 3, 2, 0))


def _system() -> TaxBenefitSystem:
    system = TaxBenefitSystem([RECORD, UNIT, ACT])

    def variable(name: str, entity: Any, kind: Any, period: Any = DateUnit.ETERNITY, **more: Any) -> None:
        system.add_variable(type(name, (Variable,), {"entity": entity, "value_type": kind, "definition_period": period, **more}))

    for name, codes in ENUMS.items():
        variable(name, RECORD, Enum, possible_values=codes, default_value=codes["other"])
    for name in DAYS:
        variable(name, RECORD, date)
    for name in (*YES_NO, *CATEGORIES):
        variable(name, RECORD, bool)
    for name in WHOLES:
        variable(name, RECORD, int)
    for name, points in _points():
        variable(name, RECORD, int, DateUnit.DAY, formula=_formula(points))
    variable("rank", RECORD, int, DateUnit.DAY, formula=_formula(_rank))
    variable("act_rule", RECORD, int, DateUnit.DAY, formula=_act_rule)
    for name, formula in {"often": _often, "unit_score": _score, "final_rank": _final_rank}.items():
        variable(name, UNIT, int, DateUnit.DAY, formula=formula)
    return system


def _formula(points: Formula) -> Callable[[Any, Any], Any]:
    def formula(record: Any, period: Any) -> Any:
        return points(Asked(record, period))

    return formula


def rate(given: Given) -> Answer:
    """Score and grade of every unit."""
    began = perf_counter()
    facts, units = facts_and_units(given)
    read = perf_counter()
    simulation = _simulation(facts, units)
    score = simulation.calculate("unit_score", given.as_of.isoformat())
    rank = simulation.calculate("final_rank", given.as_of.isoformat())
    closed = pc.equal(units.column("status"), "closed").to_numpy()
    columns = [
        units.column("unit_id"),
        pa.array(score.astype("int64"), mask=closed),
        pa.array(np.where(closed, "", GRADES[rank])),
    ]
    table = pa.table(columns, names=ANSWER.names).cast(ANSWER)
    return Answer(table, {"facts": read - began, "evaluated": perf_counter() - read}, "evaluated")


def _simulation(facts: pa.Table, units: pa.Table) -> Any:
    """Records with their groups and inputs. A last, empty record stands for a last unit that may have none."""
    facts = pa.concat_tables([facts, _nothing(facts, units.column("unit_id")[-1])], promote_options="default").combine_chunks()
    system, builder = _system(), SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("record", np.arange(facts.num_rows))
    unit_of = pc.index_in(facts.column("unit_id"), units.column("unit_id").combine_chunks()).to_numpy().astype("int64")
    act_of = facts.column("act").combine_chunks().dictionary_encode().indices.to_numpy().astype("int64")
    for name, groups, count in (("unit", unit_of, units.num_rows), ("act", act_of, int(act_of.max()) + 1)):
        population = builder.declare_entity(name, np.arange(count))
        builder.join_with_persons(population, groups, roles=np.repeat("member", len(groups)))
        population.members_entity_id = groups  # not every unit has a record, which join_with_persons takes for granted
        population.members_position = _positions(groups)  # in one go; OpenFisca's own loop takes seconds
    simulation = builder.build(system)
    for name, values in _inputs(facts):
        simulation.set_input(name, "ETERNITY", values)
    return simulation


def _nothing(facts: pa.Table, unit_id: pa.Scalar) -> pa.Table:
    columns = {"unit_id": pa.array([unit_id.as_py()]), "act": pa.array(["nothing"]), "kind": pa.array(["nothing"])}
    return pa.table({name: columns.get(name, pa.nulls(1, facts.schema.field(name).type)) for name in facts.column_names})


def _positions(groups: Any) -> Any:
    """The place of each record among those of its group."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, len(ordered)])
    positions = np.empty(len(groups), dtype="int64")
    positions[order] = np.arange(len(groups)) - np.repeat(starts, sizes)
    return positions


def _inputs(facts: pa.Table) -> Iterator[tuple[str, Any]]:
    for name, codes in ENUMS.items():
        known = pa.array([code.name for code in codes])
        yield name, pc.fill_null(pc.index_in(facts.column(name), known), 0).to_numpy()
    for name in DAYS:
        yield name, pc.fill_null(facts.column(name), date(1900, 1, 1)).to_numpy().astype("datetime64[D]")
    for name in YES_NO:
        yield name, pc.fill_null(facts.column(name), False).to_numpy()
    for name, pattern in CATEGORIES.items():
        yield name, pc.fill_null(pc.match_substring_regex(facts.column("categories"), pattern), False).to_numpy()
    for name, parts in WHOLES.items():
        yield name, pc.fill_null(pc.divide(facts.column(name), parts), -1).to_numpy().astype("int32")
