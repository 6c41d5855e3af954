"""``envcredit scheme``: answers on standard output, problems on standard error, exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from envcredit.cli.app import main
from envcredit.scheme.library import locate

# Ibis calls what DuckDB and pandas have renamed; the warnings are about their code, not ours.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

GOOD = Path(__file__).parents[1] / "bad" / "scheme" / "good"


def ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["scheme", *map(str, arguments)])
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(capsys, "list", "--json")
    listed = [scheme["scheme"] for scheme in json.loads(out)["result"]]
    assert code == 0
    assert "uk/ea/ccs/2024-01-16" in listed
    assert listed == sorted(listed, key=lambda identity: identity.rpartition("/")[::2])
    assert "uk/ea/ccs/2024-01-16" in ask(capsys, "list")[1]


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(capsys, "show", GOOD, "--lang", "en")
    assert code == 0
    assert "grades, best first: Green > Yellow > Black" in out
    whole = json.loads(ask(capsys, "show", GOOD, "--json")[1])["result"]["whole"]
    assert whole["rules"]["fine"]["cap"] == {"points": "24", "keep": "earliest"}


def test_check_of_a_sound_scheme(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ask(capsys, "check", GOOD)
    assert (code, err) == (0, "")
    assert "未发现问题" in out


def test_check_that_finds_something(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "spoilt"
    shutil.copytree(GOOD, folder)
    rules = folder / "rules" / "grades.yaml"
    rules.write_text(rules.read_text("utf-8").replace("at_most: yellow", "at_most: amber"), "utf-8")
    code, out, err = ask(capsys, "check", folder, "--lang", "en")
    assert code == 1
    assert "S221 incident names grade amber" in err
    assert ask(capsys, "prose", folder)[0] == 2
    assert "1 errors, 0 warnings, 0 notes" in out
    found = json.loads(ask(capsys, "check", folder, "--json")[1])
    assert (found["exit"], found["diagnostics"][0]["code"]) == (1, "S221")


def test_no_such_scheme(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ask(capsys, "check", "no/such/scheme")
    assert (code, out) == (2, "")
    assert "S020" in err


def test_a_version_that_is_not_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, "show", "model/enterprise", "--on", "1999-01-01")[0] == 2
    assert ask(capsys, "show", "model/enterprise", "--on", "1999")[0] == 2


def test_cases(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(capsys, "cases", "uk/ea/ccs", "--json")
    result = json.loads(out)["result"]
    assert (code, result["failed"]) == (0, 0)
    assert result["count"] == len(result["cases"]) > 0
    assert "算例 4 个，通过 4 个，不符 0 个" in ask(capsys, "cases", GOOD)[1]


def test_a_case_that_comes_out_differently(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "spoilt"
    shutil.copytree(str(locate("uk/ea/ccs")), folder)
    wrong = "- {case: wrong, of: [band], as_of: 2026-12-31, records: [], expect: {score: 99}}\n"
    for file in (folder / "cases").iterdir():
        file.unlink()
    (folder / "cases" / "wrong.yaml").write_text(wrong, "utf-8")
    code, out, _ = ask(capsys, "cases", folder, "--lang", "en")
    assert code == 1
    assert "case “wrong” comes out differently" in out
    assert "1 cases, 0 passed, 1 differ" in out


def test_coverage(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(capsys, "coverage", GOOD, "--lang", "en")
    assert code == 0
    assert "left out with a reason" in out
    assert json.loads(ask(capsys, "coverage", GOOD, "--json")[1])["result"]["states"]["encoded"]["model"] == 2


def test_prose(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, "prose", GOOD)[1].startswith("# 某县企业环保信用评价办法\n")
    assert ask(capsys, "prose", GOOD, "--lang", "en")[1].startswith("# County measures for rating environmental credit\n")


def test_to_a_sheet_and_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    book, folder = tmp_path / "county.xlsx", tmp_path / "county"
    assert ask(capsys, "sheet", GOOD, book)[0] == 0
    code, out, _ = ask(capsys, "from-sheet", book, folder, "--json")
    result = json.loads(out)["result"]
    assert (code, result["rules"], result["cases"]) == (0, 11, 4)
    assert ask(capsys, "from-sheet", book, folder)[0] == 2
    assert ask(capsys, "check", folder)[0] == 0


def test_a_template(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    book = tmp_path / "new.xlsx"
    code, out, _ = ask(capsys, "template", book, "--json")
    assert (code, json.loads(out)["result"]["sheets"][0]) == (0, "使用说明")
    assert "begin with the guide" in ask(capsys, "template", book, "--lang", "en")[1]
    code, _, told = ask(capsys, "from-sheet", book, tmp_path / "county", "--lang", "zh")
    assert code == 2
    assert "[scheme!C1]: S356" in told
