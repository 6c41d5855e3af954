"""The city of three units, its records in a table of a real database and its results in another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
from city import lay_out, run_of

from envcredit.base.vocabulary import read_vocabulary
from envcredit.engine import open_engine
from envcredit.rating.columns import KEYS
from envcredit.rating.compare import compare
from envcredit.rating.replay import replay
from envcredit.rating.run import read_run
from envcredit.records.partitions import EVERYTHING
from envcredit.records.places import Asked, Store
from envcredit.records.units import read_units

Place = Callable[[str], str]


def test_from_table_to_table_without_passing_through_files(place: Place, tmp_path: Path) -> None:
    url, folder = place("postgresql"), lay_out(tmp_path)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA bureau; CREATE SCHEMA rated")
    with open_engine(url) as engine:
        Store(folder / "store").attach(engine, Asked(EVERYTHING), read_vocabulary())
        engine.keep("held", engine.table("record"))
        engine.write_table("held", "bureau.record")
        engine.load("listed", read_units(folder / "units.csv")[0])
        engine.write_table("listed", "bureau.unit")
    of_store = run_of(folder)
    run = run_of(folder, "there", engine=url, records="table:bureau.record", units="table:bureau.unit", results="table:rated")
    assert run.manifest["result_digest"] == of_store.manifest["result_digest"]
    assert "@" not in str(run.manifest)
    with psycopg.connect(url) as connection:
        for stage, key in KEYS.items():
            rows = connection.execute(f'SELECT * FROM rated."{stage}" ORDER BY {", ".join(key)}').fetchall()
            assert rows == [tuple(row.values()) for row in pq.read_table(run.path(stage)).to_pylist()], stage
    assert replay(folder / "there", engine=url).equal
    assert read_run(folder / "there", engine=url).facts(["U1"]).equals(of_store.facts(["U1"]))
    with open_engine() as engine:
        assert compare(read_run(folder / "there", engine=url), of_store, engine).counts()["same"] == 3
