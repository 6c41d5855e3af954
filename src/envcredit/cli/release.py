"""``envcredit release``: publish the results of a run as a folder that anyone can check offline."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from envcredit.base.diagnostics import problem
from envcredit.base.labels import Language, word
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say, seconds_at
from envcredit.errors import InputError

if TYPE_CHECKING:
    from envcredit.release.publisher import Publication, Publisher

_PATIENCE, _MOST_ANSWER = 15, 1 << 16

_Run = Annotated[Path, typer.Argument(metavar="RUN", help=say("cli.release.run"), show_default=False)]
KeysOption = Annotated[Path, typer.Option("--keys", metavar="DIR", help=say("cli.release.keys"), show_default=False)]
LedgerOption = Annotated[Path | None, typer.Option("--ledger", metavar="DIR", help=say("cli.release.ledger"), show_default=False)]
GuardOption = Annotated[Path | None, typer.Option("--guard", metavar="FILE", help=say("cli.release.guard"), show_default=False)]
WitnessOption = Annotated[
    list[str] | None, typer.Option("--witness", metavar="URL", help=say("cli.release.witness"), show_default=False)
]
AtOption = Annotated[str, typer.Option("--published-at", metavar="T", help=say("cli.release.at"), show_default=False)]
_Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=say("cli.release.out"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("release", help=say("cli.release"))(_release)


def _release(
    folder: _Run,
    *,
    keys: KeysOption,
    out: _Out,
    ledger: LedgerOption = None,
    guard: GuardOption = None,
    witness: WitnessOption = None,
    published_at: AtOption = "",
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.rating.run import read_run
        from envcredit.release.drafting import drafts_of, rule_pack
        from envcredit.release.keys import read_keys

        made, months = read_run(folder), read_keys(keys).settings.publish_months
        moment = seconds_at(published_at, "--published-at")
        with office(out, keys, ledger, guard, witness or ()) as publisher:
            done = publisher.publish(drafts_of(made, months), [rule_pack(made)], moment, os.urandom)
        return answer(done, out, lang)

    run(work, lang=lang, as_json=as_json)


@contextmanager
def office(out: Path, keys: Path, ledger: Path | None, guard: Path | None, witnesses: Sequence[str] = ()) -> Iterator[Publisher]:
    """The publisher of a folder. Unless named, the ledger lies beside the folder and the guard with the keys."""
    from envcredit.release.folder import Folder
    from envcredit.release.guard import GuardFile
    from envcredit.release.keys import read_keys
    from envcredit.release.pages import pages_of
    from envcredit.release.publisher import opened
    from envcredit.release.witnessing import witnessing

    ring = read_keys(keys)
    private = ledger or out.with_name(f"{out.name}.ledger")
    guarding = GuardFile(guard or keys / "last-signed.json")
    asking = witnessing([partial(_post, url) for url in witnesses], ring.trust().witnesses)
    with opened(private, guarding, ring, Folder(out, pages_of(ring)), asking) as publisher:
        yield publisher


def _post(url: str, request: bytes) -> tuple[int, bytes]:
    """Asks one witness (C2SP tlog-witness) and waits for fifteen seconds at most."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    if not url.startswith(("https://", "http://")):
        raise InputError([problem("P119", found=url)])
    asked = Request(f"{url.rstrip('/')}/add-checkpoint", request, {"Content-Type": "application/octet-stream"})  # noqa: S310
    try:
        with urlopen(asked, timeout=_PATIENCE) as told:  # noqa: S310  the scheme was looked at
            return int(told.status), told.read(_MOST_ANSWER)
    except HTTPError as refusal:
        return refusal.code, refusal.read(_MOST_ANSWER)
    except (OSError, HTTPException):
        return 0, b""


def answer(done: Publication, out: Path, lang: Language) -> Answer:
    """What came of a publication."""
    from envcredit.proof.note import checkpoint_of

    checkpoint = checkpoint_of(done.checkpoint.text)
    signed = len(done.checkpoint.lines) - 1
    result: dict[str, Any] = {
        "version": done.version,
        "added": done.added,
        "restated": done.restated,
        "log": {"size": checkpoint.size, "root": checkpoint.root.hex()},
        "cosignatures": signed,
        "folder": str(out),
    }
    told = [
        word("release.done", lang, version=done.version, added=done.added, restated=done.restated),
        word("release.log", lang, size=checkpoint.size, root=checkpoint.root.hex(), signed=signed),
        word("release.verify", lang, folder=out),
    ]
    return Answer(result, told)
