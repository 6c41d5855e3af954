"""``envcredit report``: the results of a run as one page that opens offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envcredit.base.labels import word
from envcredit.base.locations import EMBEDDED
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say

_Run = Annotated[Path, typer.Argument(metavar="RUN", help=say("cli.report.run"), show_default=False)]
_Out = Annotated[Path, typer.Option("--out", metavar="F.html", help=say("cli.report.out"), show_default=False)]
_Others = Annotated[list[Path] | None, typer.Option("--with", metavar="RUN", help=say("cli.report.with"), show_default=False)]
_Records = Annotated[str | None, typer.Option("--records", metavar="PLACE", help=say("cli.replay.records"), show_default=False)]
_Engine = Annotated[str, typer.Option("--engine", metavar="E", help=say("cli.run.engine"))]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("report", help=say("cli.report"))(_report)


def _report(
    folder: _Run,
    *,
    out: _Out,
    others: _Others = None,
    records: _Records = None,
    engine: _Engine = EMBEDDED,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.rating.report import write_report
        from envcredit.rating.run import read_run

        found = read_run(folder, records, engine)
        size = write_report(found, out, lang, [read_run(other) for other in others or ()])
        units = found.stage("unit").num_rows
        text = word("report.written", lang, path=out, units=units, bytes=size)
        return Answer({"path": str(out), "units": units, "bytes": size}, text)

    run(work, lang=lang, as_json=as_json)
