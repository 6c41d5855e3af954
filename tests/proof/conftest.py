"""What the tests of proofs share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def vectors(shared_data: Path) -> Path:
    """The folder of published test vectors."""
    return shared_data / "sharing"


@pytest.fixture(scope="session")
def read_vectors(vectors: Path) -> Callable[[str], Any]:
    """Reads a file of published vectors."""
    return lambda name: json.loads((vectors / name).read_text("utf-8"))
