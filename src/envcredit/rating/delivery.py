"""Results that the engine itself writes where others read them: as tables of its database, or as folders of Parquet files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.locations import is_remote, shown
from envcredit.engine import Engine
from envcredit.engine.folders import local_path
from envcredit.engine.shapes import table_parts
from envcredit.rating.columns import KEYS
from envcredit.records.places import FOLDER, TABLE


class ResultPlace(Protocol):
    """Where every stage of a run is to be written, beside the run folder."""

    @property
    def name(self) -> str:
        """What a person typed, without what gives access."""

    def taken(self, as_of: date) -> list[Diagnostic]:
        """What of this place can be seen to be in the way before anything is computed."""

    def take(self, engine: Engine, tables: Mapping[str, str], as_of: date) -> None:
        """Has the stages written. ``tables``: under which name the engine keeps each. Raises ``InputError``."""


@dataclass(frozen=True, slots=True)
class Tables:
    """``schema.unit``, ``schema.grade`` and so on, in place of any that were there."""

    schema: str

    @property
    def name(self) -> str:
        """``table:SCHEMA``."""
        return f"{TABLE}{self.schema}"

    def taken(self, as_of: date) -> list[Diagnostic]:  # noqa: ARG002
        """Nothing: tables are replaced."""
        return []

    def take(self, engine: Engine, tables: Mapping[str, str], as_of: date) -> None:  # noqa: ARG002
        """Raises ``InputError``: T138 a table cannot be written."""
        for stage in KEYS:
            engine.write_table(tables[stage], f"{self.schema}.{stage}")


@dataclass(frozen=True, slots=True)
class Folders:
    """``unit/as_of=2026-12-31``, ``grade/as_of=2026-12-31`` and so on below a path or an address, so that one follows another."""

    location: str

    @property
    def name(self) -> str:
        """``folder:LOCATION``."""
        return f"{FOLDER}{shown(self.location)}"

    def taken(self, as_of: date) -> list[Diagnostic]:
        """Folders are never written over (T137)."""
        own = [] if is_remote(self.location) else [self.of(stage, as_of) for stage in KEYS]
        return [problem("T137", Place(folder)) for folder in own if local_path(folder).exists()]

    def take(self, engine: Engine, tables: Mapping[str, str], as_of: date) -> None:
        """Raises ``InputError``: T136 not reached, T137 something is there."""
        for stage, key in KEYS.items():
            engine.write_folder(tables[stage], self.of(stage, as_of), (), key)

    def of(self, stage: str, as_of: date) -> str:
        """Where one stage of one day is to lie."""
        base, mark, asked = self.location.partition("?") if is_remote(self.location) else (self.location, "", "")
        return f"{base.rstrip('/')}/{stage}/as_of={as_of.isoformat()}{mark}{asked}"


def result_place(text: str) -> ResultPlace:
    """``table:SCHEMA``, ``folder:LOCATION``, an address or a path. Raises ``InputError`` (T131) for what is no schema."""
    if text.startswith(TABLE):
        schema = text.removeprefix(TABLE)
        table_parts(f"{schema}.{next(iter(KEYS))}")
        return Tables(schema)
    return Folders(text.removeprefix(FOLDER))
