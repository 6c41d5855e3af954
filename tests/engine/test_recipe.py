"""A recipe's steps: which ones some tables rest on, what is let go on the way, and the same text whenever it is written."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from envcredit.engine import Recipe, Script, open_engine, script_of
from envcredit.errors import InputError


@pytest.fixture
def script() -> Script:
    """begin → doubled → tripled, and begin → other; a small table beside."""
    recipe = Recipe()
    begin = recipe.start("begin", {"a": pa.int64()})
    small = recipe.load("small", pa.table({"b": pa.array([1], pa.int64())}))
    doubled = recipe.keep("doubled", begin.mutate(b=begin.a * 2))
    recipe.keep("tripled", doubled.join(small, doubled.b == small.b, how="left").select("a", b=doubled.b + doubled.a))
    recipe.keep("other", begin.select(c=ibis.array([begin.a, 0]).remove(0).unnest()))
    with open_engine() as engine:
        return recipe.script(engine)


def test_only_the_steps_that_a_table_rests_on(script: Script) -> None:
    assert [step.name for step in script.towards(["tripled"]).steps] == ["small", "doubled", "tripled"]
    assert [step.name for step in script.towards(["other"]).steps] == ["other"]


def test_what_no_later_step_needs_is_let_go(script: Script) -> None:
    with open_engine() as engine:
        engine.load("begin", pa.table({"a": pa.array([1, 2], pa.int64())}))
        script.towards(["tripled", "other"]).run(engine)
        left = {name for name in ("small", "doubled", "tripled", "other", "begin") if _is_there(engine, name)}
        assert left == {"tripled", "other", "begin"}
        assert engine.table("tripled").order_by("a").b.to_pyarrow().to_pylist() == [3, 6]
        assert engine.table("other").order_by("c").c.to_pyarrow().to_pylist() == [1, 2]


def _is_there(engine: object, name: str) -> bool:
    try:
        engine.table(name).count().to_pyarrow()  # type: ignore[attr-defined]
    except Exception:
        return False
    return True


def test_all_is_kept_unless_some_tables_are_named(script: Script) -> None:
    with open_engine() as engine:
        engine.load("begin", pa.table({"a": pa.array([1], pa.int64())}))
        script.run(engine)
        assert all(_is_there(engine, name) for name in ("small", "doubled", "tripled", "other"))


def test_a_script_read_back_is_the_same(script: Script) -> None:
    assert script_of(script.plain()).plain() == script.plain()


def test_the_same_text_whenever_it_is_written() -> None:
    table = ibis.table({"a": "int64"}, name="t")
    with open_engine() as engine:
        texts = {engine.text(table.select(c=ibis.array([table.a, 0]).remove(0).unnest())) for _ in range(3)}
    assert len(texts) == 1


def test_duckdb_is_told_how_much_memory_it_has() -> None:
    with open_engine("duckdb:?memory_limit=1GB&threads=1") as engine:
        assert engine.name.startswith("duckdb")
    with pytest.raises(InputError) as caught:
        open_engine("duckdb:?colour=red").__enter__()
    assert [found.code for found in caught.value.diagnostics] == ["T101"]
