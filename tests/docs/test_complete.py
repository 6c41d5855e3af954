"""The manual leaves nothing out: options, codes, kinds and keys of rules, columns of a run, words of the vocabulary."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from pages import commands, decisions, diagnostics, schemes, vocabulary
from pydantic import BaseModel

from envcredit.base.diagnostics import code_table
from envcredit.base.labels import read_table
from envcredit.base.vocabulary import read_vocabulary
from envcredit.cli.app import VERBS, whole_command
from envcredit.rating import columns
from envcredit.scheme import model
from envcredit.scheme.library import names

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES = ("zh", "en")
NOT_KEYS = {"id", "case"}


def _page(language: str, name: str) -> str:
    return (DOCS / language / f"{name}.md").read_text("utf-8")


def _code(text: str) -> set[str]:
    """Every word that stands in inline code or in a block."""
    pieces = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^```.*?^```$", text, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"[A-Za-z_]\w*", "\n".join(pieces)))


def _keys_of_a_scheme() -> set[str]:
    """The YAML keys of every part of a scheme."""
    parts = [each for each in vars(model).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    return {field.alias or name for part in parts for name, field in part.model_fields.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_of_a_scheme(language: str) -> None:
    assert sorted(_keys_of_a_scheme() - _code(_page(language, "language"))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_rule_has_a_heading_or_shares_one(language: str) -> None:
    kinds = {k for rule in get_args(get_args(model.AnyRule)[0]) for k in get_args(rule.model_fields["kind"].annotation)}
    headings = " ".join(re.findall(r"^## (.*)$", _page(language, "language"), re.MULTILINE))
    assert len(kinds) == 13
    assert sorted(kinds - set(re.findall(r"\w+", headings))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_of_a_run(language: str) -> None:
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", _page(language, "run-folder"), re.MULTILINE | re.DOTALL))
    for stage in (s for s in vars(columns).values() if isinstance(s, columns.Stage)):
        if stage.name == "unit":
            continue
        assert sorted(set(stage.columns) - _code(sections[stage.name])) == [], stage.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_state_of_a_result(language: str) -> None:
    said = _code(_page(language, "run-folder"))
    named = {key.split(".")[1] for key in read_table("words") if re.fullmatch(r"(unattached|why_less|ignored)\.\w+", key)}
    assert {"masked_code", "no_identifier"} <= named
    assert sorted(named - said) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_heading(language: str) -> None:
    page = diagnostics.pages(language)["diagnostics"]
    assert re.findall(r"^### ([A-Z]\d+) ", page, re.MULTILINE) == sorted(code_table(), key=lambda c: ("BRSTVPLC".index(c[0]), c))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_vocabulary(language: str) -> None:
    words = read_vocabulary()
    said = _code(vocabulary.pages(language)["vocabulary"])
    everything = {*words.kinds, *words.attributes, *words.states, *words.unit, *words.lists}
    everything |= {code for codes in words.lists.values() for code in codes}
    assert sorted(everything - said) == []


def test_every_option_of_every_command() -> None:
    page = commands.pages("zh")["commands"]
    sections = dict(re.findall(r"^## (envcredit[^\n]*)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    found = dict(commands.walk(whole_command(), "envcredit"))
    assert set(sections) == set(found)
    for path, command in found.items():
        for parameter in command.params:
            assert any(f"`{o}`" in sections[path] for o in [*parameter.opts, parameter.name.upper()]), (path, parameter.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_is_shown_at_work(language: str) -> None:
    typed = "\n".join(page.read_text("utf-8") for page in (DOCS / language).glob("*.md"))
    assert [verb for verb in VERBS if not re.search(rf"envcredit {verb}\b", typed)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_scheme_has_a_page(language: str) -> None:
    found = schemes.pages(language)  # type: ignore[arg-type]
    assert sorted(found) == sorted(["schemes/index", *(f"schemes/{name.replace('/', '-')}" for name in names())])


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_primitive_operations_are_answered(language: str) -> None:
    rows = re.findall(r"^\| (\d+) \|(.*)\|(.*)\|(.*)\|$", _page(language, "operations"), re.MULTILINE)
    assert [int(number) for number, *_ in rows] == list(range(1, 28))
    assert all(construct.strip() or reason.strip() for _, _, construct, reason in rows)


def test_decisions_are_numbered_and_whole() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(p.name[:4]) for p in records] == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text("utf-8")
        assert text.startswith(f"# {record.name[:4]} "), record.name
        assert [part for part in ("Context", "Decision", "Rejected", "Consequences") if f"**{part}.**" not in text] == [], (
            record.name
        )
    assert len(decisions.pages("en")) == len(records) + 1
