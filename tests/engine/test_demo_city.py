"""One answer on every engine for the demo city, in its full size: what ``envcredit demo`` rates on DuckDB comes out elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from envcredit.rating.replay import replay
from envcredit.rating.run import read_run


@pytest.mark.parametrize("other", ["postgresql", "sail", *(["spark"] if os.environ.get("SPARK_SCHEMES") == "all" else [])])
def test_the_last_year_and_the_parks(demo_city: Path, other: str, place: Callable[[str], str]) -> None:
    engine = place(other)
    for run in (demo_city / "runs" / "2028", demo_city / "runs" / "parks-2028"):
        again = replay(run, engine=engine)
        assert again.equal
        assert again.again == read_run(run).manifest["result_digest"]
