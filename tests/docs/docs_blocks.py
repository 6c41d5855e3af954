"""The code blocks of a page, and what happens when a reader types them.

A block may be preceded by a comment that says how it is checked:

``<!-- file: NAME -->``
    the block is written to that file of the reader's folder, for the commands that follow;
``<!-- check: rules -->`` (or ``scheme``, ``cases``, ``condition``)
    the block is read as that part of a scheme;
``<!-- needs: demo-city -->``
    before the first command, the reader has run ``envcredit demo``.

A ``python`` block is run and must print what stands in the ``text`` block below it. In a ``console`` block, lines after ``$ ``
are typed and the lines below must be printed exactly. A line ``…`` stands for any number of lines and ``…`` within a line for
any text: digests, seconds and long tables are cut this way, nothing else.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path

CUT = "…"
_COMMENT = re.compile(r"<!-- (file|check|needs): (\S+) -->")
_FENCE = re.compile(r"(`{3,})([a-z]+)\s*$")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its lines, where it starts, and the comments above it."""

    language: str
    text: str
    line: int
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """One command, what the page says it prints, and the lines in which it is typed."""

    command: str
    printed: list[str]
    lines: list[str]


def blocks_of(page: str) -> Iterator[Block]:
    """Every fenced block with a language, in order."""
    lines = page.split("\n")
    marks: dict[str, str] = {}
    number = 0
    while number < len(lines):
        line = lines[number]
        if mark := _COMMENT.fullmatch(line.strip()):
            marks[mark[1]] = mark[2]
        elif fence := _FENCE.fullmatch(line):
            end = lines.index(fence[1], number + 1)
            yield Block(fence[2], "\n".join(lines[number + 1 : end]) + "\n", number + 1, marks)
            marks, number = {}, end
        elif line.strip():
            marks = {}
        number += 1


def commands_of(block: Block) -> Iterator[Typed]:
    """The commands of a console block, each with the lines printed below it."""
    typed: Typed | None = None
    for line in block.text.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            if typed:
                yield typed
            typed = Typed(line.removeprefix("$ "), [], [line])
        elif typed and not typed.printed and typed.command.endswith("\\") and line.startswith("> "):
            typed = Typed(typed.command[:-1] + line.removeprefix("> ").lstrip(), [], [*typed.lines, line])
        else:
            assert typed, f"output without a command: {line}"
            typed.printed.append(line)
    if typed:
        yield typed


def language_of(page: Path) -> str:
    """``zh`` or ``en``, by where the page stands and what it is called."""
    return "zh" if page.parent.name == "zh" or page.name.endswith(".zh.md") else "en"


def printed_below(block: Block, blocks: list[Block]) -> list[str]:
    """What the page says a ``python`` block prints: the ``text`` block that follows it."""
    following = blocks[blocks.index(block) + 1 :]
    return following[0].text.rstrip("\n").split("\n") if following and following[0].language == "text" else []


def run_python(block: Block, folder: Path, language: str) -> list[str]:
    """Runs a ``python`` block in ``folder`` and gives the lines that appear, of both streams."""
    (folder / "block.py").write_text(block.text, "utf-8")
    return type_in(f"{sys.executable} block.py", folder, language)


def matches(expected: list[str], found: list[str]) -> bool:
    """Whether ``found`` is what the page shows; see the module's text for ``…``."""
    if not expected:
        return not found
    head, rest = expected[0], expected[1:]
    if head == CUT:
        return any(matches(rest, found[start:]) for start in range(len(found) + 1))
    pattern = ".*".join(re.escape(piece) for piece in head.split(CUT))
    return bool(found) and re.fullmatch(pattern, found[0]) is not None and matches(rest, found[1:])


def type_in(command: str, folder: Path, language: str) -> list[str]:
    """Types one command in ``folder`` and gives the lines that appear, of both streams.

    ``envcredit`` alone, or with ``head`` or ``tail`` behind it, is called in this process, which need not import it anew.
    """
    surroundings = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": str(folder),
        "ENVCREDIT_CACHE": os.environ.get("ENVCREDIT_CACHE", ""),
        "ENVCREDIT_LANG": language,
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    if (called := _ALONE.fullmatch(command)) and "--help" not in command:
        text = _called(shlex.split(called["words"]), folder, surroundings)
    else:
        text = _typed(command, folder, surroundings)
        called = None
    lines = [line.rstrip() for line in text.rstrip("\n").split("\n")] if text else []
    if called is None or not called["cut"]:
        return lines
    count = int(called["count"])
    return lines[:count] if called["cut"] == "head" else lines[-count:]


_ALONE = re.compile(r"envcredit (?P<words>[^|&;<>$`*?~(){}\\]*?)(?: \| (?P<cut>head|tail) -(?P<count>[0-9]+))?")
"""A command without anything that a shell would have to make sense of."""


def _called(words: list[str], folder: Path, surroundings: Mapping[str, str]) -> str:
    from envcredit.cli.app import main

    before, kept = Path.cwd(), dict(os.environ)
    said = io.StringIO()
    try:
        os.chdir(folder)
        os.environ.update(surroundings)
        with redirect_stdout(said), redirect_stderr(said), suppress(SystemExit):
            main(words)
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(kept)
    return said.getvalue()


def _typed(command: str, folder: Path, surroundings: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    return done.stdout.decode("utf-8")
