"""The repository keeps the rules of the house, and each rule finds its bad sample."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath

import house_rules as rules
import pytest

BAD = {
    "short_files": "x = 1\n" * 501,
    "short_functions": "def f():\n" + "    x = 1\n" * 60,
    "telling_names": "class RecordManager: pass",
    "no_any_value": "t.fine.any_value()",
    "no_clock": "import datetime\nday = datetime.date.today()",
    "no_chance": "import random",
    "no_foreign_code": "eval('1')",
    "no_floats": "points = 2.5",
    "future_annotations": '"""Something."""\ndef f(): pass\n',
    "no_excuses": "x = 1  # TODO later",
}
ALSO_BAD = [
    ("no_any_value", "ibis.arbitrary(x)"),
    ("no_clock", "now = datetime.now(tz=UTC)"),
    ("no_clock", "import time\ntime.time()"),
    ("no_chance", "from random import Random"),
    ("no_chance", "from uuid import uuid4"),
    ("no_clock", "import os\nos.environ['HOME']"),
    ("no_foreign_code", "import pickle"),
    ("no_foreign_code", "subprocess.run(x, shell=True)"),
    ("no_foreign_code", "os.system(x)"),
    ("no_floats", "float(x)"),
    ("no_floats", "t.fine.cast('float64')"),
    ("no_excuses", "x = y  # noqa"),
    ("no_excuses", "x = y  # type: ignore"),
    ("telling_names", "def date_utils(): pass"),
]
GOOD = [
    ("short_files", "x = 1\n" * 500),
    ("short_functions", "def f():\n" + "    x = 1\n" * 59),
    ("no_any_value", "t.fine.max()"),
    ("no_clock", "def rate(today): return today.day"),
    ("no_foreign_code", "subprocess.run(['git', 'status'], shell=False)"),
    ("no_floats", "points = 2\nname = 'floating'"),
    ("no_excuses", "x = y  # noqa: S101  a reason"),
    ("telling_names", "def utilisation(): pass"),
]


def _found(rule: str, text: str, path: str = "src/envcredit/rating/x.py") -> list[tuple[int, str]]:
    return list(getattr(rules, rule)(rules.Source(PurePosixPath(path), text)))


@pytest.mark.parametrize(("rule", "sample"), [*BAD.items(), *ALSO_BAD])
def test_each_rule_finds_its_bad_sample(rule: str, sample: str) -> None:
    assert _found(rule, sample)


@pytest.mark.parametrize(("rule", "sample"), GOOD)
def test_and_leaves_the_good_one(rule: str, sample: str) -> None:
    assert not _found(rule, sample)


def test_every_rule_has_a_bad_sample() -> None:
    assert [r.check.__name__ for r in rules.HOUSE] == list(BAD)


@pytest.mark.parametrize("rule", rules.HOUSE, ids=lambda r: str(r.check.__name__))
def test_the_repository_keeps_the_rule(rule: object, repository: Path) -> None:
    broken = []
    for path in _python_files(repository):
        if rule.holds_for(path):  # type: ignore[attr-defined]
            source = rules.Source(path, (repository / path).read_text("utf-8"))
            broken += [f"{path}:{line}: {what}" for line, what in rule.check(source)]  # type: ignore[attr-defined]
    assert not broken, "\n".join(broken)


def _python_files(repository: Path) -> list[PurePosixPath]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    return [PurePosixPath(line) for line in sorted(listed.stdout.split("\n")) if line and (repository / line).is_file()]
