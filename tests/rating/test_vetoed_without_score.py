"""A veto to the lowest grade decides in a scheme that says nothing else, and the run says that it was the veto."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envcredit.cli.app import main
from envcredit.rating.steps import grade_steps
from envcredit.scheme.reader import read_scheme

FUJIAN = "cn/fujian/enterprise/2018-12-19"
GUANGZHOU = "cn/guangzhou/enterprise/2015-01-01"
VETO = {"step": "veto", "rule": "hidden_pipe", "clause": "veto/pipe", "record_id": "", "to": "red"}


def graded(*steps: dict[str, str], by_score: str = "") -> dict[str, Any]:
    ranked = dict.fromkeys(("by_score", "after_floor", "after_shift", "after_ceiling"), by_score)
    return {"final": "red", **ranked, "steps": json.dumps(steps)}


@pytest.mark.parametrize(
    ("grade", "told"),
    [
        (graded(VETO), ["veto"]),
        (graded(), ["refusal"]),
        (graded(VETO, by_score="blue"), ["by_score", "veto"]),
        (graded(VETO | {"to": "yellow"}), ["refusal"]),
        (graded(by_score="red"), ["by_score"]),
    ],
)
def test_what_led_to_the_lowest_grade(grade: dict[str, Any], told: list[str]) -> None:
    assert [step.step for step in grade_steps(grade, read_scheme(GUANGZHOU), {})] == told


def test_a_unit_graded_by_veto_alone_is_counted_as_rated(tmp_path: Path) -> None:
    units, records = tmp_path / "units.csv", tmp_path / "records.csv"
    units.write_text("unit_id,name,unit_type\nu1,甲化工厂,enterprise\nu2,乙水泥厂,enterprise\n", encoding="utf-8")
    records.write_text("kind,unit_name,decided_on\n行政拘留,甲化工厂,2021-05-06\n", encoding="utf-8")
    given = ["rate", "--scheme", FUJIAN, "--units", str(units), "--records", str(records), "--as-of", "2021-12-31"]
    with pytest.raises(SystemExit, match="0"):
        main([*given, "--out", str(tmp_path / "run"), "--accept-partial", FUJIAN])
    counts = json.loads((tmp_path / "run" / "manifest.json").read_text("utf-8"))["counts"]
    assert {key: counts[key] for key in ("rated", "refused", "not_rated")} == {"rated": 1, "refused": 1, "not_rated": 0}
