"""A small publication made by hand from the parts of ``envcredit.proof``: three units, two versions, two witnesses.

Nothing of ``envcredit.release`` is used, so that what verifies is tried against something else than what publishes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from envcredit.proof import layout
from envcredit.proof.bundle import Bundle
from envcredit.proof.encoding import base64url_of
from envcredit.proof.entries import key_entry, rating_entry, rules_entry, snapshot_entry, status_list_entry
from envcredit.proof.feed import DELTA, RELEASE, Line, changes_between, digest_of_state, packed, sign_manifest
from envcredit.proof.inclusion import Inclusion
from envcredit.proof.merkle import Tree, inclusion_proof, leaf_hash
from envcredit.proof.note import COSIGNATURE, ED25519, Checkpoint, Note, NoteKey, cosign, sign_note, with_lines
from envcredit.proof.refusal import refused
from envcredit.proof.result import Result, result_of, sign_result
from envcredit.proof.rules import PackClause, PackGrade, PackRule, RulePack, Words
from envcredit.proof.signers import KeyFile
from envcredit.proof.statuslist import State, StatusList, StatusToken, sign_status_list
from envcredit.proof.tiles import entries_path, entry_bundle, tile, tile_path, tiles_of
from envcredit.proof.trust import Trust, TrustedKey

DAY = 86_400
FIRST = 1_795_000_000
"""When the first version is published; the second follows a day later."""
NOW = FIRST + DAY + 600
ISSUER, LOG = "https://rating.example.gov.cn", "rating.example.gov.cn/log"
RULE = f"sha256:{'7' * 64}"
WITNESSES = ("bank.example/witness", "university.example/witness")


def key(seed: int) -> KeyFile:
    """A key that is the same each time."""
    return KeyFile(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


KEYS = {"issuer": key(1), "publisher": key(2), "log": key(3), WITNESSES[0]: key(4), WITNESSES[1]: key(5)}


def trust(**other: object) -> Trust:
    """Whom a bank believes."""
    keys = tuple(TrustedKey(f"{role}-1", role, KEYS[role].public) for role in ("issuer", "publisher"))  # type: ignore[arg-type]
    witnesses = tuple(NoteKey(name, COSIGNATURE, KEYS[name].public) for name in WITNESSES)
    return Trust(
        **{  # type: ignore[arg-type]
            "issuer": ISSUER,
            "keys": keys,
            "log": NoteKey(LOG, ED25519, KEYS["log"].public),
            "witnesses": witnesses,
            "quorum": 1,
            **other,
        }
    )


def pack() -> RulePack:
    """The rules by which the units were rated."""
    both = Words(zh="生态环境处罚", en="Environmental penalty")
    clause = PackClause(
        title=Words(zh="示范办法", en="Model measures"),
        number="",
        article="12",
        words=Words(zh="条", en="article"),
        basis="model",
    )
    return RulePack(
        scheme="model/enterprise",
        rule=RULE,
        title=Words(zh="示范评价办法", en="Model scheme"),
        authority=Words(zh="示范市生态环境局", en="Bureau of a model city"),
        status="complete",
        better="higher",
        grades=(
            PackGrade(grade="green", words=Words(zh="环保诚信", en="trustworthy")),
            PackGrade(grade="yellow", words=Words(zh="环保警示", en="warned")),
        ),
        rules={"penalty": PackRule(words=both, clause="measures/12")},
        clauses={"measures/12": clause},
        files={"scheme.yaml": "x"},
    )


def result(index: int, sub: str, seq: int, moment: int) -> Result:
    """A result of a unit."""
    reason = {"rule": "penalty", "clause": "measures/12", "effect": "deduct", "facts": 2, "points": "-20", "until": "2027-03-01"}
    return result_of(
        {
            "iss": ISSUER,
            "jti": f"urn:envrating:{index}",
            "iat": moment,
            "exp": moment + 365 * DAY,
            "sub": sub,
            "unit": {"id": sub, "name": f"示范{index}有限公司"},
            "seq": seq,
            "scheme": "model/enterprise",
            "rule": RULE,
            "inputs": f"sha256:{'1' * 64}",
            "run": f"sha256:{'2' * 64}",
            "digest": f"sha256:{index:064x}",
            "as_of": "2026-09-30",
            "known_at": "2026-10-10T00:00:00Z",
            "rated": "rated",
            "grade": "yellow",
            "score": "58.50",
            "reasons": [reason],
            "status": {"status_list": {"idx": index, "uri": layout.status_uri(ISSUER, 1)}},
            "publish_until": "2027-03-01",
        }
    )


@dataclass
class Publication:
    """A publisher in memory: its log, what is public, and the files of the release."""

    files: dict[str, bytes] = field(default_factory=dict)
    entries: list[bytes] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)
    lines: dict[str, Line] = field(default_factory=dict)
    states: StatusList = field(default_factory=lambda: StatusList(64))
    version: int = 0

    def fetch(self, path: str) -> bytes:
        """As a verifier reads it."""
        if path not in self.files:
            raise refused("V114", path=path)
        return self.files[path]

    def log(self, entry: bytes) -> int:
        """Adds an entry."""
        self.entries.append(entry)
        return self.tree.append(leaf_hash(entry))

    def publish(self, results: list[Result], moment: int, states: Mapping[int, State] | None = None) -> None:
        """Another version, with these results in place of the units' earlier ones, and these states by index."""
        before, self.version = dict(self.lines), self.version + 1
        for index, state in (states or {}).items():
            self.states[index] = state
        for each in results:
            token, salt = sign_result(each, "issuer-1", KEYS["issuer"]), sha256(each.jti.encode()).digest()[:16]
            place = self.log(rating_entry(salt, token))
            self.lines[each.sub] = Line(each.sub, each.jti, State.IN_FORCE, place, token, base64url_of(salt))
        self._delta(before, moment)
        self._status(moment)
        self.log(snapshot_entry(self.version, digest_of_state(self.lines).removeprefix("sha256:"), len(self.lines)))
        note = self._log_files(moment)
        self.files |= {layout.bundle_file(each.sub): self.bundle(each.sub, note) for each in results}
        self.files[layout.full_file(self.version)] = packed(self.lines[sub].to_bytes() for sub in sorted(self.lines))
        self.files[layout.TRUST] = trust().to_bytes()
        self._manifest(moment)

    def bundle(self, sub: str, note: Note) -> bytes:
        """A unit's bundle under the newest checkpoint."""
        line = self.lines[sub]
        hashes = tuple(inclusion_proof(self.tree.read, line.index, self.tree.size))
        salt = next(sha256(f"urn:envrating:{n}".encode()).digest()[:16] for n in range(99) if line.jti == f"urn:envrating:{n}")
        return Bundle(line.jws, salt, Inclusion(line.index, hashes, note)).to_bytes()

    def _status(self, moment: int) -> None:
        uri = layout.status_uri(ISSUER, 1)
        token = sign_status_list(StatusToken(uri, moment, moment + DAY, self.states), 3600, "publisher-1", KEYS["publisher"])
        times = json.loads(self.files.get(layout.status_times("status/1"), b'{"issued":[]}'))["issued"]
        self.files[layout.status_times("status/1")] = json.dumps({"issued": [*times, moment]}).encode()
        self.files[layout.past_status_file("status/1", moment)] = token.encode()
        self.files[layout.status_file("status/1")] = token.encode()
        self.log(status_list_entry(uri, sha256(token.encode()).hexdigest()))

    def _delta(self, before: Mapping[str, Line], moment: int) -> None:
        changes = changes_between(before, self.lines)
        path, data = layout.delta_file(self.version), packed(change.to_bytes() for change in changes)
        payload = {
            "iss": ISSUER,
            "iat": moment,
            "from": self.version - 1,
            "to": self.version,
            "changes": len(changes),
            "state": digest_of_state(self.lines),
            "files": {path: sha256(data).hexdigest()},
        }
        self.files[path] = data
        self.files[layout.delta_manifest(self.version)] = sign_manifest(payload, DELTA, "publisher-1", KEYS["publisher"]).encode()

    def _log_files(self, moment: int) -> Note:
        size = self.tree.size
        for level, index, width in tiles_of(size):
            self.files[tile_path(level, index, width)] = tile(self.tree.read, level, index, width)
            if level == 0:
                self.files[entries_path(index, width)] = entry_bundle(self.entries[index * 256 : index * 256 + width])
        note = sign_note(str(Checkpoint(LOG, size, self.tree.root())), LOG, KEYS["log"])
        note = with_lines(note, [cosign(note.text, name, KEYS[name], moment) for name in WITNESSES])
        self.files[layout.CHECKPOINT] = note.to_bytes()
        return note

    def _manifest(self, moment: int) -> None:
        named = [layout.full_file(self.version), layout.TRUST, layout.rules_file(RULE)]
        payload = {
            "iss": ISSUER,
            "iat": moment,
            "version": self.version,
            "full": layout.full_file(self.version),
            "state": digest_of_state(self.lines),
            "rows": len(self.lines),
            "files": {path: sha256(self.files[path]).hexdigest() for path in named},
            "log": {"size": self.tree.size, "root": self.tree.root().hex()},
            "oldest_delta": 1,
        }
        self.files[layout.MANIFEST] = sign_manifest(payload, RELEASE, "publisher-1", KEYS["publisher"]).encode() + b"\n"


FIRST_BUNDLE = "kept-by-the-bank.txt"
UNITS = ("91500000MA5U000001", "91500000MA5U000002", "园区-3")


@cache
def _published() -> Publication:
    made = Publication()
    data = pack().to_bytes()
    made.files[layout.rules_file(RULE)] = data
    made.log(key_entry("created", "issuer-1", "issuer", base64url_of(KEYS["issuer"].public), FIRST))
    made.log(rules_entry("model/enterprise", RULE, sha256(data).hexdigest()))
    made.publish([result(n, sub, 1, FIRST) for n, sub in enumerate(UNITS)], FIRST)
    made.files[FIRST_BUNDLE] = made.files[layout.bundle_file(UNITS[0])]
    made.publish([result(3, UNITS[0], 2, FIRST + DAY)], FIRST + DAY, {0: State.SUPERSEDED})
    return made


def published() -> Publication:
    """Three units; on the second day the first of them got another result, which superseded its first one."""
    made = _published()
    return Publication(
        dict(made.files),
        list(made.entries),
        Tree(map(leaf_hash, made.entries)),
        dict(made.lines),
        StatusList(bits=4, data=made.states.to_bytes()),
        made.version,
    )


def write(files: Mapping[str, bytes], folder: Path) -> Path:
    """The files as a folder."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder
