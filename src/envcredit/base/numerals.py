"""Amounts of money as officials write them: 伍万贰仟壹佰贰拾元, 人民币叁万元整（￥30000）, 8.0（万元）, 廿万, 2,000元.

Read exactly or not at all: whatever can be read in two ways is a problem, and so is a text whose words and figures disagree.
"""

from __future__ import annotations

import re
from decimal import Decimal

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.text import plain, with_brackets

_DIGIT_ROWS = ("零〇", "一壹弌", "二贰貳两兩", "三叁叄参參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
_DIGITS = {character: value for value, row in enumerate(_DIGIT_ROWS) for character in row}
_UNITS = (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10))
_PLAIN_UNITS = str.maketrans(
    {**dict(zip("億萬仟佰拾圆圓块正", "亿万千百十元元元整", strict=True)), **dict.fromkeys("廿卄", "二十"), "卅": "三十"}
)
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_LEADING = re.compile(r"^(?:(?:合计|共计|总计|罚款|没收|计|人民币|RMB|CNY|[¥￥$:]))+", re.IGNORECASE)
_TRAILING = re.compile(r"(?:人民币|RMB|CNY)$", re.IGNORECASE)
_LABELS = {"大写", "小写", "人民币", "元整", ""}
_FACTORS = {"元": Decimal(1), "万元": Decimal(10**4), "亿元": Decimal(10**8), "千元": Decimal(1000), "百元": Decimal(100)}
_FIGURES = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?([亿万千百]?元|[亿万])?整?")
_PARTS = re.compile(
    r"(?:(?P<yuan>[^元角分整]+?)(?P<mark>元))?(?:零?(?P<jiao>[^元角分整零])角)?(?:零?(?P<fen>[^元角分整零])分)?整?"
)


class _UnreadableError(ValueError):
    """The text is not an amount in one sense only."""


def yuan(text: str, *places: Place, bare: Decimal = Decimal(1)) -> Decimal | Diagnostic:
    """The amount in yuan, exactly, or the problem with it.

    ``bare`` is what one unit of a figure without a unit is worth: ``Decimal(10000)`` for a column in 万元.
    Problems: ``B161`` not readable, ``B162`` words and figures disagree, ``B163`` negative.
    """
    statement = with_brackets(plain(text), "(", ")")
    if re.match(r"^[^\d]*[-−负]", statement):
        return problem("B163", *places, found=text)
    outer = re.sub(r"\([^()]*\)", "", statement)
    inner = [part for part in re.findall(r"\(([^()]*)\)", statement) if part not in _LABELS]
    try:
        values = _values(outer, inner, bare)
    except _UnreadableError:
        return problem("B161", *places, found=text)
    if len(set(values)) > 1:
        return problem("B162", *places, found=text, first=f"{values[0]:f}", second=f"{values[1]:f}")
    return values[0]


def whole_number(text: str) -> int:
    """A whole number in Chinese numerals, ordinary or capital: 十二, 伍万贰仟壹佰贰拾, 廿万, 5万2千. Raises ``ValueError``.

    三万五 (35,000 or 30,005?) is refused, and so is a row of digits such as 一二三.
    """
    return _whole(plain(text).translate(_PLAIN_UNITS))


def _values(outer: str, inner: list[str], bare: Decimal) -> list[Decimal]:
    unit = next((part for part in inner if part.translate(_PLAIN_UNITS) in _FACTORS), "")
    statements = [outer + unit, *(part for part in inner if part != unit)]
    return [_statement(part.translate(_PLAIN_UNITS), bare) for part in statements]


def _statement(text: str, bare: Decimal) -> Decimal:
    text = _TRAILING.sub("", _LEADING.sub("", text))
    if figures := _FIGURES.fullmatch(text):
        number = Decimal(figures[1].replace(",", "") + (figures[2] or ""))
        unit = figures[3] or ""
        return number * (_FACTORS[unit if unit.endswith("元") else unit + "元"] if unit else bare)
    return _words(text, bare)


def _words(text: str, bare: Decimal) -> Decimal:
    parts = _PARTS.fullmatch(text)
    if parts and text.rstrip("整"):
        whole, jiao, fen = (_whole(parts[name]) if parts[name] else 0 for name in ("yuan", "jiao", "fen"))
        if jiao < 10 and fen < 10:
            return whole + Decimal(10 * jiao + fen) / 100
    if parts is None and "元" not in text and (bare == 1 or re.search("[万亿]", text)):
        return Decimal(_whole(text.removesuffix("整")))
    raise _UnreadableError(text)


def _whole(text: str) -> int:
    """``text`` with plain units only. The largest unit splits it; what follows must be smaller than that unit."""
    for unit, size in _UNITS:
        head, found, tail = text.partition(unit)
        if found:
            return _times(head, unit, size) + _rest(tail, size)
    if re.fullmatch(r"\d+", text):
        return int(text)
    if len(text) == 1 and text in _DIGITS:
        return _DIGITS[text]
    raise _UnreadableError(text)


def _times(head: str, unit: str, size: int) -> int:
    if not head and unit == "十":
        return size
    times = _whole(head)
    if not 1 <= times < (10**8 if size >= 10**4 else 10):
        raise _UnreadableError(head + unit)
    return times * size


def _rest(tail: str, size: int) -> int:
    if not tail:
        return 0
    after_zero = tail.lstrip("零〇")
    rest = _whole(after_zero)
    only_a_digit = not re.search("[万千百十]", tail)
    if rest >= size or (only_a_digit and after_zero == tail and size > 10 and rest < size // 10):
        raise _UnreadableError(tail)
    return rest


def in_capitals(fen: int) -> str:
    """An amount in capital numerals as banks write it: 52,120 yuan → 伍万贰仟壹佰贰拾元整. ``fen`` is zero or more."""
    whole, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = f"{_section(whole)}元" if whole else ""
    text += f"{_CAPITALS[jiao]}角" if jiao else "零" if cents and whole else ""
    return (text or ("" if cents else "零元")) + (f"{_CAPITALS[cents]}分" if cents else "整")


def _section(number: int) -> str:
    for size, unit in ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾")):
        if number >= size:
            many, rest = divmod(number, size)
            gap = "零" if 0 < rest < size // 10 else ""
            return _section(many) + unit + gap + (_section(rest) if rest else "")
    return _CAPITALS[number]
