"""``envcredit demo``: a made-up city, from record files to a report."""

from __future__ import annotations

import gc
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
_SHOWN_LINES = 36
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

        gc.disable()  # one short process, little that refers to itself: looking for rubbish costs a fifth of the time
        with progress(lang) as tell:
            done = walk(out, SEED, lang, tell, units)
        _write_texts(done, lang)
        return Answer(_plain(done), list(_lines(done, lang)))

    run(work, lang=lang, as_json=as_json)


def _write_texts(done: Walk, lang: Language) -> None:
    from envcredit.rating.compare_text import prose as compared
    from envcredit.rating.explain import explain
    from envcredit.rating.explain_text import prose as explained

    done.explanation.write_text(explained(explain(done.runs[-1], done.unit, done.prepared), lang), "utf-8")
    done.comparison.write_text(compared(done.moved, lang), "utf-8")


def _lines(done: Walk, lang: Language) -> Iterator[str]:
    yield from _city(done, lang)
    yield f"\n## {word('demo.grades', lang)}\n\n{_grades(done.runs, lang)}"
    yield from _without_grade(done.runs[-1], lang)
    before, after = (_year(each) for each in done.runs[-2:])
    yield "\n" + word("demo.moves", lang, before=before, after=after, **_directions(done.moved.counts()))
    yield f"\n## {word('demo.parks', lang, year=_year(done.parks))}\n\n{_grades((done.parks,), lang)}"
    yield f"\n## {word('demo.one_unit', lang)}\n"
    yield _beginning(done.explanation)
    yield word("demo.more", lang, path=done.explanation)
    yield f"\n## {word('demo.look', lang)}\n"
    yield from _places(done, lang)
    yield f"\n## {word('demo.try', lang)}\n"
    yield from _commands(done)


def _city(done: Walk, lang: Language) -> Iterator[str]:
    from envcredit.demo.city import FIRST_YEAR, LAST_YEAR
    from envcredit.demo.remainders import unjoined
    from envcredit.rating.distribution import percent

    last = done.runs[-1]
    units, parks = last.manifest["counts"]["units"], done.parks.manifest["counts"]["units"]
    yield f"# {word('demo.title', lang)}\n"
    yield word("demo.about", lang, units=units, parks=parks, files=done.files, first=FIRST_YEAR, last=LAST_YEAR)
    yield word("demo.arrived", lang, **{name: done.arrived(name) for name in _COUNTS})
    lost = unjoined(last, done.parks, lang)
    share = percent(lost.total(), done.arrived("accepted"), 1)
    yield word("demo.unattached", lang, count=lost.total(), share=share, reasons=_listed(lost, lang))


def _without_grade(last: Run, lang: Language) -> Iterator[str]:
    from envcredit.demo.remainders import without_grade

    for status in ("not_rated", "refused"):
        if counted := without_grade(last, status, lang):
            yield word(f"demo.why.{status}", lang, year=_year(last), count=counted.total(), reasons=_listed(counted, lang))


def _listed(counted: Counter[str], lang: Language) -> str:
    """Reasons with their counts, the most frequent first."""
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return word("rate.and", lang).join(word("demo.counted", lang, reason=reason, count=count) for reason, count in ordered)


def _beginning(text: Path) -> str:
    """The first parts of a text, cut where a part ends if one ends in time."""
    lines = text.read_text("utf-8").splitlines()
    heads = [at for at, line in enumerate(lines[:_SHOWN_LINES]) if line.startswith("## ")]
    return "\n".join(lines[: heads[-1] if heads else _SHOWN_LINES])


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
    report = word("demo.look.report", lang)
    if done.report is None:
        report = word("demo.look.no_report", lang, run=done.runs[-1].folder, path=done.folder / "report.html")
    rows = [
        (done.report or "—", report),
        (done.explanation, word("demo.look.explanation", lang)),
        (done.comparison, word("demo.look.comparison", lang)),
        (done.folder / "files", word("demo.look.files", lang)),
        (done.folder / "records", word("demo.look.quarantine", lang)),
        (done.folder / "runs", word("demo.look.runs", lang)),
    ]
    wide = max(len(str(path)) for path, _ in rows)
    yield from (f"{str(path).ljust(wide)}  {text}" for path, text in rows)


def _commands(done: Walk) -> Iterator[str]:
    """What to type next; everything is as a user would type it, and the rating gives the same result again."""
    from envcredit.demo.ratings import UNITS_SCHEME, known_at

    last = done.runs[-1]
    history = " ".join(f"--history {run.folder}" for run in done.runs[:-1])
    yield f"envcredit explain {last.folder} {done.unit}"
    yield f"envcredit compare {done.runs[-2].folder} {last.folder}"
    yield f"envcredit replay {last.folder}"
    yield f"envcredit scheme prose {UNITS_SCHEME}"
    yield f"envcredit rate --scheme {UNITS_SCHEME} --units {done.unit_list} --records {done.folder / 'records'} \\"
    yield f"  --as-of {last.manifest['as_of']} --known-at {known_at(int(_year(last)))} {history} --out {done.folder / 'again'}"


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
