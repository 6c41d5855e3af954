"""``envcredit records partition``: a store as Parquet files by kind and year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envcredit.base.diagnostics import Place, problem
from envcredit.base.labels import word
from envcredit.base.locations import EMBEDDED
from envcredit.base.vocabulary import read_vocabulary
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say
from envcredit.errors import InputError

_Store = Annotated[Path, typer.Argument(metavar="DIR", help=say("cli.records.out"), show_default=False)]
_Out = Annotated[str, typer.Option("--out", metavar="FOLDER", help=say("cli.records.partition.out"), show_default=False)]
_Engine = Annotated[str, typer.Option("--engine", metavar="E", help=say("cli.rate.engine"))]


def register(records: typer.Typer) -> None:
    """Adds the verb below ``records``."""
    records.command("partition", help=say("cli.records.partition"))(_partition)


def _partition(
    store: _Store, *, out: _Out, engine: _Engine = EMBEDDED, lang: LanguageOption = "zh", as_json: JsonOption = False
) -> None:
    def work() -> Answer:
        from envcredit.base.locations import shown

        rows, columns = _written(store, out, engine)
        text = word("records.partitioned", lang, rows=rows, folder=shown(out), columns=word("rate.and", lang).join(columns))
        return Answer({"folder": shown(out), "rows": rows, "partition_by": list(columns)}, text)

    run(work, lang=lang, as_json=as_json)


def _written(store: Path, out: str, engine: str) -> tuple[int, tuple[str, ...]]:
    from envcredit.engine import open_engine
    from envcredit.records.partitions import EVERYTHING, partition_columns, with_year
    from envcredit.records.places import Asked, Store

    vocabulary = read_vocabulary()
    with open_engine(engine) as opened:
        if not Store(store).attach(opened, Asked(EVERYTHING), vocabulary):
            raise InputError([problem("T114", Place(str(store)))])
        record = opened.table("record")
        columns = partition_columns(record)
        opened.keep("placed", with_year(record, vocabulary))
        return opened.write_folder("placed", out, columns, ["record_id"]), columns
