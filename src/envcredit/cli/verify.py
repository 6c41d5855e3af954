"""``envcredit verify``: whether a bundle, a whole release or a chain of deltas holds; opens no socket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from envcredit.base.diagnostics import problem
from envcredit.base.labels import Language, word
from envcredit.cli.printing import printable
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say, seconds_at
from envcredit.errors import InputError, ProofError
from envcredit.proof.refusal import instant

if TYPE_CHECKING:
    from envcredit.proof.result import Result
    from envcredit.proof.rules import RulePack
    from envcredit.proof.trust import Trust
    from envcredit.proof.verdict import Verdict
    from envcredit.proof.verify import Fetch, Release, Shown

_Target = Annotated[Path, typer.Argument(metavar="FILE|DIR", help=say("cli.verify.path"), show_default=False)]
_Trust = Annotated[Path | None, typer.Option("--trust", metavar="F", help=say("cli.verify.trust"), show_default=False)]
_At = Annotated[str, typer.Option("--at", metavar="T", help=say("cli.verify.at"), show_default=False)]
_StatusFrom = Annotated[
    Path | None, typer.Option("--status-from", metavar="DIR", help=say("cli.verify.status_from"), show_default=False)
]
_Since = Annotated[Path | None, typer.Option("--since", metavar="F", help=say("cli.verify.since"), show_default=False)]
_FromVersion = Annotated[
    int | None, typer.Option("--from-version", metavar="N", help=say("cli.verify.from_version"), show_default=False)
]
_SM2 = Annotated[Path | None, typer.Option("--sm2", metavar="PEM", help=say("cli.verify.sm2"), show_default=False)]
_Out = Annotated[Path | None, typer.Option("--out", metavar="F", help=say("cli.verify.out"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("verify", help=say("cli.verify"))(_verify)


def _verify(
    path: _Target,
    *,
    trust: _Trust = None,
    at: _At = "",
    status_from: _StatusFrom = None,
    since: _Since = None,
    from_version: _FromVersion = None,
    out: _Out = None,
    sm2: _SM2 = None,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    def work() -> Answer:
        asked = _Asked(path, seconds_at(at, "--at"), trust, lang)
        following = since is not None or from_version is not None or out is not None
        if following and (since is None or from_version is None or not path.is_dir()):
            raise InputError([problem("C122")])
        if sm2 is not None:
            return _second(asked, sm2)
        if since is not None and from_version is not None:
            return _follow(asked, since, from_version, out)
        return _release(asked) if path.is_dir() else _bundle(asked, status_from)

    run(work, lang=lang, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be verified, at which moment (seconds), by which trust file, and told in which language."""

    path: Path
    moment: int
    trust: Path | None
    lang: Language


def _second(asked: _Asked, public: Path) -> Answer:
    """A second signature by SM2: of a release's manifest, or of a result in a file of its own."""
    from envcredit.proof import layout
    from envcredit.proof.folders import read_file
    from envcredit.proof.refusal import refused
    from envcredit.proof.sm2 import check_second_signature, public_of_pem
    from envcredit.proof.verdict import Verdict

    file = asked.path / layout.SECOND if asked.path.is_dir() else asked.path
    data, verdict = read_file(file, str(file)), Verdict()
    with verdict.check("sm2"):
        token = check_second_signature(data, public_of_pem(public.read_bytes()))
        if asked.path.is_dir() and token.encode() != read_file(asked.path / layout.MANIFEST, layout.MANIFEST).strip():
            raise refused("V111", path=layout.MANIFEST)
    verdict.notes.append("sm2_alone")
    return _answer(asked, verdict, "bundle", {}, [word(f"verify.{'holds' if verdict.holds else 'fails'}", asked.lang)])


def _trusted(asked: _Asked, verdict: Verdict, fetch: Fetch | None) -> Trust | None:
    """The policy of the file that was named, else the release's own; none if that is not usable."""
    from envcredit.proof import layout
    from envcredit.proof.folders import read_file
    from envcredit.proof.trust import MOST_TRUST, trust_of

    if asked.trust is not None:
        return trust_of(read_file(asked.trust, str(asked.trust), MOST_TRUST))
    if fetch is None:
        raise InputError([problem("C121", path=asked.path)])
    verdict.notes.append("own_keys")
    with verdict.check("trust"):
        return trust_of(fetch(layout.TRUST))
    return None


def _bundle(asked: _Asked, status_from: Path | None) -> Answer:
    from envcredit.proof.folders import folder, read_file
    from envcredit.proof.inclusion import MOST_PROOF
    from envcredit.proof.refusal import refused
    from envcredit.proof.statuslist import State
    from envcredit.proof.verdict import Verdict
    from envcredit.proof.verify import verify_bundle

    data = read_file(asked.path, str(asked.path), MOST_PROOF)
    place = status_from or _release_around(asked.path)
    fetch = folder(place) if place else None
    verdict = Verdict()
    trust = _trusted(asked, verdict, fetch)
    shown: Shown | None = None
    if trust is not None:
        found, shown = verify_bundle(data, trust, asked.moment, fetch)
        verdict.checks += found.checks
        verdict.notes += found.notes
    proved = verdict.holds
    if proved and shown is not None and shown.state is not None:
        with verdict.check("in_force"):
            if shown.state != State.IN_FORCE:
                raise refused("V120", what=shown.result.jti, state=int(shown.state))
    pack = _pack(shown.result, trust, fetch) if proved and shown and trust and fetch else None
    said = _shown(shown, pack, asked.lang) if proved and shown else ()
    ending = "holds" if verdict.holds else "not_in_force" if proved else "fails"
    plain = {
        "result": dict(shown.result.payload()) if proved and shown else None,
        "state": None if not proved or shown is None or shown.state is None else int(shown.state),
        "index": shown.index if proved and shown else None,
        "witnesses": {name: instant(time) for name, time in shown.witnesses.items()} if proved and shown else {},
    }
    return _answer(asked, verdict, "bundle", plain, [*said, word(f"verify.{ending}", asked.lang)])


def _release_around(path: Path) -> Path | None:
    """The release folder in which a bundle lies."""
    from envcredit.proof import layout

    above = path.resolve().parents
    return next((place for place in above[1:3] if (place / layout.MANIFEST).is_file()), None)


def _pack(result: Result, trust: Trust, fetch: Fetch) -> RulePack | None:
    """What grades and rules of a result are called, if the publisher has signed for it."""
    from hashlib import sha256

    from envcredit.proof import layout
    from envcredit.proof.feed import RELEASE
    from envcredit.proof.rules import rule_pack_of
    from envcredit.proof.verify import signed_manifest

    path = layout.rules_file(result.rule)
    try:
        data = fetch(path)
        manifest = signed_manifest(fetch(layout.MANIFEST), RELEASE, trust)
        if manifest["files"].get(path) != sha256(data).hexdigest():
            return None
        pack = rule_pack_of(data)
    except ProofError:
        return None
    return pack if (pack.scheme, pack.rule) == (result.scheme, result.rule) else None


def _shown(shown: Shown, pack: RulePack | None, lang: Language) -> Iterator[str]:
    """A result in a few lines."""
    result = shown.result
    yield word("verify.unit", lang, name=result.unit.name or word("verify.unnamed", lang), sub=result.sub)
    grade = pack.grade(result.grade) if pack and result.grade else None
    if result.grade:
        yield word("verify.grade", lang, grade=f"{result.grade} {grade.words[lang]}" if grade else result.grade)
    else:
        yield word("verify.no_grade", lang, why=result.why or result.rated)
    if result.score is not None:
        yield word("verify.score", lang, score=result.score)
    yield word("verify.days", lang, as_of=result.as_of, last=instant(result.exp))
    yield word("verify.scheme", lang, scheme=f"{result.scheme} {pack.title[lang]}" if pack else result.scheme)
    if shown.state is not None:
        yield word("verify.state", lang, state=word(f"verify.state.{int(shown.state)}", lang))
    yield from _reasons(result, pack, lang)
    for name, time in shown.witnesses.items():
        yield word("verify.witness", lang, name=name, moment=instant(time))


def _reasons(result: Result, pack: RulePack | None, lang: Language) -> Iterator[str]:
    if result.reasons:
        yield word("verify.reasons", lang)
    for reason in result.reasons:
        named = pack.rules.get(reason.rule) if pack else None
        stated = {"points": reason.points, "grade": reason.grade, "until": reason.until}
        more = [word(f"verify.reason.{name}", lang, **{name: value}) for name, value in stated.items() if value is not None]
        rule = named.words[lang] if named else reason.rule
        yield "  " + word("verify.reason", lang, rule=rule, clause=reason.clause, facts=reason.facts) + "".join(more)


def _release(asked: _Asked) -> Answer:
    from envcredit.proof.folders import folder
    from envcredit.proof.verdict import Verdict
    from envcredit.proof.verify import verify_release

    fetch, verdict = folder(asked.path), Verdict()
    trust = _trusted(asked, verdict, fetch)
    release: Release | None = None
    if trust is not None:
        found, release = verify_release(fetch, trust, asked.moment)
        verdict.checks += found.checks
        verdict.notes += found.notes
    said: list[str] = []
    plain: dict[str, Any] = {"version": None, "rows": None, "published": None}
    if release is not None and verdict.holds:
        manifest = release.manifest
        plain = {"version": manifest["version"], "rows": manifest["rows"], "published": instant(manifest["iat"])}
        said.append(
            word("verify.release.rows", asked.lang, version=plain["version"], rows=plain["rows"], moment=plain["published"])
        )
    said.append(word("verify.holds" if verdict.holds else "verify.fails", asked.lang))
    return _answer(asked, verdict, "release", plain, said)


def _follow(asked: _Asked, since: Path, version: int, out: Path | None) -> Answer:
    from envcredit.proof.feed import packed, state_of
    from envcredit.proof.folders import folder, read_file
    from envcredit.proof.verdict import Verdict
    from envcredit.proof.verify import follow

    fetch, verdict = folder(asked.path), Verdict()
    trust = _trusted(asked, verdict, fetch)
    before, reached = state_of(read_file(since, str(since)), str(since)), version
    state = before
    if trust is not None:
        found, followed, reached = follow(before, version, fetch, trust)
        verdict.checks += found.checks
        state = dict(followed)
    if verdict.holds and out is not None:
        _write_whole(out, packed(state[sub].to_bytes() for sub in sorted(state)))
    key = "verify.reached" if verdict.holds else "verify.stuck"
    said = [word(key, asked.lang, before=version, version=reached, rows=len(state))]
    plain = {"from": version, "version": reached, "rows": len(state), "out": str(out) if out and verdict.holds else None}
    return _answer(asked, verdict, "deltas", plain, said, version=version)


def _write_whole(out: Path, data: bytes) -> None:
    """A file that is there as a whole or not at all: the old full file may have the same name."""
    waiting = out.with_name(f".{out.name}.writing")
    waiting.write_bytes(data)
    waiting.replace(out)


def _answer(asked: _Asked, verdict: Verdict, what: str, plain: Mapping[str, object], said: list[str], **values: object) -> Answer:
    lang = asked.lang
    checks = [
        {"name": c.name, "holds": c.holds, "told": c.told(lang), "failure": c.failure.as_dict(lang) if c.failure else None}
        for c in verdict.checks
    ]
    notes = list(dict.fromkeys(verdict.notes))
    text = [word(f"verify.title.{what}", lang, path=asked.path, moment=instant(asked.moment), **values)]
    for check in verdict.checks:
        text.append(f"{'✓' if check.holds else '✗'} {check.told(lang)}")
        if check.failure:
            text += [f"    {line.strip()}" for line in check.failure.render(lang).split("\n")]
    text += [f"! {word(f'verify.note.{note}', lang)}" for note in notes]
    whole = {"holds": verdict.holds, "moment": instant(asked.moment), "checks": checks, "notes": notes, **plain}
    return Answer(whole, [printable(line) for line in [*text, *said]], yes=verdict.holds)
