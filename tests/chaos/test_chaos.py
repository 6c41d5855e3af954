"""A short version of every trial of ``make chaos``."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import file_faults, ledger_faults
from figures import Figures
from flips import bit_flips, rewinds
from histories import histories
from kills import kills
from power import power_cuts
from spoiled import mutants


def holds(found: Figures) -> Figures:
    assert found.holds, (found.trial, found.told(), found.wrong[:5], found.void)
    return found


def test_killed_while_publishing(tmp_path: Path) -> None:
    assert holds(kills(15, tmp_path)).counts["acknowledged"]


def test_the_power_is_cut(tmp_path: Path) -> None:
    holds(power_cuts(40, tmp_path, recordings=2))


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_weaker_settings_do_lose_so_the_trial_can_fail(synchronous: str, tmp_path: Path) -> None:
    assert power_cuts(40, tmp_path, synchronous, recordings=2).wrong


def test_the_disk_of_the_ledger_fails(tmp_path: Path) -> None:
    assert holds(ledger_faults(tmp_path, stride=40)).counts["refused"]


def test_files_cannot_be_written(tmp_path: Path) -> None:
    assert holds(file_faults(tmp_path, stride=60)).counts["refused"]


def test_bits_are_flipped(tmp_path: Path) -> None:
    found = holds(bit_flips(40, tmp_path))
    assert found.counts["noticed"] > found.counts["without meaning"]


def test_backups_are_restored(tmp_path: Path) -> None:
    assert holds(rewinds(4, tmp_path)).counts["refused"] == 4


def test_files_are_spoiled() -> None:
    assert holds(mutants(700)).counts["refused"]


def test_banks_follow(tmp_path: Path) -> None:
    found = holds(histories(8, tmp_path))
    assert found.counts["led to the same state"]
    assert found.counts["must load the full file"]
