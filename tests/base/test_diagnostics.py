"""Every code has both languages, and a diagnostic says where, what and what to do."""

from __future__ import annotations

import string
from collections.abc import Iterator

import pytest

from envcredit.base.diagnostics import Place, code_table, errors_in, problem
from envcredit.base.labels import LANGUAGES, read_table, word
from envcredit.errors import EnvcreditError


def holes(text: str) -> set[str]:
    """The values a text speaks of; a hole named after a language holds the word of that language only."""
    named = {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}
    return named - set(LANGUAGES)


def texts() -> Iterator[tuple[str, str, str]]:
    for code, entry in code_table().items():
        yield code, entry.message["zh"], entry.message["en"]
        yield code, entry.hint["zh"], entry.hint["en"]


def test_both_languages_tell_the_same_values() -> None:
    assert [(code, zh, en) for code, zh, en in texts() if holes(zh) != holes(en)] == []


def test_no_text_is_left_out() -> None:
    assert [code for code, zh, en in texts() if bool(zh) != bool(en)] == []
    assert [code for code, entry in code_table().items() if not entry.message["zh"]] == []


def test_codes_are_a_letter_and_three_digits_and_a_room_uses_a_name_once() -> None:
    assert [code for code in code_table() if not (code[0] in "BCLPRSTV" and code[1:].isdigit() and len(code) == 4)] == []
    names = [(code[0], entry.name) for code, entry in code_table().items()]
    assert sorted(set(names)) == sorted(names)


def test_a_diagnostic_names_place_value_and_remedy() -> None:
    found = problem("B161", Place("罚款.xlsx", 7, 3, "处罚"), found="若干")
    assert found.render("en").splitlines() == [
        "罚款.xlsx[处罚]:7:3: B161 the amount “若干” cannot be read, or can be read in more than one way",
        "    → Write 20000元, 2万元 or 贰万元整.",
    ]
    assert found.as_dict("zh")["places"] == [{"file": "罚款.xlsx", "sheet": "处罚", "line": 7, "column": 3}]


def test_an_unknown_code_is_a_defect_at_once() -> None:
    with pytest.raises(KeyError):
        problem("B000")


def test_only_errors_stop_the_work() -> None:
    assert [d.code for d in errors_in([problem("B105", found="*"), problem("B163", found="-1")])] == ["B163"]


def test_an_exception_carries_everything_found() -> None:
    error = EnvcreditError([problem("B163", found="-1"), problem("B161", found="?")])
    assert [d.code for d in error.diagnostics] == ["B163", "B161"]
    assert str(error).startswith("B163 the amount “-1” is negative")


def test_every_word_exists_in_both_languages() -> None:
    assert [key for key, row in read_table("words").items() if not all(row.get(language) for language in LANGUAGES)] == []
    assert word("code.status.masked", "zh") == "已脱敏"
    with pytest.raises(KeyError):
        word("no.such.word", "en")
