"""The scheme as a decision of the ZEN engine, evaluated unit by unit, as services do that embed it.

A decision table prices each record (days are numbers since 1970); a function takes acts once, fills caps and grades.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa
import zen

from bench.given import ANSWER, Answer, Given, first_day
from bench.peers.facts import facts_and_units

FUNCTION = Path(__file__).with_suffix(".js")
EPOCH = date(1970, 1, 1).toordinal()
DAYS = ("day", "rectified_on", "removed_on", "valid_to", "filed_on", "accepted_on")
LIMIT = [(100_000, 1), (500_000, 2), (1_000_000, 3), (2_000_000, 4), (5_000_000, 6), (None, 8)]
FINE = [(10, 1), (20, 2), (50, 3), (100, 5), (200, 8), (500, 12), (1000, 16), (None, 20)]
RANKS = {"black": 5, "red": 4, "yellow": 3, "blue": 2}

Row = tuple[str, str, str, int, int]
"""Kind, condition, rule, points, grade rank (0 for none)."""


def rate(given: Given) -> Answer:
    """Score and grade of every unit (of the sample)."""
    began = perf_counter()
    facts, units = facts_and_units(given)
    read = perf_counter()
    made = list(_evaluated(facts, units, given.as_of))
    table = pa.Table.from_pylist(made, schema=ANSWER)
    return Answer(table, {"facts": read - began, "evaluated": perf_counter() - read}, "evaluated")


def _evaluated(facts: pa.Table, units: pa.Table, as_of: date) -> Iterator[dict[str, Any]]:
    decision = zen.ZenEngine().create_decision(json.dumps(_decision(as_of)))
    records = {unit: list(rows) for unit, rows in groupby(_plain(facts), key=lambda row: str(row["unit_id"]))}
    for unit in units.to_pylist():
        told = decision.evaluate({"status": unit["status"], "records": records.get(unit["unit_id"], [])})["result"]
        yield {"unit_id": unit["unit_id"], "score": told.get("score"), "grade": told["grade"]}


def _plain(facts: pa.Table) -> Iterator[dict[str, Any]]:
    for name in DAYS:
        index = facts.column_names.index(name)
        facts = facts.set_column(index, name, facts.column(name).cast(pa.int32()))
    for batch in facts.to_batches(10_000):
        for row in batch.to_pylist():
            yield {name: value for name, value in row.items() if value is not None}


def _decision(as_of: date) -> dict[str, Any]:
    head = {"position": {"x": 0, "y": 0}}
    inputs = [{"id": "kind", "name": "kind", "field": "kind"}, {"id": "when", "name": "when"}]
    outputs = [{"id": name, "name": name, "field": name} for name in ("rule", "points", "rank", "since", "id", "act")]
    fixed = {"since": "day", "id": "record_id", "act": "act"}
    rules = [
        {"_id": str(n), "kind": f'"{kind}"', "when": when, "rule": f'"{rule}"', "points": str(points), "rank": str(rank), **fixed}
        for n, (kind, when, rule, points, rank) in enumerate(_rows(as_of))
    ]
    table = {
        "hitPolicy": "collect",
        "executionMode": "loop",
        "inputField": "records",
        "outputPath": "charges",
        "passThrough": True,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", **head},
        {
            "id": "table",
            "type": "decisionTableNode",
            "name": "table",
            **head,
            "content": table | {"inputs": inputs, "outputs": outputs, "rules": rules},
        },
        {"id": "caps", "type": "functionNode", "name": "caps", **head, "content": {"source": FUNCTION.read_text("utf-8")}},
        {"id": "out", "type": "outputNode", "name": "out", **head},
    ]
    pairs = [("in", "table"), ("table", "caps"), ("caps", "out")]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in pairs]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _rows(as_of: date) -> Iterator[Row]:
    now = as_of.toordinal() - EPOCH

    def within(months: int) -> str:
        return f"day <= {now} and day >= {first_day(as_of, months).toordinal() - EPOCH}"

    shortened = f"({within(24)} and rectified_on == null or {within(12)})"
    stopped = f"({within(12)} and rectified_on == null or {within(6)})"
    yield from _penalties(within, shortened)
    for category, points in {"correct": 2, "correct_by": 2}.items():
        yield "order", f'order_category == "{category}" and {within(12)}', "order_to_correct", points, 0
    for category, points in {
        "restore": 3,
        "restrict_production": 6,
        "seize": 6,
        "stop_construction": 8,
        "stop_production": 12,
    }.items():
        yield "order", f'order_category == "{category}" and {stopped}', "order_to_stop", points, 0
    yield from _listings_and_courts(within, now)
    yield from _pollution(within)
    yield from _management(within, now)
    yield from _merit(within, now)


def _penalties(within: Any, shortened: str) -> Iterator[Row]:
    light = 'categories in ["|warning|", "|public_criticism|", "|warning|public_criticism|"]'
    yield "penalty", f"{light} and {within(12)}", "warning", 1, 0
    yield "penalty", f"not({light}) and {within(12)}", "penalties_in_a_year", 0, 0
    fined = 'contains(categories, "|fine|")'
    for below, points, least in _with_least([(b and b * 100_000, p) for b, p in FINE]):
        upper = f" and fine < {below}" if below else ""
        yield "penalty", f"{fined} and fine >= {least}{upper} and {shortened}", "fine", points, 0
    taken = 'contains(categories, "|confiscation_of_gains|") or contains(categories, "|confiscation_of_property|")'
    yield "penalty", f"({taken}) and {within(12)}", "confiscation", 6, 0
    names = ("permit_suspended", "qualification_lowered", "operations_restricted", "suspension")
    stop = " or ".join(f'contains(categories, "|{name}|")' for name in names)
    yield "penalty", f"({stop}) and {shortened}", "business_restricted", 20, 0
    yield "penalty", f'behaviour == "hidden_pipe" and {within(12)}', "hidden_pipe", 0, 5
    yield "penalty", f'behaviour == "hazardous_waste_dumping" and {within(24)}', "waste_dumping", 0, 5
    late = "(rectified_on == null or rectified_on > day + 90)"
    yield "penalty", f'behaviour == "no_permit" and {late} and {within(12)}', "no_permit", 0, 4
    yield "penalty", f"{fined} and fine >= 50000000 and {within(24)}", "large_fine", 0, 2


def _with_least(bands: list[tuple[int | None, int]]) -> Iterator[tuple[int | None, int, int]]:
    least = 0
    for below, points in bands:
        yield below, points, least
        least = below or 0


def _listings_and_courts(within: Any, now: int) -> Iterator[Row]:
    listed = f"day <= {now} and (removed_on == null or removed_on > {now})"
    for level, points in {"national": 15, "provincial": 10, "city": 6, "county": 4}.items():
        yield "listing", f'list_name == "supervised_case" and level == "{level}" and {listed}', "supervised_case", points, 0
    yield "listing", f'list_name == "positive_list" and {listed}', "positive_list", 2, 0
    yield "listing", f'list_name in ["serious_dishonesty", "environmental_blacklist"] and {listed}', "seriously_dishonest", 0, 5
    for below, points, least in _with_least([(50_000_000, 6), (200_000_000, 9), (None, 12)]):
        upper = f" and damages < {below}" if below else ""
        held = f'offence == "civil_damage" and final and damages >= {least}{upper}'
        yield "judgment", f"{held} and {within(24)}", "damage_liability", points, 0
    crimes = '["environmental_pollution", "illegal_waste_import", "false_certification"]'
    yield "judgment", f"final and offence in {crimes} and {within(36)}", "environmental_crime", 0, 5
    yield "interview", within(6), "interview", 2, 0
    yield "detention", within(12), "detained", 0, 4
    grave = 'responsible and incident_level in ["considerable", "major", "especially_major"]'
    yield "incident", f"{grave} and {within(36)}", "serious_incident", 0, 5


def _pollution(within: Any) -> Iterator[Row]:
    for medium in ("water", "air"):
        for below, points, least in _with_least(LIMIT):
            upper = f" and exceedance < {below}" if below else ""
            held = f'medium == "{medium}" and exceedance != null and exceedance >= {least}{upper}'
            yield "monitoring", f"{held} and {within(12)}", f"{medium}_over_limit", points, 0
    yield "monitoring", f'medium == "noise" and {within(12)}', "noise_over_limit", 2, 0
    over = "discharged > quota and quota > 0"
    yield "discharge_total", f"{over} and discharged * 100 < quota * 110 and {within(12)}", "quota_exceeded", 4, 0
    between = "discharged * 100 >= quota * 110 and discharged * 100 < quota * 150"
    yield "discharge_total", f"{over} and {between} and {within(12)}", "quota_exceeded", 6, 0
    yield "discharge_total", f"{over} and discharged * 100 >= quota * 150 and {within(12)}", "quota_exceeded", 8, 0
    for result, points in {"basic": 2, "failed": 6}.items():
        held = f'waste_check_result == "{result}" and {within(12)}'
        yield "hazardous_waste_check", held, "waste_check_failed", points, 3 if result == "failed" else 0


def _management(within: Any, now: int) -> Iterator[Row]:
    yield "disclosure", f"filed_on != null and filed_on > day and {within(12)}", "disclosed_late", 1, 0
    yield "disclosure", f"filed_on == null and day + 30 < {now} and {within(12)}", "not_disclosed", 3, 0
    yield "disclosure", f"filed_on != null and complete == false and {within(12)}", "disclosed_incompletely", 1, 0
    yield "self_monitoring", f"networked == false and {within(12)}", "not_networked", 3, 0
    yield "self_monitoring", f"done < planned and {within(12)}", "few_measurements", 1, 0
    yield "self_monitoring", f"falsified and {within(24)}", "monitoring_fraud", 0, 5
    yield "commitment", f"kept == false and {within(24)}", "commitment_broken", 3, 0
    yield "complaint", f"verified and {within(12)}", "verified_complaint", 1, 0
    running = f"day < {now} and (accepted_on == null or accepted_on > {now})"
    yield "cleaner_production_audit", running, "cleaner_production_overdue", 4, 0


def _merit(within: Any, now: int) -> Iterator[Row]:
    for level, points in {"national": 6, "provincial": 4, "city": 2, "county": 1}.items():
        yield "commendation", f'level == "{level}" and {within(12)}', "commendation", points, 0
    valid = f"day <= {now} and valid_to >= {now}"
    yield "certification", f'certificate == "iso14001" and {valid}', "management_system", 2, 0
    for level, points in {"national": 5, "provincial": 3, "city": 2, "county": 1}.items():
        yield "certification", f'certificate == "green_factory" and level == "{level}" and {valid}', "green_factory", points, 0
    yield "certification", f'certificate in ["ultra_low_emission", "deep_treatment"] and {valid}', "deep_treatment", 3, 0
    yield "commitment", f'kept and signed_by == "head_of_unit" and {within(24)}', "commitment_kept", 2, 0
