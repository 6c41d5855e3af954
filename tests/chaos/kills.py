"""SIGKILL at random points while small versions are published in a loop; what was acknowledged must be there afterwards.

A round forks a warm parent, so that it costs milliseconds. The child says on a pipe what it published, only after the call has
returned; the next child makes the move that was cut off again, as a person would.
"""

from __future__ import annotations

import json
import os
import signal
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import moves
from figures import Figures
from publishing import Office

from envcredit.errors import InputError
from envcredit.proof.feed import RELEASE
from envcredit.proof.jws import read
from envcredit.proof.verify import verify_release

PER_PUBLICATION = 40
"""After so many kills a new publication begins: a publisher checks everything before it signs, so versions make it slower."""


def kills(times: int, folder: Path, seed: int = 1) -> Figures:
    """``times`` kills. The seed gives the moments of the kills; what the processes do meanwhile no seed can repeat."""
    figures, rng = Figures("SIGKILL while publishing"), Random(seed)
    figures.counts.update({"acknowledged": 0, "cut off in a version": 0, "lost": 0, "doubled": 0, "inconsistent": 0})
    while figures.times < times:
        office = moves.office_in(folder / f"kills-{seed}-{figures.times}")
        said: list[dict[str, Any]] = []
        for _ in range(min(PER_PUBLICATION, times - figures.times)):
            _round(office, said, rng, figures, f"seed {seed}, round {figures.times}")
            figures.times += 1
        _settled(office, said, figures, f"seed {seed}, round {figures.times}")
    return figures


def _round(office: Office, said: list[dict[str, Any]], rng: Random, figures: Figures, where: str) -> None:
    first = said[-1]["move"] + 1 if said else 0
    begun = time.monotonic()
    child, lines = _forked(lambda say: _publish_for_ever(office, first, where.encode(), say))
    acknowledged = rng.choice((0, 0, 1, 1, 2))
    patience = rng.choice((0.002, 0.02, 0.06, 0.12))
    while acknowledged and (line := lines()):
        acknowledged -= 1
        _note(line, said, figures, where)
    time.sleep(rng.uniform(0, patience))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while line := lines():
        _note(line, said, figures, where)
    assert time.monotonic() - begun < 60
    _look(office, said, figures, where)


def _note(line: str, said: list[dict[str, Any]], figures: Figures, where: str) -> None:
    told = json.loads(line)
    if "error" in told:
        figures.wrong.append(f"{where}: {told['error']}")
        return
    said.append(told)
    figures.counts["acknowledged"] += "version" in told


def _publish_for_ever(office: Office, first: int, salt: bytes, say: Callable[[dict[str, Any]], None]) -> None:
    with office.publisher() as publisher:
        for number in range(first, first + 1000):
            made = moves.make(publisher, number, salt)
            say(moves.acknowledgement(publisher, number, made))


def _forked(work: Callable[[Callable[[dict[str, Any]], None]], None]) -> tuple[int, Callable[[], str]]:
    """Starts a child; the second function waits for its next whole line, '' when it is gone."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            work(lambda told: _write(writing, told))
        except BaseException as error:
            _write(writing, {"error": f"{type(error).__name__}: {error}"})
        finally:
            os._exit(0)
    os.close(writing)
    file = os.fdopen(reading, "rb")

    def line() -> str:
        """A line that a kill cut off was never said."""
        told = b"" if file.closed else file.readline()
        if told.endswith(b"\n"):
            return told.decode()
        file.close()
        return ""

    return child, line


def _write(handle: int, told: dict[str, Any]) -> None:
    os.write(handle, json.dumps(told).encode() + b"\n")


def _look(office: Office, said: list[dict[str, Any]], figures: Figures, where: str) -> None:
    """Looks at the folder as the kill left it, then opens it as a publisher does after a crash."""
    versions = [told["version"] for told in said if "version" in told]
    manifest = office.out / "release.jwt"
    public = read(manifest.read_text("ascii").strip(), RELEASE).payload["version"] if manifest.is_file() else 0
    if versions and public < versions[-1]:
        figures.wrong.append(f"{where}: version {versions[-1]} was acknowledged, {public} is public")
    try:
        with office.publisher() as publisher:
            last = publisher._ledger.last()
            figures.counts["cut off in a version"] += (last.number if last else 0) > (versions[-1] if versions else 0)
            for what, found in (("lost", moves.lost(publisher._ledger, said)), ("doubled", moves.doubled(publisher._ledger))):
                figures.counts[what] += len(found)
                figures.wrong += [f"{where}: {what} {each}" for each in found]
    except InputError as error:
        figures.wrong.append(f"{where}: {error}")


def _settled(office: Office, said: list[dict[str, Any]], figures: Figures, where: str) -> None:
    """After the last kill of a publication: every checkpoint leads to the newest, and a bank accepts the release."""
    with office.publisher() as publisher:
        publisher.daily(moves.moment_of(1 + said[-1]["move"] if said else 1), office.random)
        found = moves.inconsistent(publisher._ledger, said)
        figures.counts["inconsistent"] += len(found)
        figures.wrong += [f"{where}: {each}" for each in found]
        last = publisher._ledger.last()
        assert last is not None
    verdict, _release = verify_release(office.fetch, office.trust(), last.moment)
    figures.wrong += [f"{where}: {failure.message('en')}" for failure in verdict.failures]
