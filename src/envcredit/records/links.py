"""Signed links: a person's decision that a party, as some record writes it, is a certain unit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from envcredit.base.diagnostics import Diagnostic, Place, errors_in, problem
from envcredit.base.labels import Language, word
from envcredit.errors import RecordsError
from envcredit.records.cleaning.days import day
from envcredit.records.cleaning.words import text_of
from envcredit.records.export import csv_bytes, restored
from envcredit.records.headers import Table, with_header
from envcredit.records.limits import STANDARD, Limits
from envcredit.records.readers import read_content

LINKS = "links.csv"
COLUMNS = ("unit_name", "unit_code_raw", "unit_id", "decided_by", "decided_on", "reason")
_HEADS = {
    "unit_name": ("记录中的名称",),
    "unit_code_raw": ("记录中的代码",),
    "unit_id": ("单位标识",),
    "decided_by": ("决定人",),
    "decided_on": ("决定日期",),
    "reason": ("理由",),
}
_SIGNATURE = ("unit_id", "decided_by", "decided_on", "reason")


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """Who decided, when and why, that a name and code as written mean ``unit_id``."""

    unit_name: str
    unit_code_raw: str
    unit_id: str
    decided_by: str
    decided_on: date
    reason: str
    place: Place

    def party(self) -> tuple[str, str]:
        """What the link is about."""
        return (self.unit_name, self.unit_code_raw)


def read_links(path: Path, *, unit_ids: Collection[str] | None = None, limits: Limits = STANDARD) -> list[Link]:
    """The links of a CSV or XLSX file, sorted. Rows without a ``unit_id`` and without any signature are not yet decided.

    Raises ``RecordsError`` with every problem: a signature is incomplete, a party is linked to two units, or (with
    ``unit_ids``) the unit is none of these.
    """
    found: list[Diagnostic] = []
    links: list[Link] = []
    for sheet in read_content(path, limits).sheets:
        table, notes = with_header(sheet, {head for name in COLUMNS for head in (name, *_HEADS[name])})
        found += [note for note in notes if note.severity == "error"]
        if table is None:
            found.append(problem("R501", Place(path.name, sheet=sheet.name), column=COLUMNS[0]))
            continue
        links += _links(table, found)
    known = set(unit_ids or ())
    found += [
        problem("R505", link.place, unit_id=link.unit_id) for link in links if unit_ids is not None and link.unit_id not in known
    ]
    found += _contradictions(links)
    if errors := errors_in(found):
        raise RecordsError(errors)
    return sorted(links)


def links_of(store: Path) -> list[Link]:
    """The links a store keeps; none when nobody has signed one."""
    path = store / LINKS
    return read_links(path) if path.is_file() else []


def keep_links(links: Sequence[Link], store: Path) -> int:
    """Adds signed links to the store's own; returns how many are new. Raises ``RecordsError`` (``R503``) when one contradicts."""
    before = links_of(store)
    named = {link.party(): link for link in before}
    if problems := list(_contradictions([*before, *links])):
        raise RecordsError(problems)
    new = list({link.party(): link for link in links if link.party() not in named}.values())
    if new:
        store.mkdir(parents=True, exist_ok=True)
        (store / LINKS).write_bytes(csv_bytes(COLUMNS, [_cells(link) for link in sorted([*before, *new])]))
    return len(new)


def write_link_sheet(unattached: pa.Table, path: Path, language: Language = "zh") -> int:
    """A sheet to be filled in: one row for each party that no unit was found for, most records first; returns their number.

    ``unattached`` has at least the columns ``unit_name``, ``unit_code_raw``, ``reason``, ``file`` and ``line``.
    """
    parties: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in unattached.select(["unit_name", "unit_code_raw", "reason", "file", "line"]).to_pylist():
        parties.setdefault((row["unit_name"], row["unit_code_raw"]), []).append(row)
    ordered = sorted(parties.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [
        [*party, "", "", "", "", str(len(found)), str(found[0]["reason"]), f"{found[0]['file']}:{found[0]['line']}"]
        for party, found in ordered
    ]
    heads = [*(_HEADS[name][0] if language == "zh" else name for name in COLUMNS)]
    more = [word(f"records.links.{name}", language) for name in ("records", "why", "first")]
    path.write_bytes(csv_bytes([*heads, *more], rows))
    return len(rows)


def _cells(link: Link) -> list[str]:
    return [*link.party(), link.unit_id, link.decided_by, link.decided_on.isoformat(), link.reason]


def _links(table: Table, found: list[Diagnostic]) -> list[Link]:
    columns = {name: next((i for h in (name, *_HEADS[name]) if (i := table.index(h)) is not None), None) for name in COLUMNS}
    if missing := [name for name, index in columns.items() if index is None]:
        found += [problem("R501", table.place(table.header_line), column=name) for name in missing]
        return []
    links = []
    for row in table.rows:
        cells = (*row.cells, *[""] * len(table.header))
        texts = {name: text_of(restored(cells[index])) for name, index in columns.items() if index is not None}
        link = _link(texts, table.place(row.line), found)
        links += [link] if link else []
    return links


def _link(texts: dict[str, str], place: Place, found: list[Diagnostic]) -> Link | None:
    if not any(texts[name] for name in _SIGNATURE):
        return None
    if not texts["unit_name"] and not texts["unit_code_raw"]:
        found.append(problem("R504", place))
        return None
    if missing := [name for name in _SIGNATURE if not texts[name]]:
        found += [problem("R502", place, column=name) for name in missing]
        return None
    decided_on = day(texts["decided_on"])
    if isinstance(decided_on, Diagnostic):
        found.append(replace(decided_on, places=(place,), values={"attribute": "decided_on", **decided_on.values}))
        return None
    return Link(
        texts["unit_name"], texts["unit_code_raw"], texts["unit_id"], texts["decided_by"], decided_on, texts["reason"], place
    )


def _contradictions(links: Sequence[Link]) -> Iterator[Diagnostic]:
    first: dict[tuple[str, str], Link] = {}
    for link in links:
        other = first.setdefault(link.party(), link)
        if other.unit_id != link.unit_id:
            yield problem("R503", link.place, other.place, first=other.unit_id, second=link.unit_id)
