"""Tables of a told scheme: Markdown rows, and the ends of bands as words with what is included and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from envcredit.scheme.bands import Interval, normalised
from envcredit.scheme.conditions.literals import value_of
from envcredit.scheme.conditions.tree import Type
from envcredit.scheme.conditions.typing import bound
from envcredit.scheme.model import Band
from envcredit.scheme.prose.figures import quantity_text
from envcredit.scheme.prose.voice import Voice


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table with an empty line before and after."""
    lines = [head, ["---"] * len(head), *rows]
    return ["", *("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines), ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


@dataclass(frozen=True, slots=True)
class _End:
    """An end as written, and whether the value itself still belongs to the lower band."""

    text: str
    to_the_lower: bool


def band_rows(voice: Voice, bands: Sequence[Band], type_: Type, least: int | None = None) -> Iterator[tuple[str, Band]]:
    """Each band as words, in the order of the table, with the band. ``least``: the lowest value there can be, if there is one."""
    ends = _ends(bands, type_)
    intervals = {interval.index: interval for interval in normalised(bands, type_)}
    for index, band in enumerate(bands):
        interval = intervals[index]
        if least is not None and interval.lower is None and interval.upper == least + 1:
            interval = Interval(least, interval.upper, index)
        yield _interval(voice, interval, ends, type_), band


def _ends(bands: Sequence[Band], type_: Type) -> Mapping[int, _End]:
    found: dict[int, _End] = {}
    for band in bands:
        for text, shift in ((band.at_least, 0), (band.above, 1), (band.at_most, 1), (band.below, 0)):
            if text is not None:
                found.setdefault(int(bound(text, type_)) + shift, _End(text, to_the_lower=bool(shift)))
    return found


def _interval(voice: Voice, interval: Interval, ends: Mapping[int, _End], type_: Type) -> str:
    if interval.lower is not None and interval.upper == interval.lower + 1:
        return quantity(voice, value_of(interval.lower, type_).text, type_)
    low = ends[interval.lower] if interval.lower is not None else None
    high = ends[interval.upper] if interval.upper is not None else None
    if low and high:
        key = f"band.{'above' if low.to_the_lower else 'from'}_{'to' if high.to_the_lower else 'below'}"
        return voice.say(key, low=quantity(voice, low.text, type_), high=quantity(voice, high.text, type_))
    if low:
        return voice.say("band.above" if low.to_the_lower else "band.from", end=quantity(voice, low.text, type_))
    if high:
        return voice.say("band.to" if high.to_the_lower else "band.below", end=quantity(voice, high.text, type_))
    return voice.say("band.any")


def quantity(voice: Voice, text: str, type_: Type) -> str:
    """A value as written in a scheme, as one reads it: ``CNY 20_000`` is ``2万元``, ``CNY 20,000``."""
    if type_.name == "points":
        return voice.say("score", score=text.replace("_", "").strip())
    return quantity_text(text, voice.language)
