"""Random histories of a publication: a bank that follows the deltas has what a bank has that loads the newest full file."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from random import Random

from figures import Figures
from publishing import DAY, FIRST, PACKS, Office, draft

from envcredit.errors import InputError
from envcredit.proof import layout
from envcredit.proof.feed import digest_of_state, state_of
from envcredit.proof.statuslist import State
from envcredit.proof.verify import follow, verify_release
from envcredit.release.drafts import Draft
from envcredit.release.publisher import Publisher


def histories(times: int, folder: Path, seed: int = 1, versions: int = 8) -> Figures:
    """``times`` histories of some versions. Each older state is led along the deltas, or told that they are gone."""
    figures = Figures("snapshot + deltas = later snapshot")
    figures.counts.update({"led to the same state": 0, "must load the full file": 0, "differ": 0})
    for number in range(times):
        _one(folder / f"history-{seed}-{number}", Random(f"{seed} {number}"), versions, figures, f"seed {seed}, history {number}")
        figures.times += 1
    return figures


def _one(folder: Path, rng: Random, versions: int, figures: Figures, where: str) -> None:
    office, snapshots, moment = Office(folder).set_up(), dict[int, bytes](), FIRST
    with office.publisher() as publisher:
        for step in range(versions):
            moment += rng.choice((60, DAY // 3, DAY, 40 * DAY if rng.random() < 0.2 else DAY))
            _move(publisher, rng, step, moment, office)
            last = publisher._ledger.last()
            if last is not None:
                snapshots[last.number] = office.fetch(layout.full_file(last.number))
    newest = max(snapshots)
    wanted = digest_of_state(state_of(snapshots[newest], "full"))
    for version, data in snapshots.items():
        verdict, state, reached = follow(state_of(data, "full"), version, office.fetch, office.trust())
        if verdict.holds and (reached, digest_of_state(state)) == (newest, wanted):
            figures.counts["led to the same state"] += 1
        elif not verdict.holds and verdict.failures[0].code == "V114":
            figures.counts["must load the full file"] += 1
        else:
            figures.counts["differ"] += 1
            figures.wrong.append(f"{where}, from version {version}: {[one.code for one in verdict.failures]}")
    verdict, _release = verify_release(office.fetch, office.trust(), moment)
    figures.wrong += [f"{where}: {failure.message('en')}" for failure in verdict.failures]


def _move(publisher: Publisher, rng: Random, step: int, moment: int, office: Office) -> None:
    """Publishes some results, changes one state, or makes the daily cut."""
    kind = rng.random()
    sub = f"U{rng.randrange(9)}"
    if kind < 0.15 and step:
        publisher.daily(moment, office.random)
    elif kind < 0.4 and step:
        try:
            state = rng.choice([State.SUSPENDED, State.IN_FORCE, State.WITHDRAWN, State.REPAIRED])
            publisher.restate(sub, state, f"示环〔{step}〕号", moment, office.random)
        except InputError as error:
            if error.diagnostics[0].code not in ("P115", "P116"):
                raise
    else:
        drafts = [_draft(rng, number, step) for number in rng.sample(range(9), rng.randrange(1, 5))]
        publisher.publish(drafts, PACKS, moment, office.random)


def _draft(rng: Random, number: int, step: int) -> Draft:
    said = {
        "records": [f"r{number}-{step}"] if rng.random() < 0.5 else [],
        "repaired": [f"r{number}-{each}" for each in range(step)] if rng.random() < 0.2 else [],
        "inputs": f"sha256:{sha256(f'{number} {step}'.encode()).hexdigest()}",
        "publish_until": f"20{27 + rng.randrange(4)}-06-30",
    }
    return draft(f"U{number}", rng.choice(["green", "blue", "red"]), **said)
