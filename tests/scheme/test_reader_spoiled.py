"""Scheme files spoiled at random: each ends in a scheme or in diagnostics that can be read in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.library import locate, names
from envcredit.scheme.reader import read_folder

Write = Callable[..., Path]
INSERTS = [
    "",
    "{",
    "}",
    "[",
    "]",
    ":",
    "- ",
    "\n",
    "'",
    '"',
    "#",
    "x",
    "5",
    "%",
    "CNY ",
    "null",
    "为",
    "fine",
    "points: ",
    "!",
    "&a ",
    "*a",
    "\t",
]


@st.composite
def wounds(draw: st.DrawFn) -> Callable[[str], str]:
    at, length = draw(st.integers(0, 10**6)), draw(st.integers(0, 12))
    insert = draw(st.sampled_from(INSERTS))

    def wound(text: str) -> str:
        start = at % len(text)
        return text[:start] + insert + text[start + length :]

    return wound


def read_without_a_traceback(folder: Path) -> None:
    reading = read_folder(folder)
    for found in reading.diagnostics:
        assert found.render("zh")
        assert found.render("en")
    if reading.scheme is None:
        assert reading.diagnostics
        return
    for found in read_cases(folder, reading.scheme, read_vocabulary())[1]:
        assert found.render("zh")
        assert found.render("en")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(wound=wounds(), file=st.sampled_from(["scheme.yaml", "rules/fines.yaml", "cases/fines.yaml"]))
def test_a_spoiled_scheme(write: Write, wound: Callable[[str], str], file: str) -> None:
    folder = write()
    target = folder / file
    target.write_text(wound(target.read_text("utf-8")), encoding="utf-8")
    read_without_a_traceback(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=4)
@given(wound=wounds(), which=st.integers(0, 1000))
@pytest.mark.parametrize("name", names())
def test_a_spoiled_rule_of_a_real_scheme(tmp_path: Path, name: str, wound: Callable[[str], str], which: int) -> None:
    original = Path(str(locate(name)))
    files = sorted(original.rglob("*.yaml"))
    for number, file in enumerate(files):
        text = file.read_text("utf-8")
        copy = tmp_path / name / file.relative_to(original)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(wound(text) if number == which % len(files) else text, encoding="utf-8")
    read_without_a_traceback(tmp_path / name)
