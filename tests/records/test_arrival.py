"""What becomes of rows: accepted, duplicate or quarantined, always summing to the rows read."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envcredit.errors import InvariantError, RecordsError
from envcredit.records import Arrival, batches

if TYPE_CHECKING:
    from tests.records.conftest import Desk

HEAD = "kind,unit_name,decided_on,authority,document_number,fine,replaces\n"
A = "penalty,甲厂,2024-03-05,郴州市生态环境局,郴环罚〔2024〕1号,20000,\n"
B = "行政处罚,乙厂,2024/3/6,郴州市生态环境局,郴环罚〔2024〕2号,5万元,\n"


def fate(arrival: Arrival) -> tuple[int, int, int]:
    assert arrival.accepted + arrival.duplicate + arrival.quarantined == arrival.rows
    return (arrival.accepted, arrival.duplicate, arrival.quarantined)


def codes(arrival: Arrival) -> list[str]:
    return [found.code for found in arrival.reasons]


def test_a_record_carries_typed_values_and_its_origin(desk: Desk) -> None:
    assert fate(desk.take_text(HEAD + A)) == (1, 0, 0)
    row = desk.row()
    assert (row["kind"], row["unit_name"], row["fine"], row["decided_on"]) == ("penalty", "甲厂", 2_000_000, date(2024, 3, 5))
    assert (row["file"], row["line"], row["recorded_at"], row["source"]) == ("records.csv", 2, desk.first, "native")
    assert row["document_key"] == "郴州市生态环境局|郴环罚〔2024〕1号"


def test_one_bad_row_stops_no_other(desk: Desk) -> None:
    arrival = desk.take_text(HEAD + A + "penalty,丙厂,昨天,某局,1号,-5,\n" + B)
    assert fate(arrival) == (2, 0, 1)
    assert codes(arrival) == ["R202", "B163"]
    assert [(found.places[0].line, found.places[0].column) for found in arrival.reasons] == [(3, 3), (3, 6)]


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    text = HEAD + A + B + "penalty,,2024-03-05,某局,1号,1,\n"
    assert fate(desk.take_text(text)) == (2, 0, 1)
    before = {path: path.read_bytes() for path in desk.store.rglob("*") if path.is_file()}
    again = desk.take_text(text, at=desk.second)
    assert fate(again) == (0, 2, 1)
    assert again.batch == ""
    assert {path: path.read_bytes() for path in desk.store.rglob("*") if path.is_file()} == before


def test_the_same_row_twice_in_one_file(desk: Desk) -> None:
    arrival = desk.take_text(HEAD + A + A)
    assert fate(arrival) == (1, 1, 0)
    assert [str(place) for place in arrival.repeats[0].places] == ["records.csv:3", "records.csv:2"]


def test_two_files_that_claim_one_record_are_a_conflict(desk: Desk) -> None:
    first, second = desk.file("a.csv", HEAD + A), desk.file("b.csv", HEAD + A.replace("20000", "30000") + B)
    arrival = desk.take(first, second)
    assert fate(arrival) == (1, 0, 2)
    assert codes(arrival) == ["R233", "R233"]
    assert [[str(place) for place in found.places] for found in arrival.reasons] == [
        ["a.csv:2", "b.csv:2"],
        ["b.csv:2", "a.csv:2"],
    ]


def test_a_conflict_with_the_store_shows_both_places_and_the_record(desk: Desk) -> None:
    desk.take_text(HEAD + A)
    arrival = desk.take_text(HEAD + A.replace("20000", "30000"), at=desk.second, name="later.csv")
    assert fate(arrival) == (0, 0, 1)
    (found,) = arrival.reasons
    assert found.code == "R232"
    assert [str(place).split("/")[-1] for place in found.places] == ["later.csv:2", "records.csv:2"]
    assert found.values["record"] == desk.row()["record_id"]


def test_a_correction_replaces(desk: Desk) -> None:
    desk.take_text(HEAD + A)
    old = desk.row()["record_id"]
    fix = A.replace("20000,", f"30000,{old}")
    assert fate(desk.take_text(HEAD + fix, at=desk.second)) == (1, 0, 0)
    assert {(row["fine"], row["replaces"]) for row in desk.rows()} == {(2_000_000, ""), (3_000_000, old)}
    assert fate(desk.take_text(HEAD + fix, at=desk.third)) == (0, 1, 0)
    assert codes(desk.take_text(HEAD + A.replace("20000,", f"40000,{old}"), at=desk.third)) == ["R234"]
    assert fate(desk.take_text(HEAD + A, at=desk.third)) == (0, 1, 0)


def test_a_correction_of_the_document_number_replaces_all_the_same(desk: Desk) -> None:
    desk.take_text(HEAD + A)
    old = desk.row()["record_id"]
    renumbered = A.replace("20000,", f"20000,{old}").replace("〕1号", "〕8号")
    assert renumbered.count("〕8号") == 1
    assert fate(desk.take_text(HEAD + renumbered, at=desk.second)) == (1, 0, 0)
    assert codes(desk.take_text(HEAD + renumbered.replace("〕8号", "〕9号"), at=desk.third)) == ["R234"]
    assert fate(desk.take_text(HEAD + A.replace("20000", "30000"), at=desk.third)) == (1, 0, 0)


@pytest.mark.parametrize(("named", "code"), [("f" * 64, "R235"), ("第一条", "R228")])
def test_a_correction_of_nothing(desk: Desk, named: str, code: str) -> None:
    assert codes(desk.take_text(HEAD + A.replace("20000,", f"20000,{named}"))) == [code]


def test_two_corrections_of_one_record_are_a_conflict(desk: Desk) -> None:
    desk.take_text(HEAD + A)
    old = desk.row()["record_id"]
    both = HEAD + A.replace("20000,", f"30000,{old}") + A.replace("20000,", f"40000,{old}")
    assert codes(desk.take_text(both, at=desk.second)) == ["R233", "R233"]


def test_a_correction_may_arrive_with_what_it_corrects(desk: Desk) -> None:
    desk.take_text(HEAD + A)
    old = str(desk.row()["record_id"])
    other = desk.beside("other")
    assert fate(other.take_text(HEAD + A.replace("20000,", f"30000,{old}") + A)) == (2, 0, 0)


def test_one_number_of_two_authorities_is_two_records(desk: Desk) -> None:
    """常环罚字 is used by 常宁 and by 常德."""
    rows = "".join(f"penalty,甲厂,2024-03-05,{authority},常环罚字〔2024〕1号,20000,\n" for authority in ("常宁分局", "常德市局"))
    assert fate(desk.take_text(HEAD + rows)) == (2, 0, 0)


def test_one_number_written_two_ways_is_one_record(desk: Desk) -> None:
    assert codes(desk.take_text(HEAD + A + A.replace("〔2024〕1号", "[2024]001号").replace("20000", "3万元"))) == ["R233", "R233"]


def test_one_authority_written_two_ways_is_one_authority(desk: Desk) -> None:
    other = A.replace("郴州市生态环境局", "郴州市 生态环境局（本级）")
    assert fate(desk.take_text(HEAD + A + other)) == (2, 0, 0)
    again = other.replace("（本级）", "(本级)").replace("20000", "30000")
    assert codes(desk.take_text(HEAD + again, at=desk.second)) == ["R232"]


def test_a_valid_code_gives_the_organisation_code(desk: Desk) -> None:
    desk.take_text("kind,unit_code,decided_on\npenalty,91430400WN0001077Y,2024-03-05\n")
    assert (desk.row()["unit_code"], desk.row()["unit_org_code"]) == ("91430400WN0001077Y", "WN0001077")


def test_in_a_batch_the_records_of_a_party_lie_together(desk: Desk) -> None:
    desk.take_text(HEAD + A + B + "".join(A.replace("1号", f"{n}号") for n in range(3, 9)))
    places = [(str(row["unit_name_key"]), str(row["unit_code"]), str(row["record_id"])) for row in desk.rows()]
    assert len(places) == 8
    assert places == sorted(places)


def test_without_a_number_the_whole_statement_is_the_identity(desk: Desk) -> None:
    rows = "penalty,甲厂,2024-03-05,某局,,20000,\npenalty,甲厂,2024-03-05,某局,,30000,\n"
    assert fate(desk.take_text(HEAD + rows)) == (2, 0, 0)


def test_the_same_statement_of_another_source_is_a_duplicate(desk: Desk, tmp_path: Path) -> None:
    desk.take_text(HEAD + A)
    other = tmp_path / "other.yaml"
    other.write_text(
        "source: other\ntitle: {zh: 甲, en: a}\nabout: {zh: 甲, en: a}\nbasis: ours\nkind: {value: penalty}\n"
        "unit: {name: {columns: [党]}}\nattributes:\n  decided_on: {columns: [日]}\n  fine: {columns: [款], in: 万元}\n"
        "  authority: {columns: [局]}\n  document_number: {columns: [号]}\n",
        "utf-8",
    )
    text = "党,日,款,局,号\n甲厂,2024-03-05,2,郴州市生态环境局,郴环罚〔2024〕1号\n"
    assert fate(desk.take_text(text, source=other, at=desk.second)) == (0, 1, 0)
    assert codes(desk.take_text(text.replace(",2,", ",3,"), source=other, at=desk.second)) == ["R232"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("penalty,甲厂,,某局,1号,1,", "R201"),
        ("penalty,,2024-03-05,某局,1号,1,", "R213"),
        ("罚单,甲厂,2024-03-05,某局,1号,1,", "R211"),
        ("member,甲厂,2024-03-05,某局,1号,1,", "R211"),
        ("order,甲厂,2024-03-05,某局,1号,1,", "R214"),
        ("penalty,甲厂,#N/A,某局,1号,1,", "R215"),
        ("penalty,#REF!,2024-03-05,某局,1号,1,", "R215"),
        ("penalty,甲\ufffd厂,2024-03-05,某局,1号,1,", "R216"),
        ("penalty,甲厂,2024-03-05,某局,1号", "R217"),
        ("penalty,甲厂,2024-03-05,某局,1号,1,,,9", "R217"),
        (f"penalty,甲厂,2024-03-05,{'某' * 40_000},1号,1,", "R218"),
        ("penalty,甲厂,03/05/2024,某局,1号,1,", "R203"),
        ("penalty,甲厂,2024-03-05,某局,1号,一笔钱,", "B161"),
    ],
)
def test_reasons(desk: Desk, row: str, code: str) -> None:
    arrival = desk.take_text(HEAD + row + "\n" + B)
    assert fate(arrival) == (1, 0, 1)
    assert codes(arrival) == [code]
    for language in ("zh", "en"):
        assert "{" not in arrival.render(language)


def test_masked_and_wrong_codes_are_kept_with_a_remark(desk: Desk) -> None:
    text = "kind,unit_name,unit_code,decided_on\n" + "".join(
        f"penalty,甲{i}厂,{code},2024-03-05\n"
        for i, code in enumerate(["91430681**********", "91430400WN0001077X", "99990001-1", ""])
    )
    arrival = desk.take_text(text)
    assert fate(arrival) == (4, 0, 0)
    assert [found.code for found in arrival.warnings] == ["R241", "R242"]
    rows = {row["unit_name"]: row for row in desk.rows()}
    assert [rows[f"甲{i}厂"]["unit_code"] for i in range(4)] == ["", "", "", ""]
    assert rows["甲0厂"]["unit_code_raw"] == "91430681**********"
    assert rows["甲2厂"]["unit_org_code"] == "999900011"


def test_unknown_columns_are_told(desk: Desk) -> None:
    arrival = desk.take_text("kind,unit_name,decided_on,决定日其\npenalty,甲厂,2024-03-05,x\n")
    assert [(found.code, found.values.get("columns")) for found in arrival.notes][1:] == [("R123", "决定日其")]


def test_the_unit_in_a_head_counts(desk: Desk) -> None:
    desk.take_text("记录类别,单位名称,决定日期,罚款金额（万元）\n行政处罚,甲厂,2024-03-05,0.2\n")
    assert desk.row()["fine"] == 200_000


def test_two_columns_for_one_attribute(desk: Desk) -> None:
    rows = [
        "kind,unit_name,decided_on,决定日期",
        "penalty,甲厂,2024-03-05,",
        "penalty,乙厂,,2024-03-05",
        "penalty,丙厂,2024-03-05,2024-03-06",
    ]
    text = "\n".join(rows)
    arrival = desk.take_text(text)
    assert fate(arrival) == (2, 0, 1)
    assert codes(arrival) == ["R221"]


def test_a_title_above_the_header(desk: Desk) -> None:
    arrival = desk.take_text("2024年处罚台账,,\n填表单位：某局,,\nkind,unit_name,decided_on\npenalty,甲厂,2024-03-05\n")
    assert fate(arrival) == (1, 0, 0)
    assert "R125" in [found.code for found in arrival.notes]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "R102"),
        ("甲,乙\n1,2\n", "R108"),
        ("kind,unit_name,decided_on,decided_on\npenalty,甲厂,2024-03-05,2024-03-05\n", "R109"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(desk: Desk, text: str, code: str) -> None:
    good, bad = desk.file("good.csv", HEAD + A), desk.file("bad.csv", text)
    with pytest.raises(RecordsError) as caught:
        desk.take(good, bad)
    assert [found.code for found in caught.value.diagnostics] == [code]
    assert not desk.store.exists()


def test_all_files_are_looked_at_before_one_is_refused(desk: Desk) -> None:
    with pytest.raises(RecordsError) as caught:
        desk.take(desk.file("a.csv", ""), desk.folder / "none.csv", desk.file("c.csv", "x\n1\n"))
    assert [found.code for found in caught.value.diagnostics] == ["R102", "R101", "R108"]


def test_a_header_without_rows_is_told(desk: Desk) -> None:
    arrival = desk.take_text(HEAD)
    assert fate(arrival) == (0, 0, 0)
    assert arrival.notes[-1].code == "R124"
    assert not desk.store.exists()


@pytest.mark.parametrize("at", ["2026-03-01", "2026-03-01T00:00:00+08:00", "2026-13-01T00:00:00Z", ""])
def test_recorded_at_is_an_instant(desk: Desk, at: str) -> None:
    with pytest.raises(RecordsError, match="R603"):
        desk.take_text(HEAD + A, at=at)


def test_nothing_becomes_known_before_what_is_known(desk: Desk) -> None:
    desk.take_text(HEAD + A, at=desk.second)
    with pytest.raises(RecordsError, match="R604"):
        desk.take_text(HEAD + B, at=desk.first)


def test_a_batch_that_was_changed_is_not_read(desk: Desk) -> None:
    desk.take_text(HEAD + A)
    (batch,) = batches(desk.store)
    path = batch.folder / "record.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(RecordsError, match="R601"):
        batch.table()
    (batch.folder / "manifest.json").write_text("{}", "utf-8")
    with pytest.raises(RecordsError, match="R602"):
        batches(desk.store)


def test_the_manifest(desk: Desk) -> None:
    arrival = desk.take_text(HEAD + A + B + "penalty,,2024-03-05,某局,1号,1,\n")
    (batch,) = batches(desk.store)
    assert batch.id == arrival.batch
    assert (batch.source, batch.recorded_at, batch.rows) == ("native", desk.first, 2)
    assert batch.manifest["counts"] == {"rows": 3, "accepted": 2, "duplicate": 0, "quarantined": 1}
    assert batch.manifest["reasons"] == {"R213": 1}
    assert json.dumps(arrival.as_dict("zh"))
    assert not (desk.store / "batches" / f".{batch.id}").exists()


def test_a_report_that_does_not_add_up_is_a_defect(desk: Desk) -> None:
    with pytest.raises(InvariantError, match="R691"):
        Arrival("native", desk.first, "", (), rows=3, accepted=1, duplicate=1, quarantined=0, kinds={})


def test_files_of_one_name_are_told_apart(desk: Desk) -> None:
    paths = []
    for year in ("2023", "2024"):
        (desk.folder / year).mkdir()
        paths.append(desk.file(f"{year}/a.csv", HEAD + A.replace("1号", f"{year}号")))
    arrival = desk.take(*paths, paths[0])
    assert [(file.file, file.sheets[0].accepted, file.sheets[0].duplicate) for file in arrival.files] == [
        ("2023/a.csv", 1, 0),
        ("2024/a.csv", 1, 0),
        ("2023/a.csv (2)", 0, 1),
    ]


def test_two_columns_for_the_party_that_disagree(desk: Desk) -> None:
    arrival = desk.take_text("kind,unit_name,企业名称,decided_on\npenalty,甲厂,乙厂,2024-03-05\npenalty,甲厂,甲厂,2024-03-06\n")
    assert (fate(arrival), codes(arrival)) == ((1, 0, 1), ["R221"])


def test_columns_nobody_reads_may_repeat_and_lose_nothing(desk: Desk) -> None:
    arrival = desk.take_text("kind,unit_name,decided_on,备注,备注\npenalty,甲厂,昨天,一,二\n")
    assert codes(arrival) == ["R202"]
    kept = Path(arrival.quarantine).read_text("utf-8-sig").splitlines()
    assert kept[0].endswith("备注,备注(5)")
    assert kept[1].endswith("一,二")
