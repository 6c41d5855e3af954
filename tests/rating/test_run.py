"""A run folder: what is in it, that the same inputs give the same bytes, that it can be replayed, and what is refused."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from city import RULES, lay_out, run_of, stage_digests, take_in, typed
from stories import write_scheme

from envcredit.errors import InputError, InvariantError, SchemeError
from envcredit.rating import invariants
from envcredit.rating.columns import STAGES
from envcredit.rating.orders import order_of
from envcredit.rating.rate import rate
from envcredit.rating.replay import replay
from envcredit.rating.run import read_run
from envcredit.rating.stated import facts_of


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay_out(tmp_path_factory.mktemp("city"))
    run_of(folder)
    return folder


@pytest.fixture
def moved(city: Path, tmp_path: Path) -> Path:
    """A copy of the city that a test may spoil."""
    return Path(shutil.copytree(city, tmp_path / "moved"))


def rows(folder: Path, stage: str) -> list[dict[str, object]]:
    return read_run(folder).stage(stage).to_pylist()


class TestWhatIsInIt:
    def test_every_stage_with_its_columns_in_order(self, city: Path) -> None:
        for stage in STAGES:
            assert pq.read_schema(city / "run" / f"{stage.name}.parquet").names == list(stage.columns)

    def test_the_story_of_the_city(self, city: Path) -> None:
        points = {(r["unit_id"], r["rule"], r["counted"]) for r in rows(city / "run", "point")}
        assert points == {("U1", "fined", -5), ("U1", "fined", -2), ("U3", "praised", 3)}
        assert {(r["unit_id"], r["reason"]) for r in rows(city / "run", "ignored")} == {("U2", "repaired")}
        assert {r["unit_id"]: r["score"] for r in rows(city / "run", "score")} == {"U1": 93, "U2": 100, "U3": 103}
        assert {r["unit_id"]: r["final"] for r in rows(city / "run", "grade")} == {"U1": "blue", "U2": "green", "U3": "green"}

    def test_how_each_record_found_its_unit(self, city: Path) -> None:
        assert {(r["document_number"], r["attached_by"]) for r in facts_of(read_run(city / "run")).to_pylist()} >= {
            ("示罚〔2026〕1号", "uscc"),
            ("示罚〔2026〕3号", "former_name"),
            ("示罚〔2026〕2号", "name"),
        }
        (lost,) = rows(city / "run", "unattached")
        assert (lost["unit_name"], lost["reason"]) == ("丁示例厂", "masked_code")

    def test_the_manifest_counts_and_knows_no_clock(self, city: Path) -> None:
        manifest = json.loads((city / "run" / "manifest.json").read_text("utf-8"))
        assert manifest["counts"] == {"records": 6, "units": 3, "rated": 3, "refused": 0, "not_rated": 0}
        assert manifest["inputs"]["records"] == "../store"
        assert not {"made_at", "created", "time", "host", "user"} & set(manifest)

    def test_the_scheme_is_kept_as_it_was_applied(self, city: Path) -> None:
        original = city / "scheme" / "2020-01-01"
        for file in ("scheme.yaml", "rules/rules.yaml"):
            assert (city / "run" / "scheme" / file).read_bytes() == (original / file).read_bytes()


class TestSameAgain:
    def test_same_inputs_same_bytes(self, moved: Path) -> None:
        run_of(moved, "again")
        names = sorted(p.relative_to(moved / "run") for p in (moved / "run").rglob("*") if p.is_file())
        assert len(names) > len(STAGES)
        assert all((moved / "run" / name).read_bytes() == (moved / "again" / name).read_bytes() for name in names)

    def test_replay_gives_the_same_answer(self, city: Path) -> None:
        found = replay(city / "run")
        assert found.equal
        assert found.again == read_run(city / "run").manifest["result_digest"]

    def test_replay_after_later_records_came(self, moved: Path) -> None:
        take_in(moved, "late.csv", ["penalty,甲示例厂,,2026-07-01,,示例局,示罚〔2026〕9号,fine,90000,,,"], "2027-02-01T00:00:00Z")
        assert replay(moved / "run").equal

    def test_replay_with_the_store_moved(self, moved: Path) -> None:
        (moved / "store").rename(moved / "elsewhere")
        assert replay(moved / "run", moved / "elsewhere").equal

    def test_a_damaged_stage_is_noticed(self, moved: Path) -> None:
        path = moved / "run" / "score.parquet"
        table = pq.read_table(path)
        spoilt = table.set_column(table.schema.get_field_index("score"), "score", [[s - 1 for s in table["score"].to_pylist()]])
        pq.write_table(spoilt.cast(table.schema), path)
        found = replay(moved / "run")
        assert (found.equal, found.damaged, found.differing) == (False, ("score",), ())

    def test_a_batch_that_is_gone_is_noticed(self, moved: Path) -> None:
        shutil.rmtree(moved / "store" / "batches")
        found = replay(moved / "run")
        assert not found.equal
        assert [d.code for d in found.changed] == ["T120"]

    def test_a_changed_rule_in_the_kept_scheme_is_noticed(self, moved: Path) -> None:
        rules = moved / "run" / "scheme" / "rules" / "rules.yaml"
        rules.write_text(rules.read_text("utf-8").replace('"points": "3"', '"points": "4"'), "utf-8")
        assert [d.code for d in replay(moved / "run").changed] == ["T121"]


class TestRefusals:
    def refused(self, folder: Path, **more: object) -> list[str]:
        with pytest.raises(InputError) as caught:
            run_of(folder, **more)  # type: ignore[arg-type]
        return [one.code for one in caught.value.diagnostics]

    def test_an_engine_that_does_not_exist(self, city: Path) -> None:
        assert self.refused(city, out="x", engine="abacus") == ["T101"]

    def test_a_day_before_any_record(self, city: Path) -> None:
        assert self.refused(city, out="x", as_of=date(2026, 1, 31)) == ["T103"]

    def test_a_moment_before_any_record(self, city: Path) -> None:
        assert self.refused(city, out="x", known_at="2026-11-30T00:00:00Z") == ["T103"]

    def test_a_run_is_never_overwritten(self, city: Path) -> None:
        before = (city / "run" / "manifest.json").read_bytes()
        assert self.refused(city) == ["T105"]
        assert (city / "run" / "manifest.json").read_bytes() == before

    def test_parks_need_their_members(self, city: Path) -> None:
        assert self.refused(city, out="x", scheme="model/park/2026") == ["T106"]

    def test_a_scheme_out_of_force(self, city: Path) -> None:
        with pytest.raises(SchemeError) as caught:
            order_of(typed(city, as_of=date(2019, 12, 31)))
        assert [one.code for one in caught.value.diagnostics] == ["S022"]

    def test_a_partial_scheme_gives_no_grade_unless_it_is_named(self, moved: Path) -> None:
        write_scheme(moved / "scheme", RULES, "status: partial\nmissing: {points: {zh: 分值表, en: the table of points}}")
        assert self.refused(moved, out="x") == ["T102"]
        assert self.refused(moved, out="x", accept_partial="other/scheme") == ["T109"]
        made = run_of(moved, "x", accept_partial="invented/small")
        assert (made.manifest["scheme"]["status"], made.manifest["accept_partial"]) == ("partial", True)

    def test_records_that_are_nowhere(self, city: Path) -> None:
        assert self.refused(city, out="x", records=city / "nowhere") == ["T114"]

    def test_a_folder_that_is_no_run(self, city: Path) -> None:
        with pytest.raises(InputError) as caught:
            read_run(city)
        assert [one.code for one in caught.value.diagnostics] == ["T110"]

    def test_a_run_with_a_stage_missing(self, moved: Path) -> None:
        (moved / "run" / "item.parquet").unlink()
        with pytest.raises(InputError) as caught:
            read_run(moved / "run")
        assert [one.code for one in caught.value.diagnostics] == ["T112"]


def test_a_run_of_another_version_is_no_run_of_ours(moved: Path) -> None:
    manifest = moved / "run" / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"format": 2', '"format": 1'), "utf-8")
    with pytest.raises(InputError) as caught:
        read_run(moved / "run")
    assert [one.code for one in caught.value.diagnostics] == ["T116"]


@pytest.mark.parametrize("name", sorted(invariants.STATEMENTS))
def test_nothing_is_written_when_a_statement_does_not_hold(city: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(invariants, "STATEMENTS", {name: lambda made: made.subject})
    order, _notes = order_of(typed(city, "broken"))
    with pytest.raises(InvariantError) as caught:
        rate(order, city / "broken")
    assert [(d.code, d.values["statement"], d.values["rows"]) for d in caught.value.diagnostics] == [("T901", name, 3)]
    assert not (city / "broken").exists()


def test_a_file_of_records_is_taken_in_beside_the_run(moved: Path) -> None:
    made = run_of(moved, "direct", records=moved / "records.csv")
    assert stage_digests(made)["point"] == stage_digests(read_run(moved / "run"))["point"]
    assert (moved / "direct-records" / "batches").is_dir()


def test_earlier_runs_count_as_earlier_ratings(moved: Path) -> None:
    made = run_of(moved, "later", as_of=date(2027, 12, 31), known_at="2028-01-10T00:00:00Z", history=(moved / "run",))
    assert {r["unit_id"]: r["previous"] for r in made.stage("grade").to_pylist()} == {"U1": "blue", "U2": "green", "U3": "green"}
    assert replay(moved / "later").equal
