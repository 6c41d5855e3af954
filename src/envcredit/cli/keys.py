"""``envcredit keys``: a publisher's keys, made, changed, retired and shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from envcredit.base.labels import Language, word
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say, seconds_now

if TYPE_CHECKING:
    from envcredit.release.keys import KeyRing

_SEED = 32
_Folder = Annotated[Path, typer.Argument(metavar="DIR", help=say("cli.keys.folder"), show_default=False)]
_Issuer = Annotated[str, typer.Option("--issuer", metavar="URL", help=say("cli.keys.issuer"), show_default=False)]
_Role = Annotated[Literal["issuer", "publisher"], typer.Argument(metavar="ROLE", help=say("cli.keys.role"), show_default=False)]
_Witness = Annotated[str, typer.Argument(metavar="KEY|FILE", help=say("cli.keys.its_key"), show_default=False)]
_Quorum = Annotated[int | None, typer.Option("--quorum", metavar="N", help=say("cli.keys.quorum"), show_default=False)]
_Key = Annotated[str, typer.Argument(metavar="KEY", help=say("cli.keys.key"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    keys = typer.Typer(help=say("cli.keys"), no_args_is_help=True, rich_markup_mode=None)
    keys.command("create", help=say("cli.keys.create"))(_create)
    keys.command("rotate", help=say("cli.keys.rotate"))(_rotate)
    keys.command("retire", help=say("cli.keys.retire"))(_retire)
    keys.command("show", help=say("cli.keys.show"))(_show)
    keys.command("witness", help=say("cli.keys.witness"))(_witness)
    keys.command("sm2", help=say("cli.keys.sm2"))(_sm2)
    app.add_typer(keys, name="keys")


def _create(folder: _Folder, *, issuer: _Issuer, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.release.keys import create_keys

        return _answer(create_keys(folder, issuer, seconds_now(), [os.urandom(_SEED) for _ in range(3)]), lang)

    run(work, lang=lang, as_json=as_json)


def _rotate(folder: _Folder, role: _Role, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.release.keys import rotate_key

        return _answer(rotate_key(folder, role, seconds_now(), os.urandom(_SEED)), lang)

    run(work, lang=lang, as_json=as_json)


def _retire(folder: _Folder, key: _Key, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.release.keys import retire_key

        retire_key(folder, key, seconds_now())
        return Answer({"retired": key}, word("keys.retired", lang, name=key))

    run(work, lang=lang, as_json=as_json)


def _show(folder: _Folder, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.release.keys import read_keys

        return _answer(read_keys(folder), lang)

    run(work, lang=lang, as_json=as_json)


def _witness(
    folder: _Folder, witness: _Witness, *, quorum: _Quorum = None, lang: LanguageOption = "zh", as_json: JsonOption = False
) -> None:
    def work() -> Answer:
        from envcredit.release.keys import trust_witness

        file = Path(witness)
        return _answer(trust_witness(folder, file.read_text("utf-8").strip() if file.is_file() else witness, quorum), lang)

    run(work, lang=lang, as_json=as_json)


def _sm2(folder: _Folder, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.release.keys import SM2_PUBLIC, add_sm2_key

        made = add_sm2_key(folder, os.urandom(48))
        assert made.sm2 is not None
        return Answer({"public": made.sm2.public.hex()}, word("keys.sm2", lang, file=folder / SM2_PUBLIC))

    run(work, lang=lang, as_json=as_json)


def _answer(ring: KeyRing, lang: Language) -> Answer:
    trust = ring.trust()
    keys = [{"kid": key.id, "role": key.role, "in_use": key.last >= 1 << 53} for key in ring.keys]
    return Answer({"issuer": ring.issuer_name, "log": str(trust.log), "keys": keys}, list(_told(ring, lang)))


def _told(ring: KeyRing, lang: Language) -> Iterator[str]:
    yield word("keys.issuer", lang, issuer=ring.issuer_name)
    trust = ring.trust()
    yield word("keys.log", lang, public=str(trust.log))
    for key in ring.keys:
        state = word("keys.in_use" if key.last >= 1 << 53 else "keys.ended", lang)
        since = datetime.fromtimestamp(key.first, UTC).date().isoformat()
        yield word("keys.one", lang, name=key.id, role=word(f"keys.role.{key.role}", lang), since=since, state=state)
    for witness in trust.witnesses:
        yield word("keys.witness", lang, public=str(witness), quorum=trust.quorum)
    yield word("keys.keep", lang)
