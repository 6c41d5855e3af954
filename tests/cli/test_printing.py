"""Columns line up in both scripts, and nothing a record says is obeyed by a terminal or a spreadsheet."""

from __future__ import annotations

import pytest

from envcredit.cli.printing import cell, printable, table, width


def test_columns_line_up_in_both_scripts() -> None:
    printed = table(["单位", "score"], [["甲公司", 98], ["Alpha Ltd", 7]], right=[1])
    assert printed.split("\n") == [
        "单位       score",
        "─────────  ─────",
        "甲公司        98",
        "Alpha Ltd      7",
    ]


def test_width_counts_two_for_chinese_and_none_for_marks() -> None:
    assert [width(t) for t in ("绿", "a", "ｘ", "e\u0301", "a\u200bb")] == [2, 1, 2, 1, 2]


def test_control_characters_are_replaced() -> None:
    assert printable("a\x1b[31m\u202eb\rc\nd") == "a\ufffd[31m\ufffdb\ufffdc\nd"
    assert printable("湖南某某化工（集团）有限公司") == "湖南某某化工（集团）有限公司"


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_starts_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_other_cells_stay() -> None:
    assert [cell(t) for t in ("", "甲", "12", "a=b")] == ["", "甲", "12", "a=b"]
