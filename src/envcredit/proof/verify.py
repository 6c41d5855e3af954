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
from envcredit.proof.entries import rating_entry, rules_entry, snapshot_entry, status_list_entry
from envcredit.proof.feed import DELTA, RELEASE, Line, applied, changes_of, digest_of_state, state_of
from envcredit.proof.merkle import Tree, leaf_hash
from envcredit.proof.note import Checkpoint, Note, checkpoint_of, note_of, witnessed
from envcredit.proof.refusal import refused
from envcredit.proof.result import Result, check_result
from envcredit.proof.rules import rule_pack_of
from envcredit.proof.statuslist import State, StatusToken, check_status_list
from envcredit.proof.tiles import tile, tile_path, tiles_of
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
    if not trust.quorum:
        verdict.notes.append("no_witnesses")
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
    log = _check_whole_log(verdict, fetch, trust, manifest)
    entries = log.places if log else {}
    lines: Mapping[str, Line] = {}
    with verdict.check("state", rows=manifest["rows"]):
        lines = state_of(_file(fetch, manifest, manifest["full"]), manifest["full"])
        if digest_of_state(lines) != manifest["state"] or len(lines) != manifest["rows"]:
            raise refused("V111", path=manifest["full"])
    results = _check_results(verdict, lines, entries, trust)
    with verdict.check("status"):
        lists = _logged_lists(results, _Looked(trust, moment, fetch), entries)
        _check_states(verdict, lines, results, lists, moment)
    _check_rules(verdict, results, fetch, entries)
    _check_bundles(verdict, lines, _Looked(trust, moment, fetch), log)
    _check_files(verdict, fetch, manifest)
    with verdict.check("snapshot", version=manifest["version"]):
        expected = snapshot_entry(manifest["version"], manifest["state"].removeprefix("sha256:"), manifest["rows"])
        if leaf_hash(expected) not in entries:
            raise refused("V119", what="snapshot")
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
    release: Mapping[str, Any] = {}
    with verdict.check("manifest"):
        release = signed_manifest(fetch(layout.MANIFEST), RELEASE, trust)
        if release["version"] < version:
            raise refused("V117", version=version, newest=release["version"])
    while verdict.holds and version < release["version"]:
        with verdict.check("delta", version=version + 1):
            manifest = signed_manifest(fetch(layout.delta_manifest(version + 1)), DELTA, trust)
            if (manifest["from"], manifest["to"]) != (version, version + 1):
                raise refused("V101", what=DELTA, why="from")
            changes = changes_of(_file(fetch, manifest, layout.delta_file(version + 1)), "delta")
            after = applied(state, changes)
            if digest_of_state(after) != manifest["state"] or len(changes) != manifest["changes"]:
                raise refused("V113", version=version + 1)
            state, version = after, version + 1
    if verdict.holds:
        with verdict.check("reached", version=version):
            if digest_of_state(state) != release["state"] or len(state) != release["rows"]:
                raise refused("V113", version=version)
    return verdict, state, version


@dataclass(frozen=True, slots=True)
class _Log:
    """A log that was worked out again from its entries: its checkpoint, its tree, and the place of each leaf's hash."""

    checkpoint: Checkpoint
    tree: Tree
    places: Mapping[bytes, int]


def _check_whole_log(verdict: Verdict, fetch: Fetch, trust: Trust, manifest: Mapping[str, Any]) -> _Log | None:
    """The log, if its checkpoint is signed and follows from the entries, and every tile with it."""
    note: Note | None = None
    with verdict.check("log", origin=trust.log.name):
        note = note_of(fetch(layout.CHECKPOINT))
        found = check_log(note, trust)
        if (found.size, found.root.hex()) != (manifest["log"]["size"], manifest["log"]["root"]):
            raise refused("V111", path=layout.CHECKPOINT)
    if note is None:
        return None
    with verdict.check("witnesses", quorum=trust.quorum):
        check_witnesses(note, trust)
    if not trust.quorum:
        verdict.notes.append("no_witnesses")
    with verdict.check("tree", size=manifest["log"]["size"]):
        checkpoint = checkpoint_of(note.text)
        leaves = layout.leaves(fetch, checkpoint.size)
        tree = Tree(leaves)
        if tree.root() != checkpoint.root:
            raise refused("V104", index=checkpoint.size - 1)
        for level, index, width in tiles_of(checkpoint.size):
            path = tile_path(level, index, width)
            if fetch(path) != tile(tree.read, level, index, width):
                raise refused("V111", path=path)
        return _Log(checkpoint, tree, {leaf: place for place, leaf in enumerate(leaves)})
    return None


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
            raise refused("V119", what=path)
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


def _check_rules(verdict: Verdict, results: Mapping[str, Result], fetch: Fetch, entries: Mapping[bytes, int]) -> None:
    """That the rules which results name were published and logged."""
    packs = sorted({(result.scheme, result.rule) for result in results.values()})
    with verdict.check("rules", packs=len(packs)):
        for scheme, rule in packs:
            path = layout.rules_file(rule)
            data = fetch(path)
            pack = rule_pack_of(data)
            if (pack.scheme, pack.rule) != (scheme, rule):
                raise refused("V111", path=path)
            if leaf_hash(rules_entry(scheme, rule, sha256(data).hexdigest())) not in entries:
                raise refused("V119", what=path)


def _check_bundles(verdict: Verdict, lines: Mapping[str, Line], looked: _Looked, log: _Log | None) -> None:
    """That each unit's bundle shows the token of its line, under a checkpoint that today's log has grown from.

    Many bundles have the same checkpoint, which is looked at once.
    """
    seen: set[str] = set()
    with verdict.check("bundles", rows=len(lines)):
        for line in lines.values():
            bundle = bundle_of(looked.fetch(layout.bundle_file(line.sub)))
            if (bundle.token, bundle.proof.index) != (line.jws, line.index):
                raise refused("V111", path=layout.bundle_file(line.sub))
            bundle.checkpoint()
            if str(bundle.proof.checkpoint) not in seen:
                found = check_log(bundle.proof.checkpoint, looked.trust)
                check_witnesses(bundle.proof.checkpoint, looked.trust)
                if log is None or found.size > log.tree.size or log.tree.root(found.size) != found.root:
                    raise refused("V105", old=found.size, new=log.tree.size if log else 0)
                seen.add(str(bundle.proof.checkpoint))


def _check_files(verdict: Verdict, fetch: Fetch, manifest: Mapping[str, Any]) -> None:
    with verdict.check("files", files=len(manifest["files"])):
        for path in manifest["files"]:
            _file(fetch, manifest, path)


def _file(fetch: Fetch, manifest: Mapping[str, Any], path: str) -> bytes:
    """A file that a manifest names by its digest. Raises ``ProofError`` (V111, V114)."""
    digest = manifest["files"].get(path)
    if digest is None:
        raise refused("V111", path=path)
    data = fetch(path)
    if sha256(data).hexdigest() != digest:
        raise refused("V111", path=path)
    return data
