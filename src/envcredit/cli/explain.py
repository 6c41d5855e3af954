"""``envcredit explain``: why one unit has its grade, in a letter that it can be sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envcredit.base.locations import EMBEDDED
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, plan_shelf, run, say

_Run = Annotated[Path, typer.Argument(metavar="RUN", help=say("cli.explain.run"), show_default=False)]
_Unit = Annotated[str, typer.Argument(metavar="UNIT", help=say("cli.explain.unit"), show_default=False)]
_Records = Annotated[str | None, typer.Option("--records", metavar="PLACE", help=say("cli.replay.records"), show_default=False)]
_Engine = Annotated[str, typer.Option("--engine", metavar="E", help=say("cli.run.engine"))]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("explain", help=say("cli.explain"))(_explain)


def _explain(
    folder: _Run,
    unit: _Unit,
    *,
    records: _Records = None,
    engine: _Engine = EMBEDDED,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.rating.explain import explain, find_unit
        from envcredit.rating.explain_text import as_plain, prose
        from envcredit.rating.prepared import prepare
        from envcredit.rating.run import read_run

        found = read_run(folder, records, engine)
        explanation = explain(found, find_unit(found, unit), prepare(found.scheme, plan_shelf()))
        return Answer(as_plain(explanation), prose(explanation, lang).rstrip("\n"))

    run(work, lang=lang, as_json=as_json)
