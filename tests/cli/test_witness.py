"""A witness on the command line: beside a release folder, and over HTTP while a version is published."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from publishing import FIRST, PACKS, Office, draft

from envcredit.cli.app import main
from envcredit.cli.release import _post
from envcredit.proof.note import note_key
from envcredit.release.witnessing import witnessing

Ask = Callable[..., tuple[int, dict[str, object]]]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path).set_up()
    made.publish(draft("A"))
    return made


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def asked(*words: object) -> tuple[int, dict[str, object]]:
        with pytest.raises(SystemExit) as leaving:
            main([*map(str, words), "--json"])
        return int(leaving.value.code or 0), json.loads(capsys.readouterr().out)

    return asked


def code(answer: tuple[int, dict[str, object]]) -> tuple[int, str]:
    diagnostics = answer[1]["diagnostics"]
    assert isinstance(diagnostics, list)
    return answer[0], diagnostics[0]["code"]


def test_it_signs_what_goes_on_and_nothing_else(office: Office, ask: Ask, tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    assert ask("witness", "create", bank, "--name", "bank.example/witness")[0] == 0
    assert code(ask("witness", "create", bank, "--name", "bank.example/witness")) == (2, "P101")
    first = ask("witness", "cosign", office.out, bank, "--out", tmp_path / "line")
    assert first[0] == 0
    assert first[1]["result"]["first"] is True  # type: ignore[index]
    office.publish(draft("B"), day=1)
    second = ask("witness", "cosign", office.out, bank)
    assert second[0] == 0
    assert second[1]["result"]["first"] is False  # type: ignore[index]
    other = Office(tmp_path / "other").set_up()
    other.publish(draft("C"))
    assert code(ask("witness", "cosign", other.out, bank))[0] == 2
    line = ["publication", "cosign", office.out, tmp_path / "line", "--keys", office.keys]
    where = ["--ledger", office.ledger, "--guard", office.guard]
    assert code(ask(*line, *where)) == (2, "P120")
    assert code(ask("keys", "witness", office.keys, bank / "public", "--quorum", 2)) == (2, "P104")
    assert ask("keys", "witness", office.keys, bank / "public", "--quorum", 1)[0] == 0
    assert code(ask(*line, *where)) == (2, "V102")
    assert ask("witness", "cosign", office.out, bank, "--out", tmp_path / "line")[0] == 0
    assert ask(*line, *where)[1]["result"]["cosignatures"] == 1  # type: ignore[index]


@contextmanager
def serving(folder: Path, log: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "envcredit", "witness", "serve", str(folder), "--log", log, "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert server.poll() is None
                    assert time.monotonic() < until
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def test_it_is_asked_over_http(office: Office, ask: Ask, tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    key = note_key(str(ask("witness", "create", bank, "--name", "bank.example/witness")[1]["result"]["key"]))  # type: ignore[index]
    with serving(bank, str(office.trust().log)) as address:
        asking = witnessing([lambda request: _post(address, request)], [key])
        with office.publisher(asking) as publisher:
            made = publisher.publish([draft("B")], PACKS, FIRST + 1, office.random)
        assert made.checkpoint.signed_by(key)
        assert _post(f"{address}/elsewhere", b"")[0] == 404
        assert _post(address, b"x" * 200_000)[0] in (0, 400)
    assert _post(address, b"") == (0, b"")
