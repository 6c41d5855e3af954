"""Industries and divisions: built-in tables, tables of the user's own, and codes that tables no longer list."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from envcredit.base import industries, regions
from envcredit.errors import InputError


def test_twenty_sections_and_ninety_seven_divisions() -> None:
    levels = [entry.level for entry in industries.built_in().entries.values()]
    assert (levels.count(1), levels.count(2)) == (20, 97)
    assert all(entry.zh and entry.en for entry in industries.built_in().entries.values())


def test_built_in_names_agree_with_a_second_source(shared_data: Path) -> None:
    other = industries.read_industries(shared_data / "gbt4754_2017.csv", "second source")
    differing = {code for code, entry in industries.built_in().entries.items() if other.entries[code].zh != entry.zh}
    assert differing == {"R87"}  # it prints the name of the 2011 edition


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("C26", "known", "C26"),
        ("26", "known", "C26"),
        ("2631", "division_known", "C2631"),
        ("c2631", "division_known", "C2631"),
        ("D2631", "unknown", ""),
        ("98", "unknown", ""),
        ("化工", "unknown", ""),
        (" ", "absent", ""),
    ],
)
def test_industry_codes(text: str, status: str, code: str) -> None:
    judged = industries.built_in().verdict(text)
    assert (judged.status, judged.code, judged.edition) == (status, code, "GB/T 4754-2017")


def test_section_and_division_of_a_class() -> None:
    table = industries.built_in()
    section, division = table.section("2631"), table.division("2631")
    assert section is not None
    assert division is not None
    assert (section.name("zh"), division.name("en")) == ("制造业", "Manufacture of raw chemicals and chemical products")
    assert table.division("C") is None


def test_a_full_table_knows_its_classes(shared_data: Path) -> None:
    table = industries.read_industries(shared_data / "gbt4754_2017.csv", "GB/T 4754-2017")
    assert table.verdict("0111").status == "known"
    assert table.verdict("C2699").status == "unknown"


def test_all_faults_of_a_table_at_once(tmp_path: Path) -> None:
    file = tmp_path / "industries.csv"
    file.write_text("code,level,parent,name\nC,1,,制造业\nC26,1,C,化学\n26,2,C,化学\n", "utf-8")
    with pytest.raises(InputError) as caught:
        industries.read_industries(file, "mine")
    assert [(found.code, found.places[0].line) for found in caught.value.diagnostics] == [("B132", 3), ("B132", 4)]


def test_hunan_has_134_rows_and_chenzhou_eleven() -> None:
    hunan = regions.built_in()
    assert [region.zh for region in hunan.within("431000") if region.level == "county"] == [
        "北湖区", "苏仙区", "桂阳县", "宜章县", "永兴县", "嘉禾县", "临武县", "汝城县", "桂东县", "安仁县", "资兴市",
    ]  # fmt: skip
    levels = [region.level for region in hunan.current.values()]
    assert levels.count("county") + levels.count("zone") == 134
    assert (levels.count("city"), levels.count("province")) == (14, 1)


def test_codes_found_in_registers_are_current_or_abolished(shared_data: Path) -> None:
    hunan = regions.built_in()
    with (shared_data / "region_code_counts.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            expected = "current" if row["in_2023_division_table"] == "1" else "abolished"
            if row["code_in_uscc"] not in ("430413", "542200"):  # in no table of Hunan
                assert hunan.verdict(row["code_in_uscc"]).status == expected, row
    assert hunan.verdict("430413").status == "unknown"


@pytest.mark.parametrize(
    ("old", "name", "new"),
    [
        ("430122", "望城县", "430112"),
        ("430124", "宁乡县", "430182"),
        ("430521", "邵东县", "430582"),
        ("431121", "祁阳县", "431181"),
        ("430221", "株洲县", "430212"),
    ],
)
def test_abolished_counties_and_what_became_of_them(old: str, name: str, new: str) -> None:
    hunan = regions.built_in()
    region = hunan.find(old)
    assert region is not None
    assert (region.zh, hunan.verdict(old).successors) == (name, (new,))


def test_every_successor_is_current() -> None:
    hunan = regions.built_in()
    assert all(code in hunan.current for region in hunan.abolished.values() for code in region.successors)
    assert not set(hunan.abolished) & set(hunan.current)


def test_a_development_zone_is_a_local_extension(tmp_path: Path) -> None:
    assert regions.built_in().verdict("4310GX").status == "local"
    file = tmp_path / "local.csv"
    file.write_text("code,name,parent\n4310JK,郴州经济开发区,431000\n", "utf-8")
    table = regions.built_in().extended(regions.read_local(file))
    assert table.verdict("4310JK").status == "local"
    assert "4310JK" in [region.code for region in table.within("431000")]


def test_tables_of_other_provinces_with_short_codes(tmp_path: Path) -> None:
    file = tmp_path / "cities.csv"
    file.write_text('"code","name","provinceCode"\n"6401","银川市","64"\n64,宁夏回族自治区,\n640104,兴庆区,\n', "utf-8")
    table = regions.read_regions(file, "2023")
    assert [region.code for region in table.within("640000")] == ["640100"]
    assert table.verdict("640104").status == "current"
    with pytest.raises(InputError, match="B142"):
        regions.read_regions(_file(tmp_path, "code,name\n64010,银川\n"), "2023")
    with pytest.raises(InputError, match="B141"):
        regions.read_regions(_file(tmp_path, "a,b\n1,2\n"), "2023")


def _file(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, "utf-8")
    return path
