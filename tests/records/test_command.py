"""``envcredit records`` as it is typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from envcredit.cli.app import main

TABLE = "kind,unit_name,decided_on,fine\npenalty,甲厂,2024-03-05,20000\npenalty,乙厂,昨天,1\n"
AT = ("--recorded-at", "2026-03-01T00:00:00Z")


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return int(left.value.code or 0)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(TABLE, "utf-8")
    return path


def test_import(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("records", "import", table, "--out", tmp_path / "store", *AT) == 0
    assert "共 2 行 ＝ 接收 1 ＋ 重复 0 ＋ 隔离 1" in capsys.readouterr().out
    assert run("records", "import", table, "--out", tmp_path / "store", *AT, "--lang", "en") == 0
    assert "2 rows = 0 accepted + 1 duplicate + 1 quarantined" in capsys.readouterr().out


def test_import_for_programs(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("records", "import", table, "--out", tmp_path / "store", *AT, "--json") == 0
    result = json.loads(capsys.readouterr().out)["result"]
    assert (result["rows"], result["accepted"], result["quarantined"], result["reasons"]) == (2, 1, 1, {"R202": 1})
    assert Path(result["quarantine"]).is_file()


def test_without_a_moment_it_is_now(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("records", "import", table, "--out", tmp_path / "store", "--json") == 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", json.loads(capsys.readouterr().out)["result"]["recorded_at"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("none.csv", "--out", "store"),
        ("a.csv", "--source", "cn/none", "--out", "store"),
        ("a.csv", "--out", "s", "--recorded-at", "x"),
    ],
)
def test_bad_input(
    table: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(table.parent)
    assert run("records", "import", *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "→" in said.err
    assert not (table.parent / "store").exists()


def test_template_sources_and_units(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("records", "template", tmp_path / "form.xlsx", "--kind", "penalty", "--json") == 0
    assert json.loads(capsys.readouterr().out)["result"]["kinds"] == ["penalty"]
    assert run("records", "sources") == 0
    assert "cn/double-publicity-penalty-2018" in capsys.readouterr().out
    (tmp_path / "units.csv").write_text("unit_id,name,unit_type\nu1,甲厂,企业\n", "utf-8")
    assert run("records", "units", tmp_path / "units.csv", "--json") == 0
    assert json.loads(capsys.readouterr().out)["result"] == {"units": 1, "types": {"enterprise": 1}}
    assert run("records", "units", tmp_path / "form.xlsx") == 2


def test_links_from_sheet_to_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run").mkdir()
    columns = {"unit_name": ["甲厂"], "unit_code_raw": [""], "reason": ["no_such_name"], "file": ["a.csv"], "line": [2]}
    pq.write_table(pa.table(columns), tmp_path / "run" / "unattached.parquet")
    assert run("records", "links", tmp_path / "sheet.csv", "--from-run", tmp_path / "run") == 0
    text = (tmp_path / "sheet.csv").read_text("utf-8-sig").replace("甲厂,,,,,", "甲厂,,u1,王某,2026-03-05,核对")
    (tmp_path / "signed.csv").write_text(text, "utf-8")
    assert run("records", "links", tmp_path / "signed.csv", "--out", tmp_path / "store", "--json") == 0
    assert json.loads(capsys.readouterr().out.partition("\n")[2])["result"] == {"links": 1, "new": 1, "kept": 1}
    assert (tmp_path / "store" / "links.csv").is_file()
