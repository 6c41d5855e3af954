"""What every measured program is given, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from envcredit.base.days import add_months

ANSWER = pa.schema([("unit_id", pa.string()), ("score", pa.int64()), ("grade", pa.string())])


@dataclass(frozen=True, slots=True)
class Given:
    """A workload on disk, the day and what was known. ``sample``: only so many units in a thousand are evaluated.

    ``engine``: the one that ours runs on.
    """

    folder: Path
    scheme: Path
    as_of: date
    known_at: str
    sample: int = 1000
    engine: str = "duckdb"

    @property
    def units(self) -> Path:
        """The list of units."""
        return self.folder / "units.parquet"

    @property
    def records(self) -> Path:
        """The store of records."""
        return self.folder / "records"

    @property
    def record_files(self) -> list[Path]:
        """The Parquet files of the store."""
        return sorted(self.records.glob("batches/*/record.parquet"))


@dataclass(frozen=True, slots=True)
class Answer:
    """``table``: ANSWER, one row a unit that was evaluated; score null and grade '' for units that are not rated.

    ``seconds``: parts of the time, by name; ``scaled`` names the part that grows with the sample.
    """

    table: pa.Table
    seconds: dict[str, float] = field(default_factory=dict)
    scaled: str = ""


def first_day(as_of: date, months: int) -> date:
    """The earliest day from which a term of ``months`` still runs on ``as_of`` (its corresponding day counts)."""
    day = add_months(as_of, -months, "last_day")
    while add_months(day, months, "last_day") < as_of:
        day += timedelta(days=1)
    return day
