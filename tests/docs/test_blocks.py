"""Every code block of the README and the manual is run or read."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from docs_blocks import CUT, Block, blocks_of, commands_of, language_of, matches, printed_below, run_python, type_in
from ruamel.yaml import YAML

from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.conditions.names import Names
from envcredit.scheme.conditions.parse import condition
from envcredit.scheme.model import Scheme

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([*REPOSITORY.glob("README*.md"), *(p for tree in ("zh", "en") for p in (REPOSITORY / "docs" / tree).glob("*.md"))])
KNOWN = {"console", "csv", "python", "sh", "text", "yaml"}


def _named(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_every_block_is_of_a_kind_that_is_checked(page: Path) -> None:
    assert {b.language for b in blocks_of(page.read_text("utf-8"))} <= KNOWN


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    blocks = list(blocks_of(page.read_text("utf-8")))
    for block in blocks:
        if block.marks.get("needs") == "demo-city" and not (tmp_path / "demo-city").exists():
            shutil.copytree(request.getfixturevalue("demo_city"), tmp_path / "demo-city")
        if "file" in block.marks:
            file = tmp_path / block.marks["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, "utf-8")
        if block.language == "console":
            _type_all(block, page, tmp_path)
        if block.language == "python":
            found = run_python(block, tmp_path, language_of(page))
            assert matches(printed_below(block, blocks), found), f"{_named(page)}:{block.line} printed\n" + "\n".join(found)


def _type_all(block: Block, page: Path, folder: Path) -> None:
    for typed in commands_of(block):
        assert typed.printed != [CUT], f"{_named(page)}:{block.line}: shows nothing of what {typed.command} prints"
        found = type_in(typed.command, folder, language_of(page))
        shown = "\n".join(found)
        assert matches(typed.printed, found), f"{_named(page)}:{block.line}: $ {typed.command} printed\n{shown}"


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_yaml_is_what_the_page_says_it_is(page: Path) -> None:
    for block in blocks_of(page.read_text("utf-8")):
        if block.language == "yaml":
            CHECKS[block.marks.get("check", "yaml")](block.text)


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE))
    for block in blocks_of(page.read_text("utf-8")):
        if block.language == "sh":
            assert set(re.findall(r"\bmake ([a-z-]+)", block.text)) <= targets


def _load(text: str) -> object:
    loader = YAML(typ="safe", pure=True)
    return _as_text(loader.load(text))


def _as_text(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _as_text(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_as_text(v) for v in value]
    return value if isinstance(value, bool) or value is None else str(value)


def _rules(text: str) -> None:
    from pydantic import TypeAdapter

    from envcredit.scheme.model import AnyRule

    TypeAdapter(dict[str, AnyRule]).validate_python(_load(text))


def _part_of_scheme(text: str) -> None:
    given = _load(text)
    assert isinstance(given, dict)
    known = {field.alias or name for name, field in Scheme.model_fields.items()}
    assert set(given) <= known


def _conditions(text: str) -> None:
    """A mapping of record kind to conditions over it."""
    from envcredit.scheme.conditions.names import names_of_clocks, names_of_facts, names_of_unit

    vocabulary = read_vocabulary()
    given = _load(text)
    assert isinstance(given, dict)
    for kind, conditions in given.items():
        facts = names_of_facts(vocabulary, (kind,))
        names = Names(names_of_clocks() | names_of_unit(vocabulary) | facts, vocabulary, kinds=(kind,))
        for each in conditions:
            condition(each, names)


CHECKS: dict[str, Callable[[str], object]] = {
    "yaml": _load,
    "rules": _rules,
    "scheme": _part_of_scheme,
    "conditions": _conditions,
}
