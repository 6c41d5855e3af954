"""``envcredit replay``: give a past answer again and compare it digest by digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envcredit.base.labels import Language, word
from envcredit.base.locations import EMBEDDED
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say

if TYPE_CHECKING:
    from envcredit.rating.replay import Replay

_Run = Annotated[Path, typer.Argument(metavar="RUN", help=say("cli.replay.run"), show_default=False)]
_Records = Annotated[str | None, typer.Option("--records", metavar="PLACE", help=say("cli.replay.records"), show_default=False)]
_Engine = Annotated[str, typer.Option("--engine", metavar="E", help=say("cli.replay.engine"))]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("replay", help=say("cli.replay"))(_replay)


def _replay(
    folder: _Run, records: _Records = None, engine: _Engine = EMBEDDED, lang: LanguageOption = "zh", as_json: JsonOption = False
) -> None:
    def work() -> Answer:
        from envcredit.rating.replay import replay

        found = replay(folder, records, engine)
        result = {
            "equal": found.equal,
            "result_digest": found.result_digest,
            "again": found.again,
            "damaged": list(found.damaged),
            "differing": list(found.differing),
        }
        return Answer(result, list(_told(found, lang)), yes=found.equal, diagnostics=found.changed)

    run(work, lang=lang, as_json=as_json)


def _told(found: Replay, lang: Language) -> Iterator[str]:
    yield word("replay.equal" if found.equal else "replay.different", lang)
    yield word("replay.digests", lang, before=found.result_digest, again=found.again or "—")
    if found.damaged:
        yield word("replay.damaged", lang, stages=", ".join(found.damaged))
    if found.differing:
        yield word("replay.differing", lang, stages=", ".join(found.differing))
