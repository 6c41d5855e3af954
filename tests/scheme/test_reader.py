"""Reading a scheme folder: everything that is wrong, at its line and column, at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from envcredit.base.diagnostics import Diagnostic
from envcredit.errors import SchemeError
from envcredit.scheme.model import PointRule
from envcredit.scheme.reader import read_scheme, read_with_places

Write = Callable[..., Path]


def found_in(folder: Path) -> tuple[Diagnostic, ...]:
    return read_with_places(folder).diagnostics


def where(found: Diagnostic) -> str:
    place = found.places[0]
    return f"{Path(place.file).parent.name}/{Path(place.file).name}:{place.line}:{place.column}"


def the_one(folder: Path) -> Diagnostic:
    found = found_in(folder)
    assert len(found) == 1, [one.render("en") for one in found]
    assert found[0].render("zh")
    return found[0]


def test_a_good_scheme_has_no_problem_and_keeps_the_order_of_its_rules(write: Write) -> None:
    scheme = read_scheme(write())
    assert list(scheme.rules) == ["fine", "fines_in_a_year", "plate"]
    assert scheme.identity == "model/small/2026-01-01"
    assert found_in(write()) == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("status: complete", "statsu: complete", "S030", "2026-01-01/scheme.yaml:4:1"),
        ("status: complete", "status: done", "S033", "2026-01-01/scheme.yaml:4:9"),
        ("from: 2026-01-01}", "from: 20260101}", "S034", "2026-01-01/scheme.yaml:6:18"),
        ("from: 2026-01-01}", "from: 2026-02-30}", "S034", "2026-01-01/scheme.yaml:6:18"),
        ("start: 100", "start: hundred", "S034", "2026-01-01/scheme.yaml:10:16"),
        ("start: 100", "start: 0.3", "S140", "2026-01-01/scheme.yaml:10:16"),
        ("rates: [enterprise]", "rates: enterprise", "S032", "2026-01-01/scheme.yaml:7:8"),
        ("period: {kind: calendar_year}", "period: {kind: calendar_year, kind: rolling}", "S005", "2026-01-01/scheme.yaml:8:31"),
        ("calendar: {month_end: last_day, ", "calendar: {", "S031", "2026-01-01/scheme.yaml:9:1"),
        ("summary: {zh: 示范。, en: A model.}", "summary: {zh: 示范。, en: }", "S009", "2026-01-01/scheme.yaml:5:20"),
        ("  kind: deduct", "  kind: dedcut", "S033", "rules/fines.yaml:2:9"),
        ("  from: penalty\n  when", "  from: penalties\n  when", "S062", "rules/fines.yaml:5:9"),
        ("has any {fine}", "has any {fines}", "S105", "rules/fines.yaml:6:29"),
        ("  when: categories", "  when: 'categorys", "S003", "rules/fines.yaml:6:9"),
        ("for: 12 months}\n  points", "for: a year}\n  points", "S034", "rules/fines.yaml:7:35"),
        ("by: fine", "by: fien", "S104", "rules/fines.yaml:8:16"),
        ("for: 12 months}\n  points", "for: 9999 years}\n  points", "S034", "rules/fines.yaml:7:35"),
        ("by: fine, bands", "by: medium, bands", "S137", "rules/fines.yaml:8:32"),
        ("{below: CNY 20_000, points: 2}", "{below: 20_000, points: 2}", "S108", "rules/fines.yaml:8:38"),
        ("points: 2}", "points: 2.3}", "S140", "rules/fines.yaml:8:58"),
        ("points: {by", "points: {bye", "S030", "rules/fines.yaml:8:12"),
        ("missing: {fine: refuse", "missing: {fine: ignore", "S034", "rules/fines.yaml:9:19"),
        ("value: count", "value: sum medium", "S115", "rules/fines.yaml:16:10"),
        ("{grade: green, from: 90}", "{grade: green, from: 90.2}", "S140", "rules/fines.yaml:22:32"),
        (
            "{grade: green, from: 90}, {grade: red}",
            "{grade: green, from: 90}, {grade: red, from: 5}",
            "S138",
            "rules/fines.yaml:22:37",
        ),
        ("fines_in_a_year:\n", "fine:\n", "S005", "rules/fines.yaml:10:1"),
        ("fines_in_a_year:\n", "罚款次数:\n", "S036", "rules/fines.yaml:10:1"),
        ("fines_in_a_year:\n", "air: {kind: tier, tiers: [{points: 8 to 9 to 10}]}\nfin:\n", "S034", "rules/fines.yaml:10:36"),
        ("fines_in_a_year:\n", "medium:\n", "S061", "rules/fines.yaml:10:1"),
        ("kind: derive", "kind: &x derive", "S006", "rules/fines.yaml:11:9"),
    ],
)
def test_one_slip_is_one_problem_at_its_place(write: Write, old: str, new: str, code: str, place: str) -> None:
    found = [one for one in found_in(write((old, new))) if one.code == code]
    assert [where(one) for one in found] == [place]
    assert found[0].render("zh") != found[0].render("en")


def test_the_right_word_is_offered(write: Write) -> None:
    assert "“status”" in next(d for d in found_in(write(("status: complete", "statsu: complete"))) if d.code == "S030").hint("zh")
    assert "“deduct”" in the_one(write(("  kind: deduct", "  kind: dedcut"))).hint("en")


def test_all_problems_of_all_files_at_once(write: Write) -> None:
    folder = write(("status: complete", "status: done"), ("by: fine, bands", "by: fine, bandz"), ("kind: grade", "kind: graed"))
    assert [(one.code, where(one)) for one in found_in(folder)] == [
        ("S030", "rules/fines.yaml:8:22"),
        ("S033", "rules/fines.yaml:18:9"),
        ("S033", "2026-01-01/scheme.yaml:4:9"),
    ]
    with pytest.raises(SchemeError) as caught:
        read_scheme(folder)
    assert len(caught.value.diagnostics) == 3


def test_a_rule_in_two_files_shows_both_places(write: Write) -> None:
    folder = write(rules__again="fine: {kind: scope, clause: measures/1, words: {zh: 范围, en: Scope}}\n")
    found = the_one(folder)
    assert found.code == "S037"
    assert sorted(Path(place.file).name for place in found.places) == ["again.yaml", "fines.yaml"]


def test_a_text_over_several_lines_is_read_as_one(write: Write) -> None:
    folder = write(("when: categories has any {fine}", "when: >-\n    categories has any {fine}\n    and not revoked"))
    rule = read_scheme(folder).rules["fine"]
    assert isinstance(rule, PointRule)
    assert rule.when == "categories has any {fine} and not revoked"


def test_every_problem_of_one_condition(write: Write) -> None:
    folder = write(("when: categories has any {fine}", 'when: "fine > 5 and medium = wter"'))
    assert [(one.code, where(one)) for one in found_in(folder)] == [
        ("S108", "rules/fines.yaml:6:17"),
        ("S105", "rules/fines.yaml:6:32"),
    ]


def test_values_that_need_each_other(write: Write) -> None:
    common = (
        "kind: derive, clause: measures/1, words: {zh: 值, en: Value}, from: penalty, counts: {from: decided_on}, value: count"
    )
    folder = write(rules__circle=f"one: {{{common}, when: two > 0}}\ntwo: {{{common}, when: one > 0}}\n")
    found = the_one(folder)
    assert found.code == "S060"
    assert "one → two → one" in found.message("zh")


def test_a_value_with_a_wrong_measure_is_told_once(write: Write) -> None:
    folder = write(("value: count", "value: sum fien"), ("when: categories has any {fine}", "when: fines_in_a_year > 2"))
    assert [one.code for one in found_in(folder)] == ["S104"]


def test_not_in_force_on_the_day_asked_for(write: Write) -> None:
    folder = write()
    assert read_scheme(folder, date(2026, 1, 1))
    with pytest.raises(SchemeError) as caught:
        read_scheme(folder, date(2025, 12, 31))
    assert caught.value.diagnostics[0].code == "S022"


def test_the_folder_and_the_file_name_one_day(write: Write) -> None:
    assert the_one(write(("in_force: {from: 2026-01-01}", "in_force: {from: 2026-07-01}"))).code == "S025"


def test_files_that_nobody_reads_are_pointed_out(write: Write) -> None:
    folder = write()
    (folder / "rules" / "more.yml").write_text("a: 1\n", encoding="utf-8")
    reading = read_with_places(folder)
    assert [one.code for one in reading.diagnostics] == ["S027"]
    assert reading.scheme is not None, "a warning does not stop the work"


def test_a_link_out_of_the_folder_is_not_followed(write: Write, tmp_path: Path) -> None:
    folder = write()
    outside = tmp_path / "outside.yaml"
    outside.write_text("fine2: {}\n", encoding="utf-8")
    (folder / "rules" / "link.yaml").symlink_to(outside)
    assert the_one(folder).code == "S026"
