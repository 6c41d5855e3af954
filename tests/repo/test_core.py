"""Each part is enough for its job: what is not in the lock of rating, or of verifying, is made impossible to import."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from publication import NOW, published, trust, write

PROGRAM = """
import sys
from importlib.machinery import PathFinder
blocked = set(sys.argv[1].split(","))
found = PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.split(".")[0] in blocked else found(name, path, target)
PathFinder.find_spec = staticmethod(find_spec)
from envcredit.cli.app import main
main(sys.argv[2:])
"""


def _locked(file: Path) -> dict[str, list[str]]:
    """Name to the pinned versions in a lock."""
    found: dict[str, list[str]] = {}
    for name, pinned in re.findall(r"^([\w.-]+)==(\S+)", file.read_text("utf-8"), re.MULTILINE):
        found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), []).append(pinned)
    return found


def _not_locked(file: Path) -> set[str]:
    """Modules that are installed here and would not be with this lock."""
    core = set(_locked(file)) | {"envcredit"}
    return {
        module
        for module, owners in packages_distributions().items()
        if not any(re.sub(r"[-_.]+", "-", owner).lower() in core for owner in owners)
    }


@pytest.fixture(scope="module")
def blocked(repository: Path) -> str:
    extra = _not_locked(repository / "requirements" / "rate.txt")
    assert {"altair", "vl_convert", "openpyxl", "pytest", "sphinx"} <= extra
    assert not extra & {"ibis", "duckdb", "pyarrow", "lark", "pydantic", "typer"}
    return ",".join(sorted(extra))


def _envcredit(blocked: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, blocked, *arguments, "--lang", "en"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(blocked: str, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the core has imported and rated the example."""
    here = tmp_path_factory.mktemp("core")
    example = repository / "examples" / "real-penalties"
    records = str(example / "cn_penalties_anonymised.csv")
    imported = ["records", "import", records, "--source", "examples/decisions", "--out", "store"]
    rated = ["rate", "--scheme", "cn/ningxia/enterprise/2025", "--units", str(example / "units.csv"), "--records", "store"]
    for arguments in (imported, [*rated, "--as-of", "2025-12-31", "--out", "run"]):
        done = _envcredit(blocked, here, *arguments)
        assert done.returncode == 0, done.stderr
    return here


@pytest.mark.parametrize(
    "words", ["explain run 甲21有限公司", "replay run", "compare run run", "records template t.xlsx", "scheme list"]
)
def test_the_core_does_the_main_job(words: str, blocked: str, folder: Path) -> None:
    done = _envcredit(blocked, folder, *words.split())
    assert done.returncode == 0, done.stderr


def test_a_bank_needs_nothing_of_rating_to_verify(repository: Path, tmp_path: Path) -> None:
    extra = _not_locked(repository / "requirements" / "verify.txt")
    assert {"duckdb", "ibis", "pyarrow", "lark", "ruamel", "jinja2", "gmalg"} <= extra
    assert not extra & {"cryptography", "joserfc", "rfc8785", "pydantic", "typer"}
    write({"trust.json": trust().to_bytes()}, write(published().files, tmp_path / "release").parent)
    at = datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    done = _envcredit(",".join(sorted(extra)), tmp_path, "verify", "release", "--trust", "trust.json", "--at", at)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "It holds." in done.stdout


def test_the_report_says_which_part_it_needs(blocked: str, folder: Path) -> None:
    done = _envcredit(blocked, folder, "report", "run", "--out", "report.html")
    assert done.returncode == 2
    assert "envcredit[report]" in done.stderr


def test_the_lock_of_each_part_is_part_of_the_whole(repository: Path) -> None:
    rate, verify, whole = (_locked(repository / "requirements" / f"{name}.txt") for name in ("rate", "verify", "dev"))
    assert {name: pinned for part in (rate, verify) for name, pinned in part.items() if whole.get(name) != pinned} == {}
    assert {"altair", "vl-convert-python"} <= set(whole) - set(rate)
    assert not {"cryptography", "joserfc"} & set(rate)
