"""Words in two languages, kept as data: ``data/words/*.yaml`` maps a key to ``{zh: …, en: …}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from envcredit.base.own_yaml import own_yaml

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, Language] = ("zh", "en")

_TOP_KEY = re.compile(r"""^(?P<quote>["']?)(?P<key>[^\s"'#].*?)(?P=quote):(?=\s|$)""", re.MULTILINE)


class Table(Mapping[str, Mapping[str, Any]]):
    """Rows by key, each parsed when it is first asked for: a command needs a few dozen of many hundreds."""

    def __init__(self, rows: Mapping[str, str]) -> None:
        self._texts = rows
        self._rows: dict[str, Mapping[str, Any]] = {}

    def __getitem__(self, key: str) -> Mapping[str, Any]:
        if key not in self._rows:
            ((_, row),) = own_yaml(self._texts[key]).items()
            self._rows[key] = row
        return self._rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def read_table(folder: str) -> Mapping[str, Mapping[str, Any]]:
    """All YAML files of ``data/<folder>`` as one table. A key that stands twice raises ``ValueError``."""
    table: dict[str, str] = {}
    for file in sorted(files("envcredit.data").joinpath(folder).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".yaml"):
            continue
        for key, text in _rows_of(file.read_text("utf-8")):
            if key in table:
                raise ValueError(f"data/{folder}/{file.name}: {key} stands twice")
            table[key] = text
    return Table(table)


def word(key: str, language: Language, **values: object) -> str:
    """The text of ``key`` in one language, its ``{holes}`` filled. Raises ``KeyError`` for an unknown key."""
    return str(read_table("words")[key][language]).format_map(values)


def _rows_of(text: str) -> Iterator[tuple[str, str]]:
    starts = list(_TOP_KEY.finditer(text))
    ends = [found.start() for found in starts[1:]] + [len(text)]
    return ((found["key"], text[found.start() : end]) for found, end in zip(starts, ends, strict=True))
