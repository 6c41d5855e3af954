"""The samples that ship: clean, told in both languages, honest about what they are, and of the schemes that they name."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from envcredit.base.labels import Language
from envcredit.errors import InputError
from envcredit.lending.policy.checking import check_policy_folder, checked_policy
from envcredit.lending.policy.digests import policy_rule_digest, policy_text_digest
from envcredit.lending.policy.library import overlapping, samples, versions_under
from envcredit.lending.policy.prose import policy_prose
from envcredit.lending.policy.reader import read_policy
from envcredit.scheme.reader import read_scheme

NAMES = [version.identity for version in samples()]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_which_samples_there_are() -> None:
    assert {version.policy.removeprefix("sample/") for version in samples()} == {
        "anhui_bridge",
        "jiangsu",
        "national_2013",
        "shenzhen_points",
        "xuzhou",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_clean_with_its_cases(name: str) -> None:
    findings = check_policy_folder(name)
    assert findings.is_clean, "\n".join(one.render("en") for one in findings.diagnostics)
    assert len(findings.cases) >= 7


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_says_that_it_is_one_and_which_public_source_it_follows(name: str) -> None:
    policy = read_policy(name)
    assert policy.status == "sample"
    public = [source for key, source in policy.sources.items() if key != "bank"]
    assert public
    assert all(source.basis in ("reported", "official") and source.note for source in public)
    assert policy.sources["bank"].basis == "model"
    assert all(clause.basis == "model" for clause in policy.clauses.values())
    assert any(clause.modelled_on for clause in policy.clauses.values())
    for language, banner in (("zh", "不是法规，也不是任何银行的制度"), ("en", "neither law nor the rule of any bank")):
        assert banner in policy_prose(policy, language)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_lists_the_grades_of_the_scheme_that_it_names(name: str) -> None:
    policy = read_policy(name)
    assert [grade.key for grade in policy.grades] == [grade.key for grade in read_scheme(policy.scheme).grades][
        : len(policy.grades)
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_prose_tells_every_rule_and_every_clause(name: str, language: Language) -> None:
    policy = read_policy(name)
    text = policy_prose(policy, language)
    for rule in policy.rules.values():
        assert (rule.words.zh if language == "zh" else rule.words.en) in text
    assert all(clause.article in text for clause in policy.clauses.values())
    assert policy_rule_digest(policy) in text
    assert "{" not in text
    assert "None" not in text


def test_prose_of_actions_and_conditions() -> None:
    text = policy_prose(read_policy("sample/jiangsu"), "zh")
    assert "- 存量贷款每季度压缩5%。" in text
    assert "- 自决策之日起12个月内退出。" in text
    assert "- “评价信息完整度”不明时，按“0%”处理。" in text
    text = policy_prose(read_policy("sample/shenzhen_points"), "en")
    assert "For each point of the score above 80 the rate falls by 1 bp, below it the other way, cut" in text
    english = "\n".join(line for line in text.splitlines() if not line.startswith(("- 第", "### ")))
    assert not CHINESE.search(english)


def test_digests_say_what_changed() -> None:
    policy = read_policy("sample/xuzhou")
    same = policy.model_copy(update={"title": policy.bank})
    assert policy_rule_digest(same) == policy_rule_digest(policy)
    assert policy_text_digest(same) != policy_text_digest(policy)
    stricter = policy.model_copy(update={"merge": policy.merge.model_copy(update={"rate_cap": 99})})
    assert policy_rule_digest(stricter) != policy_rule_digest(policy)
    assert policy_text_digest(stricter) == policy_text_digest(policy)


def test_the_digest_of_the_rules_of_a_sample_stays() -> None:
    # A bank that decided under it must find it again; a new version is a new folder.
    assert policy_rule_digest(read_policy("sample/xuzhou")) == "0d050f76303bc721ccbf7e5c3f454db995bd29f61421a3f043e020f5fca883ce"


def test_versions_by_day(tmp_path: Path) -> None:
    text = Path(str(next(v for v in samples() if v.policy == "sample/xuzhou").folder), "policy.yaml").read_text("utf-8")
    for first, days in (("2026-01-01", "from: 2026-01-01, to: 2026-12-31"), ("2027-01-01", "from: 2027-01-01")):
        folder = tmp_path / "bank" / "credit" / first
        folder.mkdir(parents=True)
        said = text.replace("policy: sample/xuzhou", "policy: bank/credit").replace("from: 2026-01-01}", days + "}")
        (folder / "policy.yaml").write_text(said, "utf-8")
    folder = tmp_path / "bank" / "credit"
    assert read_policy(folder, on=date(2026, 12, 31)).identity == "bank/credit/2026-01-01"
    assert read_policy(folder, on=date(2027, 1, 1)).identity == "bank/credit/2027-01-01"
    assert read_policy(folder).identity == "bank/credit/2027-01-01"
    assert checked_policy(folder / "2026-01-01" / "policy.yaml").identity == "bank/credit/2026-01-01"
    assert overlapping(versions_under(tmp_path)) == ()
    with pytest.raises(InputError) as told:
        read_policy(folder, on=date(2025, 12, 31))
    assert [one.code for one in told.value.diagnostics] == ["L302"]
    first = folder / "2026-01-01" / "policy.yaml"
    first.write_text(first.read_text("utf-8").replace(", to: 2026-12-31", ""), "utf-8")
    assert [one.code for one in overlapping(versions_under(tmp_path))] == ["L303"]
    with pytest.raises(InputError) as told:
        read_policy(folder, on=date(2027, 2, 1))
    assert [one.code for one in told.value.diagnostics] == ["L303"]


def test_an_unknown_name_and_a_near_one() -> None:
    with pytest.raises(InputError) as told:
        read_policy("sample/xuzhuo")
    assert "sample/xuzhou" in told.value.diagnostics[0].render("en")
