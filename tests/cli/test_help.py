"""Help speaks the reader's language, to the last word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from envcredit.cli.app import VERBS, main, whole_command

LATIN = re.compile(r"\b(Usage|Options|Arguments|Commands|required|default|Show|env var)\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*words, name))


EVERY = list(_commands(whole_command()))


def _help(words: tuple[str, ...], lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    arguments = [*words, "--help"]
    monkeypatch.setenv("ENVCREDIT_LANG", lang)
    monkeypatch.setattr("sys.argv", ["envcredit", *arguments])
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_the_frame_of_help_is_in_chinese(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _help(words, "zh", monkeypatch, capsys)
    assert said.startswith("用法：envcredit")
    assert not LATIN.search(said)


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_the_frame_of_help_is_in_english(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = [line for line in _help(words, "en", monkeypatch, capsys).split("\n") if not line.startswith(" ")]
    assert frame[0].startswith("Usage: envcredit")
    assert not CHINESE.search("\n".join(frame))


def test_every_verb_says_what_it_does_and_takes_json(capsys: pytest.CaptureFixture[str]) -> None:
    for words in EVERY[1:]:
        command: Any = whole_command()
        for word in words:
            command = command.commands[word]
        assert command.help, words
        assert all(p.help for p in command.params if p.name != "help"), words
        if not getattr(command, "commands", None):
            assert {"--json", "--lang"} <= {o for p in command.params for o in p.opts}, words


def test_verbs_stand_in_their_order() -> None:
    shown = [words[0] for words in EVERY if len(words) == 1]
    assert shown == [verb for verb in VERBS if verb in shown]
