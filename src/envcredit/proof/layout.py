"""Where everything lies in a release folder, and what its manifests state. Any web server or object store can serve it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from envcredit.proof.feed import DELTA, RELEASE
from envcredit.proof.merkle import leaf_hash
from envcredit.proof.refusal import refused
from envcredit.proof.tiles import WIDTH, entries_in, entries_path

MANIFEST, CHECKPOINT, TRUST, JWKS, INDEX, PAGE = (
    "release.jwt",
    "checkpoint",
    "trust.json",
    ".well-known/jwks.json",
    "index.json",
    "index.html",
)
_HEX, _DIGEST = re.compile(r"[0-9a-f]{64}"), re.compile(r"sha256:[0-9a-f]{64}")
_PATH = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_FIELDS: Mapping[str, Mapping[str, type]] = {
    RELEASE: {
        "iss": str,
        "iat": int,
        "version": int,
        "full": str,
        "state": str,
        "rows": int,
        "files": dict,
        "log": dict,
        "oldest_delta": int,
    },
    DELTA: {"iss": str, "iat": int, "from": int, "to": int, "changes": int, "state": str, "files": dict},
}


SECOND = "release.sm2.json"
"""The manifest with its second signature, where the publisher has such a key."""


def full_file(version: int, ending: str = "ndjson.gz") -> str:
    """The whole state of a version."""
    return f"full/{version}.{ending}"


def delta_file(version: int) -> str:
    """What changed with a version."""
    return f"delta/{version}.ndjson.gz"


def delta_manifest(version: int) -> str:
    """The manifest of a delta."""
    return f"delta/{version}.jwt"


def bundle_file(sub: str) -> str:
    """The bundle of a unit's current result. The name is a digest, since a unit's id may be any text."""
    name = sha256(sub.encode()).hexdigest()[:32]
    return f"bundle/{name[:2]}/{name}.txt"


def rules_file(digest: str) -> str:
    """The rule pack of a rule digest (``sha256:…``)."""
    return f"rules/{digest.removeprefix('sha256:')}.json"


def status_uri(issuer: str, number: int) -> str:
    """The address of a status list."""
    return f"{issuer}/status/{number}"


def status_file(path: str) -> str:
    """The file of today's status list. Raises ``ProofError`` (V101) for a path that leads elsewhere."""
    if not re.fullmatch(r"status/[1-9][0-9]{0,6}", path):
        raise refused("V101", what="status list", why=path[:80])
    return f"{path}.jwt"


def past_status_file(path: str, issued: int) -> str:
    """The list that was issued at a moment (seconds)."""
    return f"{status_file(path).removesuffix('.jwt')}/{issued}.jwt"


def status_times(path: str) -> str:
    """When lists were issued: ``{"issued": [seconds, …]}`` in ascending order."""
    return f"{status_file(path).removesuffix('.jwt')}/index.json"


def check_manifest(payload: Mapping[str, Any], kind: str) -> None:
    """Raises ``ProofError`` (V101) if a manifest does not state what it must, or names a path outside the folder."""
    fields = _FIELDS[kind]
    wrong = [name for name, of in fields.items() if type(payload.get(name)) is not of]
    if wrong or payload.keys() != fields.keys():
        raise refused("V101", what=kind, why=", ".join(wrong) or "fields")
    files = payload["files"]
    paths = all(_PATH.fullmatch(path) and ".." not in path.split("/") for path in files)
    if not paths or not all(isinstance(digest, str) and _HEX.fullmatch(digest) for digest in files.values()):
        raise refused("V101", what=kind, why="files")
    if not _DIGEST.fullmatch(payload["state"]):
        raise refused("V101", what=kind, why="state")
    if kind == RELEASE:
        log = payload["log"]
        if log.keys() != {"size", "root"} or type(log["size"]) is not int or not _HEX.fullmatch(str(log["root"])):
            raise refused("V101", what=kind, why="log")


def entries(fetch: Callable[[str], bytes], size: int) -> list[bytes]:
    """Every entry of a log of ``size``. Raises ``ProofError`` (V101, V114)."""
    found: list[bytes] = []
    for index in range((size + WIDTH - 1) // WIDTH):
        width = min(WIDTH, size - index * WIDTH)
        path = entries_path(index, width)
        rows = entries_in(fetch(path), path)
        if len(rows) != width:
            raise refused("V101", what=path, why="length")
        found += rows
    return found


def leaves(fetch: Callable[[str], bytes], size: int) -> list[bytes]:
    """The hash of every entry, worked out from the entries themselves."""
    return [leaf_hash(entry) for entry in entries(fetch, size)]
