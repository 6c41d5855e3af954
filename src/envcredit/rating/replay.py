"""Giving a past answer again: the same inputs, the same scheme, the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.locations import EMBEDDED
from envcredit.rating.again import changed_batches, order_again, place_of
from envcredit.rating.columns import KEYS
from envcredit.rating.order import Order, held_batches
from envcredit.rating.rate import rate
from envcredit.rating.run import Run, located, read_run
from envcredit.scheme.digests import rule_digest


@dataclass(frozen=True, slots=True)
class Replay:
    """``damaged``: stages whose file is no longer what the manifest says. ``differing``: stages that came out otherwise.

    ``changed``: inputs that are not the ones the run used, as diagnostics.
    """

    result_digest: str
    again: str
    damaged: tuple[str, ...]
    differing: tuple[str, ...]
    changed: tuple[Diagnostic, ...]

    @property
    def equal(self) -> bool:
        """Whether the run stands: undamaged, on the same inputs, with the same digests."""
        return not (self.damaged or self.differing or self.changed) and self.result_digest == self.again


def replay(folder: Path, records: Path | str | None = None, engine: str = EMBEDDED) -> Replay:
    """Rates again what the run rated and compares digests. ``records``: where they lie now, if they were moved.

    Batches that came after the run are left out, by what the manifest lists. Raises ``InputError`` if inputs are missing.
    """
    run = read_run(folder)
    order = order_again(run, place_of(run, records), engine)
    damaged = run.damaged()
    changed = tuple(_changed(run, order))
    if changed:
        return Replay(str(run.manifest["result_digest"]), "", damaged, (), changed)
    with tempfile.TemporaryDirectory() as room:
        again = rate(order, Path(room) / "run")
        digests = str(run.manifest["result_digest"]), str(again.manifest["result_digest"])
        differing = () if digests[0] == digests[1] or damaged else _differing(run, again)
        return Replay(*digests, damaged, differing, ())


def _differing(run: Run, again: Run) -> tuple[str, ...]:
    return tuple(name for name in KEYS if not run.stage(name).equals(again.stage(name)))


def _changed(run: Run, order: Order) -> list[Diagnostic]:
    found = changed_batches(run, held_batches(order), order.records)
    if rule_digest(run.scheme) != run.manifest["scheme"]["rule_digest"]:
        found.append(problem("T121", scheme=run.scheme.identity))
    for earlier in _earlier(run.manifest):
        path = located(run, earlier["path"])
        if read_run(path).manifest["result_digest"] != earlier["result_digest"]:
            found.append(problem("T122", run=earlier["path"]))
    return found


def _earlier(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    inputs = manifest["inputs"]
    return [*inputs["history"], *([inputs["members"]] if inputs["members"] else [])]
