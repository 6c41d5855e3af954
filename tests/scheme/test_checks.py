"""Each check finds its own kind of mistake, says where, in both languages, and says nothing of a sound scheme."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from envcredit.base.diagnostics import Diagnostic, code_table
from envcredit.base.labels import LANGUAGES
from envcredit.errors import SchemeError
from envcredit.scheme.checks import CHECKS, check, summary_of
from envcredit.scheme.checks.folder import check_folder, checked_scheme
from envcredit.scheme.library import names
from envcredit.scheme.prose import prose
from envcredit.scheme.reader import read_scheme

BAD = Path(__file__).parents[1] / "bad" / "scheme"
SPOILT = sorted(BAD.glob("S*.yaml"))


def spoilt(story: dict[str, Any], folder: Path) -> Path:
    """The good scheme in ``folder`` after the slips of a story: ``change`` (saved in ``encoding``), ``add``, ``link``."""
    shutil.copytree(BAD / "good", folder)
    for change in story.get("change", ()):
        file = folder / change["file"]
        text = file.read_text("utf-8")
        assert text.count(change["instead_of"]) == 1, change["instead_of"]
        written = text.replace(change["instead_of"], change["write"] * change.get("times", 1))
        file.write_text(written, story.get("encoding", "utf-8"))
    for name, text in story.get("add", {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    for name, target in story.get("link", {}).items():
        (folder / name).symlink_to(target)
    return folder


def found_in(story: dict[str, Any]) -> tuple[Diagnostic, ...]:
    """What is told of a spoilt scheme: standing in ``folder``, asked for by the name ``ask`` and for the day ``on``."""
    folder = spoilt(story, Path(story.get("folder", "spoilt")))
    try:
        return check_folder(story.get("ask", str(folder)), story.get("on")).diagnostics
    except SchemeError as error:
        return error.diagnostics


@pytest.mark.parametrize("file", SPOILT, ids=lambda file: file.stem)
def test_a_spoilt_scheme_is_told(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
    monkeypatch.chdir(tmp_path)
    found = [each for each in found_in(story) if each.code == file.stem[:4]]
    for language in LANGUAGES:
        told = "".join(each.render(language).replace("spoilt/", "") + "\n" for each in found)
        assert told == story[language]


def test_every_code_has_its_spoilt_scheme() -> None:
    codes = {code: entry.name for code, entry in code_table().items() if "S" < code < "S350"}
    assert {file.stem[:4]: file.stem[5:] for file in SPOILT} == codes


def test_nothing_is_said_of_a_sound_scheme() -> None:
    findings = check_folder(BAD / "good")
    assert findings.diagnostics == ()
    assert findings.is_clean


def test_all_facts_of_a_unit_may_count_once(tmp_path: Path) -> None:
    rules = spoilt({"change": []}, tmp_path / "sound") / "rules" / "points.yaml"
    rules.write_text(rules.read_text("utf-8").replace("per: act", "per: unit"), "utf-8")
    assert check_folder(tmp_path / "sound").diagnostics == ()
    told = prose(read_scheme(tmp_path / "sound"), "zh")
    assert "同一单位有多件记录的" in told


def test_an_error_keeps_a_scheme_from_being_used(tmp_path: Path) -> None:
    story = {"change": [{"file": "rules/grades.yaml", "instead_of": "at_most: yellow", "write": "at_most: amber"}]}
    folder = spoilt(story, tmp_path / "spoilt")
    with pytest.raises(SchemeError) as caught:
        checked_scheme(folder)
    assert [found.code for found in caught.value.diagnostics] == ["S221"]
    assert checked_scheme(BAD / "good").identity == "test/county/2026-01-01"


@pytest.mark.parametrize("name", names())
def test_shipped_schemes_have_no_error(name: str) -> None:
    assert [found.render("en") for found in check_folder(name).diagnostics if found.severity == "error"] == []


def test_a_scheme_without_files_can_be_checked_too() -> None:
    scheme = read_scheme(BAD / "good")
    broken = scheme.model_copy(update={"grades": scheme.grades[:2]})
    assert {(found.code, str(found.places[0])) for found in check(broken)} == {
        ("S221", "rules.grade.bands.2.grade"),
        ("S221", "rules.crime.grade"),
        ("S221", "consequences.fee.share_of_base.black"),
    }


def test_every_check_says_what_must_hold() -> None:
    assert all(summary_of(each).endswith(".") or summary_of(each).endswith(":") for each in CHECKS)
    assert len({summary_of(each) for each in CHECKS}) == len(CHECKS)


def test_a_source_may_stand_for_a_published_example_alone(tmp_path: Path) -> None:
    folder = spoilt({"change": []}, tmp_path / "sound")
    head = folder / "scheme.yaml"
    source = "sources:\n  example: {title: {zh: 示例, en: Example}, basis: reported}\n"
    head.write_text(head.read_text("utf-8").replace("sources:\n", source), "utf-8")
    assert [found.code for found in check_folder(folder).diagnostics] == ["S208"]
    story = next((folder / "cases").glob("*.yaml"))
    first, _, rest = story.read_text("utf-8").partition("  as_of:")
    story.write_text(f"{first}  source: example\n  as_of:{rest}", "utf-8")
    assert check_folder(folder).diagnostics == ()
