"""The charts of the report as SVG, drawn by Altair when the report is written, so that the page needs no chart library.

Every chart is drawn twice, for a wide page and for a phone. Layout is fixed in numbers and not measured from fonts, so the
same run gives the same bytes on every machine; the page's own fonts replace the ones named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from envcredit.base.diagnostics import problem
from envcredit.errors import InputError
from envcredit.rating.letter import columns, harmless

ROW_HEIGHT = 30
INK, LIGHT_INK, QUIET, TRACK = "#1b2a30", "#ffffff", "#52636b", "#eef2f4"

FALLBACK = ("#1a7f37", "#0969da", "#bf8700", "#bc4c00", "#cf222e", "#6e3a8e", "#24292f")
NARROW_FALLBACK: Mapping[int, tuple[int, ...]] = {1: (0,), 2: (0, 4), 3: (0, 2, 4), 4: (0, 1, 2, 4), 5: (0, 1, 2, 4, 6)}


@dataclass(frozen=True, slots=True)
class Size:
    """Widths in pixels: the whole drawing, the most room for labels before the bars and for numbers after them; ``font`` size."""

    whole: int
    labels: int
    numbers: int
    font: int

    @property
    def bars(self) -> int:
        """What is left for the bars."""
        return self.whole - self.labels - self.numbers


WIDE, NARROW = Size(620, 290, 140, 13), Size(340, 150, 112, 12)


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of a bar: its length in the chart's units and its colour."""

    length: int
    colour: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: the label before it, its segments, and the text after it."""

    label: str
    segments: tuple[Segment, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The same chart for a wide page and for a phone, as SVG elements."""

    wide: str
    narrow: str


def tones(colours: Sequence[str]) -> tuple[str, ...]:
    """The colours of grades, best first; where one is missing, all are taken from a scale that fits their number."""
    if all(colours):
        return tuple(colours)
    places = NARROW_FALLBACK.get(len(colours), tuple(range(len(FALLBACK))))
    return tuple(FALLBACK[places[min(i, len(places) - 1)]] for i in range(len(colours)))


def ink_on(colour: str) -> str:
    """Dark or light text, whichever has the higher contrast on ``colour`` (WCAG relative luminance)."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return LIGHT_INK if (1.05 / (luminance + 0.05)) >= ((luminance + 0.05) / 0.072) else INK


def _linear(channel: int) -> float:
    part = channel / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def pixels(text: str, font: int) -> int:
    """About how wide ``text`` is drawn: a Chinese character takes one em, any other two thirds of one."""
    wide = columns(text) - len(text)
    return (wide * 3 + (len(text) - wide) * 2) * font // 3


def fitted(text: str, room: int, font: int) -> str:
    """``text`` on one line, cut with an ellipsis to about ``room`` pixels."""
    clean = harmless(text)
    if pixels(clean, font) <= room:
        return clean
    while clean and pixels(clean, font) > room - font:
        clean = clean[:-1]
    return f"{clean.rstrip()}…"


def lengths(bars: Sequence[Bar]) -> Drawing:
    """Bars on one scale from zero to the longest."""
    longest = max((sum(s.length for s in bar.segments) for bar in bars), default=0) or 1
    return _drawing(bars, [longest] * len(bars), numbered=False)


def stacks(bars: Sequence[Bar]) -> Drawing:
    """Bars of full length, divided in proportion; the count is written where it fits, the data table has them all."""
    return _drawing(bars, [sum(s.length for s in bar.segments) or 1 for bar in bars], numbered=True)


def _sized(bars: Sequence[Bar], most: Size) -> Size:
    """``most`` with labels and numbers no wider than the longest of them needs."""
    labels = max((pixels(harmless(bar.label), most.font) for bar in bars), default=0) + 14
    numbers = max((pixels(bar.text, most.font) for bar in bars), default=0) + 10
    return Size(most.whole, min(labels, most.labels), min(numbers, most.numbers), most.font)


def _drawing(bars: Sequence[Bar], wholes: Sequence[int], *, numbered: bool) -> Drawing:
    wide, narrow = (_svg(bars, wholes, _sized(bars, most), numbered=numbered) for most in (WIDE, NARROW))
    return Drawing(wide, narrow)


def _svg(bars: Sequence[Bar], wholes: Sequence[int], size: Size, *, numbered: bool) -> str:
    if missing := [name for name in ("altair", "vl_convert") if not find_spec(name)]:
        raise InputError([problem("T801", missing=", ".join(missing))])
    import altair as alt
    import vl_convert

    labels = [{"row": i, "x": -10, "text": fitted(b.label, size.labels - 12, size.font)} for i, b in enumerate(bars)]
    totals = [{"row": i, "x": size.bars + 8, "text": b.text} for i, b in enumerate(bars)]
    tracks = [{"row": i, "from": 0, "to": size.bars} for i in range(len(bars))]
    pieces = [piece for i, b in enumerate(bars) for piece in _pieces(i, b, wholes[i], size)]
    layers = [
        _rects(alt, tracks).encode(color=alt.value(TRACK)),
        _rects(alt, pieces).encode(color=alt.Color("colour:N", scale=None)),
        _texts(alt, labels, size, align="right").encode(color=alt.value(INK)),
        _texts(alt, totals, size, align="left").encode(color=alt.value(QUIET)),
    ]
    if numbered:
        inside = [p for p in pieces if pixels(p["text"], size.font) + 4 <= p["to"] - p["from"]]
        layers.append(_texts(alt, inside, size, align="center").encode(color=alt.Color("ink:N", scale=None)))
    chart = alt.layer(*layers).properties(
        width=size.bars,
        height=ROW_HEIGHT * len(bars),
        background="transparent",
        autosize=alt.AutoSizeParams(type="none"),
        padding={"left": size.labels, "right": size.numbers, "top": 0, "bottom": 0},
    )
    drawn = chart.configure(aria=False, view=alt.ViewConfig(stroke=None))
    version = ".".join(alt.VEGALITE_VERSION.split(".")[:2])
    return str(vl_convert.vegalite_to_svg(drawn.to_dict(), vl_version=version))


def _pieces(row: int, bar: Bar, whole: int, size: Size) -> list[dict[str, Any]]:
    found, at = [], 0
    for segment in bar.segments:
        start, end = (round(n * size.bars / whole, 1) for n in (at, at + segment.length))
        at += segment.length
        if segment.length:
            about = {"row": row, "from": start, "to": end, "x": (start + end) / 2}
            found.append({**about, "text": str(segment.length), "colour": segment.colour, "ink": ink_on(segment.colour)})
    return found


def _rects(alt: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
    chart = alt.Chart(alt.Data(values=list(rows))).mark_rect(stroke="#ffffff", strokeWidth=1, height=18)
    return chart.encode(x=_across(alt, "from"), x2="to:Q", y=_down(alt))


def _texts(alt: Any, rows: Sequence[Mapping[str, Any]], size: Size, *, align: str) -> Any:
    chart = alt.Chart(alt.Data(values=list(rows))).mark_text(align=align, baseline="middle", fontSize=size.font, clip=False)
    return chart.encode(x=_across(alt, "x"), y=_down(alt), text="text:N")


def _across(alt: Any, name: str) -> Any:
    return alt.X(f"{name}:Q", axis=None, scale=None)


def _down(alt: Any) -> Any:
    return alt.Y("row:O", axis=None)
