"""A scheme goes to a workbook and back unchanged, and whatever a person spoils in it is told with its cell."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from envcredit.base.diagnostics import Place, code_table
from envcredit.base.labels import LANGUAGES
from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import EnvcreditError, SchemeError
from envcredit.scheme.cases import Case
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.library import locate, names
from envcredit.scheme.model import Scheme
from envcredit.scheme.model_walk import aliases_of
from envcredit.scheme.reader import read_scheme
from envcredit.scheme.sheet import archive, read_sheet, read_workbook, write_sheet, write_workbook
from envcredit.scheme.sheet.layout import HEAD_ROWS, SHEETS
from envcredit.scheme.sheet.offers import offer
from envcredit.scheme.sheet.plain import plain_scheme
from envcredit.scheme.sheet.yaml_text import yaml_text
from envcredit.scheme.yaml_tree import Plain, read_tree

TESTS = Path(__file__).parents[1]
GOOD = TESTS / "bad" / "scheme" / "good"
SPOILT = sorted((TESTS / "bad" / "sheet").glob("S*.yaml"))


@pytest.mark.parametrize("name", [*names(), str(GOOD)])
def test_the_round_trip_is_the_identity(name: str, tmp_path: Path) -> None:
    book, folder = tmp_path / "scheme.xlsx", tmp_path / "out"
    before, _ = write_sheet(name, book, "zh")
    after, files = read_sheet(book, folder)
    again = read_scheme(folder)
    assert before == after.scheme == again
    assert list(before.rules) == list(after.scheme.rules) == list(again.rules)
    assert files[0] == folder / "scheme.yaml"
    told = [stories(locate(name), before), tuple(map(placeless, after.cases)), stories(folder, again)]
    assert told[0] == told[1] == told[2]
    assert {file.parent.name for file in files[1:]} == {
        part for part, there in (("rules", before.rules), ("cases", told[0])) if there
    }


def stories(folder: Traversable, scheme: Scheme) -> tuple[Case, ...]:
    cases, problems = read_cases(folder, scheme, read_vocabulary())
    assert problems == ()
    return tuple(map(placeless, cases))


def placeless(case: Case) -> Case:
    """A case without the places in which it stands: these differ between a file and a workbook."""
    nowhere = Place("")
    points = case.expect.points
    expect = replace(
        case.expect,
        points=None if points is None else tuple(replace(row, place=nowhere) for row in points),
        ignored=tuple(replace(row, place=nowhere) for row in case.expect.ignored),
    )
    records = tuple(replace(record, place=nowhere) for record in case.records)
    return replace(case, place=nowhere, expect=expect, records=records)


def test_rules_keep_their_chapters(tmp_path: Path) -> None:
    book, folder = tmp_path / "scheme.xlsx", tmp_path / "out"
    write_sheet(str(GOOD), book, "en")
    read_sheet(book, folder)
    original = {file.name: list(YAML(typ="safe", pure=True).load(file.read_text("utf-8"))) for file in (GOOD / "rules").iterdir()}
    written = {
        file.name: list(YAML(typ="safe", pure=True).load(file.read_text("utf-8"))) for file in (folder / "rules").iterdir()
    }
    assert written == original


def test_a_new_rule_goes_to_its_part(tmp_path: Path) -> None:
    book, folder = tmp_path / "scheme.xlsx", tmp_path / "out"
    write_sheet(str(GOOD), book, "en")
    workbook = openpyxl.load_workbook(book)
    page = workbook["points"]
    heads = {cell.value: cell.column for cell in page[HEAD_ROWS]}
    row = {"key": "noise", "kind": "deduct", "clause": "m/1", "words.zh": "噪声", "words.en": "Noise", "from": "complaint"}
    row |= {
        "when": "verified and medium = noise",
        "counts.from": "received_on",
        "counts.for": "1 year",
        "points": 3,
        "part": "acts",
    }
    row |= {"missing": "verified: skip\nmedium: skip"}
    for key, value in row.items():
        page.cell(page.max_row if key != "key" else page.max_row + 1, heads[key], value)
    workbook.save(book)
    found, files = read_sheet(book, folder)
    assert list(found.scheme.rules)[-1] == "noise"
    assert folder / "rules" / "acts.yaml" in files


def test_a_text_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    book = tmp_path / "scheme.xlsx"
    scheme = read_scheme(GOOD)
    spoilt = scheme.summary.model_copy(update={"en": "=HYPERLINK(1)"})
    changed = scheme.model_copy(update={"summary": spoilt})
    write_workbook(changed, book, "zh")
    cells = [
        cell for row in openpyxl.load_workbook(book)["基本信息"].iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"
    ]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)]
    assert read_workbook(book)[0] == changed


def test_keys_are_locked_and_choices_offered(tmp_path: Path) -> None:
    book = tmp_path / "scheme.xlsx"
    write_sheet(str(GOOD), book, "zh")
    page = openpyxl.load_workbook(book)["计分规则"]
    assert page.protection.sheet
    assert page["A3"].value == "key"
    assert page["A3"].protection.locked
    assert not page["A4"].protection.locked


def test_every_closed_choice_of_the_format_has_words_in_both_languages() -> None:
    for sheet in SHEETS:
        for way in sheet.columns:
            offered = offer(sheet, way)
            for code, words in (offered.codes or {} if offered else {}).items():
                assert offered is not None
                for language in LANGUAGES:
                    assert words[language], (sheet.name, way, code)
                    assert offered.meant(offered.shown(code, language)) == code
                    assert offered.name or "," not in offered.shown(code, language), "a comma parts an inline list"


def test_every_key_of_a_scheme_has_its_place() -> None:
    top = {way[0] for sheet in SHEETS if sheet.form == "one" for way in sheet.columns}
    assert top | {sheet.at for sheet in SHEETS if sheet.at} == set(aliases_of(Scheme))


def spoil(story: dict[str, Any], book: Path) -> None:
    if "bytes" in story:
        book.write_bytes(story["bytes"].encode())
        return
    workbook = openpyxl.load_workbook(book)
    for name in story.get("remove", ()):
        del workbook[name]
    for name in story.get("add", ()):
        workbook.create_sheet(name)
    for where, value in story.get("set", {}).items():
        sheet, cell = where.split("!")
        workbook[sheet][cell] = value
    workbook.save(book)


@pytest.mark.parametrize("file", SPOILT, ids=lambda file: file.stem)
def test_a_spoilt_workbook_is_told(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
    book, folder = tmp_path / "scheme.xlsx", tmp_path / "out"
    write_sheet(str(GOOD), book, "en")
    spoil(story, book)
    monkeypatch.setattr(archive, "LARGEST_BYTES", story.get("limit", archive.LARGEST_BYTES))
    if story.get("folder_in_use"):
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
    with pytest.raises(EnvcreditError) as caught:
        read_sheet(book, folder)
    for language in LANGUAGES:
        told = "".join(found.render(language).replace(f"{tmp_path}/", "") + "\n" for found in caught.value.diagnostics)
        assert told == story[language]
    assert not (folder / "scheme.yaml").exists()


def test_every_code_of_workbooks_has_its_spoilt_one() -> None:
    assert {file.stem[:4]: file.stem[5:] for file in SPOILT} == {
        code: entry.name for code, entry in code_table().items() if "S350" <= code < "S400"
    }


def test_all_problems_at_once_in_reading_order(tmp_path: Path) -> None:
    book = tmp_path / "scheme.xlsx"
    write_sheet(str(GOOD), book, "en")
    spoil({"set": {"points!H4": "when fine", "grades!A4": None, "clauses!H4": "2026-13-01"}}, book)
    with pytest.raises(SchemeError) as caught:
        read_workbook(book)
    places = [str(found.places[0]).replace(f"{tmp_path}/", "") for found in caught.value.diagnostics]
    assert places[0].startswith("scheme.xlsx[grades!")
    assert places[-1] == "scheme.xlsx[clauses!H4]"


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([sheet.name for sheet in SHEETS]),
            st.integers(1, 6),
            st.integers(1, 12),
            st.sampled_from(
                [None, "", "x", "=1+1", "#REF!", "a: b: c", "1e999", "2026-02-30", 5, 0.1, True, "，", "\N{ZERO WIDTH SPACE}"]
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_a_person_types_ends_in_diagnostics(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, int, int, object]]
) -> None:
    book = tmp_path_factory.mktemp("typed") / "scheme.xlsx"
    write_sheet(str(GOOD), book, "en")
    workbook = openpyxl.load_workbook(book)
    for sheet, row, column, value in edits:
        workbook[sheet].cell(row, column, value)
    workbook.save(book)
    told: list[str] = []
    with suppress(SchemeError):
        told.append(read_workbook(book)[0].identity)
    assert told in ([], ["test/county/2026-01-01"]) or any(sheet == "scheme" for sheet, *_ in edits)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_sheet(str(GOOD), tmp_path / "nowhere" / "scheme.xlsx", "zh")


KEYS = st.text("abcdefg_", min_size=1, max_size=8)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
PLAIN: st.SearchStrategy[Plain] = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, PLAIN, min_size=1, max_size=4), st.integers(0, 3))
def test_yaml_is_read_back_as_it_was_written(value: dict[str, Plain], deep: int) -> None:
    tree = read_tree(yaml_text(value, deep).encode(), "written.yaml", "")
    assert tree.diagnostics == ()
    assert tree.data == value


def test_written_yaml_needs_few_quotes() -> None:
    text = yaml_text(plain_scheme(read_scheme(GOOD)), 1)
    assert "{zh: 绿牌, en: Green}" in text
    assert "from: 2026-01-01" in text
    assert "when: list_name = supervised_case" in text
