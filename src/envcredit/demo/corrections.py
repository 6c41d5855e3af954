"""A late delivery that corrects penalties of the year before, repeats some, and contradicts others without saying so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from envcredit.base.amounts import unscaled
from envcredit.base.vocabulary import read_vocabulary
from envcredit.demo.city import LAST_YEAR
from envcredit.demo.documents import NATIVE, Document, Sheet
from envcredit.demo.typist import Cell

FILE = f"更正与补报_{LAST_YEAR}年6月.xlsx"
RECORDED_AT = f"{LAST_YEAR}-06-20T01:00:00Z"
_CORRECTED, _CONTRADICTED, _REPEATED = 3, 2, 4


def corrections(penalties: Sequence[Mapping[str, Any]]) -> Document:
    """``penalties``: rows of the wide record table with a fine. The first three are halved by a record that replaces them,
    the next two are stated with another fine and no word about it (a conflict), the next four are stated once more.
    """
    names = [name for name in read_vocabulary().kinds["penalty"].attributes if any(row[name] is not None for row in penalties)]
    heads = [read_vocabulary().attributes[name].words["zh"] for name in names]
    rows = [_row(row, names, place) for place, row in enumerate(penalties[: _CORRECTED + _CONTRADICTED + _REPEATED])]
    return Document(FILE, NATIVE, RECORDED_AT, (Sheet("行政处罚", ["更正记录", "单位名称", "统一社会信用代码", *heads], rows),))


def _row(row: Mapping[str, Any], names: Sequence[str], place: int) -> list[Cell]:
    corrected, contradicted = place < _CORRECTED, _CORRECTED <= place < _CORRECTED + _CONTRADICTED
    fine = row["fine"] // 2 if corrected else row["fine"] + 100_000 if contradicted else row["fine"]
    stated = {**row, "fine": fine}
    lead: list[Cell] = [row["record_id"] if corrected else "", row["unit_name"], row["unit_code_raw"]]
    return lead + [_cell(name, stated[name]) for name in names]


def _cell(name: str, value: Any) -> Cell:
    """A stored value as a cell."""
    attribute = read_vocabulary().attributes[name]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if attribute.type == "amount":
        return unscaled(value, 2)
    if attribute.type in ("code", "codes"):
        table = read_vocabulary().lists[attribute.list]
        return "、".join(table[code]["zh"] for code in value.strip("|").split("|"))
    return value  # type: ignore[no-any-return]
