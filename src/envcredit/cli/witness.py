"""``envcredit witness``: co-sign the checkpoints of a log, each only if it goes on from the one before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envcredit.base.diagnostics import Place, problem
from envcredit.base.labels import word
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say, seconds_at, seconds_now
from envcredit.errors import InputError

if TYPE_CHECKING:
    from envcredit.proof.note import Line, NoteKey
    from envcredit.proof.verify import Fetch
    from envcredit.proof.witness import Witness

KEY, PUBLIC, NAME, LOGS, SEEN = "witness.pem", "public", "name", "logs", "seen"
_MOST_REQUEST, _PATH, _SEED = 1 << 17, "/add-checkpoint", 32

_Folder = Annotated[Path, typer.Argument(metavar="DIR", help=say("cli.witness.folder"), show_default=False)]
_Release = Annotated[Path, typer.Argument(metavar="RELEASE", help=say("cli.witness.release"), show_default=False)]
_Name = Annotated[str, typer.Option("--name", metavar="NAME", help=say("cli.witness.name"), show_default=False)]
_Logs = Annotated[list[str] | None, typer.Option("--log", metavar="KEY", help=say("cli.witness.log"), show_default=False)]
_Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help=say("cli.witness.out"), show_default=False)]
_At = Annotated[str, typer.Option("--at", metavar="T", help=say("cli.witness.at"), show_default=False)]
_Host = Annotated[str, typer.Option("--host", metavar="HOST", help=say("cli.witness.host"))]
_Port = Annotated[int, typer.Option("--port", metavar="P", help=say("cli.witness.port"))]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    witness = typer.Typer(help=say("cli.witness"), no_args_is_help=True, rich_markup_mode=None)
    witness.command("create", help=say("cli.witness.create"))(_create)
    witness.command("cosign", help=say("cli.witness.cosign"))(_cosign)
    witness.command("serve", help=say("cli.witness.serve"))(_serve)
    app.add_typer(witness, name="witness")


def _create(folder: _Folder, *, name: _Name, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.proof.note import COSIGNATURE, NoteKey, note_key
        from envcredit.proof.signers import create_key_file

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = NoteKey(name, COSIGNATURE, create_key_file(folder / KEY, os.urandom(_SEED)).public)
        note_key(str(key))
        (folder / NAME).write_text(f"{name}\n", "utf-8")
        (folder / PUBLIC).write_text(f"{key}\n", "utf-8")
        return Answer({"key": str(key)}, word("witness.created", lang, public=str(key)))

    run(work, lang=lang, as_json=as_json)


def _cosign(
    release: _Release,
    folder: _Folder,
    *,
    log: _Logs = None,
    out: _Out = None,
    at: _At = "",
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.proof import layout
        from envcredit.proof.folders import folder as release_folder
        from envcredit.proof.note import note_of
        from envcredit.proof.trust import trust_of

        fetch = release_folder(release)
        known = _logs(folder, log or ())
        stated = trust_of(fetch(layout.TRUST)).log
        first = stated.name not in known
        known.setdefault(stated.name, stated)
        lines = _signed(_witness(folder, known), fetch, seconds_at(at, "--at"))
        _remember(folder, known)
        if out:
            out.write_text("".join(map(str, lines)), "utf-8")
        size = note_of(fetch(layout.CHECKPOINT)).text.split("\n")[1]
        told = [word("witness.signed", lang, log=stated.name, size=size)]
        told += [word("witness.first", lang, public=str(stated))] if first else []
        told += [] if out else [str(line).rstrip("\n") for line in lines]
        return Answer({"lines": [str(line) for line in lines], "size": int(size), "first": first}, told)

    run(work, lang=lang, as_json=as_json)


def _signed(witness: Witness, fetch: Fetch, moment: int) -> list[Line]:
    """The line of the witness under the release's checkpoint. Raises ``ProofError`` (V121 and others) if it refuses."""
    from envcredit.proof import layout
    from envcredit.proof.merkle import consistency_proof
    from envcredit.proof.note import checkpoint_of, note_of
    from envcredit.proof.tiles import reader
    from envcredit.proof.witness import submit

    note = note_of(fetch(layout.CHECKPOINT))
    size = checkpoint_of(note.text).size
    read = reader(fetch, size)

    def ask(request: bytes) -> tuple[int, bytes]:
        reply = witness.add_checkpoint(request, moment)
        return reply.status, reply.body

    return submit(ask, note, lambda old: consistency_proof(read, old, size))


def _serve(
    folder: _Folder,
    *,
    log: _Logs = None,
    host: _Host = "127.0.0.1",
    port: _Port = 8765,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        known = _logs(folder, log or ())
        if not known:
            raise InputError([problem("P122", Place(str(folder)))])
        _remember(folder, known)
        witness = _witness(folder, known)
        typer.echo(word("witness.serving", lang, host=host, port=port, logs=", ".join(known)), err=True)
        _listen(witness, host, port)
        return Answer({})

    run(work, lang=lang, as_json=as_json)


def _listen(witness: Witness, host: str, port: int) -> None:
    """Answers one request after another until it is interrupted. Nothing of a request is written down."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Requests(BaseHTTPRequestHandler):
        timeout = 15

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != _PATH or not length.isdecimal() or int(length) > _MOST_REQUEST:
                self.send_error(404 if self.path != _PATH else 400)
                return
            reply = witness.add_checkpoint(self.rfile.read(int(length)), seconds_now())
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  named so by the library
            """Nothing."""

    with HTTPServer((host, port), Requests) as server:
        server.serve_forever()


def _witness(folder: Path, known: dict[str, NoteKey]) -> Witness:
    from envcredit.proof.signers import read_key_file
    from envcredit.proof.witness import StoreFolder, Witness

    name = (folder / NAME).read_text("utf-8").strip()
    return Witness(name, read_key_file(folder / KEY), known, StoreFolder(folder / SEEN))


def _logs(folder: Path, stated: tuple[str, ...] | list[str]) -> dict[str, NoteKey]:
    """The logs that the witness knows. Raises ``InputError`` (P123) for another key of a log that it knows."""
    from envcredit.proof.note import note_key

    file = folder / LOGS
    known = {key.name: key for key in map(note_key, file.read_text("utf-8").split())} if file.is_file() else {}
    for key in map(note_key, stated):
        if known.setdefault(key.name, key) != key:
            raise InputError([problem("P123", Place(str(file)), log=key.name)])
    return known


def _remember(folder: Path, known: dict[str, NoteKey]) -> None:
    (folder / LOGS).write_text("".join(f"{key}\n" for key in known.values()), "utf-8")
