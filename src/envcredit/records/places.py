"""Where records and units may lie: a store of batches, a folder of Parquet files, a table of the engine.

Whatever the place, a rating sees one table ``record`` in the wide schema, holding what had been told by ``known_at`` and nothing
of what came later; and a list of units that was read as a file of units is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.digest import digest_of, digests_of_files
from envcredit.base.locations import is_remote, shown
from envcredit.base.shape import Shape
from envcredit.base.vocabulary import Vocabulary
from envcredit.errors import RecordsError
from envcredit.records.store import RECORD, Batch, batches
from envcredit.records.units import read_units, unit_schema
from envcredit.records.wide import LEADING, wide_schema

TABLE, FOLDER = "table:", "folder:"
_MADE_UP = ("identity", "file", "sheet", "line", "unit_code_raw", "unit_org_code")
"""Leading columns that a place need not have: they say where a record came from, or help to join it to a unit."""
_INSTANT = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"


class Attaching(Protocol):
    """What a place needs of an engine (:class:`envcredit.engine.Engine` is one)."""

    def load(self, name: str, table: pa.Table) -> ir.Table:
        """A table that is held in memory."""

    def attach(self, name: str, paths: Sequence[Path]) -> ir.Table:
        """Parquet files of one schema."""

    def attach_folder(self, name: str, location: str, shape: Shape) -> ir.Table:
        """A folder of Parquet files."""

    def attach_table(self, name: str, table: str, shape: Shape) -> ir.Table:
        """A table that was there before."""

    def view(self, name: str, table: ir.Table) -> ir.Table:
        """An expression under a name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records are asked for: those told by ``known_at`` (``YYYY-MM-DDTHH:MM:SSZ``), of these ``batches`` alone if given.

    ``kinds`` and ``last_year`` leave out parts of a folder and rows of a table that cannot matter: by column ``kind``, and by
    column ``year`` where there is one, which means what :mod:`envcredit.records.partitions` says. They say nothing to a store.
    """

    known_at: str
    batches: Sequence[str] | None = None
    kinds: Sequence[str] | None = None
    last_year: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A batch as a run found it. Equal ``digest``: the same records."""

    id: str
    digest: str
    rows: int


class RecordPlace(Protocol):
    """Where records lie."""

    @property
    def name(self) -> str:
        """What a person typed, without what gives access; :func:`record_place` reads it again."""

    def attach(self, engine: Attaching, asked: Asked, vocabulary: Vocabulary) -> list[Held]:
        """Puts the records in place as ``record`` and says which batches they are, by time.

        Raises ``InputError`` if the place does not hold usable records.
        """


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of batches that ``records import`` wrote."""

    folder: Path

    @property
    def name(self) -> str:
        """The path."""
        return str(self.folder)

    def attach(self, engine: Attaching, asked: Asked, vocabulary: Vocabulary) -> list[Held]:
        """After a look at each file's digest. Raises ``RecordsError`` (R601, R602) if it is not the file that was written."""
        known = self._known(asked)
        files = [batch.folder / RECORD for batch in known]
        for batch, digest in zip(known, digests_of_files(files), strict=True):
            if digest != batch.file_digest:
                batch.table()
        if files:
            engine.attach("record", files)
        else:
            engine.load("record", wide_schema(vocabulary).empty_table())
        return _held_batches(known)

    def held(self, asked: Asked) -> list[Held]:
        """The batches by what they say of themselves, without a look at their records."""
        return _held_batches(self._known(asked))

    def _known(self, asked: Asked) -> list[Batch]:
        return [batch for batch in batches(self.folder) if _is_asked(batch, asked)]


@dataclass(frozen=True, slots=True)
class ParquetFolder:
    """Parquet files below a path or an address, flat or in folders like ``kind=penalty/year=2026``."""

    location: str

    @property
    def name(self) -> str:
        """``folder:LOCATION``."""
        return f"{FOLDER}{shown(self.location)}"

    def attach(self, engine: Attaching, asked: Asked, vocabulary: Vocabulary) -> list[Held]:
        """Raises ``InputError``: T133 to T136 (the folder), R605 to R607 (its rows)."""
        found = engine.attach_folder("record_found", self.location, _record_shape(asked, vocabulary))
        return _known(engine, found, asked, vocabulary, self.name)

    def read_units(self, engine: Attaching, vocabulary: Vocabulary) -> tuple[pa.Table, tuple[Diagnostic, ...]]:
        """The units of the folder."""
        return _units(engine.attach_folder("unit_found", self.location, _unit_shape(vocabulary)))


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view of the engine's database."""

    table: str

    @property
    def name(self) -> str:
        """``table:NAME``."""
        return f"{TABLE}{self.table}"

    def attach(self, engine: Attaching, asked: Asked, vocabulary: Vocabulary) -> list[Held]:
        """Raises ``InputError``: T131 to T134 (the table), R605 to R607 (its rows)."""
        found = engine.attach_table("record_found", self.table, _record_shape(asked, vocabulary))
        return _known(engine, found, asked, vocabulary, self.name)

    def read_units(self, engine: Attaching, vocabulary: Vocabulary) -> tuple[pa.Table, tuple[Diagnostic, ...]]:
        """The units of the table."""
        return _units(engine.attach_table("unit_found", self.table, _unit_shape(vocabulary)))


class UnitPlace(Protocol):
    """Where a list of units lies."""

    @property
    def name(self) -> str:
        """What a person typed, without what gives access."""

    def read_units(self, engine: Attaching, vocabulary: Vocabulary) -> tuple[pa.Table, tuple[Diagnostic, ...]]:
        """The units as :func:`envcredit.records.units.read_units` gives them, and what is to be noted about them."""


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A CSV, XLSX, Parquet or JSON Lines file."""

    path: Path

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def read_units(self, engine: Attaching, vocabulary: Vocabulary) -> tuple[pa.Table, tuple[Diagnostic, ...]]:  # noqa: ARG002
        """Without an engine."""
        return read_units(self.path)


def record_place(text: str) -> RecordPlace:
    """``table:NAME``, ``folder:LOCATION``, an address (``s3://bucket/folder``), or a path of a store or a folder."""
    place = _other_place(text)
    if place is not None:
        return place
    path = Path(text)
    is_store = (path / "batches").is_dir() or next(path.rglob("*.parquet"), None) is None
    return Store(path) if is_store else ParquetFolder(text)


def unit_place(text: str) -> UnitPlace:
    """``table:NAME``, ``folder:LOCATION``, an address, a path of a folder, or a file."""
    return _other_place(text) or (ParquetFolder(text) if Path(text).is_dir() else UnitFile(Path(text)))


def _other_place(text: str) -> ParquetFolder | Table | None:
    if text.startswith(TABLE):
        return Table(text.removeprefix(TABLE))
    if text.startswith(FOLDER) or is_remote(text):
        return ParquetFolder(text.removeprefix(FOLDER))
    return None


def _is_asked(batch: Batch, asked: Asked) -> bool:
    return batch.recorded_at <= asked.known_at and (asked.batches is None or batch.id in asked.batches)


def _held_batches(known: Sequence[Batch]) -> list[Held]:
    return [Held(batch.id, batch.digest, batch.rows) for batch in known]


def _record_shape(asked: Asked, vocabulary: Vocabulary) -> Shape:
    leading = dict(LEADING)
    columns = pa.schema([field.with_nullable(field.name not in leading) for field in wide_schema(vocabulary)])
    required = [name for name in leading if name not in _MADE_UP]
    among = {} if asked.kinds is None else {"kind": asked.kinds}
    return Shape(columns, required, among, {} if asked.last_year is None else {"year": asked.last_year})


def _unit_shape(vocabulary: Vocabulary) -> Shape:
    return Shape(unit_schema(vocabulary), required=("name", "unit_type"))


def _known(engine: Attaching, found: ir.Table, asked: Asked, vocabulary: Vocabulary, place: str) -> list[Held]:
    """Looks at all that is there first: a row that nobody can read must not be passed over as one that came later."""
    problems = list(_faults(found, vocabulary, place))
    if problems:
        raise RecordsError(problems)
    known = found.filter(found.recorded_at <= asked.known_at)
    if asked.batches is not None:
        known = known.filter(known.batch.isin(list(asked.batches)))
    return _held(engine.view("record", known))


def _faults(found: ir.Table, vocabulary: Vocabulary, place: str) -> Iterator[Diagnostic]:
    kinds = [kind.name for kind in vocabulary.kinds.values() if not kind.derived]
    wrong = {
        "no_id": found.record_id == "",
        "no_kind": ~found.kind.isin(kinds),
        "no_instant": ~found.recorded_at.re_search(_INSTANT),
    }
    counts = {name: found.count(where=rows) for name, rows in wrong.items()}
    counted = found.aggregate(rows=found.count(), ids=found.record_id.nunique(), **counts).to_pyarrow().to_pylist()[0]
    if counted["no_id"]:
        yield problem("R605", Place(place), column="record_id", count=counted["no_id"])
    elif counted["ids"] < counted["rows"]:
        yield problem("R606", Place(place), count=counted["rows"] - counted["ids"])
    for name, column in (("no_kind", "kind"), ("no_instant", "recorded_at")):
        if counted[name]:
            yield problem("R607", Place(place), column=column, count=counted[name])


def _held(record: ir.Table) -> list[Held]:
    """One batch a value of ``batch``. A record id is the digest of what the record states, so a few of them stand for all."""
    grouped = record.group_by("batch").agg(
        rows=record.count(), first=record.record_id.min(), last=record.record_id.max(), latest=record.recorded_at.max()
    )
    rows = sorted(grouped.to_pyarrow().to_pylist(), key=lambda row: (row["latest"], row["batch"]))
    return [Held(row["batch"], digest_of(row), row["rows"]) for row in rows]


def _units(found: ir.Table) -> tuple[pa.Table, tuple[Diagnostic, ...]]:
    """As a file of units is read, so that no slip passes in a table that a file would be refused for."""
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "unit.parquet"
        pq.write_table(found.order_by("unit_id").to_pyarrow(), path)
        return read_units(path)
