"""What every engine must do alike: a new one is one more name in ``ENGINES``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from envcredit.base.amounts import Rounding
from envcredit.base.amounts import rounded as rounded_exactly
from envcredit.base.days import MonthEnd, add_months, full_months_between
from envcredit.engine import Engine, Recipe, open_engine
from envcredit.errors import InputError
from envcredit.rating.exact import day_number, divided, in_parts, later, rounded, shifted_months

ENGINES = ["duckdb", "postgresql", "sail", "spark"]
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, place: Callable[[str], str]) -> Iterator[Engine]:
    with open_engine(place(request.param)) as opened:
        yield opened


def rows_of(engine: Engine, table: ir.Table, *order: str) -> Rows:
    """What an engine answers, by way of a kept table, as every stage of a rating goes; a kept table has no order of its own."""
    kept = engine.keep("answer", table)
    return (kept.order_by(list(order)) if order else kept).to_pyarrow().to_pylist()  # type: ignore[no-any-return]


def given_rows(engine: Engine, **columns: tuple[pa.DataType, list[Any]]) -> ir.Table:
    """A loaded table with ``place`` beside the columns."""
    arrays = {name: pa.array(values, kind) for name, (kind, values) in columns.items()}
    size = len(next(iter(arrays.values())))
    return engine.load("given", pa.table({"place": pa.array(range(size), pa.int64()), **arrays}))


WHOLE, TEXT, DAY, YES_NO = pa.int64(), pa.string(), pa.date32(), pa.bool_()


class TestIntegers:
    def test_sums_and_counts_stay_64_bit_integers(self, engine: Engine) -> None:
        large = 2**53 + 1  # the first whole number that a binary float cannot hold
        table = given_rows(engine, n=(WHOLE, [large, 1, -1, None]), key=(TEXT, ["a", "a", "b", "b"]))
        summed = table.group_by("key").agg(total=table.n.sum(), known=table.n.count(), rows=table.count())
        kept = engine.keep("summed", summed)
        assert {name: str(kind) for name, kind in kept.schema().items() if name != "key"} == dict.fromkeys(
            ("total", "known", "rows"), "int64"
        )
        assert kept.to_pyarrow().schema.field("total").type == WHOLE
        assert rows_of(engine, kept, "key") == [
            {"key": "a", "total": large + 1, "known": 2, "rows": 2},
            {"key": "b", "total": -1, "known": 1, "rows": 2},
        ]

    def test_a_running_sum_of_many_rows_is_exact(self, engine: Engine) -> None:
        table = given_rows(engine, n=(WHOLE, [2**45 + 1] * 1000))
        running = table.mutate(so_far=table.n.sum().over(ibis.window(order_by="place", rows=(None, 0))).cast("int64"))
        assert [row["so_far"] for row in rows_of(engine, running, "place")] == [(i + 1) * (2**45 + 1) for i in range(1000)]

    def test_a_sum_of_nothing_is_unknown_and_a_count_is_zero(self, engine: Engine) -> None:
        table = given_rows(engine, n=(WHOLE, [None, None]))
        assert rows_of(engine, table.agg(total=table.n.sum(), known=table.n.count())) == [{"total": None, "known": 0}]

    def test_what_does_not_fit_64_bits_is_an_error_and_not_another_number(self, engine: Engine) -> None:
        table = given_rows(engine, n=(WHOLE, [2**62, 2**62]))
        with pytest.raises(Exception, match=r"(?i)range|overflow|cast"):
            engine.keep("too_large", table.agg(total=table.n.sum()))


NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
HALF = st.integers(-(2**52), 2**52)
SMALL = st.integers(-50, 50)


class TestDivision:
    @settings(max_examples=12, phases=NO_SHRINKING)
    @given(pairs=st.lists(st.tuples(HALF | SMALL, st.integers(1, 2**40) | st.integers(1, 12)), min_size=30, max_size=80))
    def test_named_roundings_are_those_of_amounts(self, engine: Engine, pairs: list[tuple[int, int]]) -> None:
        table = given_rows(engine, over=(WHOLE, [o for o, _ in pairs]), under=(WHOLE, [u for _, u in pairs]))
        names: tuple[Rounding, ...] = ("down", "half_up", "half_even")
        found = rows_of(engine, table.mutate(**{name: rounded(table.over, table.under, name) for name in names}), "place")
        for row, (over, under) in zip(found, pairs, strict=True):
            exactly = {name: rounded_exactly(Fraction(over, under), name) for name in names}
            assert {name: row[name] for name in names} == exactly, (over, under)

    @pytest.mark.parametrize(
        ("over", "under", "expected"),
        [
            (7, 2, (3, 4, 4)),
            (5, 2, (2, 3, 2)),
            (-5, 2, (-2, -3, -2)),
            (-7, 2, (-3, -4, -4)),
            (0, 3, (0, 0, 0)),
            (1, 3, (0, 0, 0)),
        ],
    )
    def test_halves_of_either_sign(self, engine: Engine, over: int, under: int, expected: tuple[int, int, int]) -> None:
        table = given_rows(engine, over=(WHOLE, [over]), under=(WHOLE, [under]))
        (row,) = rows_of(
            engine, table.mutate(**{n: rounded(table.over, table.under, n) for n in ("down", "half_up", "half_even")})
        )
        assert (row["down"], row["half_up"], row["half_even"]) == expected

    def test_over_zero_and_of_unknown_it_is_unknown(self, engine: Engine) -> None:
        table = given_rows(engine, over=(WHOLE, [1, None, 3]), under=(WHOLE, [0, 2, None]))
        assert [row["q"] for row in rows_of(engine, table.mutate(q=divided(table.over, table.under)), "place")] == [None] * 3

    @settings(max_examples=8, phases=NO_SHRINKING)
    @given(pairs=st.lists(st.tuples(st.integers(0, 9_000_000_000_000), st.integers(1, 2**40)), min_size=20, max_size=40))
    def test_a_ratio_in_millionths_of_two_large_sums_is_exact(self, engine: Engine, pairs: list[tuple[int, int]]) -> None:
        table = given_rows(engine, over=(WHOLE, [o for o, _ in pairs]), under=(WHOLE, [u for _, u in pairs]))
        found = rows_of(engine, table.mutate(q=in_parts(table.over, table.under, 10**6)), "place")
        assert [row["q"] for row in found] == [over * 10**6 // under for over, under in pairs]


DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
MONTH_ENDS: list[MonthEnd] = ["last_day", "first_of_next"]


class TestDays:
    @pytest.mark.parametrize("month_end", MONTH_ENDS)
    @settings(max_examples=10, phases=NO_SHRINKING)
    @given(days=st.lists(DAYS, min_size=40, max_size=80), months=st.integers(-240, 240))
    def test_months_later(self, engine: Engine, month_end: MonthEnd, days: list[date], months: int) -> None:
        table = given_rows(engine, day=(DAY, days))
        found = rows_of(engine, table.mutate(moved=shifted_months(table.day, months, month_end)), "place")
        assert [row["moved"] for row in found] == [add_months(day, months, month_end) for day in days]

    @pytest.mark.parametrize("month_end", MONTH_ENDS)
    def test_every_end_of_month_over_a_leap_year(self, engine: Engine, month_end: MonthEnd) -> None:
        days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
        table = given_rows(engine, day=(DAY, days))
        steps = (1, 3, 12, 24, -1, -12)
        found = rows_of(engine, table.mutate(**{f"m{s}": shifted_months(table.day, s, month_end) for s in steps}), "place")
        for row, day in zip(found, days, strict=True):
            assert {s: row[f"m{s}"] for s in steps} == {s: add_months(day, s, month_end) for s in steps}

    @settings(max_examples=10, phases=NO_SHRINKING)
    @given(days=st.lists(DAYS, min_size=20, max_size=40), count=st.integers(-4000, 4000))
    def test_days_later_and_their_number(self, engine: Engine, days: list[date], count: int) -> None:
        table = given_rows(engine, day=(DAY, days))
        found = rows_of(engine, table.mutate(moved=later(table.day, count), number=day_number(table.day)), "place")
        assert [row["moved"] for row in found] == [day + timedelta(days=count) for day in days]
        assert [row["number"] for row in found] == [(day - date(1970, 1, 1)).days for day in days]

    def test_of_an_unknown_day_everything_is_unknown(self, engine: Engine) -> None:
        table = given_rows(engine, day=(DAY, [None]))
        (row,) = rows_of(engine, table.mutate(a=shifted_months(table.day, 1, "first_of_next"), b=later(table.day, 3)))
        assert (row["a"], row["b"]) == (None, None)

    @settings(max_examples=10, phases=NO_SHRINKING)
    @given(pairs=st.lists(st.tuples(DAYS, DAYS).map(sorted), min_size=40, max_size=80))
    def test_full_months_between_two_days(self, engine: Engine, pairs: list[list[date]]) -> None:
        from envcredit.rating.derived import since

        table = given_rows(engine, first=(DAY, [p[0] for p in pairs]), last=(DAY, [p[1] for p in pairs]))
        asked = {unit: since(table["first"], table["last"], ibis.literal(unit)) for unit in ("day", "month", "year")}
        found = rows_of(engine, table.mutate(**asked), "place")
        for row, (first, last) in zip(found, pairs, strict=True):
            months = full_months_between(first, last)
            assert (row["day"], row["month"], row["year"]) == ((last - first).days, months, months // 12)


class TestTexts:
    def test_texts_are_ordered_and_compared_byte_by_byte(self, engine: Engine) -> None:
        words = ["b", "a", "B", "A", "ä", "a b", "a-b", "甲", "乙", "", "10", "9", "Z", "z", "\u00e9", "e\u0301", "😀", "\uffe5"]
        table = given_rows(engine, word=(TEXT, words))
        assert [row["word"] for row in rows_of(engine, table, "word")] == sorted(words, key=lambda word: word.encode())
        small = table.filter(table.word < "a").select("word")
        assert sorted(row["word"] for row in rows_of(engine, small)) == sorted(word for word in words if word.encode() < b"a")
        assert rows_of(engine, table.agg(first=table.word.min(), last=table.word.max())) == [{"first": "", "last": "😀"}]

    def test_texts_are_joined_in_the_order_asked_for(self, engine: Engine) -> None:
        table = given_rows(engine, word=(TEXT, ["c", "a", None, "b"]), sort=(TEXT, ["1", "3", "0", "2"]))
        joined = table.agg(words=table.word.group_concat(",", order_by=table.sort))
        assert rows_of(engine, joined) == [{"words": "c,b,a"}]

    def test_empty_text_is_not_unknown(self, engine: Engine) -> None:
        table = given_rows(engine, word=(TEXT, ["", None]))
        found = rows_of(engine, table.mutate(empty=table.word == "", known=table.word.notnull()), "place")
        assert [(row["empty"], row["known"]) for row in found] == [(True, True), (None, False)]


class TestUnknown:
    def test_three_truth_values(self, engine: Engine) -> None:
        values = [True, False, None]
        pairs = [(a, b) for a in values for b in values]
        table = given_rows(engine, a=(YES_NO, [a for a, _ in pairs]), b=(YES_NO, [b for _, b in pairs]))
        found = rows_of(engine, table.mutate(both=table.a & table.b, either=table.a | table.b, no=~table.a), "place")
        for row, (a, b) in zip(found, pairs, strict=True):
            assert row["both"] == (False if False in (a, b) else None if None in (a, b) else True)
            assert row["either"] == (True if True in (a, b) else None if None in (a, b) else False)
            assert row["no"] == (None if a is None else not a)

    def test_a_row_whose_condition_is_unknown_is_left_out(self, engine: Engine) -> None:
        table = given_rows(engine, a=(YES_NO, [True, False, None]))
        assert [row["place"] for row in rows_of(engine, table.filter(table.a))] == [0]
        assert [row["place"] for row in rows_of(engine, table.filter(~table.a))] == [1]
        counted = table.agg(yes=table.count(where=table.a), no=table.count(where=~table.a))
        assert rows_of(engine, counted) == [{"yes": 1, "no": 1}]

    def test_the_least_and_the_greatest_pass_over_what_is_unknown(self, engine: Engine) -> None:
        table = given_rows(engine, a=(WHOLE, [1, None, None]), b=(WHOLE, [2, 2, None]))
        found = rows_of(engine, table.mutate(low=ibis.least(table.a, table.b), high=ibis.greatest(table.a, table.b)), "place")
        assert [(row["low"], row["high"]) for row in found] == [(1, 2), (2, 2), (None, None)]

    def test_cases_take_the_first_branch_that_holds(self, engine: Engine) -> None:
        table = given_rows(engine, a=(WHOLE, [1, 5, None]))
        found = rows_of(engine, table.mutate(word=ibis.cases((table.a > 3, "many"), (table.a > 0, "some"), else_="?")), "place")
        assert [row["word"] for row in found] == ["some", "many", "?"]

    def test_joins_do_not_join_unknown_to_unknown(self, engine: Engine) -> None:
        left = engine.load("left_side", pa.table({"k": pa.array(["a", None], TEXT)}))
        right = engine.load("right_side", pa.table({"k": pa.array(["a", None], TEXT), "v": pa.array([1, 2], WHOLE)}))
        joined = left.left_join(right, "k").select("k", "v")
        assert sorted(rows_of(engine, joined), key=str) == [{"k": "a", "v": 1}, {"k": None, "v": None}]


class TestWindowsOfRows:
    def test_rows_are_numbered_in_the_order_asked_for(self, engine: Engine) -> None:
        table = given_rows(
            engine, g=(TEXT, ["x", "y", "x", "x", "y"]), n=(WHOLE, [3, 1, 3, 9, 0]), id=(TEXT, ["b", "d", "a", "c", "e"])
        )
        order = [ibis.desc("n"), "id"]
        placed = table.mutate(
            at=ibis.row_number().over(group_by="g", order_by=order),
            first=table.id.first().over(ibis.window(group_by="g", order_by=order)),
        )
        found = {row["id"]: (row["at"], row["first"]) for row in rows_of(engine, placed)}
        assert found == {"c": (0, "c"), "a": (1, "c"), "b": (2, "c"), "d": (0, "d"), "e": (1, "d")}

    def test_a_list_is_unfolded_into_rows(self, engine: Engine) -> None:
        table = given_rows(engine, a=(WHOLE, [1, 2]), b=(WHOLE, [None, 20]))
        unfolded = table.mutate(each=ibis.array([table.a, table.b, ibis.literal(0, type="int64")]).cast("array<int64>").unnest())
        found = [(row["place"], row["each"]) for row in rows_of(engine, unfolded)]
        assert sorted(found, key=str) == [(0, 0), (0, 1), (0, None), (1, 0), (1, 2), (1, 20)]


class TestFiles:
    def test_a_table_of_several_pieces_is_loaded_whole(self, engine: Engine) -> None:
        pieces = [pa.table({"n": pa.array(part, WHOLE)}) for part in ([1, 2], [], [3])]
        assert rows_of(engine, engine.load("pieces", pa.concat_tables(pieces)), "n") == [{"n": 1}, {"n": 2}, {"n": 3}]
        assert rows_of(engine, engine.load("pieces", pa.concat_tables(pieces[1:2]))) == []

    def test_several_files_are_one_table_and_a_written_one_keeps_order_and_types(self, engine: Engine, tmp_path: Path) -> None:
        schema = pa.schema({"id": TEXT, "n": WHOLE, "on": DAY, "held": YES_NO})
        parts = [[("b", 2, date(2026, 1, 31), None)], [("a", None, None, True), ("c", 2**60, date(1, 1, 1), False)]]
        paths = []
        for place, part in enumerate(parts):
            paths.append(tmp_path / f"part-{place}.parquet")
            pq.write_table(_table(part, schema), paths[-1])
        engine.attach("together", paths)
        assert engine.write_parquet("together", tmp_path / "all.parquet", ["id"]) == 3
        written = pq.read_table(tmp_path / "all.parquet")
        assert written.schema.remove_metadata() == schema
        assert [tuple(row.values()) for row in written.to_pylist()] == sorted([*parts[0], *parts[1]])

    def test_the_same_table_written_twice_has_the_same_bytes(self, engine: Engine, tmp_path: Path) -> None:
        table = given_rows(engine, n=(WHOLE, [n * 7919 % 1009 for n in range(5000)]))
        for name in ("one", "two"):
            engine.write_parquet(str(table.get_name()).rpartition(".")[2], tmp_path / name, ["n", "place"])
        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


class TestRecipes:
    def test_a_recipe_is_written_once_and_cooked_as_often_as_wanted(self) -> None:
        recipe = Recipe()
        start = recipe.start("numbers", {"n": WHOLE})
        factor = recipe.load("factor", pa.table({"f": pa.array([10], WHOLE)}))
        recipe.keep("tenfold", start.cross_join(factor).mutate(n10=lambda t: t.n * t.f))
        for numbers in ([1, 2], [3]):
            with open_engine(ENGINES[0]) as fresh:
                fresh.load("numbers", pa.table({"n": pa.array(numbers, WHOLE)}))
                recipe.script(fresh).run(fresh)
                assert [row["n10"] for row in fresh.table("tenfold").to_pyarrow().to_pylist()] == [n * 10 for n in numbers]

    def test_an_engine_of_another_name_is_refused(self) -> None:
        with pytest.raises(InputError) as refused, open_engine("abacus"):
            pass
        assert [found.code for found in refused.value.diagnostics] == ["T101"]

    def test_a_database_in_a_file(self, tmp_path: Path) -> None:
        with open_engine(f"duckdb:{tmp_path / 'city.duckdb'}") as fresh:
            fresh.load("numbers", pa.table({"n": pa.array([1], WHOLE)}))
        assert (tmp_path / "city.duckdb").is_file()


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
