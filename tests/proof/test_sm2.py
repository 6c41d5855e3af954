"""Second signatures by SM2: over the same bytes, checked by us and by OpenSSL, and refused when anything was touched."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import gmalg
import pytest

from envcredit.errors import InputError, ProofError
from envcredit.proof.encoding import base64_of, bytes_of_base64
from envcredit.proof.jws import signed_bytes
from envcredit.proof.sm2 import (
    DISTINGUISHER,
    SM2Key,
    check_second_signature,
    create_sm2_key,
    public_of_pem,
    public_pem,
    read_sm2_key,
    second_signature,
)

TOKEN = "eyJh.eyJi.c2ln"


@pytest.fixture
def key(tmp_path: Path) -> SM2Key:
    return create_sm2_key(tmp_path / "sm2.key", b"s" * 48)


def code(work: object) -> str:
    with pytest.raises((ProofError, InputError)) as caught:
        work()  # type: ignore[operator]
    return caught.value.diagnostics[0].code


def test_the_worked_example_of_the_standard() -> None:
    """GB/T 32918.5, annex A: key, id, random number and message are given, and r and s follow."""
    secret = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
    number = int("59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21", 16)
    r, s = gmalg.SM2(secret, DISTINGUISHER, rnd_fn=lambda _bits: number).sign(b"message digest")
    assert r.hex().upper() == "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    assert s.hex().upper() == "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"


def test_it_signs_the_bytes_that_the_token_signs(key: SM2Key) -> None:
    data = second_signature(TOKEN, key)
    assert check_second_signature(data, key.public) == TOKEN


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("jws", "eyJh.eyJj.c2ln", "V102"),
        ("jws", 7, "V101"),
        ("sig", "AAAA", "V101"),
        ("sig", base64_of(bytes.fromhex("3006020101020101")), "V102"),
        ("sig", base64_of(bytes.fromhex("3006020100020101")), "V101"),
        ("key", "04" + "11" * 64, "V103"),
        ("key", "no hex", "V101"),
    ],
)
def test_whatever_is_touched_is_refused(key: SM2Key, field: str, value: object, expected: str) -> None:
    plain = json.loads(second_signature(TOKEN, key))
    (plain if field == "jws" else plain["sm2"])[field] = value
    assert code(lambda: check_second_signature(json.dumps(plain).encode(), key.public)) == expected


def test_a_point_that_is_not_on_the_curve_signs_nothing(key: SM2Key) -> None:
    public = bytes.fromhex("04" + "11" * 64)
    plain = json.loads(second_signature(TOKEN, key))
    plain["sm2"]["key"] = public.hex()
    assert code(lambda: check_second_signature(json.dumps(plain).encode(), public)) == "V102"


def test_keys_are_for_their_owner_alone(key: SM2Key, tmp_path: Path) -> None:
    file = tmp_path / "sm2.key"
    assert read_sm2_key(file).public == key.public
    assert public_of_pem(public_pem(key.public)) == key.public
    assert code(lambda: create_sm2_key(file, b"t" * 48)) == "P101"
    file.chmod(0o644)
    assert code(lambda: read_sm2_key(file)) == "P102"
    file.chmod(0o600)
    file.write_text("0" * 64)
    assert code(lambda: read_sm2_key(file)) == "P103"
    assert code(lambda: public_of_pem(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")) == "V101"


def test_openssl_agrees(key: SM2Key, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    plain = json.loads(second_signature(TOKEN, key))
    (tmp_path / "message").write_bytes(signed_bytes(TOKEN))
    (tmp_path / "signature").write_bytes(bytes_of_base64(plain["sm2"]["sig"], "SM2"))
    (tmp_path / "public.pem").write_bytes(public_pem(key.public))
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-digest", "sm3"]
    command += ["-in", "message", "-sigfile", "signature", "-pkeyopt", "distid:1234567812345678"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if "unsupported" in done.stderr or "Unknown" in done.stderr:
        pytest.skip(f"this openssl has no SM2: {done.stderr.strip()[:80]}")
    assert done.returncode == 0, done.stdout + done.stderr
