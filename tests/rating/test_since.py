"""``rate --since``: whatever happens between two runs, the later one says what a run that rates everything says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import day, prepared_of, write_scheme

from envcredit.base.labels import LANGUAGES, word
from envcredit.cli.rate import told
from envcredit.errors import InputError
from envcredit.rating.columns import KEYS
from envcredit.rating.explain import explain
from envcredit.rating.order import Order, held_batches
from envcredit.rating.prepared import Prepared
from envcredit.rating.rate import rate
from envcredit.rating.replay import replay
from envcredit.rating.run import Run, read_run
from envcredit.rating.since import whole_because
from envcredit.rating.stated import facts_of
from envcredit.rating.touched import Passed, days_decide_units
from envcredit.records import import_files
from envcredit.records.places import Store
from envcredit.records.units import read_units
from envcredit.scheme.library import locate

RULES = """
fined:
  kind: deduct
  from: penalty
  when: categories has any {fine}
  counts: {from: decided_on, for: 12 months, shortened: {once: repaired_on, to: 4 months}}
  points: {by: fine, bands: [{below: CNY 20_000, points: 2}, {points: 5}]}
  repeat: {from: 2, within: 18 months, multiply: 2}
  missing: {fine: refuse, categories: skip}
warned:
  kind: deduct
  from: penalty
  when: categories has only {warning}
  counts: {from: decided_on, after: 15 days, for: 24 months}
  points: 1
  missing: {categories: skip}
overdue:
  kind: deduct
  from: order
  when: due_on + 30 days < as_of - 1 month and not rectified
  counts: {from: decided_on, within: period, carry: while not rectified}
  points: 4
  missing: {due_on: skip}
warned_on: {kind: deduct, from: incident, counts: {from: occurred_on, for: 6 months}, points: 7}
repaired: {kind: repair, of: penalty, since: decided_on, waiting: 3 months, ends_after: 30 months}
praised: {kind: award, from: commendation, counts: {from: awarded_on, for: 24 months}, points: 3}
was_red: {kind: limit, from: rating, when: grade = red, counts: {from: period_to, for: 6 months}, at_most: yellow}
fines: {kind: derive, from: penalty, when: fine >= CNY 1_000, counts: {from: decided_on, for: 18 months}, value: count,
        missing: {fine: skip}}
often: {kind: limit, when: fines >= 3, at_most: yellow}
who: {kind: scope, not_rated: [{when: unit.status = closed, words: {zh: 已关闭, en: closed}}]}
"""
NAMES = {f"U{n:02}": f"示例{n:02}厂" for n in range(1, 41)}
HEAD = (
    "kind,unit_name,unit_code,decided_on,awarded_on,due_on,done_on,occurred_on,suspended_to,authority,document_number,"
    "categories,fine,about_authority,about_number,outcome,replaces"
)
FIRST_DAY, FIRST_KNOWN = date(2026, 6, 15), "2026-07-01T00:00:00Z"


def record(kind: str, unit: str, number: str = "", **stated: str) -> str:
    """A line of records; ``number`` names the document, ``about`` the one that it amends."""
    about = stated.pop("about", "")
    named = {"authority": "示例局", "document_number": f"示字〔2026〕{number}号"} if number else {}
    named |= {"about_authority": "示例局", "about_number": f"示字〔2026〕{about}号"} if about else {}
    row = {"kind": kind, "unit_name": NAMES.get(unit, unit), **named, **stated}
    assert row.keys() <= set(HEAD.split(",")), row
    return ",".join(row.get(column, "") for column in HEAD.split(","))


def fine(unit: str, number: str, decided_on: str, fine: str = "30000", **more: str) -> str:
    return record("penalty", unit, number, decided_on=decided_on, categories="fine", fine=fine, **more)


ROWS = (
    *(record("commendation", unit, f"表{unit}", awarded_on="2025-11-20") for unit in NAMES),
    fine("U01", "1", "2026-03-01"),
    fine("U02", "2", "2025-10-31"),
    fine("U02", "3", "2024-12-15"),
    record("penalty", "U03", "4", decided_on="2024-06-10", categories="warning"),
    record("order", "U04", "5", decided_on="2026-05-06", due_on="2026-05-31"),
    fine("U05", "6", "2025-08-20", "1000"),
    record("repair", "U05", decided_on="2025-09-01", about="6", outcome="accepted"),
    fine("U06", "7", "2026-02-11"),
    fine("U07", "8", "2026-02-12"),
    record("suspension", "U07", decided_on="2026-03-01", about="8", suspended_to="2026-09-30"),
    fine("某某厂", "9", "2026-03-05"),
    fine("旧一厂", "10", "2026-03-06", "500"),
    record("incident", "U08", "11", occurred_on="2026-09-20"),
    fine("U09", "12", "2026-04-30", ""),
)


def units_file(changes: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The list of units. ``changes``: other columns of some."""
    lines = ["unit_id,name,former_names,unit_type,permit_class,status"]
    for unit, name in NAMES.items():
        row = {"name": name, "former": "旧一厂" if unit == "U01" else "", "class": "simplified", "status": "operating"}
        row |= (changes or {}).get(unit, {})
        lines.append(f"{unit},{row['name']},{row['former']},enterprise,{row['class']},{row['status']}")
    return "\n".join(lines) + "\n"


@cache
def prepared(rules: str = RULES, head: str = "") -> Prepared:
    return prepared_of(rules, head)


@dataclass(frozen=True)
class City:
    """A folder with records, units and runs. Records arrive and runs are made one after another."""

    folder: Path

    def arrive(self, *rows: str, recorded_at: str = "2026-08-01T00:00:00Z") -> None:
        number = len(list(self.folder.glob("records-*.csv")))
        path = self.folder / f"records-{number}.csv"
        path.write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
        import_files([path], "native", self.folder / "store", recorded_at)

    def order(self, as_of: date = FIRST_DAY, known_at: str = "2026-08-02T00:00:00Z", **more: Any) -> Order:
        units, _notes = read_units(self.folder / "units.csv")
        return replace(
            Order(
                prepared(), locate(self.folder / "scheme" / "2020-01-01"), units, Store(self.folder / "store"), as_of, known_at
            ),
            **more,
        )

    def rated(self, order: Order, name: str) -> Run:
        return rate(order, self.folder / name)

    def both(self, order: Order, since: str = "first", name: str = "next") -> tuple[Run, Run]:
        """A run that rests on another, and one that does not."""
        return self.rated(replace(order, since=self.folder / since), name), self.rated(order, f"{name}-whole")

    def next(self, since: str = "first", name: str = "next", **more: Any) -> Run:
        """A run that rests on another, after it was compared with a run that rates everything."""
        run, whole = self.both(self.order(**more), since, name)
        same(run, whole)
        return run

    def record_id(self, number: str, run: str = "first") -> str:
        """The id of the record of a document."""
        named = facts_of(read_run(self.folder / run)).select(["record_id", "document_number"]).to_pylist()
        return str(next(row["record_id"] for row in named if row["document_number"] == f"示字〔2026〕{number}号"))


def same(run: Run, whole: Run) -> None:
    """The same digest and counts, and every stage row by row."""
    for stage in (*KEYS, "digest"):
        assert run.stage(stage).to_pylist() == whole.stage(stage).to_pylist(), stage
        assert (run.stage(stage).schema.names, run.stage(stage).schema.types) == (
            whole.stage(stage).schema.names,
            whole.stage(stage).schema.types,
        )
    assert run.manifest["result_digest"] == whole.manifest["result_digest"]
    assert run.manifest["counts"] == whole.manifest["counts"]


def again(run: Run) -> Any:
    """The units that a run holds itself, or why it was rated in full."""
    if run.manifest["since"] is None:
        assert run.manifest["rated_again"] is None
        because = run.manifest["rated_in_full"]
        assert [word(f"rate.whole.{because}", language) in "\n".join(told(run, language)) for language in LANGUAGES] == [
            True,
            True,
        ]
        return because
    assert run.manifest["rated_in_full"] == ""
    return set(run.rated_again.to_pylist())


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    city = City(tmp_path_factory.mktemp("city"))
    write_scheme(city.folder / "scheme", RULES)
    (city.folder / "units.csv").write_text(units_file(), "utf-8")
    city.arrive(*ROWS, recorded_at="2026-06-20T00:00:00Z")
    city.rated(city.order(known_at=FIRST_KNOWN), "first")
    return city.folder


@pytest.fixture
def city(first: Path, tmp_path: Path) -> City:
    """A copy of the city and its first run."""
    return City(Path(shutil.copytree(first, tmp_path / "city")))


class TestRecords:
    def test_nothing_came_and_nothing_is_rated_again(self, city: City) -> None:
        run = city.next()
        assert again(run) == set()
        assert "0 of 40 units were rated again; the others stand as they were" in list(told(run, "en"))
        assert "其中受此后变动影响、重新评价的单位 0 家，其余沿用此前的评价结果" in list(told(run, "zh"))

    def test_a_new_record_and_one_of_another_name_of_a_unit(self, city: City) -> None:
        city.arrive(fine("U11", "20", "2026-06-01"), fine("旧一厂", "21", "2026-06-02"), fine("无名厂", "22", "2026-06-03"))
        run, whole = city.both(city.order())
        same(run, whole)
        for unit in ("U11", "U05"):
            assert explain(run, unit, prepared()) == explain(whole, unit, prepared())
        assert again(run) == {"U01", "U11"}
        assert run.manifest["rated_again"] == 2
        assert run.stage("unattached").num_rows == 2

    def test_a_record_that_is_not_true_yet_is_rated_with_its_unit_and_again_when_it_is(self, city: City) -> None:
        city.arrive(fine("U12", "20", "2026-08-20"))
        assert again(city.next()) == {"U12"}
        later = city.next("next", "later", as_of=day("2026-08-20"))
        assert "U12" in again(later)
        assert {row["rule"] for row in later.rows("point", "U12").to_pylist()} == {"praised", "fined"}

    def test_what_amends_an_old_document(self, city: City) -> None:
        city.arrive(
            record("revocation", "U01", decided_on="2026-06-10", about="1"),
            record("repair", "U06", decided_on="2026-06-10", about="7", outcome="accepted"),
            record("rectification", "U04", done_on="2026-06-10", about="5"),
        )
        assert again(city.next()) == {"U01", "U04", "U06"}


class TestCorrections:
    def test_to_another_unit_or_to_none(self, city: City) -> None:
        city.arrive(
            fine("U13", "7", "2026-02-11", replaces=city.record_id("7")),
            fine("无名厂", "8", "2026-02-12", replaces=city.record_id("8")),
        )
        run = city.next()
        assert again(run) == {"U06", "U07", "U13"}
        assert run.stage("unattached").num_rows == 2

    def test_what_went_to_another_unit_does_not_come_back_with_later_records(self, city: City) -> None:
        city.arrive(fine("U13", "7", "2026-02-11", replaces=city.record_id("7")))
        city.next()
        city.arrive(fine("U06", "20", "2026-06-01"), recorded_at="2026-08-03T00:00:00Z")
        run = city.next("next", "later", known_at="2026-08-04T00:00:00Z")
        assert again(run) == {"U06", "U13"}
        assert [row["counted"] for row in run.rows("point", "U06").to_pylist() if row["rule"] == "fined"] == [-5]

    def test_what_went_on_and_on(self, city: City) -> None:
        city.arrive(fine("U13", "7", "2026-02-11", replaces=city.record_id("7")))
        city.rated(city.order(), "second")
        moved = city.record_id("7", "second")
        city.arrive(fine("无名厂", "7", "2026-02-11", replaces=moved), recorded_at="2026-08-03T00:00:00Z")
        city.rated(city.order(known_at="2026-08-04T00:00:00Z"), "third")
        city.arrive(fine("U06", "20", "2026-06-01"), recorded_at="2026-08-05T00:00:00Z")
        run = city.next("third", known_at="2026-08-06T00:00:00Z")
        assert again(run) == {"U06", "U13"}
        assert len(run.stage("unattached")) == 2

    def test_of_a_record_of_no_unit_that_now_has_one(self, city: City) -> None:
        lost = read_run(city.folder / "first").stage("unattached").to_pylist()[0]["record_id"]
        city.arrive(fine("U14", "9", "2026-03-05", replaces=lost))
        run = city.next()
        assert again(run) == {"U14"}
        assert run.stage("unattached").num_rows == 0
        city.arrive(fine("某某厂", "30", "2026-03-05"), recorded_at="2026-08-03T00:00:00Z")
        assert again(city.next("next", "later", known_at="2026-08-04T00:00:00Z")) == {"U14"}


class TestDays:
    def test_a_walk_through_the_year_rests_on_the_first_run_all_along(self, city: City) -> None:
        """Each day something begins or ends: of a term, a suspension, a term after an offset, a due day, a waiting time."""
        story: list[tuple[str, set[str]]] = [
            ("2026-06-25", {"U02", "U03"}),
            ("2026-10-01", {"U04", "U05", "U07", "U08"}),
            ("2026-11-01", {"U02"}),
        ]
        before = "first"
        for as_of, touched in story:
            run = city.next(before, as_of, as_of=day(as_of))
            assert isinstance(again(run), set), again(run)
            assert touched <= again(run), as_of
            before = as_of
        assert json.loads((city.folder / before / "manifest.json").read_text("utf-8"))["since"]["path"] == "../first"
        assert len(again(run)) < 20

    def test_another_year_touches_everyone(self, city: City) -> None:
        assert again(city.next(as_of=day("2027-01-02"))) == "many"

    def test_an_earlier_day_or_moment_is_rated_in_full(self, city: City) -> None:
        assert again(city.rated(city.order(day("2026-06-14"), since=city.folder / "first"), "day")) == "earlier"
        earlier = city.order(known_at="2026-06-30T00:00:00Z", since=city.folder / "first")
        assert again(city.rated(earlier, "moment")) == "earlier"


class TestEarlierRatings:
    @pytest.fixture
    def history(self, city: City) -> Path:
        """Last year's run, in which only what U01 to U03 did was known."""
        return city.rated(city.order(day("2025-12-31"), FIRST_KNOWN), "history").folder

    def test_a_term_of_an_earlier_rating_ends(self, city: City, history: Path) -> None:
        city.rated(city.order(known_at=FIRST_KNOWN, history=[history]), "second")
        run = city.next("second", as_of=day("2026-06-20"), history=[history])
        assert again(run) >= {"U02", "U03"}
        run = city.next("next", "later", as_of=day("2026-07-02"), history=[history])
        assert again(run) == "many"

    def test_other_ratings_or_ones_heard_of_later(self, city: City, history: Path) -> None:
        assert again(city.next(history=[history])) == "history"
        late = city.rated(city.order(day("2025-12-31"), "2026-07-15T00:00:00Z"), "late").folder
        city.rated(city.order(known_at=FIRST_KNOWN, history=[late]), "unheard")
        assert again(city.next("unheard", "heard", history=[late])) == "history"
        moved = city.rated(city.order(day("2025-12-30"), FIRST_KNOWN), "moved").folder
        city.rated(city.order(known_at=FIRST_KNOWN, history=[history]), "second")
        assert again(city.next("second", "other-day", history=[moved])) == "history"


class TestWhatElseChanges:
    def test_a_column_of_a_unit(self, city: City) -> None:
        (city.folder / "units.csv").write_text(units_file({"U20": {"status": "closed"}}), "utf-8")
        assert again(city.next()) == {"U20"}

    @pytest.mark.parametrize("changes", [{"U20": {"name": "新厂"}}, {"U20": {"former": "某某厂"}}])
    def test_a_name_of_a_unit(self, city: City, changes: Mapping[str, Mapping[str, str]]) -> None:
        (city.folder / "units.csv").write_text(units_file(changes), "utf-8")
        assert again(city.next()) == "units"

    def test_a_unit_that_went(self, city: City) -> None:
        order = city.order()
        run, whole = city.both(replace(order, units=order.units.slice(1)))
        same(run, whole)
        assert again(run) == "units"

    def test_links(self, city: City) -> None:
        links = [("某某厂", "", "U15")]
        assert again(city.next(links=links)) == "links"

    def test_a_link_to_a_unit_that_is_not_in_the_list(self, city: City) -> None:
        links = [("某某厂", "", "U99"), ("无名厂", "", "U98")]
        city.rated(city.order(known_at=FIRST_KNOWN, links=links), "second")
        city.arrive(fine("U11", "20", "2026-06-01"), fine("无名厂", "21", "2026-06-02"), fine("某某厂", "22", "2026-06-02"))
        assert again(city.next("second", links=links)) == {"U11", "U98", "U99"}

    def test_more_than_a_quarter_of_the_units(self, city: City) -> None:
        city.arrive(*(fine(f"U{n:02}", f"{n}a", "2026-06-01") for n in range(20, 31)))
        assert again(city.next()) == "many"


class TestTheScheme:
    @pytest.mark.parametrize(
        ("what", "without", "instead", "expected"),
        [
            ("points", "points: 7", "points: 8", {"U08"}),
            ("a condition", "when: categories has only {warning}", "when: categories has any {warning}", None),
            ("a value", "fine >= CNY 1_000", "fine >= CNY 2_000", "scheme"),
        ],
    )
    def test_a_changed_rule(self, city: City, what: str, without: str, instead: str, expected: object) -> None:
        rules = RULES.replace(without, instead)
        assert rules != RULES, what
        run = city.next(prepared=prepared(rules))
        penalised = {"U01", "U02", "U03", "U05", "U06", "U07", "U09"}
        assert again(run) == (penalised if expected is None else expected)

    def test_the_start_value_or_the_period_changes_everything_and_a_title_nothing(self, city: City) -> None:
        def because(head: str) -> str:
            order = city.order(known_at=FIRST_KNOWN, prepared=prepared(RULES, head))
            return whole_because(order, held_batches(order), read_run(city.folder / "first"))

        assert because("score: {start: 90, better: higher, step: 1, floor: 0}") == "scheme"
        assert because("status: partial") == "scheme"
        assert because("period: {kind: rolling, length: 12 months}") == "scheme"
        assert because("title: {zh: 新办法, en: Renamed}") == ""


class TestTheRunThatIsRestedOn:
    def spoil(self, run: Path, **stated: object) -> None:
        manifest = json.loads((run / "manifest.json").read_text("utf-8"))
        (run / "manifest.json").write_text(json.dumps(manifest | stated), "utf-8")

    def test_it_is_no_longer_the_same(self, city: City) -> None:
        city.rated(city.order(since=city.folder / "first"), "next")
        self.spoil(city.folder / "first", result_digest="0" * 64)
        with pytest.raises(InputError) as caught:
            read_run(city.folder / "next").stage("grade")
        assert [one.code for one in caught.value.diagnostics] == ["T122"]
        with pytest.raises(InputError):
            city.rated(city.order(since=city.folder / "next"), "later")

    def test_it_is_damaged_or_another_program_made_it(self, city: City) -> None:
        path = city.folder / "first" / "point.parquet"
        path.write_bytes(path.read_bytes() + b"x")
        assert again(city.next()) == "damaged"
        self.spoil(city.folder / "first", envcredit="0.0.0")
        assert again(city.rated(city.order(since=city.folder / "first"), "later")) == "program"

    def test_a_batch_of_it_is_gone(self, city: City) -> None:
        city.arrive(fine("U11", "20", "2026-06-01"))
        batch = city.folder / "store" / "batches"
        city.rated(city.order(), "second")
        shutil.rmtree(max(batch.iterdir()))
        assert again(city.next("second")) == "batches"

    def test_a_run_that_rests_on_another_is_replayed(self, city: City) -> None:
        city.arrive(fine("U11", "20", "2026-06-01"))
        city.rated(city.order(since=city.folder / "first"), "next")
        assert replay(city.folder / "next").equal
        score = city.folder / "first" / "score.parquet"
        score.write_bytes(score.read_bytes() + b" ")
        assert replay(city.folder / "next").damaged == ("score",)


FINES = "fined: {kind: deduct, from: penalty, counts: {from: decided_on, for: 12 months}, points: 1, "
LAST = "last: {kind: derive, from: penalty, counts: {from: decided_on, for: 12 months}, value: VALUE}\n"


@pytest.mark.parametrize(
    ("rules", "decide"),
    [
        (FINES + "when: as_of >= 2026-06-02}", True),
        (FINES + "when: as_of >= 2027-01-01}", False),
        (FINES + "when: as_of - 6 months >= 2025-12-02}", True),
        (FINES + "when: as_of > period_from + 6 months}", True),
        (FINES + "when: decided_on > period_from}", False),
        (FINES + "unless: as_of > unit.stopped_from + 3 months, missing: {unit.stopped_from: skip}}", True),
        (FINES + "unless: decided_on > unit.stopped_from, missing: {unit.stopped_from: skip}}", False),
        (FINES + "when: due_on < as_of, missing: {due_on: assume 2026-06-01}}", True),
        (FINES + "when: due_on < as_of, missing: {due_on: assume 2020-06-05}}", False),
        (LAST.replace("VALUE", "latest decided_on") + FINES + "when: last < as_of - 3 months, missing: {last: skip}}", True),
        (LAST.replace("VALUE", "days_since latest decided_on"), True),
        (LAST.replace("VALUE", "latest decided_on"), False),
    ],
)
def test_what_days_alone_may_change(rules: str, *, decide: bool) -> None:
    """The second of June; in the cases of No a day of a record tells when something changes."""
    assert days_decide_units(prepared_of(rules).program, Passed(day("2026-06-01"), day("2026-06-02"))) == decide


PEOPLE = st.sampled_from(["U01", "U02", "U04", "U07", "U30", "旧一厂", "某某厂", "无名厂"])
DAYS = st.sampled_from(["2024-02-29", "2025-07-31", "2025-12-31", "2026-03-31", "2026-06-15", "2026-08-31", "2026-11-30"])
ABOUT = st.sampled_from(["1", "2", "5", "8", "x1", "x2"])


@st.composite
def arriving(draw: st.DrawFn) -> list[str]:
    """Records of all sorts; documents are numbered, so that what amends may find them."""
    return [_arriving(draw, f"x{number}") for number in range(1, draw(st.integers(2, 6)))]


def _arriving(draw: st.DrawFn, number: str) -> str:
    kind, unit, on = draw(st.sampled_from(["fine", "warning", "order", "repair", "suspension"])), draw(PEOPLE), draw(DAYS)
    if kind == "fine":
        return fine(unit, number, on, draw(st.sampled_from(["", "500", "30000"])))
    if kind == "warning":
        return record("penalty", unit, number, decided_on=on, categories="warning")
    if kind == "order":
        return record("order", unit, number, decided_on=on, due_on=draw(DAYS))
    more = {"outcome": "accepted"} if kind == "repair" else {"suspended_to": draw(DAYS)}
    return record(kind, unit, decided_on=on, about=draw(ABOUT), **more)


@settings(max_examples=3)
@given(arriving(), st.lists(st.dates(FIRST_DAY, date(2026, 10, 31)), min_size=2, max_size=2, unique=True).map(sorted))
def test_whatever_comes_on_whatever_day(first: Path, rows: Sequence[str], days: Sequence[date]) -> None:
    with TemporaryDirectory() as room:
        city = City(Path(shutil.copytree(first, Path(room) / "city")))
        city.arrive(*rows)
        city.next("first", "one", as_of=days[0])
        city.next("one", "two", as_of=days[1])
