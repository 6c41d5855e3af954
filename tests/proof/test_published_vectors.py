"""The published vectors, case by case: Merkle proofs, proofs as text, status lists, canonical JSON, signatures, SM3."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws as joserfc_jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey

from envcredit.errors import ProofError
from envcredit.proof import jws, merkle
from envcredit.proof.encoding import canonical, object_of
from envcredit.proof.inclusion import inclusion_of
from envcredit.proof.signers import is_signed
from envcredit.proof.statuslist import StatusList, unpacked

Read = Callable[[str], Any]
A_NOTE = "log.example\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n\n— log.example AAAAAAAA\n"


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _holds(check: Callable[[], object]) -> bool:
    try:
        check()
    except ProofError:
        return False
    return True


def test_inclusion_proofs(read_vectors: Read) -> None:
    cases = read_vectors("merkle/inclusion.json")
    for case in cases:
        proof = [_bytes(each) for each in case["proof"] or []]
        given = case["leafIdx"], case["treeSize"], _bytes(case["leafHash"]), proof, _bytes(case["root"])
        assert _holds(lambda given=given: merkle.check_inclusion(*given)) != case["wantErr"], case["file"]
    assert [case["wantErr"] for case in cases].count(False) == 3


def test_consistency_proofs(read_vectors: Read) -> None:
    cases = read_vectors("merkle/consistency.json")
    for case in cases:
        proof = [_bytes(each) for each in case["proof"] or []]
        given = case["size1"], case["size2"], _bytes(case["root1"]), _bytes(case["root2"]), proof
        assert _holds(lambda given=given: merkle.check_consistency(*given)) != case["wantErr"], case["file"]
    assert [case["wantErr"] for case in cases].count(False) == 2


def test_proofs_as_text(read_vectors: Read) -> None:
    """The checkpoints of these cases are no notes, which we ask for from the start: a note stands in their place."""
    cases = read_vectors("notes/tlog-proof-parse.json")
    (good,) = cases["valid"]
    found = inclusion_of(good["text"].replace(good["checkpoint"], A_NOTE).encode())
    assert found.index == good["index"]
    assert list(found.hashes) == [_bytes(each) for each in good["hashes"]]
    assert found.extra == _bytes(good["extra"])
    assert str(found.checkpoint) == A_NOTE
    assert found.to_bytes().decode() == good["text"].replace(good["checkpoint"], A_NOTE)
    for case in cases["invalid"]:
        repeated, times = case.get("then_repeat", ("", 0))
        text = case["text"].replace("checkpoint\n", A_NOTE) + repeated * times + case.get("then", "")
        with pytest.raises(ProofError):
            inclusion_of(text.encode())


def test_status_lists(read_vectors: Read) -> None:
    for case in read_vectors("status-list/vectors.json"):
        states = StatusList(case["size"], case["bits"])
        for index, value in case["status"]:
            states[index] = value
        assert states.packed() == case["lst"], case["name"]
        again = unpacked(case["lst"], case["bits"])
        assert len(again) == case["size"]
        assert [[index, again[index]] for index, _ in case["status"]] == case["status"]
        assert again.to_bytes() == states.to_bytes()


@pytest.mark.parametrize("name", ["french", "unicode", "weird"])
def test_canonical_json(vectors: Path, read_vectors: Read, name: str) -> None:
    wanted = (vectors / "jcs" / "output" / f"{name}.json").read_bytes()
    made = canonical(read_vectors(f"jcs/input/{name}.json"))
    assert made == wanted == bytes.fromhex((vectors / "jcs" / "outhex" / f"{name}.txt").read_text("ascii"))
    assert canonical(object_of(wanted, "vector")) == wanted


def test_ed25519(read_vectors: Read) -> None:
    seen = []
    for group in read_vectors("wycheproof/ed25519_test.json")["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            held = is_signed(public, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            assert held == (case["result"] == "valid"), case["tcId"]
            seen.append(held)
    assert (len(seen), sum(seen)) == (75, 44)


def _key(plain: dict[str, Any]) -> OctKey | ECKey | RSAKey:
    kinds: dict[str, Any] = {"oct": OctKey, "EC": ECKey, "RSA": RSAKey}
    return kinds[plain["kty"]].import_key(plain)  # type: ignore[no-any-return]


@pytest.mark.filterwarnings("ignore")
def test_jws_by_the_library_that_we_rely_on(read_vectors: Read) -> None:
    """With the list of algorithms given, as ``proof/jws`` does."""
    deviations = read_vectors("wycheproof/accepted-deviations.json")
    either = deviations["must_reject_though_labelled_valid"] | deviations["may_accept_though_labelled_invalid"]
    seen = 0
    for group in read_vectors("wycheproof/json_web_signature_test.json")["testGroups"]:
        plain = group.get("public") or group["private"]
        for case in group["tests"]:
            try:
                assert re.fullmatch(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+", case["jws"])
                joserfc_jws.deserialize_compact(case["jws"], _key(plain), algorithms=[plain.get("alg", "ES256")])
                held = True
            except (AssertionError, JoseError, ValueError):
                held = False
            wanted = case["result"] == "valid" and str(case["tcId"]) not in deviations["must_reject_though_labelled_valid"]
            assert held == wanted or (str(case["tcId"]) in either and case["result"] == "invalid"), case["tcId"]
            seen += 1
    assert seen == 200


def test_jws_of_other_algorithms_are_refused(read_vectors: Read) -> None:
    for group in read_vectors("wycheproof/json_web_signature_test.json")["testGroups"]:
        for case in group["tests"]:
            with pytest.raises(ProofError) as refused:
                jws.check(case["jws"], "envrating+jwt", {"kid-aes-sign": bytes(32), "": bytes(32)})
            assert refused.value.diagnostics[0].code == "V101", case["tcId"]


def test_sm3(vectors: Path) -> None:
    """The digest under the second signature."""
    gmalg = pytest.importorskip("gmalg")
    records = re.findall(r"Len = (\d+)\nMsg = (\w+)\nMD = (\w+)", (vectors / "sm" / "sm3-oscca.txt").read_text("ascii"))
    assert len(records) == 3
    for length, message, digest in records:
        data = bytes.fromhex(message)[: int(length) // 8]
        ours = gmalg.SM3()
        ours.update(data)
        assert ours.value().hex() == digest
        if "sm3" in hashlib.algorithms_available:
            assert hashlib.new("sm3", data).hexdigest() == digest
