"""A finished run, read from its folder: the manifest, the scheme that was applied, and one Parquet file a stage.

A run that rests on an earlier one (``rate --since``) holds the rows of the units that it rated again; those of all other units
are read from the earlier run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from envcredit.base.diagnostics import Place, problem
from envcredit.base.digest import digests_of_files
from envcredit.base.locations import EMBEDDED
from envcredit.errors import InputError
from envcredit.rating.columns import DIGEST, KEYS, UNATTACHED
from envcredit.rating.manifest import read_manifest
from envcredit.rating.periods import every, rated_periods
from envcredit.scheme.assumptions import without_inferred
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_scheme

SCHEME_FOLDER = "scheme"
CLOCKS = ("as_of", "period_from", "period_to", "period_end")
"""Columns of units that are the run's and not kept with each."""


@dataclass(frozen=True)
class Run:
    """A finished run. ``applied`` is its scheme where it was just made with it.

    ``records``: where its records lie now, if they were moved. ``engine``: whose table they are, if they lie in one.
    """

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False)
    applied: Scheme | None = field(default=None, repr=False)
    records: Path | str | None = field(default=None, repr=False)
    engine: str = field(default=EMBEDDED, repr=False)

    @cached_property
    def scheme(self) -> Scheme:
        """The scheme as it was applied, from the copy that the run keeps."""
        if self.applied:
            return self.applied
        scheme = read_scheme(self.folder / SCHEME_FOLDER)
        return without_inferred(scheme) if self.manifest["without_inferred"] else scheme

    @cached_property
    def since(self) -> Run | None:
        """The run that this one rests on."""
        named = self.manifest["since"]
        return read_since(self, named) if named else None

    @cached_property
    def rated_again(self) -> pa.Array:
        """The units whose rows this run holds itself; of a run that rests on no other these are all units.

        Links may lead to units that are not in the list; of these a run has the parties alone.
        """
        return units_in(self.folder)

    def path(self, stage: str) -> Path:
        """The Parquet file of a stage."""
        return stage_file(self.folder, stage)

    def rows(self, stage: str, *units: str) -> pa.Table:
        """The rows of some units; of a large stage only the parts that may hold them are read."""
        wanted = pa.array(sorted(units), pa.string())
        return self._with_clocks(stage, self._stored_rows(stage, wanted))

    def stage(self, name: str) -> pa.Table:
        """The rows of a stage, sorted by its key."""
        return self._with_clocks(name, self._stored(name))

    def facts(self, units: Sequence[str]) -> pa.Table:
        """The facts of some units with all that their records state, found again where its records lie."""
        from envcredit.rating.stated import facts_of  # carries out the order of a run, so it stands above this module

        return facts_of(self, units)

    def damaged(self) -> tuple[str, ...]:
        """Stages whose file, here or in the run that this one rests on, is no longer what the manifest says."""
        stages: Mapping[str, Mapping[str, Any]] = self.manifest["stages"]
        found = zip(stages, digests_of_files([self.path(name) for name in stages]), strict=True)
        own = [name for name, digest in found if digest != stages[name]["file_digest"]]
        return tuple(dict.fromkeys([*own, *(self.since.damaged() if self.since else ())]))

    def _stored_rows(self, stage: str, units: pa.Array) -> pa.Table:
        own = pq.read_table(self.path(stage), filters=pc.field("unit_id").isin(units))
        if self.since is None:
            return own
        others = units.filter(pc.invert(pc.is_in(units, self.rated_again)))
        return in_order(stage, together(own, self.since._stored_rows(stage, others)))

    def _stored(self, stage: str) -> pa.Table:
        own = pq.read_table(self.path(stage))
        if self.since is None or stage == UNATTACHED.name:
            return own
        return in_order(stage, together(without(self.since._stored(stage), self.rated_again), own))

    def _with_clocks(self, stage: str, rows: pa.Table) -> pa.Table:
        """Units with the day and the period for which they were rated, which are the run's and need not be kept with each."""
        if stage != "unit":
            return rows
        as_of = every(date.fromisoformat(str(self.manifest["as_of"])), rows.num_rows)
        enrolled = rows.column("enrolled_on") if "enrolled_on" in rows.column_names else None
        for name, days in rated_periods(self.scheme, as_of, enrolled).items():
            rows = rows.append_column(name, days)
        return rows


def together(*rows: pa.Table) -> pa.Table:
    """Rows of several files as one. A file states of a column that nothing is missing in it, where that is so by chance."""
    return pa.concat_tables(rows, promote_options="default")


def in_order(stage: str, rows: pa.Table) -> pa.Table:
    """Rows sorted by the key of their stage."""
    return rows.sort_by([(column, "ascending") for column in (DIGEST.key if stage == DIGEST.name else KEYS[stage])])


def without(rows: pa.Table, units: pa.Array) -> pa.Table:
    """The rows of all other units."""
    return rows.filter(pc.invert(pc.is_in(rows.column("unit_id"), units)))


def units_in(folder: Path) -> pa.Array:
    """The units of which a run folder holds rows of its own."""
    files = (stage_file(folder, stage) for stage in ("unit", "party"))
    return pc.unique(together(*(pq.read_table(file, columns=["unit_id"]) for file in files)).column("unit_id"))


def stage_file(folder: Path, stage: str) -> Path:
    """The Parquet file of a stage."""
    return folder / f"{stage}.parquet"


def read_run(folder: Path, records: Path | str | None = None, engine: str = EMBEDDED) -> Run:
    """A run folder; see :class:`Run` for ``records`` and ``engine``.

    Raises ``InputError`` (T110 no run, T111 damaged manifest, T112 a stage is missing).
    """
    manifest = read_manifest(folder)
    missing = [name for name in manifest["stages"] if not stage_file(folder, name).is_file()]
    if missing:
        raise InputError([problem("T112", Place(str(folder)), stages=", ".join(missing))])
    return Run(folder, manifest, None, records, engine)


def read_since(run: Run, named: Mapping[str, str]) -> Run:
    """The run that another rests on. Raises ``InputError`` (T110 to T112; T122 when it is no longer the same)."""
    earlier = read_run(located(run, named["path"]))
    if earlier.manifest["result_digest"] != named["result_digest"]:
        raise InputError([problem("T122", Place(str(run.folder)), run=named["path"])])
    return earlier


def located(run: Run, shown: str) -> Path:
    """The input that a manifest names, seen from the run."""
    return (run.folder.resolve() / shown).resolve()
