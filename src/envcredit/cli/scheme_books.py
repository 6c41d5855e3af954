"""``envcredit scheme sheet``, ``from-sheet`` and ``template``: schemes as workbooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envcredit.base.labels import word
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, day_of, run, say

_Name = Annotated[str, typer.Argument(metavar="SCHEME", help=say("cli.scheme.name"), show_default=False)]
_On = Annotated[str, typer.Option("--on", metavar="DAY", help=say("cli.scheme.on"), show_default=False)]
_OutBook = Annotated[Path, typer.Argument(metavar="OUT.xlsx", help=say("cli.scheme.out_book"), show_default=False)]
_InBook = Annotated[Path, typer.Argument(metavar="IN.xlsx", help=say("cli.scheme.in_book"), show_default=False)]
_Folder = Annotated[Path, typer.Argument(metavar="DIR", help=say("cli.scheme.out_folder"), show_default=False)]


def register(scheme: typer.Typer) -> None:
    """Adds the verbs below ``scheme``."""
    scheme.command("sheet", help=say("cli.scheme.sheet"))(_sheet)
    scheme.command("from-sheet", help=say("cli.scheme.from_sheet"))(_from_sheet)
    scheme.command("template", help=say("cli.scheme.template"))(_template)


def _sheet(scheme: _Name, book: _OutBook, on: _On = "", lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.scheme.sheet import write_sheet

        found, sheets = write_sheet(scheme, book, lang, day_of(on, "--on") if on else None)
        text = word("scheme.sheet.written", lang, path=book, sheets=len(sheets), rules=len(found.rules))
        return Answer({"path": str(book), "sheets": list(sheets), "rules": len(found.rules)}, text)

    run(work, lang=lang, as_json=as_json)


def _from_sheet(book: _InBook, folder: _Folder, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.scheme.sheet import read_sheet

        found, files = read_sheet(book, folder)
        counts = {"rules": len(found.scheme.rules), "cases": len(found.cases)}
        text = word("scheme.sheet.read", lang, folder=folder, files=len(files), **counts)
        return Answer({"folder": str(folder), "files": [str(file) for file in files], **counts}, text)

    run(work, lang=lang, as_json=as_json)


def _template(book: _OutBook, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.scheme.sheet import write_template

        sheets = write_template(book, lang)
        return Answer(
            {"path": str(book), "sheets": list(sheets)}, word("scheme.template.written", lang, path=book, sheets=len(sheets))
        )

    run(work, lang=lang, as_json=as_json)
