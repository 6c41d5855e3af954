"""The command line: one verb a file, loaded here; what a verb needs is imported when it runs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from typer.main import get_command

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.cli.help_texts import in_readers_language
from envcredit.cli.shared import BAD, DONE, LANGUAGE_VARIABLE, language_asked_for, refuse, say

VERBS = (
    "demo",
    "scheme",
    "records",
    "rate",
    "explain",
    "compare",
    "replay",
    "report",
    "keys",
    "release",
    "publication",
    "verify",
    "witness",
)
_INTERRUPTED = 130


def build() -> typer.Typer:
    """The application with every verb that is installed, in the order of :data:`VERBS`."""
    app = typer.Typer(
        name="envcredit",
        help=say("cli.app"),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_envcredit)
    for verb in VERBS:
        name = f"envcredit.cli.{verb}"
        if find_spec(name):
            import_module(name).register(app)
    return app


def whole_command() -> Any:
    """The command that runs: verbs in their order, help in the reader's language."""
    command: Any = get_command(build())
    command.commands = {verb: command.commands[verb] for verb in VERBS if verb in command.commands}
    return in_readers_language(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and ends the process with the exit code of the verb."""
    # A plan is a graph of many small objects that live to the end: collecting them again and again costs a third of its time.
    gc.set_threshold(100_000, 50, 100)
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = whole_command().main(_language_last(given), standalone_mode=False, prog_name="envcredit") or DONE
    except typer.Exit as leaving:
        code = leaving.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    except BrokenPipeError:
        # Who reads has seen enough; without this Python complains once more while closing the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BAD
    except typer.TyperException as error:
        code = _usage_error(error, given)
    sys.exit(code)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"envcredit {version('envcredit')}")
        raise typer.Exit


def _envcredit(
    show_version: Annotated[bool, typer.Option("--version", help=say("cli.version"), callback=_print_version)] = False,
) -> None:
    """Only holds the options that stand before a verb."""


def _language_last(given: Sequence[str]) -> list[str]:
    """``--lang`` before the verb works as well as after it."""
    if given[:1] == ["--lang"]:
        return [*given[2:], *given[:2]] if given[2:] and not given[2].startswith("-") else list(given[2:])
    return list(given)


def _usage_error(error: typer.TyperException, given: Sequence[str]) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(getattr(error, "ctx").get_help())  # noqa: B009  the class that declares it is not public
        return DONE
    try:
        refuse(
            [_as_diagnostic(error)], lang=language_asked_for(given, os.environ.get(LANGUAGE_VARIABLE)), as_json="--json" in given
        )
    except typer.Exit as leaving:
        return leaving.exit_code
    return BAD


def _as_diagnostic(error: typer.TyperException) -> Diagnostic:
    where = getattr(getattr(error, "ctx", None), "command_path", "envcredit")
    parameter = getattr(getattr(error, "param", None), "opts", None) or [""]
    name = type(error).__name__
    if name == "NoSuchOption":
        return problem("C201", command=where, option=getattr(error, "option_name", ""))
    if name == "MissingParameter":
        return problem("C202", command=where, parameter=parameter[0])
    if isinstance(error, typer.BadParameter):
        return problem("C203", command=where, parameter=parameter[0], message=error.message)
    return problem("C204", command=where, message=error.format_message())
