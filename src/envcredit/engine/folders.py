"""Folders of Parquet files on a disk or in an object store, of which only the parts that can matter are opened.

Arrow's own file systems are used, so an object store needs nothing to be installed or fetched: ``s3://bucket/folder`` (of any
store that speaks S3: ``s3://key:secret@bucket/folder?endpoint_override=host:port``), ``gs://``, ``abfss://``, ``hdfs://``.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.locations import is_remote, shown
from envcredit.base.shape import Shape
from envcredit.errors import InputError

_NONE = ("", "__HIVE_DEFAULT_PARTITION__")
_ROWS = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One file, and what its path states: ``{"kind": "penalty", "year": "2026"}``; ``None`` where it states nothing."""

    path: str
    stated: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Folder:
    """Those files of a folder that can hold rows of a shape. ``keys``: columns that are stated by paths."""

    system: pafs.FileSystem
    parts: Sequence[Part]
    keys: Sequence[str]
    location: str

    def dataset(self, shape: Shape) -> ds.Dataset:
        """The rows of all parts, each opened when it is read; columns that ``shape`` does not look at are left out."""
        own = pa.schema([(key, shape.type_of(key)) for key in self.keys])
        partitions = [_partition(part, own) for part in self.parts]
        files = [part.path for part in self.parts]
        with _telling(self.location):
            made = ds.FileSystemDataset.from_paths(
                files, own, ds.ParquetFileFormat(), filesystem=self.system, partitions=partitions
            )
            read = pa.unify_schemas([f.physical_schema for f in made.get_fragments()], promote_options="permissive")
        fields = [pa.field(f.name, _plain(f.type)) for f in read if f.name in shape.names and f.name not in self.keys]
        return made.replace_schema(pa.schema([*fields, *(f for f in own if f.name in shape.names)]))


def local_path(location: str) -> Path:
    """The path of a location that is not remote."""
    return Path(unquote(urlsplit(location).path) if location.startswith("file://") else location)


def open_folder(location: str, shape: Shape) -> Folder:
    """The files of a folder whose paths do not rule them out; there may be none.

    Raises ``InputError``: T135 no Parquet file at all, T136 the place cannot be reached.
    """
    with _telling(location):
        system, base = _system(location)
        listed = system.get_file_info(pafs.FileSelector(base, allow_not_found=True, recursive=True))
        paths = sorted(info.path for info in listed if info.type == pafs.FileType.File and _counts(info.path[len(base) :]))
        if not paths:
            raise InputError([problem("T135", Place(shown(location)))])
        parts = [Part(path, dict(_stated(path[len(base) :]))) for path in paths]
        keys = tuple(dict.fromkeys(key for part in parts for key in part.stated))
        return Folder(system, [part for part in parts if _can_matter(part, shape)], keys, location)


def write_batches(location: str, batches: pa.RecordBatchReader, partition_by: Sequence[str]) -> int:
    """Writes rows that come in order as Parquet, one folder for each value of each column of ``partition_by``.

    On a disk the folder gets its name when it is whole. Raises ``InputError``: T137 something is there, T136 not reached.
    """
    with _telling(location):
        system, base = _system(location)
        if system.get_file_info(pafs.FileSelector(base, allow_not_found=True)):
            raise InputError([problem("T137", Place(shown(location)))])
        if is_remote(location):
            return _write(system, base, batches, partition_by)
        path = local_path(location).absolute()
        waiting = path.with_name(f".{path.name}.writing")
        if waiting.exists():
            system.delete_dir(str(waiting))
        rows = _write(system, str(waiting), batches, partition_by)
        waiting.replace(path)
        return rows


def _write(system: pafs.FileSystem, base: str, batches: pa.RecordBatchReader, partition_by: Sequence[str]) -> int:
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in batches:
            rows += batch.num_rows
            yield batch

    format_ = ds.ParquetFileFormat()
    ds.write_dataset(
        counted(),
        base,
        schema=batches.schema,
        filesystem=system,
        format=format_,
        file_options=format_.make_write_options(compression="zstd"),
        partitioning=ds.partitioning(pa.schema([batches.schema.field(name) for name in partition_by]), flavor="hive"),
        preserve_order=True,
        min_rows_per_group=_ROWS // 8,
        max_rows_per_group=_ROWS,
        create_dir=isinstance(system, pafs.LocalFileSystem),  # an object store has no folders
    )
    if not rows:  # of no rows no file is written, and nobody could tell which columns there are
        _write_empty(system, base, batches.schema)
    return rows


def _write_empty(system: pafs.FileSystem, base: str, schema: pa.Schema) -> None:
    if isinstance(system, pafs.LocalFileSystem):
        system.create_dir(base)
    pq.write_table(schema.empty_table(), f"{base}/part-0.parquet", compression="zstd", filesystem=system)


class _telling:  # noqa: N801  reads as a verb
    """What Arrow says about a place that cannot be read, as a problem of ours."""

    def __init__(self, location: str) -> None:
        self._place = Place(shown(location))

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (OSError, pa.ArrowException)):
            raise InputError([self._problem(error)]) from error

    def _problem(self, error: BaseException) -> Diagnostic:
        return problem("T136", self._place, why=str(error).strip().split("\n")[0])


def _system(location: str) -> tuple[pafs.FileSystem, str]:
    if is_remote(location):
        system, base = pafs.FileSystem.from_uri(location)
        return system, base.rstrip("/")
    return pafs.LocalFileSystem(), str(local_path(location).absolute())


def _counts(path: str) -> bool:
    """As Spark does: what begins with a dot or a line below is no data."""
    names = [name for name in path.split("/") if name]
    return path.endswith(".parquet") and not any(name[0] == "." or (name[0] == "_" and "=" not in name) for name in names)


def _stated(path: str) -> Iterator[tuple[str, str | None]]:
    for name in os.path.dirname(path).split("/"):  # noqa: PTH120  an object store has no paths of this system
        key, equals, value = name.partition("=")
        if equals:
            yield unquote(key), None if value in _NONE else unquote(value)


def _can_matter(part: Part, shape: Shape) -> bool:
    among = all(part.stated[name] in values for name, values in shape.among.items() if name in part.stated)
    stated = [(part.stated.get(name), last) for name, last in shape.at_most.items()]
    return among and all(int(value) <= last for value, last in stated if value is not None)


def _partition(part: Part, own: pa.Schema) -> pc.Expression:
    whole = pc.scalar(True)
    for key in own.names:
        value = part.stated.get(key)
        known = pc.field(key).is_null() if value is None else pc.field(key) == pa.scalar(value).cast(own.field(key).type)
        whole = whole & known
    return whole


def _plain(kind: pa.DataType) -> pa.DataType:
    """Texts as texts, however a file keeps them."""
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else kind
