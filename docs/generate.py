"""Writes the pages of the manual that are made from the program itself: ``python docs/generate.py zh en``.

They go to ``docs/<language>/generated`` and are never committed, so they cannot differ from the program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parent


def main(languages: list[str]) -> None:
    """One process a language: help texts are fixed when the command line is loaded."""
    if len(languages) == 1 and os.environ.get("ENVCREDIT_LANG") == languages[0]:
        _write_pages(languages[0])
        return
    for language in languages or ["zh", "en"]:
        subprocess.run([sys.executable, __file__, language], check=True, env={**os.environ, "ENVCREDIT_LANG": language})


def _write_pages(language: str) -> None:
    from pages import commands, decisions, diagnostics, gallery, schemes, vocabulary

    folder = DOCS / language / "generated"
    for old in folder.rglob("*.md"):
        old.unlink()
    for maker in (commands, decisions, diagnostics, gallery, schemes, vocabulary):
        for name, text in maker.pages(language).items():
            file = folder / f"{name}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
