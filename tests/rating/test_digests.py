"""What a unit's digest is made of: different rows never read alike, whatever words they hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from envcredit.base.digest import digest_of, digest_of_bytes
from envcredit.rating import digests
from envcredit.rating.columns import KEYS, STAGES
from envcredit.rating.digests import ONE_ROW, SEVERAL_ROWS, result_digest, unit_digests

COLUMNS = {stage.name: dict(stage.columns) for stage in STAGES} | {
    "unit": {"unit_id": "string", "name": "string", "park": "string"}
}
TYPES = {"string": pa.string(), "int64": pa.int64(), "date": pa.date32()}
Rows = Mapping[str, list[dict[str, Any]]]


def table(stage: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of a stage in their order, with nothing in the columns that are not named."""
    columns = {name: TYPES[kind] for name, kind in COLUMNS[stage].items()}
    whole = pa.Table.from_pylist([{**dict.fromkeys(columns), **row} for row in rows], schema=pa.schema(columns))
    return whole.sort_by([(key, "ascending") for key in KEYS[stage]])


def told(units: Mapping[str, Rows]) -> dict[str, str]:
    """The digests of some units, each by the rows that it has in each stage."""
    whole = {unit: {**{stage: [{}] for stage in ONE_ROW}, **rows} for unit, rows in units.items()}
    with TemporaryDirectory() as room:
        files = {stage: Path(room) / stage for stage in (*ONE_ROW, *SEVERAL_ROWS)}
        for stage, file in files.items():
            rows = [{"unit_id": unit, **row} for unit, rows in whole.items() for row in rows.get(stage, ())]
            pq.write_table(table(stage, rows), file)
        return {row["unit_id"]: row["digest"] for row in unit_digests(files).to_pylist()}


def told_of_lost(*rows: Mapping[str, Any]) -> str:
    """The digest of a result without units, with these records of no unit."""
    with TemporaryDirectory() as room:
        pq.write_table(table("unattached", [dict(row) for row in rows]), Path(room) / "unattached")
        return result_digest(pa.array([], pa.string()), Path(room) / "unattached")


def named(*names: str | None, park: str | None = None) -> Rows:
    return {"unit": [{"name": name, "park": park} for name in names]}


VALUE = {"name": "worst", "value": 1, "word": "甲", "facts": 2}
SCORE = {"base": 100, "change": 0, "score": 100, "clamped": "", "status": "rated", "reason": "7"}
NOTHING = "\\N\t\\N\t\\N\t\\N\t\\N"
POINT = {"rule": "fined", "effect": "deduct", "clause": "law/1", "counted": -2}
MEMBERS = [{"member_id": "A", "status": "rated", "grade": "red"}, {"member_id": "B", "status": "rated", "grade": "green"}]
READ_ALIKE: dict[str, tuple[Rows, Rows]] = {
    "a tab between two columns": (named("甲\t乙", park="丙"), named("甲", park="乙\t丙")),
    "a tab, and the sign for it": (named("甲\t乙"), named("甲\\t乙")),
    "a line feed, and the sign for it": (named("甲\n乙"), named("甲\\n乙")),
    "a carriage return, and the sign for it": (named("甲\r乙"), named("甲\\r乙")),
    "one backslash or two": (named("甲\\乙"), named("甲\\\\乙")),
    "the sign for nothing, and nothing": (named("\\N"), named(None)),
    "an empty text, and nothing": (named(""), named(None)),
    "the line of a value in the word of another": (
        {"derived": [VALUE, {**VALUE, "name": "worst_2", "facts": 7}]},
        {"derived": [{**VALUE, "word": "甲\t2\nderived\t{id}\tworst_2\t1\t甲", "facts": 7}]},
    ),
    "the line of a member in the id of another": (
        {"group": MEMBERS},
        {"group": [{"member_id": "A\trated\tred\ngroup\t{id}\tB", "status": "rated", "grade": "green"}]},
    ),
    "the end of a record's id in the beginning of the next column": (
        {"point": [{**POINT, "record_id": "a\tdeduct", "effect": "x"}]},
        {"point": [{**POINT, "record_id": "a", "effect": "deduct\tx"}]},
    ),
}


@cache
def read_alike() -> tuple[dict[str, str], dict[str, str]]:
    """The digests of every pair, as units of one id: all first ones, all second ones."""
    first, second = ({told_by: _with_id(pair[side], told_by) for told_by, pair in READ_ALIKE.items()} for side in (0, 1))
    return told(first), told(second)


def _with_id(rows: Rows, unit: str) -> Rows:
    return {
        stage: [{k: v.replace("{id}", unit) if isinstance(v, str) else v for k, v in row.items()} for row in listed]
        for stage, listed in rows.items()
    }


@pytest.mark.parametrize("told_by", READ_ALIKE)
def test_what_would_read_alike_is_told_apart(told_by: str) -> None:
    first, second = read_alike()
    assert first[told_by] != second[told_by]


def test_a_name_that_holds_the_line_of_another_unit_changes_its_own_digest_alone() -> None:
    honest, forged = (told({"U1": named(name), "U2": named("乙")}) for name in ("甲", "甲\t\\N\nunit\tU2\t丙"))
    assert (forged["U1"] != honest["U1"], forged["U2"] == honest["U2"]) == (True, True)


def test_a_lost_record_with_a_tab_between_two_columns() -> None:
    first, second = ({"record_id": "a", "unit_name": n, "unit_code_raw": c} for n, c in (("甲\t乙", "丙"), ("甲", "乙\t丙")))
    assert told_of_lost(first) != told_of_lost(second)


LINES = """\
unit\tU1\t甲\t\\N
score\tU1\t100\t\\N\t98\t\\N\trated\t\\N
grade\tU1\t\\N\t\\N\t\\N\t\\N\t\\N\tred\t5\t\\N\t\\N
point\tU1\tfined\ta\tdeduct\t\\N\tlaw/1\t\\N\t\\N\t-2\t\\N\t\\N\t\\N\t2026-03-01\t\\N
item\tU1\tB\t\\N\t-2\t\\N\t\\N\t\\N\t\\N
item\tU1\tb\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N
"""


def test_a_digest_is_of_the_lines_of_all_stages_in_their_order() -> None:
    rows = {
        "item": [{"rule": "b"}, {"rule": "B", "raw": -2}],
        "point": [{**POINT, "record_id": "a", "counts_from": date(2026, 3, 1)}],
        "score": [{"base": 100, "score": 98, "status": "rated"}],
        "grade": [{"final": "red", "rank": 5}],
    }
    assert told({"U1": {**named("甲"), **rows}})["U1"] == digest_of_bytes([LINES.encode()])


def test_it_does_not_matter_how_many_units_are_looked_at_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    units: dict[str, Rows] = {f"U{n}": {"item": [{"rule": f"r{i}"} for i in range(n % 3)]} for n in range(7)}
    whole = told(units)
    monkeypatch.setattr(digests, "_UNITS", 2)
    assert told(units) == whole
    assert len(set(whole.values())) == 7


def test_one_more_row_of_any_stage_is_another_digest() -> None:
    before = told({unit: {} for unit in ("none", *SEVERAL_ROWS)})
    after = told({"none": {}, **{stage: {stage: [{}]} for stage in SEVERAL_ROWS}})
    assert {unit for unit, digest in before.items() if after[unit] == digest} == {"none"}


def test_every_stage_that_says_something_of_a_unit_is_in_its_digest() -> None:
    assert {*ONE_ROW, *SEVERAL_ROWS} == KEYS.keys() - {"unattached", "party"}


def test_a_result_names_units_and_lost_records_apart(tmp_path: Path) -> None:
    pq.write_table(table("unattached", [{"record_id": "a"}]), tmp_path / "one")
    units = pa.chunked_array([["0" * 64], ["1" * 64]])
    lost = digest_of_bytes([b"unattached\ta" + b"\t\\N" * 6 + b"\n"])
    assert result_digest(units, tmp_path / "one") == digest_of(
        {"units": digest_of_bytes([b"0" * 64 + b"1" * 64]), "unattached": lost}
    )
    assert result_digest(units.combine_chunks(), tmp_path / "one") == result_digest(units, tmp_path / "one")
