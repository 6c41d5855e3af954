"""``envcredit scheme diff`` and ``coverage --all``: what they answer, and with which exit code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from envcredit.cli.app import main

GOOD = Path(__file__).parents[1] / "bad" / "scheme" / "good"


def ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["scheme", *map(str, arguments)])
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


def test_equal_schemes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(capsys, "diff", GOOD, GOOD)
    assert (code, out.splitlines()[-1]) == (0, "两者完全相同。")
    assert json.loads(ask(capsys, "diff", GOOD, GOOD, "--json")[1])["result"]["equal"] is True


def test_schemes_that_differ(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(GOOD, folder)
    file = folder / "scheme.yaml"
    file.write_text(file.read_text("utf-8").replace("start: 100", "start: 90"), "utf-8")
    code, out, _ = ask(capsys, "diff", GOOD, folder, "--lang", "en")
    assert code == 0
    assert "Can change a result (1; the rule digests differ)" in out
    assert "  1. Start value was 100 points, is now 90 points." in out
    found = json.loads(ask(capsys, "diff", GOOD, folder, "--json", "--lang", "en")[1])["result"]
    assert found["old"]["rule_digest"] != found["new"]["rule_digest"]
    assert found["old"]["text_digest"] == found["new"]["text_digest"]
    assert found["changes"] == [
        {
            "effect": "rule",
            "kind": "changed",
            "spot": ["score", "start"],
            "sentence": "Start value was 100 points, is now 90 points.",
        }
    ]


@pytest.mark.parametrize("arguments", [(), (GOOD, "--all")])
def test_coverage_of_one_scheme_or_of_all(capsys: pytest.CaptureFixture[str], arguments: tuple[object, ...]) -> None:
    code, _, err = ask(capsys, "coverage", *arguments)
    assert code == 2
    assert "C105" in err


def test_coverage_of_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(capsys, "coverage", "--all", "--json")
    found = json.loads(out)["result"]
    assert code == 0
    assert found["clauses"] == sum(len(scheme["clauses"]) for scheme in found["schemes"])
    assert found["not_expressible"] == sum(scheme["not_expressible"] for scheme in found["schemes"])
    assert f"{found['not_expressible_percent']}%" in ask(capsys, "coverage", "--all")[1]
