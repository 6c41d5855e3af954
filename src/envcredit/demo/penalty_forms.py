"""Penalties in the two forms of 双公示: the form of 2015 (one text for the result) and that of 2018 (fines in 万元)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from envcredit.base.numerals import in_capitals
from envcredit.demo.city import FIRST_YEAR
from envcredit.demo.statement import Statement
from envcredit.demo.typist import Cell, Typist

Form = Callable[[Sequence[Statement], Typist], tuple[list[str], list[list[Cell]]]]


def form_2015(statements: Sequence[Statement], typist: Typist) -> tuple[list[str], list[list[Cell]]]:
    """Head and rows. Amounts stand in words in the text of the result."""
    head = [
        "CF_WSH",
        "CF_CFMC",
        "CF_CFLB1",
        "CF_CFLB2",
        "CF_SY",
        "CF_YJ",
        "CF_XDR_MC",
        "CF_XDR_SHXYM",
        "CF_FR",
        "CF_JG",
        "CF_JDRQ",
        "CF_XZJG",
        "CF_ZT",
        "DFBM",
        "SJC",
        "BZ",
    ]
    rows: list[list[Cell]] = []
    for statement in statements:
        party, code = _party(statement, typist)
        categories = _text(statement, "categories", typist).split("、")
        rows.append(
            [
                _text(statement, "document_number", typist),
                f"{party}行政处罚案",
                categories[0],
                "、".join(categories[1:]),
                _text(statement, "facts", typist),
                _text(statement, "law_basis", typist),
                party,
                code,
                "某某",
                _result(statement, typist),
                _text(statement, "decided_on", typist),
                _text(statement, "authority", typist),
                "0",
                statement.unit.region,
                "",
                "",
            ]
        )
    return head, rows


def form_2018(statements: Sequence[Statement], typist: Typist) -> tuple[list[str], list[list[Cell]]]:
    """Head and rows. Fines and confiscated amounts are numbers in 万元; now and then the fine stands in the text only."""
    head = [
        "CF_XDR_MC",
        "CF_XDR_LB",
        "CF_XDR_SHXYM",
        "CF_FRDB",
        "CF_WSH",
        "CF_WFXW",
        "CF_SY",
        "CF_YJ",
        "CF_CFLB",
        "CF_NR",
        "CF_NR_FK",
        "CF_NR_WFFF",
        "CF_NR_ZKDX",
        "CF_JDRQ",
        "CF_YXQ",
        "CF_GSJZQ",
        "CF_CFJG",
        "CF_CFJGDM",
        "CF_SJLY",
        "CF_SJLYDM",
        "CF_BZ",
    ]
    rows: list[list[Cell]] = []
    for statement in statements:
        party, code = _party(statement, typist)
        body = "个体工商户" if "个体工商户" in party else "法人及非法人组织"
        authority = _text(statement, "authority", typist)
        rows.append(
            [
                party,
                body,
                code,
                "某某",
                _text(statement, "document_number", typist),
                _text(statement, "behaviour", typist),
                _text(statement, "facts", typist),
                _text(statement, "law_basis", typist),
                _text(statement, "categories", typist),
                _result(statement, typist),
                _wan(statement, "fine"),
                _wan(statement, "confiscated"),
                "",
                _text(statement, "decided_on", typist),
                "2099-12-31",
                _text(statement, "publish_until", typist),
                authority,
                "",
                authority,
                "",
                "",
            ]
        )
    return head, rows


YEARS: Mapping[int, tuple[Form, str, str, str]] = {
    FIRST_YEAR: (form_2015, "cn/double-publicity-penalty-2015", f"双公示_行政处罚_{FIRST_YEAR}.csv", "gb18030"),
    FIRST_YEAR + 1: (form_2018, "cn/double-publicity-penalty-2018", f"双公示_行政处罚_{FIRST_YEAR + 1}.csv", "utf-8-sig"),
    FIRST_YEAR + 2: (form_2018, "cn/double-publicity-penalty-2018", f"双公示_行政处罚_{FIRST_YEAR + 2}.xlsx", "utf-8-sig"),
}
"""Form, name of the source mapping, file and encoding of the years whose penalties came through 双公示."""


def _party(statement: Statement, typist: Typist) -> tuple[str, str]:
    return typist.name(statement.unit, statement.day), typist.code(statement.unit.code)


def _text(statement: Statement, name: str, typist: Typist) -> str:
    return str(typist.cell(name, statement.values[name])) if name in statement.values else ""


def _wan(statement: Statement, name: str) -> Cell:
    value = statement.values.get(name)
    return value / 10_000 if isinstance(value, Decimal) else ""


def _result(statement: Statement, typist: Typist) -> str:
    parts = []
    for name, words in (("fine", "罚款人民币"), ("confiscated", "没收违法所得人民币")):
        value = statement.values.get(name)
        if isinstance(value, Decimal):
            parts.append(f"{words}{in_capitals(int(value * 100))}")
    return "；".join(parts) or _text(statement, "categories", typist)
