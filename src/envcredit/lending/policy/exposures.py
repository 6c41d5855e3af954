"""What is to become of an exposure: ``hold``, ``shrink 10% a quarter``, ``exit by 2027-06-30``, ``exit within 12 months``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from envcredit.base.amounts import SHARE_PLACES, exact, scaled
from envcredit.base.days import Term, add, term

SAMPLE = "hold / shrink 10% a quarter / exit by 2027-06-30 / exit within 12 months"
_SHRINK = re.compile(r"shrink\s+([0-9.]+)%\s+a\s+quarter")
_EXIT_BY = re.compile(r"exit\s+by\s+([0-9]{4}-[0-9]{2}-[0-9]{2})")
_EXIT_WITHIN = re.compile(r"exit\s+within\s+([0-9]+\s+[a-z]+)")
ExposureKind = Literal["hold", "shrink", "exit"]


@dataclass(frozen=True, slots=True)
class Exposure:
    """``a_quarter``: the share of the balance on the day of the decision to be repaid each quarter, in millionths."""

    kind: ExposureKind
    a_quarter: int | None = None
    exit_by: date | None = None
    within: Term | None = None

    def on(self, as_of: date) -> Exposure:
        """The same with the day of the exit worked out from the day of the decision (month ends: 民法典 第二百零三条)."""
        return Exposure("exit", None, add(as_of, self.within, "last_day")) if self.within else self

    @property
    def severity(self) -> tuple[int, int]:
        """More is more restrictive: exit over shrink over hold, sooner over later, faster over slower. Needs :meth:`on`."""
        if self.kind == "exit":
            assert self.exit_by is not None
            return 2, -self.exit_by.toordinal()
        return (1, self.a_quarter or 0) if self.kind == "shrink" else (0, 0)


def exposure_of(text: str) -> Exposure:
    """Raises ``ValueError`` for anything that is not one of the four forms, and for a share outside 0 to 100 per cent."""
    written = text.strip()
    if written == "hold":
        return Exposure("hold")
    if found := _SHRINK.fullmatch(written):
        share = scaled(exact(found[1]) / 100, SHARE_PLACES)
        if not 0 < share <= 10**SHARE_PLACES:
            raise ValueError(f"not a share of an exposure: {found[1]}%")
        return Exposure("shrink", share)
    if found := _EXIT_BY.fullmatch(written):
        return Exposure("exit", None, date.fromisoformat(found[1]))
    if found := _EXIT_WITHIN.fullmatch(written):
        return Exposure("exit", None, None, term(found[1]))
    raise ValueError(f"not an exposure: {text!r}")
