"""Notes, checkpoints and co-signatures, each built once more from the text of the C2SP specifications."""

from __future__ import annotations

import base64
import struct
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from envcredit.errors import ProofError
from envcredit.proof.note import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Line,
    NoteKey,
    checkpoint_of,
    cosign,
    note_key,
    note_of,
    sign_note,
    with_lines,
    witnessed,
)
from envcredit.proof.signers import KeyFile

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = KeyFile(PRIVATE)
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
WITNESS = KeyFile(WITNESS_KEY)
ROOT = sha256(b"root").digest()
TEXT = f"log.example/env\n7\n{base64.b64encode(ROOT).decode()}\n"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _code(data: bytes | str) -> str:
    with pytest.raises(ProofError) as refused:
        note_of(data if isinstance(data, bytes) else data.encode())
    return refused.value.diagnostics[0].code


def test_the_key_id_is_the_beginning_of_a_digest() -> None:
    """signed-note: SHA-256(name, 0x0A, signature type, public key), four bytes."""
    public = SIGNER.public
    for kind in (1, 4):
        wanted = sha256(b"log.example/env\n" + bytes([kind]) + public).digest()[:4]
        key = NoteKey("log.example/env", kind, public)
        assert key.id == wanted
        assert str(key) == f"log.example/env+{wanted.hex()}+{_b64(bytes([kind]) + public)}"
        assert note_key(str(key)) == key


def test_the_key_of_the_go_checksum_database() -> None:
    """A key in use since 2019, printed in the source of the Go command."""
    key = note_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert (key.name, key.kind, key.id.hex()) == ("sum.golang.org", ED25519, "033de0ae")


def test_a_note_as_the_text_builds_it() -> None:
    key = NoteKey("log.example/env", 1, SIGNER.public)
    by_hand = f"{TEXT}\n— log.example/env {_b64(key.id + PRIVATE.sign(TEXT.encode()))}\n"
    assert str(sign_note(TEXT, "log.example/env", SIGNER)) == by_hand
    note = note_of(by_hand.encode())
    assert str(note) == by_hand
    assert note.signed_by(key)
    assert not note.signed_by(NoteKey("log.example/other", 1, SIGNER.public))
    assert checkpoint_of(note.text) == Checkpoint("log.example/env", 7, ROOT)
    assert str(checkpoint_of(note.text)) == TEXT


def test_a_cosignature_as_the_text_builds_it() -> None:
    """tlog-cosignature: eight bytes of time, then Ed25519 over ``cosignature/v1``, ``time …`` and the checkpoint's body."""
    moment = 1_795_000_000
    key = NoteKey("bank.example/w", 4, WITNESS.public)
    signature = WITNESS_KEY.sign(b"cosignature/v1\ntime 1795000000\n" + TEXT.encode())
    by_hand = f"— bank.example/w {_b64(key.id + struct.pack('>Q', moment) + signature)}\n"
    assert str(cosign(TEXT, "bank.example/w", WITNESS, moment)) == by_hand
    note = with_lines(sign_note(TEXT, "log.example/env", SIGNER), [cosign(TEXT, "bank.example/w", WITNESS, moment)])
    assert witnessed(note_of(note.to_bytes()), [key]) == {"bank.example/w": moment}


def test_a_time_is_signed_too() -> None:
    line = cosign(TEXT, "bank.example/w", WITNESS, 1_795_000_000)
    later = Line(line.name, line.id, struct.pack(">Q", 1_795_000_001) + line.blob[8:])
    note = with_lines(sign_note(TEXT, "log.example/env", SIGNER), [later])
    with pytest.raises(ProofError, match="V102"):
        witnessed(note, [NoteKey("bank.example/w", COSIGNATURE, WITNESS.public)])


def test_one_broken_line_of_a_known_key_spoils_the_note() -> None:
    """Even beside a good line of the same key; what unknown keys write is nobody's concern."""
    key = NoteKey("log.example/env", ED25519, SIGNER.public)
    good = sign_note(TEXT, key.name, SIGNER)
    broken = Line(key.name, key.id, bytes(64))
    with pytest.raises(ProofError, match="V102"):
        note_of((str(good) + str(broken)).encode()).signed_by(key)
    unknown = Line("someone.example", b"abcd", b"anything")
    assert note_of((str(good) + str(unknown)).encode()).signed_by(key)


def test_a_newer_cosignature_takes_the_place_of_the_older() -> None:
    note = sign_note(TEXT, "log.example/env", SIGNER)
    key = NoteKey("bank.example/w", COSIGNATURE, WITNESS.public)
    for moment in (5, 9):
        note = with_lines(note, [cosign(TEXT, key.name, WITNESS, moment)])
    assert len(note.lines) == 2
    assert witnessed(note, [key]) == {key.name: 9}


GOOD = str(sign_note(TEXT, "log.example/env", SIGNER))


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "\n\n",
        TEXT,
        TEXT + "\n",
        GOOD[:-1],
        GOOD + "\n",
        GOOD.replace("— ", "- "),
        GOOD.replace("— ", "—"),
        GOOD.replace("— log.example/env", "— log+example"),
        GOOD.replace("— log.example/env", "— "),
        GOOD.replace("— log.example/env", "— log.example\u3000env"),
        GOOD.replace("\n", "\r\n"),
        GOOD[:-2] + "\n",
        GOOD + "— someone.example AAAA\n",
        GOOD + "— someone.example AAAAAAAA \n",
        GOOD.replace("7\n", "7\0\n"),
        GOOD + "— someone.example AAAAAAAA\n" * 64,
    ],
)
def test_notes_that_are_none(spoiled: str) -> None:
    assert _code(spoiled) == "V101"


def test_too_large_a_note_and_one_of_other_bytes() -> None:
    assert _code("a" * 70_000) == "V115"
    assert _code(GOOD.encode() + b"\xff") == "V101"


@pytest.mark.parametrize(
    "text",
    [
        "log\n7\n",
        TEXT + "extension\n",
        TEXT.replace("\n7\n", "\n07\n"),
        TEXT.replace("\n7\n", "\n-7\n"),
        TEXT.replace("\n7\n", "\n+7\n"),
        TEXT.replace("\n7\n", "\n７\n"),
        TEXT.replace("\n7\n", "\n99999999999999999999\n"),
        TEXT.replace("log.example/env", ""),
        TEXT.replace("=", ""),
        f"log\n7\n{_b64(bytes(31))}\n",
        f"log\n7\n{_b64(bytes(33))}\n",
    ],
)
def test_checkpoints_that_are_none(text: str) -> None:
    with pytest.raises(ProofError, match="V101"):
        checkpoint_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+0011aabb",
        "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.com+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+As4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuA==",
        "\ud800+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    ],
)
def test_keys_that_are_none(text: str) -> None:
    with pytest.raises(ProofError, match="V101"):
        note_key(text)
