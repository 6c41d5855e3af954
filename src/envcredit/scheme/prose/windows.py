"""Windows as sentences: from which day a record counts and until when."""

from __future__ import annotations

from collections.abc import Iterator

from envcredit.scheme.model import TermTable, Window
from envcredit.scheme.prose.voice import Voice


def window_sentences(voice: Voice, window: Window) -> Iterator[str]:
    """From which day, for how long, what ends it earlier, what shortens it, what carries it on."""
    yield _span(voice, window)
    if isinstance(window.lasts, TermTable):
        yield _table(voice, window.lasts)
    if window.shortened:
        yield voice.say("window.shortened", once=voice.once(window.shortened.once), term=voice.term(window.shortened.to))
    if window.carry:
        yield voice.say("window.carry")


def _span(voice: Voice, window: Window) -> str:
    start = voice.day(window.first)
    if window.after:
        start = voice.say("window.after", day=start, after=voice.term(window.after))
    ends = list(_ends(voice, window))
    if window.within and not ends and not window.after:
        return voice.say("window.within", day=start)
    if window.within:
        ends.append(voice.say("window.period_end"))
    if not ends:
        return voice.say("window.open", day=start)
    return voice.say("window.ends", day=start, ends=voice.say("list.comma_wide").join(ends))


def _ends(voice: Voice, window: Window) -> Iterator[str]:
    if isinstance(window.lasts, TermTable):
        yield voice.say("window.for_table", by=voice.vocabulary.attributes[window.lasts.by].words[voice.language])
    elif window.lasts:
        yield voice.say("window.for", term=voice.term(window.lasts))
    if window.until:
        yield voice.say("window.until", day=voice.day(window.until))
    if window.before:
        yield voice.say("window.before", day=voice.day(window.before))


def _table(voice: Voice, terms: TermTable) -> str:
    attribute = voice.vocabulary.attributes[terms.by]
    rows = (
        voice.say("window.row", code=voice.code(attribute.list, code), term=voice.term(length))
        for code, length in terms.table.items()
    )
    return voice.say("window.table", rows=voice.say("list.semicolon").join(rows))
