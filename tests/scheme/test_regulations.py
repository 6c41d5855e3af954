"""Regulations: dated rules that schemes refer to come in with their clauses, work on their days, and keep to their file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.checks.folder import check_folder
from envcredit.scheme.checks.stories import cases_by_rule
from envcredit.scheme.digests import rule_digest
from envcredit.scheme.library import locate, names
from envcredit.scheme.reader import read_folder, read_scheme
from envcredit.scheme.regulations import read_regulation, regulations
from envcredit.scheme.sheet.plain import plain_scheme

Write = Callable[..., Path]
REPAIR = "cn/ndrc/credit-repair/2026-04-01"
USES = ("rates: [enterprise]", f"uses: [{REPAIR}]\nrates: [enterprise]")


def test_versions_do_not_overlap_and_stand_where_they_say() -> None:
    read = {identity: read_regulation(identity) for identity in regulations()}
    assert REPAIR in read
    for identity, one in read.items():
        assert identity == f"{one.regulation}/{one.in_force.first}"
        clauses = {rule.clause for rule in one.rules.values()}
        assert all(
            (c.valid_from, c.valid_to) == (one.in_force.first, one.in_force.last) for c in map(one.clauses.get, clauses) if c
        )


@pytest.mark.parametrize("identity", regulations())
def test_each_rule_is_exercised_both_ways_by_a_scheme_that_uses_it(identity: str) -> None:
    users = [scheme for scheme in map(read_scheme, names()) if identity in scheme.uses]
    assert users
    counted = [cases_by_rule(s, read_cases(locate(s.identity), s, read_vocabulary())[0]) for s in users]
    for key in read_regulation(identity).rules:
        assert any(each[key].firing and each[key].quiet for each in counted), key


def test_what_is_used_is_part_of_the_scheme(write: Write) -> None:
    plain, using = read_scheme(write()), read_scheme(write(USES))
    assert using.rules.keys() - plain.rules.keys() == read_regulation(REPAIR).rules.keys()
    assert "order_36/general" in using.clauses
    assert rule_digest(plain) != rule_digest(using)


def test_its_rules_need_no_cases_in_the_scheme(write: Write) -> None:
    shared = read_folder(write(USES)).shared
    assert shared == read_regulation(REPAIR).rules.keys()
    assert not {d.values.get("rule") for d in check_folder(write(USES)).diagnostics if d.code in ("S300", "S301")} & shared


def test_it_stays_in_its_own_file_when_the_scheme_is_written(write: Write) -> None:
    plain = plain_scheme(read_scheme(write(USES)))
    assert plain["uses"] == [REPAIR]
    assert "order_36_general" not in plain["rules"]
    assert "order_36/general" not in plain["clauses"]
    assert not set(plain.get("missing", {})) & {"repair_transition"}


def test_a_file_beside_the_scheme_comes_first(write: Write) -> None:
    folder = write(("rates: [enterprise]", "uses: [xx/county/repair/2026-01-01]\nrates: [enterprise]"))
    assert [d.code for d in read_folder(folder).diagnostics] == ["S028"]
    own = folder / "uses" / "xx" / "county" / "repair" / "2026-01-01.yaml"
    own.parent.mkdir(parents=True)
    text = (
        regulations()[REPAIR]
        .read_text("utf-8")
        .replace("cn/ndrc/credit-repair", "xx/county/repair")
        .replace("12 months", "6 months")
    )
    own.write_text(text, "utf-8")
    scheme = read_scheme(folder)
    assert str(scheme.rules["order_36_general"].ends_after) == "6 months"  # type: ignore[union-attr]
    plain = plain_scheme(scheme)
    assert "uses" not in plain
    assert "order_36_general" in plain["rules"], "the file beside the scheme does not go along"


@pytest.mark.parametrize(
    ("uses", "code", "near"),
    [("cn/ndrc/credit-repair/2026-04-02", "S028", REPAIR), ("../../../secret/2026-04-01", "S028", "")],
)
def test_what_does_not_exist_is_told(write: Write, uses: str, code: str, near: str) -> None:
    found = read_folder(write(("rates: [enterprise]", f"uses: [{uses}]\nrates: [enterprise]"))).diagnostics
    assert code in {d.code for d in found}
    assert near in "".join(d.render("en") for d in found)


def test_a_key_that_both_have_is_told_with_both_places(write: Write) -> None:
    rules = "order_36_minor: {kind: repair, clause: measures/1, words: {zh: 修复, en: Repair}, of: penalty, since: decided_on}\n"
    found = [d for d in read_folder(write(USES, rules__own=rules)).diagnostics if d.code == "S029"]
    assert [tuple(place.file.rpartition("/")[2] for place in d.places) for d in found] == [("own.yaml", "2026-04-01.yaml")]
