"""The pages of the schemes: all of them side by side, each with its banner, its coverage and its cases."""

from __future__ import annotations

import re

import pytest
from pages import gallery, schemes
from pages.gallery_text import COUNTRIES, FAMILIES, TEXT
from pages.library import library

from envcredit.base.labels import Language
from envcredit.scheme.checks.folder import coverage_of_library
from envcredit.scheme.coverage_totals import totals_sentence

LANGUAGES: tuple[Language, Language] = ("zh", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_scheme_stands_twice_in_the_gallery_and_leads_to_its_page(language: Language) -> None:
    page = gallery.pages(language)["gallery"]
    linked = re.findall(r"^\| \[([^\]]+)\]\(schemes/([^)]+)\.md\)", page, re.MULTILINE)
    identities = [shown.scheme.identity for shown in library()]
    assert sorted(linked) == sorted(2 * [(name, name.replace("/", "-")) for name in identities])
    assert {f"schemes/{page}" for _, page in linked} <= schemes.pages(language).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_prints_the_figures_that_the_command_prints(language: Language) -> None:
    page = gallery.pages(language)["gallery"]
    whole = coverage_of_library()
    assert totals_sentence(whole, language) in page
    assert f"{whole.not_expressible_percent}%" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_have_as_many_cells_as_their_head(language: Language) -> None:
    page = gallery.pages(language)["gallery"]
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert len({line.count(" | ") for line in table.splitlines()}) == 1, table[:200]


@pytest.mark.parametrize("shown", library(), ids=lambda shown: shown.scheme.identity)
def test_arithmetic_and_country_have_their_names(shown) -> None:  # type: ignore[no-untyped-def]
    assert gallery.family(shown.scheme) in FAMILIES
    assert shown.scheme.scheme.partition("/")[0] in COUNTRIES


def test_families() -> None:
    found = {shown.scheme.identity: gallery.family(shown.scheme) for shown in library()}
    assert found["model/enterprise/2026-01-01"] == "points"
    assert found["uk/ea/ccs/2024-01-16"] == "demerit"
    assert found["cn/ningxia/enterprise/2025-02-01"] == "worst_of"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scheme_that_is_not_complete_says_so_at_the_top(language: Language) -> None:
    pages = schemes.pages(language)
    for shown in library():
        head = pages[f"schemes/{shown.page}"].split("\n## ")[0]
        assert (":::{warning}" in head) == (shown.scheme.status != "complete"), shown.page
        assert (":::{note}" in head) == shown.scheme.scheme.startswith("model/"), shown.page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_case_is_told_on_its_page(language: Language) -> None:
    pages = schemes.pages(language)
    for shown in library():
        page = pages[f"schemes/{shown.page}"]
        assert shown.cases or shown.scheme.status == "skeleton", shown.page
        assert [case.name for case in shown.cases if f"**{case.name}**" not in page] == [], shown.page
        assert TEXT["title"][language] not in page
