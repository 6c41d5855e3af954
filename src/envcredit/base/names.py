"""The normal form in which names of units and authorities are compared for equality. Names are never matched by guess."""

from __future__ import annotations

from envcredit.base.text import plain, with_brackets

_DOTS = str.maketrans(dict.fromkeys("•‧・∙⋅･", "·"))


def name_key(text: str) -> str:
    """The name without differences of width, blanks, invisible characters, bracket style or dot style.

    Letters, words and word order stay as they are: 甲（郴州）公司 = 甲(郴州) 公司, but 甲公司 ≠ 甲有限公司.
    """
    return with_brackets(plain(text), "(", ")").translate(_DOTS)
