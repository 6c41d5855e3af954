"""What a relation is to look like, wherever its rows lie: in a folder, in a table, on a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Shape:
    """``columns``: names and types, of string, int64, bool and date32; one that may not be null says nothing by ``''`` or 0.

    ``required``: columns that a place must have; it need not have the others, which then say nothing.
    ``among``: only rows whose column is one of these; ``at_most``: none whose column is beyond this. Neither looks at a column
    that the place does not have; where a column is a part of paths (``kind=penalty/year=2026``), other paths are not opened.
    """

    columns: pa.Schema
    required: Sequence[str] = ()
    among: Mapping[str, Sequence[str]] = field(default_factory=dict)
    at_most: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every column that is looked at."""
        return tuple(dict.fromkeys([*self.columns.names, *self.among, *self.at_most]))

    def type_of(self, name: str) -> pa.DataType:
        """The type of a column that is looked at."""
        if name in self.columns.names:
            return self.columns.field(name).type
        return pa.int64() if name in self.at_most else pa.string()
