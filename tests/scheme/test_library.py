"""Finding a scheme by its name, by a part of its day, by the day of the rating, or by its folder."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from envcredit.errors import SchemeError
from envcredit.scheme.library import library, locate, names, overlaps, versions_under
from envcredit.scheme.reader import read_folder, read_scheme

NINGXIA = "cn/ningxia/enterprise/2025-02-01"


def code_of(name: str | Path, on: date | None = None) -> str:
    with pytest.raises(SchemeError) as caught:
        locate(name, on)
    assert caught.value.diagnostics[0].render("zh")
    return caught.value.diagnostics[0].code


@pytest.mark.parametrize("name", [NINGXIA, "cn/ningxia/enterprise/2025", "cn/ningxia/enterprise", "cn/ningxia/enterprise/"])
def test_exact_beginning_and_newest(name: str) -> None:
    assert locate(name).name == "2025-02-01"


def test_in_force_on_a_day() -> None:
    assert locate("cn/ningxia/enterprise", date(2025, 2, 1)).name == "2025-02-01"
    assert locate("cn/ningxia/enterprise", date(2025, 1, 31)).name == "2019-01-01"
    assert code_of("cn/ningxia/enterprise", date(2018, 12, 31)) == "S022"


def test_a_name_that_begins_another_name() -> None:
    assert [locate("uk/ea/epa", date(year, 12, 31)).name[:4] for year in (2021, 2024, 2026)] == ["2011", "2022", "2026"]
    assert locate("uk/ea/epa-sector", date(2024, 12, 31)).name == "2011-01-01"
    assert locate("uk/ea/epa/2022").name == "2022-01-01"


def test_an_unknown_name_offers_near_ones() -> None:
    with pytest.raises(SchemeError) as caught:
        locate("cn/ninxia/enterprise")
    assert "cn/ningxia/enterprise" in caught.value.diagnostics[0].hint("zh")


@pytest.mark.parametrize("name", ["", "cn", "cn/ningxia/enter", "cn/ningxia/enterprise/2024", "../../../etc"])
def test_names_that_fit_nothing(name: str) -> None:
    assert code_of(name) in ("S020", "S024")


def version(folder: Path, first: str, last: str = "") -> Path:
    inside = folder / first
    inside.mkdir(parents=True)
    to = f", to: {last}" if last else ""
    (inside / "scheme.yaml").write_text(f"in_force: {{from: {first}{to}}}\n", encoding="utf-8")
    return inside


def test_versions_on_disk(tmp_path: Path) -> None:
    scheme = tmp_path / "city" / "enterprise"
    first = version(scheme, "2020-01-01", "2023-12-31")
    second = version(scheme, "2024-01-01")
    assert locate(scheme) == second
    assert locate(scheme, date(2023, 12, 31)) == first
    assert locate(str(scheme), date(2024, 1, 1)) == second
    assert code_of(scheme, date(2019, 12, 31)) == "S022"
    assert [v.identity for v in versions_under(tmp_path)] == ["city/enterprise/2020-01-01", "city/enterprise/2024-01-01"]


def test_versions_that_overlap(tmp_path: Path) -> None:
    scheme = tmp_path / "enterprise"
    version(scheme, "2020-01-01", "2024-06-30")
    version(scheme, "2024-01-01")
    assert code_of(scheme, date(2024, 3, 1)) == "S023"
    assert [found.code for found in overlaps(versions_under(tmp_path))] == ["S023"]


def test_a_folder_without_a_scheme(tmp_path: Path) -> None:
    assert code_of(tmp_path) == "S024"


def test_no_two_built_in_versions_are_in_force_at_once() -> None:
    assert overlaps(library()) == ()


@pytest.mark.parametrize("name", names())
def test_every_built_in_scheme_reads_without_a_problem(name: str) -> None:
    reading = read_folder(locate(name))
    assert [found.render("en") for found in reading.diagnostics] == []
    assert reading.scheme is not None
    assert reading.scheme.identity == name


def test_a_scheme_inside_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "library.zip"
    folder = Path(str(locate(NINGXIA)))
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(folder.rglob("*.yaml")):
            packed.write(file, f"ningxia/2025-02-01/{file.relative_to(folder)}")
    with zipfile.ZipFile(archive) as packed:
        (found,) = versions_under(zipfile.Path(packed))
        assert read_folder(found.folder).scheme == read_scheme(NINGXIA)
