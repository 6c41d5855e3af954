"""One measurement in a process of its own: imports first, then the clock. Prints what it took as one line of JSON."""

from __future__ import annotations

import argparse
import json
import resource
import shutil
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from time import perf_counter

import pyarrow.parquet as pq

from bench.given import Answer, Given

PEERS = {"hand SQL": "hand_sql", "OpenFisca": "openfisca_peer", "ZEN": "zen_peer", "pandas": "pandas_peer"}


def measured(arguments: argparse.Namespace) -> dict[str, object]:
    """Seconds on the clock and on the processors, and the parts of the first."""
    given = Given(
        arguments.folder,
        arguments.scheme,
        date.fromisoformat(arguments.as_of),
        arguments.known_at,
        arguments.sample,
        arguments.engine,
    )
    work = _work(arguments.what, given, arguments.shelf)
    before, began = resource.getrusage(resource.RUSAGE_SELF), perf_counter()
    answer = work()
    wall, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    pq.write_table(answer.table, arguments.answer)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "seconds": answer.seconds, "scaled": answer.scaled}


def _work(what: str, given: Given, shelf: Path) -> Callable[[], Answer]:
    """What is to be measured, with everything imported."""
    if what in PEERS:
        rate: Callable[[Given], Answer] = import_module(f"bench.peers.{PEERS[what]}").rate
        return lambda: rate(given)
    from bench.ours import MEASURES, Ours, prepare_shelf

    ours = Ours(given, prepare_shelf(shelf), shelf)
    if what == "whole rate":
        shutil.rmtree(ours.run_folder, ignore_errors=True)
    return lambda: MEASURES[what](ours)


def main() -> None:
    """The command line of a child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what")
    for name in ("folder", "scheme", "shelf", "answer"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--known-at", required=True)
    parser.add_argument("--sample", type=int, default=1000)
    parser.add_argument("--engine", default="duckdb")
    print(json.dumps(measured(parser.parse_args())))


if __name__ == "__main__":
    main()
