"""How long before trouble a downgrade warned, how often it did, and how often it cried wolf; beside a plainer warning as
baseline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class LeadTime:
    """One kind of warning against the first drop (a lower class, overdue for more than 90 days, closure) of each client.

    ``days`` holds the lead of each hit, ascending. ``false_alarms`` are clients warned without a drop within the window after
    any of their warnings, whose window was seen to its end; where it was not, they are ``undecided``.
    """

    warning: str
    clients: int
    drops: int
    days: tuple[int, ...]
    false_alarms: int
    undecided: int

    @property
    def hits(self) -> int:
        """Drops with a warning at least a day and at most the window before."""
        return len(self.days)

    @property
    def hit_rate(self) -> float | None:
        """Hits / drops; None if nothing dropped."""
        return self.hits / self.drops if self.drops else None

    @property
    def false_alarms_per_100(self) -> float:
        """Clients warned in vain, for each 100 clients of the book."""
        return 100 * self.false_alarms / self.clients

    @property
    def median_days(self) -> float | None:
        """The median lead; None without a hit."""
        return median(self.days) if self.days else None

    @property
    def quartile_days(self) -> tuple[float, float] | None:
        """Lower and upper quartile, between neighbours by proportion (type 7); None with less than two hits."""
        if len(self.days) < 2:
            return None
        lower, _, upper = quantiles(self.days, n=4, method="inclusive")
        return lower, upper


def lead_time(
    warning: str,
    clients: Iterable[str],
    warnings: Iterable[tuple[str, int]],
    drops: Iterable[tuple[str, int]],
    *,
    window_days: int,
    seen_until: int,
) -> LeadTime:
    """Warnings and drops are ``(client, day)``, days as ``date.toordinal()``; only a client's first drop and what comes
    before it count.

    The lead is counted from the first warning within ``window_days`` before the drop; a warning on the day itself warns
    nobody. Run it with downgrades and again with penalties alone: the second is the baseline that the first must beat. Raises
    ``ValueError`` without clients, for a client that is not one of them, and for what happened after ``seen_until``.
    """
    book = set(clients)
    first = _first(drops)
    warned: dict[str, list[int]] = {}
    for client, day in sorted(set(warnings)):
        if client not in first or day < first[client]:
            warned.setdefault(client, []).append(day)
    strangers = (set(warned) | set(first)) - book
    latest = max((*first.values(), *(days[-1] for days in warned.values())), default=seen_until)
    if strangers or not book or latest > seen_until or window_days < 1:
        raise ValueError(
            f"clients {sorted(strangers)[:3]} of {len(book)}, last day {latest} against {seen_until}, window {window_days}"
        )
    leads = {client: _lead(days, first[client], window_days) for client, days in warned.items() if client in first}
    in_vain = [client for client in warned if not leads.get(client)]
    settled = [client for client in in_vain if warned[client][-1] + window_days <= seen_until or client in first]
    hits = tuple(sorted(lead for lead in leads.values() if lead))
    return LeadTime(warning, len(book), len(first), hits, len(settled), len(in_vain) - len(settled))


def _first(drops: Iterable[tuple[str, int]]) -> dict[str, int]:
    first: dict[str, int] = {}
    for client, day in drops:
        first[client] = min(day, first.get(client, day))
    return first


def _lead(days: list[int], drop: int, window_days: int) -> int:
    """Days from the first warning in the window to the drop; 0 if there is none."""
    return max((drop - day for day in days if drop - day <= window_days), default=0)
