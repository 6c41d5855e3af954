"""Words of a code list, yes and no, and plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.labels import LANGUAGES
from envcredit.base.text import plain, with_brackets
from envcredit.base.vocabulary import Words

_YES = {"是", "yes", "y", "true", "1", "√", "有", "已", "对"}
_NO = {"否", "no", "n", "false", "0", "×", "x", "无", "未", "错"}
_BETWEEN = re.compile(r"[、，,;；|/+]|以及|和|并处|及")
_BRACKETED = re.compile(r"\([^()]*\)$")
_ENDS = " \t\r\n\u00a0\u3000\u200b\u200c\u200d\ufeff"


def text_of(cell: str) -> str:
    """The text as written, without blanks and invisible characters at its ends."""
    return cell.strip(_ENDS)


@lru_cache(maxsize=100_000)
def word_key(text: str) -> str:
    """The form in which words of lists and heads of columns are compared: half width, small letters, no blanks."""
    return with_brackets(plain(text), "(", ")").casefold().replace("_", "")


def spellings(codes: Mapping[str, Words], more: Mapping[str, str]) -> dict[str, str]:
    """Every accepted spelling of a list's codes: the code, its words in both languages (also without their bracket), ``more``."""
    found: dict[str, str] = {}
    for code, words in codes.items():
        for word in (code, *(words[language] for language in LANGUAGES)):
            key = word_key(word)
            found.setdefault(_BRACKETED.sub("", key), code)
            found[key] = code
    return found | {word_key(word): code for word, code in more.items()}


def code(text: str, known: Mapping[str, str]) -> str | Diagnostic | None:
    """One code of a list, or ``R209``; ``None`` for a word that is known to name none of them."""
    found = known.get(word_key(text))
    if found is None:
        return problem("R209", found=text, expected=_examples(known.values()))
    return found or None


def codes(text: str, known: Mapping[str, str], order: tuple[str, ...]) -> str | Diagnostic | None:
    """``|fine|suspension|`` in the order of the list, or ``R209`` for the first word that is none of it.

    Words that are known to name no code are passed over; ``None`` when only such words stand there.
    """
    whole = known.get(word_key(text))
    words = [text] if whole is not None else [part for part in _BETWEEN.split(text) if part.strip()]
    named = [known.get(word_key(each), each) for each in words]
    wrong = next((each for each in named if each and each not in order), None)
    if wrong is not None or not words:
        return problem("R209", found=(wrong or text).strip(), expected=_examples(order))
    found = sorted({each for each in named if each}, key=order.index)
    return f"|{'|'.join(found)}|" if found else None


def yes_no(text: str) -> bool | Diagnostic:
    """是/否, yes/no, true/false, 1/0, √/×; else ``R210``."""
    key = word_key(text)
    if key in _YES or key in _NO:
        return key in _YES
    return problem("R210", found=text)


def containing(text: str, table: Mapping[str, str]) -> str | None:
    """The code of the first row of ``table`` whose every part (joined by ``+``) stands in the text."""
    compact = plain(text)
    for parts, found in table.items():
        if all(part in compact for part in parts.split("+")):
            return found
    return None


def _examples(found: Iterable[str]) -> str:
    shown = list(dict.fromkeys(found))
    return ", ".join(shown[:12]) + (" …" if len(shown) > 12 else "")
