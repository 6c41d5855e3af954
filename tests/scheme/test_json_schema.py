"""The JSON Schema for editors takes every file that ships, and nothing that our own reader would refuse by its shape."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from envcredit.base.vocabulary import read_vocabulary
from envcredit.scheme import model
from envcredit.scheme.json_schema import FILE_KINDS, FileKind, json_schema
from envcredit.scheme.model_walk import aliases_of

DATA = Path(str(files("envcredit.data")))
SHIPPED = sorted([*DATA.glob("schemes/**/*.yaml"), *DATA.glob("regulations/**/*.yaml")])
SCHEMAS = {kind: json_schema(kind) for kind in FILE_KINDS}
VALIDATORS = {kind: Draft202012Validator(schema) for kind, schema in SCHEMAS.items()}
Write = Callable[..., Path]


def plain(value: Any) -> Any:
    """A file as an editor holds it: JSON values, and days as text."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


def kind_of(file: Path) -> FileKind:
    if "regulations" in file.parts:
        return "regulation"
    return "scheme" if file.name == "scheme.yaml" else "rules" if file.parent.name == "rules" else "cases"


def problems(kind: FileKind, text: str) -> list[str]:
    loaded = plain(YAML(typ="safe", pure=True).load(text))
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in VALIDATORS[kind].iter_errors(loaded)]


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_it_is_a_schema(kind: FileKind) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind])


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: str(file.relative_to(DATA)))
def test_every_shipped_file_is_taken(file: Path) -> None:
    assert problems(kind_of(file), file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        ("scheme", "score: {start", "score: {strat", "'strat' was unexpected"),
        ("scheme", "rates: [enterprise]", "rates: [enterprises]", "'enterprises' is not one of"),
        ("scheme", "term_ends: corresponding_day", "term_ends: same_day", "'same_day' is not one of"),
        ("scheme", "checked_on: 2026-01-01", "checked_on: January", "does not match"),
        ("rules", "  from: penalty", "  from: penality", "is not valid under any of the given schemas"),
        ("rules", "  kind: deduct", "  kind: deducts", "'deducts' is not one of"),
        ("rules", "  clause: measures/1", "  clauses: measures/1", "'clauses' was unexpected"),
        ("rules", "from: decided_on", "from: decided", "'decided' is not one of"),
        ("rules", "for: 12 months", "for: 12", "is not valid under any of the given schemas"),
        ("rules", "points: 2}", "point: 2}", "is not valid under any of the given schemas"),
        ("cases", "fine: CNY 15_000", "fine: 15_000", "is not of type 'string'"),
        ("cases", "categories: [fine]", "categories: [fines]", "is not valid under any of the given schemas"),
        ("cases", "decided_on: 2026-03-10", "decided: 2026-03-10", "'decided' was unexpected"),
        ("cases", "expect:", "expected:", "'expect' is a required property"),
    ],
)
def test_what_is_misspelt_is_refused(write: Write, kind: FileKind, old: str, new: str, said: str) -> None:
    folder = write((old, new))
    file = folder / "scheme.yaml" if kind == "scheme" else folder / kind / "fines.yaml"
    text = file.read_text("utf-8")
    assert problems(kind, text.replace(new, old)) == []
    assert any(said in each for each in problems(kind, text)), problems(kind, text)


@pytest.mark.parametrize("part", get_args(get_args(model.AnyRule)[0]), ids=lambda part: part.__name__)
def test_every_key_of_a_rule_is_offered_with_its_name(part: type[model.Rule]) -> None:
    offered = SCHEMAS["rules"]["$defs"][part.__name__]
    assert tuple(offered["properties"]) == aliases_of(part)
    assert offered["additionalProperties"] is False
    assert all(" / " in each["description"] for each in offered["properties"].values())


def test_every_object_is_closed() -> None:
    for kind, schema in SCHEMAS.items():
        for name, each in schema["$defs"].items():
            closed = each.get("additionalProperties") is False or "allOf" in each
            assert closed, (kind, name)


def test_records_of_cases_take_the_attributes_of_their_kind() -> None:
    words = read_vocabulary()
    offered = SCHEMAS["cases"]["$defs"]
    importable = {name: kind for name, kind in words.kinds.items() if not kind.derived}
    assert {name for name in offered if name.startswith("record.")} == {f"record.{name}" for name in importable}
    for name, kind in importable.items():
        assert set(kind.attributes) <= set(offered[f"record.{name}"]["properties"])


def test_the_command_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "rules.schema.json"
    said = subprocess.run(
        [sys.executable, "-m", "envcredit", "scheme", "json-schema", "--rules", str(out), "--lang", "en"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"Wrote {out}.\n"
    assert json.loads(out.read_text("utf-8")) == SCHEMAS["rules"]
