"""The stages: which columns each one carries, in which order, and by what it is sorted.

The order of columns and rows is part of the result digest, so a change here is a change of format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Stage:
    """One relation of a run: its columns in order with their types, and the key it is sorted by."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]

    def shaped(self, table: ir.Table) -> ir.Table:
        """The columns of this stage, in order, in their types."""
        return table.select(**{name: table[name].cast(kind) for name, kind in self.columns.items()})


_TEXT, _WHOLE, _DAY = "string", "int64", "date"

PARTY_STAGE = Stage(
    "party",
    {
        "unit_id": _TEXT,
        "unit_name": _TEXT,
        "unit_name_key": _TEXT,
        "unit_code": _TEXT,
        "unit_code_raw": _TEXT,
        "unit_org_code": _TEXT,
        "attached_by": _TEXT,
    },
    ("unit_id", "unit_name", "unit_code_raw", "unit_org_code", "unit_code", "unit_name_key"),
)
UNATTACHED = Stage(
    "unattached",
    {
        "record_id": _TEXT,
        "kind": _TEXT,
        "unit_name": _TEXT,
        "unit_code_raw": _TEXT,
        "reason": _TEXT,
        "file": _TEXT,
        "line": _WHOLE,
    },
    ("record_id",),
)
DERIVED = Stage(
    "derived",
    {"unit_id": _TEXT, "name": _TEXT, "value": _WHOLE, "word": _TEXT, "facts": _WHOLE},
    ("unit_id", "name"),
)
POINT = Stage(
    "point",
    {
        "unit_id": _TEXT,
        "rule": _TEXT,
        "record_id": _TEXT,
        "effect": _TEXT,
        "part": _TEXT,
        "clause": _TEXT,
        "band": _WHOLE,
        "raw": _WHOLE,
        "counted": _WHOLE,
        "why_less": _TEXT,
        "grade": _TEXT,
        "steps": _WHOLE,
        "counts_from": _DAY,
        "counts_to": _DAY,
    },
    ("unit_id", "rule", "record_id", "band"),
)
IGNORED = Stage(
    "ignored",
    {"unit_id": _TEXT, "rule": _TEXT, "record_id": _TEXT, "reason": _TEXT, "clause": _TEXT, "detail": _TEXT},
    ("unit_id", "rule", "record_id", "clause", "reason", "detail"),
)
ITEM = Stage(
    "item",
    {
        "unit_id": _TEXT,
        "rule": _TEXT,
        "part": _TEXT,
        "raw": _WHOLE,
        "counted": _WHOLE,
        "cap": _WHOLE,
        "weight": _WHOLE,
        "facts": _WHOLE,
    },
    ("unit_id", "rule"),
)
SCORE = Stage(
    "score",
    {
        "unit_id": _TEXT,
        "base": _WHOLE,
        "change": _WHOLE,
        "score": _WHOLE,
        "clamped": _TEXT,
        "status": _TEXT,
        "reason": _TEXT,
    },
    ("unit_id",),
)
GRADE = Stage(
    "grade",
    {
        "unit_id": _TEXT,
        "status": _TEXT,
        "by_score": _TEXT,
        "after_floor": _TEXT,
        "after_shift": _TEXT,
        "after_ceiling": _TEXT,
        "final": _TEXT,
        "rank": _WHOLE,
        "previous": _TEXT,
        "steps": _TEXT,
    },
    ("unit_id",),
)
GROUP = Stage("group", {"unit_id": _TEXT, "member_id": _TEXT, "status": _TEXT, "grade": _TEXT}, ("unit_id", "member_id"))

DIGEST = Stage("digest", {"unit_id": _TEXT, "digest": _TEXT}, ("unit_id",))

STAGES: tuple[Stage, ...] = (PARTY_STAGE, UNATTACHED, DERIVED, POINT, IGNORED, ITEM, SCORE, GRADE, GROUP)

KEYS: Mapping[str, tuple[str, ...]] = {"unit": ("unit_id",), **{stage.name: stage.key for stage in STAGES}}
"""What the rows of every stage of a run are sorted by, ``unit`` among them."""
