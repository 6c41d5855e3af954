"""One answer on every engine for the demo city, in its full size: what ``envcredit demo`` rates on DuckDB comes out elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from envcredit.cli.demo import SEED
from envcredit.demo.walk import Walk, walk
from envcredit.rating.replay import replay


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """3,000 units rated for three years, and their parks."""
    return walk(tmp_path_factory.mktemp("demo") / "city", SEED, "en", lambda step, done, of: None)


@pytest.mark.parametrize("other", ["postgresql", "sail", *(["spark"] if os.environ.get("SPARK_SCHEMES") == "all" else [])])
def test_the_last_year_and_the_parks(demo: Walk, other: str, place: Callable[[str], str]) -> None:
    engine = place(other)
    for run in (demo.runs[-1], demo.parks):
        again = replay(run.folder, engine=engine)
        assert again.equal
        assert again.again == run.manifest["result_digest"]
