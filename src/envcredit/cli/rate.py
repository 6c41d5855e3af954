"""``envcredit rate``: rate every unit of a list on a day, with what was known at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from envcredit.base.labels import Language, word
from envcredit.base.locations import EMBEDDED
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, day_of, moment_of, plan_shelf, run, say

if TYPE_CHECKING:
    from envcredit.rating.run import Run

_Scheme = Annotated[str, typer.Option("--scheme", metavar="S", help=say("cli.rate.scheme"), show_default=False)]
_Units = Annotated[str, typer.Option("--units", metavar="F|PLACE", help=say("cli.rate.units"), show_default=False)]
_Records = Annotated[str, typer.Option("--records", metavar="DIR|F|PLACE", help=say("cli.rate.records"), show_default=False)]
_AsOf = Annotated[str, typer.Option("--as-of", metavar="DAY", help=say("cli.rate.as_of"), show_default=False)]
_KnownAt = Annotated[str, typer.Option("--known-at", metavar="T", help=say("cli.rate.known_at"), show_default=False)]
_History = Annotated[
    list[Path] | None, typer.Option("--history", metavar="RUN", help=say("cli.rate.history"), show_default=False)
]
_Members = Annotated[Path | None, typer.Option("--members", metavar="RUN", help=say("cli.rate.members"), show_default=False)]
_Since = Annotated[Path | None, typer.Option("--since", metavar="RUN", help=say("cli.rate.since"), show_default=False)]
_Links = Annotated[Path | None, typer.Option("--links", metavar="F", help=say("cli.rate.links"), show_default=False)]
_Results = Annotated[str, typer.Option("--results", metavar="PLACE", help=say("cli.rate.results"), show_default=False)]
_Engine = Annotated[str, typer.Option("--engine", metavar="E", help=say("cli.rate.engine"))]
_Partial = Annotated[str, typer.Option("--accept-partial", metavar="S", help=say("cli.rate.accept_partial"), show_default=False)]
_WithoutInferred = Annotated[bool, typer.Option("--without-inferred", help=say("cli.rate.without_inferred"))]
_Out = Annotated[Path, typer.Option("--out", metavar="RUN", help=say("cli.rate.out"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("rate", help=say("cli.rate"))(_rate)


def _rate(
    *,
    scheme: _Scheme,
    units: _Units,
    records: _Records,
    as_of: _AsOf,
    out: _Out,
    known_at: _KnownAt = "",
    history: _History = None,
    members: _Members = None,
    since: _Since = None,
    links: _Links = None,
    results: _Results = "",
    engine: _Engine = EMBEDDED,
    accept_partial: _Partial = "",
    without_inferred: _WithoutInferred = False,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.rating.orders import Typed, order_of
        from envcredit.rating.rate import rate

        moment = moment_of(known_at, "--known-at") if known_at else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        day = day_of(as_of, "--as-of")
        inputs = scheme, units, records, day, moment, out, history or (), members
        typed = Typed(*inputs, engine, accept_partial, without_inferred, plan_shelf(), since, links, results)
        order, notes = order_of(typed)
        made = rate(order, out)
        return Answer(dict(made.manifest), list(told(made, lang)), diagnostics=tuple(d for d in notes if d.severity != "note"))

    run(work, lang=lang, as_json=as_json)


def told(made: Run, lang: Language) -> Iterator[str]:
    """What a run found, in a few lines: how many were rated, their grades, what could not be joined, where it stands."""
    from envcredit.rating.notes import incomplete

    manifest: dict[str, Any] = dict(made.manifest)
    counts = manifest["counts"]
    title = made.scheme.title.zh if lang == "zh" else made.scheme.title.en
    yield word("rate.title", lang, title=title, as_of=manifest["as_of"], known_at=manifest["known_at"])
    if note := incomplete(made.scheme):
        yield note[lang]
    yield word("rate.counts", lang, **counts)
    if again := _again(manifest, lang):
        yield again
    finals = made.stage("grade").column("final").to_pylist()
    for grade in made.scheme.grades:
        words = grade.words.zh if lang == "zh" else grade.words.en
        yield word("rate.grade", lang, grade=grade.key, words=words, count=finals.count(grade.key))
    lost = made.stage("unattached")
    if lost.num_rows:
        reasons = lost.column("reason").to_pylist()
        listed = [
            word("rate.lost", lang, reason=word(f"unattached.{r}", lang), count=reasons.count(r)) for r in sorted(set(reasons))
        ]
        yield word("rate.unattached", lang, count=lost.num_rows, reasons=word("rate.and", lang).join(listed))
    yield word("rate.digest", lang, digest=manifest["result_digest"], folder=made.folder)


def _again(manifest: Mapping[str, Any], lang: Language) -> str:
    """How many units were rated again, or why all were although a run to rest on was named; '' where none was."""
    if manifest["since"]:
        return word("rate.again", lang, count=manifest["rated_again"], units=manifest["counts"]["units"])
    because = manifest["rated_in_full"]
    return word("rate.whole", lang, because=word(f"rate.whole.{because}", lang)) if because else ""
