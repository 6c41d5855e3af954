"""YAML that is no good: each ends in a diagnostic, none in a traceback, and none can swell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcredit.base.diagnostics import Place
from envcredit.scheme.yaml_tree import LARGEST_BYTES, read_tree

BOMB = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20))


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        (b"", ["S002"]),
        (b"# nothing but words\n", ["S002"]),
        (b"---\n", ["S002"]),
        (b"a: \xff\xfe", ["S001"]),
        ("标题: 示范".encode("gb18030"), ["S001"]),
        (b"a: [1, 2\n", ["S003"]),
        (b"a: 'open\n", ["S003"]),
        (b"a: b: c\n", ["S003"]),
        (b"a: \x07\n", ["S003"]),
        (b"a:\n\tb: 1\n", ["S004"]),
        (b"a: 1\nb: 2\na: 3\na: 4\n", ["S005", "S005"]),
        (b"a: !!python/object:os.system x\n", ["S006"]),
        (b"a: 1\n---\nb: 2\n", ["S006"]),
        (b"x" * (LARGEST_BYTES + 1), ["S007"]),
        (b"[" * 100 + b"]" * 100, ["S008"]),
        (b"a:\nb: 1\n", ["S009"]),
        (b"? [a, b]\n: 1\n", ["S011"]),
        (b"[" + b"x," * 100_001 + b"]", ["S012"]),
    ],
)
def test_bad_files(raw: bytes, codes: list[str]) -> None:
    tree = read_tree(raw, "bad.yaml", "scheme: a/b")
    assert [found.code for found in tree.diagnostics] == codes
    for found in tree.diagnostics:
        assert found.render("zh").startswith("bad.yaml")
        assert found.render("en").startswith("bad.yaml")


def test_a_bomb_of_aliases_stays_small() -> None:
    tree = read_tree(BOMB.encode(), "bomb.yaml", "")
    assert {found.code for found in tree.diagnostics} == {"S006"}
    assert len(tree.places.written) < 200


def test_every_scalar_stays_text() -> None:
    tree = read_tree(b"a: no\nb: 1.10\nc: 2025-01-01\nd: null\ne: 0x10\nf: ''\n", "f", "")
    assert tree.data == {"a": "no", "b": "1.10", "c": "2025-01-01", "d": "null", "e": "0x10", "f": ""}


def test_a_byte_order_mark_is_no_content() -> None:
    assert read_tree(b"\xef\xbb\xbfa: 1\n", "f", "").data == {"a": "1"}


def test_places_of_keys_values_and_characters() -> None:
    places = read_tree("甲: 1\nb:\n  - {c: 'x y'}\n  - plain\n".encode(), "f", "").places
    assert places(("甲",)) == Place("f", 1, 4)
    assert places.key(("b", 0, "c")) == Place("f", 3, 6)
    assert places.inside(("b", 0, "c"), 3) == Place("f", 3, 12), "the quote is no part of the text"
    assert places.inside(("b", 1), 2) == Place("f", 4, 6)
    assert places(("b", 0, "d", "e")) == Place("f", 3, 5), "what is not written is looked for where it should be"


def test_a_doubled_key_shows_both_places() -> None:
    tree = read_tree(b"a: 1\nb: {c: 1, c: 2}\n", "f", "")
    assert tree.diagnostics[0].places == (Place("f", 2, 11), Place("f", 2, 5))
    assert tree.data == {"a": "1", "b": {"c": "1"}}


@given(st.binary(max_size=200))
def test_any_bytes_end_in_data_or_a_diagnostic(raw: bytes) -> None:
    tree = read_tree(raw, "any.yaml", "")
    assert tree.data is not None or tree.diagnostics


@given(st.text("ab:{}[],&*!|>'\"#- \n\t", max_size=60))
def test_any_text_of_yaml_signs_ends_in_data_or_a_diagnostic(text: str) -> None:
    tree = read_tree(text.encode(), "any.yaml", "")
    assert tree.data is not None or tree.diagnostics
