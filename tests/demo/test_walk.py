"""The whole way through a small made-up city, as the command does it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envcredit.cli.app import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


def test_from_files_to_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "city"
    assert run("demo", "--out", str(out), "--units", "80", "--lang", "en", "--json") == 0
    answer = json.loads(capsys.readouterr().out)["result"]
    counts = answer["records"]
    assert counts["accepted"] + counts["duplicate"] + counts["quarantined"] == counts["rows"]
    assert [sum(each["grades"].values()) for each in answer["runs"]] == [80, 80, 80, 14]
    assert (out / "explanation.md").stat().st_size > 500
    assert (out / "comparison.md").is_file()
    assert answer["report"] is None or "<html" in (out / "report.html").read_text("utf-8")[:200]


def test_a_folder_in_use_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    assert run("demo", "--out", str(tmp_path), "--lang", "zh") == 2
    assert "C301" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
