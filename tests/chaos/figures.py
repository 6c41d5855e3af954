"""What a trial found: how often it was made, what was counted, and what went wrong, each with what repeats it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Figures:
    """One row of the table. ``wrong`` must stay empty; ``void`` says why a trial shows nothing although nothing went wrong."""

    trial: str
    times: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    void: str = ""

    @property
    def holds(self) -> bool:
        return not self.wrong and not self.void and self.times > 0

    def told(self) -> str:
        """All that was counted."""
        return ", ".join(f"{count:,} {what}" for what, count in self.counts.items())
