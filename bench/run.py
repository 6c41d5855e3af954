"""Measures Envcredit and its peers: ``python -m bench.run city province --out bench/results/0.1.0.json``.

Every measurement runs in a process of its own, so that processor time and peak memory are its own. Repetitions go round, one
of each in turn, so that a slow moment of the machine does not fall on one of them alone. A peer whose grades differ from ours
is not timed: the run ends with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from bench.child import PEERS
from bench.make import HERE, Manifest, Workload, make, read_manifest

OURS = ("plan, cold", "plan, kept", "grades", "whole rate", "explain", "incremental")
GRADING = ("grades", "whole rate", *PEERS)
PACKAGES = {"OpenFisca": "openfisca_core", "ZEN": "zen", "pandas": "pandas"}
SHOWN = ("envcredit", "duckdb", "ibis-framework", "pyarrow", "pandas", "openfisca-core", "zen-engine")
AIMS = (
    ("time to grades / hand SQL", "grades", "hand SQL", "<=", 1.3),
    ("whole rate / hand SQL", "whole rate", "hand SQL", "<=", 2.0),
    ("OpenFisca / grades", "OpenFisca", "grades", ">=", 5.0),
    ("ZEN / grades", "ZEN", "grades", ">=", 50.0),
    ("pandas / grades", "pandas", "grades", ">=", 10.0),
    ("explain / whole rate", "explain", "whole rate", "<=", 0.01),
    ("one unit in 300 touched (--since) / whole rate", "incremental", "whole rate", "<=", 0.1),
)


@dataclass
class Measured:
    """Repetitions of one measurement: seconds, processor seconds, MiB; ``sample``: units in a thousand that were evaluated."""

    what: str
    sample: int = 1000
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    parts: list[dict[str, float]] = field(default_factory=list)

    def plain(self) -> dict[str, object]:
        """For the file of results."""
        figures = {"wall": _rounded(self.wall), "cpu": _rounded(self.cpu), "peak_mib": _rounded(self.peak)}
        middle = {f"{name}_median": round(median(values), 4) for name, values in figures.items() if values}
        parts = {name: round(min(p[name] for p in self.parts), 4) for name in self.parts[0]} if self.parts else {}
        return {**figures, **middle, "sample_per_mille": self.sample, "parts_minimum": parts}


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 4) for value in values]


@dataclass(frozen=True)
class Bench:
    """One workload on disk with what is to be done to it."""

    manifest: Manifest
    workload: Workload
    data: Path

    def child(self, what: str, sample: int) -> tuple[dict[str, object], float]:
        """One measurement: what the child printed, and its peak memory in MiB. Raises ``RuntimeError`` when it failed."""
        answer = self.answer_of(what)
        manifest = self.manifest
        where = ["--folder", self.data, "--scheme", manifest.scheme, "--shelf", self.data / "kept", "--answer", answer]
        when = ["--as-of", manifest.as_of, "--known-at", manifest.known_at, "--sample", str(sample)]
        when += ["--engine", self.workload.engine]
        command = [sys.executable, "-m", "bench.child", what, *map(str, where), *when]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE.parent, text=True)  # noqa: S603  our own module
        assert process.stdout is not None
        printed = process.stdout.read()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{what} ended with {process.returncode}")
        return json.loads(printed.splitlines()[-1]), usage.ru_maxrss / 1024

    def answer_of(self, what: str) -> Path:
        """Where the answer of a measurement is put."""
        return self.data / f"answer-{what.replace(' ', '-')}.parquet"

    def differing(self, what: str) -> int:
        """Units whose score or grade differs from ours; a sample is compared with those units alone."""
        ours = {unit: rest for unit, *rest in _rows(self.answer_of("grades"))}
        theirs = {unit: rest for unit, *rest in _rows(self.answer_of(what))}
        if self.sample_of(what) == 1000 and ours.keys() != theirs.keys():
            return len(ours.keys() ^ theirs.keys())
        return sum(ours.get(unit) != rest for unit, rest in theirs.items()) + (not theirs)

    def sample_of(self, what: str) -> int:
        """Units in a thousand that a peer evaluates."""
        return self.workload.sample.get(what, 1000)


def _rows(path: Path) -> Iterable[tuple[object, ...]]:
    table = pq.read_table(path)
    return zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True)


def measure(bench: Bench, names: Sequence[str], console: Console) -> dict[str, Measured]:
    """All measurements of a workload. Raises ``SystemExit`` when a peer's grades are not ours."""
    found = {name: Measured(name, bench.sample_of(name)) for name in names}
    bench.child("plan, kept", 1000)  # puts the plan on the shelf and wakes the disk
    for round_number in range(bench.workload.repetitions):
        for name in names:
            told, peak = bench.child(name, found[name].sample)
            _add(found[name], told, peak)
            console.print(f"  {bench.workload.name} {round_number + 1}: {name} {found[name].wall[-1]:.3f} s", style="dim")
            if name in GRADING and name != "grades" and (differing := bench.differing(name)):
                raise SystemExit(f"{bench.workload.name}: {name} grades {differing} units otherwise than we do")
    return found


def _add(measured: Measured, told: dict[str, object], peak: float) -> None:
    wall, cpu, parts = float(str(told["wall"])), float(str(told["cpu"])), told["seconds"]
    assert isinstance(parts, dict)
    if measured.sample < 1000:
        rest = float(parts[str(told["scaled"])]) * (1000 / measured.sample - 1)
        wall, cpu = wall + rest, cpu + rest
    measured.wall.append(wall)
    measured.cpu.append(cpu)
    measured.peak.append(peak)
    measured.parts.append(parts)


def present(workload: Workload) -> list[str]:
    """The measurements of a workload: ours, and the peers whose packages are installed."""
    peers = [p for p in PEERS if p not in workload.without and find_spec(PACKAGES.get(p, "duckdb")) is not None]
    return [*OURS[:3], *peers, *OURS[3:]]


def shown(workload: Workload, found: dict[str, Measured]) -> Table:
    """The table of a workload."""
    table = Table(title=f"{workload.name}: {workload.units:,} units, {workload.records:,} records, {workload.repetitions} times")
    for head in ("", "wall s (min)", "wall s (median)", "cpu s", "peak MiB", "× our grades", "× hand SQL"):
        table.add_column(head, justify="left" if not head else "right")
    ours, hand = (min(found[name].wall) if name in found else None for name in ("grades", "hand SQL"))
    for each in found.values():
        name = each.what if each.sample == 1000 else f"{each.what} (scaled from {each.sample / 10:g} % of the units)"
        least = min(each.wall)
        ratios = [f"{least / base:.2f}" if base and each.what in GRADING else "" for base in (ours, hand)]
        table.add_row(name, f"{least:.3f}", f"{median(each.wall):.3f}", f"{min(each.cpu):.3f}", f"{max(each.peak):.0f}", *ratios)
    return table


def against_aims(found: dict[str, Measured]) -> Table:
    """Each aim that this run can judge."""
    table = Table(title="aims (minimum against minimum)")
    for head in ("aim", "wanted", "found", ""):
        table.add_column(head)
    for title, over, under, sign, wanted in AIMS:
        if over in found and under in found:
            ratio = min(found[over].wall) / min(found[under].wall)
            met = ratio <= wanted if sign == "<=" else ratio >= wanted
            table.add_row(title, f"{sign} {wanted:g}", f"{ratio:.3g}", "met" if met else "not met")
    return table


def versions() -> dict[str, str]:
    """Of everything that takes part; '' for what is not installed."""
    found = {"python": platform.python_version(), "processors": str(os.cpu_count())}
    for name in SHOWN:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _profile(bench: Bench, console: Console) -> None:
    """Where our time goes: every step of the plan."""
    told, _peak = bench.child("stages", 1000)
    parts = told["seconds"]
    assert isinstance(parts, dict)
    for name, seconds in sorted(parts.items(), key=lambda pair: -pair[1]):
        console.print(f"{seconds:9.3f} s  {name}")


def main() -> None:
    """The command line."""
    manifest = read_manifest()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", nargs="*", default=["city"], choices=[*manifest.workloads, "city"])
    parser.add_argument(
        "--out", type=Path, help="where to keep the figures, beside those of other workloads with the same versions"
    )
    parser.add_argument("--data", type=Path, default=Path("build/bench"), help="where workloads are made")
    parser.add_argument("--only", nargs="*", help="only these measurements (ours' grades always)")
    parser.add_argument("--repetitions", type=int, help="instead of the manifest's number")
    parser.add_argument("--profile", action="store_true", help="every step of our plan, nothing else")
    arguments = parser.parse_args()
    console, results = Console(width=None if sys.stdout.isatty() else 120), dict[str, object]()
    for name in arguments.workload:
        workload = manifest.workloads[name]
        workload = replace(workload, repetitions=arguments.repetitions or workload.repetitions)
        bench = Bench(manifest, workload, make(workload, arguments.data.resolve()))
        if arguments.profile:
            _profile(bench, console)
            continue
        wanted = [each for each in present(workload) if not arguments.only or each in ("grades", *arguments.only)]
        found = measure(bench, wanted, console)
        console.print(shown(workload, found), against_aims(found))
        results[name] = {each: one.plain() for each, one in found.items()}
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        kept = json.loads(arguments.out.read_text("utf-8")) if arguments.out.is_file() else {"workloads": {}}
        workloads = {**kept["workloads"], **results} if kept.get("versions") == versions() else results
        arguments.out.write_text(json.dumps({"versions": versions(), "workloads": workloads}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
