"""YAML as plain mappings, lists and text, with the place of every key and value.

Every scalar stays text. All double keys are reported; anchors, aliases and tags are refused, so that a small file cannot
swell; size, depth and number of items have limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml
from ruamel.yaml import YAML
from ruamel.yaml import events as pure
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from envcredit.base.diagnostics import Diagnostic, Place, problem
from envcredit.scheme.conditions.problems import WordOf

Spot: TypeAlias = tuple[str | int, ...]
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

# libyaml and ruamel.yaml name their events alike.
_SCALAR, _ALIAS = (pure.ScalarEvent, yaml.ScalarEvent), (pure.AliasEvent, yaml.AliasEvent)
_MAPPING, _MAPPING_END = (pure.MappingStartEvent, yaml.MappingStartEvent), (pure.MappingEndEvent, yaml.MappingEndEvent)
_SEQUENCE, _SEQUENCE_END = (pure.SequenceStartEvent, yaml.SequenceStartEvent), (pure.SequenceEndEvent, yaml.SequenceEndEvent)
Event = Any

LARGEST_BYTES = 1_000_000
DEEPEST = 30
MOST_NODES = 100_000


@dataclass(frozen=True, slots=True)
class Written:
    """Where one value stands: its key (if it has one), its first character, and whether columns run straight inside it."""

    value: Place
    key: Place | None = None
    straight: bool = False
    quoted: bool = False
    nested: bool = False


@dataclass(frozen=True)
class Places:
    """Where everything of a scheme is written; a spot is a way of keys and indexes, ``("rules", "fine", "cap")``."""

    written: dict[Spot, Written] = field(default_factory=dict)

    def __call__(self, spot: Spot) -> Place:
        """The place of a value, at its key when it is a mapping or a list; else of its nearest written ancestor."""
        for length in range(len(spot), -1, -1):
            found = self.written.get(spot[:length])
            if found is not None:
                return found.key if found.nested and found.key else found.value
        return Place("")

    def key(self, spot: Spot) -> Place:
        """The place of a key, else as for a value."""
        found = self.written.get(spot)
        return found.key if found and found.key else self(spot)

    def nearest(self, *spots: Spot) -> Place:
        """The first of the spots that is written, else the nearest ancestor of the first."""
        return self(next((spot for spot in spots if spot in self.written), spots[0]))

    def inside(self, spot: Spot, column: int) -> Place:
        """The place of the ``column``-th character (from 1) of a text."""
        found = self.written.get(spot)
        if found is None or not found.straight:
            return self(spot)
        start = found.value
        return Place(start.file, start.line, start.column + column - 1 + found.quoted)


@dataclass(frozen=True)
class Tree:
    """A file as read. ``data`` is ``None`` when it could not be read at all; ``diagnostics`` hold every problem."""

    data: Plain | None
    places: Places
    diagnostics: tuple[Diagnostic, ...]


class _Refused(Exception):
    """A problem after which reading on makes no sense."""

    def __init__(self, found: Diagnostic) -> None:
        self.found = found
        super().__init__(found.code)


def read_tree(raw: bytes, file: str, expected: str, at: Spot = ()) -> Tree:
    """The content of a file. ``file`` is its name in messages, ``expected`` a sample of what should stand in it.

    Spots begin with ``at``, so that several files can share one set of places.
    """
    try:
        text = _decoded(raw, file)
        builder = _Builder(file, text)
        data = builder.build(at)
    except _Refused as refused:
        return Tree(None, Places(), (refused.found,))
    if data is None:
        return Tree(None, builder.places, (problem("S002", Place(file), expected=expected),))
    return Tree(data, builder.places, tuple(builder.diagnostics))


def other_shape(data: Plain, file: str, expected: type[dict[str, Plain]] | type[list[Plain]], sample: str) -> Diagnostic:
    """S010: a whole file that is not the mapping, or the list, that ``sample`` shows."""
    words = {dict: WordOf("yaml.mapping"), list: WordOf("yaml.list")}
    found = words.get(type(data), WordOf("yaml.text"))
    return problem("S010", Place(file, 1, 1), expected=words[expected], found=found, sample=sample)


def _decoded(raw: bytes, file: str) -> str:
    if len(raw) > LARGEST_BYTES:
        raise _Refused(problem("S007", Place(file), limit=LARGEST_BYTES))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Refused(problem("S001", Place(file, line), byte=error.start + 1)) from None


class _Builder:
    """Events to plain values, one file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.places = Places()
        self.diagnostics: list[Diagnostic] = []
        self._text = text
        self._events = self._read(text)
        self._nodes = 0

    def build(self, at: Spot) -> Plain | None:
        """The one document of the file; ``None`` when it is empty."""
        event = next(self._events, None)
        if event is None:
            return None
        data = self._value(event, at, None, 0)
        rest = next(self._events, None)
        if rest is not None:
            raise _Refused(problem("S006", self._place(rest), feature=WordOf("yaml.documents"), found="---"))
        return data

    def _read(self, text: str) -> Iterator[Event]:
        """The events that carry content. Raises ``_Refused`` for text that is not YAML."""
        kept = (*_SCALAR, *_ALIAS, *_MAPPING, *_MAPPING_END, *_SEQUENCE, *_SEQUENCE_END)
        try:
            for event in _events(text):
                if isinstance(event, kept) and not self._is_nothing(event):
                    yield event
        except ReaderError as error:
            raise _Refused(problem("S003", Place(self.file), found=error.reason)) from None
        except MarkedYAMLError as error:
            raise _Refused(self._syntax(error)) from None
        except (YAMLError, ValueError) as error:
            raise _Refused(problem("S003", Place(self.file), found=str(error).splitlines()[0])) from None

    def _is_nothing(self, event: Event) -> bool:
        """``---`` alone yields one empty scalar."""
        return isinstance(event, _SCALAR) and self._nodes == 0 and event.value == "" and not event.style

    def _syntax(self, error: MarkedYAMLError) -> Diagnostic:
        marks = [mark for mark in (error.problem_mark, error.context_mark) if mark is not None]
        places = [Place(self.file, mark.line + 1, mark.column + 1) for mark in marks] or [Place(self.file)]
        rest = self._text[marks[0].index :] if marks else "?"
        if rest.startswith("\t"):
            return problem("S004", places[0])
        # What is found missing only at the end of the file was opened at the other place.
        return problem("S003", *(places if rest.strip() else places[::-1]), found=error.problem or error.context)

    def _place(self, event: Event) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _value(self, event: Event, spot: Spot, key: Place | None, depth: int) -> Plain:
        self._count(event, depth)
        self._refuse_features(event)
        place = self._place(event)
        if isinstance(event, _MAPPING):
            self.places.written[spot] = Written(place, key, nested=True)
            return self._mapping(spot, depth)
        if isinstance(event, _SEQUENCE):
            self.places.written[spot] = Written(place, key, nested=True)
            return self._sequence(spot, depth)
        if not isinstance(event, _SCALAR):
            return ""
        self.places.written[spot] = _written(event, place, key)
        if event.value == "" and not event.style:
            self.diagnostics.append(problem("S009", key or place, key=str(spot[-1]) if spot else ""))
        return str(event.value)

    def _count(self, event: Event, depth: int) -> None:
        self._nodes += 1
        if depth > DEEPEST:
            raise _Refused(problem("S008", self._place(event), limit=DEEPEST))
        if self._nodes > MOST_NODES:
            raise _Refused(problem("S012", self._place(event), limit=MOST_NODES))

    def _refuse_features(self, event: Event) -> None:
        found = {"yaml.alias": f"*{event.anchor}"} if isinstance(event, _ALIAS) else _features(event)
        for feature, text in found.items():
            self.diagnostics.append(problem("S006", self._place(event), feature=WordOf(feature), found=text))

    def _mapping(self, spot: Spot, depth: int) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        keys: dict[str, Place] = {}
        for event in self._events:
            if isinstance(event, _MAPPING_END):
                break
            place = self._place(event)
            key = self._key(event, depth)
            value_event = next(self._events)
            if key in keys:
                self._skip(value_event, depth)
                self.diagnostics.append(problem("S005", place, keys[key], key=key, line=keys[key].line))
                continue
            keys[key] = place
            found[key] = self._value(value_event, (*spot, key), place, depth + 1)
        return found

    def _key(self, event: Event, depth: int) -> str:
        self._count(event, depth)
        if isinstance(event, _SCALAR):
            self._refuse_features(event)
            return str(event.value)
        self.diagnostics.append(problem("S011", self._place(event)))
        self._skip(event, depth)
        return f"?{len(self.diagnostics)}"

    def _skip(self, event: Event, depth: int) -> None:
        """Reads a value for its problems only: a second value of one key."""
        kept, self.places = self.places, Places()
        self._value(event, ("",), None, depth + 1)
        self.places = kept

    def _sequence(self, spot: Spot, depth: int) -> list[Plain]:
        found: list[Plain] = []
        for event in self._events:
            if isinstance(event, _SEQUENCE_END):
                break
            found.append(self._value(event, (*spot, len(found)), None, depth + 1))
        return found


_LOADER = getattr(yaml, "CBaseLoader", None)
_READ_OTHERWISE = frozenset("\t\x85\u2028\u2029")
"""Tabs, which libyaml allows in places where YAML 1.2 does not, and characters that end a line in YAML 1.1 alone."""


def _events(text: str) -> Iterator[Event]:
    """The events of a text: from libyaml, thirty times as fast, unless it finds fault or might read otherwise."""
    if _LOADER is not None and not _READ_OTHERWISE & set(text):
        try:
            yield from list(yaml.parse(text, Loader=_LOADER))
            return
        except yaml.YAMLError:
            pass  # read again, to be told in the words and with the places of YAML 1.2
    yield from YAML(typ="safe", pure=True).parse(text)


def _features(event: Event) -> Mapping[str, str]:
    found: dict[str, str] = {}
    anchor: Any = getattr(event, "anchor", None)
    tag: Any = getattr(event, "ctag", None) or getattr(event, "tag", None)
    if anchor:
        found["yaml.anchor"] = f"&{anchor}"
    if tag and str(tag) not in ("!", "None"):
        found["yaml.tag"] = str(tag)
    return found


def _written(event: Event, place: Place, key: Place | None) -> Written:
    one_line = event.start_mark.line == event.end_mark.line
    quoted = event.style in ("'", '"')
    straight = one_line and event.style not in ("|", ">")
    return Written(place, key, straight, quoted)
