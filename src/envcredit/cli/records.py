"""``envcredit records``: take record files in, write templates, check unit lists, sign links."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from envcredit.base.labels import Language, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.cli import records_partition
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, moment_of, run, say

_Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help=say("cli.records.files"), show_default=False)]
_File = Annotated[Path, typer.Argument(metavar="FILE", help=say("cli.records.file"), show_default=False)]
_Source = Annotated[str, typer.Option("--source", metavar="NAME", help=say("cli.records.source"))]
_Store = Annotated[Path, typer.Option("--out", metavar="DIR", help=say("cli.records.out"), show_default=False)]
_RecordedAt = Annotated[
    str, typer.Option("--recorded-at", metavar="TIME", help=say("cli.records.recorded_at"), show_default=False)
]
_Kinds = Annotated[list[str] | None, typer.Option("--kind", metavar="KIND", help=say("cli.records.kind"), show_default=False)]
_Book = Annotated[Path, typer.Argument(metavar="OUT.xlsx", help=say("cli.records.book"), show_default=False)]
_Units = Annotated[Path | None, typer.Option("--units", metavar="FILE", help=say("cli.records.units_option"), show_default=False)]
_Run = Annotated[Path | None, typer.Option("--from-run", metavar="RUN", help=say("cli.records.from_run"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    records = typer.Typer(help=say("cli.records"), no_args_is_help=True, rich_markup_mode=None)
    records.command("import", help=say("cli.records.import"))(_import)
    records.command("template", help=say("cli.records.template"))(_template)
    records.command("sources", help=say("cli.records.sources"))(_sources)
    records.command("units", help=say("cli.records.units"))(_units)
    records.command("links", help=say("cli.records.links"))(_links)
    records_partition.register(records)
    app.add_typer(records, name="records")


def _import(
    files: _Files,
    *,
    store: _Store,
    source: _Source = "native",
    recorded_at: _RecordedAt = "",
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        from envcredit.records import import_files

        moment = moment_of(recorded_at, "--recorded-at") if recorded_at else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        arrival = import_files(files, source, store, moment)
        return Answer(arrival.as_dict(lang), arrival.render(lang))

    run(work, lang=lang, as_json=as_json)


def _template(book: _Book, kind: _Kinds = None, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.records.template import write_template

        kinds = write_template(book, kind or (), lang)
        text = word("records.template.written", lang, path=book, count=len(kinds))
        return Answer({"path": str(book), "kinds": kinds}, text)

    run(work, lang=lang, as_json=as_json)


def _sources(lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.records import read_source, source_names

        sources = [read_source(name) for name in source_names()]
        listed = [{"source": s.source, "title": s.title[lang], "about": s.about[lang], "basis": s.basis} for s in sources]
        lines = [f"{word('records.sources.line', lang, source=s['source'], title=s['title'])}\n    {s['about']}" for s in listed]
        return Answer(listed, lines)

    run(work, lang=lang, as_json=as_json)


def _units(file: _File, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.records.units import read_units

        table, found = read_units(file)
        types = Counter(table.column("unit_type").to_pylist())
        lines = [word("records.units.read", lang, count=table.num_rows), *_type_lines(types, lang)]
        return Answer({"units": table.num_rows, "types": dict(sorted(types.items()))}, lines, diagnostics=found)

    run(work, lang=lang, as_json=as_json)


def _type_lines(types: Counter[str], lang: Language) -> list[str]:
    words = read_vocabulary().lists["unit_type"]
    return [word("records.units.types", lang, type=words[name][lang], count=types[name]) for name in words if types[name]]


def _links(
    file: _File,
    *,
    store: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help=say("cli.records.links_out"), show_default=False)
    ] = None,
    units: _Units = None,
    from_run: _Run = None,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        return _link_sheet(file, from_run, lang) if from_run else _signed_links(file, store, units, lang)

    run(work, lang=lang, as_json=as_json)


def _link_sheet(file: Path, from_run: Path, lang: Language) -> Answer:
    import pyarrow.parquet as pq

    from envcredit.records.links import write_link_sheet

    count = write_link_sheet(pq.read_table(from_run / "unattached.parquet"), file, lang)
    return Answer({"path": str(file), "parties": count}, word("records.links.written", lang, count=count, path=file))


def _signed_links(file: Path, store: Path | None, units: Path | None, lang: Language) -> Answer:
    from envcredit.records.links import keep_links, links_of, read_links
    from envcredit.records.units import read_units

    known = set(read_units(units)[0].column("unit_id").to_pylist()) if units else None
    links = read_links(file, unit_ids=known)
    new = keep_links(links, store) if store else 0
    kept = len(links_of(store)) if store else len(links)
    result = {"links": len(links), "new": new, "kept": kept}
    return Answer(result, word("records.links.kept" if store else "records.links.read", lang, new=new, all=kept))
