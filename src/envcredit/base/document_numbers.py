"""Document numbers (文号) in the normal form in which two of them are the same.

No single pattern fits all that authorities write, so nothing is parsed: only differences that carry no meaning go.
A number means something only together with its authority: 常环罚字 is used by 常宁 and by 常德.
"""

from __future__ import annotations

import re
from typing import Literal

from envcredit.base.names import name_key
from envcredit.base.text import plain, with_brackets, with_hyphens

Hint = Literal["order", "notice", ""]

_NOTHING = {"", "-", "--", "/", "无", "暂无"}
_ORDINAL = re.compile(r"第(?=[0-9]+号?$)")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9]+号?$)")


def number_key(text: str) -> str:
    """``湘环罚字【2024】第 007号`` → ``湘环罚字〔2024〕7号``.

    Brackets alike, half width, no blanks, no 第 and no leading zeros before the serial; 年 and 号 are kept.
    ``''`` when no number is given.
    """
    number = with_hyphens(with_brackets(plain(text), "〔", "〕"), "-").upper()
    if number in _NOTHING:
        return ""
    return _LEADING_ZEROS.sub("", _ORDINAL.sub("", number))


def document_key(authority: str, number: str) -> str:
    """``authority|number`` in normal form; ``''`` without a number.

    A number whose authority is not stated stays apart from the same number of any authority that is (``|number``).
    """
    key = number_key(number)
    return f"{name_key(authority)}|{key}" if key else ""


def hint(number: str) -> Hint:
    """What the wording tells: 责改 and its kin an ``order``, 罚告 a prior ``notice``; neither is a penalty. Else ``''``."""
    key = number_key(number)
    if re.search("责改|责令|改字|责停|责限", key):
        return "order"
    if re.search("罚告|听告|告字|告知", key):
        return "notice"
    return ""
