"""libyaml and the reader of YAML 1.2 see the same: values, places and problems, in files of the library and in spoilt ones."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.scheme import yaml_tree
from envcredit.scheme.yaml_tree import Tree, read_tree

DATA = Path(str(files("envcredit.data")))
SHIPPED = sorted([*(DATA / "schemes").rglob("*.yaml"), *(DATA / "regulations").rglob("*.yaml")])
GOOD = sorted((Path(__file__).parents[1] / "bad" / "scheme" / "good").rglob("*.yaml"))


def by_both(raw: bytes) -> tuple[Tree, Tree]:
    """The tree that is read, and the one that YAML 1.2 alone gives."""
    read = read_tree(raw, "a.yaml", "")
    with pytest.MonkeyPatch.context() as without:
        without.setattr(yaml_tree, "_LOADER", None)
        return read, read_tree(raw, "a.yaml", "")


def test_libyaml_is_there() -> None:
    assert yaml_tree._LOADER is not None


@pytest.mark.parametrize("file", SHIPPED[:: max(1, len(SHIPPED) // 12)], ids=lambda file: str(file.relative_to(DATA)))
def test_files_of_the_library(file: Path) -> None:
    read, pure = by_both(file.read_bytes())
    assert read == pure
    assert read.data is not None


@given(
    st.sampled_from(GOOD),
    st.integers(0, 4000),
    st.sampled_from([":", "}", "\t", '"', "&a ", "*a", "\u2028", "- ", "!x ", "? ", "\n", "\x00", "，"]),
)
def test_spoilt_files(file: Path, at: int, put: str) -> None:
    text = file.read_text("utf-8")
    read, pure = by_both(f"{text[:at]}{put}{text[at:]}".encode())
    assert read == pure


@pytest.mark.parametrize(
    "text",
    [
        "a: yes",
        "a: no\nb: 0x1f",
        "a: 2026-01-01",
        "a: 1_000",
        "a: ~",
        "a: |\n  x\n\n  y\nb: >-\n  x\n  y",
        "a: {b: http://x, c: 1:30}",
    ],
)
def test_every_scalar_stays_text(text: str) -> None:
    read, pure = by_both(text.encode())
    assert read == pure
    assert read.data is not None
