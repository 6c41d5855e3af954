"""The words of the gallery."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, str]

COUNTRIES: Mapping[str, Words] = {
    "cn": {"zh": "中国", "en": "China"},
    "gh": {"zh": "加纳", "en": "Ghana"},
    "id": {"zh": "印度尼西亚", "en": "Indonesia"},
    "in": {"zh": "印度", "en": "India"},
    "model": {"zh": "本项目自拟的办法", "en": "Schemes of our own"},
    "uk": {"zh": "英国", "en": "United Kingdom"},
    "us": {"zh": "美国", "en": "United States"},
}

FAMILIES: Mapping[str, Words] = {
    "points": {"zh": "基础分加减", "en": "points off and on a start value"},
    "demerit": {"zh": "累计记分（越多越差）", "en": "demerits that add up"},
    "weighted": {"zh": "指标加权平均", "en": "weighted mean of indicators"},
    "worst_of": {"zh": "不计分，取最差情形", "en": "no score: the worst row holds"},
    "unknown": {"zh": "尚未确认", "en": "not established"},
}

TEXT: Mapping[str, Words] = {
    "title": {"zh": "各办法对照", "en": "The schemes side by side"},
    "introduction": {
        "zh": "本页由内置评价办法的数据算出，`envcredit scheme coverage --all` 给出同样的合计。"
        "每个办法先看怎样计分、评谁、分几级，再看直接定级、修复和条款覆盖。点击标识查看全文。",
        "en": "This page is computed from the data of the built-in schemes; `envcredit scheme coverage --all` prints the same "
        "totals. For each country the first table shows how points are counted, who is rated and the grades; the second shows "
        "grades given directly, repair and how much of the law is encoded. Each identity leads to the scheme's own page.",
    },
    "totals_note": {
        "zh": "同一通用规定被几个办法引用的，在各办法中分别计数；同一办法的各个版本也分别计数。",
        "en": "A regulation that several schemes use counts in each of them, and so does each version of a scheme.",
    },
    "scheme": {"zh": "办法", "en": "Scheme"},
    "family": {"zh": "算法", "en": "Arithmetic"},
    "rated": {"zh": "评价对象和周期", "en": "Rated, and period"},
    "score": {"zh": "计分", "en": "Score"},
    "grades": {"zh": "等级和分数线", "en": "Grades and thresholds"},
    "steps": {"zh": "定级调整", "en": "Beyond the score"},
    "repair": {"zh": "修复", "en": "Repair"},
    "clauses": {"zh": "条款", "en": "Clauses"},
    "bases": {"zh": "依据性质", "en": "Basis"},
    "cases": {"zh": "算例", "en": "Cases"},
    "beyond": {"zh": "语言不能表达", "en": "Cannot be said"},
    "vetoes": {"zh": "直接定级", "en": "grades given directly:"},
    "limits": {"zh": "上下限", "en": "limits:"},
    "shifts": {"zh": "升降级", "en": "moves:"},
    "encoded": {"zh": "{all}条中写成规则{encoded}条<br>待核实{gaps}项", "en": "{encoded} of {all} encoded<br>{gaps} gaps"},
    "start": {"zh": "起评", "en": "start"},
    "floor": {"zh": "最低", "en": "floor"},
    "ceiling": {"zh": "最高", "en": "ceiling"},
    "unknown_grade": {"zh": "未确认", "en": "not established"},
    "waits": {"zh": "满期方可修复：", "en": "not before"},
    "ends": {"zh": "到期自行失效：", "en": "lapses after"},
    "at_once": {"zh": "修复后即不计", "en": "at once"},
    "period.calendar_year": {"zh": "公历年", "en": "calendar year"},
    "period.anniversary_year": {"zh": "周年", "en": "year from inclusion"},
    "period.rolling": {"zh": "滚动", "en": "rolling"},
    "period.snapshot": {"zh": "动态（当日情形）", "en": "state on the day"},
}
