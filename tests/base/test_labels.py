"""Tables of words: rows are found by a look at the text and must be what a YAML parser sees in the whole file."""

from __future__ import annotations

from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from envcredit.base.labels import _rows_of, read_table, word


@pytest.mark.parametrize("folder", ["words", "diagnostics"])
def test_rows_are_what_the_whole_file_says(folder: str) -> None:
    whole: dict[str, object] = {}
    for file in files("envcredit.data").joinpath(folder).iterdir():
        whole |= YAML(typ="safe", pure=True).load(file.read_text("utf-8")) or {}
    assert dict(read_table(folder)) == whole


def test_keys_with_signs_quotes_and_comments_between() -> None:
    text = (
        '# words\na.b: {zh: 甲, en: "a: b"}\n\'a.!=\':\n  zh: 不等\n  # inside\n  en: >-\n    not\n    equal\n\n"c":\n  zh: 乙\n'
    )
    assert [key for key, _ in _rows_of(text)] == ["a.b", "a.!=", "c"]


def test_word_fills_its_holes() -> None:
    assert word("cli.json", "en") == "Print JSON for programs to read."
    with pytest.raises(KeyError):
        word("no.such.word", "en")
