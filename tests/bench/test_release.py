"""The bench of publishing runs in small, and every result it publishes verifies."""

from __future__ import annotations

from pathlib import Path

from bench.release import measured


def test_a_small_one(tmp_path: Path) -> None:
    found = measured(150, tmp_path)
    assert found["results"] == 150
    assert set(found["seconds"]) >= {"publish", "verify release", "verify bundles", "joserfc signing", "plain JSON"}
    assert 1000 < found["bundle_bytes"]["median"] < 5000
