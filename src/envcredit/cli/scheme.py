"""``envcredit scheme``: list, show, check, cases, coverage, prose, and to and from a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from envcredit.base.labels import Language, word
from envcredit.cli import scheme_books, scheme_coverage, scheme_diff, scheme_schema
from envcredit.cli.printing import printable, table
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, day_of, plan_shelf, run, say

if TYPE_CHECKING:
    from envcredit.rating.cases import CaseResult
    from envcredit.scheme.checks.folder import Findings
    from envcredit.scheme.model import Scheme
    from envcredit.scheme.scalars import Words

_Name = Annotated[str, typer.Argument(metavar="SCHEME", help=say("cli.scheme.name"), show_default=False)]
_On = Annotated[str, typer.Option("--on", metavar="DAY", help=say("cli.scheme.on"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    scheme = typer.Typer(help=say("cli.scheme"), no_args_is_help=True, rich_markup_mode=None)
    scheme.command("list", help=say("cli.scheme.list"))(_list)
    scheme.command("show", help=say("cli.scheme.show"))(_show)
    scheme.command("check", help=say("cli.scheme.check"))(_check)
    scheme.command("cases", help=say("cli.scheme.cases"))(_cases)
    scheme_coverage.register(scheme)
    scheme.command("prose", help=say("cli.scheme.prose"))(_prose)
    scheme_books.register(scheme)
    scheme_diff.register(scheme)
    scheme_schema.register(scheme)
    app.add_typer(scheme, name="scheme")


def _day(on: str) -> date | None:
    return day_of(on, "--on") if on else None


def _of(words: Words, lang: Language) -> str:
    return words.zh if lang == "zh" else words.en


def _list(lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.scheme.library import names
        from envcredit.scheme.reader import read_scheme

        schemes = [read_scheme(name) for name in names()]
        rows = [[s.identity, _of(s.title, lang), word(f"scheme.status.{s.status}", lang), _days(s, lang)] for s in schemes]
        head = [word(f"scheme.list.{column}", lang) for column in ("scheme", "title", "status", "days")]
        return Answer([_summary(s, lang) for s in schemes], table(head, rows))

    run(work, lang=lang, as_json=as_json)


def _days(scheme: Scheme, lang: Language) -> str:
    days = scheme.in_force
    return word("scheme.days.ended" if days.last else "scheme.days.open", lang, first=days.first, last=days.last)


def _summary(scheme: Scheme, lang: Language) -> dict[str, object]:
    return {
        "scheme": scheme.identity,
        "title": _of(scheme.title, lang),
        "authority": _of(scheme.authority, lang),
        "status": scheme.status,
        "from": scheme.in_force.first.isoformat(),
        "to": scheme.in_force.last.isoformat() if scheme.in_force.last else None,
        "rates": list(scheme.rates),
        "grades": [grade.key for grade in scheme.grades],
        "rules": len(scheme.rules),
    }


def _show(scheme: _Name, on: _On = "", lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.scheme.reader import read_scheme

        found = read_scheme(scheme, _day(on))
        result = {**_summary(found, lang), "whole": found.model_dump(mode="json", by_alias=True, exclude_none=True)}
        return Answer(result, _shown(found, lang))

    run(work, lang=lang, as_json=as_json)


def _shown(scheme: Scheme, lang: Language) -> Iterable[str]:
    from envcredit.base.vocabulary import read_vocabulary

    types = read_vocabulary().lists["unit_type"]
    status = word(f"scheme.status.{scheme.status}", lang)
    yield word("coverage.title", lang, title=_of(scheme.title, lang), identity=scheme.identity, status=status)
    yield _of(scheme.summary, lang)
    yield word("scheme.rates", lang, types=", ".join(types[each][lang] for each in scheme.rates))
    yield word("scheme.grades", lang, grades=" > ".join(_of(grade.words, lang) for grade in scheme.grades))
    head = [word(key, lang) for key in ("scheme.rule", "coverage.rule_kind", "scheme.part", "scheme.words", "coverage.clause")]
    yield table(head, [_rule_row(scheme, key, lang) for key in scheme.rules])


def _rule_row(scheme: Scheme, key: str, lang: Language) -> list[str]:
    rule = scheme.rules[key]
    part = scheme.parts.get(str(getattr(rule, "part", "")))
    kind = word(f"coverage.kind.{rule.kind}", lang)
    return [key, kind, _of(part.words, lang) if part else "", _of(rule.words, lang), rule.clause]


def _check(scheme: _Name, on: _On = "", lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.scheme.checks.folder import check_folder

        findings = check_folder(scheme, _day(on))
        return Answer(_counts(findings), _verdict(scheme, findings, lang), findings.is_clean, findings.diagnostics)

    run(work, lang=lang, as_json=as_json)


def _counts(findings: Findings) -> dict[str, int]:
    counted = Counter(found.severity for found in findings.diagnostics)
    return {"errors": counted["error"], "warnings": counted["warning"], "notes": counted["note"]}


def _verdict(name: str, findings: Findings, lang: Language) -> str:
    from envcredit.scheme.checks import CHECKS

    identity = findings.scheme.identity if findings.scheme else name
    counts = _counts(findings)
    if not findings.is_clean:
        return word("scheme.check.found", lang, identity=identity, **counts)
    key = "scheme.check.notes" if counts["notes"] else "scheme.check.clean"
    return word(key, lang, identity=identity, checks=len(CHECKS), count=counts["notes"])


def _prose(scheme: _Name, on: _On = "", lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.scheme.checks.folder import checked_scheme
        from envcredit.scheme.prose import prose

        text = prose(checked_scheme(scheme, _day(on)), lang)
        return Answer({"markdown": text}, text.removesuffix("\n"))

    run(work, lang=lang, as_json=as_json)


def _cases(scheme: _Name, on: _On = "", lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.rating.cases import run_cases
        from envcredit.scheme.library import locate

        return _case_answer(scheme, run_cases(locate(scheme, _day(on)), plan_shelf()), lang)

    run(work, lang=lang, as_json=as_json)


def _case_answer(name: str, results: Sequence[CaseResult], lang: Language) -> Answer:
    failed = [result for result in results if not result.passed]
    listed = [
        {"case": each.name, "place": str(each.place), "passed": each.passed, "differences": [d[lang] for d in each.differences]}
        for each in results
    ]
    counts = {"count": len(results), "passed": len(results) - len(failed), "failed": len(failed)}
    lines = [line for result in failed for line in _case_lines(result, lang)]
    lines.append(word("scheme.cases.summary" if results else "scheme.cases.none", lang, scheme=name, **counts))
    return Answer({**counts, "cases": listed}, [printable(line) for line in lines], yes=not failed)


def _case_lines(result: CaseResult, lang: Language) -> Iterable[str]:
    yield word("scheme.cases.failed", lang, place=result.place, name=result.name)
    yield from (f"    {difference[lang]}" for difference in result.differences)
