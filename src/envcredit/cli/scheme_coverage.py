"""``envcredit scheme coverage``: how much of the law one scheme, or the whole library, carries out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from envcredit.base.diagnostics import problem
from envcredit.base.labels import Language, word
from envcredit.cli.printing import table
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, day_of, run, say
from envcredit.errors import InputError

if TYPE_CHECKING:
    from envcredit.scheme.coverage import Coverage
    from envcredit.scheme.coverage_totals import Totals
    from envcredit.scheme.model import Scheme

_Name = Annotated[str, typer.Argument(metavar="SCHEME", help=say("cli.scheme.name"), show_default=False)]
_On = Annotated[str, typer.Option("--on", metavar="DAY", help=say("cli.scheme.on"), show_default=False)]
_All = Annotated[bool, typer.Option("--all", help=say("cli.scheme.coverage.all"))]


def register(scheme: typer.Typer) -> None:
    """Adds the verb below ``scheme``."""
    scheme.command("coverage", help=say("cli.scheme.coverage"))(_coverage)


def _coverage(
    scheme: _Name = "", *, on: _On = "", whole: _All = False, lang: LanguageOption = "zh", as_json: JsonOption = False
) -> None:
    def work() -> Answer:
        from envcredit.scheme.checks.folder import coverage_of_folder, coverage_of_library

        if whole == bool(scheme):
            raise InputError([problem("C105")])
        if whole:
            totals = coverage_of_library()
            return Answer(totals.as_dict(), _of_the_library(totals, lang))
        read, found = coverage_of_folder(scheme, day_of(on, "--on") if on else None)
        return Answer(found.as_dict(), _of_a_scheme(read, found, lang))

    run(work, lang=lang, as_json=as_json)


def _of_a_scheme(scheme: Scheme, found: Coverage, lang: Language) -> Iterable[str]:
    from envcredit.scheme.coverage import coverage_tables

    title = scheme.title.zh if lang == "zh" else scheme.title.en
    status = word(f"scheme.status.{found.status}", lang)
    yield word("coverage.title", lang, title=title, identity=found.identity, status=status)
    for head, rows in coverage_tables(found, lang):
        yield "\n" + table(head, rows)
    no_firing = sum(each.firing == 0 for each in found.by_rule.values())
    no_quiet = sum(each.can_be_quiet and each.quiet == 0 for each in found.by_rule.values())
    counts = {"rules": len(found.by_rule), "cases": found.cases, "no_firing": no_firing, "no_quiet": no_quiet}
    yield "\n" + word("coverage.cases", lang, **counts)
    if found.unknown:
        yield word("coverage.unknown", lang, count=len(found.unknown))
    if found.missing:
        yield word("coverage.missing", lang, count=found.missing)
        for key, gap in found.gaps.items():
            told = gap.zh if lang == "zh" else gap.en
            yield word("coverage.gap" if gap.count is None else "coverage.gap_counted", lang, name=key, gap=told, count=gap.count)


def _of_the_library(found: Totals, lang: Language) -> Iterable[str]:
    from envcredit.scheme.coverage_totals import totals_sentence, totals_tables

    yield totals_sentence(found, lang)
    for head, rows in totals_tables(found, lang):
        yield "\n" + table(head, rows)
