"""Plans that one test has built and another needs too, in this process or in one beside it."""

from __future__ import annotations

from pathlib import Path

from envcredit.rating.prepared import Folder

PLANS = Folder(Path(__file__).parents[2] / "build" / "test-cache" / "shared", most=1000)
