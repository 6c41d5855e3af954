"""What a run starts from is made by the column, and is what making it row by row gives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from envcredit.base.names import name_key
from envcredit.base.vocabulary import read_vocabulary
from envcredit.engine import open_engine
from envcredit.rating.inputs import Ask, Given, Start, asked, everyone, given_columns, given_table, load_start, name_table
from envcredit.rating.periods import rated_period
from envcredit.scheme.library import locate
from envcredit.scheme.model import Scheme
from envcredit.scheme.reader import read_scheme

VOCABULARY = read_vocabulary()
UNIT = pa.schema([("unit_id", pa.string()), ("name", pa.string()), ("enrolled_on", pa.date32())])
UNITS = pa.table(
    {
        "unit_id": ["U1", "U2", "U3", "U4"],
        "name": ["甲厂", "乙厂", "丙厂", "丁厂"],
        "enrolled_on": [date(2020, 2, 29), None, date(2019, 12, 31), date(2020, 2, 29)],
    },
    schema=UNIT,
)
NAMES = st.text("甲厂A1·•（）()〔［Ａ 　\u200b\u0301e①㈱", max_size=6)


@given(st.lists(st.none() | NAMES, max_size=6))
@example(["甲（1）厂", "甲(1)厂", "甲（1）·厂", None])
def test_a_column_of_names_is_keyed_as_each_of_them_is(names: list[str | None]) -> None:
    units = pa.table({"unit_id": pa.repeat("U", len(names)), "name": pa.array(names, pa.string())})
    assert name_table(units).column("name_key").to_pylist() == [name_key(name or "") for name in names]


@pytest.fixture(scope="module")
def yearly() -> Scheme:
    """Rates by the year from each unit's enrolment."""
    return read_scheme(locate("cn/hebei/enterprise/2017-01-01"))


def placed(start: Start, scheme: Scheme) -> list[tuple[object, ...]]:
    with open_engine() as engine:
        load_start(engine, start, scheme, VOCABULARY)
        subject = engine.table("subject")
        kept = subject.select("unit_id", "name", "as_of", "rated_from", "rated_to", "rated_end").order_by("unit_id")
        return [tuple(row.values()) for row in kept.to_pyarrow().to_pylist()]


def expected(asks: Iterable[tuple[str, str, date]], scheme: Scheme) -> list[tuple[object, ...]]:
    units = {unit["unit_id"]: unit for unit in UNITS.to_pylist()}
    periods = [rated_period(scheme, day, units[unit]["enrolled_on"]) for _, unit, day in asks]
    return [(ask, units[unit]["name"], day, p.first, day, p.end) for (ask, unit, day), p in zip(asks, periods, strict=True)]


class TestClocks:
    asks = (
        ("a", "U3", date(2026, 12, 31)),
        ("b", "U1", date(2026, 2, 28)),
        ("c", "U2", date(2026, 2, 28)),
        ("d", "U1", date(2024, 2, 29)),
        ("e", "U3", date(2026, 12, 30)),
        ("f", "U1", date(2026, 2, 28)),
    )

    def test_each_ask_has_the_period_of_its_unit_and_its_day(self, yearly: Scheme) -> None:
        assert yearly.period.kind == "anniversary_year"
        start = Start(UNITS, asked([Ask(name, unit, day, "2027-01-01T00:00:00Z") for name, unit, day in self.asks]))
        assert placed(start, yearly) == expected(self.asks, yearly)

    def test_everyone_on_one_day(self, yearly: Scheme) -> None:
        day = date(2026, 6, 30)
        found = placed(Start(UNITS, everyone(UNITS, day, "2027-01-01T00:00:00Z")), yearly)
        assert found == expected([(unit, unit, day) for unit in UNITS.column("unit_id").to_pylist()], yearly)

    def test_nobody(self, yearly: Scheme) -> None:
        assert placed(Start(UNITS, asked([])), yearly) == []

    def test_a_unit_that_is_not_among_the_units(self, yearly: Scheme) -> None:
        with pytest.raises(KeyError, match="U5"):
            placed(Start(UNITS, asked([Ask("a", "U5", date(2026, 6, 30), "2027-01-01T00:00:00Z")])), yearly)


def test_facts_by_the_column_are_facts_one_by_one() -> None:
    one_by_one = [
        Given(unit, "rating", f"r:{unit}", date(2025, 12, 31), "2026-01-01T00:00:00Z", {"grade": grade, "score": 93_000_000})
        for unit, grade in (("U1", "red"), ("U2", None))
    ]
    stated = {name: [getattr(one, name) for one in one_by_one] for name in ("real_id", "kind", "record_id", "day", "recorded_at")}
    stated |= {"grade": ["red", None], "score": [93_000_000, 93_000_000], "attached_by": ["run", "run"]}
    start = Start(UNITS, asked([]), given=one_by_one)
    assert given_columns(stated, VOCABULARY) == given_table(start, VOCABULARY)
