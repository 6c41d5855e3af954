"""Words in two languages, kept as data: ``data/words/*.yaml`` maps a key to ``{zh: …, en: …}``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ruamel.yaml import YAML

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, Language] = ("zh", "en")


@cache
def read_table(folder: str) -> Mapping[str, Mapping[str, Any]]:
    """All YAML files of ``data/<folder>`` as one table. A key that stands in two files raises ``ValueError``."""
    table: dict[str, Mapping[str, Any]] = {}
    for file in sorted(files("envcredit.data").joinpath(folder).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".yaml"):
            continue
        for key, row in (YAML(typ="safe", pure=True).load(file.read_text("utf-8")) or {}).items():
            if key in table:
                raise ValueError(f"data/{folder}/{file.name}: {key} stands twice")
            table[key] = row
    return table


def word(key: str, language: Language, **values: object) -> str:
    """The text of ``key`` in one language, its ``{holes}`` filled. Raises ``KeyError`` for an unknown key."""
    return str(read_table("words")[key][language]).format_map(values)
