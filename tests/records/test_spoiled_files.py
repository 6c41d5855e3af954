"""Thousands of spoiled files: every row is accounted for, and the order of rows decides nothing."""

from __future__ import annotations

import contextlib
import csv
import io
import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcredit.base.diagnostics import errors_in
from envcredit.base.vocabulary import read_vocabulary
from envcredit.errors import RecordsError
from envcredit.records import batches, import_files, read_source
from envcredit.records.claims import Known, Settled, settled
from envcredit.records.headers import with_header
from envcredit.records.interpret import interpreted
from envcredit.records.limits import STANDARD
from envcredit.records.readers import read_content
from envcredit.records.statements import Statement

NATIVE = read_source("native")

HEAD = ["kind", "unit_name", "unit_code", "decided_on", "authority", "document_number", "fine", "categories"]
GOOD = {
    "kind": ["penalty", "行政处罚", "order"],
    "unit_name": ["甲厂", "乙厂", "丙（郴州）有限公司"],
    "unit_code": ["", "91430400WN0001077Y", "91430681**********"],
    "decided_on": ["2024-03-05", "2024/3/5", "2024年3月6日"],
    "authority": ["甲局", "乙局"],
    "document_number": ["1号", "〔2024〕2号", ""],
    "fine": ["", "20000", "2万元"],
    "categories": ["", "罚款", "罚款、警告"],
}
DIRT = [
    "",
    "#N/A",
    "-1",
    "昨天",
    "99/99/9999",
    '"',
    "'",
    "=1+1",
    "\ufffd",
    "，",
    "x" * 40,
    "９",
    "\u200b",
    "null",
    "1e999",
    "罚款罚款",
    "\x07",
]
AT = "2026-03-01T00:00:00Z"


@st.composite
def cells(draw: st.DrawFn) -> list[str]:
    row = [draw(st.sampled_from(GOOD[name])) for name in HEAD]
    for _ in range(draw(st.integers(0, 2))):
        row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(DIRT) | st.text(max_size=6))
    return draw(st.sampled_from([row, row, row, [*row, "more"], row[:-1]]))


def written(rows: Sequence[Sequence[str]]) -> str:
    quoted = (
        [HEAD[i] if n == 0 else f'"{cell.replace(chr(34), chr(34) * 2)}"' for i, cell in enumerate(row)]
        for n, row in enumerate([HEAD, *rows])
    )
    return "".join(",".join(row) + "\n" for row in quoted)


def settled_in_memory(path: Path) -> tuple[int, Settled]:
    """Everything an import does before it writes."""
    statements: list[Statement] = []
    content = read_content(path)
    for sheet in content.sheets:
        table, problems = with_header(sheet, NATIVE.columns())
        if table is None or errors_in(problems):
            return 0, Settled()
        statements += interpreted(table, NATIVE, read_vocabulary(), STANDARD)
    return len(statements), settled(statements, Known())


def fate(result: Settled) -> tuple[set[str], tuple[int, int, int]]:
    ids = {statement.record_id for statement in result.accepted}
    return ids, (len(result.accepted), len(result.duplicate), len(result.quarantined))


@settings(max_examples=1000)
@given(st.lists(cells(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_rows_add_up_and_their_order_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], chance: random.Random
) -> None:
    path = tmp_path_factory.getbasetemp() / "spoiled.csv"
    fates = []
    for order in (rows, chance.sample(rows, len(rows))):
        path.write_text(written(order), "utf-8", errors="surrogatepass", newline="")
        count, result = settled_in_memory(path)
        assert count == sum(any(cell.strip() for cell in row) for row in rows)
        fates.append(fate(result))
        assert count == sum(fates[-1][1])
        assert all(statement.problems for statement in result.quarantined)
    assert fates[0] == fates[1]


@settings(max_examples=1000)
@given(st.lists(cells(), min_size=1, max_size=4), st.data())
def test_bytes_spoiled_at_random_never_end_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], data: st.DataObject
) -> None:
    spoiled = bytearray(written(rows).encode("utf-8", "surrogatepass"))
    for _ in range(data.draw(st.integers(1, 4))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "spoiled.csv"
    path.write_bytes(spoiled)
    with contextlib.suppress(RecordsError):
        count, result = settled_in_memory(path)
        assert count == sum(fate(result)[1])


@settings(max_examples=15)
@given(st.lists(cells(), min_size=1, max_size=6))
def test_what_is_written_and_reported_is_the_same(rows: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text(written(rows), "utf-8", errors="surrogatepass", newline="")
        arrival = import_files([path], "native", Path(folder) / "store", AT)
        assert arrival.accepted + arrival.duplicate + arrival.quarantined == arrival.rows
        assert arrival.accepted == sum(batch.table().num_rows for batch in batches(Path(folder) / "store"))
        kept = Path(arrival.quarantine).read_bytes().decode("utf-8-sig") if arrival.quarantine else ""
        assert arrival.quarantined == len(list(csv.DictReader(io.StringIO(kept, newline=""))))
