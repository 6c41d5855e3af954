"""Publishing, changing and forgetting results, version by version, each checked as a bank would check it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from publishing import DAY, FIRST, PACKS, Office, draft, texts

from envcredit.errors import InputError
from envcredit.proof import layout
from envcredit.proof.feed import digest_of_state, state_of
from envcredit.proof.statuslist import State
from envcredit.proof.verdict import Verdict
from envcredit.proof.verify import follow, verify_bundle, verify_release


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).set_up()


def holds(office: Office, day: int = 0) -> Verdict:
    verdict, release = verify_release(office.fetch, office.trust(), FIRST + day * DAY)
    assert verdict.holds, [one.message("en") for one in verdict.failures]
    assert release is not None
    return verdict


def code_of(office: Office, *drafts: object, day: int = 0) -> str:
    with pytest.raises(InputError) as caught:
        office.publish(*drafts, day=day)  # type: ignore[arg-type]
    return caught.value.diagnostics[0].code


def test_a_release_holds_and_so_does_each_bundle(office: Office) -> None:
    made = office.publish(draft("A"), draft("B", "red", records=["r1", "r2"]))
    assert (made.version, made.added, made.restated) == (1, 2, 0)
    holds(office)
    verdict, shown = verify_bundle(office.fetch(layout.bundle_file("B")), office.trust(), FIRST + 60, office.fetch)
    assert verdict.holds, verdict.failures
    assert shown is not None
    assert (shown.result.grade, shown.result.seq, shown.state) == ("red", 1, State.IN_FORCE)
    assert shown.result.reasons[0].facts == 2


def test_the_same_results_make_no_version_and_the_same_ledger_the_same_bytes(office: Office, tmp_path: Path) -> None:
    office.publish(draft("A"), draft("B"))
    assert office.publish(draft("A"), draft("B"), day=1).version == 1
    other = Office(tmp_path / "other").set_up()
    other.publish(draft("A"), draft("B"))
    files = [sorted(p.relative_to(o.out) for p in o.out.rglob("*") if p.is_file()) for o in (office, other)]
    assert files[0] == files[1]
    assert [name for name in files[0] if (office.out / name).read_bytes() != (other.out / name).read_bytes()] == []


def test_a_newer_result_supersedes_and_counts_on(office: Office) -> None:
    office.publish(draft("A"), draft("B"))
    before = state_of(office.fetch(layout.full_file(1)), "full")
    old = office.fetch(layout.bundle_file("A"))
    made = office.publish(draft("A", "blue", year=2027), draft("B"), day=400)
    assert (made.version, made.added, made.restated) == (2, 1, 1)
    holds(office, 400)
    _verdict, shown = verify_bundle(office.fetch(layout.bundle_file("A")), office.trust(), FIRST + 400 * DAY, office.fetch)
    assert shown is not None
    assert (shown.result.seq, shown.result.supersedes) == (2, "urn:envrating:0")
    verdict, shown = verify_bundle(old, office.trust(), FIRST + 400 * DAY, office.fetch)
    assert verdict.holds
    assert shown is not None
    assert shown.state == State.SUPERSEDED
    verdict, state, version = follow(before, 1, office.fetch, office.trust())
    assert verdict.holds
    assert (version, digest_of_state(state)) == (2, digest_of_state(state_of(office.fetch(layout.full_file(2)), "full")))


def test_the_state_of_a_past_day_is_answered(office: Office) -> None:
    office.publish(draft("A"))
    with office.publisher() as publisher:
        publisher.restate("A", State.SUSPENDED, "示环复〔2027〕1号", FIRST + DAY // 2, office.random)
    bundle = office.fetch(layout.bundle_file("A"))
    states = []
    for moment in (FIRST + 60, FIRST + DAY // 2 - 1, FIRST + DAY // 2):
        verdict, shown = verify_bundle(bundle, office.trust(), moment, office.fetch)
        assert verdict.holds
        states.append(shown.state if shown else None)
    assert states == [State.IN_FORCE, State.IN_FORCE, State.SUSPENDED]
    verdict, _shown = verify_bundle(bundle, office.trust(), FIRST + 3 * DAY, office.fetch)
    assert [one.code for one in verdict.failures] == ["V107"]


class TestRepair:
    def test_nothing_of_the_repaired_text_is_left_anywhere(self, office: Office) -> None:
        office.publish(draft("A", "red", records=["r1"]), draft("B"))
        token = state_of(office.fetch(layout.full_file(1)), "full")["A"].jws
        bundle = office.fetch(layout.bundle_file("A"))
        office.publish(draft("C"), day=1)
        office.publish(draft("A", "blue", year=2027, repaired=["r1"]), day=2)
        holds(office, 2)
        secret = token.split(".")[2].encode()
        assert secret not in texts(office.out)
        assert secret not in texts(office.ledger)
        verdict, shown = verify_bundle(bundle, office.trust(), FIRST + 2 * DAY, office.fetch)
        assert verdict.holds
        assert shown is not None
        assert shown.state == State.REPAIRED

    def test_the_next_delta_leads_to_the_new_state_and_older_ones_are_gone(self, office: Office) -> None:
        office.publish(draft("A", "red", records=["r1"]), draft("B"))
        office.publish(draft("C"), day=1)
        second = state_of(office.fetch(layout.full_file(2)), "full")
        with office.publisher() as publisher:
            publisher.restate("A", State.REPAIRED, "示环修〔2027〕1号", FIRST + 2 * DAY, office.random)
            assert second["A"].jws.split(".")[1].encode() not in texts(office.ledger), "while the ledger is still open"
        holds(office, 2)
        verdict, state, version = follow(second, 2, office.fetch, office.trust())
        assert verdict.holds
        assert (version, sorted(state)) == (3, ["B", "C"])
        assert not (office.out / layout.delta_file(1)).exists()
        assert (office.out / layout.delta_file(2)).exists()
        assert not (office.out / layout.bundle_file("A")).exists()

    def test_earlier_results_that_rest_on_the_record_are_forgotten_too(self, office: Office) -> None:
        office.publish(draft("A", "red", records=["r1"]))
        office.publish(draft("A", "red", year=2027, records=["r1", "r2"]), day=1)
        made = office.publish(draft("A", "blue", year=2028, records=["r2"], repaired=["r1"]), day=2)
        assert made.restated == 2
        with office.publisher() as publisher:
            assert [standing.state for standing in publisher.published().standings] == [State.IN_FORCE]
            rows = list(publisher._ledger.rows())
            assert [(row.state, row.token is None) for row in rows] == [(12, True), (12, True), (0, False)]


def test_terms_end_by_themselves(office: Office) -> None:
    office.publish(draft("A", year=2026), draft("B", publish_until="2030-01-01"))
    with office.publisher() as publisher:
        made = publisher.daily(FIRST + 400 * DAY, office.random)
    assert made.restated == 1
    holds(office, 400)
    assert sorted(state_of(office.fetch(layout.full_file(made.version)), "full")) == ["B"]


class TestRefusals:
    def test_an_older_ledger_is_not_signed(self, office: Office, tmp_path: Path) -> None:
        office.publish(draft("A"))
        shutil.copytree(office.ledger, tmp_path / "backup")
        office.publish(draft("B"), day=1)
        shutil.rmtree(office.ledger)
        shutil.copytree(tmp_path / "backup", office.ledger)
        assert code_of(office, draft("C"), day=2) == "P110"

    def test_an_altered_file_of_the_release_is_noticed_and_can_be_written_again(self, office: Office) -> None:
        office.publish(draft("A"))
        path = office.out / layout.bundle_file("A")
        whole = path.read_bytes()
        path.write_bytes(whole[:-9] + b"!" + whole[-8:])
        assert code_of(office, draft("B"), day=1) == "P112"
        with office.publisher() as publisher:
            publisher.rebuild()
        assert path.read_bytes() == whole
        assert office.publish(draft("B"), day=1).version == 2

    def test_a_second_publisher_waits_outside(self, office: Office) -> None:
        office.publish(draft("A"))
        with office.publisher():
            assert code_of(office, draft("B")) == "P118"

    def test_time_does_not_run_backwards(self, office: Office) -> None:
        office.publish(draft("A"), day=2)
        assert code_of(office, draft("B"), day=1) == "P114"

    def test_what_was_withdrawn_stays_so(self, office: Office) -> None:
        office.publish(draft("A"), draft("B"))
        with office.publisher() as publisher:
            publisher.restate("A", State.WITHDRAWN, "示环撤〔2027〕1号", FIRST + DAY, office.random)
            for sub, state, code in (
                ("A", State.IN_FORCE, "P116"),
                ("B", State.SUPERSEDED, "P116"),
                ("D", State.SUSPENDED, "P115"),
            ):
                with pytest.raises(InputError) as caught:
                    publisher.restate(sub, state, "", FIRST + DAY, office.random)
                assert caught.value.diagnostics[0].code == code
        holds(office, 1)


def test_packs_are_published_once(office: Office) -> None:
    office.publish(draft("A"))
    office.publish(draft("B"), day=1)
    assert office.fetch(layout.rules_file(PACKS[0].rule)) == PACKS[0].data
