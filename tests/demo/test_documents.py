"""The files of the made-up city carry real dirt, and taking them in accounts for every row."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path
from random import Random

import openpyxl
import pytest

from envcredit.base.uscc import verdict
from envcredit.demo.city import FIRST_YEAR, LAST_YEAR, credit_code
from envcredit.demo.corrections import corrections
from envcredit.demo.documents import Document, documents, units_document, write
from envcredit.demo.story import story
from envcredit.demo.typist import Typist
from envcredit.records import Arrival, batches, import_files
from envcredit.records.units import read_units


@pytest.fixture(scope="module")
def delivered() -> list[Document]:
    return list(documents(story(Random(3), 250)[1], Random(3)))


@pytest.fixture(scope="module")
def arrived(delivered: list[Document], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Arrival]]:
    folder = tmp_path_factory.mktemp("city")
    ordered = sorted(delivered, key=lambda d: (d.recorded_at, d.source))
    found = []
    for (recorded_at, source), group in groupby(ordered, key=lambda d: (d.recorded_at, d.source)):
        found.append(import_files([write(document, folder) for document in group], source, folder / "store", recorded_at))
    return folder, found


def test_forms_and_encodings(delivered: list[Document]) -> None:
    files = {document.file: document for document in delivered}
    assert files[f"双公示_行政处罚_{FIRST_YEAR}.csv"].encoding == "gb18030"
    assert {document.source for document in delivered} == {
        "native", "cn/monitoring-table", "cn/double-publicity-penalty-2015", "cn/double-publicity-penalty-2018",
    }  # fmt: skip
    assert {Path(name).suffix for name in files} == {".csv", ".xlsx"}


def test_no_cell_begins_a_formula(delivered: list[Document]) -> None:
    cells = [cell for document in delivered for sheet in document.sheets for row in sheet.rows for cell in row]
    assert [cell for cell in cells if isinstance(cell, str) and cell.startswith(("=", "@"))] == []


def test_typing_leaves_every_kind_of_dirt_in_codes() -> None:
    typist = Typist(Random(1), tidy=0)
    judged = [verdict(typist.code(credit_code("91", "431021", 5001))) for _ in range(400)]
    statuses = Counter(each.status for each in judged)
    assert set(statuses) == {"valid", "masked", "invalid", "absent"}
    assert {name for each in judged for name in each.cleaned} >= {"case", "full_width", "spaces", "hyphens"}
    assert any(each.suggestions for each in judged)


def test_a_tidy_typist_changes_nothing() -> None:
    code = credit_code("91", "431021", 5001)
    typist = Typist(Random(1), tidy=1)
    assert {typist.code(code) for _ in range(50)} == {code}


def test_every_row_is_accounted_for(arrived: tuple[Path, list[Arrival]], delivered: list[Document]) -> None:
    _, arrivals = arrived
    assert sum(a.rows for a in arrivals) == sum(len(sheet.rows) for document in delivered for sheet in document.sheets)
    for arrival in arrivals:
        assert arrival.accepted + arrival.duplicate + arrival.quarantined == arrival.rows
    assert min(sum(getattr(a, name) for a in arrivals) for name in ("accepted", "duplicate", "quarantined")) > 0


def test_corrections_replace_and_contradictions_are_kept_out(arrived: tuple[Path, list[Arrival]]) -> None:
    folder, _ = arrived
    rows = [row for batch in batches(folder / "store") for row in batch.table().to_pylist()]
    penalties = sorted(
        (row for row in rows if row["kind"] == "penalty" and row["fine"] and row["source"] == "native"),
        key=lambda row: row["record_id"],
    )
    document = corrections(penalties)
    late = import_files([write(document, folder)], document.source, folder / "store", f"{LAST_YEAR + 2}-06-20T01:00:00Z")
    assert (late.accepted, late.quarantined, late.duplicate) == (3, 2, 4)
    assert {found.code for found in late.reasons} == {"R232"}


def test_the_register_of_units_is_read_back(tmp_path: Path) -> None:
    made, _ = story(Random(3), 40)
    table, found = read_units(write(units_document(made.units), tmp_path))
    assert [diagnostic for diagnostic in found if diagnostic.severity == "error"] == []
    assert sorted(table["unit_id"].to_pylist()) == sorted(unit.code for unit in made.units)
    assert Counter(table["permit_class"].to_pylist()) == Counter(unit.permit_class for unit in made.units)


def test_dates_stand_as_days_in_workbooks(delivered: list[Document], tmp_path: Path) -> None:
    document = next(d for d in delivered if d.file == f"环境管理_{FIRST_YEAR}.xlsx")
    book = openpyxl.load_workbook(write(document, tmp_path))
    cells = [cell for page in book for row in page.iter_rows(min_row=2) for cell in row]
    assert sum(cell.is_date for cell in cells) > 100
