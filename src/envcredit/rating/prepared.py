"""A scheme ready to be applied as often as wanted: its program, and the plan of its stages in the words of an engine.

Building the plan of a large scheme takes seconds; reading one that was built before takes milliseconds. Plans are kept on a
:class:`Shelf` if one is given. They are found by everything that they are made from, so a kept plan equals a new one.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

import ibis.expr.types as ir
import pyarrow as pa

from envcredit.base.digest import digest_of
from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.engine import Engine, Recipe, Script, open_engine, script_of
from envcredit.rating.inputs import Start, links_table, load_start, start_tables
from envcredit.rating.plan import stages
from envcredit.rating.program import Compiler, Program
from envcredit.scheme.digests import rule_digest
from envcredit.scheme.model import Scheme


class Shelf(Protocol):
    """Where plans are kept between runs."""

    def find(self, key: str) -> bytes | None:
        """What was put there under a key, unharmed; nothing if it is not there."""

    def put(self, key: str, content: bytes) -> None:
        """Keeps something; failing to is no error."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``script`` makes the tables that ``results`` names, stage by stage, from the tables of :func:`start_tables`."""

    script: Script
    results: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """Compressed JSON."""
        return zlib.compress(json.dumps({"results": dict(self.results), "steps": self.script.plain()}).encode("ascii"))


def plan_of(content: bytes) -> Plan | None:
    """The plan that :meth:`Plan.to_bytes` gave; nothing for bytes that are none."""
    try:
        plain = json.loads(zlib.decompress(content))
        return Plan(script_of(plain["steps"]), plain["results"])
    except (KeyError, TypeError, ValueError, OSError, zlib.error):
        return None


@dataclass(eq=False)
class Prepared:
    """A scheme, and its plan for each dialect that was asked for."""

    scheme: Scheme
    shelf: Shelf | None = None
    vocabulary: Vocabulary = field(default_factory=read_vocabulary)
    _plans: dict[str, Plan] = field(default_factory=dict, repr=False)

    @cached_property
    def program(self) -> Program:
        """The rules numbered and typed."""
        return Compiler(self.scheme, self.vocabulary).program()

    @cached_property
    def _recipe(self) -> tuple[Recipe, Mapping[str, str]]:
        recipe = Recipe()
        made = stages(recipe, self.program, self.vocabulary, start_tables(recipe, self.vocabulary))
        return recipe, {stage: table.get_name() for stage, table in made.items()}

    def plan(self, engine: Engine) -> Plan:
        """The plan in the words of an engine: known already, from the shelf, or built now. No data is needed for it."""
        if engine.dialect not in self._plans:
            self._plans[engine.dialect] = self._from_shelf(engine) or self._built(engine)
        return self._plans[engine.dialect]

    def _from_shelf(self, engine: Engine) -> Plan | None:
        content = self.shelf.find(self._key(engine)) if self.shelf else None
        return plan_of(content) if content is not None else None

    def _built(self, engine: Engine) -> Plan:
        recipe, results = self._recipe
        plan = Plan(recipe.script(engine), results)
        if self.shelf:
            self.shelf.put(self._key(engine), plan.to_bytes())
        return plan

    def _key(self, engine: Engine) -> str:
        rules = {"digest": rule_digest(self.scheme), "order": list(self.scheme.rules)}
        return digest_of({"rules": rules, "dialect": engine.dialect, "made_by": _makers()})

    def rated(self, engine: Engine, start: Start, asked: Collection[str]) -> Mapping[str, ir.Table]:
        """Rates what ``start`` holds; the engine must already hold the table ``record``. What is asked for, by name."""
        load_start(engine, start, self.scheme, self.vocabulary)
        plan = self.plan(engine)
        tables = {name: plan.results[name] for name in asked}
        plan.script.towards(tables.values()).run(engine)
        return {name: engine.table(table) for name, table in tables.items()}

    def attached(self, parties: pa.Table, lookup: tuple[pa.Table, pa.Table], links: Sequence[tuple[str, str, str]]) -> pa.Table:
        """Which unit each party is: PARTY, ``unit_id`` (null for none), ``attached_by``, ``reason``. By the embedded engine."""
        with open_engine() as engine:
            engine.load("record", parties)
            engine.load("lookup_unit", lookup[0])
            engine.load("lookup_name", lookup[1])
            engine.load("link", links_table(links))
            plan = self.plan(engine)
            plan.script.towards([plan.results["attached"]]).run(engine)
            return engine.table(plan.results["attached"]).to_pyarrow()


def prepare(scheme: Scheme, shelf: Shelf | None = None) -> Prepared:
    """A scheme to be rated by. Its plan is built when an engine is at hand."""
    return Prepared(scheme, shelf)


@cache
def _makers() -> str:
    """Digest of everything but the scheme that a plan is made from: this program, its vocabulary, and what writes its queries."""
    found = sha256()
    for name in ("ibis-framework", "sqlglot"):
        found.update(f"{name} {version(name)}\n".encode())
    for file in sorted(_sources(files("envcredit")), key=str):
        found.update(file.read_bytes())
    return found.hexdigest()


def _sources(folder: Traversable) -> list[Traversable]:
    """The program's own files that say how a plan is built."""
    rooms = [folder / "base", folder / "engine", folder / "rating", folder / "scheme" / "conditions"]
    code = [file for room in rooms for file in room.iterdir() if file.name.endswith((".py", ".lark"))]
    return [*code, folder / "scheme" / "bands.py", folder / "data" / "vocabulary.yaml"]


@dataclass(frozen=True, slots=True)
class Folder:
    """A shelf on disk. Files hold the digest of their content, so that a damaged one is never used; the oldest are let go."""

    path: Path
    most: int = 64

    def find(self, key: str) -> bytes | None:
        """See :class:`Shelf`."""
        try:
            content = (self.path / key).read_bytes()
        except OSError:
            return None
        return content[32:] if sha256(content[32:]).digest() == content[:32] else None

    def put(self, key: str, content: bytes) -> None:
        """See :class:`Shelf`."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=self.path, prefix=".", delete=False) as waiting:
                waiting.write(sha256(content).digest() + content)
            Path(waiting.name).replace(self.path / key)
            kept = sorted(self.path.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
            for file in kept[self.most :]:
                file.unlink(missing_ok=True)
        except OSError:
            return
