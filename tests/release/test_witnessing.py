"""A version that witnesses co-sign while it is published, or later; and what happens when one is away or lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from publishing import DAY, FIRST, PACKS, Office, draft

from envcredit.errors import ProofError
from envcredit.proof import layout
from envcredit.proof.note import COSIGNATURE, NoteKey, cosign, note_of
from envcredit.proof.signers import KeyFile, create_key_file
from envcredit.proof.trust import Trust
from envcredit.proof.verify import verify_bundle, verify_release
from envcredit.proof.witness import StoreFolder, Witness
from envcredit.release.keys import trust_witness
from envcredit.release.witnessing import witnessing

Bank = tuple[NoteKey, Callable[[bytes], tuple[int, bytes]], KeyFile]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).set_up()


@pytest.fixture
def bank(office: Office, tmp_path: Path) -> Bank:
    signer = create_key_file(tmp_path / "bank.pem", b"b" * 32)
    key = NoteKey("bank.example/witness", COSIGNATURE, signer.public)
    log = office.trust().log
    witness = Witness(key.name, signer, {log.name: log}, StoreFolder(tmp_path / "witness"))
    return key, lambda request: witness.add_checkpoint(request, FIRST)[:2], signer


def asking(office: Office, key: NoteKey) -> Trust:
    """A bank's policy: this witness must have signed."""
    return replace(office.trust(), witnesses=(key,), quorum=1)


def test_a_witness_signs_version_after_version(office: Office, bank: Bank) -> None:
    key, ask, _signer = bank
    for day in range(3):
        with office.publisher(witnessing([ask], [key])) as publisher:
            publisher.publish([draft(f"U{day}")], PACKS, FIRST + day * DAY, office.random)
    verdict, release = verify_release(office.fetch, asking(office, key), FIRST + 2 * DAY)
    assert verdict.holds, [one.message("en") for one in verdict.failures]
    assert release is not None


def test_a_witness_that_is_away_does_not_stop_the_publication(office: Office, bank: Bank) -> None:
    key, ask, _signer = bank
    with office.publisher(witnessing([lambda _request: (0, b""), ask], [key])) as publisher:
        made = publisher.publish([draft("A")], PACKS, FIRST, office.random)
    assert [line.name for line in made.checkpoint.lines] == [office.trust().log.name, key.name]


def test_a_line_that_does_not_hold_is_left_out(office: Office, bank: Bank, tmp_path: Path) -> None:
    key, _ask, _signer = bank
    other = create_key_file(tmp_path / "other.pem", b"o" * 32)

    def lying(request: bytes) -> tuple[int, bytes]:
        text = request.decode().split("\n\n", 1)[1].rsplit("\n\n", 1)[0] + "\n"
        return 200, str(replace(cosign(text, key.name, other, FIRST), id=key.id)).encode()

    with office.publisher(witnessing([lying], [key])) as publisher:
        made = publisher.publish([draft("A")], PACKS, FIRST, office.random)
    assert [line.name for line in made.checkpoint.lines] == [office.trust().log.name]


def test_signatures_that_come_later_go_into_the_checkpoint_and_its_bundles(office: Office, bank: Bank) -> None:
    key, _ask, signer = bank
    trust_witness(office.keys, str(key))
    office.publish(draft("A"))
    fewer, _shown = verify_bundle(office.fetch(layout.bundle_file("A")), asking(office, key), FIRST, office.fetch)
    assert [one.code for one in fewer.failures] == ["V106"]
    with office.publisher() as publisher:
        text = note_of(office.fetch(layout.CHECKPOINT)).text
        publisher.cosign([cosign(text, key.name, signer, FIRST)])
    enough, shown = verify_bundle(office.fetch(layout.bundle_file("A")), asking(office, key), FIRST, office.fetch)
    assert enough.holds
    assert shown is not None
    assert dict(shown.witnesses) == {key.name: FIRST}


def test_a_later_signature_must_hold_under_a_key_of_the_settings(office: Office, bank: Bank, tmp_path: Path) -> None:
    key, _ask, _signer = bank
    trust_witness(office.keys, str(key))
    other = create_key_file(tmp_path / "other.pem", b"o" * 32)
    office.publish(draft("A"))
    with office.publisher() as publisher:
        text = note_of(office.fetch(layout.CHECKPOINT)).text
        with pytest.raises(ProofError) as caught:
            publisher.cosign([replace(cosign(text, key.name, other, FIRST), id=key.id)])
    assert caught.value.diagnostics[0].code == "V102"


def test_bundles_of_earlier_versions_get_the_better_checkpoint(office: Office, bank: Bank) -> None:
    key, ask, _signer = bank
    office.publish(draft("A"))
    with office.publisher(witnessing([ask], [key])) as publisher:
        publisher.publish([draft("B")], PACKS, FIRST + DAY, office.random)
    for sub in "AB":
        verdict, _shown = verify_bundle(office.fetch(layout.bundle_file(sub)), asking(office, key), FIRST + DAY, office.fetch)
        assert verdict.holds, (sub, [one.message("en") for one in verdict.failures])
    assert verify_release(office.fetch, asking(office, key), FIRST + DAY)[0].holds
