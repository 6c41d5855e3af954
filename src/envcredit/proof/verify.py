"""Verifies one result or a whole release against a policy. Opens no socket; files come through a function, time as a number.

One error type inside (``ProofError``), none outside: a :class:`Verdict` says what was checked and what failed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from envcredit.proof import jws, layout
from envcredit.proof.bundle import Bundle, bundle_of
from envcredit.proof.encoding import bytes_of_base64url, text_of
from envcredit.proof.entries import rating_entry, snapshot_entry, status_list_entry
from envcredit.proof.feed import DELTA, RELEASE, Line, applied, changes_of, digest_of_state, state_of
from envcredit.proof.merkle import leaf_hash, root_of
from envcredit.proof.note import Checkpoint, Note, checkpoint_of, note_of, witnessed
from envcredit.proof.refusal import refused
from envcredit.proof.result import Result, check_result
from envcredit.proof.statuslist import State, StatusToken, check_status_list
from envcredit.proof.tiles import reader
from envcredit.proof.trust import Trust
from envcredit.proof.verdict import Verdict

Fetch = Callable[[str], bytes]
"""Gives the bytes of a file of a release by its path; raises ``ProofError`` (V114) if it is not there."""
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Shown:
    """A result that was verified. ``state`` is none where no status list was at hand."""

    result: Result
    state: State | None
    index: int
    witnesses: Mapping[str, int]


def verify_bundle(data: bytes, trust: Trust, moment: int, fetch: Fetch | None = None) -> tuple[Verdict, Shown | None]:
    """Whether a bundle shows a result. ``moment``: the time to judge by, in seconds. ``fetch``: where its status list is."""
    verdict = Verdict()
    bundle: Bundle | None = None
    with verdict.check("form"):
        bundle = bundle_of(data)
    if bundle is None:
        return verdict, None
    result: Result | None = None
    with verdict.check("result"):
        result = signed_result(bundle.token, trust)
    with verdict.check("inclusion", index=bundle.proof.index):
        bundle.checkpoint()
    with verdict.check("log", origin=trust.log.name):
        check_log(bundle.proof.checkpoint, trust)
    times: Mapping[str, int] = {}
    with verdict.check("witnesses", quorum=trust.quorum):
        times = check_witnesses(bundle.proof.checkpoint, trust)
    if result is None:
        return verdict, None
    with verdict.check("expiry"):
        check_expiry(result, moment)
    state: State | None = None
    if fetch is None:
        verdict.notes.append("no_status")
    else:
        with verdict.check("status"):
            state = state_at(result, trust, moment, fetch)
    return verdict, Shown(result, state, bundle.proof.index, times)


def signed_result(token: str, trust: Trust) -> Result:
    """A result of the trusted issuer, signed while its key counted. Raises ``ProofError`` (V101 to V103, V107)."""
    result = check_result(token, trust.of("issuer"))
    if result.iss != trust.issuer:
        raise refused("V103", what="iss", key=result.iss[:80])
    trust.check_time(jws.read(token, "envrating+jwt").key, result.iat, "result")
    if not result.iat < result.exp:
        raise refused("V101", what="result", why="exp")
    return result


def check_log(note: Note, trust: Trust) -> Checkpoint:
    """A checkpoint of the trusted log. Raises ``ProofError`` (V101 to V103)."""
    found = checkpoint_of(note.text)
    if found.origin != trust.log.name or not note.signed_by(trust.log):
        raise refused("V103", what="checkpoint", key=found.origin[:80])
    return found


def check_witnesses(note: Note, trust: Trust) -> Mapping[str, int]:
    """When each witness signed. Raises ``ProofError``: V106 too few of them, V102 a signature that does not hold."""
    found = witnessed(note, trust.witnesses)
    if len(found) < trust.quorum:
        raise refused("V106", found=len(found), needed=trust.quorum)
    return found


def check_expiry(result: Result, moment: int) -> None:
    """Raises ``ProofError`` (V108): a result that has expired counts for nothing, whatever its state."""
    if not result.iat <= moment < result.exp:
        raise refused("V108", what=result.jti, last=result.exp, moment=moment)


def state_at(result: Result, trust: Trust, moment: int, fetch: Fetch) -> State:
    """The state of a result at a moment, from the list that was signed for it.

    Raises ``ProofError``: V107 no list of that moment, V110, V101 to V103, V114.
    """
    place = result.status.status_list
    return status_list_at(place.uri, trust, moment, fetch).at(place.idx, moment)


def status_list_at(uri: str, trust: Trust, moment: int, fetch: Fetch) -> StatusToken:
    """The list of that moment: today's, or the last one that had been issued by then."""
    prefix = f"{trust.issuer}/"
    path = uri.removeprefix(prefix)
    if path == uri:
        raise refused("V103", what="status list", key=uri[:80])
    token = fetch(layout.status_file(path)).decode("ascii", "replace")
    found = check_status_list(token, uri, trust.of("publisher"))
    if moment < found.issued:
        token = fetch(layout.past_status_file(path, _issued_by(moment, fetch(layout.status_times(path))))).decode(
            "ascii", "replace"
        )
        found = check_status_list(token, uri, trust.of("publisher"))
    trust.check_time(jws.read(token, "statuslist+jwt").key, found.issued, "status list")
    return found


def _issued_by(moment: int, data: bytes) -> int:
    """The last time before a moment at which a list was issued. Raises ``ProofError``: V101 form, V107 there was none."""
    what = "status/index.json"
    try:
        issued = json.loads(text_of(data, what))["issued"]
        times = [each for each in issued if each <= moment]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise refused("V101", what=what, why="issued") from error
    if not times or not all(type(each) is int for each in times):
        raise refused("V107", what="status list", first=0, last=0, moment=moment)
    return int(max(times))


@dataclass(frozen=True, slots=True)
class _Looked:
    """By whose policy, at which moment, and where."""

    trust: Trust
    moment: int
    fetch: Fetch


@dataclass(frozen=True, slots=True)
class Release:
    """A release that was verified: its manifest, the lines by unit, and their results."""

    manifest: Mapping[str, Any]
    lines: Mapping[str, Line]
    results: Mapping[str, Result]


def verify_release(fetch: Fetch, trust: Trust, moment: int) -> tuple[Verdict, Release | None]:
    """Whether a whole release is what it says: every signature, every file, every entry of the log, every state.

    Memory: the whole state and the log's hashes are held. The results come back only if everything holds.
    """
    verdict = Verdict()
    manifest: Mapping[str, Any] = {}
    with verdict.check("manifest"):
        manifest = signed_manifest(fetch(layout.MANIFEST), RELEASE, trust)
    if not manifest:
        return verdict, None
    with verdict.check("fresh", hours=trust.fresh_hours):
        if not manifest["iat"] <= moment <= manifest["iat"] + trust.fresh_hours * HOUR:
            raise refused(
                "V107", what="release", first=manifest["iat"], last=manifest["iat"] + trust.fresh_hours * HOUR, moment=moment
            )
    checkpoint, entries = _check_whole_log(verdict, fetch, trust, manifest)
    lines: Mapping[str, Line] = {}
    with verdict.check("state", rows=manifest["rows"]):
        lines = state_of(_file(fetch, manifest, manifest["full"]), manifest["full"])
        if digest_of_state(lines) != manifest["state"] or len(lines) != manifest["rows"]:
            raise refused("V111", path=manifest["full"])
    results = _check_results(verdict, lines, entries, trust)
    with verdict.check("status"):
        lists = _logged_lists(results, _Looked(trust, moment, fetch), entries)
        _check_states(verdict, lines, results, lists, moment)
    _check_bundles(verdict, lines, trust, fetch)
    _check_files(verdict, fetch, manifest)
    if checkpoint and entries:
        with verdict.check("snapshot", version=manifest["version"]):
            expected = snapshot_entry(manifest["version"], manifest["state"].removeprefix("sha256:"), manifest["rows"])
            if leaf_hash(expected) not in entries:
                raise refused("V104", index=checkpoint.size - 1)
    return verdict, Release(manifest, lines, results) if verdict.holds else None


def signed_manifest(data: bytes, kind: str, trust: Trust) -> Mapping[str, Any]:
    """The payload of a manifest of the trusted publisher. Raises ``ProofError`` (V101 to V103, V107)."""
    token = data.decode("ascii", "replace").removesuffix("\n")
    found = jws.check(token, kind, trust.of("publisher"))
    payload = found.payload
    if payload.get("iss") != trust.issuer:
        raise refused("V103", what="iss", key=str(payload.get("iss"))[:80])
    layout.check_manifest(payload, kind)
    trust.check_time(found.key, payload["iat"], kind)
    return payload


def follow(state: Mapping[str, Line], version: int, fetch: Fetch, trust: Trust) -> tuple[Verdict, Mapping[str, Line], int]:
    """Leads a bank's own state from ``version`` to the newest, delta by delta; each must end in the state that it promises.

    A step that fails is not taken: what comes back is the last state that holds, and its version.
    """
    verdict = Verdict()
    newest = 0
    with verdict.check("manifest"):
        newest = signed_manifest(fetch(layout.MANIFEST), RELEASE, trust)["version"]
        if newest < version:
            raise refused("V117", version=version, newest=newest)
    while verdict.holds and version < newest:
        with verdict.check("delta", version=version + 1):
            manifest = signed_manifest(fetch(layout.delta_manifest(version + 1)), DELTA, trust)
            if (manifest["from"], manifest["to"]) != (version, version + 1):
                raise refused("V101", what=DELTA, why="from")
            changes = changes_of(_file(fetch, manifest, layout.delta_file(version + 1)), "delta")
            after = applied(state, changes)
            if digest_of_state(after) != manifest["state"] or len(changes) != manifest["changes"]:
                raise refused("V113", version=version + 1)
            state, version = after, version + 1
    return verdict, state, version


def _check_whole_log(
    verdict: Verdict, fetch: Fetch, trust: Trust, manifest: Mapping[str, Any]
) -> tuple[Checkpoint | None, dict[bytes, int]]:
    """The checkpoint, and the place of every leaf's hash in the log; the root over all of them was worked out again."""
    checkpoint: Checkpoint | None = None
    places: dict[bytes, int] = {}
    with verdict.check("log", origin=trust.log.name):
        note = note_of(fetch(layout.CHECKPOINT))
        checkpoint = check_log(note, trust)
        if (checkpoint.size, checkpoint.root.hex()) != (manifest["log"]["size"], manifest["log"]["root"]):
            raise refused("V111", path=layout.CHECKPOINT)
    with verdict.check("witnesses", quorum=trust.quorum):
        check_witnesses(note_of(fetch(layout.CHECKPOINT)), trust)
    if checkpoint is None:
        return None, places
    with verdict.check("tree", size=checkpoint.size):
        leaves = layout.leaves(fetch, checkpoint.size)
        if (
            root_of(reader(fetch, checkpoint.size), checkpoint.size) != checkpoint.root
            or layout.root_over(leaves) != checkpoint.root
        ):
            raise refused("V104", index=checkpoint.size - 1)
        places = {leaf: place for place, leaf in enumerate(leaves)}
    return checkpoint, places


def _check_results(verdict: Verdict, lines: Mapping[str, Line], entries: Mapping[bytes, int], trust: Trust) -> dict[str, Result]:
    found: dict[str, Result] = {}
    with verdict.check("results", rows=len(lines)):
        for line in lines.values():
            result = signed_result(line.jws, trust)
            if (result.sub, result.jti) != (line.sub, line.jti):
                raise refused("V101", what="line", why=line.sub[:40])
            entry = leaf_hash(rating_entry(bytes_of_base64url(line.salt, "salt"), line.jws))
            if entries.get(entry) != line.index:
                raise refused("V104", index=line.index)
            found[line.sub] = result
    return found


def _logged_lists(results: Mapping[str, Result], looked: _Looked, entries: Mapping[bytes, int]) -> dict[str, StatusToken]:
    """The status lists of some results, which were logged themselves."""
    found: dict[str, StatusToken] = {}
    for uri in sorted({result.status.status_list.uri for result in results.values()}):
        found[uri] = status_list_at(uri, looked.trust, looked.moment, looked.fetch)
        path = layout.status_file(uri.removeprefix(f"{looked.trust.issuer}/"))
        if leaf_hash(status_list_entry(uri, sha256(looked.fetch(path)).hexdigest())) not in entries:
            raise refused("V104", index=0)
    return found


def _check_states(
    verdict: Verdict, lines: Mapping[str, Line], results: Mapping[str, Result], lists: Mapping[str, StatusToken], moment: int
) -> None:
    """That the lists say of every result what its line says."""
    with verdict.check("states", rows=len(results)):
        for sub, result in results.items():
            place = result.status.status_list
            if lists[place.uri].at(place.idx, moment) != lines[sub].state:
                raise refused("V118", sub=sub, state=int(lines[sub].state))


def _check_bundles(verdict: Verdict, lines: Mapping[str, Line], trust: Trust, fetch: Fetch) -> None:
    """That each unit's bundle shows the token of its line. Many bundles have the same checkpoint, which is looked at once."""
    seen: set[str] = set()
    with verdict.check("bundles", rows=len(lines)):
        for line in lines.values():
            bundle = bundle_of(fetch(layout.bundle_file(line.sub)))
            if (bundle.token, bundle.proof.index) != (line.jws, line.index):
                raise refused("V111", path=layout.bundle_file(line.sub))
            bundle.checkpoint()
            if str(bundle.proof.checkpoint) not in seen:
                check_log(bundle.proof.checkpoint, trust)
                check_witnesses(bundle.proof.checkpoint, trust)
                seen.add(str(bundle.proof.checkpoint))


def _check_files(verdict: Verdict, fetch: Fetch, manifest: Mapping[str, Any]) -> None:
    with verdict.check("files", files=len(manifest["files"])):
        for path in manifest["files"]:
            _file(fetch, manifest, path)


def _file(fetch: Fetch, manifest: Mapping[str, Any], path: str) -> bytes:
    """A file that a manifest names by its digest. Raises ``ProofError`` (V111, V114)."""
    data = fetch(path)
    if sha256(data).hexdigest() != manifest["files"].get(path):
        raise refused("V111", path=path)
    return data
