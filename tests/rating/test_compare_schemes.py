"""One city under two versions of a scheme: who moves, by which clause, also where no point differs."""

from __future__ import annotations

from pathlib import Path

import pytest
from city import RULES, lay_out, run_of
from stories import write_scheme

from envcredit.base.labels import Language
from envcredit.engine import open_engine
from envcredit.rating.compare import compare
from envcredit.rating.compare_text import prose
from envcredit.rating.run import read_run

PLATES = """
plates:
  kind: grade
  by: score
  bands: [{grade: green, from: 95}, {grade: blue, from: 80}, {grade: yellow, from: 60}, {grade: red, from: 40}, {grade: black}]
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = lay_out(tmp_path)
    write_scheme(folder / "scheme", RULES + PLATES)
    run_of(folder, "before")
    return folder


def compared(city: Path, old: str, new: str, language: Language) -> str:
    assert old in RULES + PLATES
    write_scheme(city / "scheme", (RULES + PLATES).replace(old, new))
    run_of(city, "after")
    with open_engine() as engine:
        return prose(compare(read_run(city / "before"), read_run(city / "after"), engine), language)


def test_points_that_differ_are_told_with_rule_clause_and_record(city: Path) -> None:
    said = compared(city, "{points: 5}", "{points: 25}", "zh")
    assert "甲示例厂（U1）：蓝 → 黄" in said
    assert "-20 分，分值不同：行政处罚，示罚〔2026〕1号" in said
    assert "办法有改动" not in said


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh", "各项计分未变，办法有改动："),
        ("en", "No point differs; the scheme does: "),
    ],
)
def test_a_threshold_that_moved_is_told_where_no_point_differs(city: Path, language: Language, told: str) -> None:
    said = compared(city, "from: 95}", "from: 90}", language)
    (line,) = (line for line in said.splitlines() if told in line)
    assert ("“95分以上”改为“90分以上”" if language == "zh" else "“95 or more” becomes “90 or more”") in line
