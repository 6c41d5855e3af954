"""What a policy may get wrong: each mistake is told with its place, and all of them at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from envcredit.errors import InputError
from envcredit.lending.policy.checking import check_policy_folder
from envcredit.lending.policy.checks import check_policy
from envcredit.lending.policy.exposures import exposure_of
from envcredit.lending.policy.library import samples
from envcredit.lending.policy.reader import read_policy
from envcredit.lending.policy.rulebook import rate_of, rulebook

XUZHOU = Path(str(next(v for v in samples() if v.policy == "sample/xuzhou").folder))
TEXT = (XUZHOU / "policy.yaml").read_text("utf-8")
CASES = (XUZHOU / "cases" / "grades.yaml").read_text("utf-8")

# what stands in the sample, what stands there instead, which code tells it, and at which text of the spoiled file
MISTAKES = [
    ("rate_bp: 50, ", "rate_pb: 50, ", "S030", "rate_pb"),
    ("when: state = in_force and grade = yellow", "when: state = in_force and grade = yelow", "S105", "yelow"),
    ("when: state = repaired", "when: stat = repaired", "S104", "stat = repaired"),
    ("new_loan: remediation_only", "new_loan: remediation", "S033", "remediation, exposure"),
    ("rate_bp: 10,", "rate_bp: 1.5,", "S034", "1.5"),
    ("merge: {rule: most_restrictive, ", "merge: {", "S031", "{rate_bp: highest"),
    ("  - {grade: black, words: {zh: 黑色, en: Black}}", "  - {grade: red, words: {zh: 黑色, en: Black}}", "L306", ""),
    ("exposure: hold, watch_list", "exposure: shrink quickly, watch_list", "L308", "shrink quickly"),
    ("monitor_every: 3 months", "monitor_every: 30 days", "L309", "30 days"),
    ("    clause: bank/9\n", "    clause: bank/90\n", "S201", "bank/90"),
    ("    clause: bank/9\n", "    clause: bank/8\n", "L310", "bank/9:"),
    ("    modelled_on: [xuzhou]\n  bank/6", "    modelled_on: [xuzhuo]\n  bank/6", "S203", "[xuzhuo]"),
    ("in_force: {from: 2026-01-01}", "in_force: {from: 2026-01-01, to: 2025-01-01}", "L312", "in_force"),
    ("when: state = repaired", "when: state not in {repaired, in_force}", "L314", "repaired:\n    clause"),
    ("actions: {approval_level: 0, new_loan: allow}", "actions: {}", "L315", ""),
    ("merge: {rule: most_restrictive", "merge: {rule: priority", "L316", ""),
    ("    clause: bank/9\n", "    clause: bank/9\n    priority: 1\n", "L317", "1\n    words"),
    ("rate_floor: -20, rate_cap: 100", "rate_floor: 20, rate_cap: -100", "L318", "merge"),
    ("rate_floor: -20, rate_cap: 100", "rate_floor: -20, rate_cap: 40", "L319", "rate_bp: 50"),
    ("rate_floor: -20, rate_cap: 100", "rate_floor: -5, rate_cap: 100", "L319", "rate_bp: -10"),
    ("rate_bp: 10,", "rate_bp: 10, line_factor: -5%,", "L320", ""),
    ("exposure: hold}", "exposure: exit by 2025-12-31}", "L321", ""),
    ("when: state = repaired", "when: state = repaired and state = stale", "L322", "state = repaired and"),
    ("when: state not in {in_force, repaired}", "when: state not in {in_force, repaired, stale}", "L324", ""),
    ("when: state not in {in_force, repaired}", "when: state not in {in_force, repaired} and balance > CNY 5", "L325", ""),
    ("grade in {green, blue}", "grade in {green}", "L326", ""),
    ("missing: {grade: refuse, remediation: assume no}", "missing: {grade: refuse}", "S272", ""),
    (
        "missing: {grade: refuse, remediation: assume no}",
        "missing: {grade: refuse, remediation: assume no, veto: skip}",
        "S273",
        "skip",
    ),
    ("missing: {grade: refuse, remediation: assume no}", "missing: {grade: assume blak, remediation: assume no}", "S274", ""),
]


def written(folder: Path, policy: str, cases: str = CASES) -> Path:
    (folder / "cases").mkdir(parents=True)
    (folder / "policy.yaml").write_text(policy, "utf-8")
    (folder / "cases" / "grades.yaml").write_text(cases, "utf-8")
    return folder


@pytest.mark.parametrize(("right", "wrong", "code", "at"), MISTAKES, ids=[f"{m[2]} {m[1][:20]}" for m in MISTAKES])
def test_a_mistake_is_told_where_it_stands(right: str, wrong: str, code: str, at: str, tmp_path: Path) -> None:
    assert right in TEXT
    spoiled = TEXT.replace(right, wrong, 1)
    folder = written(tmp_path / "p", spoiled)
    found = [one for one in check_policy_folder(folder).diagnostics if one.code == code]
    assert found, "not found"
    assert found[0].places[0].line > 0
    if at and ":" not in at:
        lines = [number for number, line in enumerate(spoiled.splitlines(), 1) if at.splitlines()[0] in line]
        assert found[0].places[0].line in lines
    for language in ("zh", "en"):
        assert "policy.yaml:" in found[0].render(language)  # type: ignore[arg-type]


def test_a_clause_that_is_not_in_force_all_the_time(tmp_path: Path) -> None:
    lasting = TEXT.replace("    checked_on: 2026-11-24\n", "    checked_on: 2026-11-24\n    to: 2026-06-30\n", 1)
    assert "L311" in {one.code for one in check_policy_folder(written(tmp_path / "p", lasting)).diagnostics}


def test_all_problems_at_once(tmp_path: Path) -> None:
    spoiled = TEXT.replace("grade = yellow", "grade = yelow").replace("when: state = repaired", "when: stat = repaired")
    with pytest.raises(InputError) as told:
        read_policy(written(tmp_path / "p", spoiled.replace("exposure: hold}", "exposure: halt}")))
    assert [one.code for one in told.value.diagnostics] == ["S105", "L308", "S104"]


def test_a_file_that_is_no_policy(tmp_path: Path) -> None:
    for text in ("", "- a\n", "policy: [\n"):
        folder = tmp_path / str(len(text))
        with pytest.raises(InputError):
            read_policy(written(folder, text))


def test_a_folder_named_after_another_day(tmp_path: Path) -> None:
    found = check_policy_folder(written(tmp_path / "2026-02-01", TEXT)).diagnostics
    assert [one.code for one in found] == ["L304"]


CASE_MISTAKES = [
    ("new_loan: deny, rate_bp: 50", "new_loan: allow, rate_bp: 50", "L333"),
    ("fired: [green_or_blue]", "fired: [yellow]", "L333"),
    ("lost: {new_loan: [red_or_black]}", "lost: {new_loan: [yellow]}", "L333"),
    ("none: [exposure]", "none: [approval_level]", "L333"),
    ("expect: {outcome: refused, fired: []}", "expect: {outcome: no_rule, fired: []}", "L333"),
    ("of: [repaired, not_known]", "of: [repair, not_known]", "L330"),
    ("loan: {state: repaired}", "loan: {}", "L331"),
    ("loan: {state: repaired}", "loan: {state: repaired, colour: red}", "S163"),
    ("loan: {state: repaired}", "loan: {state: mended}", "S105"),
    ("exposure: hold,", "exposure: halt,", "L332"),
    ("- case: 绿色企业积极支持", "- case: 黄色企业由经办机构把握", "S160"),
    ("of: [repaired, not_known]", "of: [not_known]", "L334"),
    ("of: [not_known, repaired]", "of: [not_known]", "L335"),
]


@pytest.mark.parametrize(("right", "wrong", "code"), CASE_MISTAKES, ids=[f"{m[2]} {m[1][:20]}" for m in CASE_MISTAKES])
def test_a_mistake_in_a_case_is_told(right: str, wrong: str, code: str, tmp_path: Path) -> None:
    assert right in CASES
    findings = check_policy_folder(written(tmp_path / "p", TEXT, CASES.replace(right, wrong, 1)))
    assert code in {one.code for one in findings.diagnostics}
    assert not findings.is_clean


def test_without_cases_every_rule_lacks_both(tmp_path: Path) -> None:
    codes = [one.code for one in check_policy_folder(written(tmp_path / "p", TEXT, "[]")).diagnostics]
    assert codes == ["L334", "L335"] * 6


def test_checks_without_a_file_name_the_way() -> None:
    policy = read_policy(XUZHOU)
    rules = {key: rule for key, rule in policy.rules.items() if key != "not_known"}
    found = check_policy(policy.model_copy(update={"rules": rules}))
    unspoken = {one.values["state"] for one in found if one.code == "L324"}
    assert {"stale", "suspended", "unrated", "refused", "not_matched", "partial_scheme", "term_over"} <= unspoken
    assert "repaired" not in unspoken
    assert "in_force" not in unspoken


def test_a_rule_on_a_grade_can_never_fire_where_there_is_no_grade() -> None:
    policy = read_policy(XUZHOU)
    rule = policy.rules["red_or_black"].model_copy(update={"when": "state = not_matched and grade = red"})
    found = check_policy(policy.model_copy(update={"rules": {**policy.rules, "ghost": rule}}))
    assert [one.values["rule"] for one in found if one.code == "L322"] == ["ghost"]


@pytest.mark.parametrize(
    ("when", "fires"),
    [
        ("due_on <= as_of + 12 months and due_on > as_of + 6 months", True),
        ("due_on < as_of - 1 day and due_on > as_of", False),
        ("balance > CNY 5 and balance < CNY 5.01", False),
        ("balance > CNY 5 and balance < CNY 5.02", True),
        ("grade = red and grade_rank = 1", False),
        ("grade = red and grade_rank = 4", True),
        ("catalogue_edition = '2025' and catalogue_edition != '2021'", True),
        ("remediation and not remediation", False),
        ("remediation is unknown and not veto", True),
    ],
)
def test_which_conditions_can_hold(when: str, fires: bool) -> None:
    policy = read_policy(XUZHOU)
    rule = policy.rules["red_or_black"].model_copy(update={"when": when})
    found = check_policy(policy.model_copy(update={"rules": {**policy.rules, "tried": rule}}))
    assert ("tried" not in {one.values.get("rule") for one in found if one.code == "L322"}) is fires
    assert "L323" not in {one.code for one in found}


def test_what_is_to_become_of_an_exposure() -> None:
    texts = ["hold", "shrink 5% a quarter", "shrink 12.5% a quarter", "exit within 12 months", "exit by 2026-12-31"]
    severities = [exposure_of(text).on(date(2026, 6, 30)).severity for text in texts]
    assert severities == sorted(severities)
    assert len(set(severities)) == 5
    assert exposure_of("exit within 1 month").on(date(2026, 1, 31)).exit_by == date(2026, 2, 28)
    for wrong in ("", "shrink", "shrink 0% a quarter", "shrink 101% a quarter", "exit by 2026-02-30", "exit within", "HOLD"):
        with pytest.raises(ValueError):
            exposure_of(wrong)


def test_a_point_is_a_basis_point() -> None:
    by = read_policy("sample/shenzhen_points").rules["by_score"].actions.rate_bp
    assert not isinstance(by, int)
    assert by is not None
    points = {"80": 0, "80.99": 0, "81": -1, "92.9": -12, "100": -20, "130": -20, "60": 0}
    assert {text: rate_of(by, _millionths(text)) for text in points} == points
    assert rulebook(read_policy("sample/shenzhen_points")).by_score


def _millionths(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole + rest.ljust(6, "0"))
