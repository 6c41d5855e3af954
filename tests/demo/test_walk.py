"""The whole way through a small made-up city, as the command does it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "envcredit.cli", "demo", *arguments], capture_output=True, encoding="utf-8", check=False
    )


def test_from_files_to_a_report(tmp_path: Path) -> None:
    out = tmp_path / "city"
    done = run("--out", str(out), "--units", "80", "--lang", "en", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)["result"]
    counts = answer["records"]
    assert counts["accepted"] + counts["duplicate"] + counts["quarantined"] == counts["rows"]
    assert [sum(each["grades"].values()) for each in answer["runs"]] == [80, 80, 80, 14]
    assert (out / "explanation.md").stat().st_size > 500
    assert (out / "comparison.md").is_file()
    assert answer["report"] is None or "<html" in (out / "report.html").read_text("utf-8")[:200]


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    done = run("--out", str(tmp_path), "--lang", "zh")
    assert (done.returncode, done.stdout) == (2, "")
    assert "C301" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
