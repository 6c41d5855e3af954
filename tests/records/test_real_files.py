"""The two real files: 24 published decisions, and 2,949 discharge reports with 11 labelled exceedances."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envcredit.base.amounts import rounded

if TYPE_CHECKING:
    from tests.records.conftest import Desk


@pytest.fixture
def decisions(repository: Path, desk: Desk) -> dict[str, dict[str, object]]:
    path = repository / "examples" / "real-penalties" / "cn_penalties_anonymised.csv"
    arrival = desk.take(path, source="examples/decisions")
    assert (arrival.rows, arrival.accepted, arrival.quarantined) == (24, 24, 0)
    assert dict(arrival.kinds) == {"penalty": 23, "order": 1}
    assert [found.code for found in arrival.warnings] == ["R241"] * 6
    return {str(row["unit_name"])[1:3]: row for row in desk.rows()}


class TestDecisions:
    def test_codes(self, decisions: dict[str, dict[str, object]]) -> None:
        assert sum(row["unit_code"] != "" for row in decisions.values()) == 16
        masked = {number for number, row in decisions.items() if row["unit_code_raw"] and not row["unit_code"]}
        assert masked == {"01", "02", "03", "06", "11", "12"}
        assert decisions["23"]["unit_code"] == "91520600WN000311XX"
        assert decisions["11"]["unit_code_raw"] == "92430700WN0017XXXX"

    def test_a_correction_order_is_no_penalty(self, decisions: dict[str, dict[str, object]]) -> None:
        order = decisions["17"]
        assert (order["kind"], order["order_category"], order["categories"], order["fine"]) == ("order", "correct", None, None)
        assert order["decided_on"] == date(2025, 1, 10)

    def test_fines_in_capital_numerals(self, decisions: dict[str, dict[str, object]]) -> None:
        fines = {number: row["fine"] for number, row in decisions.items() if row["fine"] is not None}
        assert fines == {"01": 5_212_000, "12": 1_008_000}
        assert {number for number, row in decisions.items() if row["categories"]} == set(fines)

    def test_a_day_that_stands_in_says_so(self, decisions: dict[str, dict[str, object]]) -> None:
        stand_ins = [row for row in decisions.values() if "以检查日期代之" in str(row["facts"])]
        assert len(stand_ins) == 23
        assert all(row["decided_on"] == row["inspected_on"] for row in stand_ins)

    def test_ten_styles_of_number(self, decisions: dict[str, dict[str, object]]) -> None:
        keys = {str(row["document_key"]).partition("|")[2] for row in decisions.values()}
        assert {"岳汨环罚决字〔2023〕20号", "株环罚字2024Z-6", "豫0721环罚决字〔2026〕6号", ""} <= keys
        assert len(keys) == 24

    def test_behaviour_only_where_the_words_say_it(self, decisions: dict[str, dict[str, object]]) -> None:
        said = {number: row["behaviour"] for number, row in decisions.items()}
        assert said["12"] is None
        assert (said["03"], said["10"], said["14"], said["21"]) == (
            "noise_exceedance",
            "water_exceedance",
            "hidden_pipe",
            "monitoring_fraud",
        )


class TestDischargeReports:
    def test_eleven_exceedances_and_no_other(self, shared_data: Path, desk: Desk) -> None:
        path = shared_data / "effluent_dmr.csv"
        arrival = desk.take(path, source="us/echo-dmr")
        # The file has 80 rows twice: they came with two charts and state the same.
        assert (arrival.rows, arrival.accepted, arrival.duplicate, arrival.quarantined) == (2949, 2869, 80, 0)
        over = [row for row in desk.rows() if row["compliant"] is False]
        assert len(over) == 11
        for row in over:
            assert percent(row["exceedance"]) * 10_000 == row["published_exceedance"]
        assert sorted(percent(row["exceedance"]) for row in over) == [4, 8, 10, 28, 44, 55, 60, 62, 71, 121, 2619]
        assert all(row["published_exceedance"] is None for row in desk.rows() if row["compliant"] is not False)

    def test_pairs_qualifiers_and_no_verdicts(self, shared_data: Path, desk: Desk) -> None:
        path = shared_data / "effluent_dmr.csv"
        desk.take(path, source="us/echo-dmr")
        rows = desk.rows()
        repeated = labels_of_repeated_rows(path)
        pairs = sum(row["value"] is not None and row["limit"] is not None for row in rows)
        assert pairs + repeated["pairs"] == 2214
        assert all(row["compliant"] is not None for row in rows if row["value"] is not None and row["limit"] is not None)
        for qualifier, count in (("no_discharge", 230), ("not_measured", 52), ("below", 80), ("above", 36)):
            those = [row for row in rows if row["qualifier"] == qualifier]
            assert len(those) + repeated[qualifier] == count
        silent = [row for row in rows if row["qualifier"] in ("no_discharge", "not_measured")]
        assert all(row["compliant"] is None and row["exceedance"] is None and row["value"] is None for row in silent)

    def test_late_reports_keep_their_days(self, shared_data: Path, desk: Desk) -> None:
        path = shared_data / "effluent_dmr.csv"
        desk.take(path, source="us/echo-dmr")
        late = [row for row in desk.rows() if row["received_on"] and row["received_on"] > row["due_on"]]  # type: ignore[operator]
        assert len(late) + labels_of_repeated_rows(path)["late"] == 20


def percent(exceedance: object) -> int:
    assert isinstance(exceedance, int)
    return rounded(Fraction(Decimal(exceedance).scaleb(-4)), "half_up")


def labels_of_repeated_rows(path: Path) -> dict[str, int]:
    """Counts among the rows that stand twice but for their chart, read with nothing but the standard library."""
    seen: set[tuple[str, ...]] = set()
    counts = {"pairs": 0, "no_discharge": 0, "not_measured": 0, "below": 0, "above": 0, "late": 0}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            key = tuple(cell for name, cell in row.items() if name != "chart")
            if key in seen:
                counts["pairs"] += bool(row["limit_value_nmbr"] and row["dmr_value_nmbr"])
                counts["no_discharge"] += row["nodi_code"] == "C"
                counts["not_measured"] += row["nodi_code"] == "9"
                counts["late"] += row["days_late"] != ""
                counts["below"] += row["dmr_value_qualifier_code"] == "<"
                counts["above"] += row["dmr_value_qualifier_code"] == ">"
            seen.add(key)
    return counts
