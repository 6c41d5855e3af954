"""排污许可证编号 (permit number), HJ 608-2017: credit code (18), sequence (3 digits), one letter.

The last letter is no check character and does not tell a permit from a registration, and older numbers follow other rules.
So the text is always kept as given and the verdict only says which form it has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from envcredit.base import uscc

Form = Literal["standard", "standard_code_invalid", "trial_2016", "other", "absent"]

_STANDARD = re.compile(r"([0-9A-Z]{18})([0-9]{3})([A-Z])")
_TRIAL = re.compile(r"[GH][0-9][0-9]{6}(?:0000[0-9]{5}|[0-9A-Z]{9})[A-Z](?:[0-9]{3}[A-Z])?")


@dataclass(frozen=True, slots=True)
class PermitNumber:
    """One permit number. ``holder`` is the credit code inside a standard one, ``sequence`` tells sites of one holder apart."""

    written: str
    form: Form
    holder: str = ""
    sequence: str = ""


def read_permit_number(text: str) -> PermitNumber:
    """Say which form a permit number has. Never raises and never drops or changes the text.

    ``standard``: 22 characters with a valid credit code (HJ 608-2017). ``standard_code_invalid``: the form without a valid
    code. ``trial_2016``: the form of the 2016 trial rule for holders without a credit code.
    """
    number, _ = uscc.clean(text)
    if not number:
        return PermitNumber(text, "absent")
    if parts := _STANDARD.fullmatch(number):
        if uscc.verdict(parts[1]).status == "valid":
            return PermitNumber(text, "standard", parts[1], parts[2])
        if not _TRIAL.fullmatch(number):
            return PermitNumber(text, "standard_code_invalid", "", parts[2])
    return PermitNumber(text, "trial_2016" if _TRIAL.fullmatch(number) else "other")
