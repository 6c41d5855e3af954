"""What a unit's digest is made of: different rows never read alike, whatever words they hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from envcredit.base.digest import digest_of_bytes
from envcredit.engine import open_engine
from envcredit.rating.columns import STAGES
from envcredit.rating.digests import digests, lost_digests, result_digest

COLUMNS = {stage.name: dict(stage.columns) for stage in STAGES} | {
    "unit": {"unit_id": "string", "name": "string", "park": "string"}
}
TYPES = {"string": pa.string(), "int64": pa.int64(), "date": pa.date32()}
Rows = Mapping[str, list[dict[str, Any]]]


def table(stage: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of a stage, with nothing in the columns that are not named."""
    columns = {name: TYPES[kind] for name, kind in COLUMNS[stage].items()}
    return pa.Table.from_pylist([{**dict.fromkeys(columns), **row} for row in rows], schema=pa.schema(columns))


def told(units: Mapping[str, Rows]) -> dict[str, str]:
    """The digests of some units, each by the rows that it has in each stage."""
    whole = {unit: {"unit": [{}], **rows} for unit, rows in units.items()}
    with open_engine() as engine:
        stages = {
            stage: [{"unit_id": unit, **row} for unit, rows in whole.items() for row in rows.get(stage, ())]
            for stage in COLUMNS.keys() - {"unattached", "digest"}
        }
        loaded = {stage: engine.load(stage, table(stage, rows)) for stage, rows in stages.items()}
        return {row["unit_id"]: row["digest"] for row in digests(loaded).to_pyarrow().to_pylist()}


def named(*names: str | None, park: str | None = None) -> Rows:
    return {"unit": [{"name": name, "park": park} for name in names]}


VALUE = {"name": "worst", "value": 1, "word": "甲", "facts": 2}
SCORE = {"base": 100, "change": 0, "score": 100, "clamped": "", "status": "rated", "reason": "7"}
NOTHING = "\\N\t\\N\t\\N\t\\N\t\\N"
MEMBERS = [{"member_id": "A", "status": "rated", "grade": "red"}, {"member_id": "B", "status": "rated", "grade": "green"}]
READ_ALIKE: dict[str, tuple[Rows, Rows]] = {
    "a tab between two columns": (named("甲\t乙", park="丙"), named("甲", park="乙\t丙")),
    "a tab, and the sign for it": (named("甲\t乙"), named("甲\\t乙")),
    "a line feed, and the sign for it": (named("甲\n乙"), named("甲\\n乙")),
    "a carriage return, and the sign for it": (named("甲\r乙"), named("甲\\r乙")),
    "one backslash or two": (named("甲\\乙"), named("甲\\\\乙")),
    "the sign for nothing, and nothing": (named("\\N"), named(None)),
    "an empty text, and nothing": (named(""), named(None)),
    "the line of a score in the word of a value": (
        {"derived": [VALUE], "score": [SCORE]},
        {"derived": [{**VALUE, "word": "甲\t2\nscore\t{id}\t100\t0\t100\t\trated", "facts": 7}]},
    ),
    "the line of a party in the name of another": (
        {"party": [{"unit_name": "乙"}, {"unit_name": "甲"}]},
        {"party": [{"unit_name": f"乙\t{NOTHING}\nparty\t{{id}}\t甲"}]},
    ),
    "the line of a member in the id of another": (
        {"group": MEMBERS},
        {"group": [{"member_id": "A\trated\tred\ngroup\t{id}\tB", "status": "rated", "grade": "green"}]},
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
    rows = [{"record_id": "a", "unit_name": name, "unit_code_raw": code} for name, code in (("甲\t乙", "丙"), ("甲", "乙\t丙"))]
    with open_engine() as engine:
        found = lost_digests(engine.load("lost", table("unattached", rows))).digest.to_pyarrow().to_pylist()
    assert len(set(found)) == 2


def test_a_digest_is_of_the_lines_of_all_stages_in_byte_order() -> None:
    items = [{"rule": "z", "raw": -10}, {"rule": "B", "raw": -2}, {"rule": "b"}]
    score = {"base": 100, "score": 98, "status": "rated"}
    lines = [
        "item\tU1\tB\t\\N\t-2\t\\N\t\\N\t\\N\t\\N",
        f"item\tU1\tb\t{NOTHING}\t\\N",
        "item\tU1\tz\t\\N\t-10\t\\N\t\\N\t\\N\t\\N",
        "score\tU1\t100\t\\N\t98\t\\N\trated\t\\N",
        "unit\tU1\t甲\t\\N",
    ]
    assert lines == sorted(lines)
    assert told({"U1": {**named("甲"), "score": [score], "item": items}}) == {"U1": digest_of_bytes(["\n".join(lines).encode()])}


def test_one_more_row_of_any_stage_is_another_digest() -> None:
    stages = sorted(COLUMNS.keys() - {"unattached", "digest", "unit"})
    before = told({unit: {} for unit in ("none", *stages)})
    after = told({"none": {}, **{stage: {stage: [{}]} for stage in stages}})
    assert {unit for unit, digest in before.items() if after[unit] == digest} == {"none"}


def test_the_result_names_units_and_lost_records_apart_and_in_order() -> None:
    a, b, nothing = pa.chunked_array([["0" * 64]]), pa.chunked_array([["1" * 64]]), pa.chunked_array([], pa.string())
    both, turned = pa.chunked_array([["0" * 64], ["1" * 64]]), pa.chunked_array([["1" * 64, "0" * 64]])
    told = [(a, b), (b, a), (both, nothing), (turned, nothing), (nothing, both)]
    assert len({result_digest(*one) for one in told}) == len(told)
    assert result_digest(both, nothing) == result_digest(pa.chunked_array([["0" * 64, "1" * 64]]), nothing)
