"""How long publishing and verifying take: ``python -m bench.release [--results N] [--out FILE]``.

Against joserfc signing the same payloads, and against writing them as plain JSON: a version that is signed, logged, provable and
written out costs so many times the mere signature.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from joserfc import jws as library
from joserfc.jwk import OKPKey
from rich.console import Console
from rich.table import Table

from bench.run import versions
from envcredit.proof import jws, layout
from envcredit.proof.feed import state_of
from envcredit.proof.folders import folder
from envcredit.proof.result import RESULT
from envcredit.proof.signers import KeyFile, read_key_file
from envcredit.proof.statuslist import SIZE, State, StatusList, StatusToken, sign_status_list
from envcredit.proof.verify import verify_bundle, verify_release
from envcredit.release.drafts import Draft, Pack
from envcredit.release.folder import Folder
from envcredit.release.guard import GuardFile
from envcredit.release.keys import KeyRing, create_keys
from envcredit.release.publisher import opened

MOMENT, ISSUER = 1_800_000_000, "https://rating.example.gov.cn"
RULE = f"sha256:{'1' * 64}"
BUNDLES = 2_000
"""So many bundles are verified one by one."""


class Clock:
    """Seconds a part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Times what happens inside."""
        begun = perf_counter()
        yield
        self.seconds[name] = perf_counter() - begun


def drafts(number: int) -> Iterator[Draft]:
    """Made-up units; most have one to three reasons, as in a city."""
    for each in range(number):
        reasons = [
            {
                "rule": f"rule_{n}",
                "clause": f"measures/{n}.1",
                "effect": "deduct",
                "facts": 1,
                "points": "-3",
                "until": "2027-06-30",
            }
            for n in range(each % 4)
        ]
        unit = {
            "id": f"U{each:06}",
            "name": f"样例第{each}号制造有限公司",
            "unit_type": "enterprise",
            "region": "431003",
            "industry": "C2631",
        }
        said: dict[str, Any] = {
            "scheme": "invented/bench/2026-01-01",
            "rule": RULE,
            "inputs": f"sha256:{'2' * 64}",
            "run": f"sha256:{'3' * 64}",
            "digest": f"sha256:{sha256(str(each).encode()).hexdigest()}",
            "as_of": "2026-12-31",
            "known_at": "2027-01-15T00:00:00Z",
            "rated": "rated",
            "grade": "blue",
            "score": str(100 - 3 * (each % 4)),
            "unit": unit,
            "publish_until": "2027-12-31",
            **({"reasons": reasons} if reasons else {}),
        }
        yield Draft(f"U{each:06}", said)


def measured(number: int, room: Path) -> dict[str, Any]:
    """Everything once: seconds a part, counts and sizes. ``number``: results."""
    clock = Clock()
    ring = create_keys(room / "keys", ISSUER, MOMENT, [os.urandom(32) for _ in range(3)])
    made, out = list(drafts(number)), room / "release"
    with opened(room / "ledger", GuardFile(room / "guard"), ring, Folder(out)) as publisher:
        with clock.part("publish"):
            publisher.publish(made, [_pack()], MOMENT, os.urandom)
        changed = [Draft(each.sub, {**each.said, "grade": "red"}) for each in made[: max(1, number // 100)]]
        with clock.part("publish 1 % anew"):
            publisher.publish(changed, [], MOMENT + 60, os.urandom)
    fetch, trust = folder(out), ring.trust()
    lines = state_of(fetch(layout.full_file(2)), "full")
    with clock.part("verify release"):
        verdict, _release = verify_release(fetch, trust, MOMENT + 120)
    assert verdict.holds, [one.message("en") for one in verdict.failures]
    some = sorted(lines)[:BUNDLES]
    bundles = [fetch(layout.bundle_file(sub)) for sub in some]
    with clock.part("verify bundles"):
        assert all(verify_bundle(data, trust, MOMENT + 120)[0].holds for data in bundles)
    payloads = [dict(jws.read(line.jws, RESULT).payload) for line in lines.values()]
    _peers(clock, payloads, read_key_file(room / "keys" / "issuer-1.pem"), room)
    sizes = sorted(map(len, bundles))
    return {
        "results": number,
        "seconds": {name: round(seconds, 3) for name, seconds in clock.seconds.items()},
        "bundle_bytes": {"least": sizes[0], "median": int(median(sizes)), "most": sizes[-1]},
        "status_list_bytes": _status_list(ring),
        "full_file_bytes": (out / layout.full_file(2)).stat().st_size,
        "bundles_verified": len(bundles),
    }


def _peers(clock: Clock, payloads: list[dict[str, Any]], key: KeyFile, room: Path) -> None:
    """joserfc signing alone, our signing alone, and plain JSON lines in a gzip file."""
    private = OKPKey.import_key((room / "keys" / "issuer-1.pem").read_bytes())
    header = {"alg": jws.ALGORITHM, "kid": "issuer-1", "typ": RESULT}
    texts = [json.dumps(payload, ensure_ascii=False).encode() for payload in payloads]
    with clock.part("joserfc signing"):
        for text in texts:
            library.serialize_compact(header, text, private, algorithms=[jws.ALGORITHM])
    with clock.part("our signing"):
        for payload in payloads:
            jws.sign(payload, RESULT, "issuer-1", key)
    with clock.part("plain JSON"), gzip.open(room / "plain.ndjson.gz", "wt", encoding="utf-8", compresslevel=6) as file:
        for payload in payloads:
            file.write(json.dumps(payload, ensure_ascii=False) + "\n")


def _status_list(ring: KeyRing) -> int:
    """Bytes of a full list of which 8 % are not in force."""
    states = StatusList()
    for index in range(SIZE):
        if sha256(str(index).encode()).digest()[0] < 20:
            states[index] = State.SUPERSEDED if index % 3 else State.REPAIRED
    token = StatusToken(layout.status_uri(ISSUER, 1), MOMENT, MOMENT + 86_400, states)
    return len(sign_status_list(token, 3600, "publisher-1", ring.publisher))


def _pack() -> Pack:
    from envcredit.proof.rules import RulePack, Words

    same = Words(zh="示例", en="example")
    pack = RulePack(
        scheme="invented/bench/2026-01-01",
        rule=RULE,
        title=same,
        authority=same,
        status="complete",
        grades=(),
        rules={},
        clauses={},
        files={},
    )
    return Pack(pack.scheme, pack.rule, pack.to_bytes())


def shown(found: dict[str, Any]) -> Table:
    """The table."""
    seconds, number = found["seconds"], found["results"]
    table = Table(title=f"publishing {number:,} results")
    for head in ("", "s", "a second", "× joserfc signing", "× plain JSON"):
        table.add_column(head, justify="right" if head else "left")
    counts: dict[str, int] = {"verify bundles": found["bundles_verified"], "publish 1 % anew": max(1, number // 100)}
    for name, taken in seconds.items():
        ratios = [f"{taken / seconds[peer]:.2f}" if name not in counts else "" for peer in ("joserfc signing", "plain JSON")]
        table.add_row(name, f"{taken:.2f}", f"{counts.get(name, number) / taken:,.0f}", *ratios)
    sizes = found["bundle_bytes"]
    table.caption = (
        f"bundle {sizes['least']:,} to {sizes['most']:,} bytes, median {sizes['median']:,}; status list of {SIZE:,} results "
        f"{found['status_list_bytes']:,} bytes; full file {found['full_file_bytes']:,} bytes"
    )
    return table


def main(arguments: list[str] | None = None, room: Callable[[], Any] = tempfile.TemporaryDirectory) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=100_000)
    parser.add_argument("--out", type=Path, help="where to keep the figures")
    asked = parser.parse_args(arguments)
    with room() as place:
        found = measured(asked.results, Path(place))
    Console(width=None if sys.stdout.isatty() else 120).print(shown(found))
    if asked.out:
        asked.out.write_text(json.dumps({"versions": versions(), "release": found}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
