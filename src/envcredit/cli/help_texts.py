"""Help in the language of the reader: the words that the command-line library itself would print in English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from envcredit.cli.shared import say

_SECTIONS = {"Options": "cli.help.options", "Arguments": "cli.help.arguments", "Commands": "cli.help.commands"}
_TAGS = {"required": "cli.help.required", "default: ": "cli.help.default", "env var: ": "cli.help.variable"}
_TYPE = re.compile(r" <(list\[)?(Path|path|str|int|bool)\]?>")
_HELP_OPTION = "Show this message and exit."


def in_readers_language(command: Any) -> Any:
    """The same command, and all below it, with help texts from the table of words."""
    command.context_class = _context(command.context_class)
    command.short_help = command.help
    if getattr(command, "subcommand_metavar", None):
        command.subcommand_metavar = say("cli.verb")
    command.options_metavar = say("cli.help.options_hole") if command.options_metavar else None
    for below in getattr(command, "commands", {}).values():
        in_readers_language(below)
    return command


def _context(context: Any) -> Any:
    class Context(context):  # type: ignore[misc]
        formatter_class = _formatter(context.formatter_class)

    return Context


def _formatter(formatter: Any) -> Any:
    class Formatter(formatter):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            plain = re.sub(r"\{([\w.]+…?)\}(\.\.\.)?", r"\1", args)
            super().write_usage(prog, plain, say("cli.help.usage") if prefix is None else prefix)

        @contextmanager
        def section(self, name: str) -> Iterator[None]:
            with super().section(say(_SECTIONS[name]) if name in _SECTIONS else name):
                yield

        def write_dl(self, rows: Sequence[tuple[str, str]], *rest: Any, **more: Any) -> None:
            super().write_dl([(_TYPE.sub("", term), _said(text)) for term, text in rows], *rest, **more)

    return Formatter


def _said(text: str) -> str:
    if text == _HELP_OPTION:
        return say("cli.help.help")
    return re.sub(r"\[([^\[\]]*)\]$", lambda found: f"[{_tags(found[1])}]", text)


def _tags(tags: str) -> str:
    said = tags
    for english, key in _TAGS.items():
        said = re.sub(rf"(^|; ){english}", lambda found, key=key: f"{found[1]}{say(key)}", said)  # type: ignore[misc]
    return said
