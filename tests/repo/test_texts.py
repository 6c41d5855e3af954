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

CODE = re.compile(r"[BRSTC][0-9]{3}")
ROOMS = {"B": "base", "R": "records", "S": "scheme", "T": "rating", "C": "cli"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def holes(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def strings_of(tree: ast.AST) -> Iterator[str]:
    """The regular expression of every text in a file; what an f-string fills in may be any word."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield re.escape(node.value)


@pytest.fixture(scope="module")
def strings(repository: Path) -> set[str]:
    found: set[str] = set()
    for file in sorted((repository / "src").rglob("*.py")):
        found |= set(strings_of(ast.parse(file.read_text("utf-8"))))
    return found


def used(key: str, strings: set[str]) -> bool:
    """Whether a text of the source is the key, or a pattern with a fixed beginning that makes it."""
    return re.escape(key) in strings or any(
        re.fullmatch(pattern, key) for pattern in strings if r"\w+" in pattern and re.match(r"\w+\\\.", pattern)
    )


def test_words_in_both_languages() -> None:
    wrong = [
        k for k, row in read_table("words").items() if set(row) != {"zh", "en"} or not all(str(t).strip() for t in row.values())
    ]
    assert not wrong


def test_words_have_the_same_holes() -> None:
    wrong = {k: row for k, row in read_table("words").items() if holes(str(row["zh"])) != holes(str(row["en"]))}
    assert not wrong


def test_english_is_not_chinese() -> None:
    rows = {k: str(row["en"]) for k, row in read_table("words").items()} | {c: e.message["en"] for c, e in code_table().items()}
    assert not {k: text for k, text in rows.items() if CHINESE.search(text) and "（" not in text and "(" not in text}


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
    assert re.fullmatch(r"[a-z][a-z-]+", entry.name)
    assert CHINESE.search(entry.message["zh"])
    assert entry.message["en"].strip()
    assert holes(entry.message["zh"]) == holes(entry.message["en"])
    assert entry.hint["zh"].strip()
    assert entry.hint["en"].strip()
    assert holes(entry.hint["zh"]) <= holes(entry.message["zh"]) | holes(entry.hint["en"])


def test_code_names_are_unique() -> None:
    names = [entry.name for entry in code_table().values()]
    assert sorted({n for n in names if names.count(n) > 1}) == []


@pytest.mark.parametrize(("letter", "room"), ROOMS.items())
def test_codes_stand_in_the_file_of_their_room(letter: str, room: str, repository: Path) -> None:
    file = repository / f"src/envcredit/data/diagnostics/{room}.yaml"
    found = re.findall(r"^([A-Z][0-9]+):", file.read_text("utf-8"), re.MULTILINE)
    assert found
    assert {c[0] for c in found} == {letter}
    assert found == sorted(found)


def test_a_word_made_by_an_f_string_counts_as_used() -> None:
    patterns = set(strings_of(ast.parse("word(f'report.chart.{name}', lang); word('cli.json', lang)")))
    assert used("report.chart.trend", patterns)
    assert used("cli.json", patterns)
    assert not used("report.page.title", patterns)
