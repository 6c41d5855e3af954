"""A publisher's own release folder, read again for exports and notices: signed by its own keys, and unaltered."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from envcredit.proof import layout
from envcredit.proof.feed import RELEASE, Line, state_of
from envcredit.proof.folders import folder as release_folder
from envcredit.proof.refusal import refused
from envcredit.proof.trust import trust_of
from envcredit.proof.verify import signed_manifest
from envcredit.release.standing import Published, published_of


def read_published(folder: Path) -> Published:
    """What is public in a release folder. Raises as :func:`read_state` does."""
    return read_state(folder)[1]


def read_state(folder: Path) -> tuple[dict[str, Line], Published]:
    """The lines of a release folder by unit, and what they say.

    Raises ``ProofError`` (V101 to V103, V111, V114) if it is not what was signed.
    """
    fetch = release_folder(folder)
    manifest = signed_manifest(fetch(layout.MANIFEST), RELEASE, trust_of(fetch(layout.TRUST)))
    files = {path: fetch(path) for path in manifest["files"] if path == manifest["full"] or path.startswith("rules/")}
    for path, data in files.items():
        if sha256(data).hexdigest() != manifest["files"][path]:
            raise refused("V111", path=path)
    lines = state_of(files.pop(manifest["full"]), manifest["full"])
    packs = {f"sha256:{Path(path).stem}": data for path, data in files.items()}
    return lines, published_of(manifest["version"], manifest["iat"], manifest["iss"], lines, packs)
