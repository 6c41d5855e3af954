"""``envcredit publication``: what happens to published results afterwards, and what is made of them for others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from envcredit.base.labels import word
from envcredit.cli.release import (
    AtOption,
    GuardOption,
    KeysOption,
    LedgerOption,
    WitnessOption,
    answer,
    office,
)
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say, seconds_at

_Out = Annotated[Path, typer.Argument(metavar="RELEASE", help=say("cli.publication.out"), show_default=False)]
_Unit = Annotated[str, typer.Argument(metavar="UNIT", help=say("cli.publication.unit"), show_default=False)]
_SomeUnit = Annotated[str, typer.Argument(metavar="[UNIT]", help=say("cli.publication.some_unit"), show_default=False)]
_State = Annotated[
    Literal["in_force", "suspended", "withdrawn", "repaired"],
    typer.Option("--to", metavar="STATE", help=say("cli.publication.state"), show_default=False),
]
_Decision = Annotated[str, typer.Option("--decision", metavar="NUMBER", help=say("cli.publication.decision"), show_default=False)]
_Lines = Annotated[list[Path], typer.Argument(metavar="FILE…", help=say("cli.publication.lines"), show_default=False)]
_Export = Annotated[
    Literal["credit-platform", "penalty-disclosure", "public-list"],
    typer.Option("--as", metavar="EXPORT", help=say("cli.publication.as"), show_default=False),
]
_To = Annotated[Path, typer.Option("--to", metavar="FILE", help=say("cli.publication.to"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    publication = typer.Typer(help=say("cli.publication"), no_args_is_help=True, rich_markup_mode=None)
    publication.command("status", help=say("cli.publication.status"))(_status)
    publication.command("daily", help=say("cli.publication.daily"))(_daily)
    publication.command("cosign", help=say("cli.publication.cosign"))(_cosign)
    publication.command("rebuild", help=say("cli.publication.rebuild"))(_rebuild)
    publication.command("export", help=say("cli.publication.export"))(_export)
    publication.command("notice", help=say("cli.publication.notice"))(_notice)
    publication.command("sm2", help=say("cli.publication.sm2"))(_sm2)
    app.add_typer(publication, name="publication")


def _status(
    out: _Out,
    unit: _Unit,
    *,
    state: _State,
    decision: _Decision,
    keys: KeysOption,
    ledger: LedgerOption = None,
    guard: GuardOption = None,
    witness: WitnessOption = None,
    published_at: AtOption = "",
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.proof.statuslist import State

        with office(out, keys, ledger, guard, witness or ()) as publisher:
            sub = publisher.published().find(unit).result.sub
            moment = seconds_at(published_at, "--published-at")
            done = publisher.restate(sub, State[state.upper()], decision, moment, os.urandom)
        return answer(done, out, lang)

    run(work, lang=lang, as_json=as_json)


def _daily(
    out: _Out,
    *,
    keys: KeysOption,
    ledger: LedgerOption = None,
    guard: GuardOption = None,
    witness: WitnessOption = None,
    published_at: AtOption = "",
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        with office(out, keys, ledger, guard, witness or ()) as publisher:
            done = publisher.daily(seconds_at(published_at, "--published-at"), os.urandom)
        return answer(done, out, lang)

    run(work, lang=lang, as_json=as_json)


def _cosign(
    out: _Out,
    files: _Lines,
    *,
    keys: KeysOption,
    ledger: LedgerOption = None,
    guard: GuardOption = None,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.proof.note import line_of

        lines = [line_of(row) for path in files for row in path.read_text("utf-8").splitlines() if row]
        with office(out, keys, ledger, guard) as publisher:
            return answer(publisher.cosign(lines), out, lang)

    run(work, lang=lang, as_json=as_json)


def _rebuild(
    out: _Out,
    *,
    keys: KeysOption,
    ledger: LedgerOption = None,
    guard: GuardOption = None,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        with office(out, keys, ledger, guard) as publisher:
            return answer(publisher.rebuild(), out, lang)

    run(work, lang=lang, as_json=as_json)


def _export(
    out: _Out,
    *,
    kind: _Export,
    to: _To,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.release.exports import export
        from envcredit.release.reading import read_published

        published = read_published(out)
        to.write_bytes(export(published, kind, to.suffix.removeprefix("."), language=lang))
        return Answer({"file": str(to), "rows": len(published.standings)}, word("publication.written", lang, file=to))

    run(work, lang=lang, as_json=as_json)


def _notice(out: _Out, unit: _SomeUnit = "", *, to: _To, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.release.notices import public_notice, unit_notice
        from envcredit.release.reading import read_published

        published, ending = read_published(out), to.suffix.removeprefix(".")
        data = unit_notice(published, unit, ending) if unit else public_notice(published, ending)
        to.write_bytes(data)
        return Answer({"file": str(to)}, word("publication.written", lang, file=to))

    run(work, lang=lang, as_json=as_json)


def _sm2(out: _Out, unit: _Unit, *, keys: KeysOption, to: _To, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.proof.sm2 import read_sm2_key, second_signature
        from envcredit.release.keys import SM2_FILE
        from envcredit.release.reading import read_state

        lines, published = read_state(out)
        line = lines[published.find(unit).result.sub]
        to.write_bytes(second_signature(line.jws, read_sm2_key(keys / SM2_FILE)))
        return Answer({"file": str(to)}, word("publication.written", lang, file=to))

    run(work, lang=lang, as_json=as_json)
