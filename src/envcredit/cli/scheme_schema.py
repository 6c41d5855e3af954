"""``envcredit scheme json-schema``: the format of a scheme's files, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from envcredit.base.labels import word
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say

_Out = Annotated[Path | None, typer.Argument(metavar="OUT", help=say("cli.scheme.json_schema.out"), show_default=False)]
_Rules = Annotated[bool, typer.Option("--rules", help=say("cli.scheme.json_schema.rules"))]
_Cases = Annotated[bool, typer.Option("--cases", help=say("cli.scheme.json_schema.cases"))]
_Regulation = Annotated[bool, typer.Option("--regulation", help=say("cli.scheme.json_schema.regulation"))]


def register(scheme: typer.Typer) -> None:
    """Adds the verb below ``scheme``."""
    scheme.command("json-schema", help=say("cli.scheme.json_schema"))(_json_schema)


def _json_schema(
    out: _Out = None,
    *,
    rules: _Rules = False,
    cases: _Cases = False,
    regulation: _Regulation = False,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.scheme.json_schema import FileKind, json_schema

        of: FileKind = "rules" if rules else "cases" if cases else "regulation" if regulation else "scheme"
        found = json_schema(of)
        text = json.dumps(found, ensure_ascii=False, indent=2)
        if out is None:
            return Answer(found, text)
        out.write_text(text + "\n", encoding="utf-8")
        return Answer({"path": str(out)}, word("json_schema.written", lang, path=out))

    run(work, lang=lang, as_json=as_json)
