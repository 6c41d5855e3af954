"""Links are used only when a person has signed them."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from envcredit.errors import RecordsError
from envcredit.records.links import COLUMNS, keep_links, links_of, read_links, write_link_sheet

SIGNED = "甲厂,9143******,u1,王某,2026-03-05,营业执照核对\n"


def links_file(tmp_path: Path, text: str, head: str = ",".join(COLUMNS) + "\n") -> Path:
    path = tmp_path / "links.csv"
    path.write_text(head + text, "utf-8")
    return path


def wrong(path: Path, **known: set[str]) -> list[str]:
    with pytest.raises(RecordsError) as caught:
        read_links(path, unit_ids=known.get("unit_ids"))
    return [found.code for found in caught.value.diagnostics]


def unattached() -> pa.Table:
    rows = [("甲厂", "9143******", "masked_code", 2), ("=乙厂", "", "no_such_name", 3), ("=乙厂", "", "no_such_name", 4)]
    names = ("unit_name", "unit_code_raw", "reason", "line")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return pa.table({**columns, "file": ["a.csv"] * 3, "record_id": ["1", "2", "3"], "kind": ["penalty"] * 3})


def test_a_signed_link(tmp_path: Path) -> None:
    (link,) = read_links(links_file(tmp_path, SIGNED + "乙厂,,,,,\n"), unit_ids={"u1"})
    assert (link.party(), link.unit_id, link.decided_on) == (("甲厂", "9143******"), "u1", date(2026, 3, 5))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("甲厂,,u1,,2026-03-05,核对\n", ["R502"]),
        ("甲厂,,u1,,,\n", ["R502", "R502", "R502"]),
        ("甲厂,,,王某,2026-03-05,核对\n", ["R502"]),
        (",,u1,王某,2026-03-05,核对\n", ["R504"]),
        ("甲厂,,u1,王某,昨天,核对\n", ["R202"]),
        ("甲厂,,u9,王某,2026-03-05,核对\n", ["R505"]),
        (SIGNED + SIGNED.replace("u1", "u2"), ["R503"]),
    ],
)
def test_links_that_are_not_used(tmp_path: Path, text: str, codes: list[str]) -> None:
    assert wrong(links_file(tmp_path, text), unit_ids={"u1", "u2"}) == codes


def test_a_column_is_missing(tmp_path: Path) -> None:
    assert wrong(links_file(tmp_path, "甲厂,u1\n", "unit_name,unit_id\n")) == ["R501"] * 4


def test_the_sheet_to_be_filled_in(tmp_path: Path) -> None:
    assert write_link_sheet(unattached(), tmp_path / "sheet.csv") == 2
    rows = list(csv.reader(io.StringIO((tmp_path / "sheet.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[1] == ["'=乙厂", "", "", "", "", "", "2", "no_such_name", "a.csv:3"]
    assert read_links(tmp_path / "sheet.csv") == []
    rows[1][2:6] = ["u1", "王某", "2026年3月5日", "现场核对"]
    text = "".join(",".join(row) + "\n" for row in rows)
    (tmp_path / "sheet.csv").write_text(text, "utf-8")
    assert [(link.unit_name, link.unit_id) for link in read_links(tmp_path / "sheet.csv")] == [("=乙厂", "u1")]


def test_links_are_kept_once_and_never_contradicted(tmp_path: Path) -> None:
    store = tmp_path / "store"
    links = read_links(links_file(tmp_path, SIGNED))
    assert links_of(store) == []
    assert (keep_links(links, store), keep_links(links, store)) == (1, 0)
    assert [link.unit_id for link in links_of(store)] == ["u1"]
    other = read_links(links_file(tmp_path, SIGNED.replace("u1", "u2")))
    with pytest.raises(RecordsError, match="R503"):
        keep_links(other, store)
    assert [link.unit_id for link in links_of(store)] == ["u1"]
