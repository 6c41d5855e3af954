"""What all tests share."""

from __future__ import annotations

import fcntl
import os
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from envcredit.cli.app import main

REPOSITORY = Path(__file__).parents[1]

# The machines that run these tests differ in speed by a lot; a deadline would only test the machine.
settings.register_profile(
    "envcredit", deadline=None, max_examples=50, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("envcredit")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder with pyproject.toml."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Reference data that stands beside the checkout and is not part of it."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the reference data (../shared/data) is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``envcredit demo`` makes, made once for all processes of these tests; nobody may change it."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made-up"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "made").exists():
            with redirect_stdout(StringIO()), pytest.raises(SystemExit) as leaving:
                main(["demo", "--out", str(shared / "demo-city"), "--lang", "en"])
            assert not leaving.value.code
            (shared / "made").touch()
    return shared / "demo-city"


@pytest.fixture(autouse=True)
def language_not_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person who runs the tests may have chosen a language; the tests have not."""
    monkeypatch.delenv("ENVCREDIT_LANG", raising=False)


@pytest.fixture(autouse=True)
def plans_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the plans of other commands of these tests, and leave the person's own cache alone."""
    monkeypatch.setenv("ENVCREDIT_CACHE", str(REPOSITORY / "build" / "test-cache"))
