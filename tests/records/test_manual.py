"""The manual names every key of the mapping language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from envcredit.records import source


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_key_of_a_mapping(repository: Path, language: str) -> None:
    page = (repository / "docs" / language / "sources.md").read_text("utf-8")
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", page))))
    models = [each for each in vars(source).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    assert {"columns", "else", "limit_side", "vocabulary_columns"} <= keys
    assert keys - named == set()
