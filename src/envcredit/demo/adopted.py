"""A model scheme as a city would adopt it: the same files, in force from a day of its own."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from envcredit.scheme.files import SCHEME_FILE, yaml_files

_IN_FORCE = re.compile(r"^in_force: .*$", re.MULTILINE)


def adopt(scheme: Traversable, folder: Path, first: date) -> Path:
    """Copies a scheme's folder with another first day and returns the copy. Nothing else is changed."""
    for part in ("", "rules", "cases"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        for file in yaml_files(scheme, part) if part else [scheme.joinpath(SCHEME_FILE)]:
            (folder / part / file.name).write_bytes(file.read_bytes())
    top = folder / SCHEME_FILE
    text, count = _IN_FORCE.subn(f"in_force: {{from: {first}}}", top.read_text("utf-8"))
    assert count == 1, scheme
    top.write_text(text, "utf-8")
    return folder
