"""The page of a release for people: what was published when, counts, the log and its witnesses, and how to check all of it.

It is written anew with every version, so that nothing stays on it that is no longer shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envcredit.base.labels import LANGUAGES, Language, word
from envcredit.proof import layout
from envcredit.proof.note import Note
from envcredit.proof.statuslist import State
from envcredit.rating.notes import titled
from envcredit.release.exports.markup import colours, render
from envcredit.release.exports.public_list import sections, unit_cells
from envcredit.release.exports.spoken import SHOWN, china_day, state_words, utc_text
from envcredit.release.exports.stated import NOTHING, Stated
from envcredit.release.standing import Published

PAGES: Mapping[Language, str] = {"zh": layout.PAGE, "en": "index.en.html"}
MOST_LISTED = 2000
"""Of more units the page gives counts only."""


@dataclass(frozen=True, slots=True)
class LogHead:
    """The log as the checkpoint of this version states it. ``witnesses``: the names that have co-signed it."""

    name: str
    size: int
    root: str
    witnesses: tuple[str, ...] = ()


def log_head(note: Note, size: int, root: bytes) -> LogHead:
    """From a checkpoint: the first line of its text is the log's name, and every other name that signs is a witness."""
    name = note.text.partition("\n")[0]
    return LogHead(name, size, root.hex(), tuple(dict.fromkeys(line.name for line in note.lines if line.name != name)))


def pages(published: Published, log: LogHead, stated: Stated = NOTHING, *, with_checker: bool = False) -> dict[str, bytes]:
    """Both pages by their path in the release folder, each linking to the other.

    ``with_checker``: whether ``verify.html``, which checks a bundle in the browser, lies in the folder.
    """
    return {path: _page(published, log, stated, language, with_checker) for language, path in PAGES.items()}


def _page(published: Published, log: LogHead, stated: Stated, language: Language, with_checker: bool) -> bytes:
    found = sections(published, language)
    other = next(each for each in LANGUAGES if each != language)
    units = sum(section.graded + section.ungraded for section in found)
    return render(
        "index.html.j2",
        language,
        colours(found),
        published=published,
        authority=stated.authority or published.issuer,
        title=word("publication.page.title", language, period=stated.period).strip(),
        moment=utc_text(published.moment),
        day=china_day(published.moment),
        other=(PAGES[other], word("language.name", other), other),
        facts=[(word(f"publication.page.fact.{key}", language), f"{count:,}") for key, count in _facts(published).items()],
        states=_states(published, language),
        sections=found,
        listed=units <= MOST_LISTED,
        most=f"{MOST_LISTED:,}",
        log=log,
        size=f"{log.size:,}",
        files=_files(published, with_checker),
        checker=with_checker,
        titled=titled,
        cells=unit_cells,
        bundle=layout.bundle_file,
    )


def _facts(published: Published) -> dict[str, int]:
    """Key figures: units that are shown, those with a grade, and those without."""
    shown = [standing for standing in published.standings if standing.state in SHOWN]
    graded = sum(standing.result.grade is not None for standing in shown)
    return {"units": len(shown), "graded": graded, "ungraded": len(shown) - graded}


def _states(published: Published, language: Language) -> list[tuple[str, str, int]]:
    """Each state that there is: its words, what it means for who relies on a result, and how many results are in it."""
    counts = {state: sum(standing.state == state for standing in published.standings) for state in State}
    return [(state_words(s, language), word(f"verify.state.{int(s)}", language), n) for s, n in counts.items() if n]


def _files(published: Published, with_checker: bool) -> list[tuple[str, str]]:
    """The files worth naming: a key of ``publication.page.file`` and the path."""
    version = published.version
    found = [
        ("manifest", layout.MANIFEST),
        ("full", layout.full_file(version)),
        ("parquet", layout.full_file(version, "parquet")),
        ("checkpoint", layout.CHECKPOINT),
        ("index", layout.INDEX),
        ("trust", layout.TRUST),
        ("jwks", layout.JWKS),
    ]
    found += [("rules", layout.rules_file(rule)) for rule in sorted(published.packs)]
    return [*found, ("checker", "verify.html")] if with_checker else found
