"""The workbook of the manual's invented county, filled in as an expert would: from the template, cell by cell.

``python tests/scheme/county_book.py examples/county`` writes it again.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
from county_cases import CASES

from envcredit.scheme.sheet import write_template

HEAD: Mapping[str, str] = {
    "scheme": "cn/songlan/enterprise",
    "title.zh": "松澜县企业环境信用评价办法（虚构）",
    "title.en": "Songlan county, Measures for rating the environmental credit of enterprises (invented)",
    "authority.zh": "松澜县生态环境局（虚构）",
    "authority.en": "Ecology and environment bureau of Songlan county (invented)",
    "status": "complete 完整",
    "summary.zh": "起评分80分，按处罚、责令改正、查实投诉扣分，按表彰加分；监测数据弄虚作假直接评为红牌。",
    "summary.en": "Start at 80; penalties, orders and complaints cost points, commendations give some; false data is red.",
    "in_force.from": "2026-03-01",
    "rates": "enterprise 企业",
    "period.kind": "calendar_year 自然年",
    "calendar.month_end": "last_day 取当月末日",
    "calendar.term_ends": "corresponding_day 对应日，仍计入",
    "score.start": "80",
    "score.better": "higher 分高为好",
    "score.step": "1",
    "score.floor": "0",
    "score.ceiling": "100",
}
Rows = Sequence[Mapping[str, str]]
CHECKED = "2026-02-20"


def _clause(key: str, article: str, zh: str, en: str) -> Mapping[str, str]:
    said = {"article": article, "words.zh": zh, "words.en": en}
    return {"key": key, "source": "measures", **said, "basis": "model 自拟", "checked_on": CHECKED}


def _rule(key: str, clause: str, zh: str, en: str, **more: str) -> Mapping[str, str]:
    return {
        "key": key,
        "clause": clause,
        "words.zh": zh,
        "words.en": en,
        **{name.replace("__", "."): v for name, v in more.items()},
    }


PENALTY = {"from": "penalty 行政处罚", "counts.from": "decided_on 决定日期"}
SHEETS: Mapping[str, Rows] = {
    "等级": [
        {"grade": "green", "words.zh": "绿牌", "words.en": "Green", "colour": "#1a7f37"},
        {"grade": "blue", "words.zh": "蓝牌", "words.en": "Blue", "colour": "#0969da"},
        {"grade": "yellow", "words.zh": "黄牌", "words.en": "Yellow", "colour": "#d4a72c"},
        {"grade": "red", "words.zh": "红牌", "words.en": "Red", "colour": "#cf222e"},
    ],
    "一级指标": [
        {"key": "enforcement", "words.zh": "执法监管", "words.en": "Enforcement", "cap": "60"},
        {"key": "merit", "words.zh": "表彰奖励", "words.en": "Merit"},
    ],
    "文件": [
        {
            "key": "measures",
            "title.zh": "松澜县企业环境信用评价办法（虚构）",
            "title.en": "Measures of Songlan county (invented)",
            "number": "松环〔2026〕1号（虚构）",
            "dated": "2026-02-10",
            "basis": "model 自拟",
        }
    ],
    "条款": [
        _clause(
            "measures/3",
            "第三条",
            "排污许可重点管理、简化管理的企业参加评价；已关闭的不评价",
            "Units under key or simplified permits are rated; closed ones are not",
        ),
        _clause("measures/4", "第四条", "应当参加而拒不参加的，评为红牌", "Refusing to take part gives red"),
        _clause(
            "measures/6.1",
            "第六条第一项",
            "罚款：不满二万元扣3分，二万元以上不满十万元扣8分，十万元以上扣15分，计24个月，合计不超过40分",
            "Fines: below 20,000 yuan 3 points, below 100,000 8, else 15, for 24 months, 40 at most",
        ),
        _clause(
            "measures/6.2",
            "第六条第二项",
            "只受警告、通报批评的，每次扣1分，计12个月",
            "A warning or public criticism alone: 1 point for 12 months",
        ),
        _clause(
            "measures/6.3",
            "第六条第三项",
            "责令改正，每次扣2分，计12个月，合计不超过6分",
            "An order to correct: 2 points for 12 months, 6 at most",
        ),
        _clause(
            "measures/6.4",
            "第六条第四项",
            "当年查实的投诉，每件扣1分，合计不超过5分",
            "A complaint verified this year: 1 point each, 5 at most",
        ),
        _clause(
            "measures/7",
            "第七条",
            "当年受表彰：国家级加6分，省级加4分，市级加3分，县级加2分，合计不超过6分",
            "Commended this year: national 6, provincial 4, city 3, county 2, 6 at most",
        ),
        _clause(
            "measures/8",
            "第八条",
            "篡改、伪造监测数据受处罚的，24个月内评为红牌",
            "Punished for falsified monitoring data: red for 24 months",
        ),
        _clause(
            "measures/9",
            "第九条",
            "罚款二万元以上的，12个月内不得评为绿牌",
            "No green within 12 months of a fine of 20,000 yuan or more",
        ),
        _clause(
            "measures/10",
            "第十条",
            "行政处罚满3个月可以信用修复，修复后不再计入；满24个月的不再计入",
            "A penalty can be repaired after 3 months and then counts no more; after 24 months it ends by itself",
        ),
        _clause(
            "measures/11",
            "第十一条",
            "85分以上绿牌，70分以上蓝牌，50分以上黄牌，不满50分红牌",
            "From 85 green, from 70 blue, from 50 yellow, below that red",
        ),
        _clause(
            "measures/12",
            "第十二条",
            "情节特别轻微的，经局务会研究可以不扣分",
            "In very slight cases the bureau may decide not to take points",
        ),
        _clause("measures/14", "第十四条", "红牌企业每季度至少检查一次", "Red units are inspected at least once a quarter"),
    ],
    "计分规则": [
        _rule(
            "fine",
            "measures/6.1",
            "罚款",
            "Fine",
            kind="deduct 扣分",
            **PENALTY,
            when="categories has any {fine}",
            missing="categories: assume fine\nfine: refuse",
            counts__for="24 months",
            points__by="fine 罚款金额",
            cap__points="40",
            part="enforcement",
        ),
        _rule(
            "warning",
            "measures/6.2",
            "警告、通报批评",
            "Warning or public criticism",
            kind="deduct 扣分",
            **PENALTY,
            when="categories has only {warning, public_criticism}",
            missing="categories: assume fine",
            counts__for="12 months",
            points="1",
            part="enforcement",
        ),
        _rule(
            "order",
            "measures/6.3",
            "责令改正",
            "Order to correct",
            kind="deduct 扣分",
            counts__from="decided_on 决定日期",
            counts__for="12 months",
            points="2",
            cap__points="6",
            part="enforcement",
            **{"from": "order 责令改正"},
        ),
        _rule(
            "complaint",
            "measures/6.4",
            "查实的投诉",
            "Verified complaint",
            kind="deduct 扣分",
            when="verified",
            missing="verified: skip",
            counts__from="received_on 受理日期",
            counts__within="period 评价周期内",
            points="1",
            cap__points="5",
            part="enforcement",
            **{"from": "complaint 信访投诉"},
        ),
        _rule(
            "commendation",
            "measures/7",
            "表彰奖励",
            "Commendation",
            kind="award 加分",
            missing="level: assume county",
            counts__from="awarded_on 表彰日期",
            counts__within="period 评价周期内",
            points__by="level 级别",
            cap__points="6",
            part="merit",
            **{"from": "commendation 表彰奖励"},
        ),
    ],
    "分段": [
        {"of": "fine", "below": "CNY 20_000", "points": "3"},
        {"of": "fine", "below": "CNY 100_000", "points": "8"},
        {"of": "fine", "points": "15"},
        {"of": "grade", "from": "85", "grade": "green"},
        {"of": "grade", "from": "70", "grade": "blue"},
        {"of": "grade", "from": "50", "grade": "yellow"},
        {"of": "grade", "grade": "red"},
    ],
    "对照表": [
        {"of": "commendation", "table": "points 分值", "code": code, "value": points}
        for code, points in (("national", "6"), ("provincial", "4"), ("city", "3"), ("county", "2"))
    ],
    "统计值": [
        _rule(
            "refusals",
            "measures/4",
            "当年拒不参加评价的次数",
            "Refusals this year",
            counts__from="decided_on 决定日期",
            counts__within="period 评价周期内",
            value="count",
            none="0",
            **{"from": "refusal 拒绝参评"},
        )
    ],
    "定级": [_rule("grade", "measures/11", "按得分定级", "Grade by score", by="score 按分数")],
    "一票否决": [
        _rule(
            "falsified_data",
            "measures/8",
            "监测数据弄虚作假",
            "Falsified monitoring data",
            **PENALTY,
            when="behaviour = monitoring_fraud",
            missing="behaviour: skip",
            counts__for="24 months",
            grade="red",
        )
    ],
    "等级限制": [
        _rule(
            "no_green_after_fine",
            "measures/9",
            "受较大罚款不得评为绿牌",
            "No green after a larger fine",
            **PENALTY,
            when="categories has any {fine} and fine >= CNY 20_000",
            missing="categories: assume fine\nfine: refuse",
            counts__for="12 months",
            at_most="blue",
        )
    ],
    "信用修复": [
        _rule(
            "repair",
            "measures/10",
            "行政处罚的信用修复",
            "Repair of a penalty",
            of="penalty 行政处罚",
            since="decided_on 决定日期",
            waiting="3 months",
            ends_after="24 months",
        )
    ],
    "评价范围": [
        _rule(
            "scope",
            "measures/3",
            "评价对象",
            "Who is rated",
            rated="unit.permit_class in {key, simplified}",
            refused__when="refusals > 0",
            refused__grade="red",
        )
    ],
    "不评价情形": [{"of": "scope", "when": "unit.status = closed", "words.zh": "已关闭", "words.en": "Closed"}],
    "结果应用": [
        {
            "key": "inspections",
            "clause": "measures/14",
            "words.zh": "每季度至少检查一次",
            "words.en": "Inspected at least once a quarter",
            "grades": "red",
        }
    ],
    "未写成规则的条款": [
        {
            "clause": "measures/12",
            "words.zh": "情节特别轻微的可以不扣分",
            "words.en": "Very slight cases may go without points",
            "reason": "discretion 由机关裁量",
            "accepted_by": "松澜县生态环境局（虚构）",
        }
    ],
    **CASES,
}
MISFILLED: Mapping[str, str] = {
    "计分规则!F4": "处罚",
    "计分规则!O5": "一年",
    "等级限制!C4": "",
    "分段!A5": "fines",
    "条款!G6": "二月二十日",
    "算例结果!A4": "12",
}
"""Mistakes that the manual shows: cell → what is typed there."""


def fill(book: Path, changes: Mapping[str, str]) -> None:
    """Types the county's scheme into a template, then the changes."""
    workbook = openpyxl.load_workbook(book)
    rows = {row[1].value: row[2] for row in workbook["基本信息"].iter_rows()}
    for key, text in HEAD.items():
        rows[key].value = text
    for title, entries in SHEETS.items():
        page = workbook[title]
        columns = {cell.value: cell.column for cell in page[3]}
        for at, entry in enumerate(entries, 4):
            for key, text in entry.items():
                page.cell(at, columns[key], text)
    for where, text in changes.items():
        title, cell = where.split("!")
        workbook[title][cell] = text or None
    workbook.save(book)


def main(folder: Path) -> None:
    """Writes the filled book, and one with mistakes in it."""
    for name, changes in (("songlan.xlsx", {}), ("songlan-misfilled.xlsx", MISFILLED)):
        write_template(folder / name, "zh")
        fill(folder / name, changes)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
