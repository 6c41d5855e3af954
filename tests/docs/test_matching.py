"""The checker of the manual is itself checked: it accepts what a page shows and refuses everything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_blocks import Block, blocks_of, commands_of, matches, type_in

PAGE = """# A page

<!-- file: a.yaml -->
```yaml
key: 1
```

```{toctree}
index
```

<!-- check: rules -->

```yaml
r: {}
```

Words end a comment's reach.
```console
$ echo one \\
>   two
one two
$ true
```
"""


def test_blocks_carry_their_comments() -> None:
    assert [(b.language, b.text, b.line, dict(b.marks)) for b in blocks_of(PAGE)] == [
        ("yaml", "key: 1\n", 4, {"file": "a.yaml"}),
        ("yaml", "r: {}\n", 14, {"check": "rules"}),
        ("console", "$ echo one \\\n>   two\none two\n$ true\n", 19, {}),
    ]


def test_commands_and_what_they_print() -> None:
    (block,) = [b for b in blocks_of(PAGE) if b.language == "console"]
    assert [(t.command, t.printed) for t in commands_of(block)] == [("echo one two", ["one two"]), ("true", [])]


def test_output_without_a_command_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="output without a command"):
        list(commands_of(Block("console", "lonely\n", 1)))


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ([], []),
        (["a"], ["a"]),
        (["a", "…"], ["a", "b", "c"]),
        (["a", "…"], ["a"]),
        (["…", "z"], ["a", "b", "z"]),
        (["took … s"], ["took 1.2 s"]),
    ],
)
def test_what_matches(expected: list[str], found: list[str]) -> None:
    assert matches(expected, found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ([], ["a"]),
        (["a"], []),
        (["a"], ["b"]),
        (["a"], ["a", "b"]),
        (["…", "z"], ["a"]),
        (["took … s"], ["took long"]),
        (["a.c"], ["abc"]),
    ],
)
def test_what_does_not(expected: list[str], found: list[str]) -> None:
    assert not matches(expected, found)


def test_typing_a_command_shows_both_streams(tmp_path: Path) -> None:
    assert type_in("echo out; echo err >&2", tmp_path, "en") == ["out", "err"]
    assert type_in("true", tmp_path, "en") == []
