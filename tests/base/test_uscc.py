"""The unified social credit code: what is valid, what is not, and where the fault lies."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as second_opinion

from envcredit.base import uscc
from envcredit.base.diagnostics import Place
from envcredit.base.uscc_column import are_valid

WORKED_EXAMPLE = "91350100M000100Y43"  # GB 32100-2015


@st.composite
def valid_codes(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["91", "92", "93", "12", "52", "N2", "A1", "Y1"]))
    region = draw(st.text("0123456789", min_size=6, max_size=6))
    organisation = draw(st.text(uscc.ALPHABET, min_size=8, max_size=8))
    body = head + region + organisation + uscc.organisation_check(organisation)
    return body + uscc.check_character(body)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_worked_example_of_the_standard() -> None:
    judged = uscc.verdict(WORKED_EXAMPLE)
    assert (judged.status, judged.code) == ("valid", WORKED_EXAMPLE)
    assert uscc.organisation_code(WORKED_EXAMPLE) == "M000100Y4"


def test_known_codes_are_judged_as_their_source_says(shared_data: Path) -> None:
    for row in rows(shared_data / "uscc_vectors.csv"):
        expected, _, after = row["expect"].partition("-")
        judged = uscc.verdict(row["value"])
        assert judged.status == ("valid" if after else expected), row
        assert bool(judged.cleaned) >= bool(after), row


def test_sixteen_valid_six_masked_two_absent(shared_data: Path) -> None:
    found = [uscc.verdict(row["uscc"]).status for row in rows(shared_data / "cn_penalties_anonymised.csv")]
    assert [found.count(status) for status in ("valid", "masked", "absent", "invalid")] == [16, 6, 2, 0]


def test_an_abolished_division_is_no_fault(shared_data: Path) -> None:
    for row in rows(shared_data / "region_code_counts.csv"):
        body = "91" + row["code_in_uscc"] + "WN000001" + uscc.organisation_check("WN000001")
        assert uscc.verdict(body + uscc.check_character(body)).status == "valid"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("９１３５０１００Ｍ０００１００Ｙ４３", ("full_width",)),
        ("91350100m000100y43", ("case",)),
        (" 91350100 M000100Y43\u00a0", ("spaces",)),
        ("91350100\u200bM000100Y43", ("invisible",)),
        ("91350100-M000100Y-43", ("hyphens",)),
    ],
)
def test_dirt_is_cleaned_and_named(text: str, cleaned: tuple[str, ...]) -> None:
    judged = uscc.verdict(text)
    assert (judged.code, judged.cleaned) == (WORKED_EXAMPLE, cleaned)


def test_letter_o_for_zero_is_suggested_and_never_applied() -> None:
    judged = uscc.verdict("91520198MAAMOWECXQ")
    assert (judged.status, judged.code, judged.position) == ("invalid", "", "13")
    assert judged.suggestions == ("91520198MAAM0WECXQ",)


def test_neighbours_exchanged_inside_the_organisation_code_are_suggested() -> None:
    judged = uscc.verdict("91350100M00010Y043")
    assert (judged.reason, judged.position) == ("organisation_check", "9-17")
    assert WORKED_EXAMPLE in judged.suggestions


def test_the_inner_check_tells_where_the_fault_lies() -> None:
    assert uscc.verdict("91350200M000100Y43").position == "1-8, 18"
    assert uscc.verdict("91350100M000200Y43").position == "9-17"


@pytest.mark.parametrize("suffix", ["(01）", "(__)", "(\u00a0)"])
def test_a_workshop_suffix_leaves_the_prefix_as_suggestion(suffix: str) -> None:
    judged = uscc.verdict(WORKED_EXAMPLE + suffix)
    assert (judged.status, judged.reason, judged.position) == ("invalid", "suffix", "19")
    assert judged.suggestions == (WORKED_EXAMPLE,)


@pytest.mark.parametrize("text", ["91430681XXXXXXXXXX", "91430102**********", "92430681******", "92430702MA…XXXX"])
def test_a_masked_code_is_neither_valid_nor_invalid(text: str) -> None:
    judged = uscc.verdict(text)
    assert (judged.status, judged.code, judged.suggestions) == ("masked", "", ())


def test_letters_x_that_are_check_characters_are_no_mask() -> None:
    assert uscc.verdict("91520600WN000311XX").status == "valid"


def test_a_mask_that_fits_the_outer_check_by_chance_is_still_a_mask() -> None:
    masked = "92430700WN0017XXXX"
    assert uscc.check_character(masked[:17]) == masked[17]
    assert uscc.verdict(masked).status == "masked"


@pytest.mark.parametrize("text", ["", "-", "—", "\u200b", "无", "#N/A", " / "])
def test_nothing_stated_is_absent(text: str) -> None:
    assert uscc.verdict(text).status == "absent"


@given(valid_codes(), st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_every_single_wrong_character_is_caught(code: str, at: int, other: str) -> None:
    wrong = code[:at] + other + code[at + 1 :]
    assert (uscc.verdict(wrong).status == "valid") == (wrong == code)


@given(valid_codes(), st.integers(0, 17), st.integers(0, 17))
def test_every_exchange_but_the_first_with_the_last_is_caught(code: str, a: int, b: int) -> None:
    letters = list(code)
    letters[a], letters[b] = letters[b], letters[a]
    wrong = "".join(letters)
    if wrong != code and {a, b} != {0, 17}:
        assert uscc.verdict(wrong).status != "valid"


@given(st.text())
def test_any_text_gets_a_verdict_and_only_valid_ones_a_code(text: str) -> None:
    judged = uscc.verdict(text)
    assert bool(judged.code) == (judged.status == "valid")
    assert all(uscc.verdict(suggestion).status == "valid" for suggestion in judged.suggestions)
    finding = uscc.finding(judged, Place("a.csv", 2))
    assert (finding is None) == (judged.status in ("valid", "absent"))
    if finding is not None:
        assert finding.render("zh").startswith("a.csv:2: B10")
        assert finding.render("en")


@st.composite
def spoiled_codes(draw: st.DrawFn) -> str:
    """A valid code with a few characters written over, most of them still characters that a code may have."""
    letters = list(draw(valid_codes()))
    for at in draw(st.sets(st.integers(0, 17), max_size=3)):
        letters[at] = draw(st.sampled_from(uscc.ALPHABET + "*XOISVZxé９\x00"))
    return "".join(letters)


WRITTEN = st.one_of(
    st.none(),
    valid_codes(),
    st.text(uscc.ALPHABET, min_size=17, max_size=17).map(lambda body: body + uscc.check_character(body)),
    spoiled_codes(),
    valid_codes().map(str.lower),
    valid_codes().map(lambda code: code.replace("1", "１")),
    valid_codes().map(lambda code: code[:8] + "**********"),
    st.builds(lambda code, length: code[:length], valid_codes(), st.integers(0, 17)),
    st.builds(lambda code, more: code + more, valid_codes(), st.text(max_size=3)),
    st.text(max_size=18),
)


@given(st.lists(WRITTEN, max_size=8), st.integers(0, 3))
def test_a_column_of_codes_is_judged_as_each_of_them_is(texts: list[str | None], first: int) -> None:
    """Also of a slice, whose texts do not begin where its bytes do."""
    expected = [None if text is None else bool(text) and uscc.verdict(text).code == text for text in texts]
    found = are_valid(pa.array(texts, pa.string())[first:])
    assert found.to_pylist() == expected[first:]


@given(valid_codes(), st.integers(0, 17), st.sampled_from(uscc.ALPHABET + "IOSVZ"))
def test_in_a_column_too_every_single_wrong_character_is_caught(code: str, at: int, other: str) -> None:
    wrong = code[:at] + other + code[at + 1 :]
    assert are_valid(pa.array([code, wrong])).to_pylist() == [True, wrong == code]


@pytest.mark.parametrize("strange", "IOSVZ*é")
def test_in_a_column_no_strange_character_passes_for_one_that_fits(strange: str) -> None:
    bodies = [first + WORKED_EXAMPLE[1:17] for first in uscc.ALPHABET]
    assert all(are_valid(pa.array([body + uscc.check_character(body) for body in bodies])).to_pylist())
    assert not any(are_valid(pa.array([strange + body[1:] + uscc.check_character(body) for body in bodies])).to_pylist())


@given(valid_codes())
def test_a_second_opinion_agrees(code: str) -> None:
    if code[:2].isdigit():  # it rejects the departments A, N and Y
        assert second_opinion.is_valid(code)


@pytest.mark.parametrize(
    ("text", "status"), [("99990001-1", "valid"), ("999900011", "valid"), ("99990001-2", "invalid"), ("-", "absent")]
)
def test_organisation_code_of_old_decisions(text: str, status: str) -> None:
    assert uscc.organisation_verdict(text).status == status


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("440800999900014", "valid", "both_checks_hold"),
        ("440800999900015", "invalid", "check"),
        ("431000000000018", "valid", "both_checks_hold"),
        ("431021001234565", "valid", "both_checks_hold"),
        ("110000012345673", "valid", "both_checks_hold"),
        ("44080099990001", "invalid", "length"),
    ],
)
def test_registration_number_of_old_decisions(text: str, status: str, reason: str) -> None:
    judged = uscc.registration_verdict(text)
    assert (judged.status, judged.reason) == (status, reason)


@given(st.text("0123456789", min_size=14, max_size=14), st.integers(0, 14), st.sampled_from("0123456789"))
def test_every_single_wrong_digit_of_a_registration_number_is_caught(body: str, at: int, other: str) -> None:
    number = body + uscc.registration_check(body)
    wrong = number[:at] + other + number[at + 1 :]
    assert (uscc.registration_verdict(wrong).status == "valid") == (wrong == number)


def test_check_functions_refuse_what_they_cannot_check() -> None:
    with pytest.raises(ValueError, match="17 characters"):
        uscc.check_character("913501OOM000100Y4")
    with pytest.raises(ValueError, match="8 characters"):
        uscc.organisation_check("M000")
    with pytest.raises(ValueError, match="14 digits"):
        uscc.registration_check("44080099990001X")
