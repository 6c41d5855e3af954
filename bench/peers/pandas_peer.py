"""What an analyst would write in pandas: read, join, one filter a rule, caps by running sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench.given import ANSWER, Answer, Given

COLUMNS = [
    *("record_id", "kind", "recorded_at", "replaces", "unit_code", "unit_name_key", "document_key", "about_key", "act"),
    *("decided_on", "occurred_on", "final_on", "sampled_on", "received_on", "listed_on", "removed_on", "awarded_on", "signed_on"),
    *("valid_from", "valid_to", "due_on", "filed_on", "accepted_on", "checked_on", "period_to", "done_on"),
    *("categories", "order_category", "behaviour", "fine", "damages", "offence", "final", "medium", "compliant", "exceedance"),
    *("discharged", "quota", "waste_check_result", "complete", "networked", "falsified", "planned", "done", "kept", "signed_by"),
    *("verified", "level", "certificate", "list_name", "incident_level", "responsible"),
]
DAYS = [name for name in COLUMNS if name.endswith("_on") or name in ("valid_from", "valid_to", "period_to")]
LIGHT = ["|warning|", "|public_criticism|", "|warning|public_criticism|"]
LIMIT = ([100_000, 500_000, 1_000_000, 2_000_000, 5_000_000], [1, 2, 3, 4, 6, 8])
FINE = ([1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000], [1, 2, 3, 5, 8, 12, 16, 20])
PARTS = {"pollution": 12, "management": 8, "merit": 6}
GRADES = np.array(["green", "blue", "yellow", "red", "black"])


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows that a rule takes up with their points, the day it reckons from and how long they count."""

    name: str
    part: str
    rows: pd.DataFrame
    points: object
    since: str
    months: object = None
    until: object = None
    cap: int | None = None
    by_act: bool = False


def rate(given: Given) -> Answer:
    """Score and grade of every unit."""
    unit = pq.read_table(given.units).to_pandas()
    by_kind = dict(list(_facts(given, unit).groupby("kind")))
    empty = next(iter(by_kind.values())).iloc[:0]
    kinds = {kind: by_kind.get(kind, empty) for kind in _KINDS}
    as_of = pd.Timestamp(given.as_of)
    taken = pd.concat([_taken(rule, place, as_of) for place, rule in enumerate(_rules(kinds, as_of))], ignore_index=True)
    change = _capped(_one_act_once(taken)).groupby("unit_id")["counted"].sum()
    penalties = _penalties_in_a_year(kinds["penalty"], as_of)
    return Answer(_graded(unit, change, penalties, _worst(kinds, as_of)))


def _facts(given: Given, unit: pd.DataFrame) -> pd.DataFrame:
    """Records that stand, with their unit and what became of the document; revoked ones are left out."""
    files = [pq.read_table(path, columns=COLUMNS) for path in given.record_files]
    record = pa.concat_tables(files).to_pandas(date_as_object=False)
    record = record[record["recorded_at"] <= given.known_at]
    record = record[~record["record_id"].isin(set(record["replaces"]) - {""})]
    by_code = record["unit_code"].map(unit.set_index("uscc")["unit_id"])
    by_name = record["unit_name_key"].map(unit.set_index("name")["unit_id"]).where(record["unit_code"] == "")
    fact = record.assign(unit_id=by_code.fillna(by_name)).dropna(subset=["unit_id"])
    as_of = pd.Timestamp(given.as_of)
    key = ["unit_id", "about_key"]
    rectified = fact[(fact["kind"] == "rectification") & (fact["done_on"] <= as_of)].groupby(key)["done_on"].min()
    revoked = fact[(fact["kind"] == "revocation") & (fact["decided_on"] <= as_of)].groupby(key).size()
    amendable = fact[fact["kind"].isin(["penalty", "order"])]
    about = pd.MultiIndex.from_frame(amendable[["unit_id", "document_key"]])
    fact["rectified_on"] = pd.Series(rectified.reindex(about).to_numpy(), amendable.index)
    return fact.drop(amendable.index[about.isin(revoked.index)])


_KINDS = (
    *("penalty", "order", "listing", "judgment", "interview", "monitoring", "discharge_total", "hazardous_waste_check"),
    *("disclosure", "self_monitoring", "commitment", "complaint", "cleaner_production_audit", "commendation", "certification"),
    *("incident", "detention"),
)


def _banded(value: pd.Series, bands: tuple[list[int], list[int]]) -> np.ndarray:
    points: np.ndarray = np.array(bands[1])[np.searchsorted(bands[0], value.to_numpy(), side="right")]
    return points


def _holds(frame: pd.DataFrame, *names: str) -> pd.Series:
    return frame["categories"].str.contains("|".join(f"\\|{name}\\|" for name in names))


def _rules(kinds: dict[str, pd.DataFrame], as_of: pd.Timestamp) -> Iterator[Rule]:
    yield from _enforcement(kinds)
    yield from _pollution(kinds)
    yield from _management(kinds, as_of)
    yield from _merit(kinds)


def _enforcement(kinds: dict[str, pd.DataFrame]) -> Iterator[Rule]:
    penalty, order, listing, judgment = kinds["penalty"], kinds["order"], kinds["listing"], kinds["judgment"]
    part = "enforcement"
    yield Rule("warning", part, penalty[penalty["categories"].isin(LIGHT)], 1, "decided_on", 12, by_act=True)
    fine = penalty[_holds(penalty, "fine")]
    shorter = np.where(fine["rectified_on"].isna(), 24, 12)
    yield Rule("fine", part, fine, _banded(fine["fine"], FINE), "decided_on", shorter, cap=24, by_act=True)
    taken = penalty[_holds(penalty, "confiscation_of_gains", "confiscation_of_property")]
    yield Rule("confiscation", part, taken, 6, "decided_on", 12, by_act=True)
    stop = penalty[_holds(penalty, "permit_suspended", "qualification_lowered", "operations_restricted", "suspension")]
    shorter = np.where(stop["rectified_on"].isna(), 24, 12)
    yield Rule("business_restricted", part, stop, 20, "decided_on", shorter, by_act=True)
    correct = order[order["order_category"].isin(["correct", "correct_by"])]
    yield Rule("order_to_correct", part, correct, 2, "decided_on", 12, cap=4, by_act=True)
    prices = {"restore": 3, "restrict_production": 6, "seize": 6, "stop_construction": 8, "stop_production": 12}
    stopped = order[order["order_category"].isin(prices)]
    shorter = np.where(stopped["rectified_on"].isna(), 12, 6)
    yield Rule("order_to_stop", part, stopped, stopped["order_category"].map(prices), "decided_on", shorter, by_act=True)
    case = listing[listing["list_name"] == "supervised_case"]
    prices = {"national": 15, "provincial": 10, "city": 6, "county": 4}
    until = case["removed_on"] - pd.Timedelta(days=1)
    yield Rule("supervised_case", part, case, case["level"].map(prices), "listed_on", until=until)
    damage = judgment[(judgment["offence"] == "civil_damage") & (judgment["final"] == True)]  # noqa: E712  nullable
    yield Rule(
        "damage_liability", part, damage, _banded(damage["damages"], ([50_000_000, 200_000_000], [6, 9, 12])), "final_on", 24
    )
    yield Rule("interview", part, kinds["interview"], 2, "occurred_on", 6, cap=4)


def _pollution(kinds: dict[str, pd.DataFrame]) -> Iterator[Rule]:
    monitoring, total, check = kinds["monitoring"], kinds["discharge_total"], kinds["hazardous_waste_check"]
    over = monitoring[monitoring["compliant"] == False]  # noqa: E712  nullable
    for medium in ("water", "air"):
        rows = over[(over["medium"] == medium) & over["exceedance"].notna()]
        yield Rule(f"{medium}_over_limit", "pollution", rows, _banded(rows["exceedance"], LIMIT), "sampled_on", 12, cap=8)
    yield Rule("noise_over_limit", "pollution", over[over["medium"] == "noise"], 2, "sampled_on", 12, cap=6)
    total = total[(total["discharged"] > total["quota"]) & (total["quota"] > 0)]
    under = [total["discharged"] * 100 < total["quota"] * 110, total["discharged"] * 100 < total["quota"] * 150]
    yield Rule("quota_exceeded", "pollution", total, np.select(under, [4, 6], 8), "period_to", 12)
    failed = check[check["waste_check_result"].isin(["basic", "failed"])]
    points = failed["waste_check_result"].map({"basic": 2, "failed": 6})
    yield Rule("waste_check_failed", "pollution", failed, points, "checked_on", 12, cap=6)


def _management(kinds: dict[str, pd.DataFrame], as_of: pd.Timestamp) -> Iterator[Rule]:
    disclosure, own, commitment = kinds["disclosure"], kinds["self_monitoring"], kinds["commitment"]
    complaint, audit, part = kinds["complaint"], kinds["cleaner_production_audit"], "management"
    yield Rule("disclosed_late", part, disclosure[disclosure["filed_on"] > disclosure["due_on"]], 1, "due_on", 12, cap=3)
    late = disclosure["filed_on"].isna() & (disclosure["due_on"] + pd.Timedelta(days=30) < as_of)
    yield Rule("not_disclosed", part, disclosure[late], 3, "due_on", 12, cap=6)
    partly = disclosure["filed_on"].notna() & (disclosure["complete"] == False)  # noqa: E712  nullable
    yield Rule("disclosed_incompletely", part, disclosure[partly], 1, "due_on", 12, cap=3)
    yield Rule("not_networked", part, own[own["networked"] == False], 3, "checked_on", 12, cap=3)  # noqa: E712  nullable
    yield Rule("few_measurements", part, own[own["done"] < own["planned"]], 1, "checked_on", 12, cap=3)
    yield Rule("commitment_broken", part, commitment[commitment["kept"] == False], 3, "signed_on", 24, cap=6)  # noqa: E712
    yield Rule("verified_complaint", part, complaint[complaint["verified"] == True], 1, "received_on", 12, cap=2)  # noqa: E712
    until = audit["accepted_on"] - pd.Timedelta(days=1)
    overdue = audit.assign(overdue_from=audit["due_on"] + pd.Timedelta(days=1))
    yield Rule("cleaner_production_overdue", part, overdue, 4, "overdue_from", until=until, cap=4)


def _merit(kinds: dict[str, pd.DataFrame]) -> Iterator[Rule]:
    praise, certified, commitment, listing = kinds["commendation"], kinds["certification"], kinds["commitment"], kinds["listing"]
    prices = {"national": 6, "provincial": 4, "city": 2, "county": 1}
    yield Rule("commendation", "merit", praise, praise["level"].map(prices), "awarded_on", 12, cap=6)
    iso = certified[certified["certificate"] == "iso14001"]
    yield Rule("management_system", "merit", iso, 2, "valid_from", until=iso["valid_to"], cap=2)
    green = certified[certified["certificate"] == "green_factory"]
    prices = {"national": 5, "provincial": 3, "city": 2, "county": 1}
    yield Rule("green_factory", "merit", green, green["level"].map(prices), "valid_from", until=green["valid_to"], cap=5)
    deep = certified[certified["certificate"].isin(["ultra_low_emission", "deep_treatment"])]
    yield Rule("deep_treatment", "merit", deep, 3, "valid_from", until=deep["valid_to"], cap=3)
    kept = commitment[(commitment["signed_by"] == "head_of_unit") & (commitment["kept"] == True)]  # noqa: E712  nullable
    yield Rule("commitment_kept", "merit", kept, 2, "signed_on", 24, cap=2)
    positive = listing[listing["list_name"] == "positive_list"]
    until = positive["removed_on"] - pd.Timedelta(days=1)
    yield Rule("positive_list", "merit", positive, 2, "listed_on", until=until, cap=2)


def _runs(since: pd.Series, months: object, as_of: pd.Timestamp) -> np.ndarray:
    """Whether a term from ``since`` still runs; its corresponding day, or the last day of a short month, counts."""
    lasts = np.broadcast_to(np.asarray(months), since.shape)
    running = np.zeros(since.shape, dtype=bool)
    for length in np.unique(lasts):
        ends = since[lasts == length] + pd.DateOffset(months=int(length))
        running[lasts == length] = (ends >= as_of).to_numpy()
    return running


def _taken(rule: Rule, place: int, as_of: pd.Timestamp) -> pd.DataFrame:
    """Rows that count on the day."""
    since = rule.rows[rule.since]
    counts = (since <= as_of).to_numpy()
    if rule.months is not None:
        counts = counts & _runs(since, rule.months, as_of)
    if rule.until is not None:
        counts = counts & (rule.until.isna() | (rule.until >= as_of)).to_numpy()  # type: ignore[attr-defined]
    rows = rule.rows.assign(points=rule.points)[counts]
    acts = rows["act"].where(rows["act"].fillna("") != "", rows["record_id"])
    return pd.DataFrame(
        {
            "unit_id": rows["unit_id"],
            "record_id": rows["record_id"],
            "since": rows[rule.since],
            "act": acts if rule.by_act else rows["record_id"] + rule.name,
            "points": rows["points"].astype("int64"),
            "rule": rule.name,
            "place": place,
            "part": rule.part,
            "cap": rule.cap if rule.cap is not None else 10**9,
        }
    )


def _one_act_once(taken: pd.DataFrame) -> pd.DataFrame:
    ordered = taken.sort_values(["points", "since", "record_id", "place"], ascending=[False, True, True, True])
    return ordered.drop_duplicates(["unit_id", "act"])


def _capped(point: pd.DataFrame) -> pd.DataFrame:
    """Lets points in until the cap of their rule, then of their part, is full."""
    point = point.sort_values(["since", "record_id", "rule"])
    before = point.groupby(["unit_id", "rule"])["points"].cumsum() - point["points"]
    point["let_in"] = np.clip(point["cap"] - before, 0, point["points"])
    before = point.groupby(["unit_id", "part"])["let_in"].cumsum() - point["let_in"]
    room = point["part"].map(PARTS).fillna(10**9) - before
    point["counted"] = np.clip(room, 0, point["let_in"]) * np.where(point["part"] == "merit", 1, -1)
    return point


def _penalties_in_a_year(penalty: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    held = penalty[~penalty["categories"].isin(LIGHT) & (penalty["decided_on"] <= as_of)]
    return held[_runs(held["decided_on"], 12, as_of)].groupby("unit_id").size()


def _worst(kinds: dict[str, pd.DataFrame], as_of: pd.Timestamp) -> pd.Series:
    """The lowest rank that a veto or a limit leads to, 0 for green."""
    found = []
    for kind, since, months, held, rank in _steps(kinds):
        rows = kinds[kind][held]
        rows = rows[rows[since] <= as_of]
        running = _runs(rows[since], months, as_of) if months else (rows["removed_on"].isna() | (rows["removed_on"] > as_of))
        found.append(pd.DataFrame({"unit_id": rows[running]["unit_id"], "rank": rank}))
    return pd.concat(found).groupby("unit_id")["rank"].max()


def _steps(kinds: dict[str, pd.DataFrame]) -> Iterator[tuple[str, str, int, pd.Series, int]]:
    judgment, own, incident, listing = kinds["judgment"], kinds["self_monitoring"], kinds["incident"], kinds["listing"]
    penalty, check, detention = kinds["penalty"], kinds["hazardous_waste_check"], kinds["detention"]
    crimes = ["environmental_pollution", "illegal_waste_import", "false_certification"]
    yield "judgment", "final_on", 36, judgment["offence"].isin(crimes) & (judgment["final"] == True), 4  # noqa: E712  nullable
    yield "self_monitoring", "checked_on", 24, own["falsified"] == True, 4  # noqa: E712  nullable
    grave = incident["incident_level"].isin(["considerable", "major", "especially_major"])
    yield "incident", "occurred_on", 36, grave & (incident["responsible"] == True), 4  # noqa: E712  nullable
    yield "listing", "listed_on", 0, listing["list_name"].isin(["serious_dishonesty", "environmental_blacklist"]), 4
    yield "penalty", "decided_on", 12, penalty["behaviour"] == "hidden_pipe", 4
    yield "penalty", "decided_on", 24, penalty["behaviour"] == "hazardous_waste_dumping", 4
    in_time = penalty["rectified_on"] <= penalty["decided_on"] + pd.Timedelta(days=90)
    yield "penalty", "decided_on", 12, (penalty["behaviour"] == "no_permit") & ~in_time, 3
    yield "detention", "decided_on", 12, pd.Series(True, detention.index), 3
    yield "hazardous_waste_check", "checked_on", 12, check["waste_check_result"] == "failed", 2
    yield "penalty", "decided_on", 24, _holds(penalty, "fine") & (penalty["fine"] >= 50_000_000), 1


def _graded(unit: pd.DataFrame, change: pd.Series, penalties: pd.Series, worst: pd.Series) -> pa.Table:
    ids = unit["unit_id"]
    often = ids.map(penalties).fillna(0).to_numpy()
    total = ids.map(change).fillna(0).to_numpy() - np.select([often >= 5, often >= 3], [8, 4], 0)
    score = np.clip(80 + total, 0, 100).astype("int64")
    by_score = np.select([score >= 82, score >= 72, score >= 60, score >= 40], [0, 1, 2, 3], 4)
    steps = ids.map(worst).fillna(0).to_numpy().astype("int64")
    rank = np.maximum(np.maximum(by_score, steps), np.where(often >= 3, 2, 0))
    rated = (unit["status"] != "closed").to_numpy()
    grades = np.where(rated, GRADES[rank], "")
    scores = pa.array(score, mask=~rated)
    return pa.table([pa.array(ids, pa.string()), scores, pa.array(grades, pa.string())], schema=ANSWER)
