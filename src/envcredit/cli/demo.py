"""``envcredit demo``: a made-up city, from record files to a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envcredit.base.diagnostics import Place, problem
from envcredit.base.labels import Language, word
from envcredit.cli.printing import table
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, progress, run, say
from envcredit.errors import InputError

if TYPE_CHECKING:
    from envcredit.demo.walk import Walk
    from envcredit.rating.run import Run

SEED = 20260101
_SHOWN_LINES = 44
_COUNTS = ("rows", "accepted", "duplicate", "quarantined")

_Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=say("cli.demo.out"))]
_Units = Annotated[int, typer.Option("--units", metavar="N", min=50, max=20_000, help=say("cli.demo.units"))]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("demo", help=say("cli.demo"))(_demo)


def _demo(
    *, out: _Out = Path("envcredit-demo"), units: _Units = 3000, lang: LanguageOption = "zh", as_json: JsonOption = False
) -> None:
    def work() -> Answer:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise InputError([problem("C301", Place(str(out)), path=out)])
        from envcredit.demo.walk import walk

        with progress(lang) as tell:
            done = walk(out, SEED, lang, tell, units)
        _write_texts(done, lang)
        return Answer(_plain(done), list(_lines(done, lang)))

    run(work, lang=lang, as_json=as_json)


def _write_texts(done: Walk, lang: Language) -> None:
    from envcredit.rating.compare_text import prose as compared
    from envcredit.rating.explain import explain
    from envcredit.rating.explain_text import prose as explained

    done.explanation.write_text(explained(explain(done.runs[-1], done.unit), lang), "utf-8")
    done.comparison.write_text(compared(done.moved, lang), "utf-8")


def _lines(done: Walk, lang: Language) -> Iterator[str]:
    from envcredit.demo.city import FIRST_YEAR, LAST_YEAR

    last = done.runs[-1]
    parks = done.parks.manifest["counts"]["units"]
    yield f"# {word('demo.title', lang)}\n"
    years = {"first": FIRST_YEAR, "last": LAST_YEAR}
    yield word("demo.about", lang, units=last.manifest["counts"]["units"], parks=parks, files=done.files, **years)
    yield word("demo.arrived", lang, **{name: done.arrived(name) for name in _COUNTS})
    yield word("demo.unattached", lang, year=_year(last), count=last.manifest["stages"]["unattached"]["rows"])
    yield f"\n## {word('demo.grades', lang)}\n\n{_grades(done.runs, lang)}"
    yield f"\n## {word('demo.parks', lang, year=_year(done.parks))}\n\n{_grades((done.parks,), lang)}"
    counts = done.moved.counts()
    yield "\n" + word("demo.moves", lang, before=_year(done.runs[-2]), after=_year(last), **_directions(counts))
    yield f"\n## {word('demo.one_unit', lang)}\n"
    text = done.explanation.read_text("utf-8").splitlines()
    yield from text[:_SHOWN_LINES]
    yield word("demo.more", lang, path=done.explanation)
    yield f"\n## {word('demo.look', lang)}\n"
    yield from _places(done, lang)


def _grades(runs: tuple[Run, ...], lang: Language) -> str:
    grades = runs[-1].scheme.grades
    head = [word("demo.year", lang), *(g.words.zh if lang == "zh" else g.words.en for g in grades)]
    head += [word("demo.not_rated", lang), word("demo.refused", lang)]
    rows = []
    for each in runs:
        counts = _standings(each)
        rows.append([_year(each), *(counts[g.key] for g in grades), counts["not_rated"], counts["refused"]])
    return table(head, rows, right=range(1, len(head)))


def _standings(each: Run) -> Counter[str]:
    from envcredit.rating.distribution import standings_of

    return Counter(standings_of(each)["standing"].to_pylist())


def _year(each: Run) -> str:
    return str(each.manifest["as_of"])[:4]


def _directions(counts: Mapping[str, int]) -> dict[str, int]:
    return {"better": counts["better"], "worse": counts["worse"], "same": counts["same"] + counts["score"]}


def _places(done: Walk, lang: Language) -> Iterator[str]:
    last = done.runs[-1].folder
    report = word("demo.look.report", lang)
    if done.report is None:
        report = word("demo.look.no_report", lang, run=last, path=done.folder / "report.html")
    rows = [(done.report or "—", report), (done.explanation, word("demo.look.explanation", lang))]
    rows += [(done.comparison, word("demo.look.comparison", lang)), (done.folder / "files", word("demo.look.files", lang))]
    rows += [(done.folder / "records", word("demo.look.quarantine", lang))]
    yield from (f"{path}  {text}" for path, text in rows)
    from envcredit.demo.ratings import UNITS_SCHEME

    yield f"\n{word('demo.try', lang)}:"
    yield f"  envcredit explain {last} {done.unit}"
    yield f"  envcredit compare {done.runs[-2].folder} {last}"
    yield f"  envcredit replay {last}"
    yield f"  envcredit scheme prose {UNITS_SCHEME}"


def _plain(done: Walk) -> dict[str, object]:
    return {
        "folder": str(done.folder),
        "records": {name: done.arrived(name) for name in _COUNTS},
        "runs": [_plain_run(each) for each in (*done.runs, done.parks)],
        "unit": done.unit,
        "report": str(done.report) if done.report else None,
        "explanation": str(done.explanation),
        "comparison": str(done.comparison),
    }


def _plain_run(each: Run) -> dict[str, object]:
    grades = dict(sorted(_standings(each).items()))
    return {"folder": str(each.folder), "result_digest": each.manifest["result_digest"], "grades": grades}
