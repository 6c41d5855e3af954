"""Figures as they are read: Chinese numerals, and quantities of the condition language with thousands and 万."""

from __future__ import annotations

from collections.abc import Sequence

from envcredit.base.labels import Language, word

_DIGITS = "零一二三四五六七八九"
_TEN_THOUSAND = 10_000


def chinese_numeral(number: int) -> str:
    """``十二`` for 12, up to 99. Raises ``ValueError`` beyond."""
    if not 1 <= number <= 99:
        raise ValueError(f"no chapter has the number {number}")
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens, _DIGITS[tens] + "十")
    return head + (_DIGITS[ones] if ones else "")


def quantity_text(text: str, language: Language) -> str:
    """``CNY 20_000`` as ``2万元`` or ``CNY 20,000``; any other quantity without its underscores."""
    plain = text.replace("_", "").strip()
    if not plain.startswith("CNY"):
        return plain
    whole, dot, rest = plain.removeprefix("CNY").strip().partition(".")
    yuan = int(whole)
    if language == "zh" and yuan and yuan % _TEN_THOUSAND == 0 and not dot:
        return word("prose.money.large", language, amount=f"{yuan // _TEN_THOUSAND:,}")
    return word("prose.money", language, amount=f"{yuan:,}{dot}{rest}")


def runs_of(numbers: Sequence[int]) -> list[list[int]]:
    """Ascending numbers, those that follow each other together: ``[[8, 9], [20, 21, 22]]``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
