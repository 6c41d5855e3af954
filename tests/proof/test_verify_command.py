"""``envcredit verify`` as a credit officer meets it: what it says, how it leaves, and that it opens no socket."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from publication import FIRST, FIRST_BUNDLE, NOW, UNITS, published, trust, write

from envcredit.cli.app import main
from envcredit.proof import layout

AT = datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
EARLIER = datetime.fromtimestamp(FIRST + 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
BUNDLE = layout.bundle_file(UNITS[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in ``release``, the bank's own files beside it."""
    here = tmp_path_factory.mktemp("bank")
    files = published().files
    write(files, here / "release")
    own = {
        "trust.json": trust().to_bytes(),
        "own.ndjson.gz": files[layout.full_file(1)],
        "bundle.txt": files[BUNDLE],
        "first.txt": files[FIRST_BUNDLE],
    }
    write(own, here)
    return here


class Said:
    """How the command left, and what it said."""

    def __init__(self, code: object, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def plain(self) -> Any:
        """The answer to ``--json``."""
        return json.loads(self.out, parse_float=_no_float)


def _no_float(text: str) -> None:
    raise AssertionError(f"binary float {text}")


@pytest.fixture
def verify(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command in the folder of the bank."""
    monkeypatch.chdir(folder)

    def run(*arguments: str, at: str = AT, lang: str = "en") -> Said:
        with pytest.raises(SystemExit) as left:
            main(["verify", *arguments, *(["--at", at] if at else []), "--lang", lang])
        return Said(left.value.code, *capsys.readouterr())

    return run


def test_a_bundle_in_english(verify: Any) -> None:
    said = verify("bundle.txt", "--trust", "trust.json", "--status-from", "release")
    assert (said.code, said.err) == (0, "")
    lines = said.out.strip().split("\n")
    assert lines[0] == f"Bundle “bundle.txt”, judged by {AT}"
    assert [line[0] for line in lines[1:9]] == ["✓"] * 8
    assert "✓ entry 7 of the public log is this result" in lines
    assert f"Unit: 示范3有限公司 ({UNITS[0]})" in lines
    assert "Grade: yellow warned" in lines
    assert "Score: 58.50" in lines
    assert any(line.startswith("As of 2026-09-30") for line in lines)
    assert "State: in force" in lines
    assert "  Environmental penalty (measures/12): 2 counted, -20 points, until 2027-03-01" in lines
    assert lines[-1] == "It holds."


def test_a_bundle_in_chinese(verify: Any) -> None:
    said = verify("bundle.txt", "--trust", "trust.json", "--status-from", "release", lang="zh")
    assert said.code == 0
    assert "等级：yellow 环保警示" in said.out
    assert "  生态环境处罚（measures/12）：2项，记-20分，计至 2027-03-01" in said.out
    assert said.out.rstrip().endswith("结论：成立。")


def test_a_bundle_that_lies_in_its_release(verify: Any) -> None:
    said = verify(f"release/{BUNDLE}")
    assert said.code == 0
    assert "! the keys were taken from the release itself" in said.out
    assert "State: in force" in said.out


def test_a_bundle_by_itself(verify: Any) -> None:
    said = verify("bundle.txt", "--trust", "trust.json")
    assert said.code == 0
    assert "State:" not in said.out
    assert "! no status list was at hand" in said.out
    assert "Grade: yellow\n" in said.out, "what a grade is called is believed only if it is signed"
    said = verify("bundle.txt")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("C121")


def test_a_superseded_result_is_told_and_the_answer_is_no(verify: Any) -> None:
    said = verify("first.txt", "--trust", "trust.json", "--status-from", "release")
    assert said.code == 1
    assert "✗ the result is in force" in said.out
    assert "V120" in said.out
    assert "State: superseded" in said.out
    assert said.out.rstrip().endswith("The proof holds, but the result is not in force.")
    assert verify("first.txt", "--trust", "trust.json", "--status-from", "release", at=EARLIER).code == 0


def test_nothing_is_shown_of_a_result_that_does_not_hold(verify: Any, folder: Path) -> None:
    data = (folder / "bundle.txt").read_bytes()
    (folder / "spoiled.txt").write_bytes(data.replace(b"\nindex 7\n", b"\nindex 6\n"))
    for arguments in (["--trust", "trust.json"], ["--trust", "trust.json", "--status-from", "release"]):
        said = verify("spoiled.txt", *arguments)
        assert said.code == 1
        assert "✗ entry 6 of the public log is this result\n    V104 " in said.out
        assert "Grade" not in said.out
        assert "示范" not in said.out
        assert said.out.rstrip().endswith("It does not hold; do not rely on it.")
    plain = verify("spoiled.txt", "--trust", "trust.json", "--json").plain
    assert (plain["exit"], plain["result"]["holds"], plain["result"]["result"]) == (1, False, None)


def test_for_programs(verify: Any) -> None:
    plain = verify("bundle.txt", "--trust", "trust.json", "--status-from", "release", "--json").plain
    assert plain["exit"] == 0
    found = plain["result"]
    assert (found["holds"], found["state"], found["index"], found["moment"]) == (True, 0, 7, AT)
    assert found["result"]["score"] == "58.50"
    assert all(check["holds"] and check["failure"] is None for check in found["checks"])
    plain = verify("release", "--trust", "trust.json", "--json").plain
    assert (plain["exit"], plain["result"]["version"], plain["result"]["rows"]) == (0, 2, 3)


def test_a_release(verify: Any, folder: Path) -> None:
    said = verify("release", "--trust", "trust.json")
    assert said.code == 0
    assert said.out.count("✓") == 13
    assert "Version 2, 3 units, published" in said.out
    write(published().files, folder / "altered")
    (folder / "altered" / "tile/0/000.p/10").write_bytes(b"")
    said = verify("altered", "--trust", "trust.json")
    assert said.code == 1
    assert "✗ the root worked out from all 10 entries" in said.out
    (folder / "altered" / "trust.json").write_bytes(b"{}")
    said = verify("altered")
    assert said.code == 1
    assert "✗ the trust file is in its form" in said.out


def test_a_full_file_is_led_forward(verify: Any, folder: Path) -> None:
    following = ["--since", "own.ndjson.gz", "--trust", "trust.json", "--out", "new.ndjson.gz"]
    said = verify("release", *following, "--from-version", "1", at="")
    assert said.code == 0
    assert "The full file went from version 1 to version 2 and has 3 units" in said.out
    assert (folder / "new.ndjson.gz").read_bytes() == published().files[layout.full_file(2)]
    (folder / "new.ndjson.gz").unlink()
    said = verify("release", *following, "--from-version", "2", at="")
    assert said.code == 1
    assert not (folder / "new.ndjson.gz").exists()
    assert "V113" in said.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["none.txt", "--trust", "trust.json"], "C101"),
        (["bundle.txt", "--trust", "none.json"], "C101"),
        (["bundle.txt", "--trust", "bundle.txt"], "V101"),
        (["release", "--trust", "release"], "V114"),
        (["release", "--since", "own.ndjson.gz"], "C122"),
        (["release", "--from-version", "1"], "C122"),
        (["release", "--out", "new.ndjson.gz"], "C122"),
        (["bundle.txt", "--since", "own.ndjson.gz", "--from-version", "1"], "C122"),
        (["release", "--since", "bundle.txt", "--from-version", "1"], "V101"),
        (["release", "--since", "own.ndjson.gz", "--from-version", "one"], "C203"),
        ([], "C202"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], code: str, verify: Any) -> None:
    said = verify(*arguments)
    assert (said.code, said.out) == (2, "")
    assert f"{code} " in said.err


def test_a_moment_that_is_none(verify: Any) -> None:
    for at in ("yesterday", "2026-13-01", "2026-11-19T12:00:00+08:00"):
        said = verify("bundle.txt", "--trust", "trust.json", at=at)
        assert said.code == 2
        assert said.err.startswith("C104")
    assert verify("bundle.txt", "--trust", "trust.json", at="2026-11-20").code == 0


PROGRAM = """
import os, sys
def refuse(event, arguments):
    if event.startswith(("socket.", "http.", "urllib.", "subprocess.", "os.system", "os.exec", "os.posix_spawn")):
        os.write(2, event.encode())
        os._exit(97)
sys.addaudithook(refuse)
from envcredit.cli.app import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    "words", ["release", "bundle.txt --status-from release", "release --since own.ndjson.gz --from-version 1"]
)
def test_no_socket_is_opened_and_no_other_program_started(words: str, folder: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "verify", *words.split(), "--trust", "trust.json", "--at", AT]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guard_against_sockets_works(folder: Path) -> None:
    spoiled = PROGRAM.replace("from envcredit", "import socket; socket.socket()\nfrom envcredit")
    done = subprocess.run([sys.executable, "-c", spoiled, "verify"], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (97, "socket.__new__")


def test_names_in_a_bundle_cannot_command_the_terminal(verify: Any, folder: Path) -> None:
    text = (folder / "bundle.txt").read_text("utf-8")
    (folder / "odd.txt").write_text(text.replace("\n— ", "\n— \x9b31m", 1), "utf-8")
    said = verify("odd.txt", "--trust", "trust.json")
    assert said.code == 1
    assert "\x9b" not in said.out
    assert "V102" in said.out or "V103" in said.out
