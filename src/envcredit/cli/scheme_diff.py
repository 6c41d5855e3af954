"""``envcredit scheme diff``: what changed between two schemes, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from envcredit.base.labels import Language, word
from envcredit.cli.printing import printable
from envcredit.cli.shared import Answer, JsonOption, LanguageOption, run, say

if TYPE_CHECKING:
    from envcredit.scheme.diff import Change
    from envcredit.scheme.model import Scheme

_Old = Annotated[str, typer.Argument(metavar="OLD", help=say("cli.scheme.diff.old"), show_default=False)]
_New = Annotated[str, typer.Argument(metavar="NEW", help=say("cli.scheme.diff.new"), show_default=False)]


def register(scheme: typer.Typer) -> None:
    """Adds the verb below ``scheme``."""
    scheme.command("diff", help=say("cli.scheme.diff"))(_diff)


def _diff(old: _Old, new: _New, lang: LanguageOption = "zh", as_json: JsonOption = False) -> None:
    def work() -> Answer:
        from envcredit.scheme.checks.folder import checked_scheme
        from envcredit.scheme.diff import diff

        schemes = (checked_scheme(old), checked_scheme(new))
        changes = diff(*schemes)
        return Answer(_as_plain(schemes, changes, lang), map(printable, _lines(schemes, changes, lang)))

    run(work, lang=lang, as_json=as_json)


def _as_plain(schemes: tuple[Scheme, Scheme], changes: Sequence[Change], lang: Language) -> dict[str, object]:
    from envcredit.scheme.digests import rule_digest, text_digest

    sides = [{"scheme": s.identity, "rule_digest": rule_digest(s), "text_digest": text_digest(s)} for s in schemes]
    listed = [
        {"effect": each.effect, "kind": each.kind, "spot": list(each.spot), "sentence": each.sentence[lang]} for each in changes
    ]
    return {"old": sides[0], "new": sides[1], "equal": not changes, "changes": listed}


def _lines(schemes: tuple[Scheme, Scheme], changes: Sequence[Change], lang: Language) -> Iterator[str]:
    yield word("diff.title", lang, old=schemes[0].identity, new=schemes[1].identity)
    if not changes:
        yield word("diff.equal", lang)
        return
    if not any(each.effect == "rule" for each in changes):
        yield word("diff.heading.same_rules", lang)
    for effect in ("rule", "text"):
        kept = [each for each in changes if each.effect == effect]
        if kept:
            yield ""
            yield "\n" + word(f"diff.heading.{effect}", lang, count=len(kept))
            yield from (f"  {number}. {each.sentence[lang]}" for number, each in enumerate(kept, 1))
