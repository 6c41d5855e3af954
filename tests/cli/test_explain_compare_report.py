"""Two years of three small units, rated through the command line, explained, compared and reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from envcredit.cli.app import main

SCHEME = "examples/schemes/example/first-steps/2026-01-01"
UNITS = """unit_id,name,unit_type,region,industry
a,甲示例化工厂,enterprise,431003,C26
b,乙示例冶炼厂,enterprise,431002,C32
c,"=丙<b>示例</b>厂",enterprise,431002,
"""
RECORDS = """kind,unit_name,decided_on,awarded_on,authority,document_number,categories,fine,title
penalty,甲示例化工厂,2026-03-01,,示例局,示环罚〔2026〕1号,罚款,52000,
order,乙示例冶炼厂,2026-05-01,,示例局,示环责改〔2026〕2号,,,
penalty,乙示例冶炼厂,2027-02-01,,示例局,示环罚〔2027〕3号,罚款,,
commendation,"=丙<b>示例</b>厂",,2027-06-01,示例局,示环表〔2027〕4号,,,先进
"""


class Said:
    """Exit code and both streams of one call."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def result(self):
        return json.loads(self.out)["result"]


Ask = Callable[..., Said]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def asked(*words: object) -> Said:
        with pytest.raises(SystemExit) as leaving:
            main([str(w) for w in words])
        told = capsys.readouterr()
        return Said(int(leaving.value.code or 0), told.out, told.err)

    return asked


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("walk")
    (folder / "units.csv").write_text(UNITS, "utf-8")
    (folder / "records.csv").write_text(RECORDS, "utf-8")
    made = []
    for year in (2026, 2027):
        out = folder / str(year)
        options = {
            "--scheme": repository / SCHEME,
            "--units": folder / "units.csv",
            "--records": folder / "records.csv",
            "--as-of": f"{year}-12-31",
            "--known-at": "2030-01-01T00:00:00Z",
            "--out": out,
        }
        with pytest.raises(SystemExit) as leaving:
            main(["rate", *(str(w) for pair in options.items() for w in pair)])
        assert not leaving.value.code
        made.append(out)
    return made[0], made[1]


def test_explain_names_clause_record_and_last_day(ask: Ask, runs: tuple[Path, Path]) -> None:
    said = ask("explain", runs[0], "甲示例化工厂")
    assert (said.code, said.err) == (0, "")
    for part in (
        "贵单位得 90 分，评价等级为“绿牌”",
        "罚款：扣 10 分",
        "《入门示例办法》第一条",
        "示环罚〔2026〕1号",
        "至2027年3月1日",
    ):
        assert part in said.out


def test_explain_in_english_and_as_json(ask: Ask, runs: tuple[Path, Path]) -> None:
    assert "Fine: 10 deducted" in ask("explain", runs[0], "a", "--lang", "en").out
    result = ask("explain", runs[0], "a", "--json").result
    assert (result["grade"], result["arithmetic"]["score"], result["points"][0]["counted"]) == ("green", 90, -10)


def test_what_is_missing_is_said_and_no_score_given(ask: Ask, runs: tuple[Path, Path]) -> None:
    said = ask("explain", runs[1], "乙示例冶炼厂")
    assert said.code == 0
    assert "本次不能给出评价结果" in said.out
    assert "罚款金额" in said.out


@pytest.mark.parametrize(
    "words", [("explain", "nowhere", "a"), ("compare", "nowhere", "nowhere"), ("report", "nowhere", "--out", "x.html")]
)
def test_a_folder_that_is_no_run_is_bad_input(ask: Ask, words: tuple[str, ...], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = ask(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("nowhere")
    assert not (tmp_path / "x.html").exists()


def test_a_unit_that_is_not_there_is_bad_input(ask: Ask, runs: tuple[Path, Path]) -> None:
    said = ask("explain", runs[0], "无此单位", "--json")
    assert (said.code, said.result) == (2, None)


def test_compare_names_who_moved_and_why(ask: Ask, runs: tuple[Path, Path]) -> None:
    said = ask("compare", *runs)
    assert said.code == 0
    assert "乙示例冶炼厂（b）：绿牌 → 不能评价" in said.out
    result = ask("compare", *runs, "--json").result
    assert result["counts"] | {"same": 0, "score": 0} == dict.fromkeys(result["counts"], 0) | {"refused": 1}
    assert [(c["unit_id"], c["change"], c["why"]) for c in result["causes"] if c["unit_id"] == "a"] == [("a", "lost", "lapsed")]


def test_comparing_a_run_with_itself_says_that_they_are_the_same(ask: Ask, runs: tuple[Path, Path]) -> None:
    said = ask("compare", runs[0], runs[0], "--lang", "en")
    assert said.code == 0
    assert "The two results are the same" in said.out


def test_report_writes_one_page(ask: Ask, runs: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    out = tmp_path / "new" / "r.html"
    said = ask("report", runs[1], "--with", runs[0], "--out", out, "--json")
    assert said.code == 0
    assert said.result == {"path": str(out), "units": 3, "bytes": out.stat().st_size}
    page = out.read_text("utf-8")
    assert "<b>示例" not in page
    assert "历次变化" in page


def test_report_without_its_optional_part_says_how_to_get_it(
    ask: Ask, runs: tuple[Path, Path], tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("envcredit.rating.report.charts.find_spec", lambda name: None)
    said = ask("report", runs[1], "--out", tmp_path / "r.html")
    assert said.code == 2
    assert "T801" in said.err
    assert "envcredit[report]" in said.err
    assert not (tmp_path / "r.html").exists()
