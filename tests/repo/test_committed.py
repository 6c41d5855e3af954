"""What may not be committed: addresses of package indexes, paths of one machine, reference data that is not ours."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

INDEX = [
    re.compile(r"index[-_]url\s*[=:]?\s*\S*//"),
    re.compile(r"https?://[^\s\"')]*/simple\b"),
    re.compile(r"find-links[\s=]+\S*/"),
    re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.org"),
]
MACHINE = re.compile(r"(?<![\w.])/(?:root|work|home|opt/pypi)/\w")
THIS_FILE = "tests/repo/test_committed.py"
ALLOWED_FROM_SHARED = {"cn_penalties_anonymised.csv", "LICENSE-Apache-2.0.txt"}


@pytest.fixture(scope="module")
def committed(repository: Path) -> dict[str, bytes]:
    if not (repository / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = sorted(p for p in listed.stdout.split("\0") if p)
    return {p: (repository / p).read_bytes() for p in paths if p != THIS_FILE and (repository / p).is_file()}


def _matches(pattern: re.Pattern[str], committed: dict[str, bytes]) -> list[str]:
    return [
        f"{path}: {found[0]}"
        for path, content in committed.items()
        for found in [pattern.search(content.decode("utf-8", "replace"))]
        if found
    ]


@pytest.mark.parametrize("pattern", INDEX, ids=lambda p: str(p.pattern))
def test_no_file_names_a_package_index(pattern: re.Pattern[str], committed: dict[str, bytes]) -> None:
    assert not _matches(pattern, committed)


def test_no_file_names_a_folder_of_this_machine(committed: dict[str, bytes]) -> None:
    assert not _matches(MACHINE, committed)


@pytest.mark.parametrize(
    "text", ["--index-url https://example.invalid/x", "https://example.invalid/simple/", "find-links = /wheels", "/root/a"]
)
def test_the_patterns_find_what_they_are_for(text: str) -> None:
    assert any(pattern.search(text) for pattern in [*INDEX, MACHINE])


def test_every_requirement_is_pinned_with_hashes(repository: Path) -> None:
    for name in ("dev.txt", "rate.txt", "verify.txt", "spark-server.txt"):
        lines = (repository / "requirements" / name).read_text("utf-8").replace("\\\n", " ").split("\n")
        loose = [line for line in lines if line.strip() and not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]
        assert not loose


def test_reference_data_stays_outside(committed: dict[str, bytes], shared_data: Path) -> None:
    theirs = {
        hashlib.sha256(file.read_bytes()).hexdigest(): file.name
        for file in sorted(shared_data.rglob("*"))
        if file.is_file() and file.stat().st_size and file.name not in ALLOWED_FROM_SHARED
    }
    taken = [f"{path} is {theirs[d]}" for path, c in committed.items() for d in [hashlib.sha256(c).hexdigest()] if d in theirs]
    assert not taken


def test_nothing_large_is_committed(committed: dict[str, bytes]) -> None:
    assert not [path for path, content in committed.items() if len(content) > 1_000_000]
