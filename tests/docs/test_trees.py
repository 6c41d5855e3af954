"""The two trees of the manual tell the same: the same pages, the same headings, the same code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_blocks import blocks_of, commands_of

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
NAMES = sorted(p.name for p in (DOCS / "en").glob("*.md"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _pair(name: str) -> tuple[str, str]:
    if name == "README":
        return (REPOSITORY / "README.zh.md").read_text("utf-8"), (REPOSITORY / "README.md").read_text("utf-8")
    return (DOCS / "zh" / name).read_text("utf-8"), (DOCS / "en" / name).read_text("utf-8")


def _without_blocks(page: str) -> str:
    return re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)


def test_the_same_pages() -> None:
    assert sorted(p.name for p in (DOCS / "zh").glob("*.md")) == NAMES


@pytest.mark.parametrize("name", ["README", *NAMES])
def test_the_same_headings_and_tables(name: str) -> None:
    zh, en = (_without_blocks(page) for page in _pair(name))
    assert [len(h) for h in re.findall(r"^(#+) ", zh, re.MULTILINE)] == [len(h) for h in re.findall(r"^(#+) ", en, re.MULTILINE)]
    assert len(re.findall(r"^\|", zh, re.MULTILINE)) == len(re.findall(r"^\|", en, re.MULTILINE))


@pytest.mark.parametrize("name", ["README", *NAMES])
def test_the_same_code(name: str) -> None:
    told = []
    for page in _pair(name):
        blocks = list(blocks_of(page))
        commands = [t.command for b in blocks if b.language == "console" for t in commands_of(b)]
        others = [re.sub(r"\s*#.*", "", b.text) for b in blocks if b.language not in ("console", "text")]
        told.append((commands, others))
    assert told[0] == told[1]


@pytest.mark.parametrize("name", ["README", *NAMES])
def test_each_in_its_language(name: str) -> None:
    zh, en = (_without_blocks(page) for page in _pair(name))
    assert CHINESE.search(zh)
    headings = re.findall(r"^#+ (.*)$", en, re.MULTILINE)
    assert not [h for h in headings if CHINESE.search(h) and "(" not in h]


@pytest.mark.parametrize("tree", ["zh", "en"])
def test_every_page_can_be_reached(tree: str) -> None:
    index = (DOCS / tree / "index.md").read_text("utf-8")
    assert not [n for n in NAMES if n != "index.md" and not re.search(rf"^{n.removesuffix('.md')}$", index, re.MULTILINE)]
