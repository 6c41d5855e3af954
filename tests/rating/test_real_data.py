"""Real records: monitoring reports with published verdicts, and published penalties with their gaps."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.csv as pc
import pytest

from envcredit.base.amounts import rounded
from envcredit.rating.orders import Typed, order_of
from envcredit.rating.rate import rate
from envcredit.rating.run import Run
from envcredit.rating.stated import facts_of
from envcredit.records import import_files

PENALTIES = Path(__file__).parents[2] / "examples" / "real-penalties"
OVER = ("exceedance_of_limit", "limit_broken_without_ratio")
PERMITS = ("TX0062677", "TX0119407", "TX0124362")


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    found = [path for path in (shared_data / "effluent_dmr.csv", shared_data / "epa_dmr" / "effluent_dmr.csv") if path.is_file()]
    if not found:
        pytest.skip("effluent_dmr.csv is not among the reference data")
    return found[0]


@pytest.fixture(scope="module")
def run(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("discharge")
    arrival = import_files([file], "us/echo-dmr", folder / "store", "2025-01-01T00:00:00Z")
    assert (arrival.rows, arrival.quarantined) == (2949, 0)
    units = "\n".join(["unit_id,name,unit_type", *(f"{permit},{permit},permit" for permit in PERMITS)])
    (folder / "units.csv").write_text(units + "\n", "utf-8")
    typed = Typed(
        "us/echo/discharge-compliance",
        folder / "units.csv",
        folder / "store",
        date(2024, 12, 31),
        "2025-01-02T00:00:00Z",
        folder / "run",
    )
    return rate(order_of(typed)[0], typed.out)


@pytest.fixture(scope="module")
def labelled(file: Path) -> list[tuple[str, date, str, int]]:
    """What the authority published: permit, end of the period, outlet and pollutant, per cent over the limit."""
    rows = pc.read_csv(file).to_pylist()
    found = [
        (
            row["npdes_id"],
            date(*(int(row["monitoring_period_end_date"].split("/")[i]) for i in (2, 0, 1))),
            row["parameter_desc"],
            int(row["exceedence_pct"]),
        )
        for row in rows
        if row["violation_code"] == "E90"
    ]
    return sorted(found)


class TestDischargeReports:
    def test_exactly_the_labelled_exceedances_are_counted(self, run: Run, labelled: list[tuple[str, date, str, int]]) -> None:
        facts = {row["record_id"]: row for row in facts_of(run).to_pylist()}
        counted = {row["record_id"] for row in run.stage("point").to_pylist() if row["rule"] in OVER}
        found = sorted((facts[r]["unit_id"], facts[r]["sampled_on"], self.percent(facts[r])) for r in counted)
        assert len(labelled) == 11
        assert found == sorted((permit, day, percent) for permit, day, _what, percent in labelled)

    def percent(self, fact: dict[str, int]) -> int:
        """Per cent over the limit, decimal half-up, from the exact value and limit."""
        from fractions import Fraction

        return rounded((Fraction(fact["value"], fact["limit"]) - 1) * 100, "half_up")

    def test_the_two_that_binary_floats_get_wrong(self, run: Run) -> None:
        facts = [row for row in facts_of(run).to_pylist() if row["limit"] == 10_000_000]
        percents = {row["value"]: self.percent(row) for row in facts if row["value"]}
        assert (percents[10_750_000], percents[12_750_000]) == (8, 28)

    def test_no_verdict_without_discharge(self, run: Run) -> None:
        facts = facts_of(run).to_pylist()
        silent = [row for row in facts if row["qualifier"] == "no_discharge"]
        assert len(silent) >= 200
        assert {row["compliant"] for row in silent} == {None}
        scored = {row["record_id"] for row in run.stage("point").to_pylist()}
        assert not scored & {row["record_id"] for row in silent}


def rated(folder: Path, scheme: str, as_of: date) -> Run:
    import_files([PENALTIES / "cn_penalties_anonymised.csv"], "examples/decisions", folder / "store", "2026-11-01T00:00:00Z")
    units = PENALTIES / "units.csv"
    typed = Typed(scheme, units, folder / "store", as_of, "2026-11-30T00:00:00Z", folder / "run")
    return rate(order_of(typed)[0], typed.out)


@pytest.fixture(scope="module")
def ningxia(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rated(tmp_path_factory.mktemp("ningxia"), "cn/ningxia/enterprise/2025", date(2025, 12, 31))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return rated(tmp_path_factory.mktemp("model"), "model/enterprise/2026", date(2026, 1, 31))


class TestPublishedPenalties:
    def test_a_masked_code_joins_nothing(self, ningxia: Run) -> None:
        lost = {row["unit_name"]: row["reason"] for row in ningxia.stage("unattached").to_pylist() if "*" in row["unit_code_raw"]}
        assert lost
        assert set(lost.values()) == {"masked_code"}
        assert all(row["attached_by"] != "" for row in facts_of(ningxia).to_pylist())

    def test_a_code_that_ends_in_letters_is_a_code(self, ningxia: Run) -> None:
        (fact,) = [row for row in facts_of(ningxia).to_pylist() if row["unit_name"] == "甲23股份有限公司"] or [None]
        lost = [row for row in ningxia.stage("unattached").to_pylist() if row["unit_name"] == "甲23股份有限公司"]
        assert (fact is not None and fact["attached_by"] == "uscc") or [row["reason"] for row in lost] == ["no_such_code"]

    @pytest.mark.parametrize("name", ["ningxia", "model"])
    def test_an_order_is_never_scored_as_a_penalty(self, name: str, request: pytest.FixtureRequest) -> None:
        run: Run = request.getfixturevalue(name)
        orders = {row["record_id"] for row in facts_of(run).to_pylist() if row["kind"] == "order"}
        assert len(orders) == 1
        rules = {row["rule"] for row in run.stage("point").to_pylist() if row["record_id"] in orders}
        assert "penalty" not in {kind for rule in rules for kind in getattr(run.scheme.rules[rule], "kinds", ())}

    def test_a_missing_category_is_refused_and_named(self, ningxia: Run) -> None:
        refused = [row for row in ningxia.stage("score").to_pylist() if row["status"] == "refused"]
        assert refused
        assert all(":categories:" in row["reason"] for row in refused)
