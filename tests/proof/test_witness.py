"""A witness signs what goes on from what it saw, and nothing else; each status code has its story."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from mutants import mutant
from publication import key

from envcredit.errors import InputError, ProofError
from envcredit.proof.merkle import Tree, consistency_proof, leaf_hash
from envcredit.proof.note import COSIGNATURE, ED25519, Checkpoint, Note, NoteKey, note_of, sign_note, with_lines, witnessed
from envcredit.proof.witness import SIZE, Reply, Request, StoreFolder, Witness, request_of, submit

LOG = NoteKey("log.example", ED25519, key(3).public)
NAME, NOW = "bank.example/w", 1_795_000_000
TREE = Tree(leaf_hash(bytes([n])) for n in range(40))
OTHER = Tree(leaf_hash(bytes([n, 1])) for n in range(40))


def note(size: int, tree: Tree = TREE, origin: str = LOG.name) -> Note:
    return sign_note(str(Checkpoint(origin, size, tree.root(size))), LOG.name, key(3))


def asked(old: int, size: int, tree: Tree = TREE) -> bytes:
    return Request(old, tuple(consistency_proof(tree.read, old, size)), note(size, tree)).to_bytes()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(NAME, key(4), {LOG.name: LOG}, StoreFolder(tmp_path / "state"))


def test_it_signs_what_goes_on(witness: Witness) -> None:
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 31)):
        reply = witness.add_checkpoint(asked(old, size), NOW + size)
        assert reply.status == 200
        signed = note_of(note(size).to_bytes() + reply.body)
        assert witnessed(signed, [NoteKey(NAME, COSIGNATURE, key(4).public)]) == {NAME: NOW + size}
    assert witness.store.read(LOG.name) == Checkpoint(LOG.name, 31, TREE.root(31))


def test_it_begins_with_an_empty_log(witness: Witness) -> None:
    assert witness.add_checkpoint(asked(0, 0), NOW).status == 200
    assert witness.add_checkpoint(asked(0, 5), NOW).status == 200


def _of_old_bytes(old: bytes) -> bytes:
    return old + b"\n\n" + note(8).to_bytes()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400),
        (b"old 5\n", 400),
        (_of_old_bytes(b"old"), 400),
        (_of_old_bytes(b"old 05"), 400),
        (_of_old_bytes(b"old -5"), 400),
        (_of_old_bytes(b"old 5\nAA=="), 400),
        (_of_old_bytes(b"old 5\nno base64"), 400),
        (_of_old_bytes(b"new 5"), 400),
        (_of_old_bytes(b"old 5" + b"\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" * 64), 400),
        (b"\xff" + asked(5, 8), 400),
        (asked(5, 8)[:-1], 400),
        (asked(5, 8) + b"x" * 100_000, 400),
        (b"old 5\n\n" + sign_note("log.example\n8\n", LOG.name, key(3)).to_bytes(), 400),
        (b"old 9\n\n" + note(8).to_bytes(), 400),
        (b"old 5\n\n" + note(8, origin="other.example").to_bytes(), 404),
        (b"old 5\n\n" + sign_note(note(8).text, LOG.name, key(9)).to_bytes(), 403),
        (b"old 5\n\n" + replace(note(8), text=note(9).text).to_bytes(), 403),
        (b"old 5\n\n" + with_lines(note(8), [replace(note(8).lines[0], name="x")]).to_bytes(), 422),
        (b"old 5\n\n" + (str(note(8)) + str(replace(note(8).lines[0], blob=bytes(64)))).encode(), 403),
        (asked(0, 8), 409),
        (asked(4, 8), 409),
        (asked(6, 8), 409),
        (b"old 5\n\n" + note(8).to_bytes(), 422),
        (asked(5, 8, OTHER), 422),
        (asked(5, 5, OTHER), 422),
        (b"old 5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" + note(5).to_bytes(), 422),
    ],
)
def test_what_it_answers_after_five_entries(data: bytes, status: int, witness: Witness) -> None:
    assert witness.add_checkpoint(asked(0, 5), NOW).status == 200
    reply = witness.add_checkpoint(data, NOW)
    assert reply == (Reply(409, b"5\n", SIZE) if status == 409 else Reply(status))
    assert witness.store.read(LOG.name) == Checkpoint(LOG.name, 5, TREE.root(5)), "nothing moved"


def test_a_proof_from_nothing_is_empty(witness: Witness) -> None:
    data = Request(0, (leaf_hash(b""),), note(5)).to_bytes()
    assert witness.add_checkpoint(data, NOW).status == 422
    empty = sign_note(str(Checkpoint(LOG.name, 0, sha256(b"x").digest())), LOG.name, key(3))
    assert witness.add_checkpoint(Request(0, (), empty).to_bytes(), NOW).status == 422


def test_requests_come_back() -> None:
    for old, size in ((0, 8), (5, 8), (8, 8)):
        assert request_of(asked(old, size)).to_bytes() == asked(old, size)


def test_a_log_asks_without_knowing_what_the_witness_saw(witness: Witness) -> None:
    def ask(request: bytes) -> tuple[int, bytes]:
        return witness.add_checkpoint(request, NOW)[:2]

    for size in (4, 9, 9, 33):
        (line,) = submit(ask, note(size), lambda old, size=size: consistency_proof(TREE.read, old, size))
        assert line.name == NAME
        assert with_lines(note(size), [line]).times_of(NoteKey(NAME, COSIGNATURE, key(4).public)) == [NOW]
    with pytest.raises(ProofError, match="V121"):
        submit(ask, note(20), lambda old: consistency_proof(TREE.read, old, 20))
    with pytest.raises(ProofError, match="V121"):
        submit(ask, note(40, OTHER), lambda old: consistency_proof(OTHER.read, old, 40))


@pytest.mark.parametrize(
    "answer", [(409, b""), (409, b"99999999999999999999\n"), (409, b"\xff"), (200, b""), (200, b"\xff"), (200, b"x")]
)
def test_a_witness_that_answers_nonsense(answer: tuple[int, bytes]) -> None:
    with pytest.raises(ProofError, match="V101"):
        submit(lambda _: answer, note(5), lambda old: consistency_proof(TREE.read, old, 5))


def test_what_it_saw_lasts_and_is_swapped_only_for_what_is_there(tmp_path: Path) -> None:
    five, eight = (Checkpoint(LOG.name, size, TREE.root(size)) for size in (5, 8))
    store = StoreFolder(tmp_path)
    assert store.swap(None, five)
    assert StoreFolder(tmp_path).read(LOG.name) == five
    assert not store.swap(None, eight)
    assert not store.swap(eight, eight)
    assert store.swap(five, eight)
    assert store.read(LOG.name) == eight
    assert store.read("other.example") is None
    assert {file.suffix for file in tmp_path.iterdir()} == {"", ".checkpoint"}


def test_of_many_at_once_one_moves_it(tmp_path: Path) -> None:
    store = StoreFolder(tmp_path)
    first = Checkpoint(LOG.name, 1, TREE.root(1))
    assert store.swap(None, first)
    later = [Checkpoint(LOG.name, size, TREE.root(size)) for size in range(2, 22)]
    with ThreadPoolExecutor(8) as pool:
        moved = list(pool.map(lambda new: StoreFolder(tmp_path).swap(first, new), later))
    assert sum(moved) == 1
    assert store.read(LOG.name) == later[moved.index(True)]


@pytest.mark.parametrize("spoiled", [b"", b"log.example\n", b"\xff", b"other.example\n5\n" + b"A" * 43 + b"=\n"])
def test_it_does_not_sign_on_a_damaged_memory(spoiled: bytes, witness: Witness, tmp_path: Path) -> None:
    assert witness.add_checkpoint(asked(0, 5), NOW).status == 200
    (file,) = (tmp_path / "state").glob("*.checkpoint")
    file.write_bytes(spoiled)
    for data in (asked(0, 5), asked(5, 8)):
        with pytest.raises(InputError, match="P112"):
            witness.add_checkpoint(data, NOW)


def test_spoiled_requests_never_move_it_elsewhere(witness: Witness) -> None:
    assert witness.add_checkpoint(asked(0, 5), NOW).status == 200
    chance, seen = Random("requests"), set()
    for _ in range(500):
        reply = witness.add_checkpoint(mutant(asked(5, 8), "text", chance), NOW)
        state = witness.store.read(LOG.name)
        assert state in (Checkpoint(LOG.name, 5, TREE.root(5)), Checkpoint(LOG.name, 8, TREE.root(8)))
        seen.add(reply.status)
    assert seen >= {400, 403, 404, 409}
