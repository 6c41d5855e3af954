"""Days as people write them, read in one sense only or not at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

from envcredit.base.diagnostics import Diagnostic, problem

DayStyle = Literal["month_day_year", "day_month_year"]
"""Orders that mean another day elsewhere; a source must name the one it uses. Year-first styles are always read."""

_TIME = re.compile(r"[T ]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_SERIAL = re.compile(r"(\d{5})(\.0+)?")
_SHORT = re.compile(r"\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_SERIAL_START = date(1899, 12, 30)
_EARLIEST, _LATEST = date(1949, 10, 1), date(2149, 12, 31)
_NUMERALS = {c: str(v) for v, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}


def day(text: str, styles: Collection[DayStyle] = ()) -> date | Diagnostic:
    """The day, or ``R202`` not a day, ``R203`` may be several days, ``R204`` no such day or out of 1949-2149.

    Read: 2024-03-05, 2024/3/5, 2024.3.5, 20240305, 2024年3月5日, 二〇二四年三月五日, the day of a time stamp, and the serial
    number by which a worksheet stores a day (five digits, counted from 1899-12-30).
    """
    plain = _TIME.sub("", unicodedata.normalize("NFKC", text).strip())
    plain = re.sub(r"\s+", "", plain)
    if found := _YEAR_FIRST.fullmatch(plain):
        return _existing(text, found[1], found[3], found[4])
    if found := _CHINESE.fullmatch(plain) or _CHINESE.fullmatch(_from_numerals(plain)) or _COMPACT.fullmatch(plain):
        return _existing(text, found[1], found[2], found[3])
    if found := _YEAR_LAST.fullmatch(plain):
        return _year_last(text, found, styles)
    if found := _SERIAL.fullmatch(plain):
        return _in_range(text, _SERIAL_START + timedelta(days=int(found[1])))
    return problem("R203" if _SHORT.fullmatch(plain) else "R202", found=text)


def _year_last(text: str, found: re.Match[str], styles: Collection[DayStyle]) -> date | Diagnostic:
    if "month_day_year" in styles:
        return _existing(text, found[4], found[1], found[3])
    if "day_month_year" in styles:
        return _existing(text, found[4], found[3], found[1])
    return problem("R203", found=text)


def _existing(text: str, year: str, month: str, of_month: str) -> date | Diagnostic:
    try:
        return _in_range(text, date(int(year), int(month), int(of_month)))
    except ValueError:
        return problem("R204", found=text)


def _in_range(text: str, found: date) -> date | Diagnostic:
    return found if _EARLIEST <= found <= _LATEST else problem("R204", found=text)


def _from_numerals(text: str) -> str:
    """二〇二四年十二月三十一日 → 2024年12月31日; anything else comes back unchanged enough not to match."""
    parts = re.fullmatch(r"(\D{4})年(\D{1,3})月(\D{1,4})日", text)
    if not parts:
        return text
    year = "".join(_NUMERALS.get(c, "?") for c in parts[1])
    return f"{year}年{_below_hundred(parts[2])}月{_below_hundred(parts[3])}日"


def _below_hundred(text: str) -> str:
    tens, ten, ones = text.partition("十")
    if not ten:
        return _NUMERALS.get(text, "?")
    return (_NUMERALS.get(tens, "?") if tens else "1") + (_NUMERALS.get(ones, "?") if ones else "0")
