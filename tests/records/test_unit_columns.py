"""Units taken over by the column are those that reading row by row gives; whatever is not plain is read row by row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import RecordsError
from envcredit.records import units
from envcredit.records.limits import STANDARD
from envcredit.records.unit_columns import plain_units
from envcredit.records.units import read_units, unit_schema

VOCABULARY = read_vocabulary()
SCHEMA = unit_schema(VOCABULARY)
PLAIN: dict[str, Any] = {
    "unit_id": "U1",
    "name": "甲示例（郴州）有限公司",
    "uscc": "91350100M000100Y43",
    "unit_type": "enterprise",
    "permit_class": "key",
    "enrolled_on": date(2020, 2, 29),
    "key_unit": True,
}


def written(folder: Path, rows: list[dict[str, Any]], schema: pa.Schema = SCHEMA) -> Path:
    path = folder / "units.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def by_column(path: Path) -> pa.Table | None:
    return plain_units(path, SCHEMA, VOCABULARY, STANDARD)


def by_row(path: Path) -> pa.Table:
    with pytest.MonkeyPatch.context() as without:
        without.setattr(units, "plain_units", lambda *_: None)
        return read_units(path)[0]


ROWS = st.fixed_dictionaries(
    {
        "name": st.text("甲乙示例厂A1（）· ", min_size=1, max_size=6),
        "former_names": st.none() | st.sampled_from(["旧甲厂", "旧甲厂|老甲厂"]),
        "unit_type": st.sampled_from(VOCABULARY.codes("unit_type")),
        "permit_class": st.none() | st.sampled_from(VOCABULARY.codes("permit_class")),
        "status": st.none() | st.sampled_from(VOCABULARY.codes("unit_status")),
        "enrolled_on": st.none() | st.dates(date(2000, 1, 1), date(2030, 12, 31)),
        "key_unit": st.none() | st.booleans(),
    }
)


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_both_ways_give_the_same_units(rows: list[dict[str, Any]]) -> None:
    numbered = [{**row, "unit_id": f"U{len(rows) - at}"} for at, row in enumerate(rows)]
    with TemporaryDirectory() as folder:
        path = written(Path(folder), numbered)
        found = by_column(path)
        assert (found is None) == any(row["name"] != row["name"].strip() for row in numbered)
        if found is not None:
            assert found == by_row(path)


def test_units_come_sorted_with_every_column(tmp_path: Path) -> None:
    some = pa.schema([SCHEMA.field(name) for name in PLAIN])
    path = written(tmp_path, [{**PLAIN, "unit_id": "U2", "uscc": None}, PLAIN], some)
    found = by_column(path)
    assert found is not None
    assert found.schema == SCHEMA
    assert found.column("unit_id").to_pylist() == ["U1", "U2"]
    assert found == by_row(path) == read_units(path)[0]


@pytest.mark.parametrize(
    "slip",
    [
        {"unit_id": None},
        {"unit_id": ""},
        {"name": " 甲示例厂"},
        {"name": "甲示例厂\u200b"},
        {"name": "#N/A"},
        {"uscc": "91350100M000100Y44"},
        {"uscc": "91350100m000100y43"},
        {"unit_type": "企业"},
        {"permit_class": "Key"},
        {"base_charge": 100},
        {"region": "４３１００２"},
    ],
    ids=str,
)
def test_a_slip_anywhere_leaves_the_whole_list_to_the_other_way(tmp_path: Path, slip: dict[str, Any]) -> None:
    other = {**PLAIN, "unit_id": "U2", "uscc": None}
    assert by_column(written(tmp_path, [PLAIN, other])) is not None
    assert by_column(written(tmp_path, [{**PLAIN, **slip}, other])) is None


@pytest.mark.parametrize("column", ["unit_id", "uscc"])
def test_twice_the_same_is_told_by_the_other_way(tmp_path: Path, column: str) -> None:
    other = {**PLAIN, "unit_id": "U2", "uscc": None}
    path = written(tmp_path, [PLAIN, {**other, column: PLAIN[column]}])
    assert by_column(path) is None


def test_other_types_and_other_files_are_left_to_the_other_way(tmp_path: Path) -> None:
    texts = pa.schema([(name, pa.string()) for name in ("unit_id", "name", "unit_type", "enrolled_on")])
    path = written(tmp_path, [{"unit_id": "U1", "name": "甲厂", "unit_type": "enterprise", "enrolled_on": "2020-01-01"}], texts)
    assert by_column(path) is None
    assert read_units(path)[0].column("enrolled_on").to_pylist() == [date(2020, 1, 1)]
    path.write_bytes(b"no parquet")
    assert by_column(path) is None


def test_a_file_beyond_the_limits_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [PLAIN])
    with pytest.raises(RecordsError):
        plain_units(path, SCHEMA, VOCABULARY, type(STANDARD)(rows=0))
