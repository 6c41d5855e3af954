"""Types every console block of the pages named and writes down what is printed: ``python tests/docs/refresh.py PAGE…``.

A command whose page still matches is left as it is. Where a page cuts its output with a line ``…``, as many lines as stood
before and after the cut are kept; where it shows nothing but the cut, everything is written. Read the difference before it is
committed: it is what readers will see.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from docs_blocks import CUT, Typed, blocks_of, commands_of, language_of, matches, run_python, type_in

REPOSITORY = Path(__file__).parents[2]


def main(pages: list[str]) -> None:
    """Refreshes the pages; the made-up city is made once for all of them."""
    with tempfile.TemporaryDirectory() as folder:
        city = Path(folder) / "demo-city"
        for page in pages:
            refresh(Path(page), city)


def refresh(page: Path, city: Path) -> None:
    """Rewrites one page in place."""
    text = page.read_text("utf-8")
    lines = text.split("\n")
    added = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(REPOSITORY / "examples", folder / "examples")
        blocks = list(blocks_of(text))
        for number, block in enumerate(blocks):
            if block.marks.get("needs") == "demo-city" and not (folder / "demo-city").exists():
                if not city.exists():
                    type_in(f"envcredit demo --out {city.name}", city.parent, "en")
                shutil.copytree(city, folder / "demo-city")
            if "file" in block.marks:
                (folder / block.marks["file"]).parent.mkdir(parents=True, exist_ok=True)
                (folder / block.marks["file"]).write_text(block.text, "utf-8")
            before = blocks[number - 1] if number else block
            if block.language == "text" and before.language == "python":
                fresh = _sound(run_python(before, folder, language_of(page)))
            elif block.language == "console":
                fresh = [line for typed in commands_of(block) for line in _again(typed, folder, language_of(page))]
            else:
                continue
            start, end = block.line + added, block.line + added + block.text.count("\n")
            lines[start:end] = fresh
            added += len(fresh) - block.text.count("\n")
    page.write_text("\n".join(lines), "utf-8")


def _again(typed: Typed, folder: Path, language: str) -> list[str]:
    found = _sound(type_in(typed.command, folder, language))
    if typed.printed != [CUT] and matches(typed.printed, found):
        return [*typed.lines, *typed.printed]
    if CUT not in typed.printed or typed.printed == [CUT]:
        return [*typed.lines, *found]
    cut = typed.printed.index(CUT)
    tail = len(typed.printed) - cut - 1
    return [*typed.lines, *found[:cut], CUT, *(found[-tail:] if tail else [])]


def _sound(found: list[str]) -> list[str]:
    """Nobody wants to read in a manual that the program failed."""
    failed = [line for line in found if line.startswith(("Traceback", "C901"))]
    if failed:
        sys.exit("\n".join(found))
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
