"""统一社会信用代码 (unified social credit code), GB 32100-2015, and the older identifiers that decisions still carry.

A code has 18 characters: department, kind of organisation, six digits of the registering division *at the time of
registration* (so an abolished division is no fault), the nine characters of the organisation code (GB 11714) whose last one
checks the other eight, and a check character over everything. A code is valid only when both checks hold.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.base.text import is_dash, is_invisible, is_space

Status = Literal["valid", "invalid", "masked", "absent"]
Reason = Literal["both_checks_hold", "absent", "masked", "length", "character", "suffix", "check", "organisation_check"]
Cleaning = Literal["full_width", "case", "spaces", "invisible", "hyphens"]

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CHECKS = "0123456789X"

_ABSENT = frozenset({"", "/", "无", "暂无", "不详", "NULL", "NONE", "N/A", "#N/A", "NAN"})
_MASK = re.compile(r"[*×●■□#]|\.\.|X{4}")
_SLIPS = str.maketrans({"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"})
_CODES: dict[Reason, str] = {
    "length": "B101",
    "character": "B102",
    "check": "B103",
    "organisation_check": "B103",
    "suffix": "B104",
    "masked": "B105",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of one identifier as it was written.

    ``code`` is the cleaned text of a valid code, else ``''``. ``position`` says where the fault lies, counted from 1
    (``"7"``, ``"9-17"``, ``"1-8, 18"``). ``suggestions`` would verify; they are offered to a person and never applied.
    ``cleaned`` names what was cleaned away, in a fixed order. ``found`` is the text that was judged.
    """

    status: Status
    reason: Reason
    found: str
    code: str = ""
    position: str = ""
    suggestions: tuple[str, ...] = ()
    cleaned: tuple[Cleaning, ...] = ()


def verdict(text: str) -> Verdict:
    """Judge a unified social credit code as written by hand. Never raises, never completes a masked code."""
    found, cleaned = clean(text)
    if found in _ABSENT:
        return Verdict("absent", "absent", found, cleaned=cleaned)
    if _holds(found):
        return Verdict("valid", "both_checks_hold", found, found, cleaned=cleaned)
    if mask := _MASK.search(found):
        return Verdict("masked", "masked", found, position=str(mask.start() + 1), cleaned=cleaned)
    reason, position = _fault(found)
    return Verdict("invalid", reason, found, position=position, suggestions=_suggestions(found), cleaned=cleaned)


def organisation_verdict(text: str) -> Verdict:
    """Judge a 组织机构代码 (GB 11714): eight characters and a check character, with or without the hyphen."""
    found, cleaned = clean(text)
    if found in _ABSENT:
        return Verdict("absent", "absent", found, cleaned=cleaned)
    if _MASK.search(found):
        return Verdict("masked", "masked", found, cleaned=cleaned)
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", found):
        return Verdict("invalid", "length" if len(found) != 9 else "character", found, cleaned=cleaned)
    if organisation_check(found[:8]) != found[8]:
        return Verdict("invalid", "check", found, position="9", cleaned=cleaned)
    return Verdict("valid", "both_checks_hold", found, found, cleaned=cleaned)


def registration_verdict(text: str) -> Verdict:
    """Judge a 15-digit 工商注册号, whose last digit is a check digit by ISO 7064 MOD 11,10."""
    found, cleaned = clean(text)
    if found in _ABSENT:
        return Verdict("absent", "absent", found, cleaned=cleaned)
    if _MASK.search(found):
        return Verdict("masked", "masked", found, cleaned=cleaned)
    if not re.fullmatch(r"[0-9]{15}", found):
        return Verdict("invalid", "length" if len(found) != 15 else "character", found, cleaned=cleaned)
    if registration_check(found[:14]) != found[14]:
        return Verdict("invalid", "check", found, position="15", cleaned=cleaned)
    return Verdict("valid", "both_checks_hold", found, found, cleaned=cleaned)


def clean(text: str) -> tuple[str, tuple[Cleaning, ...]]:
    """The text in half width and upper case, without blanks, invisible characters and dashes; and what was cleaned."""
    if text.isascii() and text.isalnum() and text == text.upper():
        return text, ()
    half = unicodedata.normalize("NFKC", text.replace("…", ".."))
    done: list[Cleaning] = []
    if any(unicodedata.east_asian_width(c) == "F" and not is_space(c) for c in text):
        done.append("full_width")
    if half.upper() != half:
        done.append("case")
    if any(is_space(c) for c in text):
        done.append("spaces")
    if any(is_invisible(c) for c in half):
        done.append("invisible")
    if any(is_dash(c) for c in half):
        done.append("hyphens")
    return "".join(c for c in half.upper() if not (is_space(c) or is_invisible(c) or is_dash(c))), tuple(done)


def check_character(body: str) -> str:
    """The 18th character for the first 17 (GB 32100-2015). Raises ``ValueError`` for anything but 17 allowed characters."""
    if len(body) != 17 or not set(body) <= set(ALPHABET):
        raise ValueError(f"not the first 17 characters of a code: {body!r}")
    total = sum(_VALUE[character] * weight for character, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code for its first eight (GB 11714). Raises ``ValueError``."""
    if not re.fullmatch(r"[0-9A-Z]{8}", body):
        raise ValueError(f"not the first 8 characters of an organisation code: {body!r}")
    total = sum(int(character, 36) * weight for character, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    return ORGANISATION_CHECKS[-total % 11]


def registration_check(body: str) -> str:
    """The 15th digit of a registration number for its first 14 (ISO 7064 MOD 11,10). Raises ``ValueError``."""
    if not re.fullmatch(r"[0-9]{14}", body):
        raise ValueError(f"not the first 14 digits of a registration number: {body!r}")
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def organisation_code(code: str) -> str:
    """The nine characters of the organisation code inside a unified code, without hyphen."""
    return code[8:17]


def finding(judged: Verdict, *places: Place) -> Diagnostic | None:
    """What a person should be told about a verdict; ``None`` for a valid or an absent code."""
    if judged.status in ("valid", "absent"):
        return None
    suggestions = ", ".join(judged.suggestions) or "—"
    values = {"found": judged.found, "length": len(judged.found), "position": judged.position, "suggestions": suggestions}
    return problem(_CODES[judged.reason], *places, **values)


def _holds(code: str) -> bool:
    return (
        len(code) == 18
        and set(code) <= set(ALPHABET)
        and check_character(code[:17]) == code[17]
        and organisation_check(code[8:16]) == code[16]
    )


def _fault(found: str) -> tuple[Reason, str]:
    if len(found) > 18 and _holds(found[:18]):
        return "suffix", "19"
    if len(found) != 18:
        return "length", ""
    if strangers := [str(place) for place, c in enumerate(found, 1) if c not in _VALUE]:
        return "character", ", ".join(strangers)
    if organisation_check(found[8:16]) == found[16]:
        return "check", "1-8, 18"
    return "organisation_check", "9-17"


def _suggestions(found: str) -> tuple[str, ...]:
    """Slips of the hand that both checks then confirm. Others fit by chance too often to be offered."""
    head = found[:18].translate(_SLIPS)
    if len(found) < 18:
        return ()
    if _holds(head):
        return (head,)
    swapped = (head[:at] + head[at + 1] + head[at] + head[at + 2 :] for at in range(8, 16)) if len(found) == 18 else ()
    return tuple(sorted({candidate for candidate in swapped if _holds(candidate)}))
