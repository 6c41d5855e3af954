"""Canonical JSON by the fast way is what the library of RFC 8785 writes, for whatever value there is."""

from __future__ import annotations

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from envcredit.proof.encoding import canonical

PLAIN = st.none() | st.booleans() | st.integers(-(1 << 60), 1 << 60) | st.text()
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=5), max_leaves=20
)


@given(st.dictionaries(st.text(max_size=6), VALUES))
def test_two_writers_agree(value: dict[str, object]) -> None:
    written = []
    for writer in (rfc8785.dumps, canonical):
        try:
            written.append(writer(value))  # type: ignore[operator]
        except (ValueError, TypeError, rfc8785.CanonicalizationError):
            written.append(None)
    assert written[0] == written[1]
