"""Worked examples that officials and others have published, and some that follow from their numbers, stand as cases.

One row an example: whose it is, the case that tells it, and what must come out. That the cases hold is tested with all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

import pytest

from envcredit.base.amounts import NUMBER_PLACES
from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme.cases import Case
from envcredit.scheme.cases_reader import read_cases
from envcredit.scheme.library import locate, names
from envcredit.scheme.reader import read_scheme

JIANGSU = "cn/jiangsu/enterprise/2019-01-01"
SHANDONG = "cn/shandong/enterprise/2017-03-01"
NINGXIA = "cn/ningxia/enterprise/2025-02-01"
BANDS = "uk/ea/ccs/2024-01-16"
STARS = "uk/ea/epa/2011-01-01"
SECTOR = "uk/ea/epa-sector/2011-01-01"
GUANGZHOU = "cn/guangzhou/enterprise/2015-01-01"
FUJIAN = "cn/fujian/enterprise/2016-01-01"
CHONGQING = "cn/chongqing/enterprise/2021-01-01"
STAR = 10**NUMBER_PLACES


@dataclass(frozen=True)
class Example:
    """One case and what it must expect. ``source`` is the document that publishes it, empty when it follows from numbers.

    ``values`` are derived values as they are kept: counts as they are, stars in millionths. ``earlier`` are grades of history.
    """

    number: str
    scheme: str
    case: str
    grade: str | None = None
    score: str | None = None
    source: str = ""
    values: Mapping[str, int] = field(default_factory=dict)
    earlier: tuple[str, ...] = ()
    status: str | None = None


EXAMPLES = (
    Example("W1", JIANGSU, "官方算例一：首次纳入，没有记录，9分，蓝色", "blue", "9", "example"),
    Example("W2", JIANGSU, "官方算例二：2019年3月10日废气超标被责令改正并罚款，扣3分，6分仍为蓝色", "blue", "6", "example"),
    Example("W4", JIANGSU, "环境犯罪扣12分，得负3分，黑色", "black", "-3"),
    Example("W5", SHANDONG, "一次警告，1分，黄标", "yellow", "1"),
    Example("W6", SHANDONG, "一次责令停产整治，12分，红标", "red", "12"),
    Example("W7", NINGXIA, "只有一次警告的为B级", "B"),
    Example("W7", NINGXIA, "一次罚款的为C级", "C"),
    Example("W7", NINGXIA, "列入严重失信主体名单的为D级", "D"),
    Example("W8", BANDS, "no breach is band A", "A", "0"),
    Example("W8", BANDS, "one category 4 breach is band B", "B", "0.1"),
    Example("W8", BANDS, "two category 3 breaches are band B", "B", "8"),
    Example("W8", BANDS, "three category 3 breaches are band C", "C", "12"),
    Example("W8", BANDS, "one category 2 breach is band D, so a base charge of 10,000 becomes 12,500", "D", "31"),
    Example("W8", BANDS, "one category 1 breach is band D", "D", "60"),
    Example("W8", BANDS, "two category 2 breaches are band E", "E", "62"),
    Example("W8", BANDS, "two category 1 breaches are band E", "E", "120", "secondary"),
    Example("W8", BANDS, "three category 1 breaches are band F", "F", "180"),
    Example("W9", BANDS, "one category 2 breach is band D, so a base charge of 10,000 becomes 12,500", "D", "31"),
    Example(
        "W10",
        SECTOR,
        "2024年度九家公司共19星，满分36星",
        source="results_2024",
        values={"total_stars": 19 * STAR, "companies_rated": 9},
    ),
    Example(
        "W11",
        SECTOR,
        "2023年度九家公司共25星",
        source="results_2023",
        values={"total_stars": 25 * STAR, "companies_with_four": 3},
    ),
    Example("W12", STARS, "2021年度公布为四星的公司", "four_stars", "4", "results_2021"),
    Example("W12", STARS, "2021年度公布为二星的公司", "two_stars", "2", "results_2021"),
    Example("W12", STARS, "2021年度公布为一星的公司", "one_star", "1", "results_2021"),
    Example(
        "W12",
        SECTOR,
        "2021年度四星三家、二星四家、一星两家",
        source="results_2021",
        values={"companies_rated": 9, "companies_with_four": 3},
    ),
    Example("W13", GUANGZHOU, "未批先建受罚，一票否决为红牌", "red", source="results_2021"),
    Example("W13", GUANGZHOU, "未验先投受罚，一票否决为红牌", "red", source="results_2021"),
    Example("W13", GUANGZHOU, "污染环境罪判决生效，一票否决为红牌", "red", source="results_2021"),
    Example("W13", GUANGZHOU, "拒绝参评的为红牌，不待核定得分", "red", source="results_2021"),
    Example("W14", FUJIAN, "得分够蓝牌的造纸企业，因一票否决为红牌", "red", source="results"),
    Example("W15", FUJIAN, "污水处理厂私设暗管，一票否决为红牌", "red", source="ningde"),
    Example("W16", GUANGZHOU, "公示为红牌的造纸企业（复核以前）", "red", source="results_2017"),
    Example("W16", GUANGZHOU, "公示为红牌的造纸企业整改修复，重新核定后为黄牌", "yellow", source="results_2017"),
    Example("W16", GUANGZHOU, "公示为蓝牌的企业经复核补认附加指标，改为绿牌", "green", source="results_2017"),
    Example("W16", GUANGZHOU, "公示为蓝牌的企业复核时更正得分，改为绿牌", "green", source="results_2017"),
    Example(
        "W18",
        "cn/ningxia/enterprise/2019-01-01",
        "2019、2020年度连续两年红牌",
        source="results",
        values={"red_years": 2},
        earlier=("red", "red"),
    ),
    Example(
        "W19",
        "us/echo/facility-status/2026-01-01",
        "历史为“________VVSS”：12个季度中4个违法，最新为S",
        "serious_violation",
        values={"quarters_on_record": 12, "quarters_in_violation": 4},
    ),
    Example("W20", CHONGQING, "2021年度诚信企业得分的下限：不扣不加为100分", "trustworthy", "100", "results_2021"),
    Example("W20", CHONGQING, "2021年度诚信企业得分的上限：不扣分并加满8分为108分", "trustworthy", "108", "results_2021"),
    Example(
        "W21",
        "cn/fujian/enterprise/2018-12-19",
        "显示面板企业2021年度为环保诚信，只作为既往结果，不推出本期等级",
        source="results",
        earlier=("trustworthy",),
        status="refused",
    ),
)

NOT_A_CASE = {
    "W3": "the second half of Jiangsu's example, after an order that is not obeyed, was never seen in full",
    "W17": "units that share a code are brought together before they are rated: tests of published distributions",
}


@cache
def stories(scheme: str) -> dict[str, Case]:
    cases, problems = read_cases(locate(scheme), read_scheme(scheme), read_vocabulary())
    assert problems == ()
    return {case.name: case for case in cases}


def title(example: Example) -> str:
    return f"{example.number} {example.scheme}"


@pytest.mark.parametrize("example", EXAMPLES, ids=title)
def test_an_example_is_a_case_with_its_result(example: Example) -> None:
    assert example.scheme in names()
    told = stories(example.scheme).get(example.case)
    assert told is not None, f"{example.number} is no case of {example.scheme}"
    score = read_scheme(example.scheme).score
    if example.grade is not None:
        assert told.expect.grade == example.grade
    if example.score is not None:
        assert score is not None
        assert told.expect.score == Decimal(example.score) / score.step
    assert dict(told.expect.derived) | dict(example.values) == dict(told.expect.derived)
    assert tuple(earlier["grade"] for earlier in told.history) == example.earlier
    assert told.expect.status == example.status or example.status is None


@pytest.mark.parametrize("example", EXAMPLES, ids=title)
def test_what_was_published_names_its_document_and_nothing_else_does(example: Example) -> None:
    told = stories(example.scheme)[example.case]
    assert told.source == example.source
    assert not told.source or read_scheme(example.scheme).sources[told.source].basis in ("official", "reported")


def test_each_example_says_what_must_come_out() -> None:
    assert [e.number for e in EXAMPLES if not (e.grade or e.score or e.values or e.status)] == []


def test_every_number_is_a_case_or_has_a_reason() -> None:
    numbers = {f"W{n}" for n in range(1, 22)}
    assert {e.number for e in EXAMPLES} | set(NOT_A_CASE) == numbers
    assert not {e.number for e in EXAMPLES} & set(NOT_A_CASE)


def test_a_base_charge_of_10_000_becomes_12_500_in_band_d() -> None:
    charge = read_scheme(BANDS).consequences["charge"].share_of_base
    assert charge is not None
    fen = {band: charge[band] * 1_000_000 for band in "ABCDEF"}
    assert fen == {"A": 950_000, "B": 1_000_000, "C": 1_100_000, "D": 1_250_000, "E": 1_500_000, "F": 3_000_000}
    assert charge["D"] * 333 == Decimal("416.25"), "the multiplier is a decimal and nothing is lost"


def test_the_stars_of_a_published_list_add_up_to_its_total() -> None:
    for year, total in (("2024", 19), ("2023", 25)):
        (told,) = (case for case in stories(SECTOR).values() if case.source == f"results_{year}")
        assert sum(int(str(member["score"])) for member in told.members) == total * STAR
