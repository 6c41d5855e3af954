"""Which unit a record finds, by what, and why it finds none. All parties are looked up in one go, each under its own name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from city import lay_out, quick_run

from envcredit.base.names import name_key
from envcredit.engine import open_engine
from envcredit.rating.attach import PARTY, Subjects, attached
from envcredit.rating.inputs import name_table
from envcredit.rating.stated import facts_of

JIA, YI, BING, TWIN = "91350100M000100Y43", "91430100MA00000016", "91430200MA00000024", "91430300MA00000032"
UNITS = (
    ("U1", "甲示例(郴州)有限公司", "旧甲示例厂|共用旧名厂", JIA),
    ("U2", "乙示例厂", "现丙示例厂|共用旧名厂", YI),
    ("U3", "丙示例厂", "乙示例厂", BING),
    ("U4", "丁示例厂", "", ""),
    ("U5", "同名示例厂", "", ""),
    ("U6", "同名示例厂", "", ""),
    ("U7", "戊示例厂一厂", "", TWIN),
    ("U8", "戊示例厂二厂", "", TWIN),
)
FOUND = {
    "by code, whatever the name": (("无此名厂", JIA, "", JIA), ("U1", "uscc")),
    "by organisation code": (("无此名厂", "", "M000100Y4", ""), ("U1", "org_code")),
    "by name": (("丁示例厂", "", "", ""), ("U4", "name")),
    "by name in full width, other brackets and blanks": (("甲示例（郴州） 有限公司", "", "", ""), ("U1", "name")),
    "by name with a code that is no valid one": (("乙示例厂", "", "", "914301"), ("U2", "name")),
    "by former name": (("旧甲示例厂", "", "", ""), ("U1", "former_name")),
    "a present name comes before another unit's former name": (("乙示例厂", "", "", ""), ("U2", "name")),
    "an organisation code comes before a name": (("丙示例厂", "", "M000100Y4", ""), ("U1", "org_code")),
    "an organisation code no unit shows, and a unit without a code": (("丁示例厂", "", "999999995", ""), ("U4", "name")),
    "masked code that fits": (("乙示例厂", "", "", "91430100**********"), ("U2", "name")),
    "masked code that fits at both ends": (("乙示例厂", "", "", "91430100********16"), ("U2", "name")),
    "masked code that fits, in full width": (("乙示例厂", "", "", "９１４３０１００＊＊＊＊"), ("U2", "name")),
    "masked by X": (("乙示例厂", "", "", "91430100xxxxxxxxxx"), ("U2", "name")),
    "masked code and former name": (("旧甲示例厂", "", "", "9135****"), ("U1", "former_name")),
    "masked code and a unit without one": (("丁示例厂", "", "", "9135****"), ("U4", "name")),
}
LOST = {
    "valid code of no unit, although the name fits": (
        ("乙示例厂", "91430999MA00000099", "", "91430999MA00000099"),
        "no_such_code",
    ),
    "organisation code of no unit, and no name": (("", "", "999999995", ""), "no_such_code"),
    "organisation code other than that of the unit of this name": (("乙示例厂", "", "999999995", ""), "no_such_code"),
    "two sites with one code": (("戊示例厂一厂", TWIN, "", TWIN), "code_ambiguous"),
    "two sites with one organisation code": (("", "", TWIN[8:17], ""), "code_ambiguous"),
    "two units with one name": (("同名示例厂", "", "", ""), "name_ambiguous"),
    "two units with one former name": (("共用旧名厂", "", "", ""), "name_ambiguous"),
    "name of no unit": (("乙示例", "", "", ""), "no_such_name"),
    "name of no unit and no code to speak of": (("己示例厂", "", "", "无"), "no_such_name"),
    "masked code alone": (("", "", "", "91430100**********"), "masked_code"),
    "masked code and a name of no unit": (("己示例厂", "", "", "91430100**********"), "masked_code"),
    "masked code that shows other characters": (("乙示例厂", "", "", "91430200**********"), "masked_code"),
    "masked code that ends otherwise": (("乙示例厂", "", "", "91430100********17"), "masked_code"),
    "masked code with blanks": (("乙示例厂", "", "", "9143 0200 **********"), "masked_code"),
    "masked code in full width": (("乙示例厂", "", "", "９１４３０２００＊＊＊＊＊＊＊＊＊＊"), "masked_code"),
    "masked by crosses": (("乙示例厂", "", "", "91430200××××××××××"), "masked_code"),
    "masked by dots": (("乙示例厂", "", "", "91430200●●●●●●●●●●"), "masked_code"),
    "masked by X": (("乙示例厂", "", "", "91430200XXXXXXXXXX"), "masked_code"),
    "masked code against a former name": (("旧甲示例厂", "", "", "9143****"), "masked_code"),
    "nothing at all": (("", "", "", ""), "no_identifier"),
}
SIGNED = ("己示例厂", "", "", "91430200**********")
LINKS = (
    ("己示例厂", "91430200**********", "U4"),
    ("同名示例厂", "甲", "U5"),
    ("同名示例厂", "乙", "U5"),
    ("同名示例厂", "乙", "U6"),
)


def _strings(names: Sequence[str], rows: Sequence[Sequence[str]]) -> pa.Table:
    return pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], schema=pa.schema([(name, pa.string()) for name in names])
    )


@cache
def _found(links: bool = False) -> dict[tuple[str, ...], tuple[str | None, str, str]]:
    """Unit, way and reason by what was written: name, valid code, organisation code, code as written."""
    written = [told for told, _expected in (*FOUND.values(), *LOST.values())]
    written += [SIGNED, ("同名示例厂", "", "", "甲"), ("同名示例厂", "", "", "乙")]
    parties = _strings(PARTY, [(name, name_key(name), code, raw, org) for name, code, org, raw in written])
    units = _strings(("unit_id", "name", "former_names", "uscc"), UNITS)
    with open_engine() as engine:
        subjects = Subjects(engine.load("unit", units.select(["unit_id", "uscc"])), engine.load("name", name_table(units)))
        link = engine.load("link", _strings(("unit_name", "unit_code_raw", "unit_id"), LINKS if links else ()))
        rows = attached(engine, engine.load("record", parties), subjects, link).to_pyarrow().to_pylist()
    keys = ("unit_name", "unit_code", "unit_org_code", "unit_code_raw")
    return {tuple(row[key] for key in keys): (row["unit_id"], row["attached_by"], row["reason"]) for row in rows}


@pytest.mark.parametrize("told", FOUND)
def test_a_record_finds_its_unit(told: str) -> None:
    written, (unit_id, way) = FOUND[told]
    assert _found()[written] == (unit_id, way, "")


@pytest.mark.parametrize("told", LOST)
def test_a_record_finds_no_unit_and_says_why(told: str) -> None:
    written, reason = LOST[told]
    assert _found()[written] == (None, "", reason)


class TestSignedLinks:
    def test_a_link_joins_what_nothing_else_would(self) -> None:
        assert _found()[SIGNED] == (None, "", "masked_code")
        assert _found(links=True)[SIGNED] == ("U4", "link", "")

    def test_a_link_settles_which_of_two_units_of_one_name(self) -> None:
        assert _found(links=True)["同名示例厂", "", "", "甲"] == ("U5", "link", "")

    def test_a_link_is_for_the_party_as_written_alone(self) -> None:
        assert _found(links=True)["同名示例厂", "", "", ""] == (None, "", "name_ambiguous")

    def test_two_links_that_contradict_each_other_join_nothing(self) -> None:
        assert _found(links=True)["同名示例厂", "", "", "乙"] == (None, "", "name_ambiguous")

    def test_links_change_nothing_for_anyone_else(self) -> None:
        without, with_links = _found(), _found(links=True)
        assert {key for key in without if without[key] != with_links[key]} == {SIGNED, ("同名示例厂", "", "", "甲")}


def test_nothing_is_lost_from_a_file_to_a_run(tmp_path: Path) -> None:
    rows = (
        "penalty,甲示例厂,,2026-03-01,,示例局,示罚〔2026〕1号,fine,30000,,,",
        "penalty,丁示例厂,,2026-03-02,,示例局,示罚〔2026〕2号,fine,30000,,,",
        "penalty,甲示例厂,91350199**********,2026-03-03,,示例局,示罚〔2026〕3号,fine,30000,,,",
    )
    run = quick_run(lay_out(tmp_path, rows))
    assert facts_of(run).column("attached_by").to_pylist() == ["name"]
    lost = {(row["unit_name"], row["reason"]) for row in run.stage("unattached").to_pylist()}
    assert lost == {("丁示例厂", "no_such_name"), ("甲示例厂", "masked_code")}
