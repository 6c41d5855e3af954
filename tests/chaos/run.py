"""The safety figures of publishing: ``make chaos``, or ``python tests/chaos/run.py [--times SHARE] [TRIAL…]``.

Prints a table. Exit code 1 if something went wrong; each line of that says what repeats it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "release"), str(HERE.parent / "proof")]

from faults import file_faults, ledger_faults  # noqa: E402
from figures import Figures  # noqa: E402
from flips import bit_flips, rewinds  # noqa: E402
from histories import histories  # noqa: E402
from kills import kills  # noqa: E402
from power import power_cuts  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402
from spoiled import mutants  # noqa: E402

Trial = Callable[[float, Path], Figures]


def _must_lose(found: Figures) -> Figures:
    """A control: weaker settings must lose, or the trial beside it shows nothing."""
    void = "" if found.wrong else "nothing was lost, so the trial with the chosen settings shows nothing"
    return Figures(f"{found.trial} (control: must lose)", found.times, found.counts, [], void)


TRIALS: Mapping[str, Trial] = {
    "kills": lambda share, folder: kills(round(1000 * share), folder),
    "power": lambda share, folder: power_cuts(round(1000 * share), folder),
    "power-normal": lambda share, folder: _must_lose(power_cuts(round(1000 * share), folder, "NORMAL")),
    "power-off": lambda share, folder: _must_lose(power_cuts(round(1000 * share), folder, "OFF")),
    "ledger-faults": lambda share, folder: ledger_faults(folder, stride=max(1, round(1 / share))),
    "file-faults": lambda share, folder: file_faults(folder, stride=max(1, round(1 / share))),
    "flips": lambda share, folder: bit_flips(round(1000 * share), folder),
    "rewinds": lambda share, folder: rewinds(round(100 * share), folder),
    "mutants": lambda share, _folder: mutants(round(100_000 * share)),
    "histories": lambda share, folder: histories(round(500 * share), folder),
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trial", nargs="*", choices=[*TRIALS, []], help="only these")
    parser.add_argument("--times", type=float, default=1.0, help="this share of the full numbers")
    asked = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 150)
    table = Table(title="safety figures of publishing")
    for head in ("trial", "times", "found", "", "s"):
        table.add_column(head, justify="right" if head in ("times", "s") else "left")
    wrong = []
    for name in asked.trial or TRIALS:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            found = TRIALS[name](asked.times, Path(folder))
        row = "holds" if found.holds else found.void or "WRONG"
        table.add_row(found.trial, f"{found.times:,}", found.told(), row, f"{time.monotonic() - begun:.0f}")
        wrong += found.wrong + ([found.void] if found.void else [])
    console.print(table)
    for line in wrong[:50]:
        console.print(line, style="red")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
