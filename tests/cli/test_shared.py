"""How every verb answers: exit codes, languages, standard output and standard error."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
import typer

from envcredit.base.diagnostics import Place, problem
from envcredit.cli.app import main
from envcredit.cli.shared import Answer, day_of, language_asked_for, moment_of, progress, run
from envcredit.errors import InputError


def _ended(work: Callable[[], Answer], lang: str = "en", as_json: bool = False) -> int:
    with pytest.raises(typer.Exit) as left:
        run(work, lang=lang, as_json=as_json)  # type: ignore[arg-type]
    return left.value.exit_code


def _refuses() -> Answer:
    raise InputError(
        [problem("C101", Place("book.csv", 3, 7), path="book.csv"), problem("C103", option="--as-of", found="today")]
    )


def test_done_is_0_and_no_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert _ended(lambda: Answer({}, "all well")) == 0
    assert _ended(lambda: Answer({}, "it differs", yes=False)) == 1
    assert capsys.readouterr().out == "all well\nit differs\n"


def test_bad_input_is_2_with_all_problems_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert _ended(_refuses) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("book.csv:3:7: C101 There is no file or folder “book.csv”.\n    → ")
    assert "C103 Option --as-of takes a day such as 2026-12-31; found “today”." in said.err


def test_bad_input_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert _ended(_refuses, lang="zh") == 2
    assert "C101 找不到文件或文件夹“book.csv”。" in capsys.readouterr().err


def test_json_carries_the_exit_code_the_result_and_the_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert _ended(lambda: Answer({"单位": 3}), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"exit": 0, "result": {"单位": 3}, "diagnostics": []}
    assert _ended(_refuses, as_json=True) == 2
    whole = json.loads(capsys.readouterr().out)
    assert (whole["exit"], whole["result"]) == (2, None)
    assert whole["diagnostics"][0]["places"] == [{"file": "book.csv", "sheet": "", "line": 3, "column": 7}]
    assert [d["code"] for d in whole["diagnostics"]] == ["C101", "C103"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileNotFoundError(2, "No such file", "a.csv"), "C101"),
        (PermissionError(13, "Permission denied", "a.csv"), "C102"),
        (ValueError("unexpected"), "C901"),
    ],
)
def test_what_the_system_raises_becomes_a_diagnostic(error: Exception, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> Answer:
        raise error

    assert _ended(fails) == 2
    said = capsys.readouterr().err
    assert said.startswith(code)
    assert "Traceback" not in said


def test_a_file_name_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> Answer:
        raise FileNotFoundError(2, "No such file", "a\x1b[2Jb.csv")

    _ended(fails)
    assert "\x1b" not in capsys.readouterr().err


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("en") as step:
        step("cli.app", 1, 2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "variable", "language"),
    [
        ([], None, "zh"),
        ([], "en", "en"),
        (["rate", "--lang", "en"], "zh", "en"),
        (["--lang=en"], None, "en"),
        (["--lang", "fr"], None, "zh"),
        (["--lang"], "en", "en"),
    ],
)
def test_language_of_help(arguments: list[str], variable: str | None, language: str) -> None:
    assert language_asked_for(arguments, variable) == language


def test_days_and_instants() -> None:
    assert day_of("2026-12-31", "--as-of") == date(2026, 12, 31)
    assert moment_of("2027-01-10", "--known-at") == "2027-01-10T23:59:59Z"
    assert moment_of("2027-01-10T08:30:00Z", "--known-at") == "2027-01-10T08:30:00Z"


@pytest.mark.parametrize("text", ["2026-02-30", "20261231", "31.12.2026", "today", "", "2026-W01-1"])
def test_not_a_day(text: str) -> None:
    with pytest.raises(InputError) as refused:
        day_of(text, "--as-of")
    assert [d.code for d in refused.value.diagnostics] == ["C103"]


@pytest.mark.parametrize("text", ["2026-12-31T25:00:00Z", "2026-12-31 08:00", "2026-12-31T08:00:00+08:00", "now"])
def test_not_an_instant(text: str) -> None:
    with pytest.raises(InputError) as refused:
        moment_of(text, "--known-at")
    assert [d.code for d in refused.value.diagnostics] == ["C104"]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--version"], 0, "envcredit 0."),
        (["--help"], 0, "用法：envcredit"),
        ([], 0, "用法：envcredit"),
        (["--lang", "en", "no-such-verb"], 2, "C204 “envcredit” is not used rightly"),
        (["no-such-verb"], 2, "C204 命令“envcredit”的用法有误"),
        (["--no-such-option"], 2, "C201 命令“envcredit”没有选项 --no-such-option"),
    ],
)
def test_the_command(arguments: list[str], code: int, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == code
    said = capsys.readouterr()
    assert text in said.out + said.err


def test_usage_errors_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--no-such-option", "--json"])
    assert left.value.code == 2
    assert json.loads(capsys.readouterr().out)["diagnostics"][0]["code"] == "C201"
