"""Moves of a publisher, each a function of its number alone, so that one that was cut off can be made again."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from publishing import FIRST, PACKS, Office, draft

from envcredit.errors import InputError
from envcredit.proof.encoding import base64_of
from envcredit.proof.merkle import check_consistency, consistency_proof
from envcredit.proof.note import checkpoint_of
from envcredit.proof.statuslist import State
from envcredit.release.drafts import Draft
from envcredit.release.ledger import Ledger
from envcredit.release.publisher import Publication, Publisher

UNITS, STEP = 7, 600


def moment_of(number: int) -> int:
    return FIRST + number * STEP


def drafts_of(number: int) -> list[Draft]:
    """One to three results. Every third rests on a record, and now and then all earlier records of a unit are repaired."""
    found = []
    for place in range(1 + number % 3):
        sub = f"U{(number + place) % UNITS}"
        records = [f"r{number}"] if number % 3 == 0 else []
        repaired = [f"r{each}" for each in range(number)] if number % 13 == 9 else []
        inputs = f"sha256:{sha256(f'{number} {place}'.encode()).hexdigest()}"
        year = 2030 + number % 50
        found.append(draft(sub, "red" if records else "green", year=year, records=records, repaired=repaired, inputs=inputs))
    return found


def make(publisher: Publisher, number: int, salt: bytes = b"") -> Publication | None:
    """Makes a move. None where it can only be made once and had been made."""
    count = iter(range(1 << 20))

    def random(length: int) -> bytes:
        return sha256(salt + f"{number} {next(count)}".encode()).digest()[:length]

    moment = moment_of(number)
    if number % 11 in (5, 6) and number > 6:
        try:
            state = State.SUSPENDED if number % 11 == 5 else State.IN_FORCE
            return publisher.restate(f"U{(number - number % 11) % UNITS}", state, f"示环〔{number}〕号", moment, random)
        except InputError as error:
            if error.diagnostics[0].code not in ("P115", "P116"):
                raise
            return None
    if number % 17 == 16:
        return publisher.daily(moment, random)
    return publisher.publish(drafts_of(number), PACKS, moment, random)


def acknowledgement(publisher: Publisher, number: int, made: Publication | None) -> dict[str, Any]:
    """What the caller now relies on: the version, its checkpoint, and the results that it published."""
    said: dict[str, Any] = {"move": number, "results": []}
    if made is not None:
        found = checkpoint_of(made.checkpoint.text)
        rows = publisher._ledger.rows("version = ?", made.version)
        results = [[row.jti, row.sub, row.seq, digest_of(row.token)] for row in rows]
        said |= {"version": made.version, "size": found.size, "root": found.root.hex(), "results": results}
    return said


def digest_of(token: str | None) -> str:
    return sha256(token.encode()).hexdigest() if token else ""


def lost(ledger: Ledger, acknowledged: Iterable[dict[str, Any]]) -> list[str]:
    """Acknowledged versions and results that the ledger does not have as they were, and checkpoints it has not grown from."""
    rows = {row.jti: row for row in ledger.rows()}
    versions = {number: (size, root.hex()) for number, size, root in ledger.execute("SELECT number, size, root FROM version")}
    found = []
    for said in acknowledged:
        if "version" in said and versions.get(said["version"]) != (said["size"], said["root"]):
            found.append(f"version {said['version']}")
        for jti, sub, seq, digest in said["results"]:
            row = rows.get(jti)
            same = row is not None and (row.sub, row.seq) == (sub, seq)
            if row is None or not same or (row.state != State.REPAIRED and digest and digest_of(row.token) != digest):
                found.append(f"result {jti}")
    return found


def inconsistent(ledger: Ledger, acknowledged: Iterable[dict[str, Any]]) -> list[str]:
    """Acknowledged checkpoints from which no proof leads to the newest one."""
    found, tree = [], ledger.tree
    for said in acknowledged:
        if "version" not in said or said["size"] > tree.size:
            found += [f"checkpoint of {said['size']}"] if "version" in said else []
            continue
        proof = consistency_proof(tree.read, said["size"], tree.size)
        try:
            check_consistency(said["size"], tree.size, bytes.fromhex(said["root"]), tree.root(), proof)
        except Exception:
            found.append(f"checkpoint of {said['size']} {base64_of(bytes.fromhex(said['root']))}")
    return found


def doubled(ledger: Ledger) -> list[str]:
    """Numbers, places and statements that two results have."""
    found = []
    for what in ("sub || ' ' || seq", "place", "jti", "digest"):
        query = f"SELECT {what} FROM result WHERE digest != '' GROUP BY 1 HAVING count(*) > 1"
        found += [f"{what} {each}" for (each,) in ledger.execute(query)]
    for sub, most, count in ledger.execute("SELECT sub, max(seq), count(*) FROM result GROUP BY sub"):
        found += [f"{sub}: {count} results, the last is no. {most}"] if most != count else []
    return found


def office_in(folder: Path) -> Office:
    return Office(folder).set_up()
