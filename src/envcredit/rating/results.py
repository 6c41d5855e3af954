"""A finished run as its readers see it: the manifest, the scheme that was applied, and the stages as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import pyarrow as pa

from envcredit.rating.explanation import Both
from envcredit.rating.notes import incomplete
from envcredit.scheme.model import Scheme


class Results(Protocol):
    """What comparing, counting and reporting need of a run."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The plain form of ``manifest.json``."""

    @property
    def scheme(self) -> Scheme:
        """The scheme as it was when the run was made."""

    def stage(self, name: str) -> pa.Table:
        """The rows of one stage, sorted by its key."""

    def facts(self, units: Sequence[str]) -> pa.Table:
        """The facts of some units with all that their records state; see :func:`envcredit.rating.stated.facts_of`."""


@dataclass(frozen=True, slots=True)
class Name:
    """Which run it is: scheme and version, the two clocks, the digest, and what results of an incomplete scheme carry."""

    scheme: str
    as_of: str
    known_at: str
    digest: str
    incomplete: Both | None = None


def name_of(run: Results) -> Name:
    """The name of a run, from its manifest."""
    manifest = run.manifest
    clocks = str(manifest["as_of"]), str(manifest["known_at"])
    return Name(run.scheme.identity, *clocks, str(manifest.get("result_digest", "")), incomplete(run.scheme))


def step_of(run: Results) -> Decimal:
    """The unit of all points of the run; 1 for a scheme without a score."""
    return run.scheme.score.step if run.scheme.score else Decimal(1)
