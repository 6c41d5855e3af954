"""``envcredit compare``: two runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envcredit.base.locations import EMBEDDED
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say

_Before = Annotated[Path, typer.Argument(metavar="RUN_A", help=say("cli.compare.before"), show_default=False)]
_After = Annotated[Path, typer.Argument(metavar="RUN_B", help=say("cli.compare.after"), show_default=False)]
_Limit = Annotated[int, typer.Option("--limit", metavar="N", min=0, help=say("cli.compare.limit"))]
_Engine = Annotated[str, typer.Option("--engine", metavar="E", help=say("cli.replay.engine"))]

SHOWN = 50


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("compare", help=say("cli.compare"))(_compare)


def _compare(
    before: _Before,
    after: _After,
    *,
    limit: _Limit = SHOWN,
    engine: _Engine = EMBEDDED,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.engine import open_engine
        from envcredit.rating.again import place_of
        from envcredit.rating.compare import compare
        from envcredit.rating.compare_text import as_plain, prose
        from envcredit.rating.run import read_run
        from envcredit.records.places import Table

        runs = read_run(before, engine=engine), read_run(after, engine=engine)
        # A database that has the records is asked for them alone: it lets in one run at a time.
        with open_engine(EMBEDDED if any(isinstance(place_of(one), Table) for one in runs) else engine) as where:
            comparison = compare(*runs, where)
        if as_json:
            return Answer(as_plain(comparison))
        return Answer(None, prose(comparison, lang, limit).rstrip("\n"))

    run(work, lang=lang, as_json=as_json)
