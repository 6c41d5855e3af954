"""What a dishonest or careless publisher could try, one story each, and the code by which a bank hears of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from publication import (
    DAY,
    FIRST,
    FIRST_BUNDLE,
    ISSUER,
    KEYS,
    LOG,
    NOW,
    RULE,
    UNITS,
    WITNESSES,
    Publication,
    key,
    published,
    result,
    trust,
    write,
)

from envcredit.errors import ProofError
from envcredit.proof import jws, layout
from envcredit.proof.bundle import bundle_of
from envcredit.proof.entries import rating_entry
from envcredit.proof.feed import RELEASE, Line, digest_of_state, packed, sign_manifest, state_of
from envcredit.proof.folders import folder
from envcredit.proof.merkle import Tree, leaf_hash
from envcredit.proof.note import COSIGNATURE, Checkpoint, NoteKey, cosign, note_of, sign_note, with_lines
from envcredit.proof.result import sign_result
from envcredit.proof.statuslist import State, StatusList, StatusToken, sign_status_list
from envcredit.proof.trust import Trust, TrustedKey, trust_of
from envcredit.proof.verdict import Verdict
from envcredit.proof.verify import follow, verify_bundle, verify_release

BUNDLE = layout.bundle_file(UNITS[0])


def codes(verdict: Verdict) -> dict[str, str]:
    """What failed, by check."""
    return {check.name: check.failure.code for check in verdict.checks if check.failure}


def of_bundle(at: Publication, moment: int = NOW, policy: Trust | None = None, path: str = BUNDLE) -> dict[str, str]:
    return codes(verify_bundle(at.files[path], policy or trust(), moment, at.fetch)[0])


def of_release(at: Publication, moment: int = NOW, policy: Trust | None = None) -> dict[str, str]:
    verdict, release = verify_release(at.fetch, policy or trust(), moment)
    assert (release is None) == bool(codes(verdict))
    return codes(verdict)


def test_a_bundle_holds_and_says_what_it_shows() -> None:
    made = published()
    verdict, shown = verify_bundle(made.files[BUNDLE], trust(), NOW, made.fetch)
    assert verdict.holds
    assert not verdict.notes
    assert [c.name for c in verdict.checks] == ["form", "result", "inclusion", "log", "witnesses", "expiry", "status"]
    assert shown is not None
    assert (shown.result.sub, shown.result.seq, shown.result.grade, shown.state) == (UNITS[0], 2, "yellow", State.IN_FORCE)
    assert shown.witnesses == dict.fromkeys(WITNESSES, FIRST + DAY)
    assert bundle_of(made.files[BUNDLE]).to_bytes() == made.files[BUNDLE]


def test_without_a_status_list_the_state_is_not_known() -> None:
    verdict, shown = verify_bundle(published().files[BUNDLE], trust(quorum=0), NOW)
    assert verdict.holds
    assert verdict.notes == ["no_witnesses", "no_status"]
    assert shown is not None
    assert shown.state is None


def test_an_old_result_is_superseded_today_and_was_in_force_on_the_lending_day() -> None:
    made = published()
    for moment, state in ((FIRST, State.IN_FORCE), (FIRST + DAY - 1, State.IN_FORCE), (NOW, State.SUPERSEDED)):
        verdict, shown = verify_bundle(made.files[FIRST_BUNDLE], trust(), moment, made.fetch)
        assert verdict.holds, codes(verdict)
        assert shown is not None
        assert shown.state == state


def test_a_list_says_nothing_of_a_day_after_it_expires_or_before_the_first_one() -> None:
    assert of_bundle(published(), FIRST + 3 * DAY) == {"status": "V107"}
    assert of_bundle(published(), FIRST - 1, path=FIRST_BUNDLE) == {"expiry": "V108", "status": "V107"}


def test_a_result_ends() -> None:
    made = published()
    assert of_bundle(made, NOW + 400 * DAY)["expiry"] == "V108"
    assert of_bundle(made, FIRST)["expiry"] == "V108", "not before it begins"


def test_a_release_holds() -> None:
    verdict, release = verify_release(published().fetch, trust(), NOW)
    assert verdict.holds, codes(verdict)
    assert release is not None
    assert {sub: each.seq for sub, each in release.results.items()} == {UNITS[0]: 2, UNITS[1]: 1, UNITS[2]: 1}


def test_whose_keys_count() -> None:
    made, stranger = published(), key(9)
    others: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({"keys": (TrustedKey("issuer-1", "issuer", stranger.public),)}, {"result": "V102"}),
        ({"keys": (TrustedKey("issuer-2", "issuer", KEYS["issuer"].public),)}, {"result": "V103"}),
        ({"keys": (TrustedKey("issuer-1", "publisher", KEYS["issuer"].public),)}, {"result": "V103"}),
        ({"issuer": "https://other.example"}, {"result": "V103"}),
        ({"log": NoteKey(LOG, 1, stranger.public)}, {"log": "V103"}),
        ({"log": NoteKey("other.example/log", 1, KEYS["log"].public)}, {"log": "V103"}),
        ({"quorum": 2, "witnesses": (NoteKey(WITNESSES[0], COSIGNATURE, KEYS[WITNESSES[0]].public),)}, {"witnesses": "V106"}),
        ({"witnesses": (NoteKey(WITNESSES[0], COSIGNATURE, stranger.public),)}, {"witnesses": "V106"}),
    ]
    for other, wanted in others:
        assert of_bundle(made, policy=trust(**other)).items() >= wanted.items(), other


def test_a_key_counts_in_its_time_alone() -> None:
    """A stolen retired key makes no result of today, and none that counts before the key did."""
    keys = trust().keys
    for first, last, wanted in ((0, NOW, {}), (0, FIRST + DAY - 1, {"result": "V107"}), (NOW, NOW + DAY, {"result": "V107"})):
        policy = trust(keys=(replace(keys[0], first=first, last=last), keys[1]))
        assert of_bundle(published(), policy=policy) == wanted
    policy = trust(keys=(keys[0], replace(keys[1], last=FIRST)))
    assert of_bundle(published(), policy=policy) == {"status": "V107"}
    assert of_release(published(), policy=policy) == {"manifest": "V107"}


def test_a_witness_line_that_does_not_hold_spoils_the_checkpoint() -> None:
    made = published()
    note = note_of(made.files[layout.CHECKPOINT])
    broken = replace(note.lines[1], blob=note.lines[2].blob)
    made.files[layout.CHECKPOINT] = replace(note, lines=(note.lines[0], broken, note.lines[2])).to_bytes()
    assert of_release(made) == {"witnesses": "V102"}


def test_a_result_that_was_never_logged() -> None:
    made = published()
    line = made.lines[UNITS[1]]
    token = sign_result(result(1, UNITS[1], 1, FIRST).model_copy(update={"grade": "green"}), "issuer-1", KEYS["issuer"])
    bundle = bundle_of(made.files[layout.bundle_file(UNITS[1])])
    made.files[BUNDLE] = replace(bundle, token=token).to_bytes()
    assert of_bundle(made) == {"inclusion": "V104"}
    made.lines[UNITS[1]] = replace(line, jws=token)
    _sign_again(made)
    assert of_release(made).items() >= {"results": "V104", "bundles": "V111", "snapshot": "V119"}.items()


def _sign_again(made: Publication) -> None:
    """The publisher signs for other lines than those that were logged."""
    path = layout.full_file(2)
    made.files[path] = packed(made.lines[sub].to_bytes() for sub in sorted(made.lines))
    _manifest(made, state=digest_of_state(made.lines), rows=len(made.lines))


def _manifest(made: Publication, **other: object) -> None:
    payload = jws.read(made.files[layout.MANIFEST].decode().strip(), RELEASE).payload
    files = {path: sha256(made.files[path]).hexdigest() for path in payload["files"]}
    made.files[layout.MANIFEST] = sign_manifest(
        {**payload, "files": files, **other}, RELEASE, "publisher-1", KEYS["publisher"]
    ).encode()


def test_a_unit_that_is_left_out_of_the_full_file() -> None:
    made = published()
    del made.lines[UNITS[2]]
    _sign_again(made)
    assert of_release(made) == {"snapshot": "V119"}


def test_a_state_that_differs_from_the_status_list() -> None:
    made = published()
    made.lines[UNITS[2]] = replace(made.lines[UNITS[2]], state=State.SUSPENDED)
    _sign_again(made)
    assert of_release(made) == {"states": "V118", "snapshot": "V119"}


def test_a_status_list_that_was_never_logged() -> None:
    """Another list for one bank: its signature holds, and nobody else ever saw it."""
    made = published()
    made.states[1] = State.SUSPENDED
    made.lines[UNITS[1]] = replace(made.lines[UNITS[1]], state=State.SUSPENDED)
    token = StatusToken(layout.status_uri(ISSUER, 1), NOW, NOW + DAY, made.states)
    made.files[layout.status_file("status/1")] = sign_status_list(token, 60, "publisher-1", KEYS["publisher"]).encode()
    assert of_release(made)["status"] == "V119"


def test_a_status_list_of_another_place_a_state_without_meaning_and_too_short_a_list() -> None:
    made, path = published(), layout.status_file("status/1")
    states = StatusList(64)
    states[3] = 7
    for uri, given, wanted in (
        (layout.status_uri(ISSUER, 2), made.states, "V101"),
        (layout.status_uri(ISSUER, 1), states, "V101"),
        (layout.status_uri(ISSUER, 1), StatusList(2), "V110"),
    ):
        signed = StatusToken(uri, NOW, NOW + DAY, given)
        made.files[path] = sign_status_list(signed, 60, "publisher-1", KEYS["publisher"]).encode()
        assert of_bundle(made) == {"status": wanted}


def _another_log(made: Publication) -> None:
    """A bundle under a checkpoint that the log and its witnesses signed, of a log that today's has not grown from."""
    bundle = bundle_of(made.files[BUNDLE])
    tree = Tree([leaf_hash(rating_entry(bundle.salt, bundle.token))])
    note = sign_note(str(Checkpoint(LOG, 1, tree.root())), LOG, KEYS["log"])
    note = with_lines(note, [cosign(note.text, name, KEYS[name], NOW) for name in WITNESSES])
    made.files[BUNDLE] = replace(bundle, proof=replace(bundle.proof, index=0, hashes=(), checkpoint=note)).to_bytes()
    line = made.lines[UNITS[0]]
    made.lines[UNITS[0]] = Line(line.sub, line.jti, line.state, 0, line.jws, line.salt)


def test_a_log_of_ones_own_for_one_bank() -> None:
    """The bundle by itself cannot show it. Whoever has the release sees that its log is another one."""
    made = published()
    _another_log(made)
    assert of_bundle(made) == {}
    assert of_release(made) == {"bundles": "V111"}, "the line names the place in the real log"
    bundle = bundle_of(made.files[BUNDLE])
    tree = Tree([leaf_hash(bytes([n])) for n in range(7)])
    tree.append(leaf_hash(rating_entry(bundle.salt, bundle.token)))
    note = sign_note(str(Checkpoint(LOG, 8, tree.root())), LOG, KEYS["log"])
    note = with_lines(note, [cosign(note.text, name, KEYS[name], NOW) for name in WITNESSES])
    hashes = (tree.read(0, 6), tree.read(1, 2), tree.read(2, 0))
    made.files[BUNDLE] = replace(bundle, proof=replace(bundle.proof, index=7, hashes=hashes, checkpoint=note)).to_bytes()
    assert of_release(made) == {"bundles": "V105"}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("tile/0/000.p/10", {"tree": "V111"}),
        ("tile/entries/000.p/10", {"tree": "V104"}),
        (layout.rules_file(RULE), {"files": "V111"}),
        (layout.full_file(2), {"state": "V111"}),
        (layout.TRUST, {"files": "V111"}),
        (layout.bundle_file(UNITS[1]), {"bundles": "V101"}),
    ],
)
def test_one_altered_byte_and_one_missing_file(path: str, wanted: dict[str, str]) -> None:
    made = published()
    data = made.files[path]
    made.files[path] = data[:-1] + bytes([data[-1] ^ 1])
    assert of_release(made).items() >= wanted.items()
    del made.files[path]
    (check,) = wanted
    assert of_release(made)[check] == "V114"


def test_rules_that_were_changed_in_silence() -> None:
    made, path = published(), layout.rules_file(RULE)
    made.files[path] = made.files[path].replace(b"trustworthy", b"excellent")
    _manifest(made)
    assert of_release(made) == {"rules": "V119"}


def test_a_release_of_the_day_before_yesterday() -> None:
    made = published()
    assert of_release(made, NOW + 2 * DAY) == {"fresh": "V107", "states": "V107"}
    assert of_release(made, FIRST)["fresh"] == "V107", "one that is not yet made"


def test_a_manifest_that_points_outside() -> None:
    for name in ("../../secret", "/etc/hostname", "a//b", "a/../../b", "", "a\\b", "ä"):
        made = published()
        payload = jws.read(made.files[layout.MANIFEST].decode().strip(), RELEASE).payload
        for other in ({"full": name}, {"files": {**payload["files"], name: "0" * 64}}):
            made.files[layout.MANIFEST] = sign_manifest({**payload, **other}, RELEASE, "publisher-1", KEYS["publisher"]).encode()
            assert set(of_release(made).values()) & {"V101", "V111"}, name


def _own() -> dict[str, Line]:
    return state_of(published().files[layout.full_file(1)], "full")


def test_deltas_lead_to_the_newest_state() -> None:
    made = published()
    verdict, state, version = follow(_own(), 1, made.fetch, trust())
    assert verdict.holds
    assert (dict(state), version) == (made.lines, 2)
    verdict, state, version = follow({}, 0, made.fetch, trust())
    assert verdict.holds
    assert (dict(state), version) == (made.lines, 2)


def test_a_state_that_was_altered_at_home_is_noticed() -> None:
    made = published()
    for version, start in ((1, _own()), (2, dict(made.lines))):
        for spoiled in ({sub: line for sub, line in start.items() if sub != UNITS[2]}, {**start, "x": start[UNITS[2]]}):
            verdict, state, reached = follow(spoiled, version, made.fetch, trust())
            assert set(codes(verdict).values()) == {"V113"}
            assert (state, reached) == (spoiled, version), "a step that fails is not taken"


def _gone(made: Publication) -> None:
    del made.files[layout.delta_manifest(2)]


def _forged(made: Publication) -> None:
    made.files[layout.delta_file(2)] = packed([])


def _of_version_one(made: Publication) -> None:
    made.files[layout.delta_manifest(2)] = made.files[layout.delta_manifest(1)]


@pytest.mark.parametrize(("spoil", "wanted"), [(_gone, "V114"), (_forged, "V111"), (_of_version_one, "V101")])
def test_a_delta_that_does_not_hold(spoil: Callable[[Publication], None], wanted: str) -> None:
    made = published()
    spoil(made)
    verdict, state, version = follow(_own(), 1, made.fetch, trust())
    assert codes(verdict) == {"delta": wanted}
    assert (state, version) == (_own(), 1)


def test_a_change_that_does_not_fit() -> None:
    spoiled = {sub: line for sub, line in _own().items() if sub != UNITS[0]}
    assert codes(follow(spoiled, 1, published().fetch, trust())[0]) == {"delta": "V112"}


def test_a_publisher_that_was_rewound() -> None:
    assert codes(follow(_own(), 3, published().fetch, trust())[0]) == {"manifest": "V117"}


def test_a_folder_gives_its_own_files_and_nothing_else(tmp_path: Path) -> None:
    inside = write({"a": b"1", "b/c": b"22", "large": b"x" * 100}, tmp_path / "release")
    (tmp_path / "secret").write_bytes(b"secret")
    (inside / "out").symlink_to(tmp_path / "secret")
    (inside / "up").symlink_to(tmp_path)
    (inside / "round").symlink_to(inside / "round")
    (inside / "within").symlink_to(inside / "a")
    os.mkfifo(inside / "pipe")
    fetch = folder(inside, most=99)
    assert (fetch("a"), fetch("b/c"), fetch("within")) == (b"1", b"22", b"1")
    outside = ("out", "up/secret", "../secret", "b/../../secret", str(tmp_path / "secret"), "round", "pipe")
    for path in (*outside, "none", "b", "", ".", "a/", "a\0", "a\n", "x" * 300, "ä", "b\\c"):
        with pytest.raises(ProofError, match="V114"):
            fetch(path)
    with pytest.raises(ProofError, match="V115"):
        fetch("large")


def test_a_trust_file_comes_back() -> None:
    for policy in (trust(), trust(witnesses=(), quorum=0), trust(fresh_hours=1)):
        assert trust_of(policy.to_bytes()) == policy
    assert trust_of(trust().to_bytes().replace(b"\n", b"\r\n")) == trust(), "as an editor on Windows leaves it"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"quorum": 1', '"quorum": 3', "V116"),
        ('"quorum": 1', '"quorum": -1', "V116"),
        ('"quorum": 1', '"quorum": 1.0', "V101"),
        ('"quorum": 1', '"quorum": true', "V101"),
        ('"quorum": 1', '"quorum": 1, "quorum": 0', "V101"),
        ('"quorum": 1', '"quorums": 1', "V101"),
        ('"quorum": 1', '"quorum": ' + "9" * 5000, "V101"),
        ('"fresh_hours": 48', '"fresh_hours": 0', "V116"),
        ('"fresh_hours": 48', '"fresh_hours": NaN', "V101"),
        ('"role": "publisher"', '"role": "log"', "V101"),
        ('"kid": "publisher-1"', '"kid": "issuer-1"', "V101"),
        ('"kid": "publisher-1"', '"kid": 1', "V101"),
        ("university.example/witness+", "university.example/w+", "V101"),
        ('"log": "', '"log": "\\ud800', "V101"),
        (f'"issuer": "{ISSUER}"', '"issuer": "\\ud800"', "V101"),
        ("{", "[", "V101"),
    ],
)
def test_a_trust_file_that_cannot_be_meant(old: str, new: str, code: str) -> None:
    text = trust().to_bytes().decode()
    assert old in text
    with pytest.raises(ProofError, match=code):
        trust_of(text.replace(old, new, 1).encode())


def test_one_witness_is_not_two() -> None:
    one = trust().witnesses[0]
    other = NoteKey("again.example/w", COSIGNATURE, one.public)
    named = NoteKey(one.name, COSIGNATURE, key(8).public)
    for pair in ((one, one), (one, other), (one, named)):
        with pytest.raises(ProofError, match="V101"):
            trust_of(trust(witnesses=pair).to_bytes())
