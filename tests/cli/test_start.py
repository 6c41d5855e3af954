"""The command answers at once: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("altair", "duckdb", "ibis", "pandas", "pyarrow", "vl_convert", "xlsxwriter")


def test_help_imports_nothing_heavy() -> None:
    program = f"import sys, envcredit.cli.app as a; a.build(); print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "envcredit", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("envcredit ")
