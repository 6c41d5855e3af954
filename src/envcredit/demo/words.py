"""What the made-up city is made of, from ``data/demo/city.yaml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: its industry code, share among units, name words, permit classes in 100, media, and what it is."""

    industry: str
    share: int
    words: tuple[str, ...]
    classes: tuple[int, ...]
    media: tuple[str, ...]
    waste: bool
    service: bool = False
    institution: bool = False


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A breach: the media it concerns, how often it is found, its words, and whether it is grave."""

    key: str
    media: tuple[str, ...]
    often: int
    facts: str
    law: str
    basis: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Pollutant:
    """A pollutant with its limit and unit of measure, as a report writes them."""

    name: str
    limit: str
    measured_in: str


@dataclass(frozen=True, slots=True)
class Words:
    """All of it, typed."""

    counties: Mapping[str, int]
    county_signs: Mapping[str, str]
    abolished: Mapping[str, str]
    stems: str
    branches: str
    thirds: str
    parks: tuple[tuple[str, str, str], ...]
    trades: tuple[Trade, ...]
    pollutants: Mapping[str, tuple[Pollutant, ...]]
    behaviours: tuple[Behaviour, ...]
    complaints: Mapping[str, Sequence[str]]
    homonyms: Mapping[str, Sequence[str]]
    insurers: tuple[str, ...]


@cache
def read_words() -> Words:
    """The words that ship."""
    text = files("envcredit.data").joinpath("demo/city.yaml").read_text("utf-8")
    rows: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    made = {
        "parks": tuple((str(county), sign, number) for county, sign, number in rows["parks"]),
        "trades": tuple(Trade(**{key: _frozen(value) for key, value in row.items()}) for row in rows["trades"]),
        "pollutants": {medium: tuple(Pollutant(*row) for row in found) for medium, found in rows["pollutants"].items()},
        "behaviours": tuple(_behaviour(key, row) for key, row in rows["behaviours"].items()),
        "insurers": tuple(rows["insurers"]),
    }
    return Words(**(rows | made))


def _behaviour(key: str, row: Mapping[str, Any]) -> Behaviour:
    return Behaviour(key, **{name: _frozen(value) for name, value in row.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
