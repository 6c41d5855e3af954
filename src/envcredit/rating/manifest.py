"""What made a run: scheme, clocks and inputs by digest, and what came out, stage by stage. No clock of the machine is in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import InputError
from envcredit.rating.columns import FORMAT

NAME = "manifest.json"


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Writes ``manifest.json`` with sorted keys, so that the same run has the same bytes."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (folder / NAME).write_text(text, "utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run. Raises ``InputError`` (T110: no run, T111: damaged, T116: of another version)."""
    path = folder / NAME
    if not path.is_file():
        raise InputError([problem("T110", Place(str(folder)))])
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError([problem("T111", Place(str(path)), reason=str(error))]) from error
    if not isinstance(manifest, dict) or "stages" not in manifest:
        raise InputError([problem("T111", Place(str(path)), reason="stages")])
    if manifest.get("format") != FORMAT:
        raise InputError([problem("T116", Place(str(path)), found=str(manifest.get("format")), expected=FORMAT)])
    return manifest
