"""A publisher with an SM2 key: each manifest gets a second signature, and a result can."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from publishing import Office, draft

from envcredit.cli.app import main


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).set_up()


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as leaving:
        main([*map(str, words), "--lang", "en"])
    return int(leaving.value.code or 0)


def test_manifest_and_result(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("keys", "sm2", office.keys) == 0
    public = office.keys / "sm2.pem"
    office.publish(draft("A"), draft("B"))
    assert run("verify", office.out, "--sm2", public) == 0
    second = tmp_path / "second.json"
    assert run("publication", "sm2", office.out, "A", "--keys", office.keys, "--to", second) == 0
    assert run("verify", second, "--sm2", public) == 0
    assert "the SM2 signature holds" in capsys.readouterr().out
    plain = json.loads(second.read_text("utf-8"))
    second.write_text(json.dumps({**plain, "jws": plain["jws"].replace("e", "f", 1)}), "utf-8")
    assert run("verify", second, "--sm2", public) == 1
    office.publish(draft("C"), day=1)
    (office.out / "release.sm2.json").write_bytes((office.out / "release.sm2.json").read_bytes().replace(b"e", b"f", 1))
    assert run("verify", office.out, "--sm2", public) == 1
