"""What all verbs share: the language, ``--json``, exit codes, and how a person is told about problems.

Exit code 0: done. 1: the answer is no. 2: bad usage or bad input. Answers go to standard output, everything else to
standard error, so that a pipe receives the answer and nothing but the answer.
"""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.labels import LANGUAGES, Language, word
from envcredit.cli.printing import printable
from envcredit.errors import EnvcreditError, InputError

if TYPE_CHECKING:
    from envcredit.rating.prepared import Shelf

DONE, NO, BAD = 0, 1, 2
LANGUAGE_VARIABLE = "ENVCREDIT_LANG"
TRACEBACK_VARIABLE = "ENVCREDIT_TRACEBACK"
CACHE_VARIABLE = "ENVCREDIT_CACHE"
DEFAULT_LANGUAGE: Language = "zh"


def language_asked_for(arguments: Sequence[str], variable: str | None) -> Language:
    """The language of help texts and usage errors, which are needed before options are parsed.

    ``--lang`` comes first, then the variable, then Chinese. A word that is no language is left for the parser to refuse.
    """
    asked = [variable or ""]
    for here, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if here == "--lang":
            asked.append(following)
        elif here.startswith("--lang="):
            asked.append(here.removeprefix("--lang="))
    known = [language for each in asked for language in LANGUAGES if each == language]
    return known[-1] if known else DEFAULT_LANGUAGE


def say(key: str, **values: object) -> str:
    """A help text in the language asked for on the command line."""
    return word(key, language_asked_for(sys.argv[1:], os.environ.get(LANGUAGE_VARIABLE)), **values)


LanguageOption = Annotated[Language, typer.Option("--lang", envvar=LANGUAGE_VARIABLE, help=say("cli.lang"))]
JsonOption = Annotated[bool, typer.Option("--json", help=say("cli.json"))]


def plan_shelf() -> Shelf | None:
    """Where plans are kept between runs: the folder that the variable names (none if it is empty), else the user's cache."""
    from envcredit.rating.prepared import Folder

    named = os.environ.get(CACHE_VARIABLE)
    if named == "":
        return None
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Folder((Path(named) if named else home / "envcredit") / "plans")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb found: ``result`` for ``--json`` (plain JSON values, no float), ``text`` for a person.

    ``yes`` is False when the answer to the question is no. ``diagnostics`` are warnings and notes, or what a check found.
    """

    result: object
    text: str | Iterable[str] = ""
    yes: bool = True
    diagnostics: tuple[Diagnostic, ...] = ()


def run(work: Callable[[], Answer], *, lang: Language, as_json: bool) -> None:
    """Does the work of one verb, prints its answer, and leaves with the exit code by raising ``typer.Exit``."""
    try:
        answer = work()
    except EnvcreditError as error:
        refuse(error.diagnostics, lang=lang, as_json=as_json)
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        refuse([_as_diagnostic(error)], lang=lang, as_json=as_json)
    code = DONE if answer.yes else NO
    if as_json:
        _print_json(code, answer.result, answer.diagnostics, lang)
    else:
        tell(answer.diagnostics, lang)
        for line in [answer.text] if isinstance(answer.text, str) else answer.text:
            if line:
                typer.echo(line)
    raise typer.Exit(code)


def refuse(diagnostics: Sequence[Diagnostic], *, lang: Language, as_json: bool) -> None:
    """Says what is wrong with the input and leaves with exit code 2."""
    if as_json:
        _print_json(BAD, None, diagnostics, lang)
    else:
        tell(diagnostics, lang)
    raise typer.Exit(BAD)


def tell(diagnostics: Iterable[Diagnostic], lang: Language) -> None:
    """Diagnostics for a person, on standard error."""
    for each in diagnostics:
        typer.echo(printable(each.render(lang)), err=True)


@contextmanager
def progress(lang: Language) -> Iterator[Callable[[str, int, int], None]]:
    """Shows progress on a terminal and nothing in a pipe.

    The function handed out is called with the key of a word (``cli.…``), the steps done and the steps in all.
    """
    if not sys.stderr.isatty():
        yield lambda key, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, object] = {}

        def show(key: str, done: int, total: int) -> None:
            if key not in tasks:
                tasks[key] = bars.add_task(word(key, lang), total=total)
            bars.update(tasks[key], completed=done, total=total)  # type: ignore[arg-type]

        yield show


def _print_json(code: int, result: object, diagnostics: Iterable[Diagnostic], lang: Language) -> None:
    whole = {"exit": code, "result": result, "diagnostics": [d.as_dict(lang) for d in diagnostics]}
    typer.echo(json.dumps(whole, ensure_ascii=False, indent=2))


def _as_diagnostic(error: Exception) -> Diagnostic:
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exception(error)
    if isinstance(error, FileNotFoundError) and error.filename:
        return problem("C101", path=error.filename)
    if isinstance(error, OSError) and error.filename:
        return problem("C102", path=error.filename, reason=error.strerror)
    return problem("C901", kind=type(error).__name__, message=error)


def seconds_now() -> int:
    """The time, in seconds."""
    return int(datetime.now(UTC).timestamp())


def seconds_at(text: str, option: str) -> int:
    """The seconds of an instant or a day as :func:`moment_of` reads it; now for an empty text. Raises ``InputError`` (C104)."""
    return int(datetime.fromisoformat(moment_of(text, option)).timestamp()) if text else seconds_now()


def day_of(text: str, option: str) -> date:
    """The day written ``YYYY-MM-DD``. Raises ``InputError`` (C103) naming the option."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InputError([problem("C103", option=option, found=text)])


def moment_of(text: str, option: str) -> str:
    """The instant ``YYYY-MM-DDTHH:MM:SSZ``; a bare day means its last second. Raises ``InputError`` (C104)."""
    whole = f"{text}T23:59:59Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else text
    try:
        if re.fullmatch(r"[0-9T:Z-]{20}", whole):
            datetime.strptime(whole, "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007  the letter Z is matched as a letter
            return whole
    except ValueError:
        pass
    raise InputError([problem("C104", option=option, found=text)])
