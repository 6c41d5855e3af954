"""Every text stands in Chinese and English with the same holes, is used, and every code that is raised is in the table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from envcredit.base.diagnostics import code_table
from envcredit.base.labels import read_table

ROOMS = "BCLPRSTV"
"""The letters of base, the command line, lending, release, records, scheme, rating with engines, and proof."""
CODE = re.compile(f"[{ROOMS}][0-9]{{3}}")
ANYTHING = ".+"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def holes(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def strings_of(tree: ast.AST) -> Iterator[str]:
    """Every text in a file as a regular expression; what an f-string fills in may be anything."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else ANYTHING for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield re.escape(node.value)


@pytest.fixture(scope="module")
def strings(repository: Path) -> set[str]:
    found: set[str] = set()
    for file in sorted((repository / "src").rglob("*.py")):
        found |= set(strings_of(ast.parse(file.read_text("utf-8"))))
    return found


def used(key: str, strings: set[str]) -> bool:
    """Whether the source names the key, whole or without what a room puts before it, or makes it by an f-string."""
    pieces = key.split(".")
    endings = [".".join(pieces[start:]) for start in range(min(3, len(pieces)))]
    made = [pattern for pattern in strings if ANYTHING in pattern and re.search(r"[a-z_]{3}", pattern)]
    return any(re.escape(end) in strings for end in endings) or any(re.fullmatch(m, end) for m in made for end in endings)


def test_words_in_both_languages() -> None:
    wrong = [
        k for k, row in read_table("words").items() if set(row) != {"zh", "en"} or not all(str(t).strip() for t in row.values())
    ]
    assert not wrong


def test_neither_text_says_something_that_the_other_cannot() -> None:
    both = {k: (holes(str(row["zh"])), holes(str(row["en"]))) for k, row in read_table("words").items()}
    assert not {k: pair for k, pair in both.items() if not (pair[0] <= pair[1] or pair[1] <= pair[0])}


def test_english_is_not_chinese() -> None:
    rows = {k: str(row["en"]) for k, row in read_table("words").items()} | {c: e.message["en"] for c, e in code_table().items()}
    assert not {k: text for k, text in rows.items() if len(CHINESE.findall(text)) > len(re.findall(r"[A-Za-z]", text))}


def test_every_word_is_used(strings: set[str]) -> None:
    assert not [key for key in read_table("words") if not used(key, strings)]


def test_every_code_is_raised_and_every_code_raised_is_in_the_table(strings: set[str]) -> None:
    raised = {text for text in strings if CODE.fullmatch(text)}
    assert sorted(raised - set(code_table())) == [], "raised but not in the table"
    assert sorted(set(code_table()) - raised) == [], "in the table but never raised"


@pytest.mark.parametrize("code", sorted(code_table()))
def test_a_code_says_what_is_wrong_and_what_to_do(code: str) -> None:
    entry = code_table()[code]
    assert CODE.fullmatch(code)
    assert re.fullmatch(r"[a-z][a-z0-9-]+", entry.name)
    assert CHINESE.search(entry.message["zh"])
    assert entry.message["en"].strip()
    both = holes(entry.message["zh"]), holes(entry.message["en"])
    assert both[0] <= both[1] or both[1] <= both[0]
    assert bool(entry.hint["zh"].strip()) == bool(entry.hint["en"].strip())
    if entry.severity != "note":
        assert entry.hint["zh"].strip(), "say what to do"


def test_code_names_are_unique() -> None:
    names = [f"{entry.code[0]} {entry.name}" for entry in code_table().values()]
    assert sorted({n for n in names if names.count(n) > 1}) == []


def test_a_file_of_codes_belongs_to_one_room_and_is_sorted(repository: Path) -> None:
    rooms = set()
    for file in sorted((repository / "src/envcredit/data/diagnostics").glob("*.yaml")):
        codes = re.findall(r"^([A-Z][0-9]+):", file.read_text("utf-8"), re.MULTILINE)
        assert codes == sorted(codes), file.name
        assert len({c[0] for c in codes}) == 1, file.name
        rooms |= {c[0] for c in codes}
    assert rooms <= set(ROOMS)


def test_a_word_made_by_an_f_string_counts_as_used() -> None:
    patterns = set(strings_of(ast.parse("word(f'report.chart.{name}', lang); word('cli.json', lang)")))
    assert used("report.chart.trend", patterns)
    assert used("cli.json", patterns)
    assert used("room.cli.json", patterns)
    assert not used("report.page.title", patterns)
