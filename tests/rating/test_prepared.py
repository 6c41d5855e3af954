"""Plans kept between runs: equal to new ones, found only if all that they were made from is the same, never trusted damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from city import lay_out, run_of
from stories import read

from envcredit.engine import open_engine
from envcredit.rating.prepared import Folder, Plan, Prepared, plan_of, prepare

FINE = "fined: {kind: deduct, from: penalty, counts: {from: decided_on, for: 12 months}, points: 30}\n"


class Counting:
    """A shelf in memory that notes what is asked of it."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.found: list[bool] = []

    def find(self, key: str) -> bytes | None:
        self.found.append(key in self.kept)
        return self.kept.get(key)

    def put(self, key: str, content: bytes) -> None:
        self.kept[key] = content


def plan(prepared: Prepared) -> Plan:
    with open_engine() as engine:
        return prepared.plan(engine)


def test_a_plan_read_from_bytes_is_the_plan() -> None:
    made = plan(prepare(read(FINE)))
    assert plan_of(made.to_bytes()) == made
    assert any("INSERT" not in str(step) and "SELECT" in str(step) for step in made.script.steps)


@pytest.mark.parametrize("content", [b"", b"no plan", plan(prepare(read(FINE))).to_bytes()[:-9]])
def test_what_is_no_plan_is_none(content: bytes) -> None:
    assert plan_of(content) is None


def test_the_second_time_a_plan_is_found_and_the_program_is_not_even_built() -> None:
    shelf = Counting()
    first, second = prepare(read(FINE), shelf), prepare(read(FINE), shelf)
    assert plan(first) == plan(second)
    assert shelf.found == [False, True]
    assert "program" in vars(first)
    assert "program" not in vars(second)


def test_another_number_or_another_order_of_rules_is_another_plan() -> None:
    shelf = Counting()
    two = FINE + FINE.replace("fined", "fined_too")
    swapped = FINE.replace("fined", "fined_too") + FINE
    for rules in (FINE, FINE.replace("30", "31"), two, swapped):
        plan(prepare(read(rules), shelf))
    assert len(shelf.kept) == 4


def test_another_label_is_the_same_plan() -> None:
    shelf = Counting()
    for title in ("一", "二"):
        plan(prepare(read(FINE, f"title: {{zh: {title}, en: T}}"), shelf))
    assert len(shelf.kept) == 1


def test_a_folder_gives_back_what_was_put_and_nothing_that_was_harmed(tmp_path: Path) -> None:
    shelf = Folder(tmp_path / "plans", most=2)
    shelf.put("a", b"content")
    assert shelf.find("a") == b"content"
    file = tmp_path / "plans" / "a"
    file.write_bytes(file.read_bytes()[:-1] + b"T")
    assert shelf.find("a") is None
    for key in "bcd":
        shelf.put(key, b"more")
    assert len(list((tmp_path / "plans").iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("a file", "utf-8")
    Folder(tmp_path / "plans").put("a", b"content")
    assert Folder(tmp_path / "plans").find("a") is None


def test_a_run_by_a_kept_plan_has_the_digest_of_a_run_by_a_new_one(tmp_path: Path) -> None:
    city, shelf = lay_out(tmp_path / "city"), Counting()
    runs = [run_of(city, name, shelf=kept) for name, kept in (("none", None), ("new", shelf), ("kept", shelf))]
    assert shelf.found == [False, True]
    assert len({run.manifest["result_digest"] for run in runs}) == 1
