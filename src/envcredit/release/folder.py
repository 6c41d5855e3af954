"""The release folder: everything in it follows from the ledger, so it can be written again, byte for byte."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import InputError
from envcredit.proof import layout
from envcredit.proof.bundle import Bundle
from envcredit.proof.feed import RELEASE, Line, packed, sign_manifest
from envcredit.proof.inclusion import Inclusion
from envcredit.proof.jws import stated
from envcredit.proof.merkle import inclusion_proof
from envcredit.proof.note import Note, note_of
from envcredit.proof.sm2 import second_signature
from envcredit.proof.tiles import entries_path, entry_bundle, tile, tile_path, tiles_of
from envcredit.release.guard import sync_folder, write_durably
from envcredit.release.keys import KeyRing
from envcredit.release.ledger import SHOWN, Ledger, Row, Version

Pages = Callable[[Version, Note, Mapping[str, Line], Mapping[str, bytes]], Mapping[str, bytes]]
"""Further files by path: from the version, its checkpoint, the public state, and rule packs by rule digest."""

_FEW = 256
_HEADS = "SELECT number, note, size FROM signed JOIN version USING (number)"
_COLUMNS = (
    "sub", "jti", "state", "seq", "name", "unit_type", "region", "industry", "park", "scheme", "rule", "as_of", "known_at",
    "rated", "grade", "score", "why", "publish_until", "index", "jws", "salt",
)  # fmt: skip
_WHOLE = {"state": pa.int8(), "seq": pa.int64(), "index": pa.int64()}


def no_pages(_version: Version, _note: Note, _lines: Mapping[str, Line], _packs: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """A release without pages for people."""
    return {}


class Folder:
    """Where a release is written."""

    def __init__(self, path: Path, pages: Pages = no_pages) -> None:
        self.path, self._pages = path, pages

    def check(self, expected: Mapping[str, str]) -> None:
        """That no file was altered or lost since it was written. Raises ``InputError`` (P112) naming the first."""
        for name, digest in expected.items():
            try:
                found = sha256((self.path / name).read_bytes()).hexdigest()
            except OSError:
                found = ""
            if found != digest:
                raise InputError([problem("P112", Place(str(self.path / name)), path=name)])

    def write(self, ledger: Ledger, version: Version, note: Note, keys: KeyRing, *, everything: bool = False) -> dict[str, str]:
        """Writes what a version brings (or everything), the manifest last, and lets go of what is no longer public.

        Returns the digest (hex) of every file that is now there.
        """
        lines = ledger.lines()
        digests = {} if everything else dict(ledger.execute("SELECT path, digest FROM file"))
        put = {
            path: self._put(path, data) for path, data in self._files(ledger, version, note, keys, lines, everything=everything)
        }
        digests |= put
        kept = _kept(ledger, version, lines)
        for path in [path for path in digests if not kept(path)]:
            (self.path / path).unlink(missing_ok=True)
            del digests[path]
        self._sync(put)
        manifest = _manifest(ledger, version, keys, digests)
        write_durably(self.path / layout.MANIFEST, manifest)
        digests[layout.MANIFEST] = sha256(manifest).hexdigest()
        if keys.sm2:
            second = second_signature(manifest.decode().strip(), keys.sm2)
            digests[layout.SECOND] = self._put(layout.SECOND, second)
        sync_folder(self.path)
        return digests

    def _put(self, path: str, data: bytes) -> str:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        waiting = target.with_name(f".{target.name}.writing")
        waiting.write_bytes(data)
        waiting.replace(target)
        return sha256(data).hexdigest()

    def _sync(self, paths: Collection[str]) -> None:
        """Makes files last before the manifest names them; of very many the whole disk at once."""
        if len(paths) > _FEW:
            os.sync()
            return
        for path in paths:
            with (self.path / path).open("rb") as file:
                os.fsync(file.fileno())
        for folder in {(self.path / path).parent for path in paths}:
            sync_folder(folder)

    def _files(
        self, ledger: Ledger, version: Version, note: Note, keys: KeyRing, lines: Mapping[str, Line], *, everything: bool
    ) -> Iterator[tuple[str, bytes]]:
        yield from _log(ledger, version, since=0 if everything else _size_before(ledger, version))
        yield layout.CHECKPOINT, note.to_bytes()
        yield from _status(ledger)
        yield layout.full_file(version.number), packed(lines[sub].to_bytes() for sub in sorted(lines))
        yield layout.full_file(version.number, "parquet"), _parquet(lines)
        for number, data, token in ledger.execute("SELECT version, changes, token FROM delta"):
            yield layout.delta_file(number), data
            yield layout.delta_manifest(number), token.encode() + b"\n"
        yield from _bundles(ledger, version, everything=everything)
        packs = dict(ledger.execute("SELECT rule, data FROM pack"))
        yield from ((layout.rules_file(rule), data) for rule, data in packs.items())
        trust = keys.trust()
        yield layout.TRUST, trust.to_bytes()
        yield layout.JWKS, trust.jwks()
        yield layout.INDEX, _index(ledger, version)
        yield from self._pages(version, note, lines, packs).items()


def _size_before(ledger: Ledger, version: Version) -> int:
    rows = ledger.execute("SELECT size FROM version WHERE number = ?", version.number - 1)
    return int(rows[0][0]) if rows else 0


def _log(ledger: Ledger, version: Version, since: int) -> Iterator[tuple[str, bytes]]:
    """Hashes and entries in tiles, as far as they are new. Tiles of older sizes stay: older checkpoints rest on them."""
    for level, index, width in tiles_of(version.size, since):
        yield tile_path(level, index, width), tile(ledger.tree.read, level, index, width)
        if level == 0:
            yield entries_path(index, width), entry_bundle(ledger.entries(index * 256, index * 256 + width))


def _status(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """Every list as it is now and as it was each time, and when that was."""
    issued: dict[int, list[int]] = {}
    for number, moment, token in ledger.execute("SELECT number, issued, token FROM status_list ORDER BY number, issued"):
        path = f"status/{number}"
        issued.setdefault(number, []).append(moment)
        yield layout.past_status_file(path, moment), token.encode()
        yield layout.status_file(path), token.encode()
    for number, moments in issued.items():
        yield layout.status_times(f"status/{number}"), _json({"issued": moments})


def _bundles(ledger: Ledger, version: Version, *, everything: bool) -> Iterator[tuple[str, bytes]]:
    """The bundle of each result that is shown, under the checkpoint of the version that published it.

    Where the newest checkpoint has more signatures of witnesses, as when these came later, it takes the place of the older one.
    """
    heads = {number: (note_of(text.encode()), size) for number, text, size in ledger.execute(_HEADS)}
    newest = heads[version.number]
    for row in ledger.current().values():
        own = heads[row.version]
        weaker = len(own[0].lines) < len(newest[0].lines)
        if row.state in SHOWN and (everything or weaker or row.version == version.number):
            yield layout.bundle_file(row.sub), _bundle(ledger, row, *(newest if weaker else own))


def _bundle(ledger: Ledger, row: Row, note: Note, size: int) -> bytes:
    assert row.token is not None
    assert row.salt is not None
    hashes = tuple(inclusion_proof(ledger.tree.read, row.place, size))
    return Bundle(row.token, row.salt, Inclusion(row.place, hashes, note)).to_bytes()


def _kept(ledger: Ledger, version: Version, lines: Mapping[str, Line]) -> Callable[[str], bool]:
    """Which files still belong to the release."""
    bundles = {layout.bundle_file(sub) for sub in lines}
    deltas = {number for (number,) in ledger.execute("SELECT version FROM delta")}
    current = {layout.full_file(version.number), layout.full_file(version.number, "parquet")}
    feeds = {path for number in deltas for path in (layout.delta_file(number), layout.delta_manifest(number))}

    def keeps(path: str) -> bool:
        room = path.partition("/")[0]
        return path in {"bundle": bundles, "full": current, "delta": feeds}.get(room, {path})

    return keeps


def _manifest(ledger: Ledger, version: Version, keys: KeyRing, digests: Mapping[str, str]) -> bytes:
    """The signed manifest. Files that say of themselves whether they hold (bundles, deltas, lists, tiles) need not be named."""
    named = {
        path: digests[path]
        for path in sorted(digests)
        if path.partition("/")[0] in ("full", "rules") or "." in path.split("/")[0]
    }
    payload = {
        "iss": keys.issuer_name,
        "iat": version.moment,
        "version": version.number,
        "full": layout.full_file(version.number),
        "state": version.state,
        "rows": version.lines,
        "files": {path: digest for path, digest in named.items() if path not in (layout.MANIFEST, layout.SECOND)},
        "log": {"size": version.size, "root": version.root.hex()},
        "oldest_delta": ledger.execute("SELECT min(version) FROM delta")[0][0],
    }
    return sign_manifest(payload, RELEASE, keys.id_of("publisher"), keys.publisher).encode() + b"\n"


def _index(ledger: Ledger, version: Version) -> bytes:
    """What there is, for programs; the signed manifest is what counts."""
    deltas = [
        {"from": number - 1, "to": number, "manifest": layout.delta_manifest(number), "file": layout.delta_file(number)}
        for (number,) in ledger.execute("SELECT version FROM delta ORDER BY version")
    ]
    published = datetime.fromtimestamp(version.moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    full = {"file": layout.full_file(version.number), "rows": version.lines, "state": version.state}
    return _json({"version": version.number, "published": published, "manifest": layout.MANIFEST, "full": full, "deltas": deltas})


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def _parquet(lines: Mapping[str, Line]) -> bytes:
    """The public state as columns: what each result says, beside the line itself."""
    columns: dict[str, list[object]] = {name: [] for name in _COLUMNS}
    for sub in sorted(lines):
        line = lines[sub]
        payload = stated(line.jws)
        told = {**payload["unit"], **payload, **line.plain()}
        for name, values in columns.items():
            values.append(told.get(name))
    table = pa.table({name: pa.array(values, _WHOLE.get(name, pa.string())) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    return data
